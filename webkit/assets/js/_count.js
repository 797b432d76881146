// How much of a text is used: shown under `textarea[data-count]`, whose value is the most characters.

for (const field of document.querySelectorAll("textarea[data-count]")) {
  const most = Number(field.dataset.count);
  const note = document.createElement("p");
  note.className = "help count-note";
  note.id = `${field.id}-count`;
  const show = () => {
    const used = [...field.value.trim()].length;
    note.textContent = `${used} / ${most}`;
    note.classList.toggle("is-over", used > most);
  };
  field.after(note);
  field.setAttribute("aria-describedby", `${field.getAttribute("aria-describedby") ?? ""} ${note.id}`.trim());
  field.addEventListener("input", show);
  show();
}
