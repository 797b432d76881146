"""The database's own walls: what an attacker with SQL as a runtime role tries, and what a closed tenant leaves open."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import pytest
from flask import Flask
from psycopg.errors import InsufficientPrivilege
from sqlalchemy import Connection, Engine, text, update
from sqlalchemy.exc import ProgrammingError

from migrations import schema
from operations import checks
from portal.publishing.policy import State
from tenants import actors
from tenants.clock import now
from tenants.database import open_session
from tenants.identity.models import Tenant
from tenants.permissions import Role
from tests.conftest import Deployment
from tests.factories import people
from tests.factories.people import Person, Place
from tests.isolation.test_model import visible
from tests.isolation.world import World

SPY = """CREATE FUNCTION pg_temp.spy() RETURNS uuid LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'ran as %', current_user; END $$"""
BAIT = """CREATE TEMP VIEW resident_session AS SELECT pg_temp.spy() AS resident_id, ''::text AS token_hash,
NULL::timestamptz AS revoked_at, 'infinity'::timestamptz AS expires_at"""


@pytest.mark.parametrize("made", ["TEMP VIEW resident_session AS SELECT 1", "VIEW bait AS SELECT 1", "SCHEMA mine"])
@pytest.mark.parametrize("face", ["public_engine", "workspace_engine"])
def test_runtime_roles_make_nothing(request: pytest.FixtureRequest, face: str, made: str) -> None:
    engine: Engine = request.getfixturevalue(face)
    with engine.connect() as connection, pytest.raises(ProgrammingError) as refused:
        connection.execute(text(f"CREATE {made}"))
    assert isinstance(refused.value.orig, InsufficientPrivilege)


@pytest.fixture
def temporary_allowed(deployment: Deployment, owner_engine: Engine) -> Iterator[None]:
    """As in a copied database: everybody may make temporary objects again."""
    with owner_engine.begin() as connection:
        name = connection.scalar(text("SELECT current_database()"))
        connection.execute(text(f'GRANT TEMPORARY ON DATABASE "{name}" TO PUBLIC'))
    yield
    schema.upgrade(deployment.settings)


@pytest.mark.usefixtures("temporary_allowed")
def test_a_temporary_view_in_the_place_of_a_table_is_not_read_as_the_owner(public_engine: Engine) -> None:
    with public_engine.connect() as connection:
        connection.execute(text(SPY))
        connection.execute(text(BAIT))
        assert connection.scalar(text("SELECT current_resident()")) is None
        connection.rollback()


def test_an_upgrade_closes_what_a_copy_opened_and_the_doctor_sees_it(
    deployment: Deployment, temporary_allowed: None
) -> None:
    def sound() -> list[bool]:
        return [finding.ok for finding in checks.isolation(deployment.settings)]

    assert sound() == [False]
    schema.upgrade(deployment.settings)
    assert sound() == [True]


@pytest.mark.parametrize("hidden", [{"active": False}, {"opened_at": None}], ids=["closed", "unopened"])
def test_of_a_closed_or_unopened_tenant_the_public_role_reads_nothing(
    world: World, deployment: Deployment, public_engine: Engine, hidden: dict[str, object]
) -> None:
    closed, *others = world.tenants

    def of(tenant: UUID) -> set[object]:
        return {key for table in tables for key in seen[table] & world.rows[table][tenant]}

    tables = ("publication", "publication_version", "version_file", "comment", "responsible_unit", "stored_file")
    _set_tenant(deployment, closed, **hidden)
    try:
        with open_session(public_engine, actors.anonymous()) as session:
            seen = {table: visible(world, session, table) for table in tables}
    finally:
        _set_tenant(deployment, closed, active=True, opened_at=now())
    assert of(closed) == set()
    assert all(of(tenant) for tenant in others)


def _set_tenant(deployment: Deployment, tenant: UUID, **values: object) -> None:
    with deployment.session() as session, session.begin():
        session.execute(update(Tenant).where(Tenant.id == tenant).values(values))


def test_a_closed_tenant_shows_nothing_and_says_so(world: World, deployment: Deployment, app_public: Flask) -> None:
    closed, *others = world.tenants
    code, slug = world.code(closed, State.PUBLISHED), world.slugs[closed]
    _set_tenant(deployment, closed, active=False)
    try:
        visitor = app_public.test_client()
        for address in (f"/a/{code}", f"/places/{slug}/", f"/feeds/places/{slug}.xml"):
            answer = visitor.get(address)
            assert answer.status_code == 410
            assert f"{slug}镇已经停用" in answer.text
        sitemap = visitor.get(f"/sitemap/{now():%Y}.xml").text
        assert code not in sitemap
        assert all(world.code(tenant, State.PUBLISHED) in sitemap for tenant in others)
        assert visitor.get(f"/a/{world.code(closed, State.DRAFT)}").status_code == 404
    finally:
        _set_tenant(deployment, closed, active=True)
    assert app_public.test_client().get(f"/a/{code}").status_code == 200


def _acting(connection: Connection, scope: str, tenant: UUID | None = None, actor: UUID | None = None) -> None:
    settings = {"app.scope": scope, "app.tenant_id": str(tenant or ""), "app.actor_id": str(actor or "")}
    for name, value in settings.items():
        connection.execute(text("SELECT set_config(:name, :value, true)"), {"name": name, "value": value})


GIVE = text(
    "INSERT INTO role_assignment (id, staff_id, role, tenant_id, granted_by, created_at, valid)"
    " VALUES (gen_random_uuid(), :who, :role, :tenant, '', now(), daterange(current_date - 1, NULL))"
)


@pytest.fixture
def planner(deployment: Deployment) -> tuple[Person, Place]:
    """Somebody who works at one place, and another place."""
    with deployment.session() as session, session.begin():
        person = people.staff(session, Role.PLANNER, place=people.tenant(session))
        return person, people.tenant(session)


@pytest.mark.parametrize("scope", ["admin,tenant", "office"])
def test_nobody_is_given_a_role_at_another_place_without_their_yes(
    workspace_engine: Engine, planner: tuple[Person, Place], scope: str
) -> None:
    person, other = planner
    assert person.tenant
    own = person.tenant.id
    with workspace_engine.connect() as connection:
        _acting(connection, scope, None if scope == "office" else own)
        connection.execute(GIVE, {"who": person.id, "role": "architect", "tenant": own})
        everything = text("UPDATE role_assignment SET ended_at = now() WHERE staff_id = :who")
        connection.execute(everything, {"who": person.id})
        back = text("UPDATE role_assignment SET ended_at = NULL WHERE staff_id = :who AND role = 'planner'")
        with pytest.raises(ProgrammingError, match="they have not said yes"):
            connection.execute(back, {"who": person.id})
        connection.rollback()
        _acting(connection, scope, None if scope == "office" else other.id)
        with pytest.raises(ProgrammingError, match="they have not said yes"):
            connection.execute(GIVE, {"who": person.id, "role": "planner", "tenant": other.id})


OFFER_TO = text(
    "INSERT INTO staff_token (id, staff_id, purpose, token_hash, expires_at, created_at, offer)"
    " VALUES (gen_random_uuid(), :who, :purpose, gen_random_uuid()::text, now() + interval '1 day', now(),"
    " jsonb_build_object('tenant_id', CAST(:tenant AS text), 'roles', jsonb_build_array('tenant_admin')))"
)


def test_an_offer_is_written_by_its_place_alone(workspace_engine: Engine, planner: tuple[Person, Place]) -> None:
    """To oneself, or to somebody for another place, nobody offers a role; a letter goes to colleagues only, and none

    with which somebody who has a password is given another.
    """
    person, other = planner
    assert person.tenant
    own = person.tenant.id
    refused = [
        (("self", None, person.id), "offer", other.id),
        (("admin,tenant", own, None), "offer", other.id),
        (("admin,tenant", own, None), "reset", own),
        (("tenant", own, None), "offer", own),
        (("admin,tenant", other.id, None), "invitation", other.id),
        (("admin,tenant", own, None), "invitation", own),
        (("office", None, None), "invitation", own),
        (("office", other.id, None), "offer", own),
    ]
    for acting, purpose, tenant in refused:
        with workspace_engine.connect() as connection:
            _acting(connection, *acting)
            with pytest.raises(ProgrammingError, match="row-level security"):
                connection.execute(OFFER_TO, {"who": person.id, "purpose": purpose, "tenant": str(tenant)})
    with workspace_engine.connect() as connection:
        _acting(connection, "admin,tenant", own)
        connection.execute(OFFER_TO, {"who": person.id, "purpose": "offer", "tenant": str(own)})
        _acting(connection, "self", actor=person.id)
        grab = text("UPDATE staff_token SET offer = '{}' WHERE staff_id = :who AND purpose = 'offer'")
        assert connection.execute(grab, {"who": person.id}).rowcount == 0
