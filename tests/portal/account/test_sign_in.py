"""Signing in to the workspace: who gets in, who does not, and what the answer gives away."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update
from uuid_utils.compat import uuid7
from werkzeug.test import Cookie

from tenants import actors
from tenants.clock import now
from tenants.identity import service, throttle
from tenants.identity.models import StaffSession
from tenants.permissions import Role
from tests.conftest import Deployment
from tests.factories.accounts import PASSWORD, Account, account, browser, enter, led_to, sign_in, submit
from tests.factories.people import Place
from tests.support.html import StrictClient


def test_the_right_password_leads_to_the_first_page(
    staff_client: StrictClient, clerk: Account, place: Place
) -> None:
    answer = sign_in(staff_client, clerk)
    assert answer.status_code == 303
    assert led_to(staff_client.get("/")) == f"/t/{place.slug}/"


def test_the_address_may_be_typed_in_capitals(staff_client: StrictClient, clerk: Account) -> None:
    answer = submit(staff_client, "/sign-in", email=f"  {clerk.email.upper()} ", password=PASSWORD)
    assert answer.status_code == 303


def test_wrong_and_unknown_get_the_same_answer(
    app_workspace: Flask, deployment: Deployment, clerk: Account
) -> None:
    with app_workspace.app_context(), deployment.session() as session, session.begin():
        waiting = service.create_staff(session, email=f"{uuid7().hex}@example.cn", name="未接受邀请")
        closed = account(session, name="停用的人")
        service.deactivate(session, closed.id, reason="离职")
    answers = set()
    for email, password in (
        (clerk.email, "another blue kite 9"),
        (f"{uuid7().hex}@example.cn", PASSWORD),
        (waiting.email, PASSWORD),
        (closed.email, PASSWORD),
        ("no address at all", PASSWORD),
    ):
        client = browser(app_workspace)
        answer = submit(client, "/sign-in", email=email, password=password)
        assert answer.status_code == 422
        assert "邮箱或密码不对。" in answer.text
        assert email in answer.text, "what was typed stays"
        assert password not in answer.text
        answers.add(answer.text.replace(email, "").count("\n"))
        assert client.get("/account").status_code == 302, "nobody is signed in"
    assert len(answers) == 1


def test_unknown_and_wrong_are_throttled_alike(app_workspace: Flask, clerk: Account) -> None:
    here = browser(app_workspace)

    def refusals(email: str) -> list[int]:
        client = here
        page = client.get("/sign-in").text
        token = page.split('name="csrf_token" value="')[1].split('"')[0]
        data = {"csrf_token": token, "email": email, "password": "wrong kite 12345"}
        found = []
        for _ in range(throttle.SIGN_IN_HERE.times + 2):
            answer = client.post("/sign-in", data=data)
            found.append(answer.status_code)
            if answer.status_code == 429:
                assert answer.headers["Retry-After"]
                assert "以后再试" in answer.text
        return found

    known, unknown = refusals(clerk.email), refusals(f"{uuid7().hex}@example.cn")
    assert known == unknown
    assert known[-1] == 429
    # the right password does not help either, until the window ends
    assert sign_in(here, clerk).status_code == 429
    assert sign_in(browser(app_workspace), clerk).status_code == 303, "the owner, elsewhere"


def test_nobody_elses_tries_keep_the_owner_out_of_a_known_browser(
    app_workspace: Flask, deployment: Deployment, clerk: Account, place: Place
) -> None:
    with app_workspace.app_context(), deployment.session() as session, session.begin():
        colleague = account(session, Role.TENANT_STAFF, place=place)
    known = browser(app_workspace)
    enter(known, clerk)
    submit(known, "/sign-out", page="/account")
    wrong = "wrong kite 12345"
    assert sign_in(browser(app_workspace), clerk, wrong).status_code == 422
    with app_workspace.app_context():  # the others' tries, without the time that hashing takes
        for _ in range(throttle.SIGN_IN_ACCOUNT.times - 1):
            throttle.count(deployment.workspace_engine, throttle.SIGN_IN_ACCOUNT, clerk.email)
    assert sign_in(browser(app_workspace), clerk).status_code == 429, "an unknown browser"
    # a cookie for another account does not count
    forger = browser(app_workspace)
    enter(forger, colleague)
    submit(forger, "/sign-out", page="/account")
    mine, others = device_cookie(known), device_cookie(forger)
    assert mine.key != others.key
    for value in ("made up", others.value):
        forger.set_cookie(mine.key, value, path="/workspace")
        assert sign_in(forger, clerk).status_code == 429
    for _ in range(throttle.SIGN_IN_DEVICE.times - 1):
        assert sign_in(known, clerk, wrong).status_code == 422
    assert sign_in(known, clerk).status_code == 303


def test_nobody_elses_asking_uses_up_the_links_of_a_known_browser(
    app_workspace: Flask, deployment: Deployment, clerk: Account
) -> None:
    known = browser(app_workspace)
    enter(known, clerk)
    submit(known, "/sign-out", page="/account")
    for _ in range(throttle.RESET_ACCOUNT.times):
        assert submit(browser(app_workspace), "/forgot", email=clerk.email).status_code == 200
    assert submit(browser(app_workspace), "/forgot", email=clerk.email).status_code == 429
    answers = [submit(known, "/forgot", email=clerk.email.upper()).status_code for _ in range(4)]
    assert answers == [200] * throttle.RESET_DEVICE.times + [429]


def device_cookie(client: StrictClient) -> Cookie:
    """The one by which the browser is known for an account."""
    assert client._cookies
    (found,) = (cookie for cookie in client._cookies.values() if cookie.key.startswith("xinya_device"))
    return found


def test_an_unknown_account_costs_as_much_time(app_workspace: Flask, clerk: Account) -> None:
    """Both run one password hash; without it an answer takes a tenth of the processor's time."""

    def seconds(email: str) -> float:
        client = browser(app_workspace)
        shown = client.get("/sign-in").text
        token = shown.split('name="csrf_token" value="')[1].split('"')[0]
        data = {"csrf_token": token, "email": email, "password": "wrong kite 12345"}
        best = 9.0
        for _ in range(4):
            start = time.process_time()
            client.post("/sign-in", data=data)
            best = min(best, time.process_time() - start)
        return best

    known, unknown = seconds(clerk.email), seconds(f"{uuid7().hex}@example.cn")
    assert 0.5 < unknown / known < 2


