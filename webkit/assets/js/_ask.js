// A small form in a dialog. Resolves to the values, or null when the person turned away.

import { t } from "./_words.js";

let serial = 0;

/** fields: [{name, label, value, help, required, type}] */
export function ask(title, fields, accept) {
  const id = `ask-${++serial}`;
  const dialog = document.createElement("dialog");
  dialog.className = "dialog";
  dialog.setAttribute("aria-labelledby", id);
  const form = document.createElement("form");
  const heading = document.createElement("h2");
  heading.id = id;
  heading.textContent = title;
  form.append(heading);
  for (const field of fields) {
    const box = document.createElement("div");
    box.className = "field";
    const label = document.createElement("label");
    label.className = "field-label";
    label.textContent = field.label;
    const input = document.createElement("input");
    input.className = "form-control";
    input.id = `${id}-${field.name}`;
    input.name = field.name;
    input.type = field.type ?? "text";
    input.value = field.value ?? "";
    input.required = Boolean(field.required);
    label.htmlFor = input.id;
    box.append(label);
    if (field.help) {
      const help = document.createElement("p");
      help.className = "help";
      help.id = `${input.id}-help`;
      help.textContent = field.help;
      input.setAttribute("aria-describedby", help.id);
      box.append(help);
    }
    box.append(input);
    form.append(box);
  }
  const row = document.createElement("div");
  row.className = "buttons";
  const yes = document.createElement("button");
  yes.className = "btn btn-primary";
  yes.textContent = accept;
  const no = document.createElement("button");
  no.type = "button";
  no.className = "btn btn-quiet";
  no.textContent = t("取消");
  row.append(yes, no);
  form.append(row);
  dialog.append(form);
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    // at once: the browser tells of the closing only later, and the next key may come before
    const end = (answer) => {
      dialog.close();
      dialog.remove();
      resolve(answer);
    };
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      end(Object.fromEntries(new FormData(form)));
    });
    no.addEventListener("click", () => end(null));
    dialog.addEventListener("close", () => end(null)); // Escape
  });
}
