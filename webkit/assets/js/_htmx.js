// htmx under a strict policy: no eval, no inline styles, our token, errors told, focus kept.

import htmx from "htmx.org";

import { announce, csrfToken, toast } from "./_say.js";
import { t } from "./_words.js";

Object.assign(htmx.config, {
  allowEval: false,
  includeIndicatorStyles: false,
  selfRequestsOnly: true,
  historyCacheSize: 0, // nobody's pages stay behind on a shared computer
  scrollBehavior: "auto",
  responseHandling: [
    { code: "204", swap: false },
    { code: "[23]..", swap: true },
    { code: "422", swap: true },
    { code: "[45]..", swap: false, error: true },
  ],
});

function errorText(xhr) {
  const page = new DOMParser().parseFromString(xhr.responseText ?? "", "text/html");
  const note = page.querySelector(".note-danger");
  return note ? note.textContent.trim() : t("没有办成。请稍后再试。");
}

document.addEventListener("htmx:configRequest", ({ detail }) => {
  if (detail.verb !== "get") detail.headers["X-CSRFToken"] = csrfToken(detail.elt);
});
document.addEventListener("htmx:responseError", ({ detail }) => toast(errorText(detail.xhr), "danger"));
document.addEventListener("htmx:sendError", () => toast(t("网络不通，没有送出。请稍后再试。"), "danger"));

document.addEventListener("htmx:afterSettle", ({ detail }) => {
  const target = detail.elt;
  const wanted = target.matches?.("[data-focus]") ? target : target.querySelector?.("[data-focus]");
  if (wanted) {
    const { top, bottom } = target.getBoundingClientRect();
    wanted.focus({ preventScroll: top >= 0 && bottom <= innerHeight }); // else it is brought into sight
    target.scrollTop = 0; // in a pane that may cut its first line
  } else if (document.activeElement === document.body) {
    // what had the focus is gone: stay where the reader was looking
    if (!target.hasAttribute("tabindex")) target.setAttribute("tabindex", "-1");
    target.focus({ preventScroll: true });
  }
  const chosen = detail.requestConfig?.elt;
  if (chosen?.matches("[data-keys-item] a[hx-push-url]")) {
    // what is open beside a list is marked there
    for (const other of chosen.closest("[data-keys]").querySelectorAll("[aria-current]")) other.removeAttribute("aria-current");
    chosen.setAttribute("aria-current", "true");
  }
  // who signed in inside the page has another session: its other forms are to be taken as well
  const token = target.querySelector?.("input[name=csrf_token]")?.value;
  if (token) for (const other of document.querySelectorAll("input[name=csrf_token]")) other.value = token;
  const news = target.querySelector?.("[data-announce]");
  if (news) announce(news.textContent.trim());
});
