"""The reply clock counts the days on which offices work."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.participation.replyclock import due_day, is_workday, working_days_left

days = st.dates(date(2000, 1, 1), date(2100, 1, 1))


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2025, 10, 1), False),  # national day
        (date(2025, 9, 28), True),  # a Sunday worked for it
        (date(2026, 2, 17), False),  # spring festival
        (date(2026, 3, 5), True),
        (date(2026, 3, 7), False),  # a Saturday
        (date(2050, 1, 3), True),  # not decreed yet: a Monday
        (date(2050, 1, 1), False),  # a Saturday
    ],
)
def test_holidays_and_make_up_days(day: date, works: bool) -> None:
    assert is_workday(day) is works


def test_ten_working_days_over_national_day() -> None:
    # 26 September 2025 is a Friday; the 28th is worked, 1 to 8 October are not, the 11th is worked
    assert due_day(date(2025, 9, 26), 3) == date(2025, 9, 30)
    assert due_day(date(2025, 9, 26), 4) == date(2025, 10, 9)


@given(days, st.integers(1, 60))
def test_the_due_day_is_a_workday_and_counts_right(received: date, n: int) -> None:
    due = due_day(received, n)
    assert is_workday(due)
    assert working_days_left(received, due) == n
    assert sum(is_workday(received + timedelta(days=i)) for i in range(1, (due - received).days + 1)) == n


@given(days, st.integers(0, 60))
def test_days_left_turn_negative_when_late(due: date, late: int) -> None:
    assert working_days_left(due + timedelta(days=late), due) <= 0
