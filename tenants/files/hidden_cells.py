"""Which cells of a sheet (.xlsx) nobody sees: those of hidden rows and columns."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from io import BytesIO

from lxml import etree
from openpyxl.utils import range_boundaries

from tenants.files.word.package import Element, Package, attribute, switched_on

#: What may hide a row or column.
_HIDING = re.compile(rb"hidden|(?:width|ht)\s*=\s*[\"']0")
#: The elements that say what is hidden.
TELLING = ("{*}col", "{*}row", "{*}mergeCell")
_LAST_COLUMN = 16_384
#: Narrower (in characters) or lower (in points) than this nothing can be read.
_TOO_SMALL = 0.7


@dataclass
class HiddenCells:
    """The hidden rows and columns of a sheet, by their numbers from 1."""

    rows: set[int] = field(default_factory=set)
    columns: set[int] = field(default_factory=set)
    _merged: list[tuple[int, int, int, int]] = field(default_factory=list)

    @classmethod
    def of(cls, elements: Iterable[Element]) -> HiddenCells:
        """Those of a sheet by its elements `col`, `row` and `mergeCell`, in their order."""
        found, number = cls(), 0
        for element in elements:
            match str(element.tag).rpartition("}")[2]:
                case "col" if _is_hidden(element, "width"):
                    first, last = int(element.get("min", "1")), int(element.get("max", "1"))
                    found.columns.update(range(first, min(last, _LAST_COLUMN) + 1))
                case "row":
                    number = int(element.get("r") or number + 1)
                    if _is_hidden(element, "ht"):
                        found.rows.add(number)
                case "mergeCell":
                    left, top, right, bottom = range_boundaries(element.get("ref", ""))
                    if left and top and right and bottom:
                        found._merged.append((left, top, right, bottom))
        return found

    def __contains__(self, place: tuple[int, int]) -> bool:
        """Whether the cell in a row and a column is hidden."""
        row, column = place
        return (row in self.rows or column in self.columns) and not any(
            (column, row) == merged[:2] and self._is_seen(merged) for merged in self._merged
        )

    def shown(self, row: int, values: Iterable[object]) -> Iterator[object]:
        """Of the values of a row, from its first column on, those in sight; None is no value."""
        return (v for column, v in enumerate(values, 1) if v is not None and (row, column) not in self)

    def _is_seen(self, merged: tuple[int, int, int, int]) -> bool:
        """Whether merged cells reach out of the hidden part: what the first of them says fills them all."""
        left, top, right, bottom = merged
        return any(column not in self.columns for column in range(left, right + 1)) and any(
            row not in self.rows for row in range(top, bottom + 1)
        )


def may_hide(xml: bytes) -> bool:
    """Whether a sheet is worth reading for what it hides."""
    return _HIDING.search(xml) is not None


def hidden_cells(workbook: bytes) -> dict[str, HiddenCells]:
    """The hidden cells of each sheet by its name. Raises `Invalid` for a broken workbook."""
    package = Package(BytesIO(workbook))
    parts = {name: relation.target for name, relation in package.relations(package.main).items()}
    sheets = package.xml(package.main).iter("{*}sheet")
    named = {sheet.get("name", ""): parts.get(attribute(sheet, "r:id") or "", "") for sheet in sheets}
    xml = {name: package.bytes(part) for name, part in named.items() if part in package.names}
    return {name: HiddenCells.of(_telling(data) if may_hide(data) else ()) for name, data in xml.items()}


def _telling(xml: bytes) -> Iterator[Element]:
    """What says of a sheet what is hidden, without holding the sheet in memory."""
    steps = etree.iterparse(
        BytesIO(xml), ("start", "end"), tag=TELLING, resolve_entities=False, no_network=True, load_dtd=False
    )
    for event, element in steps:
        if event == "start":
            yield element
            continue
        element.clear()
        parent = element.getparent()
        while parent is not None and element.getprevious() is not None:
            del parent[0]


def _is_hidden(element: Element, size: str) -> bool:
    if switched_on(element, "hidden"):
        return True
    try:
        return float(element.get(size, "inf")) < _TOO_SMALL
    except ValueError:
        return False
