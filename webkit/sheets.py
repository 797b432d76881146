"""Tables as .xlsx files: written row by row, safe to open whatever somebody typed into them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from io import BytesIO
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from flask import Response
from flask_babel import gettext
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from webkit.language import TIMEZONE

MAX_ROWS = 100_000
"""More than an office program opens with pleasure; an export says so in its last row instead of stopping silently."""

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_ZONE = ZoneInfo(TIMEZONE)
_CELL_LIMIT = 32_767
#: What a spreadsheet takes for the beginning of a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Column:
    """A column of a sheet: its heading and its width in characters."""

    label: str
    width: int = 18


def write(
    title: str, columns: Sequence[Column], rows: Iterable[Sequence[Any]], *, limit: int = MAX_ROWS
) -> bytes:
    """A workbook of one sheet with a fixed heading row, filters and these rows (at most `limit`).

    Text is text: what looks like a formula is marked so that no program computes it. Instants are
    written on the clock of Asia/Shanghai, lists joined by the reader's comma.
    """
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title[:31])
    sheet.freeze_panes = "A2"
    for number, column in enumerate(columns, 1):
        sheet.column_dimensions[get_column_letter(number)].width = column.width * 1.6
    sheet.append([_heading(sheet, column.label) for column in columns])
    count = 0
    for row in rows:
        if count == limit:
            sheet.append([_cell(sheet, gettext("……（只导出前 %(n)s 行，请缩小筛选范围）", n=limit))])
            break
        sheet.append([_cell(sheet, value) for value in row])
        count += 1
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{count + 1}"
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def send(filename: str, title: str, columns: Sequence[Column], rows: Iterable[Sequence[Any]]) -> Response:
    """The workbook as a download named `filename` (without .xlsx)."""
    response = Response(write(title, columns, rows), mimetype=MEDIA_TYPE)
    response.headers["Content-Disposition"] = (
        f"attachment; filename=export.xlsx; filename*=UTF-8''{quote(filename)}.xlsx"
    )
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _heading(sheet: Any, label: str) -> Any:
    cell = WriteOnlyCell(sheet, value=label)
    cell.font = Font(bold=True, color="FFFFFF")
    cell.fill = PatternFill("solid", fgColor="2C7A4B")
    cell.alignment = Alignment(vertical="center", wrap_text=True)
    return cell


def _cell(sheet: Any, value: Any) -> Any:
    value = _plain(value)
    cell = WriteOnlyCell(sheet, value=value)
    if isinstance(value, str):
        cell.data_type = "s"  # also where openpyxl saw a formula or an error value
        if value.startswith(_FORMULA):
            cell.quotePrefix = True  # stays text when somebody edits and leaves the cell
        if "\n" in value:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    elif isinstance(value, dt.datetime):
        cell.number_format = "yyyy-mm-dd hh:mm"
    elif isinstance(value, dt.date):
        cell.number_format = "yyyy-mm-dd"
    return cell


def _plain(value: Any) -> Any:
    """What a cell can hold."""
    if value is None or isinstance(value, bool):
        return {None: None, True: gettext("是"), False: gettext("否")}[value]
    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, dt.datetime):
        return value.astimezone(_ZONE).replace(tzinfo=None)
    if isinstance(value, dt.date | int | float | Decimal):
        return value
    if isinstance(value, list | tuple | set | frozenset):
        value = gettext("、").join(str(item) for item in value)
    return ILLEGAL_CHARACTERS_RE.sub("", str(value))[:_CELL_LIMIT]
