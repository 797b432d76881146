"""One pooled connection serves one actor after another, and nothing of the one reaches the other."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from tenants import actors
from tenants.actors import Actor, Scope
from tenants.database import Face, make_engine, open_session, url_for
from tests.isolation.world import World

SETTINGS = text(
    "SELECT pg_backend_pid(), current_setting('app.scope', true), current_setting('app.tenant_id', true),"
    " current_setting('app.actor_id', true), current_setting('app.resident_session', true)"
)


@pytest.fixture
def one_connection(world: World) -> Iterator[Engine]:
    engine = make_engine(url_for(world.deployment.settings, Face.WORKSPACE), pool_size=1)
    yield engine
    engine.dispose()


def titles(session: Session) -> set[str]:
    return set(session.scalars(text("SELECT title FROM publication_version")))


def test_the_same_backend_carries_nothing_over(world: World, one_connection: Engine) -> None:
    backends = set()
    for tenant in [*world.tenants, *reversed(world.tenants)]:
        with open_session(one_connection, world.staff(tenant)) as session:
            pid, scope, tenant_id, *_ = session.execute(SETTINGS).one()
            backends.add(pid)
            assert (scope, tenant_id) == ("tenant", str(tenant))
            assert titles(session) == world.titles(tenant)
    assert len(backends) == 1

    with Session(one_connection) as nobody:  # a session that says nothing sees nothing
        pid, scope, tenant_id, actor_id, token = nobody.execute(SETTINGS).one()
        assert pid in backends
        assert not any((scope, tenant_id, actor_id, token))
        assert titles(nobody) == set()


@pytest.mark.parametrize("end", ["commit", "rollback", "error"])
def test_however_a_transaction_ends(world: World, one_connection: Engine, end: str) -> None:
    first, second, *_ = world.tenants
    with open_session(one_connection, world.staff(first)) as session:
        assert titles(session) == world.titles(first)
        if end == "commit":
            session.commit()
            assert titles(session) == world.titles(first)  # the next transaction is told again
        elif end == "rollback":
            session.rollback()
        else:
            with pytest.raises(DBAPIError):
                session.execute(text("SELECT 1/0"))
    with Session(one_connection) as nobody:
        assert titles(nobody) == set()
    with open_session(one_connection, world.staff(second)) as session:
        assert titles(session) == world.titles(second)


def test_a_savepoint_keeps_the_actor(world: World, one_connection: Engine) -> None:
    tenant = world.tenants[0]
    with open_session(one_connection, world.staff(tenant)) as session:
        with session.begin_nested():
            assert titles(session) == world.titles(tenant)
        assert titles(session) == world.titles(tenant)


@pytest.mark.parametrize(
    "actor",
    [
        Actor(frozenset({Scope.TENANT})),  # in a tenant, but which?
        Actor(frozenset({Scope.JOB})),
        actors.oneself(uuid4(), "某人"),
        actors.signing_in(),
        actors.anonymous(),
    ],
    ids=lambda actor: ",".join(actor.scopes),
)
def test_without_a_tenant_there_are_no_rows(world: World, one_connection: Engine, actor: Actor) -> None:
    with open_session(one_connection, actor) as session:
        assert titles(session) == set()
