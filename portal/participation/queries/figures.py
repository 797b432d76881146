"""How residents are answered, in figures: for the first page of a tenant and for the district's overview."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import Subquery, and_, case, func, literal, select
from sqlalchemy.orm import Session

from portal.participation.models import Comment
from portal.participation.policy import Visibility
from portal.participation.queries.desk import Row, every
from portal.participation.queries.filters import Filters, Tab, appealed, is_followed_up, is_open, overdue_on
from portal.participation.queries.public import Rows
from tenants.clock import today
from tenants.identity.models import Tenant
from tenants.reading import Counted, counted, here

#: Days ahead that count as "due soon".
SOON = timedelta(days=3)


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
    tabs = (
        select(
            Comment.tenant_id,
            func.count(case((overdue_on(day), 1))).label("overdue"),
            func.count(case((and_(is_open, Comment.due_on.between(day, day + timedelta(days=1))), 1))).label(
                "due_soon"
            ),
            func.count(case((Comment.visibility == Visibility.HELD, 1))).label("held"),
            func.count(case((appealed, 1))).label("appealed"),
            func.count(case((Comment.created_at >= since, 1))).label("new"),
        )
        .where(~Comment.official, Comment.visibility != Visibility.WITHDRAWN)
        .group_by(Comment.tenant_id)
        .subquery()
    )
    numbers = [column for column in tabs.c if column.name != "tenant_id"]
    query: Rows = (
        select(Tenant.id, Tenant.slug, Tenant.name, *numbers)
        .select_from(Tenant)
        .join(tabs, tabs.c.tenant_id == Tenant.id)
        .where(Tenant.active)
    )
    return [Attention(*row) for row in session.execute(query)]


def waiting(session: Session, *, limit: int = 5) -> Waiting:
    """What waits in the acting person's tenant. Two queries."""
    tabs = (
        is_open,
        overdue_on(today()),
        and_(is_open, Comment.due_on.between(today(), today() + SOON)),
        Comment.visibility == Visibility.HELD,
        appealed,
        is_followed_up,
    )
    # each tab by its own index: looking through all comments once takes longer every year
    found = session.execute(
        select(
            *(
                counted(select(literal(1)).where(here(session, Comment.tenant_id), ~Comment.official, tab))
                for tab in tabs
            )
        )
    ).one()
    rows = every(session, Filters(tab=Tab.OPEN), limit=limit)
    waits, late, soon, held, appeals, followed = map(Counted.of, found)
    return Waiting(waits, late, soon, held, appeals, followed, tuple(rows))


def overdue_by_tenant() -> Subquery:
    """How many comments are overdue in each tenant that has any: `tenant_id`, `number`; for all that a session sees."""
    return (
        select(Comment.tenant_id, func.count().label("number"))
        .where(~Comment.official, overdue_on(today()))
        .group_by(Comment.tenant_id)
        .subquery()
    )
