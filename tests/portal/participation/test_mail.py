"""What residents and clerks are told by mail: queued with the change, sent by the real worker, ended by one click."""

from __future__ import annotations

import secrets
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from sqlalchemy import text

from portal.participation import jobs, replyclock, service
from portal.participation.policy import Fate
from tenants import deployment as process
from tenants.clock import now, today
from tenants.identity.models import CommentPolicy
from tenants.rules import AS_IT_IS
from tests.conftest import Deployment
from tests.factories.participation import Corner, Neighbour, corner, resident
from tests.support.html import StrictClient


@pytest.fixture(scope="module", autouse=True)
def _settings(deployment: Deployment) -> object:
    process.use(deployment.settings)
    yield
    process.use(None)


@pytest.fixture(scope="module")
def place(deployment: Deployment) -> Corner:
    return corner(deployment, policy=CommentPolicy.HOLD)


def letters(deployment: Deployment, address: str) -> list[tuple[str, str, dict[str, str]]]:
    """Subject, text and headers of everything queued for an address, oldest first."""
    with deployment.session() as session:
        return [
            (subject, body, headers)
            for subject, body, headers in session.execute(
                text(
                    "SELECT subject, text, headers FROM mail_message WHERE to_address = :a ORDER BY created_at, id"
                ),
                {"a": address},
            )
        ]


def test_a_resident_hears_of_every_step(deployment: Deployment, place: Corner) -> None:
    wang, _clerk = resident(deployment), place.clerk.actor()
    comment = place.comment(wang, "路灯坏了。\n请修一修。")
    with place.at_desk() as session:
        service.show(session, comment, AS_IT_IS)
    with place.at_desk() as session:
        service.answer(session, comment, AS_IT_IS, "马上修。\n\n谢谢！", fate=Fate.ADOPTED, reason="本周修好。")
    with place.at_desk() as session:
        service.set_fate(session, comment, AS_IT_IS, Fate.DONE, "修好了三盏。")
    with place.at_desk() as session:
        service.hide(session, comment, AS_IT_IS, "duplicate", "请看另一条。")
    with place.in_public(wang) as session:
        service.appeal(session, comment, "不一样。")
    with place.at_desk() as session:
        service.uphold(session, comment, AS_IT_IS, "仔细看过，是同一处。")
    with place.at_desk() as session:
        service.show(session, comment, AS_IT_IS)
    queued = letters(deployment, wang.email)
    assert [subject for subject, _, _ in queued] == [
        "您的意见已经收到，等待审核",
        "您的意见已经公开展示",
        "玉桥街道办事处答复了您的意见",
        "您的意见有了新进展：已办成",
        "您的意见没有公开展示",
        "您的申诉有了结果：维持原来的处理",
        "您的意见已经公开展示",
    ]
    bodies = [body for _, body, _ in queued]
    assert all("> 路灯坏了。\n> 请修一修。" in body and f"/comments/{comment}" in body for body in bodies)
    assert "前答复您" in bodies[0]
    assert "> 马上修。\n> \n> 谢谢！" in bodies[2] and "已采纳" in bodies[2] and "本周修好。" in bodies[2]
    assert "修好了三盏。" in bodies[3] and "与您的另一条意见重复" in bodies[4] and "是同一处" in bodies[5]
    # the name of the clerk stays inside
    assert all(place.clerk.name not in body for body in bodies)


def test_every_mail_can_be_ended_with_one_click(
    deployment: Deployment, place: Corner, visitor: StrictClient
) -> None:
    wang = resident(deployment)
    comment = place.comment(wang)
    [(_, _, headers)] = letters(deployment, wang.email)
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = urlsplit(headers["List-Unsubscribe"].strip("<>")).path
    assert visitor.post(link, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    place.answer(comment)
    assert len(letters(deployment, wang.email)) == 1


def test_who_gave_a_phone_number_only_gets_short_messages(deployment: Deployment, place: Corner) -> None:
    phone = f"139{secrets.randbelow(10**8):08d}"
    wang, _clerk = resident(deployment, email=None, phone=phone), place.clerk.actor()
    comment = place.comment(wang, "路灯坏了。")
    assert letters(deployment, phone) == [], "the page has just said that it was received"
    with place.at_desk() as session:
        service.show(session, comment, AS_IT_IS)
    with place.at_desk() as session:
        service.answer(session, comment, AS_IT_IS, "马上修。", fate=Fate.ADOPTED, reason="本周修好。")
    shown, answered = (body for _, body, _ in letters(deployment, phone))
    assert "您的意见已经公开展示" in shown
    assert "玉桥街道办事处答复了您的意见" in answered
    for body in (shown, answered):
        assert f"/comments/{comment} " in body and body.endswith("/account")
        assert len(body) < 200 and "路灯" not in body and "\n" not in body
    with place.in_public(wang) as session:
        service.stop_notices(session, wang.id)
    with place.at_desk() as session:
        service.set_fate(session, comment, AS_IT_IS, Fate.DONE, "修好了三盏。")
    assert len(letters(deployment, phone)) == 2


def test_a_mail_exists_exactly_when_the_change_does(deployment: Deployment, place: Corner) -> None:
    wang = resident(deployment)
    session = deployment.public_session(wang.actor())
    service.write_comment(session, place.publication_id, "没有提交的话。")
    session.rollback()
    session.close()
    assert letters(deployment, wang.email) == []


def test_english_readers_get_their_language(deployment: Deployment, place: Corner) -> None:
    smith = resident(deployment, "Smith", locale="en")
    place.comment(smith, "More lamps, please.")
    [(_, _, headers)] = letters(deployment, smith.email)
    assert headers["Content-Language"] == "en"


def test_what_is_long_past_is_no_news(deployment: Deployment, place: Corner) -> None:
    wang = resident(deployment)
    past = datetime(2026, 3, 2, tzinfo=UTC)
    place.answer(place.comment(wang, at=past), at=past)
    assert letters(deployment, wang.email) == []


def test_the_worker_sends_them(deployment: Deployment, place: Corner) -> None:
    wang = resident(deployment)
    place.comment(wang)
    deployment.run_jobs()
    process.use(deployment.settings)
    with deployment.session() as session:
        states = session.scalars(
            text("SELECT state FROM mail_message WHERE to_address = :a"), {"a": wang.email}
        ).all()
    assert states == ["sent"]


def morning(deployment: Deployment, day: date) -> None:
    with deployment.session() as session, session.begin():
        jobs.morning_for(session, day)


def test_clerks_hear_every_working_morning_what_waits(deployment: Deployment) -> None:
    place, idle = corner(deployment, policy=CommentPolicy.HOLD, name="潞邑街道办事处"), corner(deployment)
    wang: Neighbour = resident(deployment)
    place.comment(wang, "早就该答复的。", at=now() - timedelta(days=40))
    place.comment(wang, "新来的。", at=now())
    days = [today() + timedelta(days=n) for n in range(1, 15)]
    morning(deployment, next(day for day in days if not replyclock.is_workday(day)))
    assert letters(deployment, place.clerk.email) == []
    for _again in range(2):
        morning(deployment, next(filter(replyclock.is_workday, days)))
    [(subject, body, _)] = letters(deployment, place.clerk.email)
    assert subject == "潞邑街道办事处：今天的居民意见"
    assert "已逾期未答复：1 条" in body and "等待审核：2 条" in body
    assert f"/t/{place.tenant.slug}/comments/" in body
    assert len(letters(deployment, place.colleague.email)) == 1
    assert letters(deployment, place.planner.email) == []
    assert letters(deployment, idle.clerk.email) == []
