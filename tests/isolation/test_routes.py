"""Every route of both doors, found in the code, asked by everybody who should not get an answer.

A new route is in here without anybody writing a line; a new kind of argument must be given a
value in `ARGUMENTS`, or the test says so.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from werkzeug.routing import AnyConverter, Rule, UUIDConverter

from tenants import actors
from tenants.clock import now
from tenants.database import open_session
from tenants.identity.models import Bureau, RoleAssignment, Staff, StaffSession
from tenants.identity.queries import token_hash
from tenants.permissions import (
    DISTRICT_ROLES,
    IN_DISTRICT,
    IN_FINANCE,
    IN_PERSON,
    IN_TENANT,
    TENANT_ROLES,
    Permission,
    Role,
)
from tenants.requests import permission_of
from tests.conftest import Deployment
from tests.isolation.world import World

#: Answers that tell nothing: go and sign in, not yours, not there, not like this.
CLOSED = {302, 303, 400, 403, 404, 405, 409, 415, 422, 429}


@dataclass(frozen=True)
class Person:
    """Somebody with one role, and the browser they are signed in with."""

    name: str
    role: Role | None
    tenant: UUID | None
    client: FlaskClient
    csrf: str


def sign_in(deployment: Deployment, app: Flask, role: Role | None, tenant: UUID | None, name: str) -> Person:
    """A browser with a live session, second factor given."""
    token = secrets.token_urlsafe(32)
    with deployment.session() as session, session.begin():
        staff = Staff(email=f"{uuid4().hex}@example.org", name=name)
        bureau = Bureau(slug=f"b{uuid4().hex[:8]}", name=uuid4().hex, short_name="局")
        session.add_all([staff, bureau])
        session.flush()
        if role:
            bureau_id = bureau.id if role is Role.BUREAU_STAFF else None
            session.add(RoleAssignment(staff_id=staff.id, role=role, tenant_id=tenant, bureau_id=bureau_id))
        session.add(
            StaffSession(
                staff_id=staff.id,
                token_hash=token_hash(token),
                last_seen_at=now(),
                expires_at=now() + timedelta(hours=1),
                second_factor=True,
            )
        )
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["_user_id"], cookie["_fresh"] = token, True
        cookie["csrf_token"] = "seed"
    assert app.secret_key
    signed = URLSafeTimedSerializer(app.secret_key, salt="wtf-csrf-token").dumps("seed")
    return Person(name, role, tenant, client, str(signed))


@pytest.fixture(scope="module")
def people(deployment: Deployment, world: World) -> list[Person]:
    """One person for every role; the tenants' people belong to the first tenant."""
    app = deployment.workspace
    mine = world.tenants[0]
    found = [sign_in(deployment, app, role, mine, role.value) for role in TENANT_ROLES]
    found += [
        sign_in(deployment, app, role, None, role.value) for role in (*DISTRICT_ROLES, Role.BUREAU_STAFF)
    ]
    found.append(sign_in(deployment, app, None, None, "no role"))
    return found


def arguments(world: World, tenant: UUID) -> dict[str, object]:
    """A value for every argument a route may take: things of `tenant` that exist."""

    def one(table: str) -> str:
        return str(min(world.rows[table][tenant]))

    return {
        "tenant": world.slugs[tenant],
        "slug": world.slugs[tenant],
        "code": world.codes[tenant]["draft"],
        "unit": f"u-{world.slugs[tenant]}",
        "bureau": "b-of-nobody",
        "unit_id": one("responsible_unit"),
        "file_id": one("stored_file"),
        "comment_id": one("comment"),
        "template_id": one("answer_template"),
        "staff_id": str(world.people[tenant]),
        "person": str(world.people[tenant]),
        "session_id": str(uuid4()),
        "offer": str(uuid4()),
        "assignment_id": str(uuid4()),
        "entry_id": str(uuid4()),
        "search_id": str(uuid4()),
        "kept_id": str(uuid4()),
        "saved_id": str(uuid4()),
        "group_id": str(uuid4()),
        "pin_id": str(uuid4()),
        "view_id": str(uuid4()),
        "number": 1,
        "older": 1,
        "newer": 1,
        "width": 480,
        "year": 2026,
        "token": "x",
        "role": "planner",
        "kind": "sprout",
        "path": "x",
        "filename": "x",
        "action": "submit",
        "step": "adopted",
        "name": "x",
    }


def routes(app: Flask) -> Iterator[tuple[Rule, str, Permission]]:
    """Every route and method with its permission."""
    for rule in app.url_map.iter_rules():
        permission = permission_of(app, rule.endpoint)
        if permission is None:
            continue
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield rule, method, permission


def address(app: Flask, rule: Rule, values: dict[str, object]) -> str:
    """The route's address with these values; where it names the choices itself, the first of them."""
    chosen: dict[str, object] = {}
    for name in rule.arguments:
        converter = rule._converters[name]
        if isinstance(converter, AnyConverter):
            chosen[name] = min(converter.items)
            continue
        assert name in values, f"give a value for {name} of {rule} in `arguments`"
        value = str(values[name])
        if isinstance(converter, UUIDConverter) and len(value) != 36:
            value = str(uuid4())
        chosen[name] = converter.to_python(value)
    built = rule.build(chosen)
    assert built, rule
    return built[1]


#: Routes that answer without a permission: what the frame serves, and whether the process lives.
FREE = {"static", "healthz", "readyz"}


@pytest.mark.parametrize("door", ["workspace", "public"])
def test_every_route_carries_a_permission(deployment: Deployment, door: str) -> None:
    app: Flask = getattr(deployment, door)
    without = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if permission_of(app, rule.endpoint) is None
        and rule.endpoint.split(".")[-1] not in FREE
        and not rule.endpoint.startswith("webkit")
    }
    assert without == set()


