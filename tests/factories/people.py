"""Tenants and people for tests."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from tenants import actors
from tenants.actors import Actor
from tenants.clock import now
from tenants.database import engine_of, open_session
from tenants.identity.models import (
    ResponsibleUnit,
    RoleAssignment,
    Staff,
    StaffSession,
    Tenant,
    TenantKind,
    UnitKind,
)
from tenants.identity.queries import token_hash
from tenants.permissions import DISTRICT_ROLES, Role
from tests.support.html import StrictClient


@dataclass(frozen=True)
class Place:
    """A tenant of a test."""

    id: UUID
    slug: str
    name: str
    short_name: str


@dataclass(frozen=True)
class Person:
    """A staff member of a test, with a live session whose token is `token`."""

    id: UUID
    name: str
    email: str
    roles: tuple[Role, ...]
    token: str
    tenant: Place | None = None

    def actor(self, tenant: Place | None = None) -> Actor:
        """The person at work: in a tenant, or across the district."""
        place = tenant or self.tenant
        found = (
            actors.in_tenant(self.id, self.name, self.roles, place.id)
            if place
            else actors.in_district(self.id, self.name, self.roles)
        )
        assert found is not None
        return found

    def sign_in(self, client: FlaskClient) -> None:
        """Give a test client this person's session, as if signed in."""
        with client.session_transaction() as session:
            session["_user_id"] = self.token
            session["_fresh"] = True

    def browser(self, app: Flask) -> StrictClient:
        """The person's browser, signed in."""
        client = app.test_client()
        assert isinstance(client, StrictClient)
        self.sign_in(client)
        return client


def tenant(session: Session, name: str = "玉桥街道办事处", **changes: object) -> Place:
    """A tenant with an address of its own. Needs a system session."""
    slug = f"t{secrets.token_hex(4)}"
    row = Tenant(
        id=uuid7(),
        kind=TenantKind.SUBDISTRICT,
        slug=slug,
        name=name,
        short_name=name.removesuffix("街道办事处"),
        **{"opened_at": now(), **changes},
    )
    session.add(row)
    session.flush()
    return Place(row.id, slug, row.name, row.short_name)


def unit(session: Session, place: Place, name: str = "玉桥东里组团") -> UUID:
    """A responsible unit, made beside the session's transaction by who may: whoever administers the tenant."""
    row = ResponsibleUnit(
        id=uuid7(), tenant_id=place.id, kind=UnitKind.CLUSTER, slug=f"u{secrets.token_hex(4)}", name=name
    )
    with open_session(engine_of(session), actors.job(place.id)) as own, own.begin():
        own.add(row)
    return row.id


def staff(session: Session, *roles: Role, place: Place | None = None, name: str = "") -> Person:
    """Somebody with these roles, in the tenant or (district roles) the district. Needs a system session."""
    token = secrets.token_urlsafe(24)
    name = name or f"测试{secrets.token_hex(2)}"
    person = Staff(id=uuid7(), email=f"{secrets.token_hex(6)}@example.cn", name=name, joined_at=now())
    session.add(person)
    session.flush()
    for role in roles:
        in_tenant = role not in DISTRICT_ROLES
        session.add(
            RoleAssignment(staff_id=person.id, role=role, tenant_id=place.id if place and in_tenant else None)
        )
    session.add(
        StaffSession(
            staff_id=person.id,
            token_hash=token_hash(token),
            last_seen_at=now(),
            expires_at=now() + timedelta(days=1),
            second_factor=True,
        )
    )
    session.flush()
    return Person(person.id, name, person.email, roles, token, place)
