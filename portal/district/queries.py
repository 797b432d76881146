"""The tenants of the district, and how the machinery runs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, cast, func, select, text
from sqlalchemy.orm import Session

from portal.district.models import TenantTally
from search.health import Health, health
from tenants.clock import today
from tenants.identity.models import RoleAssignment, Tenant
from tenants.mail.models import MailMessage

K, T = TenantTally, Tenant


@dataclass(frozen=True)
class TenantEntry:
    """A tenant in the list for provisioning."""

    id: UUID
    slug: str
    name: str
    kind: str
    active: bool
    #: Since when the public sees it; None while it is being set up.
    opened_at: datetime | None
    people: int
    publications: int


def tenants(session: Session) -> list[TenantEntry]:
    """Every tenant, closed ones too, with how many people and live publications it has. One query."""
    people = (
        select(func.count(func.distinct(RoleAssignment.staff_id)))
        .where(RoleAssignment.tenant_id == T.id, RoleAssignment.held_on(today()))
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
        select(T.id, T.slug, T.name, T.kind, T.active, T.opened_at, people, publications).order_by(
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
