// What Word and WPS put on the clipboard, reduced to what it means: headings, paragraphs, lists,
// tables, emphasis, links. A pure function from HTML text to HTML text.

const DROPPED = "script, style, meta, link, title, xml, object, iframe, form, input, button, svg, math, video, audio";
const BLOCKS = new Set("P H1 H2 H3 H4 H5 H6 UL OL LI TABLE THEAD TBODY TFOOT TR TD TH BLOCKQUOTE FIGURE FIGCAPTION HR DIV".split(" "));
const KEPT = new Set("P H2 H3 H4 UL OL LI TABLE THEAD TBODY TR TD TH BLOCKQUOTE FIGURE FIGCAPTION HR BR STRONG EM A IMG".split(" "));
const ATTRIBUTES = { A: ["href"], IMG: ["src", "alt", "width", "height"], TD: ["colspan", "rowspan"], TH: ["colspan", "rowspan"], OL: ["start"] };
const RENAMED = { B: "strong", I: "em", H5: "h4", H6: "h4", TFOOT: "tbody" };
const SAFE_LINK = /^(https?:|mailto:|tel:|\/(?!\/)|#(?!_))/i;

// renamed before parsing: the content policy would report each style and handler, even in a lifeless document
const inert = (html) => html
  .replace(/<style[\s\S]*?<\/style\s*>/gi, "")
  .replace(/<[a-z][^>]*>/gi, (tag) => tag.replace(/\s(style|on\w+)\s*=/gi, " data-$1="));
const style = (element) => element.dataset.style ?? "";

function rename(element, name) {
  const renamed = element.ownerDocument.createElement(name);
  for (const { name: key, value } of element.attributes) renamed.setAttribute(key, value);
  renamed.append(...element.childNodes);
  element.replaceWith(renamed);
  return renamed;
}

function wrapInside(element, name) {
  const wrapper = element.ownerDocument.createElement(name);
  wrapper.append(...element.childNodes);
  element.append(wrapper);
}

function dropRubbish(body) {
  const walker = body.ownerDocument.createTreeWalker(body, NodeFilter.SHOW_COMMENT);
  const comments = [];
  while (walker.nextNode()) comments.push(walker.currentNode);
  for (const comment of comments) comment.remove();
  for (const element of body.querySelectorAll(DROPPED)) element.remove();
  for (const element of [...body.querySelectorAll("*")]) {
    if (element.tagName.includes(":")) element.replaceWith(...element.childNodes); // o:p, w:sdt, v:shape
    else if (/display:\s*none/i.test(style(element))) element.remove();
  }
}

// Word marks a heading by a style, an outline level, or a real h1; the page's own h1 is its title
function headings(body) {
  for (const p of [...body.querySelectorAll("p")]) {
    const named = /(?:^|\s)(MsoTitle|MsoHeading(\d)|Heading(\d))(?:\s|$)/i.exec(p.className);
    const outline = /mso-outline-level:\s*(\d)/i.exec(style(p));
    const level = named ? Number(named[2] ?? named[3] ?? 1) : Number(outline?.[1] ?? 0);
    if (level >= 1 && level <= 6) rename(p, `h${level}`);
  }
  const shift = body.querySelector("h1") ? 1 : 0;
  for (const heading of [...body.querySelectorAll("h1, h2, h3, h4, h5, h6")]) {
    rename(heading, `h${Math.min(4, Math.max(2, Number(heading.tagName[1]) + shift))}`);
  }
  // a heading is bold anyway
  for (const bold of body.querySelectorAll(":is(h2, h3, h4) :is(b, strong)")) bold.replaceWith(...bold.childNodes);
}

function listMarker(p) {
  const ignored = [...p.querySelectorAll("span")].find((span) => /mso-list:\s*ignore/i.test(style(span)));
  return { node: ignored, text: (ignored?.textContent ?? "").replace(/[\s\u00a0]+/g, "") };
}

// Word's lists are paragraphs with a marker; those numbered 一、 or （一） keep their number as text
function lists(body) {
  const open = []; // the lists that are open, outermost first
  let last = null;
  for (const p of [...body.querySelectorAll("p, h2, h3, h4")]) {
    const found = /mso-list:\s*l\d+\s+level(\d+)/i.exec(style(p));
    const marker = listMarker(p);
    const inWords = /[一二三四五六七八九十〇零]/.test(marker.text);
    if (!found || p.tagName !== "P" || inWords || !marker.text) {
      if (marker.node) marker.node.replaceWith(marker.text);
      open.length = 0;
      continue;
    }
    if (last?.nextElementSibling !== p) open.length = 0;
    marker.node.remove();
    const depth = Math.min(Number(found[1]), open.length + 1);
    const kind = /^[(（]?[0-9a-zA-Z]+[.)）．、]?$/.test(marker.text) && !/^[o§]$/.test(marker.text) ? "ol" : "ul";
    open.length = Math.min(open.length, depth);
    let list = open[depth - 1];
    if (list && list.tagName.toLowerCase() !== kind) {
      open.length = depth - 1;
      list = undefined;
    }
    if (!list) {
      list = body.ownerDocument.createElement(kind);
      const parent = open[depth - 2];
      if (parent) parent.lastElementChild.append(list);
      else p.before(list);
      open[depth - 1] = list;
    }
    const item = body.ownerDocument.createElement("li");
    item.append(p);
    list.append(item);
    last = open[0];
  }
}

function emphasis(body) {
  for (const span of [...body.querySelectorAll("span, font, b, strong, i, em")]) {
    const css = style(span);
    const plain = /^(B|STRONG)$/.test(span.tagName) && /font-weight:\s*(normal|[1-4]00)/i.test(css);
    if (plain) {
      span.replaceWith(...span.childNodes);
      continue;
    }
    if (!/^(SPAN|FONT)$/.test(span.tagName) || !span.textContent.trim()) continue;
    const inHeading = span.closest("h2, h3, h4");
    if (/(?:^|;)\s*font-weight:\s*(bold|[6-9]00)/i.test(css) && !inHeading) wrapInside(span, "strong");
    if (/(?:^|;)\s*font-style:\s*italic/i.test(css)) wrapInside(span, "em");
  }
}

function reduce(body, origin) {
  let lost = 0;
  for (const element of [...body.querySelectorAll("*")].reverse()) {
    const named = RENAMED[element.tagName] ? rename(element, RENAMED[element.tagName]) : element;
    if (named.tagName === "DIV" && ![...named.children].some((child) => BLOCKS.has(child.tagName))) {
      rename(named, "p");
      continue;
    }
    if (named.tagName === "IMG" && !(named.getAttribute("src") ?? "").startsWith(origin)) {
      lost += 1;
      named.remove();
    } else if (!KEPT.has(named.tagName) || (named.tagName === "A" && !SAFE_LINK.test(named.getAttribute("href") ?? ""))) {
      named.replaceWith(...named.childNodes);
    }
  }
  for (const element of body.querySelectorAll("*")) {
    const allowed = ATTRIBUTES[element.tagName] ?? [];
    for (const { name } of [...element.attributes]) {
      const value = element.getAttribute(name);
      if (!allowed.includes(name) || (/span$/.test(name) && !(Number(value) > 1))) element.removeAttribute(name);
    }
  }
  return lost;
}

const CHINESE = /[\u3000-\u9fff\uff00-\uffef]/;

function tidyText(body) {
  body.normalize();
  const walker = body.ownerDocument.createTreeWalker(body, NodeFilter.SHOW_TEXT);
  let before = "";
  let block = null;
  while (walker.nextNode()) {
    const node = walker.currentNode;
    const own = node.parentElement.closest("p, h2, h3, h4, li, td, th, figcaption");
    if (own !== block) before = "";
    block = own;
    let text = "";
    for (const char of node.data.replace(/[\u00a0\t\r\n ]+/g, " ")) {
      // a space between Chinese characters is where a line was broken
      if (char !== " " && text.endsWith(" ") && CHINESE.test(char) && CHINESE.test(text.at(-2) ?? before)) text = text.slice(0, -1);
      text += char;
    }
    node.data = text;
    before = text.at(-1) ?? before;
  }
  for (const block of body.querySelectorAll("p, h2, h3, h4, li")) {
    const first = block.firstChild;
    if (first?.nodeType === Node.TEXT_NODE) first.data = first.data.replace(/^[\s\u3000]+/, ""); // typed indents
  }
  for (const empty of [...body.querySelectorAll("p, h2, h3, h4, strong, em, a")].reverse()) {
    if (!empty.textContent.trim() && !empty.querySelector("img, br") && !empty.closest("td, th")) empty.remove();
  }
}

/** Clean `html`. Pictures stay only from `origin` (this site); the others are counted in `lost`. */
export function cleanWord(html, origin = location.origin) {
  const { body } = new DOMParser().parseFromString(inert(html), "text/html");
  dropRubbish(body);
  headings(body);
  lists(body);
  emphasis(body);
  const lost = reduce(body, origin);
  tidyText(body);
  return { html: body.innerHTML.trim(), lost };
}

/** Whether clipboard HTML came from Word, WPS or their like. */
export function fromOffice(html) {
  return /mso-|MsoNormal|urn:schemas-microsoft-com|name="?ProgId|WPS|Kingsoft/i.test(html);
}
