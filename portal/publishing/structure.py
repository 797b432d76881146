"""Repair of a text's structure: blocks in order, headings that step down one by one, nothing empty."""

from __future__ import annotations

import re
from collections.abc import Iterable

from portal.publishing.htmltree import Node

_RENAMED = {
    "b": "strong", "i": "em", "strike": "s", "del": "s", "h1": "h2", "h5": "h4", "h6": "h4", "tfoot": "tbody",
}  # fmt: skip
_HEADINGS = ("h2", "h3", "h4")
_INLINE = frozenset({"strong", "em", "u", "s", "sub", "sup", "code", "a", "br", "img"})
_EDGES = " \t\r\n\u3000"
_WIDE = "\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f“”‘’…—"
_BREAK_IN_CHINESE = re.compile(rf"(?<=[{_WIDE}])[ \t]*[\r\n]+[ \t]*(?=[{_WIDE}])")
_SPACES = re.compile(r"[ \t\r\n]+")

Child = Node | str


def repair(root: Node) -> Node:
    """A new tree of the same content in the order a publication has. `root` is used up."""
    for node in root.elements():
        node.tag = _RENAMED.get(node.tag, node.tag)
    blocks = _blocks(root.children)
    above = 1
    for block in blocks:
        if block.tag in _HEADINGS:
            above = min(int(block.tag[1]), above + 1)
            block.tag = f"h{above}"
    return Node("", children=list(blocks))


def _is_inline(child: Child) -> bool:
    return isinstance(child, str) or (
        child.tag in _INLINE and all(node.tag in _INLINE for node in child.elements())
    )


def _blocks(children: Iterable[Child]) -> list[Node]:
    """The content as a run of blocks; loose text becomes paragraphs."""
    blocks: list[Node] = []
    loose: list[Child] = []
    stray: Node | None = None  # a list made for items that had none
    for child in children:
        if _is_inline(child):
            loose.append(child)
            if not isinstance(child, str) or child.strip():
                stray = None
            continue
        assert isinstance(child, Node)
        blocks += _paragraphs(loose)
        loose = []
        if child.tag == "li":
            item = _holder(child)
            if stray is None and item.children:
                stray = Node("ul")
                blocks.append(stray)
            if stray is not None and item.children:
                stray.children.append(item)
        else:
            stray = None
            blocks += _block(child)
    return blocks + _paragraphs(loose)


def _block(node: Node) -> list[Node]:
    match node.tag:
        case "p" if all(_is_inline(child) for child in node.children):
            return _paragraphs(node.children, signature=node.attributes.get("class") == "signature")
        case "h2" | "h3" | "h4":
            inside = _line(node)
            pictures = [
                n for child in inside if isinstance(child, Node) for n in child.elements() if n.tag == "img"
            ]
            if pictures:
                return _paragraphs(node.children)
            return [Node(node.tag, children=inside)] if inside else []
        case "ul" | "ol":
            return _list(node)
        case "blockquote":
            inside_blocks = _without_headings(_blocks(node.children))
            return [Node("blockquote", children=list(inside_blocks))] if inside_blocks else []
        case "figure":
            return _figure(node)
        case "table":
            return _table(node)
        case "hr":
            return [Node("hr")]
        case _:
            return _blocks(node.children)


def _paragraphs(children: Iterable[Child], *, signature: bool = False) -> list[Node]:
    """Paragraphs from inline content: two line breaks end one, pictures alone become figures."""
    blocks: list[Node] = []
    for part in _split_at_double_breaks(_tidy(children)):
        inside = _trim(part)
        if not inside:
            continue
        if all(child.tag in ("img", "br") if isinstance(child, Node) else child == " " for child in inside):
            blocks += [Node("figure", children=[c]) for c in inside if isinstance(c, Node) and c.tag == "img"]
        else:
            blocks.append(Node("p", {"class": "signature"} if signature else {}, inside))
    return blocks


def _split_at_double_breaks(children: list[Child]) -> list[list[Child]]:
    parts: list[list[Child]] = [[]]
    breaks = 0
    for child in children:
        if isinstance(child, Node) and child.tag == "br":
            breaks += 1
            if breaks == 2:
                parts.append([])
        elif not (isinstance(child, str) and not child.strip(_EDGES)):
            breaks = 0
        parts[-1].append(child)
    return parts


def _tidy(children: Iterable[Child]) -> list[Child]:
    """Inline content without empty or doubled elements, white space collapsed."""
    tidy: list[Child] = []
    for child in _unwrapped(children, ()):
        if isinstance(child, str) and tidy and isinstance(tidy[-1], str):
            tidy[-1] += child
        else:
            tidy.append(child)
    return [_collapse(child) if isinstance(child, str) else child for child in tidy if child != ""]


def _unwrapped(children: Iterable[Child], around: tuple[str, ...]) -> Iterable[Child]:
    for child in children:
        if isinstance(child, str):
            yield child
        elif child.tag == "br":
            yield Node("br")
        elif child.tag == "img":
            if "src" in child.attributes:
                child.attributes.setdefault("alt", "")
                order = ("src", "alt", "width", "height")
                yield Node(
                    "img", {name: child.attributes[name] for name in order if name in child.attributes}
                )
        elif (
            child.tag in around
            or (child.tag == "a" and "href" not in child.attributes)
            or child.tag not in _INLINE
        ):
            yield from _unwrapped(child.children, around)
        else:
            inside = _tidy(_unwrapped(child.children, (*around, child.tag)))
            if all(c.tag == "br" if isinstance(c, Node) else not c.strip(_EDGES) for c in inside):
                yield from inside  # formatting around nothing
            else:
                yield Node(child.tag, _link(child) if child.tag == "a" else {}, inside)


