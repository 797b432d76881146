"""The people of the demonstration: accounts made for them, and the actors they are when they act."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from demo.content import Bureau, District, Person, Resident, Tenant
from demo.days import Days
from portal.organisation import service as organisation
from tenants import actors
from tenants.actors import Actor
from tenants.clock import today
from tenants.database import reveal_address
from tenants.identity import residents, service
from tenants.identity.models import Bureau as BureauRow
from tenants.identity.models import (
    RoleAssignment,
    Staff,
    TenantKind,
)
from tenants.identity.models import Tenant as TenantRow
from tenants.identity.queries import token_hash
from tenants.permissions import SECOND_FACTOR_ROLES, Role

PASSWORD = "willow-canal-lantern"
"""Of every demonstration account. Not a secret: it is printed at every start of a demonstration."""
SINCE_DAYS = 1000
"""How long ago the demonstration's offices and accounts were set up."""


def totp_secret(person: Person) -> str:
    """The known second factor of a demonstration account; empty for those who need none."""
    if Role(person.role) not in SECOND_FACTOR_ROLES:
        return ""
    return base64.b32encode(hashlib.sha1(person.email.encode()).digest()).decode()


def found_district(session: Session, district: District, days: Days) -> None:
    """Office, bureaus, tenants and everybody's accounts; what is there already is left as it is.

    Needs a session of the system.
    """
    actor = session.info["actor"]
    hired: list[UUID] = []
    for person in (*district.office, *district.working_group, *district.finance, *district.top_chiefs):
        hired += _employ(session, person, days)
    for number, bureau in enumerate(district.bureaus):
        hired += _staff_bureau(session, actor, bureau, number, days)
    for number, tenant in enumerate(district.tenants):
        tenant_id = session.scalar(select(TenantRow.id).where(TenantRow.slug == tenant.slug))
        if tenant_id is None:
            tenant_id = _found(session, actor, tenant, number, days)
        for person in tenant.people:
            hired += _employ(session, person, days, tenant_id=tenant_id)
    service.set_password_for_demo(session, hired, PASSWORD)
    for resident in district.residents:
        _settle(session, resident, days)


def _staff_bureau(session: Session, actor: Actor, bureau: Bureau, number: int, days: Days) -> list[UUID]:
    """The bureau with its people, of whom the first is its liaison; whoever is new and still without a password."""
    row = session.scalar(select(BureauRow).where(BureauRow.name == bureau.name))
    if row is None:
        at = days.ago(SINCE_DAYS, 9)
        row = organisation.create_bureau(
            session, actor, name=bureau.name, short_name=bureau.short_name, at=at
        )
    hired = [new for person in bureau.people for new in _employ(session, person, days, bureau_id=row.id)]
    if row.liaison_id is None:
        reached = {
            "contact_phone": f"010-0000-{200 + number:04d}（演示号码）",
            "contact_address": "通州区某街某号（演示地址）",
            "liaison_id": session.scalars(select(Staff.id).where(Staff.email == bureau.people[0].email)).one(),
        }
        organisation.update_bureau_settings(session, actor, row.id, reached, expected_version=row.version)
    return hired


def _found(session: Session, actor: Actor, tenant: Tenant, number: int, days: Days) -> UUID:
    return organisation.create_tenant(
        session,
        actor,
        kind=TenantKind(tenant.kind),
        slug=tenant.slug,
        name=tenant.name,
        short_name=tenant.short_name,
        demo=True,
        at=days.ago(SINCE_DAYS - 1, 10, number),
        opened_at=days.ago(SINCE_DAYS - 1, 10, number),
        introduction=tenant.introduction,
        contact_phone=f"{tenant.phone}（演示号码）",
        contact_email=tenant.email,
        contact_address=tenant.address,
        office_hours="工作日 9:00–12:00，13:30–17:30",
        comment_policy=tenant.comment_policy,
        reply_days=tenant.reply_days,
        latitude=tenant.at[0],
        longitude=tenant.at[1],
    ).id


def _employ(
    session: Session,
    person: Person,
    days: Days,
    *,
    tenant_id: UUID | None = None,
    bureau_id: UUID | None = None,
) -> list[UUID]:
    """The account with its role and second factor; whoever is new and still without a password."""
    at = days.ago(SINCE_DAYS - 2, 9)
    reveal_address(session, person.email)
    staff_id = session.scalar(select(Staff.id).where(Staff.email == person.email))
    new = staff_id is None
    if staff_id is None:
        staff_id = service.create_staff(
            session,
            email=person.email,
            name=person.name,
            job_title=person.title,
            demo=True,
            at=at,
        ).id
        if secret := totp_secret(person):
            service.set_totp_for_demo(session, staff_id, secret)
    if not service.works_at(session, staff_id, tenant_id, bureau_id):  # a day later, its days would be others
        last = None if person.days_left is None else days.today + timedelta(days=person.days_left)
        service.grant_role(
            session, staff_id, Role(person.role), tenant_id=tenant_id, bureau_id=bureau_id, last=last, at=at
        )
    return [staff_id] if new else []


def _settle(session: Session, resident: Resident, days: Days) -> None:
    if residents.find(session, resident.email) is None:
        residents.create(
            session,
            display_name=resident.name,
            email=resident.email,
            demo=True,
            at=days.ago(SINCE_DAYS - 10, 12),
        )


@dataclass(frozen=True)
class Team:
    """Who acts in one tenant."""

    tenant: Tenant
    tenant_id: UUID
    actors: dict[str, Actor]

    def of_role(self, role: str) -> Actor:
        """The first who holds this role."""
        return self.actors[self.tenant.of_role(role).account]

    def editors(self) -> list[Actor]:
        """Planners, architects and technicians: they write, and others approve."""
        writing = [p for p in self.tenant.people if p.role in ("planner", "architect", "technician")]
        return [self.actors[person.account] for person in writing]


def team(session: Session, tenant: Tenant) -> Team:
    """The people of a tenant as actors. Needs a session of the system."""
    tenant_id = session.scalars(select(TenantRow.id).where(TenantRow.slug == tenant.slug)).one()
    by_account: dict[str, Actor] = {}
    for person in tenant.people:
        reveal_address(session, person.email)
        staff = session.scalars(select(Staff).where(Staff.email == person.email)).one()
        held = session.scalars(
            select(RoleAssignment.role).where(
                RoleAssignment.staff_id == staff.id,
                RoleAssignment.tenant_id == tenant_id,
                RoleAssignment.held_on(today()),
            )
        )
        actor = actors.in_tenant(staff.id, staff.name, held, tenant_id)
        assert actor is not None, f"{person.email} works in {tenant.slug}"
        by_account[person.account] = actor
    return Team(tenant, tenant_id, by_account)


def resident_ids(session: Session, district: District) -> dict[str, UUID]:
    """Key of a resident -> id. Needs a session of the system."""
    found = {}
    for resident in district.residents:
        resident_id = residents.find(session, resident.email)
        assert resident_id is not None, f"{resident.name} has an account"
        found[resident.key] = resident_id
    return found


def sign_in(session: Session, resident: Resident, resident_id: UUID) -> Actor:
    """A session of the resident at the public door, for this transaction; `sign_out` ends it."""
    reveal_address(session, resident.email)
    token = residents.start_session(session, resident_id, user_agent="demo")
    actor = actors.resident(resident_id, resident.name, token_hash(token))
    session.info["actor"] = actor
    return actor


def sign_out(session: Session) -> None:
    """End the resident's sessions: nobody is left signed in."""
    residents.end_sessions(session)
