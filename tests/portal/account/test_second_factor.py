"""The second factor: required of some, offered to all, each code good for once."""

from __future__ import annotations

import re

import pyotp
import pytest
from flask import Flask
from sqlalchemy import update

from tenants.identity import throttle, totp
from tenants.identity.models import Staff, StaffCredential
from tenants.permissions import Role
from tests.conftest import Deployment
from tests.factories.accounts import Account, account, browser, enter, led_to, sign_in, submit, token_of
from tests.factories.people import Place
from tests.support.html import StrictClient


def make(deployment: Deployment, place: Place, *roles: Role, factor: bool = False) -> Account:
    with deployment.workspace.app_context(), deployment.session() as session, session.begin():
        return account(session, *roles, place=place, factor=factor)


def enrol(client: StrictClient, path: str) -> tuple[str, list[str]]:
    """Set up a second factor as a person would; the secret and the recovery codes."""
    page = client.get(path)
    letters = re.search(r'<code class="secret">([A-Z2-7 ]+)</code>', page.text)
    sealed = re.search(r'name="secret" type="hidden" value="([^"]+)"', page.text)
    assert letters and sealed
    secret = letters[1].replace(" ", "")
    assert secret not in sealed[1]
    code = pyotp.TOTP(secret).now()
    shown = client.post(path, data={"csrf_token": token_of(page), "secret": sealed[1], "code": code})
    assert shown.status_code == 200, shown.text
    return secret, re.findall(r"<li><code>([A-Z0-9]{5}-[A-Z0-9]{5})</code></li>", shown.text)


@pytest.mark.parametrize("role", [Role.TENANT_ADMIN, Role.DISTRICT_OFFICE])
def test_administrators_and_the_office_must_set_one_up(
    deployment: Deployment, app_workspace: Flask, place: Place, role: Role
) -> None:
    who, client = make(deployment, place, role), browser(app_workspace)
    assert led_to(sign_in(client, who)).startswith("/second-factor")
    for path in ("/", "/account", "/account/password", f"/t/{place.slug}/", "/district/"):
        answer = client.get(path)
        assert answer.status_code == 302
        assert led_to(answer).startswith("/second-factor"), path
    _secret, codes = enrol(client, "/second-factor")
    assert len(set(codes)) == totp.RECOVERY_CODES
    assert client.get("/account").status_code == 200


def test_passing_the_second_factor_changes_the_token(
    deployment: Deployment, app_workspace: Flask, place: Place
) -> None:
    who, client = make(deployment, place, Role.TENANT_ADMIN, factor=True), browser(app_workspace)
    sign_in(client, who)
    with client.session_transaction() as session:
        half = session["_user_id"]
    assert submit(client, "/second-factor", code=who.code()).status_code == 303
    spy = browser(app_workspace)
    with spy.session_transaction() as session:
        session["_user_id"] = half
    assert led_to(spy.get("/account")).startswith("/sign-in")


def test_a_code_works_once(deployment: Deployment, app_workspace: Flask, place: Place) -> None:
    who = make(deployment, place, Role.TENANT_ADMIN, factor=True)
    code = who.code()
    first, second = browser(app_workspace), browser(app_workspace)
    sign_in(first, who)
    sign_in(second, who)
    assert submit(first, "/second-factor", code=code).status_code == 303
    refused = submit(second, "/second-factor", code=code)
    assert refused.status_code == 422
    assert "已经用过" in refused.text
    assert submit(second, "/second-factor", code=who.code(steps=-1)).status_code == 422, "nor an older one"
    assert submit(second, "/second-factor", code=who.code(steps=1)).status_code == 303


def test_wrong_codes_are_throttled(deployment: Deployment, app_workspace: Flask, place: Place) -> None:
    who, client = make(deployment, place, Role.TENANT_ADMIN, factor=True), browser(app_workspace)
    sign_in(client, who)
    answers = [
        submit(client, "/second-factor", code="000000").status_code
        for _ in range(throttle.SECOND_FACTOR.times)
    ]
    assert set(answers) <= {422, 303}
    if 303 not in answers:
        assert submit(client, "/second-factor", code=who.code()).status_code == 429


def test_nobody_who_knows_the_password_keeps_the_owner_out_of_a_known_browser(
    deployment: Deployment, app_workspace: Flask, place: Place
) -> None:
    who, known = make(deployment, place, Role.TENANT_ADMIN, factor=True), browser(app_workspace)
    sign_in(known, who)
    assert submit(known, "/second-factor", code=who.code(steps=-1)).status_code == 303
    submit(known, "/sign-out", page="/account")
    with app_workspace.app_context():  # somebody else's guesses
        for _ in range(throttle.SECOND_FACTOR.times):
            throttle.count(deployment.workspace_engine, throttle.SECOND_FACTOR, str(who.id))
    other = browser(app_workspace)
    for _ in range(2):  # the password alone makes no browser a known one
        sign_in(other, who)
        assert submit(other, "/second-factor", code=who.code()).status_code == 429
        submit(other, "/sign-out", page="/second-factor")
    sign_in(known, who)
    answers = [submit(known, "/second-factor", code="no code").status_code for _ in range(2)]
    assert answers == [422, 422]
    assert submit(known, "/second-factor", code=who.code()).status_code == 303


