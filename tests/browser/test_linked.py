"""Nobody has to know an address: every page of the workspace is linked from another, for whoever it is for."""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Iterator
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import HTTPException

from tenants.requests import permission_of
from tests.browser import tour
from tests.browser.tour import Tour
from tests.conftest import Deployment

#: What leads where no page of the demonstration does, by endpoint.
NOT_BY_A_PAGE = {
    "account.second_factor": "signing in leads there",
    "kept": "signing in leads there, when something was typed before",
    "organisation.open_tenant": "the first page of a tenant that is not opened yet",
}
#: So many pages of one kind are opened, and of these with the same conditions: another one hardly shows more.
OPENED, ALIKE = 10, 2
#: Leaving would end the walk.
LEAVING = ("account.sign_out", "account.sign_in")
_ADDRESS = re.compile(r'="(?:http://localhost)?(/workspace/[^"#]*|/workspace)[^"]*"')


@pytest.fixture(scope="module")
def around(demo: Deployment) -> Tour:
    return tour.prepare(demo)


def browser(around: Tour, who: str) -> FlaskClient:
    client = around.deployment.workspace.test_client()
    with client.session_transaction() as session:
        session.update(around.cookies[who])
    return client


def endpoint_at(app: Flask, address: str) -> str:
    """The page that has this address; "" for what is none."""
    path = address.partition("?")[0].removeprefix("/workspace") or "/"
    try:
        found, _ = app.url_map.bind("localhost").match(path, method="GET")
    except HTTPException:
        return ""
    return str(found)


def reached(app: Flask, around: Tour, who: str, dead: list[str]) -> Iterator[str]:
    """Every page that somebody can come to from their first one, by links, forms and what scripts ask for.

    Of a kind of page that is linked, the tour's own is opened, too. Links that lead nowhere are added to `dead`.
    """
    client = browser(around, who)
    seen: Counter[str] = Counter()
    todo, done = deque(["/workspace/"]), {"/workspace/"}
    yield "account.home"
    while todo:
        address = todo.popleft()
        answer = client.get(address.removeprefix("/workspace") or "/")
        if answer.status_code >= 400:
            dead.append(f"{answer.status_code} {address}")
            found = []
        elif answer.location:
            found = [answer.location]
        elif answer.mimetype == "text/html":
            found = _ADDRESS.findall(answer.text)
        else:
            found = []
        for link in map(unescape, found):
            name = endpoint_at(app, link)
            if not name or name in LEAVING or link in done:
                continue
            yield name
            done.add(link)
            page = name not in tour.NO_PAGE[app.name]
            if page and not seen[name] and tour.opener(app, name) == who:
                todo.append(around.page(f"workspace:{name}"))
            kind = f"{name}?{link.partition('?')[2]}"
            if page and seen[name] < OPENED and seen[kind] < ALIKE:
                seen.update((name, kind))
                todo.append(link)


@pytest.mark.slow("walks the whole workspace as eight people")
def test_every_page_of_the_workspace_is_linked_from_somewhere(around: Tour) -> None:
    app = around.deployment.workspace
    people = ("admin", "planner", "architect", "office", "bureau", "finance", "chief", "nobody")
    linked: set[str] = set()
    for who in people:
        dead: list[str] = []
        linked |= set(reached(app, around, who, dead))
        assert not dead, f"links shown to {who}"
    pages = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ())
        and (permission := permission_of(app, rule.endpoint))
        and not permission.startswith("public:")
    }
    assert sorted(pages - linked) == sorted(NOT_BY_A_PAGE)
