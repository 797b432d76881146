// Telling the reader: a polite announcement for screen readers, a toast for everyone.

export function announce(text) {
  const region = document.getElementById("announce");
  if (!region) return;
  region.textContent = "";
  requestAnimationFrame(() => (region.textContent = text));
}

/** Shows `text` for a while; tone: info, success, warning or danger. Errors stay until closed. */
export function toast(text, tone = "info") {
  const region = document.getElementById("toasts");
  if (!region || !text) return;
  const note = document.createElement("div");
  note.className = `note note-${tone}`;
  note.textContent = text;
  note.addEventListener("click", () => note.remove());
  region.append(note);
  setTimeout(() => note.remove(), tone === "danger" ? 20000 : 6000);
}

/** The token that proves a request came from our own page. */
export function csrfToken(from = document) {
  const scope = from.closest?.("form") ?? document;
  return (
    scope.querySelector("input[name=csrf_token]")?.value ??
    document.querySelector("meta[name=csrf-token]")?.content ??
    document.querySelector("input[name=csrf_token]")?.value ??
    ""
  );
}
