"""Signing in inside an article, for a comment whose author's session was over: the text comes back as its preview."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import update
from werkzeug.test import TestResponse

from tenants.clock import now
from tenants.database import reveal_address
from tenants.identity import residents, throttle
from tenants.identity.models import OneTimeCode
from tests.conftest import Deployment
from tests.factories.accounts import browser, last_letter
from tests.factories.participation import Corner, Neighbour, corner, resident
from tests.support.forms import fields
from tests.support.html import StrictClient

TYPED = "下班路上看到的，路灯坏了三盏。"
WRITING = "/comments#write"
PART = {"HX-Request": "true"}


@pytest.fixture(scope="module")
def place(deployment: Deployment) -> Corner:
    return corner(deployment)


@pytest.fixture
def wang(deployment: Deployment) -> Neighbour:
    return resident(deployment)


@pytest.fixture
def client(app_public: Flask) -> StrictClient:
    return browser(app_public)


def fill_in(client: StrictClient, shown: str, form: str, **typed: str) -> TestResponse:
    """Send a form of a part of the page as htmx does: redirects are followed, a part comes back."""
    answer = client.post(form, data=fields(shown, form) | typed, headers=PART, follow_redirects=True)
    assert answer.status_code in (200, 422), "htmx puts no other answer into the page"
    assert "<main" not in answer.text
    return answer


def stopped(client: StrictClient, place: Corner, wang: Neighbour, *, to: str = "") -> str:
    """The part that stands in for the form of a comment that was sent when the session had ended."""
    wang.sign_in(client)
    form = f"/a/{place.code}/comments{to}"
    typed = fields(client.get(form).text, WRITING) | {"body": TYPED, "step": "preview"}
    with place.deployment.public_session(wang.actor()) as session, session.begin():
        residents.end_sessions(session)
    return client.post(form, data=typed, headers=PART).text


def code_of(deployment: Deployment, address: str) -> str:
    found = re.search(r"\b\d{6}\b", last_letter(deployment, address))
    assert found
    return found[0]


@pytest.mark.parametrize("reply", [False, True])
def test_the_code_is_entered_in_place_and_the_preview_follows(
    deployment: Deployment, place: Corner, client: StrictClient, wang: Neighbour, reply: bool
) -> None:
    other = place.comment(resident(deployment, "李雷"))
    part = stopped(client, place, wang, to=f"?parent={other}" if reply else "")
    assert "您写的内容已经留好" in part
    refused = fill_in(client, part, "/account/sign-in", address="不是地址")
    assert "请填写邮箱" in refused.text
    asked = fill_in(client, refused.text, "/account/sign-in", address=wang.email)
    assert "验证码已发到" in asked.text
    code = code_of(deployment, wang.email)
    wrong = fill_in(client, asked.text, "/account/code", code=f"{(int(code) + 1) % 10**6:06d}")
    assert wrong.status_code == 422 and "验证码不对" in wrong.text
    back = fill_in(client, wrong.text, "/account/code", code=code).text
    assert "发表后是这样的：" in back and "刚才填写的内容已经放回来了" in back
    assert f'id="reply-{other}"' in back if reply else 'id="write"' in back
    form = fields(back, WRITING)
    assert form["body"] == TYPED
    address = f"/a/{place.code}/comments" + (f"?parent={other}" if reply else "")
    sent = client.post(address, data=form | {"step": "send"}, headers=PART)
    assert "意见已经发表" in sent.text and TYPED in sent.text
    assert "刚才填写的内容" not in client.get("/").text, "it was said where it was put back, and once"


def test_a_code_that_is_too_old_is_asked_anew_in_place(
    deployment: Deployment, place: Corner, client: StrictClient, wang: Neighbour
) -> None:
    asked = fill_in(client, stopped(client, place, wang), "/account/sign-in", address=wang.email).text
    with deployment.public_session() as session, session.begin():
        reveal_address(session, wang.email)
        session.execute(update(OneTimeCode).values(expires_at=now() - timedelta(seconds=1)))
    late = fill_in(client, asked, "/account/code", code=code_of(deployment, wang.email))
    assert late.status_code == 422 and "重新获取" in late.text
    again = fill_in(client, late.text, "/account/sign-in")
    back = fill_in(client, again.text, "/account/code", code=code_of(deployment, wang.email))
    assert "发表后是这样的：" in back.text and TYPED in back.text


def test_too_many_codes_are_refused_in_place(place: Corner, client: StrictClient, wang: Neighbour) -> None:
    part = stopped(client, place, wang)
    for _ in range(throttle.CODE_HERE.times):
        assert fill_in(client, part, "/account/sign-in", address=wang.email).status_code == 200
    refused = fill_in(client, part, "/account/sign-in", address=wang.email)
    assert refused.status_code == 422 and "再试" in refused.text
    assert fields(refused.text, "/account/sign-in")["address"] == wang.email


def test_a_newcomer_gives_a_name_in_place(
    deployment: Deployment, place: Corner, client: StrictClient, wang: Neighbour
) -> None:
    """Nobody can tell any more whose session it was, so the text is for who signs in next in this browser."""
    wang.sign_in(client)
    form = f"/a/{place.code}/comments"
    typed = fields(client.get(form).text, WRITING) | {"body": TYPED, "step": "send"}
    with client.session_transaction() as cookie:
        del cookie["_user_id"]
    part = client.post(form, data=typed, headers=PART).text
    address = f"new-{wang.email}"
    asked = fill_in(client, part, "/account/sign-in", address=address).text
    named = fill_in(client, asked, "/account/code", code=code_of(deployment, address))
    assert "请起一个显示名" in named.text
    refused = fill_in(client, named.text, "/account/welcome", display_name=place.tenant.name)
    assert refused.status_code == 422 and "请换一个" in refused.text
    back = fill_in(client, refused.text, "/account/welcome", display_name="河边的柳树").text
    assert "欢迎，河边的柳树" in back
    assert "发表后是这样的：" in back and fields(back, WRITING)["body"] == TYPED