def test_a_recovery_code_works_once_and_is_not_stored(
    deployment: Deployment, app_workspace: Flask, place: Place
) -> None:
    who, client = make(deployment, place, Role.TENANT_ADMIN), browser(app_workspace)
    sign_in(client, who)
    secret, codes = enrol(client, "/second-factor")
    with deployment.session() as session:
        credential = session.get(StaffCredential, who.id)
    assert credential is not None
    assert secret not in str(credential.totp_secret), "the secret is encrypted"
    assert not {c.replace("-", "") for c in codes} & set(credential.recovery_hashes)
    for attempt, expected in ((codes[0], 303), (codes[0], 422), (codes[1].lower().replace("-", " "), 303)):
        other = browser(app_workspace)
        sign_in(other, who)
        assert submit(other, "/second-factor", code=attempt).status_code == expected
    assert "还有 8 个可用" in client.get("/account").text


def test_who_need_not_may_set_one_up_and_is_asked_from_then_on(
    deployment: Deployment, app_workspace: Flask, place: Place
) -> None:
    who, client = make(deployment, place, Role.PLANNER), browser(app_workspace)
    enter(client, who)
    assert client.get("/account").status_code == 200
    enrol(client, "/account/second-factor")
    assert client.get("/account").status_code == 200, "this browser has just shown it"
    other = browser(app_workspace)
    assert led_to(sign_in(other, who)).startswith("/second-factor")
    assert led_to(other.get("/account")).startswith("/second-factor")


def test_it_can_be_given_up_only_by_who_need_not_have_it(
    deployment: Deployment, app_workspace: Flask, place: Place
) -> None:
    planner, client = make(deployment, place, Role.PLANNER, factor=True), browser(app_workspace)
    enter(client, planner)
    assert submit(client, "/account/second-factor/remove", code="123").status_code == 422
    assert submit(client, "/account/second-factor/remove", code=planner.code(steps=1)).status_code == 303
    assert led_to(sign_in(browser(app_workspace), planner)) == "/"
    admin, client = make(deployment, place, Role.TENANT_ADMIN, factor=True), browser(app_workspace)
    enter(client, admin)
    assert client.get("/account/second-factor/remove").status_code == 404


def test_new_recovery_codes_replace_the_old(
    deployment: Deployment, app_workspace: Flask, place: Place
) -> None:
    who, client = make(deployment, place, Role.PLANNER), browser(app_workspace)
    enter(client, who)
    _, old = enrol(client, "/account/second-factor")
    shown = submit(client, "/account/recovery-codes", code=old[0])
    new = re.findall(r"<li><code>([A-Z0-9]{5}-[A-Z0-9]{5})</code></li>", shown.text)
    assert len(new) == totp.RECOVERY_CODES
    assert not set(new) & set(old)
    other = browser(app_workspace)
    sign_in(other, who)
    assert submit(other, "/second-factor", code=old[1]).status_code == 422
    assert submit(other, "/second-factor", code=new[0]).status_code == 303


def test_an_enrolment_form_of_somebody_else_is_not_taken(
    deployment: Deployment, app_workspace: Flask, place: Place
) -> None:
    """The secret is sealed for one person: nobody can have another confirm a secret they know."""
    attacker, victim = make(deployment, place, Role.PLANNER), make(deployment, place, Role.PLANNER)
    theirs, ours = browser(app_workspace), browser(app_workspace)
    enter(theirs, attacker)
    enter(ours, victim)
    page = theirs.get("/account/second-factor").text
    sealed = re.search(r'name="secret" type="hidden" value="([^"]+)"', page)
    letters = re.search(r'<code class="secret">([A-Z2-7 ]+)</code>', page)
    assert sealed and letters
    code = pyotp.TOTP(letters[1].replace(" ", "")).now()
    answer = submit(ours, "/account/second-factor", secret=sealed[1], code=code)
    assert answer.status_code == 422
    assert "重新扫描" in answer.text


def test_a_demonstration_shows_the_code_of_its_own_accounts_only(
    deployment: Deployment, app_workspace: Flask, place: Place
) -> None:
    from portal.app import create_app

    who = make(deployment, place, Role.TENANT_ADMIN, factor=True)
    real = browser(app_workspace)
    sign_in(real, who)
    assert "演示账号" not in real.get("/second-factor").text
    demo = create_app(
        deployment.settings.model_copy(update={"demo": True}), engine=deployment.workspace_engine
    )
    demo.test_client_class = StrictClient
    visitor = browser(demo)
    sign_in(visitor, who)
    for _ in range(2):
        code = re.search(r'<strong class="secret">(\d{6})</strong>', visitor.get("/second-factor").text)
        assert code
        assert submit(visitor, "/second-factor", code=code[1]).status_code == 303
        submit(visitor, "/sign-out", page="/account")
        sign_in(visitor, who)
    with deployment.session() as session, session.begin():
        session.execute(update(Staff).where(Staff.id == who.id).values(demo=False))
    assert "演示账号" not in visitor.get("/second-factor").text
