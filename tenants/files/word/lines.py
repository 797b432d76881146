"""What a paragraph of a Word file shows: its text and pictures, and the text boxes that hang on it.

Whatever element is not known here is gone through for the text in it, so that no vocabulary loses words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from tenants.files.word.fields import Fields, ticked
from tenants.files.word.model import Block, Document, Left, Paragraph, Picture, Piece, Text, lines
from tenants.files.word.package import (
    Element,
    Package,
    attribute,
    below,
    child,
    children,
    chosen,
    damaged,
    kind,
    switched,
    value,
)
from tenants.files.word.styles import Styles
from tenants.files.word.symbols import is_symbol_font, symbol

DELETED = frozenset({"w:del", "w:moveFrom"})
#: Says how something looks, or is no part of what is read.
SILENT = frozenset({
    "w:pPr", "w:rPr", "w:tblPr", "w:tblGrid", "w:trPr", "w:tcPr", "w:sectPr", "w:sdtPr", "w:sdtEndPr", "w:rt",
    "w:rubyPr", "w:delText", "w:delInstrText", "w:footnoteRef", "w:endnoteRef", "w:annotationRef", "wp:docPr",
    "w:fldData", "w:softHyphen",
})  # fmt: skip
_SIGNS = {"w:tab": "\t", "w:ptab": "\t", "w:br": "\n", "w:cr": "\n", "w:noBreakHyphen": "-"}
_SHOWN = ("w:sym", "w:drawing", "w:pict", "w:object")
#: A formula of these alone reads the same in a line.
_IN_LINE = frozenset({"m:oMath", "m:oMathPara", "m:oMathParaPr", "m:r", "m:rPr", "m:t", "w:rPr", "m:ctrlPr"})
#: Words for a picture that nobody wrote: where it was on somebody's disk, or what Word took it for.
_MADE_UP = re.compile(
    r"(?:[a-z]:|file:|\\\\).*|.*\.(?:jpe?g|png|gif|bmp|webp|tiff?|heic|emf|wmf)"
    r"|.*(?:描述已自动生成|生成的内容可能不正确。|automatically generated|content may be incorrect\.)",
    re.IGNORECASE | re.DOTALL,
)
MOST_DEEP = 100


@dataclass(frozen=True, slots=True)
class _Run:
    """How the text of a run looks, in which font, in a paragraph with which properties."""

    look: Text
    font: str | None
    paragraph: Element | None

    def text(self, text: str) -> Text:
        return replace(self.look, text=text)


class Lines:
    """Reads paragraphs of one story after the other. `blocks` reads what is in a text box."""

    def __init__(
        self, package: Package, styles: Styles, found: Document, blocks: Callable[[Element], list[Block]]
    ) -> None:
        self._package = package
        self._styles = styles
        self._found = found
        self._blocks = blocks
        self._boxes: list[Block] = []
        self._depth = 0
        self.part = ""
        #: The notes referred to so far: `footnotes` or `endnotes`, and the id.
        self.notes: list[tuple[str, str]] = []

    def start(self, part: str, story: Element) -> None:
        """Begin to read a story, which uses the relations of `part`."""
        self.part, self.fields = part, Fields(story, self._found)

    def read(self, paragraph: Element, into: list[Piece]) -> list[Block]:
        """Add what the paragraph shows; the blocks of its text boxes."""
        outer, self._boxes = self._boxes, []
        self._inline(paragraph, child(paragraph, "w:pPr"), into, "")
        boxes, self._boxes = self._boxes, outer
        return boxes

    def _inline(self, holder: Element, paragraph: Element | None, into: list[Piece], href: str) -> None:
        self._deeper()
        for element in holder:
            match kind(element):
                case "w:r":
                    self._run(element, paragraph, into, href)
                case "w:hyperlink":
                    self._inline(element, paragraph, into, self._target(element) or href)
                case "w:ins" | "w:moveTo":
                    self._found.leave(Left.INSERTED)
                    self._inline(element, paragraph, into, href)
                case name if name in DELETED:
                    self.delete(element)
                case "w:fldSimple":
                    with self.fields.simple(attribute(element, "w:instr") or ""):
                        self._inline(element, paragraph, into, href)
                case "w:sdt":
                    before = len(into)
                    self._inline(element, paragraph, into, href)
                    box = child(element, "w:sdtPr", "w14:checkbox")
                    if box is not None and Paragraph(into[before:]).empty:
                        into.append(Text(ticked(box)))
                case "m:oMath" | "m:oMathPara":
                    self._formula(element, paragraph, into)
                case "mc:AlternateContent":
                    self._inline(chosen(element), paragraph, into, href)
                case "w:p" | "w:tbl":
                    self._box(holder)
                    break
                case name if name and name not in SILENT:
                    self._inline(element, paragraph, into, href)
        self._depth -= 1

    def _run(self, run: Element, paragraph: Element | None, into: list[Piece], href: str) -> None:
        properties = child(run, "w:rPr")
        if self._styles.hidden(properties, paragraph):
            self.fields.follow(run)
            if below(run, *_SHOWN) or any((text.text or "").strip() for text in below(run, "w:t")):
                self._found.leave(Left.HIDDEN)
            return
        if child(properties, "w:del") is not None:
            self.delete(run)
            return
        style = value(properties, "w:rStyle")

        def on(name: str) -> bool:
            own = switched(child(properties, name))
            return bool(self._styles.toggled(style, name) if own is None else own)

        look = Text(
            "",
            bold=on("w:b"),
            italic=on("w:i"),
            underlined=value(properties, "w:u") not in (None, "none", "0", "false"),
            struck=on("w:strike") or on("w:dstrike"),
            position={"superscript": "sup", "subscript": "sub"}.get(value(properties, "w:vertAlign") or "", ""),
            href=href or self.fields.href,
        )
        font = attribute(child(properties, "w:rFonts"), "w:ascii")
        self._pieces(run, _Run(look, font, paragraph), into)

    def _pieces(self, holder: Element, run: _Run, into: list[Piece]) -> None:
        """What stands in a run, at any depth."""
        self._deeper()
        for element in holder:
            name = kind(element)
            if name in ("w:fldChar", "w:instrText"):
                into.append(run.text(self.fields.step(element)))
            elif self.fields.in_contents:
                self.fields.follow(element)
                self._found.leave(Left.CONTENTS)
            elif self.fields.in_code or not name or name in SILENT:
                continue
            elif name in ("w:t", "a:t", "m:t"):
                into.append(run.text(self._with_symbols(element.text or "", run.font)))
            elif name in _SIGNS:
                into.append(run.text(_SIGNS[name]))
            elif name in ("w:p", "w:tbl"):
                self._box(holder)
                break
            else:
                self._piece(name, element, run, into)
        self._depth -= 1

    def _piece(self, name: str, element: Element, run: _Run, into: list[Piece]) -> None:
        match name:
            case "w:sym":
                char = attribute(element, "w:char") or ""
                code = int(char, 16) if re.fullmatch("[0-9A-Fa-f]{1,6}", char) else 0
                into.append(run.text(self._symbol(attribute(element, "w:font"), code)))
            case "w:ruby":
                reading: list[Piece] = []
                for above in children(element, "w:rt"):
                    self._inline(above, run.paragraph, reading, "")
                if words := Paragraph(reading).text:
                    self._found.leave(Left.READING, words)
                for base in children(element, "w:rubyBase"):
                    self._inline(base, run.paragraph, into, run.look.href)
            case "w:footnoteReference" | "w:endnoteReference":
                purpose = name.removeprefix("w:").removesuffix("Reference") + "s"
                self.notes.append((purpose, attribute(element, "w:id") or ""))
                into.append(Text(f"[{len(self.notes)}]", position="sup"))
            case "mc:AlternateContent":
                self._pieces(chosen(element), run, into)
            case "a:blip" | "v:imagedata":
                into.append(self._picture(element))
            case "v:textpath":
                if words := element.get("string", "").strip():
                    self._found.leave(Left.TEXT_BOX)
                    self._boxes.append(Paragraph([Text(words)]))
            case "c:chart" | "dgm:relIds":
                self._diagram(element)
            case "o:OLEObject" | "w:control":
                self._found.leave(Left.OBJECT, element.get("ProgID") or attribute(element, "w:name") or "")
            case "w:r":
                self._run(element, run.paragraph, into, run.look.href)
            case _ if _is_hidden_drawing(element):
                self._found.leave(Left.HIDDEN)
            case _:
                self._pieces(element, run, into)

    def delete(self, element: Element) -> None:
        """Leave out what was deleted with changes tracked."""
        self.fields.follow(element)
        self._found.leave(Left.DELETED)

    def _deeper(self) -> None:
        self._depth += 1
        if self._depth > MOST_DEEP:
            raise damaged()

    def _box(self, holder: Element) -> None:
        """A text box: its blocks follow the paragraph that it hangs on."""
        blocks = self._blocks(holder)
        if any(words.strip() for words in lines(blocks)):
            self._found.leave(Left.TEXT_BOX)
        self._boxes += blocks

    def _formula(self, element: Element, paragraph: Element | None, into: list[Piece]) -> None:
        words = "".join(self._in_formula(element, paragraph))
        if not words:
            return
        if all(kind(part) in _IN_LINE or kind(part).startswith("w:") for part in element.iter()):
            into.append(Text(words))
        else:
            self._found.leave(Left.FORMULA, words)

    def _in_formula(self, holder: Element, paragraph: Element | None) -> Iterator[str]:
        for element in holder:
            name = kind(element)
            if name in DELETED:
                self.delete(element)
            elif name == "m:r" and self._styles.hidden(child(element, "w:rPr"), paragraph):
                self._found.leave(Left.HIDDEN)
            elif name in ("m:t", "w:t"):
                yield element.text or ""
            elif name not in SILENT:
                yield from self._in_formula(element, paragraph)

    def _target(self, link: Element) -> str:
        relation = self._package.relations(self.part).get(attribute(link, "r:id") or "")
        return relation.target if relation and relation.outside else ""

    def _picture(self, element: Element) -> Picture:
        relation = self._package.relations(self.part).get(
            attribute(element, "r:embed") or attribute(element, "r:id") or ""
        )
        inside = relation is not None and not relation.outside and relation.target in self._package.names
        return Picture(relation.target if relation and inside else "", _alternative(element), cut_off(element))

    def _diagram(self, element: Element) -> None:
        """A chart or a diagram is drawn by Word from data: its words are told."""
        found = attribute(element, "r:id") or attribute(element, "r:dm") or ""
        relation = self._package.relations(self.part).get(found)
        words: list[str] = []
        if relation and relation.target in self._package.names:
            root = self._package.xml(relation.target)
            words = [text.text or "" for text in below(root, "a:t")]
            words += [v.text or "" for part in below(root, "c:tx", "c:cat") for v in below(part, "c:v")]
        self._found.leave(Left.DIAGRAM, " ".join(dict.fromkeys(words)))

    def _symbol(self, font: str | None, code: int) -> str:
        sign = symbol(font, code)
        if sign is None:
            self._found.leave(Left.SYMBOL, f"{font or ''} {code:04X}")
        return sign or ""

    def _with_symbols(self, text: str, font: str | None) -> str:
        if not is_symbol_font(font):
            return text
        drawn = [ord(c) < 0x100 or 0xF000 <= ord(c) <= 0xF0FF for c in text]  # other characters have other fonts
        return "".join(self._symbol(font, ord(c)) if by else c for c, by in zip(text, drawn, strict=True))


def _is_hidden_drawing(element: Element) -> bool:
    named = child(element, "wp:docPr")
    if named is not None:
        return named.get("hidden") in ("1", "true")
    return "visibility:hidden" in element.get("style", "").replace(" ", "")


def _alternative(element: Element) -> str:
    """The words that stand for a picture: of the drawing around it, or of the shape."""
    for around in element.iterancestors():
        match kind(around):
            case "wp:inline" | "wp:anchor":
                named = child(around, "wp:docPr")
                return _written_words("" if named is None else named.get("descr", ""))
            case "v:shape":
                return _written_words(around.get("alt", ""))
            case "w:r":
                break
    return ""


def _written_words(alternative: str) -> str:
    return "" if _MADE_UP.fullmatch(alternative.strip()) else alternative


def cut_off(picture: Element) -> tuple[float, float, float, float]:
    """What is cut off of a picture: it is still in the file, and not seen."""
    around = picture.getparent()
    rectangle = child(around, "a:srcRect") if around is not None else None
    if rectangle is not None:
        left, top, right, bottom = (_share(rectangle.get(side, ""), 100_000) for side in "ltrb")
    else:
        left, top, right, bottom = (
            _share(picture.get(f"crop{side}", ""), 65_536) for side in ("left", "top", "right", "bottom")
        )
    return left, top, right, bottom


def _share(text: str, whole: int) -> float:
    """A share of 1 as Office writes it: in parts of `whole` (25000, 16384f), in percent, or as it is."""
    found = re.fullmatch(r"(\d{1,9}(?:\.\d{1,9})?)([%f]?)", text)
    if not found:
        return 0
    of = 100 if found[2] == "%" else 1 if "." in found[1] else whole
    return min(1, float(found[1]) / of)


def merged(content: list[Piece]) -> list[Piece]:
    """Stretches that look the same as one; a line drawn to write on (blanks underlined) is seen."""
    joined: list[Piece] = []
    for piece in content:
        before = joined[-1] if joined else None
        if isinstance(piece, Text) and not piece.text:
            continue
        if isinstance(piece, Text) and isinstance(before, Text) and replace(before, text=piece.text) == piece:
            joined[-1] = replace(before, text=before.text + piece.text)
        else:
            joined.append(piece)
    return [
        Text("_" * len(piece.text))
        if isinstance(piece, Text) and piece.underlined and re.fullmatch("[ \u3000\xa0\t]{2,}", piece.text)
        else piece
        for piece in joined
    ]
