"""What the public role cannot do to comments, whatever SQL is sent through it."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from tenants.identity.models import CommentPolicy
from tests.conftest import Deployment
from tests.factories.participation import Corner, Neighbour, corner, resident

DENIED = ("InsufficientPrivilege", "CheckViolation", "ForeignKeyViolation")


@pytest.fixture(scope="module")
def place(deployment: Deployment) -> Corner:
    return corner(deployment)


@pytest.fixture(scope="module")
def strict(deployment: Deployment) -> Corner:
    return corner(deployment, policy=CommentPolicy.HOLD, name="北苑街道办事处")


@pytest.fixture(scope="module")
def wang(deployment: Deployment) -> Neighbour:
    return resident(deployment)


@pytest.fixture(scope="module")
def li(deployment: Deployment) -> Neighbour:
    return resident(deployment, "李雷")


def denied(session: Session, statement: str, **values: Any) -> None:
    """The statement is refused, or touches no row."""
    try:
        with session.connection().begin_nested():
            result: Any = session.execute(text(statement), values)
            assert result.rowcount == 0, statement
    except DBAPIError as error:
        assert type(error.orig).__name__ in DENIED, error


def insert(session: Session, place: Corner, who: UUID, **changes: Any) -> None:
    values: dict[str, Any] = {
        "id": uuid4(), "tenant_id": place.tenant.id, "publication_id": place.publication_id, "resident_id": who,
        "author_name": "王芳", "official": False, "body": "原话", "visibility": "shown", "fate": "received",
        "version": 1, "demo": False, **changes,
    }  # fmt: skip
    columns = ", ".join(values)
    names = ", ".join(f":{name}" for name in values)
    session.execute(text(f"INSERT INTO comment ({columns}, created_at) VALUES ({names}, now())"), values)


def test_the_honest_insert_works(place: Corner, wang: Neighbour) -> None:
    with place.in_public(wang) as session:
        insert(session, place, wang.id)


@pytest.mark.parametrize(
    "changes",
    [
        {"official": True},
        {"fate": "adopted"},
        {"fate_reason": "早就采纳了"},
        {"answered_at": "2026-01-01"},
        {"visibility": "hidden"},
        {"visibility": "public"},
        {"moderation_reason": "没有"},
        {"appeal": "先占上"},
        {"appeal_decided_at": "2026-01-01"},
    ],
)
def test_a_resident_cannot_write_the_tenants_words(
    place: Corner, wang: Neighbour, changes: dict[str, Any]
) -> None:
    with place.in_public(wang) as session, pytest.raises(DBAPIError), session.connection().begin_nested():
        insert(session, place, wang.id, **changes)


def test_nobody_writes_as_somebody_else(place: Corner, wang: Neighbour, li: Neighbour) -> None:
    for who in (li, None):
        with place.in_public(who) as session, pytest.raises(DBAPIError), session.connection().begin_nested():
            insert(session, place, wang.id)
    with place.in_public(wang) as session:
        # knowing the id and claiming the scope of staff helps nobody: only the token's hash counts
        session.execute(
            text(
                "SELECT set_config('app.resident_session', 'guess', true), set_config('app.scope', 'tenant', true),"
                " set_config('app.actor_id', :id, true), set_config('app.tenant_id', :tenant, true)"
            ),
            {"id": str(wang.id), "tenant": str(place.tenant.id)},
        )
        with pytest.raises(DBAPIError), session.connection().begin_nested():
            insert(session, place, wang.id)


def test_a_comment_stays_in_its_tenant(place: Corner, strict: Corner, wang: Neighbour) -> None:
    with place.in_public(wang) as session, pytest.raises(DBAPIError), session.connection().begin_nested():
        insert(session, place, wang.id, tenant_id=strict.tenant.id)
    with place.in_public(wang) as session, pytest.raises(DBAPIError), session.connection().begin_nested():
        insert(session, strict, wang.id)  # shown at once, where the tenant approves first


def test_a_reply_hangs_under_a_comment_of_the_same_article(
    place: Corner, strict: Corner, wang: Neighbour
) -> None:
    top = place.comment(wang)
    reply = place.comment(wang, "补充一句。", to=top)
    for parent in (reply, uuid4(), strict.comment(wang)):
        with place.in_public(wang) as session, pytest.raises(DBAPIError), session.connection().begin_nested():
            insert(session, place, wang.id, parent_id=parent)


def test_what_is_not_granted_is_not_written(place: Corner, wang: Neighbour) -> None:
    comment = place.comment(wang)
    with place.in_public(wang) as session:
        for assignment in (
            "fate = 'done'", "fate_reason = '假的'", "official = true", "answered_at = now()", "due_on = '2099-01-01'",
            "resident_id = gen_random_uuid()", "publication_id = gen_random_uuid()", "moderation_reason = NULL",
            "appeal_decided_at = now()", "outcome_publication_id = publication_id", "parent_id = id",
        ):  # fmt: skip
            denied(session, f"UPDATE comment SET {assignment} WHERE id = :id", id=comment)
        denied(session, "DELETE FROM comment WHERE id = :id", id=comment)
        denied(session, "UPDATE comment_event SET reason = '改'")
        denied(session, "DELETE FROM comment_event")


def test_moderation_is_not_undone_by_its_author(place: Corner, strict: Corner, wang: Neighbour) -> None:
    hidden, held = place.comment(wang), strict.comment(wang)
    with place.at_desk() as session:
        session.execute(
            text("UPDATE comment SET visibility = 'hidden', appeal = '说过了' WHERE id = :id"), {"id": hidden}
        )
    shown = strict.comment(wang)
    strict.show(shown)
    for scope in ("resident", "tenant", "job", "system"):
        with place.in_public(wang) as session:
            session.execute(text("SELECT set_config('app.scope', :scope, true)"), {"scope": scope})
            for visibility in ("shown", "held"):
                denied(session, "UPDATE comment SET visibility = :v WHERE id = :id", v=visibility, id=hidden)
            denied(session, "UPDATE comment SET appeal = '再说一次' WHERE id = :id", id=hidden)
            denied(session, "UPDATE comment SET visibility = 'shown' WHERE id = :id", id=held)
            # an approved text is not exchanged for another one
            denied(session, "UPDATE comment SET body = '广告' WHERE id = :id", id=shown)


def test_other_peoples_comments_are_out_of_reach(place: Corner, wang: Neighbour, li: Neighbour) -> None:
    comment = place.comment(wang)
    answer = place.answer(comment)
    for who in (li, None):
        with place.in_public(who) as session:
            for target in (comment, answer):
                denied(session, "UPDATE comment SET body = '改掉' WHERE id = :id", id=target)
                denied(session, "UPDATE comment SET visibility = 'withdrawn' WHERE id = :id", id=target)
    with place.in_public(wang) as session:
        denied(session, "UPDATE comment SET body = '改掉' WHERE id = :id", id=answer)


def test_whose_a_comment_is_stays_unknown(place: Corner, wang: Neighbour, li: Neighbour) -> None:
    mine, theirs = place.comment(wang), place.comment(li)
    with place.in_public(wang) as session:
        for column in ("resident_id", "staff_id"):
            denied(session, f"SELECT {column} FROM comment")
        denied(session, "SELECT actor_name FROM comment_event")
        denied(session, "SELECT former_body FROM comment_event")
        own = set(session.scalars(text("SELECT own_comments()")))
        assert mine in own and theirs not in own
    with place.in_public() as session:
        assert session.scalars(text("SELECT own_comments()")).all() == []


def test_the_history_tells_others_of_the_fate_alone(place: Corner, wang: Neighbour, li: Neighbour) -> None:
    comment = place.comment(wang)
    with place.at_desk() as session:
        from portal.participation import service
        from portal.participation.models import Fate

        service.set_fate(session, place.clerk.actor(), comment, Fate.STUDYING)
        service.hide(session, place.clerk.actor(), comment, "privacy", "提到了邻居的名字。")
        service.show(session, place.clerk.actor(), comment)
    query = text("SELECT action FROM comment_event WHERE comment_id = :id")
    with place.in_public(li) as session:
        assert session.scalars(query, {"id": comment}).all() == ["studying"]
    with place.in_public(wang) as session:
        assert set(session.scalars(query, {"id": comment})) == {"written", "studying", "hidden", "shown"}


def test_the_history_is_not_forged(place: Corner, wang: Neighbour, li: Neighbour) -> None:
    comment = place.comment(wang)
    statement = (
        "INSERT INTO comment_event (id, tenant_id, comment_id, actor_kind, actor_id, actor_name, action, created_at)"
        " VALUES (gen_random_uuid(), :tenant, :comment, :kind, :actor, '某人', :action, now())"
    )
    with place.in_public(li) as session:
        for kind, actor, action in (
            ("resident", li.id, "withdrawn"),  # not theirs
            ("resident", wang.id, "withdrawn"),  # not them
            ("staff", li.id, "answered"),
            ("staff", place.clerk.id, "adopted"),
        ):
            denied(
                session,
                statement,
                tenant=place.tenant.id,
                comment=comment,
                kind=kind,
                actor=actor,
                action=action,
            )
    with place.in_public(wang) as session:
        values = {"tenant": place.tenant.id, "comment": comment, "kind": "resident", "actor": wang.id}
        denied(session, statement, **values, action="adopted")


def test_a_signed_link_can_end_mails_and_change_nothing_else(
    place: Corner, wang: Neighbour, li: Neighbour
) -> None:
    with place.in_public() as session:
        denied(session, "UPDATE resident SET notify = false")
        session.execute(text("SELECT stop_notices(:id)"), {"id": li.id})
        # its setting lets nobody see or change the account afterwards
        session.execute(text("SELECT set_config('app.unsubscribing', :id, true)"), {"id": str(wang.id)})
        assert session.scalars(text("SELECT email FROM resident")).all() == []
        denied(session, "UPDATE resident SET email = 'a@example.cn'")
    with place.in_public(li) as session:
        assert session.scalars(text("SELECT notify FROM resident")).all() == [False]
    with place.in_public(wang) as session:
        assert session.scalars(text("SELECT notify FROM resident")).all() == [True]
    with place.at_desk() as session:
        denied(session, "SELECT stop_notices(:id)", id=wang.id)
