"""Reading a list in the same time however many rows there are: count no further than anybody reads, find first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    ScalarSelect,
    Select,
    SQLColumnExpression,
    Uuid,
    func,
    literal,
    or_,
    select,
    true,
)
from sqlalchemy.orm import Session

from tenants.database import actor_of

#: Beyond this nobody wants the exact number, and counting on would read every row.
COUNTED = 1_000
#: A list looks for words in so many of its newest rows. No index can help: row security lets none be asked for text
#: before it has seen the row. What is older is found by the search.
LOOKED_THROUGH = 1_000


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


def here(session: Session, tenant_id: SQLColumnExpression[Any]) -> ColumnElement[bool]:
    """Rows of the tenant in which the actor works; all rows for who works across tenants.

    The policies say so too; said in the query, it uses the indexes.
    """
    tenant = actor_of(session).tenant_id
    return tenant_id == tenant if tenant else true()


@dataclass(frozen=True)
class Containing:
    """The rows in which some words were found; with `partial` there are older ones that were not looked at."""

    ids: tuple[UUID, ...]
    partial: bool

    def has(self, column: SQLColumnExpression[UUID]) -> ColumnElement[bool]:
        """The row of this id is one of them."""
        return column == func.any(literal(list(self.ids), ARRAY(Uuid)))


def containing(session: Session, words: str, newest: Select[*tuple[Any, ...]]) -> Containing:
    """Which of the `LOOKED_THROUGH` newest rows of (id, text, ...) contain the words, in any case. One query."""
    rows = newest.subquery()
    key, *texts = rows.c
    says = or_(*(text.icontains(words, autoescape=True) for text in texts))
    ids, looked_at = session.execute(
        select(func.array_agg(key).filter(says), func.count()).select_from(rows)
    ).one()
    return Containing(tuple(ids or ()), looked_at == LOOKED_THROUGH)
