"""Numbers, days and instants with bounds by their type: no larger than what a column, a clock and a page can hold.

Forms take these fields instead of those of WTForms; arguments of an address are read by `day`.
The database has the same bounds for instants that people choose (`tenants.database.within_bounds`).
"""

from __future__ import annotations

import math
from datetime import date
from typing import Any

import wtforms
from flask_babel import gettext

FIRST_YEAR, LAST_YEAR = 1900, 2199
LARGEST = 2**31 - 1
"""Of whole numbers: what an integer column holds."""
LONGEST_NUMBER = 40
"""Characters of a number; nobody types more, and taking apart very many takes long."""


def day(text: str) -> date | None:
    """The day that is sent as 2026-03-05; None for anything else, and beyond the bounds."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if FIRST_YEAR <= found.year <= LAST_YEAR else None


class DateField(wtforms.DateField):
    """A day."""

    def process_formdata(self, valuelist: list[str]) -> None:
        super().process_formdata(valuelist)
        _refuse_year(self)


class DateTimeLocalField(wtforms.DateTimeLocalField):
    """An instant by the clock of Shanghai."""

    def process_formdata(self, valuelist: list[str]) -> None:
        super().process_formdata(valuelist)
        _refuse_year(self)


class IntegerField(wtforms.IntegerField):
    """A whole number that a column can hold."""

    def process_formdata(self, valuelist: list[str]) -> None:
        _refuse_long(self, valuelist)
        super().process_formdata(valuelist)
        if self.data is not None and abs(self.data) > LARGEST:
            _refuse(self)


class FloatField(wtforms.FloatField):
    """A finite number."""

    def process_formdata(self, valuelist: list[str]) -> None:
        _refuse_long(self, valuelist)
        super().process_formdata(valuelist)
        if self.data is not None and not math.isfinite(self.data):
            _refuse(self)


def _refuse_year(field: wtforms.DateField | wtforms.DateTimeField) -> None:
    if field.data is not None and not FIRST_YEAR <= field.data.year <= LAST_YEAR:
        field.data = None
        raise ValueError(gettext("年份应在 %(first)s 到 %(last)s 之间。", first=FIRST_YEAR, last=LAST_YEAR))


def _refuse_long(field: wtforms.Field, valuelist: list[str]) -> None:
    if valuelist and len(valuelist[0]) > LONGEST_NUMBER:
        _refuse(field)


def _refuse(field: Any) -> None:
    field.data = None
    raise ValueError(gettext("这个数太大了，请检查。"))