def _link(node: Node) -> dict[str, str]:
    href = node.attributes["href"]
    outside = href.startswith(("http://", "https://"))
    return {"href": href, "rel": "noopener nofollow"} if outside else {"href": href}


def _collapse(text: str) -> str:
    return _SPACES.sub(" ", _BREAK_IN_CHINESE.sub("", text))


def _trim(children: list[Child]) -> list[Child]:
    """Without white space and line breaks at either end, however deep they sit."""
    return _trim_end(_trim_end(children, first=True), first=False)


def _trim_end(children: list[Child], *, first: bool) -> list[Child]:
    children = list(children)
    while children:
        at = 0 if first else -1
        edge = children[at]
        if isinstance(edge, str):
            kept = edge.lstrip(_EDGES) if first else edge.rstrip(_EDGES)
            if kept:
                children[at] = kept
                return children
        elif edge.tag != "br":
            if edge.tag != "img":
                edge.children = _trim_end(edge.children, first=first)
            return children
        children.pop(at)
    return children


def _line(node: Node) -> list[Child]:
    """Everything below as one run of inline content; blocks and line breaks become a space."""
    return _trim(_tidy(_flat(node)))


def _flat(node: Node) -> list[Child]:
    flat: list[Child] = []
    for child in node.children:
        if isinstance(child, str):
            flat.append(child)
        elif child.tag == "br":
            flat.append(" ")
        elif _is_inline(child):
            flat.append(Node(child.tag, child.attributes, _flat(child)))
        else:
            flat += [" ", *_flat(child), " "]
    return flat


def _without_headings(blocks: list[Node]) -> list[Node]:
    """A heading inside a list, cell or quotation would break the outline: a strong line instead."""
    return [
        Node("p", children=[Node("strong", children=_tidy(_unwrapped(block.children, ("strong",))))])
        if block.tag in _HEADINGS
        else block
        for block in blocks
    ]


def _holder(node: Node, tag: str | None = None) -> Node:
    """A list item or a cell: a single paragraph in it needs no paragraph element."""
    blocks = _without_headings(_blocks(node.children))
    children: list[Child] = list(blocks)
    if blocks and blocks[0].tag == "p" and not any(block.tag == "p" for block in blocks[1:]):
        children[:1] = blocks[0].children
    return Node(tag or node.tag, dict(node.attributes), children)


def _children(node: Node, *tags: str) -> list[Node]:
    return [child for child in node.children if isinstance(child, Node) and child.tag in tags]


def _list(node: Node) -> list[Node]:
    items: list[Node] = []
    for child in node.children:
        if isinstance(child, Node) and child.tag == "li":
            items.append(_holder(child))
        elif isinstance(child, Node) and child.tag in ("ul", "ol") and items:
            items[-1].children += _list(child)  # how Word nests lists
        elif not isinstance(child, str) or child.strip(_EDGES):
            items.append(_holder(Node("li", children=[child])))
    items = [item for item in items if item.children]
    return [Node(node.tag, children=list(items))] if items else []


def _figure(node: Node) -> list[Node]:
    shown = [n for n in node.elements() if n.tag == "img" and "src" in n.attributes]
    tables = [block for table in _children(node, "table") for block in _table(table)]
    captions = _children(node, "figcaption")
    rest = [c for c in node.children if not (isinstance(c, Node) and c.tag in ("table", "figcaption"))]
    words = [block for block in _blocks(rest) if block.tag != "figure"]
    caption = _trim([piece for n in captions for piece in [*_line(n), " "]])
    if tables:
        shown = []
    if not (shown or tables):
        return [*words, *_paragraphs(caption)]
    content: list[Child] = [*_tidy(shown), *tables]
    if caption:
        content.append(Node("figcaption", children=caption))
    return [Node("figure", children=content), *words]


def _table(node: Node) -> list[Node]:
    """The table with its rows in sections; header cells say what they head."""
    caption: list[Child] = []
    head: list[Node] = []
    body: list[Node] = []
    for section in node.children:
        if not isinstance(section, Node):
            continue
        if section.tag == "caption":
            caption = _line(section)
        rows = [section] if section.tag == "tr" else _children(section, "tr")
        for row in rows:
            cells = [_holder(cell) for cell in _children(row, "td", "th")]
            if cells:
                (head if section.tag == "thead" else body).append(Node("tr", children=list(cells)))
    if not head and len(body) > 1 and all(isinstance(c, Node) and c.tag == "th" for c in body[0].children):
        head = [body.pop(0)]
    if not any(cell.children for row in head + body for cell in _children(row, "td", "th")):
        return []
    for rows, scope in ((head, "col"), (body, "row")):
        for row in rows:
            for cell in _children(row, "th"):
                cell.attributes.setdefault("scope", scope)
    children: list[Child] = [Node("caption", children=caption)] if caption else []
    children += [Node(tag, children=list(rows)) for tag, rows in (("thead", head), ("tbody", body)) if rows]
    return [Node("table", children=children)]
