"""Who is who: read models of tenants, staff sessions and roles, for both doors."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from tenants.clock import now, today
from tenants.identity.devices import device
from tenants.identity.models import (
    Bureau,
    Resident,
    ResidentSession,
    RoleAssignment,
    Staff,
    StaffCredential,
    StaffSession,
    Tenant,
)
from tenants.identity.policy import SecondFactorStanding
from tenants.permissions import DISTRICT_ROLES, SECOND_FACTOR_ROLES, Role
from tenants.rules import Missing


def token_hash(token: str) -> str:
    """SHA-256 (hex) of a session token: what the database holds instead of the token."""
    return hashlib.sha256(token.encode()).hexdigest()


@dataclass(frozen=True)
class TenantRef:
    """A tenant as navigation needs it."""

    id: UUID
    slug: str
    name: str
    short_name: str
    kind: str
    #: Since when the public sees it; None while it is being set up.
    opened_at: datetime | None


@dataclass(frozen=True)
class BureauRef:
    """A bureau as navigation needs it."""

    id: UUID
    slug: str
    name: str
    short_name: str
    #: Addresses it had before.
    former_slugs: list[str]


@dataclass(frozen=True)
class HeldRole:
    """A role that is held today, and where."""

    role: Role
    tenant_id: UUID | None
    bureau_id: UUID | None


@dataclass(frozen=True)
class SignedInStaff:
    """The staff member behind a live session."""

    id: UUID
    session_id: UUID
    name: str
    email: str
    locale: str
    #: This session passed the second factor.
    second_factor: bool
    #: A second factor is set up.
    has_second_factor: bool
    last_seen_at: datetime
    roles: tuple[HeldRole, ...]

    @property
    def district_roles(self) -> frozenset[Role]:
        return frozenset(r.role for r in self.roles if r.role in DISTRICT_ROLES)

    def roles_in(self, tenant_id: UUID) -> frozenset[Role]:
        """Roles that count inside a tenant: those held there and those of the district."""
        return frozenset(r.role for r in self.roles if r.tenant_id == tenant_id) | self.district_roles

    def roles_at(self, bureau_id: UUID) -> frozenset[Role]:
        """Roles held at a bureau."""
        return frozenset(r.role for r in self.roles if r.bureau_id == bureau_id)

    @property
    def tenant_ids(self) -> frozenset[UUID]:
        return frozenset(r.tenant_id for r in self.roles if r.tenant_id)

    @property
    def bureau_ids(self) -> frozenset[UUID]:
        return frozenset(r.bureau_id for r in self.roles if r.bureau_id)

    @property
    def must_have_second_factor(self) -> bool:
        """Whoever administers, decides or reads for the whole district signs in with a second factor."""
        return any(r.role in SECOND_FACTOR_ROLES for r in self.roles)

    @property
    def half_signed_in(self) -> bool:
        """The password was right, the second factor is still to come (or to be set up)."""
        return not self.second_factor and (self.has_second_factor or self.must_have_second_factor)


@dataclass(frozen=True)
class SignedInResident:
    """The resident behind a live session."""

    id: UUID
    display_name: str
    email: str | None
    phone: str | None
    notify: bool
    locale: str


def staff_by_token(session: Session, token: str) -> SignedInStaff | None:
    """The active staff member whose live session has this token. Needs the scope `auth`."""
    row = session.execute(
        select(
            Staff.id,
            StaffSession.id.label("session_id"),
            Staff.name,
            Staff.email,
            Staff.locale,
            StaffSession.second_factor,
            StaffCredential.totp_confirmed_at.is_not(None).label("has_second_factor"),
            StaffSession.last_seen_at,
        )
        .join(StaffSession, StaffSession.staff_id == Staff.id)
        .join(StaffCredential, StaffCredential.staff_id == Staff.id, isouter=True)
        .where(
            StaffSession.token_hash == token_hash(token),
            StaffSession.revoked_at.is_(None),
            StaffSession.expires_at > now(),
            Staff.active,
        )
    ).one_or_none()
    if row is None:
        return None
    return SignedInStaff(*row, roles=roles_of(session, row.id))


def roles_of(session: Session, staff_id: UUID) -> tuple[HeldRole, ...]:
    """The roles that a staff member holds today, as far as the session may see them."""
    rows = session.execute(
        select(RoleAssignment.role, RoleAssignment.tenant_id, RoleAssignment.bureau_id)
        .where(RoleAssignment.staff_id == staff_id, RoleAssignment.held_on(today()))
        .order_by(RoleAssignment.created_at)
    )
    return tuple(HeldRole(*row) for row in rows)


def staff_id_by_token(session: Session, token: str) -> UUID | None:
    """Whose session this token opened, also when it has ended. Needs the scope `auth`."""
    return session.scalar(select(StaffSession.staff_id).where(StaffSession.token_hash == token_hash(token)))


def resident_id_by_token(session: Session, token: str) -> UUID | None:
    """Whose session this token opened, also when it has ended. The session's actor must carry its hash."""
    return session.scalar(
        select(ResidentSession.resident_id).where(ResidentSession.token_hash == token_hash(token))
    )


