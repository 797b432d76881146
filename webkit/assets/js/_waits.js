// A form whose answer takes a while says so, and is sent once: <form data-waits="正在读取文件……">.

import { announce } from "./_say.js";

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || !form.dataset.waits) return;
  if (form.querySelector("[data-waiting]")) {
    event.preventDefault(); // it is on its way
    return;
  }
  const note = document.createElement("p");
  note.className = "help";
  note.dataset.waiting = "";
  const bar = document.createElement("progress");
  bar.setAttribute("aria-label", form.dataset.waits);
  note.append(form.dataset.waits, bar);
  form.querySelector(".buttons").after(note);
  announce(form.dataset.waits);
});

// gone back to: nothing is on its way any more
window.addEventListener("pageshow", () => {
  for (const note of document.querySelectorAll("[data-waiting]")) note.remove();
});
