"""The fields of a Word file: their codes are not shown, their results are; and what shows without a kept result."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tenants.files.word.model import Document, Left
from tenants.files.word.package import Element, attribute, below, child, children, kind, switched, value
from tenants.files.word.symbols import symbol

#: Show nothing: marks for indexes, and what is worked out when letters are merged.
_WITHOUT_RESULT = frozenset({
    "XE", "TC", "TA", "RD", "SET", "ASK", "NEXT", "NEXTIF", "SKIPIF", "PRIVATE", "ADVANCE", "DATA", "TOC", "TOA",
    "INDEX", "HYPERLINK",
})  # fmt: skip
#: Controls of forms: what they show stands in their data, not in a result.
_CONTROLS = frozenset({"FORMCHECKBOX", "FORMDROPDOWN"})
_ENCLOSED = re.compile(r"\\o\s*\\ac\s*\(\s*[○〇◯]\s*[,，]\s*(\d{1,2})\s*\)", re.IGNORECASE)
_READING = re.compile(
    r"\\o\s*\\a[dclr]\s*\(\s*\\s\s*\\up\s*\d+\s*\((?P<reading>.*?)\)\s*,(?P<base>.+)\)", re.IGNORECASE
)


def ticked(box: Element | None) -> str:
    """The sign of a check box (`w14:checkbox`, `w:checkBox`)."""
    w14 = child(box, "w14:checked")
    if w14 is not None:
        return "☑" if attribute(w14, "w14:val") in ("1", "true", "on") else "☐"
    own = switched(child(box, "w:checked"))
    return "☑" if (switched(child(box, "w:default")) if own is None else own) else "☐"


@dataclass(slots=True)
class _Field:
    code: str = ""
    data: Element | None = None
    in_result: bool = False
    #: Whether its code is not even there for those who look at codes.
    hidden: bool = False

    @property
    def name(self) -> str:
        return (self.code.split(maxsplit=1) or [""])[0].upper()


class Fields:
    """Where a reader stands among the fields of a story (the body, a note, a header)."""

    def __init__(self, story: Element, found: Document) -> None:
        self._found = found
        self._open: list[_Field] = []
        _drop_unpaired(story)

    @property
    def in_code(self) -> bool:
        """Whether what is read now is not shown."""
        return any(not field.in_result for field in self._open)

    @property
    def in_contents(self) -> bool:
        """Whether what is read now is an automatic table of contents."""
        return any(field.name == "TOC" for field in self._open)

    @property
    def href(self) -> str:
        """The outside address that what is read now leads to; empty for none."""
        for field in reversed(self._open):
            found = re.match(r'\s*HYPERLINK\s+"([^"]+)"', field.code, re.IGNORECASE)
            if found and field.in_result:
                return found[1]
        return ""

    @contextmanager
    def simple(self, code: str) -> Iterator[None]:
        """Within a field that is one element (`w:fldSimple`)."""
        depth = len(self._open)
        self._open.append(_Field(code, in_result=True))
        yield
        del self._open[depth:]

    def step(self, element: Element) -> str:
        """Go over a `w:fldChar` or `w:instrText`; what a field that ends there shows beside its result."""
        field = self._ended(element, hidden=False)
        return "" if field is None or field.hidden or field.in_result or self.in_code else self._shown(field)

    def follow(self, unseen: Element) -> None:
        """Go over what is not read, so that a field which begins or ends in it is known."""
        for element in below(unseen, "w:fldChar", "w:instrText"):
            self._ended(element, hidden=True)

    def _ended(self, element: Element, *, hidden: bool) -> _Field | None:
        """Go over a part of a field; the field that ends with it."""
        if kind(element) == "w:instrText":
            if self._open and not self._open[-1].in_result:
                self._open[-1].code += element.text or ""
                self._open[-1].hidden |= hidden
            return None
        match attribute(element, "w:fldCharType"):
            case "begin":
                self._open.append(_Field(data=child(element, "w:ffData")))
            case "separate" if self._open:
                self._open[-1].in_result = self._open[-1].name not in _CONTROLS
            case "end" if self._open:
                return self._open.pop()
        return None

    def _shown(self, field: _Field) -> str:
        rest = field.code.strip()[len(field.name) :].strip()
        match field.name:
            case "FORMCHECKBOX":
                return ticked(child(field.data, "w:checkBox"))
            case "FORMDROPDOWN":
                choice = child(field.data, "w:ddList")
                entries = [attribute(entry, "w:val") or "" for entry in children(choice, "w:listEntry")]
                at = value(choice, "w:result") or value(choice, "w:default") or "0"
                return entries[int(at)] if at.isdecimal() and int(at) < len(entries) else ""
            case "MACROBUTTON" | "GOTOBUTTON":
                return rest.partition(" ")[2].strip()
            case "SYMBOL":
                found = _symbol(rest)
                if found:
                    return found
                self._found.leave(Left.SYMBOL, rest)
            case "EQ":
                return self._equation(rest)
            case name if name and name not in _WITHOUT_RESULT:
                self._found.leave(Left.FIELD, field.code)
        return ""

    def _equation(self, code: str) -> str:
        """The sign or the word that such a field is mostly used for: ①, and words with their pronunciation above."""
        enclosed, reading = _ENCLOSED.search(code), _READING.search(code)
        if enclosed and 1 <= int(enclosed[1]) <= 20:
            return chr(ord("①") + int(enclosed[1]) - 1)
        if reading:
            self._found.leave(Left.READING, reading["reading"])
            return reading["base"].strip()
        self._found.leave(Left.FORMULA, code)
        return ""


def _symbol(code: str) -> str | None:
    number = re.match(r"(0x)?([0-9a-f]{1,6})", code, re.IGNORECASE)
    font = re.search(r'\\f\s*"?([^"\\]+)', code)
    if not number or not (number[1] or number[2].isdecimal()):
        return None
    return symbol(font[1].strip() if font else None, int(number[2], 16 if number[1] else 10))


def _drop_unpaired(story: Element) -> None:
    """Take out the marks of fields that begin or end only: all that follows would be taken for a code."""
    begun: list[list[Element]] = []
    unpaired: list[Element] = []
    for mark in below(story, "w:fldChar"):
        match attribute(mark, "w:fldCharType"):
            case "begin":
                begun.append([mark])
            case "separate" if begun:
                begun[-1].append(mark)
            case "end" if begun:
                begun.pop()
            case _:
                unpaired.append(mark)
    for mark in [*unpaired, *(mark for marks in begun for mark in marks)]:
        parent = mark.getparent()
        assert parent is not None
        parent.remove(mark)
