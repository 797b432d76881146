"""Periods of whole days in Beijing, half-open: the day after the last one may begin the next period.

People read and write the last day itself; the database, and everything that compares, knows the day after it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import TypeAlias

from sqlalchemy.dialects.postgresql import Range

Days: TypeAlias = Range[date]
_DAY = timedelta(days=1)


def days(first: date, last: date | None = None) -> Days:
    """From the first day to the last one, both included; without a last one, for good."""
    return Range(first, None if last is None else last + _DAY)


def first_day(period: Days) -> date:
    """The day on which it begins; every period of ours has one."""
    assert period.lower is not None
    return period.lower


def last_day(period: Days) -> date | None:
    """The last day that belongs to it; None when it is open."""
    return None if period.upper is None else period.upper - _DAY


def first_gap(period: Days, covers: Iterable[Days]) -> date | None:
    """The first day of `period` on which none of the others holds; None when they cover all of it."""
    day = first_day(period)
    for cover in sorted(covers, key=first_day):
        if first_day(cover) > day:
            break
        if cover.upper is None:
            return None
        day = max(day, cover.upper)
    return None if period.upper is not None and day >= period.upper else day
