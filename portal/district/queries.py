"""The district's view: every tenant side by side, and how the machinery runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, cast, func, select, text
from sqlalchemy.orm import Session

from portal.district.models import TenantTally
from portal.participation import queries as comments
from portal.publishing.models import Publication, State
from search.health import Health, health
from tenants.identity.models import RoleAssignment, Tenant
from tenants.mail.models import MailMessage

K, P, T = TenantTally, Publication, Tenant


@dataclass(frozen=True)
class TenantRow:
    """One tenant in the overview."""

    slug: str
    name: str
    kind: str
    published: int
    in_review: int
    last_published_at: datetime | None
    received: int
    open: int
    overdue: int
    answered: int
    in_time_count: int

    @property
    def in_time(self) -> int | None:
        """Share of the answers given by their day, in whole percent; None without answers."""
        return round(100 * self.in_time_count / self.answered) if self.answered else None


#: What the overview may be sorted by.
SORTS: dict[str, Callable[[TenantRow], Any]] = {
    "name": lambda row: row.slug,
    "published": lambda row: row.published,
    "in_review": lambda row: row.in_review,
    "open": lambda row: row.open,
    "overdue": lambda row: row.overdue,
    "in_time": lambda row: -1 if row.in_time is None else row.in_time,
    "last": lambda row: row.last_published_at.timestamp() if row.last_published_at else 0.0,
}


@dataclass(frozen=True)
class Filters:
    """What narrows the overview: a kind of tenant, only what is late, a word of the name."""

    kind: str = ""
    late: bool = False
    text: str = ""


def overview(session: Session, filters: Filters, *, sort: str = "name") -> list[TenantRow]:
    """Every active tenant with its figures. Three queries, however many tenants and however long their history."""
    figures = (K.published, K.received, K.waiting, K.answered, K.in_time)
    kept = (
        select(K.tenant_id, *(cast(func.sum(figure), BigInteger).label(figure.key) for figure in figures))
        .group_by(K.tenant_id)
        .subquery()
    )
    newest = (
        select(P.first_published_at)
        .where(P.tenant_id == T.id, P.live_id.is_not(None))
        .order_by(P.first_published_at.desc())
        .limit(1)
        .correlate(T)
        .scalar_subquery()
    )
    tenants = (
        select(T.id, T.slug, T.name, T.kind, newest, *(func.coalesce(kept.c[f.key], 0) for f in figures))
        .outerjoin(kept, kept.c.tenant_id == T.id)
        .where(T.active)
        .order_by(T.kind, T.slug)
    )
    if filters.kind:
        tenants = tenants.where(T.kind == filters.kind)
    if filters.text:
        tenants = tenants.where(T.name.contains(filters.text, autoescape=True))
    reviewed: dict[UUID, int] = {
        tenant_id: number
        for tenant_id, number in session.execute(
            select(P.tenant_id, func.count()).where(P.state == State.IN_REVIEW).group_by(P.tenant_id)
        )
    }
    late = comments.overdue(session)
    found = [_row(row, reviewed, late) for row in session.execute(tenants)]
    if filters.late:
        found = [row for row in found if row.overdue]
    key = SORTS.get(sort.removeprefix("-"))
    return sorted(found, key=key, reverse=sort.startswith("-")) if key and sort != "name" else found


def _row(row: Any, reviewed: dict[UUID, int], late: dict[UUID, int]) -> TenantRow:
    id_, slug, name, kind, last, published, received, waiting, answered, in_time = row
    return TenantRow(
        slug, name, kind, published, reviewed.get(id_, 0), last, received, waiting, late.get(id_, 0), answered, in_time
    )


@dataclass(frozen=True)
class TenantEntry:
    """A tenant in the list for provisioning."""

    id: UUID
    slug: str
    name: str
    kind: str
    active: bool
    people: int
    publications: int


def tenants(session: Session) -> list[TenantEntry]:
    """Every tenant, closed ones too, with how many people and live publications it has. One query."""
    people = (
        select(func.count(func.distinct(RoleAssignment.staff_id)))
        .where(RoleAssignment.tenant_id == T.id, RoleAssignment.ended_at.is_(None))
        .correlate(T)
        .scalar_subquery()
    )
    publications = (
        select(cast(func.coalesce(func.sum(K.published), 0), BigInteger))
        .where(K.tenant_id == T.id)
        .correlate(T)
        .scalar_subquery()
    )
    rows = session.execute(
        select(T.id, T.slug, T.name, T.kind, T.active, people, publications).order_by(
            T.active.desc(), T.kind, T.slug
        )
    )
    return [TenantEntry(*row) for row in rows]


@dataclass(frozen=True)
class Jobs:
    """The queue: due and waiting, planned for later, failed for good, the age of the oldest that waits (seconds)."""

    waiting: int
    planned: int
    running: int
    failed: int
    oldest: float | None
    heartbeat: datetime | None


@dataclass(frozen=True)
class Operations:
    """How the machinery runs."""

    jobs: Jobs
    search: Health
    mail: dict[str, int]
    mail_oldest: datetime | None


def operations(session: Session) -> Operations:
    """Needs a system session: the mail that waits is nobody's to read but the system's. Five queries."""
    waiting, planned, running, failed, oldest = session.execute(
        text(
            "SELECT count(*) FILTER (WHERE status = 'todo' AND coalesce(scheduled_at, now()) <= now()),"
            " count(*) FILTER (WHERE status = 'todo' AND scheduled_at > now()),"
            " count(*) FILTER (WHERE status = 'doing'), count(*) FILTER (WHERE status = 'failed'),"
            " extract(epoch FROM now() - min(coalesce(scheduled_at, (SELECT min(at) FROM procrastinate_events e"
            "   WHERE e.job_id = j.id))) FILTER (WHERE status = 'todo' AND coalesce(scheduled_at, now()) <= now()))"
            " FROM procrastinate_jobs j"
        )
    ).one()
    heartbeat = session.scalar(text("SELECT max(last_heartbeat) FROM procrastinate_workers"))
    mail = session.execute(
        select(MailMessage.state, func.count(), func.min(MailMessage.created_at))
        .where(MailMessage.state != "sent")
        .group_by(MailMessage.state)
    ).all()
    return Operations(
        Jobs(waiting, planned, running, failed, float(oldest) if oldest is not None else None, heartbeat),
        health(session),
        {state: n for state, n, _ in mail},
        min((at for state, _, at in mail if state == "queued"), default=None),
    )
