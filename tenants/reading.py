"""Reading a list in the same time however many rows there are: count no further than anybody reads, find first."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Select, SQLColumnExpression, func, select

#: Beyond this nobody wants the exact number, and counting on would read every row.
COUNTED = 1_000


class Counted(int):
    """A number of rows; with `more` there are more than that."""

    more = False

    @classmethod
    def of(cls, found: int, *, at_least: bool = False) -> Counted:
        """What `counted` found; `at_least`: there may be more that were not looked at."""
        number = cls(min(found, COUNTED))
        number.more = at_least or found > COUNTED
        return number

    def plus(self, other: Counted) -> Counted:
        """Both together."""
        number = Counted(self + other)
        number.more = self.more or other.more
        return number


def counted(query: Select[*tuple[Any, ...]]) -> ScalarSelect[int]:
    """How many rows a query has, counted to one more than `COUNTED`; for `Counted.of`."""
    some = query.order_by(None).limit(COUNTED + 1).subquery()
    return select(func.count()).select_from(some).scalar_subquery()


def among(column: SQLColumnExpression[Any], query: Select[*tuple[Any, ...]]) -> ColumnElement[bool]:
    """The column has one of the few values that the query gives.

    They are found first. `IN (SELECT ...)` leaves the order to the planner, which cannot guess how many rows row
    security lets through and may begin with the whole of another table.
    """
    return column == func.any(func.array(query.scalar_subquery()))
