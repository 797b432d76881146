// What a text may consist of, for the editor: a schema of what `prose.json` allows, and the way from stored HTML to it
// and back. Loading and saving is the identity for all that the sanitiser lets through.

import { Extension, Mark, Node } from "@tiptap/core";
import { Table, TableCell, TableHeader, TableRow } from "@tiptap/extension-table";
import StarterKit from "@tiptap/starter-kit";

import prose from "../../prose.json";
import { Figure, Picture } from "./_figure.js";

const OF_THE_KIT = ["a", "strong", "em", "s", "u"]; // in the table's order, which is that of nesting

const mark = (tag) => Mark.create({ name: tag, parseHTML: () => [{ tag }], renderHTML: () => [tag, 0] });
const box = (name, tag, attributes, rest) =>
  Node.create({
    name,
    isolating: true,
    parseHTML: () => [{ tag: attributes.class ? `${tag}.${attributes.class}` : tag }],
    renderHTML: () => [tag, attributes, 0],
    ...rest,
  });

// no <colgroup>, no widths: the policy forbids style attributes, the reader's screen decides
const PlainTable = Table.extend({ renderHTML: () => ["table", ["tbody", 0]] });
const plainCell = (Cell, tag) =>
  Cell.extend({
    addAttributes() {
      const { colspan, rowspan } = this.parent();
      const ours = { colspan, rowspan, scope: { default: null } };
      return {
        ...Object.fromEntries(prose.blocks[tag].map((name) => [name, ours[name]])),
        colwidth: { default: null, rendered: false, parseHTML: () => null },
      };
    },
  });

// what the kit's own nodes do not know of ours
const known = (type, name, has, attribute) => ({
  types: [type],
  attributes: { [name]: { default: false, parseHTML: has, renderHTML: (attrs) => (attrs[name] ? attribute : {}) } },
});
const Further = Extension.create({
  name: "further",
  addGlobalAttributes: () => [
    known("paragraph", "signature", (element) => element.classList.contains("signature"), { class: "signature" }),
    known("tableRow", "head", (element) => element.parentElement?.tagName === "THEAD", { "data-head": "" }),
  ],
});

export const extensions = [
  StarterKit.configure({
    heading: { levels: [2, 3, 4] },
    code: false,
    codeBlock: false,
    dropcursor: { class: "editor-drop", color: false },
    link: { openOnClick: false, HTMLAttributes: { target: null, rel: null }, protocols: ["mailto", "tel"] },
  }),
  ...Object.keys(prose.marks).filter((tag) => !OF_THE_KIT.includes(tag)).map(mark),
  Further,
  PlainTable.configure({ resizable: false }),
  TableRow,
  plainCell(TableHeader, "th"),
  plainCell(TableCell, "td"),
  // a table's rows must be its only children here: its caption stands before it
  box("captionedTable", "div", { class: "captioned-table" }, { group: "block", content: "tableCaption table" }),
  box("tableCaption", "div", { class: "table-caption" }, { content: "inline*" }),
  box("tableFigure", "figure", {}, {
    group: "block",
    content: "(table | captionedTable)+ figcaption",
    parseHTML: () => [{ tag: "figure", priority: 60, getAttrs: (figure) => (figure.querySelector("table") ? null : false) }],
  }),
  box("figcaption", "figcaption", {}, { content: "inline*" }),
  Figure,
  Picture,
];

const BLOCKS = Object.keys(prose.blocks).filter((tag) => tag !== "p");

const lifeless = (html) => {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template;
};

function make(tag, className, ...children) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.append(...children);
  return element;
}

/** Stored HTML as the schema reads it. */
export function opened(html) {
  const template = lifeless(html);
  // an item begins with a paragraph here
  for (const first of template.content.querySelectorAll(`li > :is(${BLOCKS}):first-child`)) {
    if (first.parentElement.firstChild === first) first.before(make("p"));
  }
  for (const caption of template.content.querySelectorAll("table > caption")) {
    const table = caption.parentElement;
    const whole = make("div", "captioned-table");
    table.replaceWith(whole);
    whole.append(make("div", "table-caption", ...caption.childNodes), table);
    caption.remove();
  }
  return template.innerHTML;
}

/** HTML of the schema as it is stored. */
export function closed(html) {
  const template = lifeless(html);
  const { content } = template;
  for (const link of content.querySelectorAll("a")) {
    link.removeAttribute("rel");
    if (/^https?:/.test(link.getAttribute("href"))) link.setAttribute("rel", prose.outside_rel);
  }
  for (const caption of content.querySelectorAll("figcaption:empty")) caption.remove();
  for (const whole of content.querySelectorAll(".captioned-table")) {
    const [caption, table] = whole.children;
    if (caption.hasChildNodes()) table.prepend(make("caption", "", ...caption.childNodes));
    whole.replaceWith(table);
  }
  for (const body of content.querySelectorAll("tbody")) {
    const head = make("thead");
    while (body.firstElementChild?.matches("[data-head]:has(> th)")) head.append(body.firstElementChild);
    if (head.hasChildNodes()) body.before(head);
    if (!body.hasChildNodes()) body.remove();
  }
  for (const row of content.querySelectorAll("[data-head]")) row.removeAttribute("data-head");
  // a single paragraph in an item or a cell needs no element
  for (const first of content.querySelectorAll(":is(li, td, th) > p:first-child")) {
    const others = [...first.parentElement.children].slice(1);
    if (!first.hasChildNodes() && others.length && first.parentElement.matches("li")) first.remove();
    else if (!others.some((other) => other.matches("p"))) first.replaceWith(...first.childNodes);
  }
  while (content.lastElementChild?.matches("p:empty")) content.lastElementChild.remove(); // the line to go on writing in
  return template.innerHTML;
}
