"""The reply clock: within how many working days a comment is answered (中国法定节假日和调休)."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache
from itertools import accumulate

import chinese_calendar


def is_workday(day: date) -> bool:
    """Whether offices work on `day`: holidays and make-up workdays counted.

    The calendar of a year is decreed at the end of the year before. For a year that is not known yet, Monday to Friday.
    """
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return day.weekday() < 5


def due_day(received: date, working_days: int) -> date:
    """The last day for an answer: the `working_days`-th working day after the day it was received."""
    day, left = received, working_days
    while left > 0:
        day += timedelta(days=1)
        left -= is_workday(day)
    return day


def working_days_left(today: date, due: date) -> int:
    """Working days from tomorrow up to and including `due`; negative: working days passed since."""
    year = min(today.year, due.year)
    return _workdays_since(year, due) - _workdays_since(year, today)


def _workdays_since(year: int, day: date) -> int:
    """Workdays from the beginning of a year up to and including `day`."""
    before = sum(_workdays_of(n)[-1] for n in range(year, day.year))
    return before + _workdays_of(day.year)[day.timetuple().tm_yday - 1]


@lru_cache(maxsize=256)
def _workdays_of(year: int) -> tuple[int, ...]:
    """For each day of a year, its workdays up to and including that day."""
    first = date(year, 1, 1)
    days = (first + timedelta(days=n) for n in range((date(year, 12, 31) - first).days + 1))
    return tuple(accumulate(int(is_workday(day)) for day in days))
