"""What pages of settings and units show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ScalarSelect, SQLColumnExpression, exists, func, select
from sqlalchemy.orm import Session

from tenants.clock import today
from tenants.identity.models import Bureau, ResponsibleUnit, RoleAssignment, Staff, Tenant


@dataclass(frozen=True)
class TenantSettings:
    """Everything that is set for a tenant, with the version that an edit starts from."""

    id: UUID
    kind: str
    slug: str
    name: str
    short_name: str
    introduction: str
    picture_file_id: UUID | None
    contact_phone: str
    contact_email: str
    contact_address: str
    office_hours: str
    comment_policy: str
    reply_days: int
    latitude: float | None
    longitude: float | None
    active: bool
    opened_at: datetime | None
    version: int


@dataclass(frozen=True)
class UnitSettings:
    """A responsible unit, with the version that an edit starts from."""

    id: UUID
    kind: str
    slug: str
    name: str
    introduction: str
    boundary: dict[str, Any] | None
    schematic: bool
    latitude: float | None
    longitude: float | None
    active: bool
    version: int


@dataclass(frozen=True)
class Setup:
    """What a tenant has done of what the public expects of it."""

    contact: bool
    unit: bool
    #: Somebody besides its first administrator.
    people: bool
    #: Its settings were looked at and saved.
    reply_term: bool

    @property
    def ready(self) -> bool:
        """Whether nothing is left to do before it is opened."""
        return self.contact and self.unit and self.people and self.reply_term


@dataclass(frozen=True)
class BureauEntry:
    """A department of the district, as its office lists them."""

    id: UUID
    slug: str
    name: str
    short_name: str
    active: bool
    people: int
    #: Empty without one who still works there.
    liaison: str


@dataclass(frozen=True)
class BureauSettings:
    """Everything that is set for a bureau, with the version that an edit starts from."""

    id: UUID
    slug: str
    name: str
    short_name: str
    contact_phone: str
    contact_email: str
    contact_address: str
    #: None, and the name empty, without one who still works there.
    liaison_id: UUID | None
    liaison: str
    active: bool
    version: int


_TENANT = tuple(getattr(Tenant, name) for name in TenantSettings.__dataclass_fields__)
_UNIT = tuple(getattr(ResponsibleUnit, name) for name in UnitSettings.__dataclass_fields__)


def tenant(session: Session, tenant_id: UUID) -> TenantSettings:
    """Settings of a tenant."""
    return TenantSettings(*session.execute(select(*_TENANT).where(Tenant.id == tenant_id)).one())


def setup(session: Session, tenant_id: UUID) -> Setup:
    """How far a tenant is set up. One query."""
    U, R = ResponsibleUnit, RoleAssignment
    people = select(func.count(func.distinct(R.staff_id))).where(R.tenant_id == tenant_id, R.lasting(today()))
    row = session.execute(
        select(
            func.concat(Tenant.contact_phone, Tenant.contact_email) != "",
            exists().where(U.tenant_id == tenant_id, U.active),
            people.scalar_subquery() > 1,
            Tenant.version > 1,
        ).where(Tenant.id == tenant_id)
    ).one()
    return Setup(*row)


def tenant_by_slug(session: Session, slug: str) -> TenantSettings | None:
    """Settings of a tenant, also of a deactivated one."""
    row = session.execute(select(*_TENANT).where(Tenant.slug == slug)).one_or_none()
    return TenantSettings(*row) if row else None


def units(session: Session) -> list[UnitSettings]:
    """All units of the tenant, those in use first."""
    query = select(*_UNIT).order_by(ResponsibleUnit.active.desc(), ResponsibleUnit.name_sound, ResponsibleUnit.name)
    return [UnitSettings(*row) for row in session.execute(query)]


def unit(session: Session, slug: str) -> UnitSettings | None:
    """A unit of the tenant by its address."""
    row = session.execute(select(*_UNIT).where(ResponsibleUnit.slug == slug)).one_or_none()
    return UnitSettings(*row) if row else None


def _liaison(column: SQLColumnExpression[Any]) -> ScalarSelect[Any]:
    """What is said of a bureau's liaison; NULL without one who still works there."""
    R = RoleAssignment
    works_there = exists().where(R.bureau_id == Bureau.id, R.staff_id == Staff.id, R.held_on(today()))
    named = select(column).where(Staff.id == Bureau.liaison_id, Staff.active, works_there)
    return named.correlate(Bureau).scalar_subquery()


def bureaus(session: Session) -> list[BureauEntry]:
    """The departments of the district by name, those in use first. One query."""
    R = RoleAssignment
    people = (
        select(func.count(func.distinct(R.staff_id)))
        .where(R.bureau_id == Bureau.id, R.lasting(today()))
        .correlate(Bureau)
        .scalar_subquery()
    )
    liaison = func.coalesce(_liaison(Staff.name), "")
    rows = session.execute(
        select(Bureau.id, Bureau.slug, Bureau.name, Bureau.short_name, Bureau.active, people, liaison).order_by(
            Bureau.active.desc(), Bureau.name_sound, Bureau.name
        )
    )
    return [BureauEntry(*row) for row in rows]


def bureau(session: Session, slug: str) -> BureauSettings | None:
    """Settings of a bureau, also of one out of use. One query."""
    B = Bureau
    row = session.execute(
        select(
            B.id,
            B.slug,
            B.name,
            B.short_name,
            B.contact_phone,
            B.contact_email,
            B.contact_address,
            _liaison(Staff.id),
            func.coalesce(_liaison(Staff.name), ""),
            B.active,
            B.version,
        ).where(B.slug == slug)
    ).one_or_none()
    return BureauSettings(*row) if row else None
