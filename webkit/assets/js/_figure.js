// A picture with its alternative text and its caption: <figure><img><figcaption>.

import { mergeAttributes, Node } from "@tiptap/core";

export const Figure = Node.create({
  name: "figure",
  group: "block",
  content: "inline*",
  draggable: true,
  isolating: true,

  addAttributes() {
    const fromImage = (name) => (element) => (element.matches("img") ? element : element.querySelector("img"))?.getAttribute(name);
    return {
      src: { default: "", parseHTML: fromImage("src") },
      alt: { default: "", parseHTML: (element) => fromImage("alt")(element) ?? "" },
      width: { default: null, parseHTML: fromImage("width") },
      height: { default: null, parseHTML: fromImage("height") },
    };
  },

  parseHTML() {
    return [
      {
        tag: "figure",
        getAttrs: (element) => (element.querySelector("img[src]") ? null : false),
        contentElement: (element) => element.querySelector("figcaption") ?? document.createElement("figcaption"),
      },
      { tag: "img[src]", contentElement: () => document.createElement("figcaption") },
    ];
  },

  renderHTML({ HTMLAttributes }) {
    return ["figure", ["img", mergeAttributes(HTMLAttributes, { draggable: null })], ["figcaption", 0]];
  },

  addCommands() {
    return {
      insertFigure:
        ({ caption = "", ...attrs }) =>
        ({ commands }) =>
          commands.insertContent({
            type: "figure",
            attrs,
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
