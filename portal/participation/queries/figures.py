"""How residents are answered, in figures: for the first page of a tenant and for the district's overview."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import Date, and_, case, cast, func, select
from sqlalchemy.orm import Session

from portal.participation.models import Comment, Fate, Visibility
from portal.participation.queries.desk import Row, every
from portal.participation.queries.filters import Filters, Tab, appealed, here, is_followed_up, is_open
from portal.participation.queries.public import Rows
from tenants.clock import today
from tenants.identity.models import Tenant

#: Days ahead that count as "due soon".
SOON = timedelta(days=3)

C, T = Comment, Tenant


@dataclass(frozen=True)
class Waiting:
    """What waits at the comment desk of a tenant, and the next comments to answer."""

    open: int
    overdue: int
    due_soon: int
    held: int
    appealed: int
    followed_up: int
    next: tuple[Row, ...]

    @property
    def total(self) -> int:
        """Everything that asks for somebody's hand (a held comment that is open counts once)."""
        return self.open + self.appealed + self.followed_up


@dataclass(frozen=True)
class TenantFigures:
    """How a tenant answers its residents. `in_time` counts the answers given by their day."""

    tenant_id: UUID
    slug: str
    name: str
    received: int
    open: int
    overdue: int
    held: int
    appealed: int
    answered: int
    in_time: int
    adopted: int
    done: int

    @property
    def in_time_percent(self) -> int | None:
        """Share of the answers given in time, in whole percent; None without answers."""
        return round(100 * self.in_time / self.answered) if self.answered else None


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
    counted = (
        select(
            C.tenant_id,
            func.count(case((and_(is_open, C.due_on < day), 1))).label("overdue"),
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
    numbers = [column for column in counted.c if column.name != "tenant_id"]
    query: Rows = (
        select(T.id, T.slug, T.name, *numbers)
        .select_from(T)
        .join(counted, counted.c.tenant_id == T.id)
        .where(T.active)
    )
    return [Attention(*row) for row in session.execute(query)]


def waiting(session: Session, *, limit: int = 5) -> Waiting:
    """What waits in the acting person's tenant. Two queries."""
    counted = session.execute(
        select(
            func.count(case((is_open, 1))),
            func.count(case((and_(is_open, C.due_on < today()), 1))),
            func.count(case((and_(is_open, C.due_on.between(today(), today() + SOON)), 1))),
            func.count(case((C.visibility == Visibility.HELD, 1))),
            func.count(case((appealed, 1))),
            func.count(case((is_followed_up, 1))),
        ).where(*here(session), ~C.official)
    ).one()
    rows = every(session, Filters(tab=Tab.OPEN), limit=limit)
    return Waiting(*counted, next=tuple(rows))


def by_tenant(session: Session, *, since: datetime | None = None) -> list[TenantFigures]:
    """Figures of every active tenant, also of those without comments, by name. One query.

    `since` counts only comments written from then on.
    """
    said = [C.parent_id.is_(None), ~C.official, C.visibility != Visibility.WITHDRAWN, *here(session)]
    if since is not None:
        said.append(C.created_at >= since)
    answered_on = cast(func.timezone("Asia/Shanghai", C.answered_at), Date)
    numbers = {
        "received": func.count(C.id),
        "open": func.count(case((is_open, 1))),
        "overdue": func.count(case((and_(is_open, C.due_on < today()), 1))),
        "held": func.count(case((C.visibility == Visibility.HELD, 1))),
        "appealed": func.count(case((appealed, 1))),
        "answered": func.count(C.answered_at),
        "in_time": func.count(case((answered_on <= C.due_on, 1))),
        "adopted": func.count(case((C.fate.in_((Fate.ADOPTED, Fate.DONE)), 1))),
        "done": func.count(case((C.fate == Fate.DONE, 1))),
    }
    # counted before the tenants come in: the planner cannot guess what row security lets through
    counted = (
        select(C.tenant_id, *(n.label(name) for name, n in numbers.items()))
        .where(*said)
        .group_by(C.tenant_id)
        .subquery()
    )
    query: Rows = (
        select(T.id, T.slug, T.name, *(func.coalesce(counted.c[name], 0) for name in numbers))
        .select_from(T)
        .outerjoin(counted, counted.c.tenant_id == T.id)
        .where(T.active)
        .order_by(T.kind, T.slug)
    )
    return [TenantFigures(*row) for row in session.execute(query)]
