"""What nobody can do to comments, whatever SQL is sent as the public site's role or as the workspace's."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from portal.participation import service
from portal.participation.policy import Fate
from tenants import actors
from tenants.actors import Actor
from tenants.database import rows
from tenants.identity.models import CommentPolicy
from tenants.permissions import Role
from tenants.rules import AS_IT_IS
from tests.conftest import Deployment
from tests.factories import people
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


def insert(session: Session, place: Corner, who: UUID | None, **changes: Any) -> None:
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
        service.hide(session, hidden, AS_IT_IS, "off_topic")
    with place.in_public(wang) as session:
        service.appeal(session, hidden, "说过一次了。")
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
        for column in ("former_body", "capacity", "on_behalf_of"):
            denied(session, f"SELECT {column} FROM comment_event")
        own = set(session.scalars(text("SELECT own_comments()")))
        assert mine in own and theirs not in own
    with place.in_public() as session:
        assert session.scalars(text("SELECT own_comments()")).all() == []


def test_the_history_tells_others_of_the_fate_alone(place: Corner, wang: Neighbour, li: Neighbour) -> None:
    comment = place.comment(wang)
    with place.at_desk() as session:
        service.set_fate(session, comment, AS_IT_IS, Fate.STUDYING)
        service.hide(session, comment, AS_IT_IS, "privacy", "提到了邻居的名字。")
        service.show(session, comment, AS_IT_IS)
    query = text("SELECT action FROM comment_event WHERE record_id = :id")
    with place.in_public(li) as session:
        assert session.scalars(query, {"id": comment}).all() == ["studying"]
    with place.in_public(wang) as session:
        assert set(session.scalars(query, {"id": comment})) == {"written", "studying", "hidden", "shown"}


def test_the_history_is_not_forged(place: Corner, wang: Neighbour, li: Neighbour) -> None:
    comment = place.comment(wang)
    statement = (
        "INSERT INTO comment_event (id, tenant_id, record_id, actor_kind, actor_id, actor_name, capacity, action,"
        " created_at) VALUES (gen_random_uuid(), :tenant, :comment, :kind, :actor, '某人', :as, :action, now())"
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
                **{"as": "resident"},
            )
    with place.in_public(wang) as session:
        values = {"tenant": place.tenant.id, "comment": comment, "kind": "resident", "actor": wang.id}
        denied(session, statement, **values, action="adopted", **{"as": "resident"})
        denied(session, statement, **values, action="edited", **{"as": "tenant"})
        session.execute(text(statement), {**values, "action": "edited", "as": "resident"})


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


# as the workspace's role


@pytest.fixture(scope="module")
def staff(deployment: Deployment, place: Corner) -> dict[str, Actor]:
    """Everybody of the workspace who has anything to do with the tenant."""
    with deployment.session() as session, session.begin():
        officer = people.staff(session, Role.DISTRICT_OFFICE)
    return {
        "clerk": place.clerk.actor(place.tenant),
        "planner": place.planner.actor(place.tenant),
        "office": officer.actor(place.tenant),
        "job": actors.job(place.tenant.id),
        "system": actors.system(),
    }


@pytest.fixture(scope="module")
def said(place: Corner, wang: Neighbour) -> dict[str, UUID]:
    """A comment in each standing that a forger would like to change, and an answer."""
    shown, answered, hidden, appealed = (place.comment(wang) for _ in range(4))
    answer = place.answer(answered)
    with place.at_desk() as session:
        for comment in (hidden, appealed):
            service.hide(session, comment, AS_IT_IS, "off_topic")
    with place.in_public(wang) as session:
        service.appeal(session, appealed, "说的就是这里。")
        withdrawn = service.withdraw_own(session, place_comment(session, place, "又不想说了。"), AS_IT_IS).id
    return {
        "shown": shown, "answered": answered, "answer": answer, "hidden": hidden, "appealed": appealed,
        "withdrawn": withdrawn,
    }  # fmt: skip


def place_comment(session: Session, place: Corner, words: str) -> UUID:
    return service.write_comment(session, place.publication_id, words).id


#: No step leads there, for nobody of the workspace.
FORGED = [
    *(("shown", change) for change in (
        "visibility = 'withdrawn'", "visibility = 'held'", "visibility = 'public'", "shown_at = NULL",
        "fate = 'done'", "fate = 'lost'", "fate_reason = '早就定了'", "outcome_publication_id = publication_id",
        "fate = 'studying', answered_at = now(), visibility = 'hidden', shown_at = NULL",
        "appeal_state = 'waiting', appeal = '替他申诉'", "appeal_state = 'granted'", "appeal = '替他申诉'",
        "appeal_decided_at = now()",
        "id = gen_random_uuid()", "tenant_id = gen_random_uuid()", "publication_id = gen_random_uuid()",
        "parent_id = id", "resident_id = gen_random_uuid()", "due_on = '2099-01-01'", "created_at = now()",
        "official = true, staff_id = NULLIF(current_setting('app.actor_id', true), '')::uuid", "author_name = '李四'",
        "body = '我很满意。'", "body = ''", "demo = true",
    )),
    ("answered", "answered_at = NULL, visibility = 'held'"),
    ("answered", "answered_at = NULL"),
    ("answered", "answered_at = now() - interval '9 days'"),
    ("hidden", "fate = 'studying'"),
    ("withdrawn", "fate = 'studying'"),
    ("appealed", "appeal_state = 'granted', appeal_decided_at = now()"),
    ("answer", "visibility = 'hidden'"),
    ("answer", "answered_at = now()"),
    ("hidden", "answered_at = now()"),
    ("hidden", "appeal_state = 'upheld', appeal = '他说过', appeal_decided_at = now()"),
    ("appealed", "appeal = '说得不一样'"),
    ("appealed", "appeal_state = 'none', appeal = NULL"),
    ("appealed", "appeal_state = 'upheld'"),
    ("appealed", "visibility = 'shown'"),
    ("answer", "fate = 'studying'"),
    ("answer", "staff_id = gen_random_uuid()"),
    ("withdrawn", "visibility = 'shown'"),
    ("withdrawn", "body = '还是想说'"),
]  # fmt: skip


@pytest.mark.parametrize("who", ["clerk", "planner", "office", "job", "system"])
def test_what_no_step_does_the_workspace_cannot(
    place: Corner, staff: dict[str, Actor], said: dict[str, UUID], who: str
) -> None:
    with place.deployment.session(staff[who]) as session:
        for which, change in FORGED:
            denied(session, f"UPDATE comment SET {change} WHERE id = :id", id=said[which])
        denied(
            session,
            "INSERT INTO comment_event (id, tenant_id, record_id, actor_kind, actor_id, actor_name, action, created_at)"
            " SELECT gen_random_uuid(), tenant_id, id, 'staff', gen_random_uuid(), '某人', 'hidden', now()"
            " FROM comment WHERE id = :id",
            id=said["shown"],
        )
        denied(session, "DELETE FROM comment WHERE id = :id", id=said["shown"])


def test_each_step_is_taken_in_its_own_capacity(
    place: Corner, staff: dict[str, Actor], said: dict[str, UUID]
) -> None:
    """What the clerk may do, others may not: moderation is the office's, too, words and fates are not."""
    steps = {
        "fate = 'studying'": {"clerk"},
        "answered_at = now()": {"clerk"},
        "visibility = 'hidden'": {"clerk", "office"},
    }
    for change, allowed in steps.items():
        for who, actor in staff.items():
            with place.deployment.session(actor) as session:
                statement = f"UPDATE comment SET {change} WHERE id = :id"
                if who in allowed:
                    assert rows(session.execute(text(statement), {"id": said["shown"]})) == 1
                else:
                    denied(session, statement, id=said["shown"])
                session.rollback()
    for who, actor in staff.items():
        with place.deployment.session(actor) as session:
            if who != "clerk":
                denied(session, "UPDATE comment SET body = '改过的答复' WHERE id = :id", id=said["answer"])


