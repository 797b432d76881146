// A link to a page that asks for confirmation opens that page's question in place.

import { toast } from "./_say.js";
import { t } from "./_words.js";

async function ask(link) {
  const answer = await fetch(link.href, { headers: { Accept: "text/html" } });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const question = page.getElementById("confirm");
  if (!answer.ok || !question) {
    location.assign(link.href);
    return;
  }
  const dialog = document.createElement("dialog");
  dialog.className = "dialog";
  const title = question.querySelector("h1");
  title.id = "dialog-title";
  dialog.setAttribute("aria-labelledby", title.id);
  dialog.append(document.adoptNode(question));
  document.body.append(dialog);
  dialog.addEventListener("close", () => {
    dialog.remove();
    link.focus();
  });
  dialog.addEventListener("click", (event) => {
    if (event.target.closest("[data-dialog-close]") || event.target === dialog) {
      event.preventDefault();
      dialog.close();
    }
  });
  dialog.showModal();
  dialog.querySelector("textarea, input:not([type=hidden]), select, button")?.focus();
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-dialog]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  ask(link).catch(() => toast(t("网络不通，没有送出。请稍后再试。"), "danger"));
});
