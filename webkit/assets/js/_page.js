// Small comforts of every page.

import { announce } from "./_say.js";
import { t } from "./_words.js";

document.documentElement.classList.add("js");

// the menu of a phone: a link to the navigation becomes a switch
for (const opener of document.querySelectorAll("[data-menu]")) {
  const menu = document.getElementById(opener.dataset.menu);
  if (!menu) continue;
  opener.setAttribute("role", "button");
  opener.setAttribute("aria-expanded", "false");
  opener.setAttribute("aria-controls", menu.id);
  const turn = (open) => {
    menu.classList.toggle("is-open", open);
    opener.setAttribute("aria-expanded", String(open));
  };
  const flip = (event) => {
    event.preventDefault();
    turn(!menu.classList.contains("is-open"));
  };
  opener.addEventListener("click", flip);
  opener.addEventListener("keydown", (event) => event.key === " " && flip(event));
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    turn(false);
    opener.focus();
  });
}

const openMenus = () => document.querySelectorAll("details.menu[open]");
document.addEventListener("click", ({ target }) => {
  for (const menu of openMenus()) if (!menu.contains(target)) menu.open = false;
});
document.addEventListener("keydown", ({ key }) => {
  if (key !== "Escape") return;
  for (const menu of openMenus()) {
    const inside = menu.contains(document.activeElement);
    menu.open = false;
    if (inside) menu.querySelector("summary").focus();
  }
});
document.addEventListener("focusin", ({ target }) => {
  for (const menu of openMenus()) if (!menu.contains(target)) menu.open = false;
});

document.addEventListener("click", (event) => {
  const { target } = event;
  const copy = target.closest("[data-copy]");
  if (copy) {
    navigator.clipboard?.writeText(copy.dataset.copy).then(() => announce(t("已复制。")));
    return;
  }
  if (target.closest("[data-print]")) {
    window.print();
    return;
  }
  // a row of a table follows its link, unless something in it was meant or text is being marked
  const row = target.closest("tr");
  const link = row?.querySelector(".row-link");
  if (link && !target.closest("a, button, input, select, label, textarea") && !String(getSelection())) link.click();
});
document.addEventListener("change", ({ target }) => {
  if (target.matches("select[data-submit]")) target.form.requestSubmit();
});

document.querySelector("[data-focus]")?.focus();
