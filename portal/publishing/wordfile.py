"""Reading a Word file into blocks, whatever language its styles are named in (Word, WPS, LibreOffice)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from io import BytesIO
from typing import BinaryIO

from portal.publishing import official, wordlists
from portal.publishing.htmltree import Node
from portal.publishing.leftovers import warnings_of
from portal.publishing.official import Line
from tenants.files.images import cropped
from tenants.files.word import model
from tenants.files.word.model import Document, Left, Paragraph, Picture, Piece, Text
from tenants.files.word.package import Package
from tenants.files.word.reader import read
from tenants.rules import Invalid, Refusal

#: What the names of styles say, the first that matches.
_ROLES = (
    ("title", re.compile(r"(?:title|标题|文档标题|公文标题|大标题|subtitle|副标题)$")),
    ("caption", re.compile(r"caption|题注|图题|表题|图注")),
    ("contents", re.compile(r"(?:wpsoffice手动)?(?:toc|目录)\s*(?:\d|heading|标题)?$")),
    ("heading", re.compile(r"(?:heading|标题|級標題|标题样式)\s*([1-6])|([一二三四五六])级标题")),
)
#: What stands above a table of contents.
_CONTENTS = re.compile(r"目\s*[录次]|contents", re.IGNORECASE)
_MOST_PICTURES = 200
_MOST_BYTES = 150 * 1024 * 1024
#: Of a picture of which a part was cut off.
_MOST_PIXELS = 40_000_000


@dataclass(slots=True, eq=False)
class Block:
    """A top-level piece of a document: its markup, its words, and what its style says it is."""

    node: Node
    line: Line
    #: "title", "caption", or nothing.
    role: str = ""
    #: 1 to 9 for a heading by its style or outline.
    level: int | None = None

    @property
    def is_words(self) -> bool:
        """A paragraph of words, not a table, list or picture."""
        return bool(self.line.text) and self.node.tag in ("p", "h2", "h3", "h4")

    @property
    def is_picture(self) -> bool:
        """A picture, maybe more, without words."""
        return not self.line.text and self.node.has("img")


@dataclass(slots=True)
class Found:
    """What is in a document: its blocks, its notes, the pictures that `placeholder` stands for, and what to check."""

    blocks: list[Block]
    notes: list[Node] = field(default_factory=list)
    pictures: list[bytes] = field(default_factory=list)
    #: How many pictures are not in the file, or too many.
    lost: int = 0
    warnings: list[Refusal] = field(default_factory=list)


def placeholder(number: int) -> str:
    """The address that stands for a picture, from 0, until it is stored."""
    return f"/media/00000000-0000-7000-8000-{number:012}/picture"


def read_word(stream: BinaryIO) -> Found:
    """What is in a Word file that has been inspected. Raises `Invalid` for a broken one."""
    document, package = read(stream)
    writer = _Writer(document, package)
    blocks = writer.blocks(document.blocks)
    if Left.CONTENTS in document.counts:
        blocks = [block for block in blocks if not _CONTENTS.fullmatch(block.line.text)]
    notes = [node for number, note in enumerate(document.notes, 1) for node in writer.note(number, note)]
    return Found(blocks, notes, writer.pictures, writer.lost, warnings_of(document))


def _role(paragraph: Paragraph) -> tuple[str, int | None]:
    """What a paragraph is by its outline and the names of its styles, nearest first; the level of a heading."""
    for given in paragraph.names:
        name = re.sub(r"\s+", " ", given).strip().lower()
        for role, pattern in _ROLES:
            if match := pattern.match(name):
                if role != "heading":
                    return role, None
                level = int(match[1]) if match[1] else "一二三四五六".index(match[2]) + 1
                return "", paragraph.outline or level
    return "", paragraph.outline or None


class _Writer:
    """Writes what was read as markup; keeps the pictures."""

    def __init__(self, document: Document, package: Package) -> None:
        self._document = document
        self._package = package
        self._numbers: dict[Picture, int] = {}
        self._bytes_left = _MOST_BYTES
        self._times = Counter(map(wordlists.series, model.paragraphs(document.blocks)))
        self.pictures: list[bytes] = []
        self.lost = 0

    def blocks(self, blocks: Iterable[model.Block]) -> list[Block]:
        """The blocks, without empty ones and the table of contents."""
        written: list[Block] = []
        items: list[Paragraph] = []
        gap = False
        for block in blocks:
            if isinstance(block, model.Table):
                written += self._listed(items)
                written.append(Block(self._table(block), Line("", after_gap=gap)))
            else:
                role, level = _role(block)
                if role == "contents":
                    self._document.leave(Left.CONTENTS)
                if role == "contents" or block.empty:
                    gap = True
                    continue
                if wordlists.is_item(block) and not role and not level:
                    items.append(block)
                else:
                    written += self._listed(items)
                    written.append(self._block(block, role, level, gap and bool(written)))
            gap = False
        return written + self._listed(items)

    def note(self, number: int, blocks: list[model.Block]) -> list[Node]:
        """A note at the end of the text, under the number by which the text refers to it."""
        nodes = [block.node for block in self.blocks(blocks)]
        if not nodes or nodes[0].tag != "p":
            nodes.insert(0, Node("p"))
        nodes[0].children.insert(0, f"[{number}] ")
        return nodes

    def _listed(self, items: list[Paragraph]) -> list[Block]:
        """The list items that were waiting, as lists; those whose number belongs to the text, as paragraphs."""
        written: list[Block] = []
        for group in wordlists.grouped(items, self._times):
            if isinstance(group, Paragraph):
                written.append(self._block(group, "", None, gap=False))
            else:
                written += [Block(node, Line("")) for node in wordlists.nested(group, self._inline)]
        items.clear()
        return written

    def _block(self, paragraph: Paragraph, role: str, level: int | None, gap: bool) -> Block:
        node = Node("p", children=[paragraph.number, *self._inline(paragraph.content)])
        lines = [re.sub(r"[ \t\xa0]+", " ", line).strip(" \u3000") for line in paragraph.text.split("\n")]
        indent = len(paragraph.text.expandtabs(4)) - len(paragraph.text.expandtabs(4).lstrip(" \u3000\xa0"))
        right = (paragraph.right or indent >= 8) and not role and not level
        return Block(node, Line(official.join(lines), after_gap=gap, right=right), role, level)

    def _inline(self, content: Iterable[Piece]) -> list[Node | str]:
        nodes: list[Node | str] = []
        for piece in content:
            nodes += _text(piece) if isinstance(piece, Text) else self._picture(piece)
        return nodes

    def _table(self, table: model.Table) -> Node:
        sections: dict[str, list[Node | str]] = {"thead": [], "tbody": []}
        for row in table.rows:
            heads = row.head and not sections["tbody"]
            cells = [self._cell(cell, "th" if heads else "td") for cell in row.cells]
            sections["thead" if heads else "tbody"].append(Node("tr", children=list(cells)))
        return Node("table", children=[Node(tag, children=rows) for tag, rows in sections.items() if rows])

    def _cell(self, cell: model.Cell, tag: str) -> Node:
        spans = {"colspan": cell.columns, "rowspan": cell.rows}
        attributes = {name: str(count) for name, count in spans.items() if count > 1}
        blocks = self.blocks(map(_numbered, cell.blocks))
        alone = len(blocks) == 1 and blocks[0].node.tag == "p"
        return Node(tag, attributes, blocks[0].node.children if alone else [block.node for block in blocks])

    def _picture(self, picture: Picture) -> list[Node]:
        """The picture as it is seen: what was cut off of it stays in the file."""
        shown = replace(picture, alternative="")
        number = self._numbers.get(shown)
        if number is None:
            data = self._seen(picture)
            if not data or len(self.pictures) == _MOST_PICTURES or len(data) > self._bytes_left:
                self.lost += 1
                return []
            self._bytes_left -= len(data)
            number = self._numbers[shown] = len(self.pictures)
            self.pictures.append(data)
        return [Node("img", {"src": placeholder(number), "alt": picture.alternative})]

    def _seen(self, picture: Picture) -> bytes:
        data = self._package.bytes(picture.part) if picture.part else b""
        if not data or not any(picture.cut):
            return data
        try:
            return cropped(BytesIO(data), picture.cut, limit_pixels=_MOST_PIXELS)
        except Invalid:
            return b""


def _numbered(block: model.Block) -> model.Block:
    """A number that stands alone, as in a column of numbers, as text."""
    if isinstance(block, Paragraph) and block.empty and block.number:
        return Paragraph([Text(block.number.strip())])
    return block


def _text(text: Text) -> list[Node | str]:
    """A stretch of text in its marks."""
    content: list[Node | str] = []
    for line in text.text.split("\n"):
        content += [Node("br"), line] if content else [line]
    marks = {
        text.position: bool(text.position),
        "u": text.underlined and not text.href,
        "s": text.struck,
        "em": text.italic,
        "strong": text.bold,
    }
    for tag, on in marks.items():
        if on:
            content = [Node(tag, children=content)]
    return [Node("a", {"href": text.href}, content)] if text.href else content
