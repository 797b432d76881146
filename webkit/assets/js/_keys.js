// A list worked by keys: j and k move, other keys press what the item offers, ? shows them all.
// A key that asks for a page or a dialog is the list's last until that is there: what is typed meanwhile was meant for it.

import { t } from "./_words.js";

class KeyList {
  constructor(box) {
    this.box = box;
    this.help = document.createElement("details");
    this.help.className = "key-help";
    const summary = document.createElement("summary");
    summary.textContent = t("键盘操作（按 ? 打开）");
    this.help.append(summary, this.legend());
    box.before(this.help);
    document.addEventListener("keydown", (event) => this.key(event));
    for (const there of ["focusin", "pageshow", "pointerdown"]) addEventListener(there, () => (this.waits = false));
  }

  legend() {
    const list = document.createElement("dl");
    const known = new Map([["j", t("下一条")], ["k", t("上一条")]]);
    for (const action of this.box.querySelectorAll("[data-key]")) {
      known.set(action.dataset.key, action.dataset.keyLabel ?? action.textContent.trim());
    }
    for (const [key, label] of known) {
      const term = document.createElement("dt");
      const kbd = document.createElement("kbd");
      kbd.textContent = key === "Enter" ? t("回车") : key;
      const meaning = document.createElement("dd");
      meaning.textContent = label;
      term.append(kbd);
      list.append(term, meaning);
    }
    return list;
  }

  get items() {
    return [...this.box.querySelectorAll("[data-keys-item]")];
  }

  get current() {
    return document.activeElement?.closest("[data-keys-item]") ?? this.box.querySelector(".is-current");
  }

  go(item) {
    for (const other of this.items) other.classList.toggle("is-current", other === item);
    item.tabIndex = -1;
    item.focus();
    item.scrollIntoView({ block: "nearest" });
  }

  key(event) {
    const { target, key } = event;
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (this.waits || target.closest("input, textarea, select, [contenteditable=true], dialog")) return;
    if (key === "?") {
      this.help.open = !this.help.open;
      return;
    }
    const { items } = this;
    const at = items.indexOf(this.current);
    if (key === "j" || key === "k") {
      const next = key === "j" ? Math.min(at + 1, items.length - 1) : Math.max(at - 1, 0);
      if (items[next]) this.go(items[next]);
      return;
    }
    const item = items[at];
    if (!item || (key === "Enter" && target !== item)) return; // Enter on a button is that button's
    const action = item.querySelector(`[data-key="${CSS.escape(key)}"]`);
    if (action) {
      event.preventDefault();
      this.waits = action.matches("a:not([hx-get]), [type=submit]");
      action.click();
    }
  }
}

for (const box of document.querySelectorAll("[data-keys]")) new KeyList(box);
