"""The lists of a Word file: where a list of a page shows the same numbers, and where they become text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from portal.publishing.htmltree import Node
from tenants.files.word.model import Paragraph, Piece

#: Which list a paragraph is counted in, and at which level; None for none.
Series = tuple[str, int] | None


def is_item(paragraph: Paragraph) -> bool:
    """Whether a page's own list could show what Word writes before the paragraph: a bullet, or 1. 2. 3."""
    return paragraph.label is not None and (paragraph.label.bullet or paragraph.label.plain)


def series(paragraph: Paragraph) -> Series:
    """Where the number of the paragraph is counted."""
    label = paragraph.label
    return (label.series, label.level) if label and not paragraph.empty else None


def grouped(items: list[Paragraph], times: Counter[Series]) -> Iterator[Paragraph | list[Paragraph]]:
    """Items that follow each other, as lists; a number that stands alone among others is the text's own.

    `times` says how often each series is used in the document.
    """
    here = Counter(map(series, items))
    group: list[Paragraph] = []
    for item in items:
        assert item.label is not None
        alone = here[series(item)] == 1 and times[series(item)] > 1 and item.label.plain
        if not alone:
            group.append(item)
            continue
        if group:
            yield group
        group = []
        yield item
    if group:
        yield group


@dataclass(slots=True)
class _List:
    node: Node
    level: int
    last: int


def nested(items: list[Paragraph], inline: Callable[[list[Piece]], list[Node | str]]) -> list[Node]:
    """The lists that these items make, by their levels. A list that does not begin with 1 says so."""
    lists: list[Node] = []
    around: list[_List] = []
    for item in items:
        label = item.label
        assert label is not None
        tag = "ul" if label.bullet else "ol"
        while around and around[-1].level > label.level:
            around.pop()
        beside = around.pop() if around and around[-1].level == label.level else None
        if beside is None or beside.node.tag != tag or (tag == "ol" and label.number != beside.last + 1):
            start = {"start": str(label.number)} if tag == "ol" and label.number > 1 else {}
            beside = _List(Node(tag, start), label.level, 0)
            if around:
                last = around[-1].node.children[-1]
                assert isinstance(last, Node)
                last.children.append(beside.node)
            else:
                lists.append(beside.node)
        beside.node.children.append(Node("li", children=inline(item.content)))
        beside.last = label.number
        around.append(beside)
    return lists
