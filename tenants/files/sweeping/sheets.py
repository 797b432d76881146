"""Workbooks (.xlsx): hidden sheets, rows and columns, comments, data from elsewhere.

Where something is taken out that formulas may refer to, every formula of the workbook becomes the value that it last
had: what is in sight stays as it is. Where a value is missing, nothing is taken out, and the finding stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree
from openpyxl.utils import get_column_letter
from openpyxl.utils.cell import column_index_from_string, coordinate_from_string

from tenants.files.findings import Trace, Traces
from tenants.files.hidden_cells import TELLING, HiddenCells, may_hide
from tenants.files.sweeping.parts import Parts, is_a, named, remove, text_of, words_in
from tenants.files.sweeping.properties import hidden_objects
from tenants.files.word.package import Element, attribute

#: The format of a number that shows nothing, whatever stands in the cell.
_SHOWS_NOTHING = re.compile(r'(?:"")?(?:;(?:"")?){3}')
#: Names that lead to another workbook.
_ELSEWHERE = re.compile(r"\[\d+\]")


@dataclass
class _Book:
    """A workbook: its sheets in order, as listed, with their parts."""

    parts: Parts
    root: Element
    sheets: list[tuple[Element, str]] = field(default_factory=list)

    @property
    def shown(self) -> list[tuple[Element, str]]:
        return [(listed, part) for listed, part in self.sheets if not _is_hidden(listed)]

    @property
    def hidden(self) -> list[tuple[Element, str]]:
        return [(listed, part) for listed, part in self.sheets if _is_hidden(listed)]


def sweep(parts: Parts, traces: Traces) -> None:
    """Note and take out what a reader of the workbook does not see."""
    relations = parts.relations(parts.main)
    root = parts.root(parts.main)
    listed = [(sheet, attribute(sheet, "r:id") or "") for sheet in named(root, "sheet")]
    book = _Book(parts, root, [(sheet, relations[name].target) for sheet, name in listed if name in relations])
    _people(book, traces)
    for _sheet, part in book.sheets:
        _comments(parts, part, traces)
        for drawing in parts.related(part, "drawing"):
            hidden_objects(parts.root(drawing), traces)
    for part in parts.reached():
        if "pivotcacherecords" in parts.types.get(part, "") or part in parts.related(parts.main, "powerPivotData"):
            traces.add(Trace.PIVOT_DATA)
        elif part in parts.related(parts.main, "connections"):
            for connection in named(parts.root(part), "connection"):
                traces.add(Trace.OUTSIDE, connection.get("name", ""))
    for sheet, _part in book.hidden:
        traces.add(Trace.HIDDEN_SHEETS, sheet.get("name", ""))
    unseen = _formats_that_show_nothing(parts)
    cells = {
        part: list(_hidden_cells(parts, sheet.get("name", ""), part, unseen, traces)) for sheet, part in book.shown
    }
    elsewhere = parts.related(parts.main, "externalLink")
    if (book.hidden or elsewhere or any(cells.values())) and _may_be_frozen(book):
        _freeze(book)
        _drop_sheets(book)
        for part, found in cells.items():
            if not named(parts.root(part), "tablePart"):  # a table must keep the heads of its columns
                for cell in found:
                    remove(cell)
        _forget_strings(book)


def _is_hidden(sheet: Element) -> bool:
    return sheet.get("state", "visible") != "visible"


def _people(book: _Book, traces: Traces) -> None:
    parts, main = book.parts, book.parts.main
    for part in parts.related(main, "revisionHeaders"):
        for header in named(parts.root(part), "header"):
            traces.add(Trace.REVISIONS)
            traces.name(header.get("userName"))
    for part in parts.related(main, "usernames"):
        for user in named(parts.root(part), "userInfo"):
            traces.name(user.get("name"))
    for part in parts.related(main, "person"):
        for person in named(parts.root(part), "person"):
            traces.name(person.get("displayName"))
    for sharing in named(book.root, "fileSharing"):
        traces.name(str(sharing.attrib.pop("userName", "")))
    for path in named(book.root, "absPath"):
        traces.add(Trace.PATHS, path.get("url", ""))
        remove(next(path.iterancestors("{*}AlternateContent"), path))
    for views in named(book.root, "customWorkbookViews"):
        remove(views)
    parts.unrelate_all(main, "revisionHeaders", "usernames", "person")


def _comments(parts: Parts, sheet: str, traces: Traces) -> None:
    found = parts.related(sheet, "comments")
    threads = parts.related(sheet, "threadedComment")
    for part in found:
        for author in named(parts.root(part), "author"):
            if not (author.text or "").startswith("tc="):  # the number of a thread
                traces.name(author.text)
        if not threads:
            for comment in named(parts.root(part), "comment"):
                traces.add(Trace.COMMENTS, words_in(comment, "t"))
    for part in threads:
        for comment in named(parts.root(part), "threadedComment"):
            traces.add(Trace.COMMENTS, words_in(comment, "text"))
    if not found and not threads:
        return
    parts.unrelate_all(sheet, "comments", "threadedComment")
    root = parts.root(sheet)
    if not named(root, "control", "oleObject"):  # those are drawn in the same place
        for drawing in named(root, "legacyDrawing"):
            remove(drawing)
        parts.unrelate_all(sheet, "vmlDrawing")


def _formats_that_show_nothing(parts: Parts) -> frozenset[str]:
    """The styles of cells, by their numbers, in which nothing is to be seen."""
    found: set[str] = set()
    for part in parts.related(parts.main, "styles"):
        root = parts.root(part)
        formats = {
            entry.get("numFmtId")
            for entry in named(root, "numFmt")
            if _SHOWS_NOTHING.fullmatch(entry.get("formatCode", "").replace(" ", ""))
        }
        for cell_styles in named(root, "cellXfs"):
            found |= {str(n) for n, style in enumerate(cell_styles) if style.get("numFmtId") in formats}
    return frozenset(found)


def _hidden_cells(parts: Parts, name: str, part: str, unseen: frozenset[str], traces: Traces) -> Iterator[Element]:
    """The cells with a value in hidden rows and columns, noted once for each of these, and those of styles unseen."""
    if not unseen and not may_hide(parts.content(part)):
        return
    root = parts.root(part)
    hidden = HiddenCells.of(root.iter(*TELLING))
    noted: set[str] = set()
    for number, row in _rows(root):
        for column, cell in _cells(row):
            if not len(cell):
                continue
            if (number, column) in hidden:
                place = f"{name} 第{number}行" if number in hidden.rows else f"{name} {get_column_letter(column)}列"
            elif cell.get("s") in unseen:
                place = f"{name} {get_column_letter(column)}{number}"
            else:
                continue
            if place not in noted:
                noted.add(place)
                traces.add(Trace.HIDDEN_CELLS, place)
            yield cell


def _rows(root: Element) -> Iterator[tuple[int, Element]]:
    """The rows with their numbers; one without a number follows the one before."""
    number = 0
    for row in named(root, "row"):
        number = int(row.get("r") or number + 1)
        yield number, row


def _cells(row: Element) -> Iterator[tuple[int, Element]]:
    """The cells of a row with the numbers of their columns."""
    column = 0
    for cell in row:
        if is_a(cell, "c"):
            at = cell.get("r")
            column = column_index_from_string(coordinate_from_string(at)[0]) if at else column + 1
            yield column, cell


def _may_be_frozen(book: _Book) -> bool:
    """Whether every formula has noted its value, and no chart or sparkline is made of a hidden sheet."""
    hidden = [sheet.get("name", "") for sheet, _ in book.hidden]
    parts = book.parts
    charts = [part for part in parts.reached() if ".chart+xml" in parts.types.get(part, "")]
    drawn = [found for part in charts for found in named(parts.root(part), "f")]
    for _sheet, part in book.shown:
        root = parts.root(part)
        drawn += [found for line in named(root, "sparkline") for found in named(line, "f")]
        for cell in named(root, "c"):
            if cell.find("{*}f") is not None and cell.get("t") != "str":  # whose value may be nothing
                value = cell.find("{*}v")
                if value is None or not value.text:
                    return False
    return not any(_mentions(found, hidden) for found in drawn)


def _mentions(formula: Element, sheets: list[str]) -> bool:
    """Whether a formula names one of the sheets."""
    text = text_of(formula)
    return any(re.search(rf"{re.escape(name.replace(chr(39), chr(39) * 2))}'?(?::[^!]*)?!", text) for name in sheets)


def _freeze(book: _Book) -> None:
    """Values in the place of all formulas, and nothing left that the formulas came from."""
    parts, hidden = book.parts, [sheet.get("name", "") for sheet, _ in book.hidden]
    for _sheet, part in book.shown:
        root = parts.root(part)
        for cell in named(root, "c"):
            formula = cell.find("{*}f")
            if formula is not None:
                cell.remove(formula)
                cell.attrib.pop("cm", "")
        # what is offered to choose from, and colours by what stands elsewhere
        for rule in named(root, "dataValidation", "conditionalFormatting"):
            if any(_mentions(found, hidden) for found in named(rule, "formula", "formula1", "formula2", "f")):
                around = rule.getparent()
                remove(rule)
                if around is not None and not len(around):
                    remove(around)
                elif around is not None and "count" in around.attrib:
                    around.set("count", str(len(around)))
    for references in named(book.root, "externalReferences"):
        remove(references)
    parts.unrelate_all(parts.main, "externalLink", "calcChain")


def _drop_sheets(book: _Book) -> None:
    order = [listed for listed, _ in book.sheets]
    kept = {old: new for new, old in enumerate(n for n, listed in enumerate(order) if not _is_hidden(listed))}
    hidden = [sheet.get("name", "") for sheet, _ in book.hidden]
    for name in named(book.root, "definedName"):
        local = name.get("localSheetId")
        gone = local is not None and int(local) not in kept
        if gone or _mentions(name, hidden) or _ELSEWHERE.search(name.text or ""):
            remove(name)
        elif local:
            name.set("localSheetId", str(kept[int(local)]))
    for names in named(book.root, "definedNames"):
        if not len(names):
            remove(names)
    for view in named(book.root, "workbookView"):
        active = kept.get(int(view.get("activeTab", "0")), 0)
        view.attrib.pop("firstSheet", "")
        view.set("activeTab", str(active))
    for sheet, part in book.hidden:
        remove(sheet)
        for link, relation in book.parts.relations(book.parts.main).items():
            if relation.target == part:
                book.parts.unrelate(book.parts.main, link)
    book.sheets = book.shown


def _forget_strings(book: _Book) -> None:
    """Words are kept apart from the cells: those of no cell are taken out."""
    used = {
        int(value.text)
        for _sheet, part in book.sheets
        for cell in named(book.parts.root(part), "c")
        if cell.get("t") == "s" and (value := cell.find("{*}v")) is not None and value.text
    }
    for part in book.parts.related(book.parts.main, "sharedStrings"):
        for number, words in enumerate(named(book.parts.root(part), "si")):
            if number not in used:
                for piece in list(words):
                    remove(piece)
                etree.SubElement(words, str(words.tag).rpartition("}")[0] + "}t")
