"""What no request may do, whatever it brings along: forge, poison, fix a session, stay when it has been sent away."""

from __future__ import annotations

from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import AnyConverter, BaseConverter, Rule, UUIDConverter
from werkzeug.test import TestResponse

from tenants.identity import service
from tenants.permissions import Role
from tests.factories import people
from tests.factories.accounts import PASSWORD, account, token_of
from tests.hostile.conftest import Target
from webkit.pagecache import PageCache

#: Addresses that a machine posts to; the token in the address is the proof.
EXEMPT = {"comments.unsubscribe"}


def page_of(answer: TestResponse) -> str:
    """A page without the number of its request."""
    return answer.text.replace(answer.headers.get("X-Request-ID", "-"), "")


def posting(app: Flask) -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())]


def address(app: Flask, rule: Rule) -> str:
    """An address of this kind, of something that does not exist."""

    def value(name: str, converter: BaseConverter) -> object:
        if isinstance(converter, AnyConverter):
            return min(converter.items)
        return uuid4() if isinstance(converter, UUIDConverter) else 1 if name == "number" else "x"

    values = {name: value(name, converter) for name, converter in rule._converters.items()}
    return str(app.url_map.bind("localhost").build(rule.endpoint, values, method="POST"))


@pytest.mark.parametrize("door", ["public", "workspace"])
def test_no_form_is_taken_without_its_token(target: Target, door: str) -> None:
    app: Flask = getattr(target.deployment, door)
    client = target.outside(target.neighbour) if door == "public" else target.at_work(target.admin)
    addresses = [address(app, rule) for rule in posting(app) if rule.endpoint not in EXEMPT]
    assert len(addresses) > 10
    asked: list[tuple[str, dict[str, str]]] = [(where, {}) for where in addresses]
    # one place looks at the token, whatever else a request says of itself: a few of these stand for all
    asked += [(where, {"HX-Request": "true"}) for where in addresses[:5]]
    asked += [(where, {"Origin": "http://evil.example", "X-CSRFToken": "x"}) for where in addresses[:5]]
    for where, headers in asked:
        answer = client.post(where, data={"reason": "x"}, headers=headers)
        assert answer.status_code == 400, f"{where}: {answer.status_code}"
    assert client.get("/account").status_code == 200, "still signed in"


@pytest.mark.parametrize("door", ["public", "workspace"])
def test_the_address_of_an_action_leads_back_to_its_page(target: Target, door: str) -> None:
    """A refused form leaves its address in the browser, where it is reloaded."""
    app: Flask = getattr(target.deployment, door)
    client = target.outside(target.neighbour) if door == "public" else target.at_work(target.admin)
    pages = app.url_map.bind("localhost")
    actions = [where for rule in posting(app) if not pages.test(where := address(app, rule), "GET")]
    assert actions
    for where in actions:
        answer = client.get(where)
        back = (answer.location or "").removeprefix("/workspace")
        assert answer.status_code == 303 and pages.test(back, "GET"), f"{where}: {answer.status_code} {back}"
        assert where.startswith(back.rstrip("/"))
    assert client.get(actions[0], headers={"Accept": "application/json"}).status_code == 405


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https", "X-Forwarded-Prefix": "/evil"},
        {"X-Original-URL": "/evil", "X-Rewrite-URL": "/evil", "Forwarded": "host=evil.example"},
        {"HX-Request": "true", "HX-Target": "evil", "HX-Current-URL": "http://evil.example"},
        {"Cookie": "xinya_lang=evil; xinya_type=evil; evil=1"},
        {
            "Accept-Language": "evil",
            "Accept": "application/json",
            "User-Agent": "evil",
            "Referer": "http://evil",
        },
        {"Range": "bytes=0-3", "If-None-Match": "*", "If-Modified-Since": "evil"},
    ],
)
def test_nobody_puts_anything_into_the_pages_of_others(target: Target, headers: dict[str, str]) -> None:
    cache = target.deployment.public.wsgi_app
    assert isinstance(cache, PageCache)
    for path in ("/", f"/a/{target.corner.code}", "/search?q=路灯", "/feeds/all.xml", "/nothing"):
        cache.forget()
        clean = target.outside().get(path)
        cache.forget()
        poisoned = target.outside().get(path, headers=headers)
        assert poisoned.status_code < 500
        after = target.outside().get(path)
        assert (after.status_code, page_of(after)) == (clean.status_code, page_of(clean))
        assert "evil" not in after.text and "evil" not in str(after.headers)


def test_what_a_signed_in_reader_sees_is_kept_for_nobody(target: Target) -> None:
    path = f"/a/{target.corner.code}"
    cache = target.deployment.public.wsgi_app
    assert isinstance(cache, PageCache)
    cache.forget()
    mine = target.outside(target.neighbour).get(path)
    assert target.neighbour.name in mine.text
    assert mine.headers["Cache-Control"].startswith("private")
    theirs = target.outside().get(path)
    assert "/account/sign-out" in mine.text and "/account/sign-out" not in theirs.text


def test_a_session_brought_along_is_not_the_one_signed_in(target: Target) -> None:
    with target.deployment.workspace.app_context(), target.deployment.session() as session, session.begin():
        who = account(session, Role.PLANNER, place=target.corner.tenant)
    client = target.at_work_as_nobody()
    page = client.get("/sign-in")
    planted = client.get_cookie("xinya_workspace", path="/workspace")
    assert planted
    form = {"csrf_token": token_of(page), "email": who.email, "password": PASSWORD}
    assert client.post("/sign-in", data=form).status_code == 303
    fresh = client.get_cookie("xinya_workspace", path="/workspace")
    assert fresh and fresh.value != planted.value
    attacker = target.at_work_as_nobody()
    attacker.set_cookie("xinya_workspace", planted.value, path="/workspace")
    assert attacker.get("/account").status_code == 302


def test_who_is_sent_away_is_away_at_once(target: Target) -> None:
    slug = target.corner.tenant.slug
    with target.deployment.session() as session, session.begin():
        leaving = people.staff(session, Role.TENANT_STAFF, place=target.corner.tenant)
        closed = people.staff(session, Role.TENANT_STAFF, place=target.corner.tenant)
        other = people.tenant(session, "张家湾镇政府")
        moved = people.staff(session, Role.TENANT_ADMIN, place=target.corner.tenant)
    clients: dict[str, FlaskClient] = {
        "leaving": target.at_work(leaving), "closed": target.at_work(closed), "moved": target.at_work(moved)
    }  # fmt: skip
    pages = {name: client.get(f"/t/{slug}/publications/new") for name, client in clients.items()}
    assert all(page.status_code == 200 for page in pages.values())
    with target.deployment.session() as session, session.begin():
        service.set_roles(session, leaving.id, [], tenant_id=target.corner.tenant.id)
        service.deactivate(session, closed.id, reason="离职")
        service.set_roles(session, moved.id, [Role.PLANNER], tenant_id=target.corner.tenant.id)
        service.grant_role(session, moved.id, Role.TENANT_STAFF, tenant_id=other.id)
    for name, posted, read in (("leaving", 404, 404), ("closed", 303, 302)):
        form = {"csrf_token": token_of(pages[name]), "kind": "sprout", "title": "偷偷写的一篇"}
        assert clients[name].post(f"/t/{slug}/publications/new", data=form).status_code == posted
        assert clients[name].get(f"/t/{slug}/").status_code == read
    assert clients["moved"].get(f"/t/{slug}/settings").status_code == 403
    assert clients["moved"].get(f"/t/{other.slug}/").status_code == 200
    assert clients["moved"].get(f"/t/{other.slug}/settings").status_code == 403
