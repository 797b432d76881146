"""Actors, tenants and operations mixed at random, against a model of who may see and change what.

The model is the few lines of `may_read` and `may_write`; the database answers raw SQL, so
nothing in our own queries can hide a leak.
"""

from __future__ import annotations

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from portal.publishing.policy import State
from tenants import actors
from tenants.actors import Actor, Scope
from tenants.permissions import Role
from tests.isolation.world import World
from tests.slices.files import SHOWN

#: What the model below speaks of; the others have rules of their own, and tests of their own.
TABLES = (
    "responsible_unit",
    "stored_file",
    "publication",
    "publication_version",
    "version_file",
    "publication_draft",
    "publication_event",
    "comment",
    "comment_event",
    "answer_template",
)
S = Scope
ACROSS = {S.OFFICE, S.WORKING_GROUP, S.SYSTEM}
EVERYBODY = ACROSS | {S.TEAM, S.TENANT, S.JOB}
#: Who reads a table; everybody who has to do with a tenant's work where it is not here.
READS = {"publication_draft": {S.TEAM, S.TENANT, S.JOB}, "answer_template": {S.TENANT}}
#: Who changes a row of it, and who takes one away; a draft is its writer's.
WRITERS = {S.TEAM, S.TENANT}
CHANGES = {
    "responsible_unit": {S.ADMIN, S.OFFICE, S.JOB},
    "stored_file": WRITERS | {S.OFFICE, S.JOB},
    "publication": WRITERS | {S.OFFICE, S.JOB},
    "publication_draft": WRITERS,
    "comment": {S.TENANT, S.OFFICE, S.JOB},
    "answer_template": {S.TENANT},
}
DELETES = {"publication_draft": WRITERS, "answer_template": {S.TENANT}}


def may_read(actor: Actor, table: str, tenant: UUID) -> bool:
    reads = actor.scopes & READS.get(table, EVERYBODY)
    return bool(reads) if actor.tenant_id == tenant else actor.tenant_id is None and bool(reads & ACROSS)


def may(actor: Actor, scopes: set[Scope], tenant: UUID) -> bool:
    return actor.tenant_id == tenant and bool(actor.scopes & scopes)


@st.composite
def staff_actors(draw: st.DrawFn, world: World) -> Actor:
    """Every capacity the workspace's role can be in, also impossible mixtures of scope and tenant."""
    person = world.people[draw(st.sampled_from(world.tenants))]
    tenant = draw(st.sampled_from([*world.tenants, None]))
    made: list[Actor | None] = [
        actors.in_district(person, "办公室", [Role.DISTRICT_OFFICE]),
        actors.in_district(person, "工作组", [Role.WORKING_GROUP]),
        actors.oneself(person, "某人"),
        actors.signing_in(),
        actors.anonymous(),
        actors.system(),
        Actor(frozenset(draw(st.sets(st.sampled_from(Scope), max_size=2))), id=person, tenant_id=tenant),
    ]
    if tenant:
        role = draw(
            st.sampled_from(
                [Role.PLANNER, Role.TENANT_STAFF, Role.TENANT_ADMIN, Role.DISTRICT_OFFICE, Role.WORKING_GROUP]
            )
        )
        made += [actors.in_tenant(person, "某人", [role], tenant), actors.job(tenant)]
    actor = draw(st.sampled_from([a for a in made if a]))
    return actor


def visible(world: World, session: Session, table: str) -> set[object]:
    """The keys of the rows of a table that a session sees."""
    return set(session.scalars(text(f"SELECT {world.keys[table]} FROM {table}")))


def ours(world: World, table: str, of: object) -> set[object]:
    return {key for tenant, keys in world.rows[table].items() if callable(of) and of(tenant) for key in keys}


def changed(session: Session, statement: str, **values: object) -> int:
    """Rows a statement touched; 0 where the database refused it outright."""
    try:
        with session.begin_nested():
            return int(session.execute(text(statement), values).rowcount)  # type: ignore[attr-defined]
    except DBAPIError as error:
        assert error.orig is not None
        assert error.orig.sqlstate == "42501", error  # type: ignore[attr-defined]
        return 0


