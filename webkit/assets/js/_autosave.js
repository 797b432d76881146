// Drafts keep themselves: fields are posted a few seconds after the last change, retried when the
// network is away, and leaving with unsaved changes is questioned.

import { csrfToken } from "./_say.js";
import { t } from "./_words.js";

const QUIET = 3000; // after the last change
const LONGEST = 20000; // while typing goes on
const RETRY = [5000, 10000, 20000, 40000, 60000];

class Draft {
  constructor(form) {
    this.form = form;
    this.url = form.dataset.autosaveUrl;
    this.status = form.querySelector("[data-autosave-status]");
    this.status?.setAttribute("aria-live", "polite");
    this.changes = 0; // counts changes, so that one made while saving is not taken for saved
    this.saved = 0;
    this.tries = 0;
    form.addEventListener("input", () => this.changed());
    form.addEventListener("change", () => this.changed());
    form.addEventListener("submit", (event) => this.submit(event));
    addEventListener("beforeunload", (event) => this.dirty && event.preventDefault());
    addEventListener("pageshow", () => (this.leaving = false));
    if (this.url) {
      addEventListener("online", () => this.dirty && this.save());
      document.addEventListener("visibilitychange", () => document.hidden && this.dirty && this.save());
    }
  }

  get dirty() {
    return !this.leaving && this.form.isConnected && this.changes > this.saved;
  }

  changed() {
    this.changes += 1;
    if (!this.url || this.stopped) return;
    this.since ??= Date.now();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), Math.min(QUIET, Math.max(0, this.since + LONGEST - Date.now())));
  }

  say(sentence, values) {
    if (this.status) this.status.textContent = t(sentence, values);
  }

  async save() {
    if (this.stopped || this.running) return;
    clearTimeout(this.timer);
    const upTo = this.changes;
    this.since = undefined;
    this.say("正在保存……");
    this.running = this.post();
    const outcome = await this.running;
    this.running = undefined;
    if (outcome === "saved") {
      this.saved = upTo;
      this.tries = 0;
      const now = new Date();
      const time = `${now.getHours()}:${String(now.getMinutes()).padStart(2, "0")}`;
      this.say("已自动保存 %(time)s", { time });
      if (this.dirty) this.changed();
    } else if (outcome === "away") {
      this.say("网络不通，内容还在本页，稍后自动再存。");
      this.timer = setTimeout(() => this.save(), RETRY[Math.min(this.tries++, RETRY.length - 1)]);
    } else if (outcome === "conflict") {
      this.stopped = true; // somebody else saved: the next submit shows both texts
      this.say("别人刚刚改过这份内容，自动保存已暂停。请按“保存”，会并排显示两份内容，不会丢失。");
    } else if (outcome === "signed out") {
      this.say("没有保存：请先登录。内容还在本页；按“保存”，登录后会放回这里。");
    } else {
      this.say("有的内容还不合要求，暂未自动保存。");
    }
  }

  async post() {
    const body = new FormData();
    for (const [name, value] of new FormData(this.form)) {
      if (typeof value === "string" && name !== "csrf_token") body.append(name, value);
    }
    try {
      const answer = await fetch(this.url, {
        method: "POST",
        body,
        keepalive: document.hidden,
        headers: { "X-CSRFToken": csrfToken(this.form), Accept: "application/json" },
      });
      if (answer.status === 409) return "conflict";
      if (answer.status >= 500 || answer.status === 429) return "away";
      if (answer.status === 422 || answer.status === 413) return "refused";
      // a page in place of the expected JSON is that of signing in, whatever its status
      const expected = answer.ok && !answer.redirected && answer.headers.get("Content-Type")?.includes("json");
      if (!expected) return "signed out";
      const told = await answer.json();
      const version = this.form.elements.namedItem("version");
      if (told.version !== undefined && version) version.value = told.version;
      return "saved";
    } catch {
      return "away";
    }
  }

  submit(event) {
    clearTimeout(this.timer);
    if (!this.running) {
      this.leaving = true;
      return;
    }
    // a save on its way would change the version under this submit
    event.preventDefault();
    const { submitter } = event;
    this.running.then(() => {
      this.running = undefined;
      this.form.requestSubmit(submitter);
    });
  }
}

const DRAFTS = "form[data-autosave-url], form[data-guard]";
const drafts = new Map();

function take(root) {
  for (const form of drafts.keys()) if (!form.isConnected) drafts.delete(form);
  for (const form of root.querySelectorAll(DRAFTS)) if (!drafts.has(form)) drafts.set(form, new Draft(form));
}

take(document);
document.addEventListener("htmx:load", ({ detail }) => take(detail.elt));
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  // what is typed into a form that another one takes the place of is kept first
  for (const [form, draft] of drafts) if (detail.target.contains(form) && draft.url && draft.dirty) draft.save();
});
