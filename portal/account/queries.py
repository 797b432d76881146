"""What account pages show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tenants.clock import today
from tenants.days import first_day, last_day
from tenants.identity.models import Bureau, RoleAssignment, Staff, StaffCredential, Tenant
from tenants.mail.models import MailMessage
from tenants.permissions import Role

OUTBOX_SHOWN = 50


@dataclass(frozen=True)
class Profile:
    """What a staff member says about themself."""

    name: str
    email: str
    job_title: str
    locale: str
    password_changed_at: datetime | None
    recovery_codes: int


@dataclass(frozen=True)
class HeldPlace:
    """A role, where it is held, or will be, and on which days; an empty place is the district."""

    role: Role
    place: str
    first: date
    last: date | None


@dataclass(frozen=True)
class Letter:
    """A message in the outbox."""

    id: UUID
    channel: str
    to: str
    subject: str
    text: str
    created_at: datetime


def profile(session: Session, staff_id: UUID) -> Profile:
    """The signed-in person's own data."""
    row = session.execute(
        select(
            Staff.name,
            Staff.email,
            Staff.job_title,
            Staff.locale,
            StaffCredential.password_changed_at,
            func.coalesce(func.cardinality(StaffCredential.recovery_hashes), 0),
        )
        .join(StaffCredential, StaffCredential.staff_id == Staff.id, isouter=True)
        .where(Staff.id == staff_id)
    ).one()
    return Profile(*row)


def places_of(session: Session, staff_id: UUID) -> list[HeldPlace]:
    """The roles somebody holds today and those to come, and where, the oldest first."""
    rows = session.execute(
        select(
            RoleAssignment.role,
            func.coalesce(Tenant.name, Bureau.name, ""),
            RoleAssignment.valid,
        )
        .join(Tenant, Tenant.id == RoleAssignment.tenant_id, isouter=True)
        .join(Bureau, Bureau.id == RoleAssignment.bureau_id, isouter=True)
        .where(RoleAssignment.staff_id == staff_id, RoleAssignment.lasting(today()))
        .order_by(RoleAssignment.valid, RoleAssignment.created_at)
    )
    return [HeldPlace(role, place, first_day(valid), last_day(valid)) for role, place, valid in rows]


def outbox(session: Session) -> list[Letter]:
    """The newest messages to anybody. Needs the scope `system`."""
    rows = session.execute(
        select(
            MailMessage.id,
            MailMessage.channel,
            MailMessage.to_address,
            MailMessage.subject,
            MailMessage.text,
            MailMessage.created_at,
        )
        .order_by(MailMessage.created_at.desc())
        .limit(OUTBOX_SHOWN)
    )
    return [Letter(*row) for row in rows]
