// Suggestions under a text field: the ARIA combobox with a list box. The field works without it.

import { announce } from "./_say.js";
import { t } from "./_words.js";

const WAIT = 150;
const SEPARATOR = /[,，、;；]\s*/;
let serial = 0;

class Suggestions {
  constructor(input) {
    this.input = input;
    this.many = input.hasAttribute("data-suggest-many"); // tags: only the last word is completed
    this.box = document.createElement("div");
    this.box.className = "combo";
    input.replaceWith(this.box);
    this.list = document.createElement("ul");
    this.list.className = "combo-list";
    this.list.id = `suggestions-${++serial}`;
    this.list.role = "listbox";
    this.list.hidden = true;
    const name = input.getAttribute("aria-label") ?? input.labels?.[0]?.textContent ?? document.querySelector(`label[for="${input.id}"]`)?.textContent;
    this.list.setAttribute("aria-label", t("%(name)s的建议", { name: (name ?? "").trim() }));
    this.box.append(input, this.list);
    for (const [key, value] of Object.entries({
      role: "combobox",
      autocomplete: "off",
      "aria-autocomplete": "list",
      "aria-expanded": "false",
      "aria-controls": this.list.id,
    })) input.setAttribute(key, value);
    input.addEventListener("input", (event) => event.isComposing || this.later());
    input.addEventListener("compositionstart", () => this.close()); // the input method has a list of its own
    input.addEventListener("compositionend", () => this.later());
    input.addEventListener("keydown", (event) => this.key(event));
    input.addEventListener("blur", () => setTimeout(() => document.activeElement !== input && this.close(), 150));
    this.list.addEventListener("mousedown", (event) => event.preventDefault());
    this.list.addEventListener("click", ({ target }) => {
      const option = target.closest("[role=option]");
      if (option) this.take(option);
    });
  }

  get word() {
    const text = this.input.value;
    return (this.many ? text.split(SEPARATOR).pop() : text).trim();
  }

  later() {
    this.forget();
    this.timer = setTimeout(() => this.ask(), WAIT);
  }

  /** What was asked is no longer wanted. */
  forget() {
    clearTimeout(this.timer);
    this.request?.abort();
  }

  async ask() {
    this.forget();
    const q = this.word;
    if (!q) return this.close();
    if (q === this.answered) return this.again();
    const { signal } = (this.request = new AbortController());
    const url = new URL(this.input.dataset.suggestUrl, location.href);
    url.searchParams.set("q", q);
    try {
      const answer = await fetch(url, { signal, headers: { Accept: "application/json" } });
      if (!answer.ok) return;
      this.show(await answer.json());
      this.answered = q;
    } catch {
      if (!signal.aborted) this.close(); // typing goes on without suggestions
    }
  }

  /** What is known of the same words. */
  again() {
    const { length } = this.list.children;
    if (length && this.list.hidden) this.offer(length);
  }

  show(items) {
    this.list.replaceChildren(
      ...items.map((item, n) => {
        const option = document.createElement("li");
        option.role = "option";
        option.id = `${this.list.id}-${n}`;
        option.setAttribute("aria-selected", "false");
        option.dataset.value = item.value ?? item.label;
        if (item.url) option.dataset.url = item.url;
        const label = document.createElement("span");
        label.textContent = item.label;
        option.append(label);
        if (item.note) {
          const note = document.createElement("span");
          note.className = "combo-note";
          note.textContent = item.note;
          option.append(note);
        }
        return option;
      }),
    );
    this.offer(items.length);
  }

  offer(n) {
    this.mark(-1);
    this.open(n > 0);
    announce(n ? t("%(n)s 条建议，用上下键选择。", { n }) : t("没有建议。"));
  }

  open(yes) {
    this.list.hidden = !yes;
    this.input.setAttribute("aria-expanded", String(yes));
  }

  close() {
    this.forget(); // a late answer does not open the list again
    this.open(false);
    this.mark(-1);
  }

  mark(index) {
    const options = [...this.list.children];
    this.index = options.length ? (index + options.length + 1) % (options.length + 1) : -1;
    if (this.index === options.length) this.index = -1;
    options.forEach((option, n) => option.setAttribute("aria-selected", String(n === this.index)));
    const chosen = options[this.index];
    if (chosen) {
      this.input.setAttribute("aria-activedescendant", chosen.id);
      chosen.scrollIntoView({ block: "nearest" });
    } else this.input.removeAttribute("aria-activedescendant");
  }

  key(event) {
    const open = !this.list.hidden;
    if (event.isComposing) return; // the input method owns the keys
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!open) return void this.ask();
      const last = this.list.children.length - 1;
      const step = event.key === "ArrowDown" ? 1 : -1;
      this.mark(this.index === -1 && step < 0 ? last : this.index + step);
    } else if (event.key === "Escape" && open) {
      event.preventDefault();
      this.close();
    } else if (event.key === "Enter" && open && this.index >= 0) {
      event.preventDefault();
      this.take(this.list.children[this.index]);
    }
  }

  take(option) {
    this.close();
    if (option.dataset.url) {
      location.assign(option.dataset.url);
      return;
    }
    if (this.many) {
      const before = this.input.value.split(SEPARATOR).slice(0, -1).filter(Boolean);
      this.input.value = `${[...before, option.dataset.value].join("、")}、`;
    } else {
      this.input.value = option.dataset.value;
    }
    this.input.dispatchEvent(new Event("change", { bubbles: true }));
    this.input.focus();
    if (this.input.type === "search") this.input.form?.requestSubmit();
  }
}

for (const input of document.querySelectorAll("input[data-suggest-url]")) new Suggestions(input);
