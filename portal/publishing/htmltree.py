"""A small HTML tree over what the sanitiser has already made well-formed.

No guessing parser in between: what nh3 serialised is read back element by element, so
a repair can never turn harmless text into markup again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser

VOID = frozenset({"br", "hr", "img"})
#: Elements nested deeper than this are dropped around their content; no honest text comes near.
MAX_DEPTH = 40


@dataclass(slots=True, eq=False)
class Node:
    """An element: its name, attributes and children (elements and text)."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Node | str] = field(default_factory=list)

    def elements(self) -> Iterator[Node]:
        """This element and all below, in order of the document."""
        yield self
        for child in self.children:
            if isinstance(child, Node):
                yield from child.elements()

    def text(self) -> str:
        """The text below, `br` as a line break."""
        if self.tag == "br":
            return "\n"
        return "".join(child if isinstance(child, str) else child.text() for child in self.children)

    def has(self, *tags: str) -> bool:
        """Whether an element of one of these names is below."""
        return any(node.tag in tags for node in self.elements() if node is not self)


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Node("")
        self.open = [self.root]
        self.too_deep: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, {name: value or "" for name, value in attrs})
        if tag in VOID:
            self.open[-1].children.append(node)
        elif len(self.open) > MAX_DEPTH:
            self.too_deep.append(tag)
        else:
            self.open[-1].children.append(node)
            self.open.append(node)

    def handle_endtag(self, tag: str) -> None:
        if self.too_deep and self.too_deep[-1] == tag:
            self.too_deep.pop()
        elif len(self.open) > 1 and self.open[-1].tag == tag:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        siblings = self.open[-1].children
        if siblings and isinstance(siblings[-1], str):
            siblings[-1] += data
        else:
            siblings.append(data)


def parse(html: str) -> Node:
    """The tree of well-formed `html`; the root is nameless."""
    builder = _Builder()
    builder.feed(html)
    builder.close()
    return builder.root


def serialise(node: Node | str) -> str:
    """The HTML of a tree, text and attributes escaped."""
    if isinstance(node, str):
        return escape(node, quote=False)
    inside = "".join(serialise(child) for child in node.children)
    if not node.tag:
        return inside
    attributes = "".join(f' {name}="{escape(value)}"' for name, value in node.attributes.items())
    return (
        f"<{node.tag}{attributes}>" if node.tag in VOID else f"<{node.tag}{attributes}>{inside}</{node.tag}>"
    )