@given(data=st.data())
def test_the_workspaces_role_sees_and_changes_what_the_model_says(world: World, data: st.DataObject) -> None:
    actor = data.draw(staff_actors(world))
    table = data.draw(st.sampled_from(TABLES))
    tenant = data.draw(st.sampled_from(world.tenants))
    key = data.draw(st.sampled_from(sorted(world.rows[table][tenant], key=str)))
    everything = ours(world, table, lambda _t: True)
    changes, deletes = may(actor, CHANGES.get(table, set()), tenant), may(actor, DELETES.get(table, set()), tenant)
    if table == "publication_draft":
        changes = changes and actor.id == world.people[tenant]
    with world.deployment.session(actor) as session:
        assert visible(world, session, table) & everything == ours(world, table, lambda t: may_read(actor, table, t))

        where = f"WHERE {world.keys[table]} = :key AND tenant_id = :tenant"
        update = changed(session, f"UPDATE {table} SET tenant_id = tenant_id {where}", key=key, tenant=tenant)
        assert update == changes
        # a row is never handed to another tenant, not even by who owns it
        other = next(t for t in world.tenants if t != tenant)
        assert (
            changed(
                session, f"UPDATE {table} SET tenant_id = :other {where}", key=key, tenant=tenant, other=other
            )
            == 0
        )
        assert changed(session, f"DELETE FROM {table} {where}", key=key, tenant=tenant) == deletes
        inserted = changed(
            session,
            "INSERT INTO answer_template (id, created_at, tenant_id, title, body)"
            " VALUES (gen_random_uuid(), now(), :tenant, gen_random_uuid()::text, '')",
            tenant=tenant,
        )
        assert inserted == may(actor, {S.TENANT}, tenant)
        session.rollback()


@given(data=st.data())
def test_the_public_role_sees_what_is_published_and_what_is_ones_own(
    world: World, data: st.DataObject
) -> None:
    who = data.draw(st.sampled_from(["visitor", "author", "other resident"]))
    author, other = (resident.actor() for resident in world.residents)
    actor = {"visitor": actors.anonymous(), "author": author, "other resident": other}[who]
    pretends = data.draw(st.sampled_from(["", "SELECT set_config('app.scope', 'system', true)",
                                          "SELECT set_config('app.scope', 'office', true)",
                                          f"SELECT set_config('app.tenant_id', '{world.tenants[0]}', true),"
                                          " set_config('app.scope', 'tenant', true)"]))  # fmt: skip
    with world.deployment.public_session(actor) as session:
        if pretends:
            session.execute(text(pretends))
        slugs = [world.slugs[t] for t in world.tenants]
        titles = set(session.scalars(text("SELECT title FROM publication_version")))
        mine = {f"{slug}的published" for slug in slugs}
        assert {t for t in titles if t.split("的")[0] in slugs} == mine
        codes = {world.code(t, s) for t in world.tenants for s in State}
        live = {world.code(t, State.PUBLISHED) for t in world.tenants}
        assert set(session.scalars(text("SELECT code FROM publication"))) & codes == live
        names = set(session.scalars(text("SELECT name FROM stored_file")))
        assert {n for n in names if n.split("-")[0] in slugs} == {
            f"{slug}-{SHOWN}.{ending}" for slug in slugs for ending in ("webp", "txt")
        }
        bodies = {b for b in session.scalars(text("SELECT body FROM comment")) if b.split(" ")[0] in slugs}
        shown = {f"{slug} shown" for slug in slugs}
        own = {f"{slug} {v}" for slug in slugs for v in ("held", "hidden")} if who == "author" else set()
        assert bodies == shown | own
        people = set(session.scalars(text("SELECT id FROM resident")))
        assert people == ({actor.id} if actor.id else set())
        for hidden in (
            "SELECT 1 FROM publication_draft", "SELECT 1 FROM audit_entry", "SELECT 1 FROM staff",
            "SELECT state FROM publication", "SELECT note FROM publication_version", "SELECT 1 FROM answer_template",
            "SELECT 1 FROM publication_event", "SELECT resident_id FROM comment", "SELECT 1 FROM mail_message",
            "SELECT args FROM procrastinate_jobs", "DELETE FROM comment", "UPDATE comment SET fate = 'done'",
            "UPDATE publication SET comments_open = true", "DELETE FROM resident", "SET ROLE xinya_workspace",
        ):  # fmt: skip
            assert _refused(session, hidden), hidden
        session.rollback()


def _refused(session: Session, statement: str) -> bool:
    try:
        with session.begin_nested():
            session.execute(text(statement))
    except DBAPIError as error:
        assert error.orig is not None
        return bool(error.orig.sqlstate == "42501")  # type: ignore[attr-defined]
    return False