def resident_by_token(session: Session, token: str) -> SignedInResident | None:
    """The resident whose live session has this token. The session's actor must carry its hash."""
    row = session.execute(
        select(
            Resident.id,
            Resident.display_name,
            Resident.email,
            Resident.phone,
            Resident.notify,
            Resident.locale,
        )
        .join(ResidentSession, ResidentSession.resident_id == Resident.id)
        .where(
            ResidentSession.token_hash == token_hash(token),
            ResidentSession.revoked_at.is_(None),
            ResidentSession.expires_at > now(),
            Resident.deleted_at.is_(None),
        )
    ).one_or_none()
    return SignedInResident(*row) if row else None


_REF = (Tenant.id, Tenant.slug, Tenant.name, Tenant.short_name, Tenant.kind, Tenant.opened_at)


def tenant_by_slug(session: Session, slug: str) -> TenantRef | None:
    """The active tenant with this address on the site."""
    row = session.execute(select(*_REF).where(Tenant.slug == slug, Tenant.active)).one_or_none()
    return TenantRef(*row) if row else None


def tenants(session: Session, ids: frozenset[UUID] | None = None) -> list[TenantRef]:
    """Active tenants by kind and name; `ids` narrows them."""
    query = select(*_REF).where(Tenant.active).order_by(Tenant.kind, Tenant.name_sound, Tenant.name)
    if ids is not None:
        query = query.where(Tenant.id.in_(ids))
    return [TenantRef(*row) for row in session.execute(query)]


def bureaus(session: Session, ids: frozenset[UUID] | None = None) -> list[BureauRef]:
    """Active bureaus by name; `ids` narrows them."""
    query = (
        select(Bureau.id, Bureau.slug, Bureau.name, Bureau.short_name, Bureau.former_slugs)
        .where(Bureau.active)
        .order_by(Bureau.name_sound, Bureau.name)
    )
    if ids is not None:
        query = query.where(Bureau.id.in_(ids))
    return [BureauRef(*row) for row in session.execute(query)]


def second_factor_of(session: Session, staff_id: UUID) -> SecondFactorStanding:
    """How somebody stands with the second factor, for who manages people here. The credential itself stays unseen.

    Raises `Missing` for who holds no role here.
    """
    found = func.second_factor_of(staff_id).table_valued("is_set", "guarded")
    standing = session.execute(select(found.c.is_set, found.c.guarded)).one()
    if standing.is_set is None:
        raise Missing
    return SecondFactorStanding(*standing)


#: More tenants than this are not offered to choose from: nobody looks through them, and every page would carry them.
OFFERED = 60


def offered_tenants(session: Session) -> list[TenantRef]:
    """Active tenants to choose from; none where they are too many, so that one is named instead."""
    query = select(*_REF).where(Tenant.active).order_by(Tenant.kind, Tenant.name_sound, Tenant.name).limit(OFFERED + 1)
    found = [TenantRef(*row) for row in session.execute(query)]
    return found if len(found) <= OFFERED else []


def named(text: str) -> ColumnElement[bool]:
    """The tenant that a filter means: chosen by its address, or called by its name."""
    return or_(Tenant.slug == text, Tenant.name == text, Tenant.short_name == text)


@dataclass(frozen=True)
class SessionRow:
    """A live session as its owner sees it."""

    id: UUID
    device: str
    ip: str | None
    created_at: datetime
    last_seen_at: datetime | None
    current: bool


def sessions_of_staff(session: Session, staff_id: UUID, current: UUID) -> list[SessionRow]:
    """The live sessions of a staff member, the last used first."""
    rows = session.execute(
        select(
            StaffSession.id,
            StaffSession.user_agent,
            StaffSession.ip,
            StaffSession.created_at,
            StaffSession.last_seen_at,
        )
        .where(
            StaffSession.staff_id == staff_id,
            StaffSession.revoked_at.is_(None),
            StaffSession.expires_at > now(),
        )
        .order_by(StaffSession.last_seen_at.desc())
        .limit(100)
    )
    return [
        SessionRow(id_, device(agent), ip, created, seen, id_ == current)
        for id_, agent, ip, created, seen in rows
    ]


def sessions_of_resident(session: Session, resident_id: UUID, token: str) -> list[SessionRow]:
    """The live sessions of a resident, the newest first; `token` is that of this browser."""
    rows = session.execute(
        select(
            ResidentSession.id,
            ResidentSession.user_agent,
            ResidentSession.created_at,
            ResidentSession.token_hash,
        )
        .where(
            ResidentSession.resident_id == resident_id,
            ResidentSession.revoked_at.is_(None),
            ResidentSession.expires_at > now(),
        )
        .order_by(ResidentSession.created_at.desc())
        .limit(100)
    )
    mine = token_hash(token)
    return [
        SessionRow(id_, device(agent), None, created, None, hashed == mine)
        for id_, agent, created, hashed in rows
    ]


def office_names(session: Session) -> list[str]:
    """Names of tenants, full and short: what no resident may go by."""
    return [name for row in session.execute(select(Tenant.name, Tenant.short_name)) for name in row]