def test_nobody_gets_past_the_workspaces_door(deployment: Deployment, world: World) -> None:
    app = deployment.workspace
    visitor = app.test_client()
    for rule, method, permission in routes(app):
        if permission.startswith("public:"):
            continue
        answer = visitor.open(address(app, rule, arguments(world, world.tenants[0])), method=method)
        assert answer.status_code in CLOSED, (rule, method, answer.status_code)
        assert world.slugs[world.tenants[0]] not in answer.get_data(as_text=True).replace(
            answer.location or "-", ""
        )


@pytest.mark.slow("asks every route as everybody")
def test_another_tenants_address_does_not_exist(
    deployment: Deployment, world: World, people: list[Person]
) -> None:
    """Members of one tenant, on all routes of another: not found, whatever the role and method."""
    app = deployment.workspace
    other = world.tenants[1]
    values = arguments(world, other)
    for person in people:
        if person.role in (Role.DISTRICT_OFFICE, Role.WORKING_GROUP):
            continue  # who may look into every tenant; see below
        for rule, method, permission in routes(app):
            if not permission.startswith("tenant:"):
                continue
            answer = ask(person, app, rule, method, values)
            assert answer.status_code == 404, (person.name, rule, method, answer.status_code)
            assert world.slugs[other] not in answer.get_data(as_text=True)


def test_another_tenants_things_do_not_exist_in_ones_own(
    deployment: Deployment, world: World, people: list[Person]
) -> None:
    """The own tenant in the address, but somebody else's record: not found, and no word of it in any answer."""
    app = deployment.workspace
    mine, other = world.tenants[0], world.tenants[1]
    values = {**arguments(world, other), "tenant": world.slugs[mine]}
    for person in people:
        if person.tenant is None and person.role not in (Role.DISTRICT_OFFICE, Role.WORKING_GROUP):
            continue
        for rule, method, permission in routes(app):
            if not permission.startswith("tenant:") or rule.arguments <= {"tenant"}:
                continue
            answer = ask(person, app, rule, method, values)
            body = answer.get_data(as_text=True)
            assert answer.status_code in CLOSED, (person.name, rule, method, answer.status_code)
            assert f"{world.slugs[other]}的" not in body, (person.name, rule, method)


@pytest.mark.slow("asks every route as everybody")
def test_a_role_opens_what_its_permissions_say_and_nothing_else(
    deployment: Deployment, world: World, people: list[Person]
) -> None:
    """The matrix: every role on every route of its own tenant and of the district."""
    app = deployment.workspace
    values = arguments(world, world.tenants[0])
    for person in people:
        for rule, method, permission in routes(app):
            if permission.startswith(("public:", "self:")):
                continue
            answer = ask(person, app, rule, method, values)
            where = (person.name, rule, method, answer.status_code)
            if may(person, permission):
                assert answer.status_code not in (401, 403, 500), where
            else:
                assert answer.status_code in (403, 404), where


def test_reading_across_the_district_does_not_write(
    deployment: Deployment, world: World, people: list[Person]
) -> None:
    """The working group opens every tenant's pages, and changes nothing."""
    app = deployment.workspace
    person = next(p for p in people if p.role is Role.WORKING_GROUP)
    for rule, method, permission in routes(app):
        if permission.startswith("tenant:") and method != "GET":
            answer = ask(person, app, rule, method, arguments(world, world.tenants[1]))
            allowed = permission in IN_TENANT[Role.WORKING_GROUP]
            assert answer.status_code in (CLOSED if allowed else {403}), (rule, method, answer.status_code)


def test_the_public_site_shows_nothing_that_is_not_published(deployment: Deployment, world: World) -> None:
    app = deployment.public
    visitor = app.test_client()
    tenant = world.tenants[0]
    for rule, method, permission in routes(app):
        values = arguments(world, tenant)
        answer = visitor.open(address(app, rule, values), method=method)
        where = (rule, method, answer.status_code)
        body = answer.get_data(as_text=True)
        assert f"{world.slugs[tenant]}的draft" not in body, where
        assert f"{world.slugs[tenant]} held" not in body, where
        assert f"{world.slugs[tenant]} hidden" not in body, where
        assert "内部备注" not in body, where
        assert answer.status_code < 500, where
        if permission.startswith("resident:") or "code" in rule.arguments or "file_id" in rule.arguments:
            assert answer.status_code in CLOSED, where


def may(person: Person, permission: Permission) -> bool:
    """What the one table of permissions says of this person in the first tenant and in the district."""
    if person.role is None:
        return False
    if permission.startswith("district:"):
        return permission in IN_DISTRICT.get(person.role, frozenset())
    if permission.startswith("finance:"):
        return permission in IN_FINANCE.get(person.role, frozenset())
    if permission.startswith("person:"):
        return permission in IN_PERSON.get(person.role, frozenset())
    in_place = person.tenant is not None or person.role in DISTRICT_ROLES
    return in_place and permission in IN_TENANT.get(person.role, frozenset())


def ask(person: Person, app: Flask, rule: Rule, method: str, values: dict[str, object]):  # type: ignore[no-untyped-def]
    return person.client.open(
        address(app, rule, values),
        method=method,
        headers={"X-CSRFToken": person.csrf},
        data={} if method == "POST" else None,
    )


def test_the_world_is_not_empty(deployment: Deployment, world: World) -> None:
    """The tests above would pass on an empty house; this one would not."""
    with open_session(world.workspace, actors.system()) as session:
        assert session.connection() is not None
    assert sum(1 for _ in routes(deployment.workspace)) > 60
    assert sum(1 for _ in routes(deployment.public)) > 20
