"""Reading what a Word file shows: the one reader for imports and for search.

Whatever element is not known here is gone through for the text in it, so that no vocabulary loses words. The
reading of tracked changes is the one with all of them accepted. Hidden text is never read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import BinaryIO

from tenants.files.word.fields import Fields
from tenants.files.word.model import Block, Cell, Document, Left, Paragraph, Picture, Row, Table, Text
from tenants.files.word.numbering import Numbering
from tenants.files.word.package import (
    Element,
    Package,
    attribute,
    below,
    child,
    children,
    damaged,
    kind,
    switched,
    value,
)
from tenants.files.word.styles import Styles
from tenants.files.word.symbols import is_symbol_font, symbol

_DELETED = frozenset({"w:del", "w:moveFrom"})
_SILENT = frozenset({
    "w:pPr", "w:rPr", "w:tblPr", "w:tblGrid", "w:trPr", "w:tcPr", "w:sectPr", "w:sdtPr", "w:sdtEndPr", "w:rt",
    "w:rubyPr", "w:delText", "w:delInstrText", "w:footnoteRef", "w:endnoteRef", "w:annotationRef", "wp:docPr",
    "w:fldData", "w:softHyphen",
})  # fmt: skip
_SIGNS = {"w:tab": "\t", "w:ptab": "\t", "w:br": "\n", "w:cr": "\n", "w:noBreakHyphen": "-"}
_MOST_DEEP = 100


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
        self._part = package.main
        self._found = Document()
        self._fields = Fields()
        self._notes: list[tuple[str, str]] = []
        self._boxes: list[Block] = []
        self._joined: list[Text | Picture] = []  # from a paragraph whose end is deleted
        self._depth = 0

    def document(self, body: Element) -> Document:
        """Everything, in the order of reading."""
        found = self._found
        found.blocks = self._blocks(body)
        if self._joined:
            found.blocks.append(Paragraph(self._joined))
            self._joined = []
        for purpose, number in self._notes:  # grows when a note has a note
            found.notes.append(self._note(purpose, number))
        for _ in below(self._package.related_xml("comments"), "w:comment"):
            found.leave(Left.COMMENT)
        self._edges()
        return found

    def _note(self, purpose: str, number: str) -> list[Block]:
        for part in self._package.related(purpose):
            for note in self._package.xml(part):
                if attribute(note, "w:id") == number:
                    return self._in(part, note)
        return []

    def _in(self, part: str, element: Element) -> list[Block]:
        """The blocks of an element of another part, with the relations of that part."""
        before, self._part, self._fields = self._part, part, Fields()
        blocks = self._blocks(element)
        self._part = before
        return blocks

    def _edges(self) -> None:
        """Headers and footers are visible, but belong to the paper: their words are told."""
        seen: set[str] = set()
        for purpose in ("header", "footer"):
            for part in self._package.related(purpose):
                quiet, self._found = self._found, Document()
                blocks = self._in(part, self._package.xml(part))
                self._found = quiet
                words = " ".join(block.text for block in blocks if isinstance(block, Paragraph)).strip()
                if re.search(r"[^\W\d_]", re.sub(r"第\s*\d*\s*页|共\s*\d*\s*页", "", words)) and words not in seen:
                    seen.add(words)
                    self._found.leave(Left.EDGE, words)

    # ------------------------------------------------------------------ blocks

    def _blocks(self, holder: Element) -> list[Block]:
        """The paragraphs and tables in an element, through whatever wraps them."""
        self._depth += 1
        if self._depth > _MOST_DEEP:
            raise damaged()
        blocks: list[Block] = []
        for element in holder:
            match kind(element):
                case "w:p":
                    blocks += self._paragraph(element)
                case "w:tbl":
                    blocks += self._table(element)
                case "w:sdt":
                    blocks += self._control(element)
                case "mc:AlternateContent":
                    blocks += self._blocks(_choice(element))
                case "w:altChunk" | "w:subDoc":
                    self._found.leave(Left.OBJECT)
                case name if name in _DELETED:
                    self._found.leave(Left.DELETED)
                case name if name and name not in _SILENT:
                    blocks += self._blocks(element)
        self._depth -= 1
        return blocks

    def _control(self, element: Element) -> list[Block]:
        content = child(element, "w:sdtContent")
        gallery = value(child(element, "w:sdtPr", "w:docPartObj"), "w:docPartGallery")
        blocks = [] if content is None else self._blocks(content)
        if gallery == "Table of Contents":
            for block in blocks:
                if isinstance(block, Paragraph):
                    block.contents = True
        return blocks

    def _paragraph(self, element: Element) -> list[Block]:
        properties = child(element, "w:pPr")
        outer, self._boxes = self._boxes, []
        content = self._joined
        self._joined = []
        in_contents = self._fields.in_contents
        self._inline(element, properties, content, "")
        boxes, self._boxes = self._boxes, outer
        mark = child(properties, "w:rPr")
        if child(mark, "w:del") is not None or child(mark, "w:moveFrom") is not None:
            self._found.leave(Left.DELETED)
            self._joined = content
            return boxes
        if child(mark, "w:ins") is not None:
            self._found.leave(Left.INSERTED)
        own = value(properties, "w:outlineLvl")
        outline = own or attribute(self._styles.in_paragraph(properties, "w:outlineLvl"), "w:val") or ""
        side = attribute(self._styles.in_paragraph(properties, "w:jc"), "w:val")
        empty = not any(p.text.strip() if isinstance(p, Text) else True for p in content)
        paragraph = Paragraph(
            _merged(content),
            tuple(self._styles.names(value(properties, "w:pStyle"))),
            int(outline) + 1 if re.fullmatch("[0-8]", outline) else 0,
            outline_own=own is not None,
            right=side in ("right", "end"),
            label=None if empty else self._numbering.label(properties),
            contents=in_contents or self._fields.in_contents,
        )
        return [paragraph, *boxes]

    def _table(self, element: Element) -> list[Block]:
        rows: list[Row] = []
        above: dict[int, Cell] = {}
        for row in _through(element, "w:tr"):
            properties = child(row, "w:trPr")
            if child(properties, "w:del") is not None:
                self._found.leave(Left.DELETED)
                continue
            if switched(child(properties, "w:hidden")):
                self._found.leave(Left.HIDDEN)
                continue
            before = _number(value(properties, "w:gridBefore"), 0)
            cells = [Cell([], before)] if before else []
            column = before
            for cell in _through(row, "w:tc"):
                width = _number(value(cell, "w:tcPr", "w:gridSpan"), 1)
                merged = child(cell, "w:tcPr", "w:vMerge")
                blocks = self._blocks(cell)
                goes_on = merged is not None and attribute(merged, "w:val") in (None, "continue")
                if goes_on and column in above:
                    above[column].rows += 1
                    above[column].blocks += [b for b in blocks if isinstance(b, Table) or b.content]
                else:
                    above[column] = Cell(blocks, width)
                    cells.append(above[column])
                column += width
            rows.append(Row(cells, bool(switched(child(properties, "w:tblHeader")))))
        return [Table(rows)] if rows else []

    # ------------------------------------------------------------------ within a paragraph

    def _inline(
        self, holder: Element, paragraph: Element | None, into: list[Text | Picture], href: str
    ) -> None:
        self._depth += 1
        if self._depth > _MOST_DEEP:
            raise damaged()
        for element in holder:
            match kind(element):
                case "w:r":
                    self._run(element, paragraph, into, href)
                case "w:hyperlink":
                    self._inline(element, paragraph, into, self._target(attribute(element, "r:id")) or href)
                case "w:ins" | "w:moveTo":
                    self._found.leave(Left.INSERTED)
                    self._inline(element, paragraph, into, href)
                case name if name in _DELETED:
                    self._found.leave(Left.DELETED)
                case "w:fldSimple":
                    self._fields.simple(attribute(element, "w:instr") or "")
                    self._inline(element, paragraph, into, href)
                    self._fields.end()
                case "w:sdt":
                    before = len(into)
                    self._inline(element, paragraph, into, href)
                    box = child(element, "w:sdtPr", "w14:checkbox")
                    if box is not None and not any(isinstance(p, Text) and p.text.strip() for p in into[before:]):
                        into.append(Text("☑" if _ticked(box) else "☐"))
                case "m:oMath" | "m:oMathPara":
                    self._formula(element, into)
                case "mc:AlternateContent":
                    self._inline(_choice(element), paragraph, into, href)
                case "w:p" | "w:tbl":  # a box without the usual wrapping
                    self._box(holder)
                    break
                case name if name and name not in _SILENT:
                    self._inline(element, paragraph, into, href)
        self._depth -= 1

    def _run(self, run: Element, paragraph: Element | None, into: list[Text | Picture], href: str) -> None:
        properties = child(run, "w:rPr")
        if self._styles.hidden(properties, paragraph):
            self._fields.follow(run)
            if below(run, "w:t", "w:sym", "w:drawing", "w:pict", "w:object"):
                self._found.leave(Left.HIDDEN)
            return
        if child(properties, "w:del") is not None:
            self._found.leave(Left.DELETED)
            return
        style = value(properties, "w:rStyle")

        def on(name: str) -> bool:
            own = switched(child(properties, name))
            return bool(self._styles.toggled(style, name) if own is None else own)

        look = Text(
            "",
            on("w:b"),
            on("w:i"),
            value(properties, "w:u") not in (None, "none", "0", "false"),
            on("w:strike") or on("w:dstrike"),
            {"superscript": "sup", "subscript": "sub"}.get(value(properties, "w:vertAlign") or "", ""),
            href,
        )
        fonts = child(properties, "w:rFonts")
        self._pieces(run, _Run(look, attribute(fonts, "w:ascii"), paragraph), into)

    def _pieces(self, holder: Element, run: _Run, into: list[Text | Picture]) -> None:
        """What stands in a run, at any depth."""
        for element in holder:
            name = kind(element)
            if name in ("w:fldChar", "w:instrText"):
                shown = self._fields.step(element)
                if self._fields.formula:
                    self._found.leave(Left.FORMULA, self._fields.formula)
                if shown:
                    into.append(run.text(shown))
            elif self._fields.in_code or not name or name in _SILENT:
                continue
            elif name in ("w:t", "a:t", "m:t"):
                into.append(self._with_symbols(element.text or "", run))
            elif name in _SIGNS:
                page = attribute(element, "w:type") in ("page", "column")
                into.append(run.text("" if page else _SIGNS[name]))
            elif name == "w:sym":
                into.append(run.text(self._symbol(attribute(element, "w:font"), attribute(element, "w:char"))))
            elif name == "w:ruby":
                readings = [t.text or "" for rt in children(element, "w:rt") for t in below(rt, "w:t")]
                self._found.leave(Left.READING, "".join(readings))
                for base in children(element, "w:rubyBase"):
                    self._inline(base, run.paragraph, into, run.look.href)
            elif name in ("w:footnoteReference", "w:endnoteReference"):
                purpose = name.removeprefix("w:").removesuffix("Reference") + "s"
                self._notes.append((purpose, attribute(element, "w:id") or ""))
                into.append(Text(f"[{len(self._notes)}]", position="sup"))
            elif name == "w:txbxContent":
                self._box(element)
            elif name == "mc:AlternateContent":
                self._pieces(_choice(element), run, into)
            elif name in ("a:blip", "v:imagedata"):
                into.append(self._picture(element))
            elif name == "v:textpath":
                self._box_of(attribute(element, "string") or element.get("string") or "")
            elif name in ("wp:inline", "wp:anchor"):
                if attribute(child(element, "wp:docPr"), "hidden") or child(element, "wp:docPr") is not None and (
                    child(element, "wp:docPr").get("hidden") in ("1", "true")  # type: ignore[union-attr]
                ):
                    self._found.leave(Left.HIDDEN)
                else:
                    self._pieces(element, run, into)
            elif name in ("c:chart", "dgm:relIds"):
                self._drawn(element)
            elif name in ("o:OLEObject", "w:control"):
                self._found.leave(Left.OBJECT)
            elif name in ("w:p", "w:tbl"):
                self._box(holder)
                return
            elif name == "w:r":
                self._run(element, run.paragraph, into, run.look.href)
            else:
                self._pieces(element, run, into)
