"""Pages that are well-formed at a glance: a reading of milliseconds that vouches for nearly all of them.

The parser that knows every rule of HTML5 takes a hundred times as long. `plainly_well_formed` knows few, all of them
stricter than HTML5's own: every element is closed where it was opened, stands where nothing is implied or moved, and
holds quoted attributes and plain characters. What it cannot vouch for is not wrong yet: that the parser decides.
"""

from __future__ import annotations

import re

_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_VOID = frozenset({"br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"})
#: Their beginning ends a paragraph.
_BLOCKS = _HEADINGS | {
    "address", "article", "aside", "blockquote", "dd", "details", "dialog", "div", "dl", "dt", "fieldset",
    "figcaption", "figure", "footer", "form", "header", "hr", "li", "main", "menu", "nav", "ol", "p", "pre", "search",
    "section", "summary", "table", "ul",
}  # fmt: skip
_FLOW = _BLOCKS | {
    "a", "abbr", "b", "br", "button", "cite", "code", "data", "datalist", "del", "dfn", "em", "i", "img", "input",
    "ins", "kbd", "label", "legend", "mark", "meter", "noscript", "output", "picture", "progress", "q", "s", "samp",
    "script", "select", "small", "source", "span", "strong", "sub", "sup", "svg", "textarea", "time", "u", "var",
    "wbr",
}  # fmt: skip
_ROWS = frozenset({"tr"})
#: What stands in elements that take nothing else, and but for an option no words; "" is the document.
_ONLY = {
    "": frozenset({"html"}),
    "html": frozenset({"head", "body"}),
    "head": frozenset({"link", "meta", "script", "style", "title"}),
    "table": frozenset({"caption", "colgroup", "thead", "tbody", "tfoot"}),
    "colgroup": frozenset({"col"}),
    "thead": _ROWS,
    "tbody": _ROWS,
    "tfoot": _ROWS,
    "tr": frozenset({"td", "th"}),
    "select": frozenset({"option", "optgroup"}),
    "optgroup": frozenset({"option"}),
    "datalist": frozenset({"option"}),
    "option": frozenset(),
}
_DRAWN = frozenset({"circle", "g", "line", "path", "polyline", "rect", "text", "title", "tspan", "use"})
#: By what may not be open anywhere around it.
_NOT_WITHIN = {
    **{name: frozenset({"p"}) for name in _BLOCKS},
    **{name: _HEADINGS | {"p"} for name in _HEADINGS},
    "a": frozenset({"a"}), "button": frozenset({"button"}), "form": frozenset({"form", "p"}),
}  # fmt: skip
_NOTHING = frozenset[str]()

_SPACE = r"[ \t\r\n]"
#: Characters that are an error wherever they stand.
_WRONG = r"\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffd-\uffff" + "".join(
    chr(plane << 16 | last) for plane in range(1, 17) for last in (0xFFFE, 0xFFFF)
)
_ENTITY = r"&(?:amp|lt|gt|quot|nbsp|#3[49]);"
_WORDS = rf"(?:[^<&{_WRONG}]++|{_ENTITY})*+"
_NAME = r"[a-zA-Z][a-zA-Z0-9:_-]*+"
_VALUE = rf"(?:=\"(?:[^\"&{_WRONG}]++|{_ENTITY})*+\"|='(?:[^'&{_WRONG}]++|{_ENTITY})*+')?+"
_attribute = re.compile(rf"{_SPACE}++({_NAME}){_VALUE}")
_words = re.compile(_WORDS)
_tag = re.compile(
    rf"({_WORDS})<(/?)([a-zA-Z][a-zA-Z0-9]*+)((?:{_SPACE}++{_NAME}{_VALUE})*+){_SPACE}*+(/?)>"
)
_doctype = re.compile(rf"{_SPACE}*+<!doctype html>", re.IGNORECASE)
_verbatim = {
    **{name: re.compile(rf"[^<{_WRONG}]*+</{name}>") for name in ("script", "style")},
    **{name: re.compile(rf"{_WORDS}</{name}>") for name in ("textarea", "title")},
}


def plainly_well_formed(text: str, *, part: bool = False) -> bool:
    """Whether the page, or with `part` the fragment, is certainly well-formed; False says nothing."""
    at, stack, seen = 0, ["div"] if part else [""], set[str]()
    if not part:
        doctype = _doctype.match(text)
        if not doctype:
            return False
        at = doctype.end()
    depth = len(stack)
    while found := _tag.match(text, at):
        at = found.end()
        words, closing, name, attributes, slash = found.groups()
        parent = stack[-1]
        if parent in _ONLY and parent != "option" and words.strip(" \t\r\n"):
            return False
        if closing:
            if name != parent or attributes or slash or len(stack) == depth:
                return False
            stack.pop()
            continue
        if not _may_begin(name, stack, seen) or not _distinct(attributes):
            return False
        if "svg" in stack:
            if not slash:
                stack.append(name)
        elif name in _VOID:
            continue
        elif slash:
            return False
        elif name in _verbatim:
            verbatim = _verbatim[name].match(text, at)
            if not verbatim:
                return False
            at = verbatim.end()
        else:
            stack.append(name)
    rest = text[at:]
    whole = part or ("body" in seen and not rest.strip(" \t\r\n"))
    return whole and len(stack) == depth and bool(_words.fullmatch(rest))


def _may_begin(name: str, stack: list[str], seen: set[str]) -> bool:
    """Whether an element may begin inside those that are open."""
    parent = stack[-1]
    if "svg" in stack:
        return name in _DRAWN
    if parent in _ONLY:
        if name in ("html", "head", "body"):
            first = name not in seen and (name != "body" or "head" in seen)
            seen.add(name)
            return first and name in _ONLY[parent]
        return name in _ONLY[parent]
    if name == "li":
        return parent in ("ul", "ol", "menu")
    if name in ("dt", "dd"):
        return parent == "dl" or stack[-2:] == ["dl", "div"]
    return name in _FLOW and _NOT_WITHIN.get(name, _NOTHING).isdisjoint(stack)


def _distinct(attributes: str) -> bool:
    """Whether no attribute is given twice."""
    names = [name.lower() for name in _attribute.findall(attributes)]
    return len(names) == len(set(names))
