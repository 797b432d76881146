"""Reading what a Word file shows: the one reader for imports and for search.

The reading of tracked changes is the one with all of them accepted. Hidden text is never read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from typing import BinaryIO

from tenants.files.word.lines import DELETED, MOST_DEEP, SILENT, Lines, merged
from tenants.files.word.model import (
    Block,
    Cell,
    Document,
    Left,
    Paragraph,
    Picture,
    Piece,
    Row,
    Table,
    lines,
    paragraphs,
)
from tenants.files.word.numbering import Numbering
from tenants.files.word.package import (
    Element,
    Package,
    attribute,
    below,
    child,
    chosen,
    damaged,
    kind,
    switched,
    value,
)
from tenants.files.word.styles import Styles

_PAGE_NUMBER = re.compile(r"第[\s\d]*页|共[\s\d]*页|Page[\s\d]*(?:of[\s\d]*)?")
_WRAPPERS = frozenset({"w:sdt", "w:sdtContent", "w:customXml", "w:ins", "w:moveTo", "mc:AlternateContent"})


def read(content: BinaryIO) -> tuple[Document, Package]:
    """What a Word file shows, and the package that holds its pictures. Raises `Invalid` for a broken one."""
    package = Package(content)
    body = child(package.xml(package.main), "w:body")
    if body is None:
        raise damaged()
    styles = Styles(package.related_xml("styles"))
    reader = _Reader(package, styles, Numbering(package.related_xml("numbering"), styles))
    return reader.document(body), package


class _Reader:
    def __init__(self, package: Package, styles: Styles, numbering: Numbering) -> None:
        self._package = package
        self._styles = styles
        self._numbering = numbering
        self._found = Document()
        self._lines = Lines(package, styles, self._found, self._whole)
        self._joined: list[Piece] = []  # of a paragraph whose end is deleted: the next goes on with it
        self._depth = 0

    def document(self, body: Element) -> Document:
        """Everything, in the order of reading."""
        found = self._found
        found.blocks = self._story(self._package.main, body)
        notes = {
            (purpose, attribute(note, "w:id") or ""): (part, note)
            for purpose in ("footnotes", "endnotes")
            for part in self._package.related(purpose)
            for note in self._package.xml(part)
        }
        for reference in self._lines.notes:  # grows when a note has a note
            found.notes.append(self._story(*notes[reference]) if reference in notes else [])
        for _ in below(self._package.related_xml("comments"), "w:comment"):
            found.leave(Left.COMMENT)
        self._edges()
        return found

    def _story(self, part: str, story: Element) -> list[Block]:
        self._lines.start(part, story)
        return self._whole(story)

    def _whole(self, holder: Element) -> list[Block]:
        """The blocks of a story, cell or box; its end also ends a paragraph whose own end is deleted."""
        outer, self._joined = self._joined, []
        blocks = self._blocks(holder)
        if self._joined:
            blocks.append(Paragraph(merged(self._joined)))
        self._joined = outer
        return blocks

    def _edges(self) -> None:
        """Headers and footers are seen, but belong to the paper: their words are told, and that they have pictures."""
        counts, words = dict(self._found.counts), deepcopy(self._found.words)
        told: dict[str, bool] = {}
        for purpose in ("header", "footer"):
            for part in self._package.related(purpose):
                blocks = self._story(part, self._package.xml(part))
                pieces = (piece for paragraph in paragraphs(blocks) for piece in paragraph.content)
                text = " ".join(" ".join(lines(blocks)).split())
                told[text] = told.get(text, False) or any(isinstance(piece, Picture) for piece in pieces)
        self._found.counts, self._found.words = counts, words  # what a header hides is no matter
        for text, pictured in told.items():
            if pictured or re.search(r"[^\W\d_]", _PAGE_NUMBER.sub("", text)):
                self._found.leave(Left.EDGE, text)

    # ------------------------------------------------------------------ blocks

    def _blocks(self, holder: Element) -> list[Block]:
        """The paragraphs and tables in an element, through whatever wraps them."""
        self._depth += 1
        if self._depth > MOST_DEEP:
            raise damaged()
        blocks: list[Block] = []
        for element in holder:
            match kind(element):
                case "w:p":
                    blocks += self._paragraph(element)
                case "w:tbl":
                    blocks += self._table(element)
                case "w:sdt" if _is_contents(element):
                    self._lines.fields.follow(element)
                    self._found.leave(Left.CONTENTS)
                case "mc:AlternateContent":
                    blocks += self._blocks(chosen(element))
                case "w:altChunk" | "w:subDoc":
                    self._found.leave(Left.OBJECT)
                case name if name in DELETED:
                    self._lines.delete(element)
                case name if name and name not in SILENT:
                    blocks += self._blocks(element)
        self._depth -= 1
        return blocks

    def _paragraph(self, element: Element) -> list[Block]:
        properties = child(element, "w:pPr")
        mark = child(properties, "w:rPr")
        content, self._joined = self._joined, []
        boxes = self._lines.read(element, content)
        deleted = child(mark, "w:del") is not None or child(mark, "w:moveFrom") is not None
        if deleted:
            self._found.leave(Left.DELETED)
        if deleted or attribute(child(properties, "w:framePr"), "w:dropCap") in ("drop", "margin"):
            self._joined = content
            return boxes
        if child(mark, "w:ins") is not None:
            self._found.leave(Left.INSERTED)
        outline = attribute(self._styles.in_paragraph(properties, "w:outlineLvl"), "w:val") or ""
        side = attribute(self._styles.in_paragraph(properties, "w:jc"), "w:val")
        paragraph = Paragraph(
            merged(content),
            tuple(self._styles.names(value(properties, "w:pStyle"))),
            int(outline) + 1 if re.fullmatch("[0-8]", outline) else 0,
            right=side in ("right", "end") or self._is_pushed(properties),
        )
        if paragraph.empty and self._styles.hidden(mark, properties):
            return boxes  # hidden with its end: there is no line, and no number
        paragraph.label = self._numbering.label(properties)
        return [paragraph, *boxes]

    def _is_pushed(self, properties: Element | None) -> bool:
        """Whether the lines of a paragraph begin far to the right: at five centimetres, or fourteen characters."""
        indent = self._styles.in_paragraph(properties, "w:ind")
        names = ("left", "start", "firstLine")
        twips = max(_number(attribute(indent, f"w:{name}"), 0, 99_999) for name in names)
        hundredths = max(_number(attribute(indent, f"w:{name}Chars"), 0, 99_999) for name in names)
        return twips > 2_800 or hundredths >= 1_400

    def _table(self, element: Element) -> list[Block]:
        rows: list[Row] = []
        above: dict[int, Cell] = {}
        for row in _through(element, "w:tr"):
            properties = child(row, "w:trPr")
            if child(properties, "w:del") is not None:
                self._lines.delete(row)
            elif switched(child(properties, "w:hidden")):
                self._lines.fields.follow(row)
                self._found.leave(Left.HIDDEN)
            else:
                if child(properties, "w:ins") is not None:
                    self._found.leave(Left.INSERTED)
                cells = self._cells(row, _number(value(properties, "w:gridBefore"), 0), above)
                rows.append(Row(cells, bool(switched(child(properties, "w:tblHeader")))))
        return [Table(rows)] if rows else []

    def _cells(self, row: Element, column: int, above: dict[int, Cell]) -> list[Cell]:
        """The cells of a row from a column on. `above` are those before it by their columns; one may reach down."""
        cells = [Cell([], column)] if column else []
        for cell in _through(row, "w:tc"):
            properties = child(cell, "w:tcPr")
            if child(properties, "w:cellDel") is not None:
                self._lines.delete(cell)
                continue
            width = _number(value(properties, "w:gridSpan"), 1)
            blocks = self._whole(cell)
            if _goes_on(properties, "w:vMerge") and column in above:
                above[column].rows += 1
                above[column].blocks += [b for b in blocks if isinstance(b, Table) or not b.empty]
            elif _goes_on(properties, "w:hMerge") and cells:
                cells[-1].columns += width
                cells[-1].blocks += [b for b in blocks if isinstance(b, Table) or not b.empty]
            else:
                above[column] = Cell(blocks, width)
                cells.append(above[column])
            column += width
        return cells


def _goes_on(properties: Element | None, name: str) -> bool:
    """Whether a cell is one with that above (`w:vMerge`) or before it (`w:hMerge`)."""
    merge = child(properties, name)
    return merge is not None and attribute(merge, "w:val") in (None, "continue")


def _is_contents(control: Element) -> bool:
    gallery = value(control, "w:sdtPr", "w:docPartObj", "w:docPartGallery")
    return gallery == "Table of Contents"


def _through(holder: Element, name: str) -> Iterator[Element]:
    """The elements of a name in another, through what wraps them."""
    for element in holder:
        found = kind(element)
        if found == name:
            yield element
        elif found == "mc:AlternateContent":
            yield from _through(chosen(element), name)
        elif found in _WRAPPERS:
            yield from _through(element, name)


def _number(text: str | None, default: int, most: int = 99) -> int:
    return min(int(text), most) if text and re.fullmatch(r"\d{1,9}", text) else default
