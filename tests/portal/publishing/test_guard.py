"""What no step does with a publication, the database refuses: raw SQL as the workspace's role, in every capacity."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from psycopg.errors import CheckViolation, ForeignKeyViolation, InsufficientPrivilege
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from portal.publishing import service
from tenants import actors
from tenants.actors import Actor
from tenants.database import acting, rows
from tenants.rules import AS_IT_IS
from tests.conftest import Deployment
from tests.factories import publishing as make
from tests.factories.publishing import Newsroom

REFUSED = (InsufficientPrivilege, CheckViolation, ForeignKeyViolation)
#: How far a publication has come: the steps of its editor and of who approves.
FAR: dict[str, Callable[[Session, Actor, Actor, str], object]] = {
    "draft": lambda *_: None,
    "in_review": lambda session, editor, _approver, code: submitted(session, editor, code),
    "approved": lambda session, editor, approver, code: approved(session, editor, approver, code),
    "published": make.release,
    "withdrawn": lambda *who: withdrawn(*who),
    "again": lambda *who: again(*who),
}


def submitted(session: Session, editor: Actor, code: str) -> None:
    with acting(session, editor):
        service.submit(session, code, AS_IT_IS)


def approved(session: Session, editor: Actor, approver: Actor, code: str) -> None:
    submitted(session, editor, code)
    with acting(session, approver):
        service.approve(session, code, AS_IT_IS)


def withdrawn(session: Session, editor: Actor, approver: Actor, code: str) -> None:
    make.release(session, editor, approver, code)
    with acting(session, approver):
        service.withdraw(session, code, AS_IT_IS, "数据有误")


def again(session: Session, editor: Actor, approver: Actor, code: str) -> None:
    """Approved for the second time."""
    make.release(session, editor, approver, code)
    with acting(session, editor):
        service.revise(session, code, AS_IT_IS)
        service.save(session, code, make.content(title="改过的题目"), expected_number=1)
    approved(session, editor, approver, code)


def everybody(room: Newsroom) -> dict[str, Actor]:
    """Everybody who has anything to do with the tenant."""
    return {
        "planner": room.planner.actor(),
        "clerk": room.second.actor(),
        "admin": room.clerk.actor(),
        "office": room.office.actor(room.place),
        "job": actors.job(room.place.id),
        "system": actors.system(),
    }


Known = dict[str, object]


@pytest.fixture(scope="module")
def made(deployment: Deployment, room: Newsroom) -> dict[str, Known]:
    """A publication in each state."""
    editor, approver = room.planner.actor(), room.second.actor()
    with deployment.session(editor) as session, session.begin():
        make.stored_file(session, room.place.id, "document")
        other = make.draft(session, editor, title="另外一篇")
        found: dict[str, Known] = {}
        for state, bring in FAR.items():
            publication = make.draft(session, editor)
            bring(session, editor, approver, publication.code)
            found[state] = {"id": publication.id, "head": publication.head_id, "foreign": other.head_id}
    return found


@contextmanager
def undone(deployment: Deployment, who: Actor) -> Iterator[Session]:
    """A transaction of `who` of which nothing stays."""
    with deployment.session(who) as session, session.begin() as transaction:
        yield session
        transaction.rollback()


def refused(session: Session, statement: str, known: Known) -> bool:
    """Whether the database lets nothing of it happen."""
    try:
        with session.begin_nested():
            done = rows(session.execute(text(statement), known))
            session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
    except DBAPIError as error:
        assert isinstance(error.orig, REFUSED), error
        return True
    return bool(done == 0)


#: What publishing changes, and what stands in the place of a withdrawn text.
PUBLISHED = "state = 'published', live_id = head_id, first_published_at = now(), published_at = now()"
WITHDRAWAL = (
    "INSERT INTO withdrawal (tenant_id, publication_id, code, kind, title, reason, withdrawn_at)"
    " SELECT tenant_id, id, code, kind, '题', '原因', now() FROM publication WHERE id = :id"
)

#: What nobody does in these states, whoever they are.
NEVER = [
    ("draft", "UPDATE publication SET state = 'approved' WHERE id = :id"),
    ("draft", "UPDATE publication SET state = 'published', live_id = head_id, published_at = now() WHERE id = :id"),
    ("draft", "UPDATE publication SET live_id = head_id WHERE id = :id"),
    ("draft", "UPDATE publication SET state = 'published' WHERE id = :id"),
    ("draft", "UPDATE publication SET state = 'withdrawn' WHERE id = :id"),
    ("draft", "UPDATE publication SET publish_at = now() WHERE id = :id"),
    ("draft", "UPDATE publication SET head_id = :foreign, edited_by = :me WHERE id = :id"),
    ("draft", "UPDATE publication SET state = NULL WHERE id = :id"),
    ("draft", "UPDATE publication SET state = 'sleeping' WHERE id = :id"),
    ("draft", "UPDATE publication_version SET live = true WHERE publication_id = :id"),
    ("in_review", "UPDATE publication SET head_id = :foreign WHERE id = :id"),
    ("in_review", "UPDATE publication SET state = 'published', live_id = head_id WHERE id = :id"),
    ("in_review", "UPDATE publication SET edited_by = NULL WHERE id = :id"),
    ("in_review", "UPDATE publication SET state = 'approved', approved_by = edited_by WHERE id = :id"),
    ("approved", "UPDATE publication SET state = 'published', live_id = :foreign WHERE id = :id"),
    ("approved", "UPDATE publication SET state = 'published' WHERE id = :id"),
    ("approved", "UPDATE publication SET state = 'in_review' WHERE id = :id"),
    ("approved", "UPDATE publication SET state = 'published', live_id = head_id WHERE id = :id"),
    ("published", "UPDATE publication SET code = 'another' WHERE id = :id"),
    ("published", "UPDATE publication SET kind = 'announcement' WHERE id = :id"),
    ("published", "UPDATE publication SET edited_by_name = '别人' WHERE id = :id"),
    ("published", "UPDATE publication SET state = 'withdrawn', live_id = NULL WHERE id = :id"),
    ("again", f"UPDATE publication SET {PUBLISHED} WHERE id = :id"),
    ("withdrawn", "UPDATE withdrawal SET reason = '别的原因' WHERE publication_id = :id"),
    ("published", WITHDRAWAL),
    (
        "published",
        "INSERT INTO publication_event (id, tenant_id, record_id, actor_kind, actor_id, actor_name, action, created_at)"
        " SELECT gen_random_uuid(), tenant_id, id, 'staff', gen_random_uuid(), '某人', 'approved', now()"
        " FROM publication WHERE id = :id",
    ),
    ("published", "UPDATE publication SET live_id = NULL WHERE id = :id"),
    ("published", "UPDATE publication SET state = 'withdrawn' WHERE id = :id"),
    ("published", "UPDATE publication SET first_published_at = NULL WHERE id = :id"),
    ("published", "UPDATE publication_version SET title = '改' WHERE publication_id = :id"),
    ("published", "UPDATE publication_version SET live = false WHERE publication_id = :id"),
    (
        "approved",
        "INSERT INTO version_file (tenant_id, version_id, file_id, role, position, title) SELECT tenant_id, :head,"
        " id, 'document', 0, '' FROM stored_file LIMIT 1",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("state", "statement"), NEVER)
def test_what_no_step_does_nobody_does(
    deployment: Deployment, room: Newsroom, made: dict[str, Known], state: str, statement: str
) -> None:
    for name, who in everybody(room).items():
        with undone(deployment, who) as session:
            assert refused(session, statement, {**made[state], "me": who.id}), name


#: A step as one UPDATE, and who may take it.
STEPS = [
    ("draft", "state = 'in_review'", {"planner", "clerk", "admin"}),
    ("in_review", "state = 'approved', approved_by = :me", {"clerk", "admin"}),
    ("in_review", "state = 'draft'", {"planner", "clerk", "admin"}),
    ("approved", "publish_at = now() + interval '1 day'", {"clerk", "admin"}),
    ("approved", PUBLISHED, {"clerk", "admin", "job"}),
    ("published", "state = 'withdrawn', live_id = NULL, withdrawn_reason = '改'", {"clerk", "admin", "office"}),
    ("published", "state = 'draft'", {"planner", "clerk", "admin"}),
    ("published", "comments_open = false", {"clerk", "admin"}),
]


@pytest.mark.parametrize(("state", "changes", "able"), STEPS)
def test_a_step_is_taken_by_who_may(
    deployment: Deployment, room: Newsroom, made: dict[str, Known], state: str, changes: str, able: set[str]
) -> None:
    done = set()
    for name, who in everybody(room).items():
        with undone(deployment, who) as session:
            known = {**made[state], "me": who.id}
            if not refused(session, f"UPDATE publication SET {changes} WHERE id = :id", known):
                done.add(name)
    assert done == able


def test_nothing_is_born_published(deployment: Deployment, room: Newsroom, made: dict[str, Known]) -> None:
    columns = "id, created_at, tenant_id, code, kind, comments_open, updated_at, version, demo, edited_by_name"
    born = "gen_random_uuid(), now(), '{}', 'c' || gen_random_uuid(), 'sprout', true, now(), 1, false, ''"
    values = born.format(room.place.id)
    version = (
        "INSERT INTO publication_version (id, created_at, tenant_id, publication_id, number, live, title, summary,"
        " body, for_you, tags, cover_alt, place_label, event_place, saved_by_name, note) SELECT gen_random_uuid(),"
        " now(), tenant_id, id, 9, true, '题', '', '', '', '{}', '', '', '', '', '' FROM publication WHERE id = :id"
    )
    with undone(deployment, room.planner.actor()) as session:
        for more, given in {
            ", state": ", 'published'",
            ", state, first_published_at": ", 'withdrawn', now()",
            ", state, published_at": ", 'draft', now()",
            ", state, edited_by": f", 'draft', '{room.second.id}'",
        }.items():
            assert refused(session, f"INSERT INTO publication ({columns}{more}) VALUES ({values}{given})", {})
        assert refused(session, version, made["draft"])
        assert not refused(session, version.replace("9, true", "9, false"), made["draft"])
