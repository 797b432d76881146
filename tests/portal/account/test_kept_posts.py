"""What was typed survives a session that ended on the way, at both doors, and is nobody else's."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from sqlalchemy import update
from werkzeug.test import TestResponse
from wtforms import PasswordField

from tenants import kept
from tenants.clock import now
from tenants.identity import residents, sign_in
from tenants.permissions import Role
from tests.conftest import Deployment
from tests.factories import accounts
from tests.factories import participation as talks
from tests.factories.accounts import Account, browser, led_to
from tests.factories.people import Place
from tests.support.forms import fields
from tests.support.html import StrictClient
from webkit.forms import Form
from webkit.kept import SECRETS

FROM_HERE = {"Origin": "http://localhost"}
TYPED = "下班路上看到的，回来再补照片。"


@pytest.fixture
def colleague(deployment: Deployment, place: Place) -> Account:
    with deployment.workspace.app_context(), deployment.session() as session, session.begin():
        return accounts.account(session, Role.TENANT_STAFF, place=place, name="老周")


def end_session(deployment: Deployment, who: Account) -> None:
    with deployment.session() as session, session.begin():
        sign_in.end_sessions(session, who.id)


def sign_in_where_led(client: StrictClient, answer: TestResponse, who: Account) -> TestResponse:
    """Sign in on the page to which `answer` leads; the page that follows."""
    door = led_to(answer)
    shown = client.get(door)
    onward = parse_qs(urlsplit(door).query)["next"][0]
    form = {"csrf_token": accounts.token_of(shown), "email": who.email, "password": accounts.PASSWORD}
    return client.get(led_to(client.post("/sign-in", data={**form, "next": onward})))


def lost(deployment: Deployment, client: StrictClient, place: Place, who: Account) -> TestResponse:
    """The answer to a new text whose author's session has just ended."""
    accounts.enter(client, who)
    new = f"/t/{place.slug}/publications/new"
    typed = fields(client.get(new).text, "/publications/new") | {"title": TYPED, "kind": "sprout"}
    end_session(deployment, who)
    return client.post(new, data=typed)


def test_a_form_comes_back_with_its_text_after_signing_in(
    deployment: Deployment, app_workspace: Flask, place: Place, clerk: Account
) -> None:
    client = browser(app_workspace)
    page = sign_in_where_led(client, lost(deployment, client, place, clerk), clerk)
    back = fields(page.text, "/publications/new")
    assert (back["title"], back["kind"]) == (TYPED, "sprout")
    sent = client.post(f"/t/{place.slug}/publications/new", data=back)
    assert sent.status_code == 303
    with deployment.workspace_engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM kept_post").scalar() == 0
    again = client.get(page.request.full_path)
    assert TYPED not in again.text, "what has been sent is not put back once more"


def test_nobody_else_is_shown_it(
    deployment: Deployment, app_workspace: Flask, place: Place, clerk: Account, colleague: Account
) -> None:
    client = browser(app_workspace)
    answer = lost(deployment, client, place, clerk)
    onward = parse_qs(urlsplit(led_to(answer)).query)["next"][0].removeprefix("/workspace")
    page = sign_in_where_led(client, answer, colleague)
    assert page.status_code == 200
    assert TYPED not in page.text
    other = browser(app_workspace)
    accounts.enter(other, clerk)
    assert TYPED not in other.get(onward).text, "the address alone is not enough: it stays in its browser"


def test_without_cookies_a_post_of_our_own_page_is_kept_and_no_other(
    app_workspace: Flask, place: Place, clerk: Account
) -> None:
    client = browser(app_workspace)
    accounts.enter(client, clerk)
    new = f"/t/{place.slug}/publications/new"
    typed = fields(client.get(new).text, "/publications/new") | {"title": TYPED, "kind": "sprout"}
    for elsewhere in ({}, {"Origin": "https://elsewhere.example"}, {"Sec-Fetch-Site": "same-site", **FROM_HERE}):
        refused = browser(app_workspace).post(new, data=typed, headers=elsewhere)
        assert refused.status_code == 400
        assert "刷新" not in refused.text
        assert "Set-Cookie" not in refused.headers
    empty = browser(app_workspace)
    answer = empty.post(new, data=typed, headers=FROM_HERE)
    door = empty.get(led_to(answer))
    page = sign_in_where_led(empty, door, clerk)
    assert fields(page.text, "/publications/new")["title"] == TYPED


