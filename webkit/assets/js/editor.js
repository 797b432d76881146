// The writing field for people who know Word. The textarea stays what is submitted; this edits it.

import { Editor } from "@tiptap/core";
import { DOMSerializer } from "@tiptap/pm/model";

import { ask } from "./_ask.js";
import { closed, extensions, opened } from "./_prose.js";
import { announce, csrfToken, toast } from "./_say.js";
import { toolbar } from "./_toolbar.js";
import { cleanWord } from "./_wordpaste.js";
import { t } from "./_words.js";

const PICTURES = ["image/png", "image/jpeg", "image/webp", "image/gif"];
const QUIET = 300; // ms between the last keystroke and the textarea

class Writing {
  constructor(textarea) {
    this.textarea = textarea;
    this.uploadUrl = textarea.dataset.uploadUrl;
    this.frame = document.createElement("div");
    this.frame.className = "editor";
    textarea.after(this.frame);
    const id = `${textarea.id}-editor`;
    const label = document.getElementById(`${textarea.id}-label`);
    const described = textarea.getAttribute("aria-describedby");
    const page = document.createElement("div");
    this.editor = new Editor({
      element: page,
      extensions,
      injectCSS: false,
      content: opened(textarea.value),
      parseOptions: { preserveWhitespace: "full" },
      editorProps: {
        attributes: {
          id,
          class: "prose editor-page",
          role: "textbox",
          "aria-multiline": "true",
          ...(label ? { "aria-labelledby": label.id } : { "aria-label": t("正文") }),
          ...(described ? { "aria-describedby": described } : {}),
        },
        clipboardSerializer: this.clipboard,
        transformPastedHTML: (html) => this.cleaned(html),
        handlePaste: (_view, event) => this.takeFiles(event.clipboardData),
        handleDrop: (_view, event, _slice, moved) => !moved && this.takeFiles(event.dataTransfer, event),
        handleKeyDown: (_view, event) => {
          if (event.altKey && event.key === "F10") {
            this.bar.focus();
            return true;
          }
          return false;
        },
      },
      onUpdate: () => this.later(),
      onTransaction: () => this.bar?.refresh(),
    });
    this.written = this.html; // until something is changed, the field stays as it came
    this.picker = document.createElement("input");
    Object.assign(this.picker, { type: "file", accept: PICTURES.join(","), hidden: true });
    this.picker.addEventListener("change", () => {
      const [file] = this.picker.files;
      this.picker.value = "";
      if (file) this.addPicture(file, true);
    });
    this.bar = toolbar(t("正文工具栏"), id, this.buttons());
    this.bar.element.addEventListener("keydown", ({ key }) => key === "Escape" && this.editor.view.focus());
    this.frame.append(this.bar.element, page, this.picker);
    textarea.hidden = true;
    textarea.required = false; // the browser cannot point at a hidden field; the server checks
    label?.addEventListener("click", () => this.editor.view.focus());
    textarea.form?.addEventListener("submit", () => this.write(), { capture: true });
    addEventListener("pagehide", () => this.write());
    this.bar.refresh();
  }

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.write(), QUIET);
  }

  get html() {
    return closed(this.editor.getHTML());
  }

  write() {
    clearTimeout(this.timer);
    const { html } = this;
    if (html === this.written) return;
    this.written = html;
    this.textarea.value = html;
    this.textarea.dispatchEvent(new Event("input", { bubbles: true }));
  }

  cleaned(html) {
    const { html: clean, lost } = cleanWord(html);
    if (lost) toast(t("有 %(n)s 张图片没能贴过来，请用“图片”按钮放进来。", { n: lost }), "warning");
    return opened(clean);
  }

  /** What is copied is written as it is stored: it comes back as it was, and elsewhere a caption is a caption. */
  get clipboard() {
    const serializeFragment = (fragment, options) => {
      const holder = document.createElement("template");
      holder.content.append(DOMSerializer.fromSchema(this.editor.schema).serializeFragment(fragment, options));
      holder.innerHTML = closed(holder.innerHTML);
      return holder.content;
    };
    return { serializeFragment };
  }

  takeFiles(transfer, event) {
    const files = [...(transfer?.files ?? [])].filter(({ type }) => PICTURES.includes(type));
    // Word adds a picture of the whole text: then the text is what is meant
    if (!files.length || !this.uploadUrl || transfer.getData("text/html").trim()) return false;
    if (event) {
      const at = this.editor.view.posAtCoords({ left: event.clientX, top: event.clientY });
      if (at) this.editor.commands.setTextSelection(at.pos);
    }
    (async () => {
      for (const file of files) await this.addPicture(file, files.length === 1);
    })();
    return true;
  }

  async addPicture(file, askWords) {
    announce(t("正在上传 %(name)s……", { name: file.name }));
    this.frame.classList.add("is-busy");
    let answer;
    try {
      const body = new FormData();
      body.append("file", file);
      const response = await fetch(this.uploadUrl, {
        method: "POST",
        body,
        headers: { "X-CSRFToken": csrfToken(this.textarea), Accept: "application/json" },
      });
      answer = await response.json();
      if (!response.ok || answer.error) throw new Error(answer.error);
    } catch (error) {
      toast(error instanceof TypeError || !error.message ? t("网络不通，图片没有传上去。") : error.message, "danger");
      return;
    } finally {
      this.frame.classList.remove("is-busy");
    }
    const words = askWords ? await this.askPicture({ alt: "", caption: "" }) : null;
    this.editor
      .chain()
      .focus()
      .insertFigure({ src: answer.url, width: answer.width, height: answer.height, alt: words?.alt ?? "", caption: words?.caption ?? "" })
      .run();
    if (!words?.alt) toast(t("请给图片补上文字说明，看不见图的人靠它了解内容。"), "warning");
  }

  askPicture({ alt }) {
    return ask(
      t("图片"),
      [
        { name: "alt", label: t("图里有什么"), value: alt, help: t("读给看不见图的人听，例如“改造后的车棚，槐树下有长椅”。") },
        { name: "caption", label: t("图片下面的说明（选填）") },
      ],
      t("放进正文"),
    );
  }

  async changeAlt() {
    const one = this.editor.isActive("picture");
    const pictures = one ? [this.editor.getAttributes("picture")] : this.editor.getAttributes("figure").pictures;
    const fields = pictures.map(({ alt }, at) => ({ name: `alt${at}`, label: t("图里有什么"), value: alt ?? "" }));
    const words = await ask(t("图里有什么"), fields, t("好"));
    if (!words) return;
    const changed = pictures.map((picture, at) => ({ ...picture, alt: words[`alt${at}`] }));
    const chain = this.editor.chain().focus();
    (one ? chain.updateAttributes("picture", changed[0]) : chain.updateAttributes("figure", { pictures: changed })).run();
  }

  /** Deletes the table with what was made for it alone: its caption, its figure. */
  deleteTable() {
    const { $anchor } = this.editor.state.selection;
    let depth = $anchor.depth;
    while ($anchor.node(depth).type.name !== "table") depth -= 1;
    const alone = (around) =>
      around.type.name === "captionedTable" || (around.type.name === "tableFigure" && around.childCount === 2);
    while (alone($anchor.node(depth - 1))) depth -= 1;
    this.editor.chain().focus().deleteRange({ from: $anchor.before(depth), to: $anchor.after(depth) }).run();
  }

  /** Makes the first row the head of the table, or a row like the others. */
  toggleHeaderRow() {
    this.editor.chain().focus().toggleHeaderRow().command(({ tr, state }) => {
      const { $anchor } = state.selection;
      let depth = $anchor.depth;
      while ($anchor.node(depth).type.name !== "table") depth -= 1;
      const row = tr.doc.nodeAt($anchor.start(depth));
      tr.setNodeAttribute($anchor.start(depth), "head", row.firstChild.type.name === "tableHeader");
      return true;
    }).run();
  }

  async changeLink() {
    const { href = "" } = this.editor.getAttributes("link");
    const words = await ask(
      t("链接"),
      [{ name: "href", label: t("网址"), value: href, help: t("留空则去掉链接。") }],
      t("好"),
    );
    if (!words) return;
    let target = words.href.trim();
    if (target && !/^([a-z]+:|\/|#)/i.test(target)) target = `https://${target}`;
    const chain = this.editor.chain().focus().extendMarkRange("link");
    if (!target) chain.unsetLink().run();
    else if (this.editor.state.selection.empty && !href) {
      chain.insertContent({ type: "text", text: words.href.trim(), marks: [{ type: "link", attrs: { href: target } }] }).run();
    } else chain.setLink({ href: target }).run();
  }

  buttons() {
    const { editor } = this;
    const run = (command, ...values) => () => editor.chain().focus()[command](...values).run();
    const heading = (level, label) => ({
      label,
      keys: `Mod+Alt+${level}`,
      run: run("toggleHeading", { level }),
      active: () => editor.isActive("heading", { level }),
    });
    return [
      {
        label: t("撤销和重做"),
        buttons: [
          { label: t("撤销"), keys: "Mod+Z", run: run("undo"), enabled: () => editor.can().undo() },
          { label: t("重做"), keys: "Mod+Y", run: run("redo"), enabled: () => editor.can().redo() },
        ],
      },
      {
        label: t("段落"),
        buttons: [
          { label: t("正文"), keys: "Mod+Alt+0", run: run("setParagraph"), active: () => editor.isActive("paragraph") },
          heading(2, t("大标题")),
          heading(3, t("中标题")),
          heading(4, t("小标题")),
        ],
      },
      {
        label: t("文字"),
        buttons: [
          { label: t("加粗"), look: "is-bold", keys: "Mod+B", run: run("toggleBold"), active: () => editor.isActive("bold") },
          { label: t("斜体"), look: "is-italic", keys: "Mod+I", run: run("toggleItalic"), active: () => editor.isActive("italic") },
          { label: t("链接"), keys: "Mod+K", run: () => this.changeLink(), active: () => editor.isActive("link") },
        ],
      },
      {
        label: t("列表和引文"),
        buttons: [
          { label: t("项目"), title: t("项目列表"), run: run("toggleBulletList"), active: () => editor.isActive("bulletList") },
          { label: t("编号"), title: t("编号列表"), run: run("toggleOrderedList"), active: () => editor.isActive("orderedList") },
          { label: t("引文"), run: run("toggleBlockquote"), active: () => editor.isActive("blockquote") },
        ],
      },
      {
        label: t("插入"),
        buttons: [
          ...(this.uploadUrl ? [{ label: t("图片"), run: () => this.picker.click() }] : []),
          { label: t("表格"), run: run("insertTable", { rows: 3, cols: 3, withHeaderRow: true }), enabled: () => !editor.isActive("table") },
        ],
      },
      {
        label: t("表格"),
        when: () => editor.isActive("table"),
        buttons: [
          { label: t("加一行"), run: run("addRowAfter") },
          { label: t("加一列"), run: run("addColumnAfter") },
          { label: t("删本行"), run: run("deleteRow") },
          { label: t("删本列"), run: run("deleteColumn") },
          { label: t("首行作表头"), run: () => this.toggleHeaderRow() },
          { label: t("合并或拆分"), run: run("mergeOrSplit") },
          { label: t("删除表格"), run: () => this.deleteTable() },
        ],
      },
      {
        label: t("图片"),
        when: () => editor.isActive("figure") || editor.isActive("picture"),
        buttons: [
          { label: t("改图片说明"), run: () => this.changeAlt() },
          { label: t("删除图片"), run: () => run("deleteNode", editor.isActive("picture") ? "picture" : "figure")() },
        ],
      },
    ];
  }
}

for (const textarea of document.querySelectorAll("textarea[data-editor]")) {
  const writing = new Writing(textarea);
  writing.frame.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      writing.changeLink();
    }
  });
}
