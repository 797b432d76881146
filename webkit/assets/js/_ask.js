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
  form.method = "dialog";
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
  yes.value = "yes";
  yes.textContent = accept;
  const no = document.createElement("button");
  no.type = "button";
  no.className = "btn btn-quiet";
  no.textContent = t("取消");
  no.addEventListener("click", () => dialog.close());
  row.append(yes, no);
  form.append(row);
  dialog.append(form);
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      const answered = dialog.returnValue === "yes";
      resolve(answered ? Object.fromEntries(new FormData(form)) : null);
      dialog.remove();
    });
  });
}
