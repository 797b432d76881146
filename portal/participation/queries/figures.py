"""How residents are answered, in figures: for the first page of a tenant and for the district's overview."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import Subquery, and_, case, func, literal, select
from sqlalchemy.orm import Session

from portal.participation.models import Comment, Visibility
from portal.participation.queries.desk import Row, every
from portal.participation.queries.filters import Filters, Tab, appealed, is_followed_up, is_open, overdue_on
from portal.participation.queries.public import Rows
from tenants.clock import today
from tenants.identity.models import Tenant
from tenants.reading import Counted, counted, here

#: Days ahead that count as "due soon".
SOON = timedelta(days=3)

C, T = Comment, Tenant


@dataclass(frozen=True)
class Waiting:
    """What waits at the comment desk of a tenant, and the next comments to answer."""

    open: Counted
    overdue: Counted
    due_soon: Counted
    held: Counted
    appealed: Counted
    followed_up: Counted
    next: tuple[Row, ...]

    @property
    def total(self) -> int:
        """Everything that asks for somebody's hand (a held comment that is open counts once)."""
        return self.open + self.appealed + self.followed_up


@dataclass(frozen=True)
class Attention:
    """What asks for the clerks of a tenant this morning."""

    tenant_id: UUID
    slug: str
    name: str
    overdue: int
    #: Due today or tomorrow.
    due_soon: int
    held: int
    appealed: int
    new: int

    @property
    def anything(self) -> bool:
        return any((self.overdue, self.due_soon, self.held, self.appealed, self.new))


def attention(session: Session, day: date, since: datetime) -> list[Attention]:
    """What asks for attention on `day` in every active tenant; new is what came after `since`. One query."""
    heaps = (
        select(
            C.tenant_id,
            func.count(case((overdue_on(day), 1))).label("overdue"),
            func.count(case((and_(is_open, C.due_on.between(day, day + timedelta(days=1))), 1))).label(
                "due_soon"
            ),
            func.count(case((C.visibility == Visibility.HELD, 1))).label("held"),
            func.count(case((appealed, 1))).label("appealed"),
            func.count(case((C.created_at >= since, 1))).label("new"),
        )
        .where(~C.official, C.visibility != Visibility.WITHDRAWN)
        .group_by(C.tenant_id)
        .subquery()
    )
    numbers = [column for column in heaps.c if column.name != "tenant_id"]
    query: Rows = (
        select(T.id, T.slug, T.name, *numbers)
        .select_from(T)
        .join(heaps, heaps.c.tenant_id == T.id)
        .where(T.active)
    )
    return [Attention(*row) for row in session.execute(query)]


def waiting(session: Session, *, limit: int = 5) -> Waiting:
    """What waits in the acting person's tenant. Two queries."""
    heaps = (
        is_open,
        overdue_on(today()),
        and_(is_open, C.due_on.between(today(), today() + SOON)),
        C.visibility == Visibility.HELD,
        appealed,
        is_followed_up,
    )
    # each heap by its own index: looking through all comments once takes longer every year
    found = session.execute(
        select(*(counted(select(literal(1)).where(here(session, C.tenant_id), ~C.official, heap)) for heap in heaps))
    ).one()
    rows = every(session, Filters(tab=Tab.OPEN), limit=limit)
    waits, late, soon, held, appeals, followed = map(Counted.of, found)
    return Waiting(waits, late, soon, held, appeals, followed, tuple(rows))


def overdue_by_tenant() -> Subquery:
    """How many comments are overdue in each tenant that has any: `tenant_id`, `number`; for all that a session sees."""
    return (
        select(C.tenant_id, func.count().label("number"))
        .where(~C.official, overdue_on(today()))
        .group_by(C.tenant_id)
        .subquery()
    )
