"""The reply clock: within how many working days a comment is answered (中国法定节假日和调休)."""

from __future__ import annotations

from datetime import date, timedelta

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
    if due < today:
        return -working_days_left(due, today)
    return sum(is_workday(today + timedelta(days=n)) for n in range(1, (due - today).days + 1))
