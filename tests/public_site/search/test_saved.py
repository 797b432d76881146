"""A resident follows a search on the site and hears by mail of what is new."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable, Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from flask import Flask
from uuid_utils.compat import uuid7

from portal.search.jobs import tell_residents
from search import sources
from search.embedded import EmbeddedEngine
from tenants.clock import now
from tests.conftest import Deployment
from tests.factories import people
from tests.factories.accounts import browser, last_letter, letters_to, submit
from tests.search.support import Shelf, fill, use
from tests.support.html import StrictClient


@pytest.fixture
def publish(deployment: Deployment, app_public: Flask, tmp_path: Path) -> Iterator[Callable[[str], None]]:
    """Put something new on the site."""
    shelf, engine = Shelf(), EmbeddedEngine(tmp_path)
    sources.register(shelf)
    use(engine, deployment)

    def put(title: str, seconds: int = 30) -> None:
        shelf.put(title, date=now() + timedelta(seconds=seconds))
        fill(engine, shelf.held.values())

    put("早就有的口袋公园", -3600)
    yield put
    sources.unregister(shelf.name)


def come_in(app: Flask, deployment: Deployment, address: str = "") -> tuple[StrictClient, str]:
    address = address or f"{uuid7().hex}@example.cn"
    with deployment.session() as session, session.begin():
        people.tenant(session)
    client = browser(app)
    submit(client, "/account/sign-in", address=address)
    code = re.search(r"\b(\d{6})\b", last_letter(deployment, address))
    assert code
    submit(client, "/account/code", code=code[1])
    submit(client, "/account/welcome", display_name="河边的柳树")
    return client, address


def token_in(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found
    return found[1]


def test_a_followed_search_brings_one_letter(
    app_public: Flask, deployment: Deployment, publish: Callable[[str], None]
) -> None:
    visitor = browser(app_public)
    assert "登录后可以关注这个搜索" in visitor.get("/search?q=口袋公园").text
    assert visitor.get("/search/saved").status_code == 302

    client, address = come_in(app_public, deployment)
    page = client.get("/search?q=口袋公园&kind=sprout").text
    assert "关注这个搜索" in page
    action = re.search(r'action="(/search/saved\?[^"]+)"', page)
    assert action
    kept = client.post(action[1].replace("&amp;", "&"), data={"csrf_token": token_in(page)})
    assert kept.status_code == 303
    listed = client.get("/search/saved").text
    assert "口袋公园" in listed
    before = letters_to(deployment, address)

    def tell() -> None:
        with deployment.session() as session, session.begin():
            tell_residents(session)

    tell()
    assert letters_to(deployment, address) == before
    publish("全新的口袋公园")
    tell()
    letter = last_letter(deployment, address)
    assert "> 全新的口袋公园" in letter
    assert "早就有的" not in letter
    assert "/search?q=%E5%8F%A3%E8%A2%8B%E5%85%AC%E5%9B%AD&kind=sprout" in letter

    with ZipFile(BytesIO(client.get("/account/export").data)) as taken:
        assert json.loads(taken.read("my-data.json"))["searches"][0]["text"] == "口袋公园"
        assert "口袋公园" in taken.read("my-data.html").decode()

    remove = re.search(r'action="(/search/saved/[^"]+/remove)"', listed)
    assert remove
    assert client.post(remove[1], data={"csrf_token": token_in(listed)}).status_code == 303
    assert "还没有关注的搜索" in client.get("/search/saved").text
    assert client.post(remove[1], data={"csrf_token": token_in(listed)}).status_code == 404


def test_who_gave_a_phone_number_only_gets_a_short_message(
    app_public: Flask, deployment: Deployment, publish: Callable[[str], None]
) -> None:
    client, phone = come_in(app_public, deployment, f"139{secrets.randbelow(10**8):08d}")
    page = client.get("/search?q=口袋公园").text
    client.post("/search/saved?q=口袋公园", data={"csrf_token": token_in(page)})
    publish("全新的口袋公园")
    for _twice in range(2):
        with deployment.session() as session, session.begin():
            tell_residents(session)
    message = last_letter(deployment, phone)
    assert "您关注的搜索有新内容" in message and "/search/saved " in message and "/account" in message
    assert letters_to(deployment, phone) == 2, "the code and the news, once"


def test_a_blank_search_cannot_be_followed(
    app_public: Flask, deployment: Deployment, publish: Callable[[str], None]
) -> None:
    client, _ = come_in(app_public, deployment)
    page = client.get("/search?q=公园").text
    answer = client.post("/search/saved?q=-", data={"csrf_token": token_in(page)})
    assert answer.status_code == 303
    assert "请先填写要找的内容" in client.get(answer.headers["Location"]).text
