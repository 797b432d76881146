"""What pages of settings and units show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from tenants.clock import today
from tenants.identity.models import Bureau, ResponsibleUnit, RoleAssignment, Tenant


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
class BureauRef:
    """A department of the district."""

    id: UUID
    name: str
    short_name: str


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


def bureaus(session: Session) -> list[BureauRef]:
    """The departments of the district by name."""
    rows = session.execute(select(Bureau.id, Bureau.name, Bureau.short_name).order_by(Bureau.name_sound, Bureau.name))
    return [BureauRef(*row) for row in rows]