def test_passwords_and_codes_are_not_kept(deployment: Deployment, app_workspace: Flask, clerk: Account) -> None:
    client = browser(app_workspace)
    accounts.enter(client, clerk)
    end_session(deployment, clerk)
    token = accounts.token_of(client.get("/sign-in"))
    secret = {"current": "旧密码旧密码旧", "password": "新密码新密码新", "again": "新密码新密码新"}
    client.post("/account/password", data={"csrf_token": token, **secret})
    client.post("/account/profile", data={"csrf_token": token, "name": "阿木", "code": "123456"})
    with deployment.session() as session:
        posted = [row.posted for row in session.query(kept.KeptPost)]
    assert [dict(p["fields"]) for p in posted if p["path"].endswith("/account/profile")] == [{"name": "阿木"}]
    assert not [p for p in posted if p["path"].endswith("/account/password")]


def every_form(parent: type[Form] = Form) -> list[type[Form]]:
    return [parent, *(form for child in parent.__subclasses__() for form in every_form(child))]


def test_every_field_that_proves_who_somebody_is_is_left_out(app_workspace: Flask) -> None:
    with app_workspace.test_request_context():
        for form in every_form():
            for name, field in form()._fields.items():
                asks = (field.render_kw or {}).get("autocomplete", "")
                if isinstance(field, PasswordField) or asks == "one-time-code":
                    assert name in SECRETS, (form, name)


def test_a_form_without_a_page_of_its_own_is_shown_as_text_to_send_again(
    deployment: Deployment, app_workspace: Flask, place: Place, clerk: Account
) -> None:
    client = browser(app_workspace)
    accounts.enter(client, clerk)
    token = accounts.token_of(client.get("/account/profile"))
    end_session(deployment, clerk)
    answer = client.post(
        f"/t/{place.slug}/comments/approve",
        data={"csrf_token": token, "words": TYPED, "listed": "x"},
        headers={"Referer": f"http://localhost/t/{place.slug}/comments/"},
    )
    page = sign_in_where_led(client, answer, clerk)
    page = client.get(led_to(page))
    again = fields(page.text, "/comments/approve")
    assert again["words"].strip() == TYPED
    assert again["listed"] == "x"


def test_what_nobody_came_back_for_is_forgotten_after_a_day(
    deployment: Deployment, app_workspace: Flask, place: Place, clerk: Account
) -> None:
    client = browser(app_workspace)
    lost(deployment, client, place, clerk)
    old = now() - kept.LASTS
    with deployment.owner_engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE kept_post NO FORCE ROW LEVEL SECURITY")
        connection.execute(update(kept.KeptPost).values(created_at=old))
        connection.exec_driver_sql("ALTER TABLE kept_post FORCE ROW LEVEL SECURITY")
    with deployment.session() as session, session.begin():
        kept.clear(session)
    with deployment.session() as session:
        assert session.query(kept.KeptPost).count() == 0


def test_a_script_is_told_to_sign_in(
    deployment: Deployment, app_workspace: Flask, place: Place, clerk: Account
) -> None:
    client = browser(app_workspace)
    accounts.enter(client, clerk)
    token = accounts.token_of(client.get("/account/profile"))
    end_session(deployment, clerk)
    answer = client.post(
        f"/t/{place.slug}/publications/x/draft",
        data={"title": TYPED},
        headers={"X-CSRFToken": token, "Accept": "application/json"},
    )
    assert answer.status_code == 401
    assert answer.json["title"] == "请先登录"  # type: ignore[index]


def test_a_residents_comment_is_kept_in_place_and_comes_back_as_its_preview(
    deployment: Deployment, app_public: Flask
) -> None:
    corner, wang = talks.corner(deployment), talks.resident(deployment)
    client = browser(app_public)
    wang.sign_in(client)
    form = f"/a/{corner.code}/comments"
    typed = fields(client.get(form).text, "/comments#write") | {"body": TYPED, "step": "preview"}
    with deployment.public_session(wang.actor()) as session, session.begin():
        residents.end_sessions(session)
    answer = client.post(form, data=typed, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert "<main" not in answer.text, "a part that fits into the article"
    assert "您写的内容已经留好" in answer.text
    onward = fields(answer.text, "/account/sign-in")["next"]
    anew = talks.resident(deployment, "李梅")
    anew.sign_in(client)
    assert TYPED not in client.get(onward).text, "another resident at the same browser"
    talks.again(deployment, wang).sign_in(client)
    page = client.get(onward).text
    assert "发表后是这样的：" in page
    assert fields(page, "/comments#write")["body"] == TYPED
