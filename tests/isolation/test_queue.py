"""The queue of jobs: whoever leaves one there sees it until they commit, and nobody but the worker sees it after."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError, ProgrammingError
from sqlalchemy.orm import Session

from tenants import actors, jobs
from tenants.actors import Actor, Desk
from tenants.database import open_session
from tenants.permissions import Role
from tests.isolation.world import World

KINDS = ("mail.send", "search.index")
QUEUE = text(
    "SELECT procrastinate_defer_jobs_v1(ARRAY[ROW('default', :name, 0, NULL, NULL, CAST(:args AS jsonb),"
    " NULL)::procrastinate_job_to_defer_v1])"
)


def everybody(world: World) -> Iterator[tuple[Engine, Actor]]:
    """Every capacity at every desk of both doors, but the worker's own."""
    tenant = world.tenants[0]
    person, deployment = world.people[tenant], world.deployment
    staff: list[Actor | None] = [
        *(
            actors.in_tenant(person, role, [role], tenant)
            for role in (Role.PLANNER, Role.TENANT_STAFF, Role.TENANT_ADMIN, Role.DISTRICT_OFFICE, Role.WORKING_GROUP)
        ),
        actors.in_district(person, "district office", [Role.DISTRICT_OFFICE]),
        actors.in_district(person, "district group", [Role.WORKING_GROUP]),
        actors.at_desk(Desk.BUREAU, person, "bureau", [Role.BUREAU_ADMIN], bureau_id=uuid4()),
        actors.at_desk(Desk.FINANCE, person, "finance", [Role.FINANCE_READER]),
        actors.at_desk(Desk.PERSON, person, "person", [Role.TOP_CHIEF]),
        actors.oneself(person, "self"),
        actors.signing_in(),
        actors.job(tenant),
    ]
    for actor in staff:
        assert actor
        yield deployment.workspace_engine, actor
    for actor in (actors.anonymous(), world.residents[0].actor()):
        yield deployment.public_engine, actor


def queued(session: Session) -> int:
    return session.scalar(text("SELECT count(id) FROM procrastinate_jobs")) or 0


def test_what_others_left_in_the_queue_is_read_at_no_desk(world: World) -> None:
    tenant = world.tenants[0]
    with world.deployment.session(actors.system()) as worker, worker.begin():
        for kind in KINDS:
            for owner in (None, tenant):
                jobs.defer(worker, kind, tenant_id=owner, some_id="1")
    for engine, actor in everybody(world):
        with open_session(engine, actor) as session:
            assert queued(session) == 0, actor
            if engine is world.workspace:
                for table in ("events", "workers", "periodic_defers"):
                    assert session.scalar(text(f"SELECT count(*) FROM procrastinate_{table}")) == 0, (actor, table)
    with world.deployment.session(actors.system()) as worker:
        assert queued(worker) >= 4


def test_whoever_leaves_a_job_sees_their_own_until_they_commit(world: World) -> None:
    """Again and again on one connection, so that its statements are prepared; also where a step of it is taken back."""
    for engine, actor in everybody(world):
        with open_session(engine, actor) as session:
            for _again in range(7):
                jobs.defer(session, "mail.send", message_id="1")
                with session.begin_nested() as point:
                    session.execute(QUEUE, {"name": "search.index", "args": "{}"})
                    assert queued(session) == 2, actor
                    point.rollback()
                with session.begin_nested():
                    jobs.defer(session, "search.index")
                assert queued(session) == 2, actor
                session.commit()
                assert queued(session) == 0, actor
                session.rollback()


def test_several_jobs_are_left_at_once_and_a_locked_one_only_once(world: World) -> None:
    several = text(
        "SELECT cardinality(procrastinate_defer_jobs_v1(ARRAY(SELECT ROW('default', 'mail.send', 0, lock, lock,"
        " '{}'::jsonb, now())::procrastinate_job_to_defer_v1 FROM unnest(ARRAY['a', 'b']) AS lock)))"
    )
    with open_session(world.workspace, world.staff(world.tenants[0])) as session:
        assert session.scalar(several) == queued(session) == 2
        with pytest.raises(IntegrityError, match="queueing_lock"):
            session.execute(several)
        session.rollback()


def test_nobody_notes_what_became_of_the_job_of_another(world: World) -> None:
    with world.deployment.session(actors.system()) as worker, worker.begin():
        jobs.defer(worker, "mail.send", message_id="1")
        job = worker.scalar(text("SELECT max(id) FROM procrastinate_jobs"))
    note = text("INSERT INTO procrastinate_events (job_id, type) VALUES (:job, 'succeeded')")
    for engine, actor in everybody(world):
        with open_session(engine, actor) as session, pytest.raises(ProgrammingError, match="row-level security"):
            session.execute(note, {"job": job})




@pytest.mark.parametrize("role", [Role.PLANNER, Role.TENANT_ADMIN, Role.DISTRICT_OFFICE])
def test_a_job_is_left_for_the_own_desk_only(world: World, role: Role) -> None:
    """A job acts as the tenant that it names: naming another one was a way around every wall."""
    mine, other = world.tenants[:2]
    for tenant, name, allowed in (
        (f'"{mine}"', "publishing.publish", True),
        (f'"{other}"', "publishing.publish", False),
        (f'"{other}"', "mail.send", False),
        ("null", "search.index", True),
        ("null", "identity.tidy", False),
        ("null", "publishing.sweep", False),
    ):
        with open_session(world.workspace, world.staff(mine, role)) as session:
            values = {"name": name, "args": f'{{"tenant_id": {tenant}}}'}
            if allowed:
                session.execute(QUEUE, values)
            else:
                with pytest.raises(ProgrammingError, match="row-level security"):
                    session.execute(QUEUE, values)
            session.rollback()


def test_the_queue_is_the_workers(world: World) -> None:
    tenant = world.tenants[0]
    with open_session(world.workspace, world.staff(tenant, Role.TENANT_ADMIN)) as session:
        session.execute(QUEUE, {"name": "files.discard", "args": f'{{"tenant_id": "{tenant}"}}'})
        for statement in ("UPDATE procrastinate_jobs SET args = '{}'", "DELETE FROM procrastinate_jobs"):
            assert session.execute(text(statement)).rowcount == 0  # type: ignore[attr-defined]
        assert session.scalar(text("SELECT count(*) FROM procrastinate_workers")) == 0
        session.rollback()
