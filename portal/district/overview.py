"""The overview: every tenant's figures side by side, their sums, and who leads. One query for a page of any size."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, FromClause, Subquery, cast, func, or_, select
from sqlalchemy.orm import Session

from portal.district.models import TenantTally
from portal.participation import queries as comments
from portal.publishing.models import Publication
from portal.publishing.policy import State
from tenants.identity.models import Tenant

K, P, T = TenantTally, Publication, Tenant

#: So many tenants stand in each chart.
LEADING = 12


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What is counted of a tenant, or of all of them."""

    published: int = 0
    in_review: int = 0
    received: int = 0
    open: int = 0
    overdue: int = 0
    answered: int = 0
    in_time_count: int = 0

    @property
    def in_time(self) -> int | None:
        """Share of the answers given by their day, in whole percent; None without answers."""
        return round(100 * self.in_time_count / self.answered) if self.answered else None


@dataclass(frozen=True, kw_only=True)
class TenantRow(Figures):
    """One tenant in the overview."""

    slug: str
    name: str
    kind: str
    last_published_at: datetime | None


@dataclass(frozen=True)
class Overview:
    """A page of tenants, how many there are on all pages with their sums, and those that stand in the charts."""

    rows: list[TenantRow]
    total: int
    sums: Figures
    most_published: list[TenantRow]
    most_waiting: list[TenantRow]


@dataclass(frozen=True)
class Filters:
    """What narrows the overview: a kind of tenant, only what is late, a word of the name."""

    kind: str = ""
    late: bool = False
    text: str = ""


_COUNTED = tuple(field.name for field in fields(Figures))


def _name(figures: FromClause) -> list[ColumnElement[Any]]:
    return [figures.c.kind, figures.c.slug]


def _in_time(figures: FromClause) -> ColumnElement[Any]:
    return func.coalesce(figures.c.in_time_count * 1.0 / func.nullif(figures.c.answered, 0), -1)


def _newest(figures: FromClause) -> ColumnElement[Any]:
    """When the tenant published last."""
    return (
        select(P.first_published_at)
        .where(P.tenant_id == figures.c.id, P.live_id.is_not(None))
        .order_by(P.first_published_at.desc())
        .limit(1)
        .correlate(figures)
        .scalar_subquery()
    )


#: What the overview may be sorted by; tenants that are alike in it stand by their kind and address.
SORTS: dict[str, Callable[[FromClause], ColumnElement[Any]]] = {
    "published": lambda figures: figures.c.published,
    "in_review": lambda figures: figures.c.in_review,
    "open": lambda figures: figures.c.open,
    "overdue": lambda figures: figures.c.overdue,
    "in_time": _in_time,
    "last": lambda figures: func.coalesce(func.extract("epoch", _newest(figures)), 0),
}


def overview(
    session: Session, filters: Filters, *, sort: str = "name", page: int = 1, limit: int | None = None
) -> Overview:
    """A page of `limit` active tenants; None: all of them. One query, however many there are and however long their
    history; it returns the rows that are shown."""
    figures = _figures(filters)
    by_name, key = _name(figures), SORTS.get(sort.removeprefix("-"))
    order = [key(figures), *by_name] if key else by_name
    if sort.startswith("-"):
        order = [order[0].desc(), *by_name] if key else [column.desc() for column in by_name]

    def place(*by: ColumnElement[Any]) -> ColumnElement[int]:
        return func.row_number().over(order_by=by)

    placed = select(
        figures,
        place(*order).label("place"),
        place(figures.c.published.desc(), *by_name).label("published_place"),
        place(figures.c.overdue.desc(), figures.c.open.desc(), *by_name).label("waiting_place"),
        func.count().over().label("total"),
        *(cast(func.sum(figures.c[name]).over(), BigInteger).label(f"all_{name}") for name in _COUNTED),
    ).subquery()
    shown = select(placed, _newest(placed).label("last_published_at")).order_by(placed.c.place)
    first = (page - 1) * (limit or 0)
    if limit is not None:
        shown = shown.where(
            or_(
                placed.c.place.between(first + 1, first + limit),
                placed.c.published_place <= LEADING,
                placed.c.waiting_place <= LEADING,
            )
        )
    found = session.execute(shown).all()
    last = first + limit if limit is not None else len(found)
    return Overview(
        rows=[_row(row) for row in found if first < row.place <= last],
        total=found[0].total if found else 0,
        sums=Figures(**{name: getattr(found[0], f"all_{name}") for name in _COUNTED}) if found else Figures(),
        most_published=_leading(found, lambda row: row.published_place, lambda row: row.published),
        most_waiting=_leading(found, lambda row: row.waiting_place, lambda row: row.open),
    )


def _figures(filters: Filters) -> Subquery:
    """The figures of each tenant: those that are kept, and those that change from day to day."""
    figures = (K.published, K.received, K.waiting, K.answered, K.in_time)
    kept = (
        select(K.tenant_id, *(cast(func.sum(figure), BigInteger).label(figure.key) for figure in figures))
        .group_by(K.tenant_id)
        .subquery()
    )
    reviewed = (
        select(P.tenant_id, func.count().label("number"))
        .where(P.state == State.IN_REVIEW)
        .group_by(P.tenant_id)
        .subquery()
    )
    late = comments.overdue_by_tenant()

    def number(column: ColumnElement[Any], name: str) -> ColumnElement[Any]:
        return func.coalesce(column, 0).label(name)

    query = (
        select(
            T.id,
            T.slug,
            T.name,
            T.kind,
            number(kept.c.published, "published"),
            number(reviewed.c.number, "in_review"),
            number(kept.c.received, "received"),
            number(kept.c.waiting, "open"),
            number(late.c.number, "overdue"),
            number(kept.c.answered, "answered"),
            number(kept.c.in_time, "in_time_count"),
        )
        .outerjoin(kept, kept.c.tenant_id == T.id)
        .outerjoin(reviewed, reviewed.c.tenant_id == T.id)
        .outerjoin(late, late.c.tenant_id == T.id)
        .where(T.active)
    )
    if filters.kind:
        query = query.where(T.kind == filters.kind)
    if filters.text:
        query = query.where(T.name.contains(filters.text, autoescape=True))
    if filters.late:
        query = query.where(late.c.number > 0)
    return query.subquery()


def _row(row: Any) -> TenantRow:
    return TenantRow(**{field.name: getattr(row, field.name) for field in fields(TenantRow)})


def _leading(found: Sequence[Any], place: Callable[[Any], int], number: Callable[[Any], int]) -> list[TenantRow]:
    leading = sorted((row for row in found if place(row) <= LEADING and number(row)), key=place)
    return [_row(row) for row in leading]
