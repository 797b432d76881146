// Pictures: <figure> with one or more and a caption, or one amid a line of text.

import { mergeAttributes, Node } from "@tiptap/core";

import prose from "../../prose.json";

const described = (image) =>
  Object.fromEntries(prose.leaves.img.map((name) => [name, image.getAttribute(name)]));
const inOrder = (picture) => Object.fromEntries(prose.leaves.img.map((name) => [name, picture[name] ?? null]));
const LINES = "p, h2, h3, h4, li, td, th, caption, figcaption, .table-caption";

export const Figure = Node.create({
  name: "figure",
  group: "block",
  content: "inline*",
  draggable: true,
  isolating: true,

  addAttributes() {
    const images = (element) => (element.matches("img") ? [element] : [...element.querySelectorAll("img[src]")]);
    return {
      pictures: {
        default: [],
        rendered: false,
        parseHTML: (element) => images(element).filter((image) => !image.closest("figcaption")).map(described),
      },
    };
  },

  parseHTML() {
    return [
      {
        tag: "figure",
        getAttrs: (element) => (element.querySelector("img[src]") ? null : false),
        contentElement: (element) => element.querySelector("figcaption") ?? document.createElement("figcaption"),
      },
      {
        tag: "img[src]",
        getAttrs: (element) => (element.closest(LINES) ? false : null),
        contentElement: () => document.createElement("figcaption"),
      },
    ];
  },

  renderHTML({ node }) {
    return ["figure", ...node.attrs.pictures.map((picture) => ["img", inOrder(picture)]), ["figcaption", 0]];
  },

  addCommands() {
    return {
      insertFigure:
        ({ caption = "", ...picture }) =>
        ({ commands }) =>
          commands.insertContent({
            type: "figure",
            attrs: { pictures: [picture] },
            content: caption ? [{ type: "text", text: caption }] : [],
          }),
    };
  },

  addKeyboardShortcuts() {
    return {
      // Enter leaves the caption for a new paragraph below
      Enter: ({ editor }) => {
        const { $from } = editor.state.selection;
        if ($from.parent.type.name !== this.name) return false;
        const after = $from.after();
        return editor.chain().insertContentAt(after, { type: "paragraph" }).setTextSelection(after + 1).run();
      },
    };
  },
});

export const Picture = Node.create({
  name: "picture",
  group: "inline",
  inline: true,
  draggable: true,
  addAttributes: () => Object.fromEntries(prose.leaves.img.map((name) => [name, { default: null }])),
  parseHTML: () => [{ tag: "img[src]", priority: 40 }],
  renderHTML: ({ HTMLAttributes }) => ["img", mergeAttributes(HTMLAttributes, { draggable: null })],
});
