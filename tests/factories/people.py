"""Tenants and people for tests."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from tenants import actors
from tenants.actors import Actor, Desk
from tenants.clock import now
from tenants.database import engine_of, open_session
from tenants.identity.models import (
    Bureau,
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
    """A tenant or a bureau of a test."""

    id: UUID
    slug: str
    name: str
    short_name: str
    desk: Desk = Desk.TENANT


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
        """The person at work: at a tenant or a bureau, else at the first of the district's desks that is theirs."""
        place = tenant or self.tenant
        where = {f"{place.desk}_id": place.id} if place else {}
        desks = [place.desk] if place else [Desk.DISTRICT, Desk.FINANCE, Desk.PERSON]
        tried = (actors.at_desk(desk, self.id, self.name, self.roles, **where) for desk in desks)
        return next(actor for actor in tried if actor)

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


def bureau(session: Session, name: str = "区住建委", **changes: object) -> Place:
    """A bureau with an address of its own. Needs a system session."""
    slug = f"b{secrets.token_hex(4)}"
    row = Bureau(id=uuid7(), slug=slug, name=f"{name}{slug}", short_name=name, **changes)
    session.add(row)
    session.flush()
    return Place(row.id, slug, row.name, row.short_name, Desk.BUREAU)


def unit(session: Session, place: Place, name: str = "玉桥东里组团") -> UUID:
    """A responsible unit, made beside the session's transaction by who may: whoever administers the tenant."""
    row = ResponsibleUnit(
        id=uuid7(), tenant_id=place.id, kind=UnitKind.CLUSTER, slug=f"u{secrets.token_hex(4)}", name=name
    )
    with open_session(engine_of(session), actors.job(place.id)) as own, own.begin():
        own.add(row)
    return row.id


def where(role: Role, place: Place | None) -> dict[str, Any]:
    """`tenant_id` or `bureau_id` of a role held at a place; nothing for a role of the district."""
    return {f"{place.desk}_id": place.id} if place and role not in DISTRICT_ROLES else {}


def staff(session: Session, *roles: Role, place: Place | None = None, name: str = "") -> Person:
    """Somebody with these roles, at the place or (district roles) in the district. Needs a system session."""
    token = secrets.token_urlsafe(24)
    name = name or f"测试{secrets.token_hex(2)}"
    person = Staff(id=uuid7(), email=f"{secrets.token_hex(6)}@example.cn", name=name, joined_at=now())
    session.add(person)
    session.flush()
    for role in roles:
        session.add(RoleAssignment(staff_id=person.id, role=role, **where(role, place)))
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


def hold(session: Session, person: Person, role: Role, place: Place | None = None) -> None:
    """One more role of somebody. Needs a system session."""
    session.add(RoleAssignment(staff_id=person.id, role=role, **where(role, place)))
    session.flush()
