// What Word and WPS put on the clipboard, reduced to what it means: headings, paragraphs, lists,
// tables, emphasis, links. A pure function from HTML text to HTML text.

import prose from "../../prose.json";

const ATTRIBUTES = { ...prose.blocks, ...prose.marks, ...prose.leaves };
const DROPPED = prose.dropped.join(", ");
const BLOCKS = [...Object.keys(prose.blocks), "div"].join(", ");
const MARKS = Object.keys(prose.marks).join(", ");
const UNSEEN = Object.fromEntries(Object.entries(prose.unseen).map(([name, pattern]) => [name, new RegExp(pattern, "i")]));
const SAFE_LINK = /^(https?:|mailto:|tel:|\/(?!\/)|#(?!_))/i;

// renamed before parsing: the content policy would report each style and handler, even in a lifeless document
const inert = (html) => html
  .replace(/<style[\s\S]*?<\/style\s*>/gi, "")
  .replace(/<[a-z][^>]*>/gi, (tag) => tag.replace(/\s(style|on\w+)\s*=/gi, " data-$1="));
const style = (element) => element.dataset.style ?? "";

// classes that a style sheet hides: a style of Word may hide its text, too
function hiddenClasses(html) {
  const rules = [...html.matchAll(/<style[^>]*>([\s\S]*?)<\/style/gi)].flatMap(([, sheet]) => [...sheet.matchAll(/([^{}]+)\{([^{}]*)\}/g)]);
  const hiding = rules.filter(([, , rule]) => UNSEEN.style.test(rule));
  return new Set(hiding.flatMap(([, selector]) => [...selector.matchAll(/\.([\w-]+)/g)].map(([, name]) => name)));
}

function rename(element, name) {
  const renamed = element.ownerDocument.createElement(name);
  for (const { name: key, value } of element.attributes) renamed.setAttribute(key, value);
  renamed.append(...element.childNodes);
  element.replaceWith(renamed);
  return renamed;
}

function wrapInside(element, name) {
  const wrapper = element.ownerDocument.createElement(name);
  wrapper.append(...element.childNodes);
  element.append(wrapper);
}

function dropRubbish(body, hidden) {
  const walker = body.ownerDocument.createTreeWalker(body, NodeFilter.SHOW_COMMENT);
  const comments = [];
  while (walker.nextNode()) comments.push(walker.currentNode);
  for (const comment of comments) comment.remove();
  for (const element of body.querySelectorAll(DROPPED)) element.remove();
  for (const element of [...body.querySelectorAll("*")]) {
    if (element.tagName.includes(":")) element.replaceWith(...element.childNodes); // o:p, w:sdt, v:shape
    else if (isUnseen(element, hidden)) element.remove();
  }
}

const isUnseen = (element, hidden) =>
  element.hidden || UNSEEN.style.test(style(element)) || UNSEEN.class.test(element.className) || [...element.classList].some((name) => hidden.has(name));

// Word marks a heading by a style, an outline level, or a real h1; the page's own h1 is its title
function headings(body) {
  for (const p of [...body.querySelectorAll("p")]) {
    const named = /(?:^|\s)(MsoTitle|MsoHeading(\d)|Heading(\d))(?:\s|$)/i.exec(p.className);
    const outline = /mso-outline-level:\s*(\d)/i.exec(style(p));
    const level = named ? Number(named[2] ?? named[3] ?? 1) : Number(outline?.[1] ?? 0);
    if (level >= 1 && level <= 6) rename(p, `h${level}`);
  }
  const shift = body.querySelector("h1") ? 1 : 0;
  for (const heading of [...body.querySelectorAll("h1, h2, h3, h4, h5, h6")]) {
    rename(heading, `h${Math.min(4, Math.max(2, Number(heading.tagName[1]) + shift))}`);
  }
  // a heading is bold anyway
  for (const bold of body.querySelectorAll(":is(h2, h3, h4) :is(b, strong)")) bold.replaceWith(...bold.childNodes);
}

function listMarker(p) {
  const ignored = [...p.querySelectorAll("span")].find((span) => /mso-list:\s*ignore/i.test(style(span)));
  return { node: ignored, text: (ignored?.textContent ?? "").replace(/[\s\u00a0]+/g, "") };
}

// Word's lists are paragraphs with a marker; those numbered 一、 or （一） keep their number as text
function lists(body) {
  const open = []; // the lists that are open, outermost first
  let last = null;
  for (const p of [...body.querySelectorAll("p, h2, h3, h4")]) {
    const found = /mso-list:\s*l\d+\s+level(\d+)/i.exec(style(p));
    const marker = listMarker(p);
    const inWords = /[一二三四五六七八九十〇零]/.test(marker.text);
    if (!found || p.tagName !== "P" || inWords || !marker.text) {
      if (marker.node) marker.node.replaceWith(marker.text);
      open.length = 0;
      continue;
    }
    if (last?.nextElementSibling !== p) open.length = 0;
    marker.node.remove();
    const depth = Math.min(Number(found[1]), open.length + 1);
    const kind = /^[(（]?[0-9a-zA-Z]+[.)）．、]?$/.test(marker.text) && !/^[o§]$/.test(marker.text) ? "ol" : "ul";
    open.length = Math.min(open.length, depth);
    let list = open[depth - 1];
    if (list && list.tagName.toLowerCase() !== kind) {
      open.length = depth - 1;
      list = undefined;
    }
    if (!list) {
      list = body.ownerDocument.createElement(kind);
      const parent = open[depth - 2];
      if (parent) parent.lastElementChild.append(list);
      else p.before(list);
      open[depth - 1] = list;
    }
    const item = body.ownerDocument.createElement("li");
    item.append(p);
    list.append(item);
    last = open[0];
  }
}

const LOOKS = {
  strong: /(?:^|;)\s*font-weight:\s*(bold|[6-9]00)/i,
  em: /(?:^|;)\s*font-style:\s*italic/i,
  sup: /(?:^|;)\s*vertical-align:\s*super/i,
  sub: /(?:^|;)\s*vertical-align:\s*sub(?!\w)/i,
  s: /(?:^|;)\s*text-decoration:[^;]*line-through/i,
  u: /(?:^|;)\s*text-decoration:[^;]*underline/i,
};

function emphasis(body) {
  for (const span of [...body.querySelectorAll("span, font, b, strong")]) {
    const css = style(span);
    if (/^(B|STRONG)$/.test(span.tagName)) {
      if (/font-weight:\s*(normal|[1-4]00)/i.test(css)) span.replaceWith(...span.childNodes);
      continue;
    }
    if (!span.textContent.trim()) continue;
    const footnote = /Mso(Foot|End)noteReference/i.test(span.className);
    for (const [tag, look] of Object.entries(LOOKS)) {
      const meant = look.test(css) || (tag === "sup" && footnote);
      const already = span.closest(tag) || (tag === "strong" && span.closest("h2, h3, h4")) || (tag === "u" && span.closest("a"));
      if (meant && !already) wrapInside(span, tag);
    }
  }
  // a link looks underlined anyway
  for (const line of body.querySelectorAll("a u")) line.replaceWith(...line.childNodes);
}

function reduce(body, origin) {
  let lost = 0;
  for (const element of [...body.querySelectorAll("*")].reverse()) {
    const meant = prose.renamed[element.localName];
    const named = meant ? rename(element, meant) : element;
    if (named.tagName === "DIV" && ![...named.children].some((child) => child.matches(BLOCKS))) {
      rename(named, "p");
      continue;
    }
    if (named.tagName === "IMG" && !(named.getAttribute("src") ?? "").startsWith(origin)) {
      lost += 1;
      named.remove();
    } else if (!(named.localName in ATTRIBUTES) || (named.tagName === "A" && !SAFE_LINK.test(named.getAttribute("href") ?? ""))) {
      named.replaceWith(...named.childNodes);
    }
  }
  for (const element of body.querySelectorAll("*")) {
    const allowed = ATTRIBUTES[element.localName] ?? [];
    for (const { name, value } of [...element.attributes]) {
      const empty = (/span$/.test(name) && !(Number(value) > 1)) || (name === "class" && value !== "signature");
      if (!allowed.includes(name) || empty) element.removeAttribute(name);
    }
  }
  return lost;
}

const CHINESE = /[\u3000-\u9fff\uff00-\uffef]/;

function tidyText(body) {
  body.normalize();
  const walker = body.ownerDocument.createTreeWalker(body, NodeFilter.SHOW_TEXT);
  let before = "";
  let block = null;
  while (walker.nextNode()) {
    const node = walker.currentNode;
    const own = node.parentElement.closest("p, h2, h3, h4, li, td, th, figcaption");
    if (own !== block) before = "";
    block = own;
    let text = "";
    for (const char of node.data.replace(/[\u00a0\t\r\n ]+/g, " ")) {
      // a space between Chinese characters is where a line was broken
      if (char !== " " && text.endsWith(" ") && CHINESE.test(char) && CHINESE.test(text.at(-2) ?? before)) text = text.slice(0, -1);
      text += char;
    }
    node.data = text;
    before = text.at(-1) ?? before;
  }
  for (const block of body.querySelectorAll("p, h2, h3, h4, li")) {
    const first = block.firstChild;
    if (first?.nodeType === Node.TEXT_NODE) first.data = first.data.replace(/^[\s\u3000]+/, ""); // typed indents
  }
  for (const empty of [...body.querySelectorAll(`p, h2, h3, h4, ${MARKS}`)].reverse()) {
    if (!empty.textContent.trim() && !empty.querySelector("img, br") && !empty.closest("td, th")) empty.remove();
  }
}

/** Clean `html`. Pictures stay only from `origin` (this site); the others are counted in `lost`. */
export function cleanWord(html, origin = location.origin) {
  const { body } = new DOMParser().parseFromString(inert(html), "text/html");
  dropRubbish(body, hiddenClasses(html));
  headings(body);
  lists(body);
  emphasis(body);
  const lost = reduce(body, origin);
  tidyText(body);
  return { html: body.innerHTML.trim(), lost };
}
