"""Repair of a text's structure: blocks in order, headings that step down one by one, nothing empty."""

from __future__ import annotations

from collections.abc import Iterable

from portal.publishing import inline, tables
from portal.publishing.htmltree import Node
from portal.publishing.inline import EDGES, Child
from webkit import prose

_HEADINGS = ("h2", "h3", "h4")
#: Said by the sanitiser's first pass of what the author did not show.
UNSEEN = "unseen"
#: Elements that mean nothing by themselves; the sanitiser lets them in to see whether they are shown.
WRAPPERS = frozenset({"span", "font", "ins", "label", "small", "big", "mark"})


def repair(root: Node) -> Node:
    """A new tree of the same content in the order a publication has. `root` is used up."""
    root.children = list(_seen(root))
    for node in root.elements():
        node.tag = prose.RENAMED.get(node.tag, node.tag)
    blocks = _blocks(root.children)
    above = 1
    for block in blocks:
        if block.tag in _HEADINGS:
            above = min(int(block.tag[1]), above + 1)
            block.tag = f"h{above}"
    return Node("", children=list(blocks))


def _seen(node: Node) -> Iterable[Child]:
    """What is below, without what the author did not show, and without wrappers."""
    for child in node.children:
        if isinstance(child, str):
            yield child
        elif UNSEEN not in child.attributes.values():
            if child.tag in WRAPPERS:
                yield from _seen(child)
            else:
                child.children = list(_seen(child))
                yield child


def _blocks(children: Iterable[Child]) -> list[Node]:
    """The content as a run of blocks; loose text becomes paragraphs."""
    blocks: list[Node] = []
    loose: list[Child] = []
    stray: Node | None = None  # a list made for items that had none
    for child in children:
        if inline.is_inline(child):
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
        case "p" if all(inline.is_inline(child) for child in node.children):
            return _paragraphs(node.children, signature=node.attributes.get("class") == prose.SIGNATURE)
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
    for part in inline.split(inline.runs(children)):
        inside = inline.trimmed(part)
        if inside and all(run.is_blank or (run.is_picture and not run.marks) for run in inside):
            blocks += [Node("figure", children=[run.content]) for run in inside if run.is_picture]
        elif inside:
            blocks.append(Node("p", {"class": prose.SIGNATURE} if signature else {}, inline.nodes(inside)))
    return blocks


def _line(node: Node) -> list[Child]:
    """Everything below as one run of inline content; blocks and line breaks become a space."""
    return inline.tidy(_flat(node))


def _flat(node: Node) -> list[Child]:
    flat: list[Child] = []
    for child in node.children:
        if isinstance(child, str):
            flat.append(child)
        elif child.tag == "br":
            flat.append(" ")
        elif inline.is_inline(child):
            flat.append(Node(child.tag, child.attributes, _flat(child)))
        else:
            flat += [" ", *_flat(child), " "]
    return flat


def _without_headings(blocks: list[Node]) -> list[Node]:
    """A heading inside a list, cell or quotation would break the outline: a strong line instead."""
    return [
        Node("p", children=inline.tidy([Node("strong", children=block.children)]))
        if block.tag in _HEADINGS
        else block
        for block in blocks
    ]


def _holder(node: Node) -> Node:
    """A list item or a cell: a single paragraph in it needs no paragraph element."""
    blocks = _without_headings(_blocks(node.children))
    children: list[Child] = list(blocks)
    if blocks and blocks[0].tag == "p" and not any(block.tag == "p" for block in blocks[1:]):
        children[:1] = blocks[0].children
    return Node(node.tag, inline.attributes(node), children)


def _children(node: Node, *tags: str) -> list[Node]:
    return [child for child in node.children if isinstance(child, Node) and child.tag in tags]


def _list(node: Node) -> list[Node]:
    items: list[Node] = []
    for child in node.children:
        if isinstance(child, Node) and child.tag == "li":
            items.append(_holder(child))
        elif isinstance(child, Node) and child.tag in ("ul", "ol") and items:
            items[-1].children += _list(child)  # how Word nests lists
        elif not isinstance(child, str) or child.strip(EDGES):
            items.append(_holder(Node("li", children=[child])))
    items = [item for item in items if item.children]
    return [Node(node.tag, inline.attributes(node), list(items))] if items else []


def _figure(node: Node) -> list[Node]:
    """A figure of pictures or of tables, its caption below; what else is in it follows."""
    read = [block for table in _children(node, "table") for block in _table(table)]
    tables_in = [block for block in read if block.tag == "table"]
    beside = [block for block in read if block.tag != "table"]  # the caption of an empty table
    rest = [c for c in node.children if not (isinstance(c, Node) and c.tag in ("table", "figcaption"))]
    lines = [piece for n in _children(node, "figcaption") for piece in [*_flat(n), " "]]
    if tables_in:
        return [_captioned(tables_in, inline.tidy(lines)), *beside, *_blocks(rest)]
    shown = [run.content for run in inline.runs(n for n in node.elements() if n.tag == "img")]
    # pictures in the caption are shown above
    caption = inline.tidy(inline.nodes([run for run in inline.runs(lines) if not run.is_picture]))
    words = [*beside, *(block for block in _blocks(rest) if block.tag != "figure")]
    return [_captioned(shown, caption), *words] if shown else [*words, *_paragraphs(caption)]


def _captioned(content: Iterable[Child], caption: list[Child]) -> Node:
    below = [Node("figcaption", children=caption)] if caption else []
    return Node("figure", children=[*content, *below])


def _table(node: Node) -> list[Node]:
    """The table with its rows in sections, as regular as a grid; header cells say what they head."""
    caption: list[Child] = []
    head: list[Node] = []
    body: list[Node] = []
    for section in node.children:
        if not isinstance(section, Node):
            continue
        if section.tag == "caption":
            caption = [*caption, *_flat(section), " "]
        for row in [section] if section.tag == "tr" else _children(section, "tr"):
            cells = [_holder(cell) for cell in _children(row, "td", "th")]
            if cells:
                (head if section.tag == "thead" else body).append(Node("tr", children=list(cells)))
    title = inline.tidy(caption)
    if not any(cell.children for row in head + body for cell in tables.cells(row)):
        return _paragraphs(title)
    children: list[Child] = [Node("caption", children=title)] if title else []
    return [Node("table", children=[*children, *tables.sections(head, body)])]