@pytest.mark.parametrize(
    "changes",
    [
        {"official": False, "staff_id": None},
        {"official": False, "staff_id": None, "resident_id": "wang"},
        {"staff_id": "colleague"},
        {"visibility": "hidden"},
        {"visibility": "held"},
        {"fate": "adopted"},
        {"answered_at": "2026-01-01"},
        {"appeal_state": "waiting", "appeal": "先占上"},
    ],
)
def test_the_tenant_speaks_in_its_own_name_alone(
    place: Corner, staff: dict[str, Actor], said: dict[str, UUID], wang: Neighbour, changes: dict[str, Any]
) -> None:
    known = {"wang": wang.id, "colleague": place.colleague.id}
    own = {"official": True, "staff_id": place.clerk.id, "parent_id": said["shown"], "author_name": "玉桥街道办事处"}
    forged = {name: known.get(value, value) for name, value in changes.items()}
    with place.at_desk() as session:
        with session.connection().begin_nested() as honest:
            insert(session, place, None, **own)
            honest.rollback()
        with pytest.raises(DBAPIError), session.connection().begin_nested():
            insert(session, place, forged.pop("resident_id", None), **own | forged)
    for who in ("planner", "office", "job", "system"):
        with place.deployment.session(staff[who]) as session, pytest.raises(DBAPIError):
            insert(session, place, None, **own | {"staff_id": staff[who].id or place.clerk.id})


# what residents do with their own words


def test_words_are_their_authors_until_they_are_answered(place: Corner, said: dict[str, UUID], wang: Neighbour) -> None:
    with place.in_public(wang) as session:
        for which in ("answered", "hidden", "appealed", "withdrawn"):
            denied(session, "UPDATE comment SET body = '换个说法' WHERE id = :id", id=said[which])
        for which in ("shown", "answered", "hidden"):
            denied(session, "UPDATE comment SET body = '' WHERE id = :id", id=said[which])
        statement = "UPDATE comment SET body = '换个说法' WHERE id = :id"
        assert rows(session.execute(text(statement), {"id": said["shown"]})) == 1
        session.rollback()


@pytest.mark.parametrize(
    ("which", "change"),
    [
        ("shown", "appeal_state = 'waiting', appeal = '没人藏它'"),
        ("shown", "author_name = '玉桥街道办事处'"),
        ("withdrawn", "appeal_state = 'waiting', appeal = '已经撤回'"),
        ("hidden", "appeal_state = 'granted', appeal = '我准了'"),
        ("hidden", "appeal = '没有状态'"),
        ("appealed", "appeal = '换一个说法'"),
        ("appealed", "appeal_state = 'none', appeal = NULL"),
        ("appealed", "appeal_state = 'granted'"),
        ("appealed", "visibility = 'shown'"),
        ("withdrawn", "visibility = 'held'"),
        ("shown", "visibility = 'hidden'"),
    ],
)
def test_a_resident_appeals_once_and_decides_nothing(
    place: Corner, said: dict[str, UUID], wang: Neighbour, which: str, change: str
) -> None:
    with place.in_public(wang) as session:
        denied(session, f"UPDATE comment SET {change} WHERE id = :id", id=said[which])
