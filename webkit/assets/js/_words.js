// Sentences for scripts: Chinese as written here, or what the page brought in the reader's language.

const node = document.getElementById("script-words");
const words = node ? JSON.parse(node.textContent) : {};

/** The sentence in the reader's language, with %(name)s replaced. */
export function t(sentence, values = {}) {
  return (words[sentence] ?? sentence).replace(/%\((\w+)\)s/g, (_, name) => values[name] ?? "");
}