def test_a_session_planted_before_signing_in_is_worth_nothing(app_workspace: Flask, clerk: Account) -> None:
    """Fixation: what the browser's cookie held before is not what it holds after."""
    client = browser(app_workspace)
    client.get("/sign-in")
    before = client.get_cookie("xinya_workspace", path="/workspace")
    assert before is not None
    sign_in(client, clerk)
    after = client.get_cookie("xinya_workspace", path="/workspace")
    assert after is not None
    assert after.value != before.value
    attacker = browser(app_workspace)
    attacker.set_cookie("xinya_workspace", before.value, path="/workspace")
    assert attacker.get("/account").status_code == 302
    # each sign-in has a token of its own
    first = _token(client)
    other = browser(app_workspace)
    sign_in(other, clerk)
    assert _token(other) != first


def _token(client: StrictClient) -> str:
    with client.session_transaction() as session:
        return str(session["_user_id"])


def test_the_database_never_holds_a_usable_token(
    deployment: Deployment, staff_client: StrictClient, clerk: Account
) -> None:
    sign_in(staff_client, clerk)
    with deployment.session() as session:
        hashes = session.scalars(
            select(StaffSession.token_hash).where(StaffSession.staff_id == clerk.id)
        ).all()
    assert hashes
    assert _token(staff_client) not in hashes


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "/\t/evil.example",
        "evil",
    ],
)
def test_after_signing_in_nobody_is_led_elsewhere(
    staff_client: StrictClient, clerk: Account, target: str
) -> None:
    answer = sign_in(staff_client, clerk, next=target)
    assert answer.status_code == 303
    assert led_to(answer) == "/"


def test_after_signing_in_one_comes_to_where_one_wanted(
    staff_client: StrictClient, clerk: Account, place: Place
) -> None:
    wanted = staff_client.get(f"/t/{place.slug}/publications/?kind=sprout")
    assert wanted.status_code == 302
    page = staff_client.get(led_to(wanted))
    assert f'value="/workspace/t/{place.slug}/publications/?kind=sprout"' in page.text
    answer = sign_in(staff_client, clerk, next=f"/workspace/t/{place.slug}/publications/?kind=sprout")
    assert led_to(answer) == f"/t/{place.slug}/publications/?kind=sprout"


def test_who_was_deactivated_is_out_with_the_next_request(
    deployment: Deployment, staff_client: StrictClient, clerk: Account
) -> None:
    enter(staff_client, clerk)
    assert staff_client.get("/account").status_code == 200
    with deployment.workspace.app_context(), deployment.session() as session, session.begin():
        service.deactivate(session, clerk.id, reason="离职")
    assert staff_client.get("/account").status_code == 302
    with deployment.workspace.app_context(), deployment.session() as session, session.begin():
        service.reactivate(session, clerk.id)
    assert staff_client.get("/account").status_code == 302, "the session stays ended"


def test_who_lost_a_role_loses_the_tenant_with_the_next_request(
    deployment: Deployment, staff_client: StrictClient, clerk: Account, place: Place
) -> None:
    enter(staff_client, clerk)
    assert staff_client.get(f"/t/{place.slug}/people/").status_code == 200
    with deployment.workspace.app_context(), deployment.session() as session, session.begin():
        service.set_roles(session, clerk.id, [], tenant_id=place.id)
    assert staff_client.get(f"/t/{place.slug}/people/").status_code == 404
    assert "没有在任何单位任职" in staff_client.get("/").text


def test_sessions_end_when_idle_and_after_a_week(
    deployment: Deployment, staff_client: StrictClient, clerk: Account
) -> None:
    enter(staff_client, clerk)

    def shift(**values: object) -> None:
        with deployment.session(actors.oneself(clerk.id, "")) as session, session.begin():
            session.execute(update(StaffSession).where(StaffSession.staff_id == clerk.id).values(**values))

    def ends() -> timedelta:
        with deployment.session() as session:
            row = session.execute(select(StaffSession).where(StaffSession.staff_id == clerk.id)).scalar_one()
        return row.expires_at - now()

    shift(last_seen_at=now() - timedelta(hours=3), expires_at=now() + timedelta(hours=9))
    assert staff_client.get("/account").status_code == 200
    assert ends() > timedelta(hours=11, minutes=59), "being used puts the idle end off"
    # close to the end of the week it no longer does
    shift(
        last_seen_at=now() - timedelta(hours=3),
        created_at=now() - timedelta(days=6, hours=23),
        expires_at=now() + timedelta(minutes=30),
    )
    assert staff_client.get("/account").status_code == 200
    assert ends() < timedelta(hours=1, minutes=1)
    shift(expires_at=now() - timedelta(seconds=1))
    assert staff_client.get("/account").status_code == 302


def test_being_seen_is_written_rarely(
    deployment: Deployment, staff_client: StrictClient, clerk: Account, count_queries: object
) -> None:
    enter(staff_client, clerk)
    with count_queries() as queries:  # type: ignore[operator]
        staff_client.get("/account")
    assert not [s for s in queries.statements if s.startswith("UPDATE staff_session")]
