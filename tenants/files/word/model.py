"""What a Word file shows, without the ways in which it is written down."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from tenants.files.word.numbering import Label


@dataclass(frozen=True, slots=True)
class Text:
    """A stretch of text. A line break in it is a soft return."""

    text: str
    bold: bool = False
    italic: bool = False
    underlined: bool = False
    struck: bool = False
    #: "sup", "sub", or nothing.
    position: str = ""
    #: The address it leads to, empty for none.
    href: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture: the part that holds it (empty for one outside the file) and the words that stand for it."""

    part: str
    alternative: str
    #: What is cut off of it at the left, the top, the right and the bottom, as shares of its width and height.
    cut: tuple[float, float, float, float] = (0, 0, 0, 0)


Piece = Text | Picture


@dataclass(slots=True)
class Paragraph:
    """A paragraph; `names` are those of its style and of the styles that one is based on, nearest first."""

    content: list[Piece] = field(default_factory=list)
    names: tuple[str, ...] = ()
    #: 1 to 9 by the outline, 0 for none.
    outline: int = 0
    right: bool = False
    label: Label | None = None

    @property
    def empty(self) -> bool:
        """Whether there is nothing to see but perhaps a number."""
        return all(isinstance(piece, Text) and not piece.text.strip() for piece in self.content)

    @property
    def text(self) -> str:
        """The words, with the automatic number before them."""
        words = "".join(piece.text for piece in self.content if isinstance(piece, Text))
        return f"{self.number}{words}"

    @property
    def number(self) -> str:
        """The automatic number with the space that sets it off; empty without one."""
        text = self.label.text if self.label else ""
        words = next((p.text for p in self.content if isinstance(p, Text) and p.text), "")
        apart = text and (text[-1].isalnum() or (words and words[0].isascii() and words[0].isalnum()))
        return f"{text} " if apart else text


@dataclass(slots=True)
class Cell:
    """A cell of a table over so many columns and rows."""

    blocks: list[Block]
    columns: int = 1
    rows: int = 1


@dataclass(slots=True)
class Row:
    """A row; `head` for one that is repeated on every page."""

    cells: list[Cell]
    head: bool = False


@dataclass(slots=True)
class Table:
    """A table by rows."""

    rows: list[Row]


Block = Paragraph | Table


class Left(StrEnum):
    """What was not taken over as it stands in the file, by kind."""

    HIDDEN = "hidden"
    INSERTED = "inserted"
    DELETED = "deleted"
    COMMENT = "comment"
    READING = "reading"
    SYMBOL = "symbol"
    FORMULA = "formula"
    FIELD = "field"
    DIAGRAM = "diagram"
    OBJECT = "object"
    TEXT_BOX = "text box"
    CONTENTS = "contents"
    EDGE = "edge"


@dataclass(slots=True)
class Document:
    """A Word file as read: its blocks, its notes in the order of their marks, and what was left out."""

    blocks: list[Block] = field(default_factory=list)
    notes: list[list[Block]] = field(default_factory=list)
    #: How often each kind was met.
    counts: dict[Left, int] = field(default_factory=dict)
    #: Visible words that were left out, by kind.
    words: dict[Left, list[str]] = field(default_factory=dict)

    def leave(self, kind: Left, words: str = "") -> None:
        """Note something as left out, with the words that were visible."""
        self.counts[kind] = self.counts.get(kind, 0) + 1
        if words.strip():
            self.words.setdefault(kind, []).append(" ".join(words.split()))


def paragraphs(blocks: list[Block]) -> Iterator[Paragraph]:
    """The paragraphs at any depth, in order."""
    for block in blocks:
        if isinstance(block, Paragraph):
            yield block
        else:
            for row in block.rows:
                for cell in row.cells:
                    yield from paragraphs(cell.blocks)


def lines(blocks: list[Block]) -> Iterator[str]:
    """The words of blocks, a line per paragraph and row, cells set apart by tabs."""
    for block in blocks:
        if isinstance(block, Paragraph):
            yield block.text
        else:
            for row in block.rows:
                yield "\t".join(" ".join(" ".join(lines(cell.blocks)).split()) for cell in row.cells)
