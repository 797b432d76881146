"""Nobody has to know an address: every page of the workspace is linked from another, for whoever it is for."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator
from contextlib import suppress
from urllib.parse import parse_qsl

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import HTTPException

from tenants.permissions import Role
from tests import slices
from tests.factories import people
from tests.isolation.test_routes import bureau_admin
from tests.isolation.world import World
from tests.slices.account import signed_in
from tests.slices.people import with_factor
from tests.support.doors import routes
from tests.support.forms import PREFIX, local, parsed

#: Who opens a page, by the first word of its permission.
BY_SCOPE = {
    "self": "admin",
    "tenant": "admin",
    "district": "office",
    "bureau": "bureau",
    "finance": "finance",
    "person": "chief",
}
#: Pages for people in a standing of their own.
BY_STANDING = {
    "account.home": "nobody",  # whoever has work here is led to it
    "account.set_up_second_factor": "planner",
    "account.recovery_codes": "architect",
    "account.remove_second_factor": "architect",
    "organisation.open_tenant": "office",  # the tenant's own are past it
    "publishing.take_back": "planner",  # whose text it is
}
PEOPLE = sorted({*BY_SCOPE.values(), *BY_STANDING.values()})
#: What leads where no page does, by endpoint.
NOT_BY_A_PAGE = {
    "account.second_factor": "signing in leads there",
    "kept": "signing in leads there, when something was typed before",
}
#: Pages that are shown only where there is more than the specimens; their visits make it.
FOR_MORE = (
    "files.delete",
    "participation.back_to_adopted",
    "participation.back_to_declined",
    "participation.back_to_received",
    "participation.back_to_studying",
    "participation.finish",
    "participation.uphold",
    "people.bureau_reset_second_factor",
    "people.reset_second_factor",
    "publishing.compare",
    "saved_views.district_delete",
)
#: So many things of one kind are opened, and lists by the same kinds of conditions: another one hardly shows more.
OPENED, ALIKE = 10, 2
#: Leaving would end the walk.
LEAVING = ("account.sign_out", "account.sign_in")


@pytest.fixture(scope="module")
def busy(world: World) -> World:
    """With something in it for every page."""
    for endpoint in FOR_MORE:
        slices.visits("workspace", endpoint, world.towns[0])
    return world


def browser(world: World, who: str) -> FlaskClient:
    """The browser of one of these people, signed in."""
    app, town = world.deployment.workspace, world.towns[0]
    desks = town.of("desks")
    if who == "architect":
        return signed_in(town, with_factor(town, Role.ARCHITECT))
    if who == "nobody":
        with world.deployment.session() as session, session.begin():
            return people.staff(session, name="还没有任职的人").browser(app)
    known = {"office": town.office, "bureau": bureau_admin(town), "admin": town.admin, "planner": town.planner}
    return (known.get(who) or desks[who]).browser(app)


def endpoint_at(app: Flask, address: str) -> str:
    """The page that has this address; "" for what is none."""
    path = local(address).partition("?")[0] or "/"
    map_ = app.url_map.bind("localhost")
    try:
        found, _ = map_.match(path, method="GET", return_rule=True)
    except HTTPException:
        return ""
    with suppress(HTTPException):
        sent, _ = map_.match(path, method="POST", return_rule=True)
        if sent.rule != found.rule:  # nothing is read there: the one only looks like the other
            return ""
    return str(found.endpoint)


def links(page: str) -> Iterator[str]:
    """Where a page leads: by links, by forms and by what its scripts ask for."""
    for value in parsed(page).xpath("//@*"):
        address = value.removeprefix("http://localhost").partition("#")[0]
        if address == PREFIX or address.startswith(f"{PREFIX}/"):
            yield address


def reached(app: Flask, client: FlaskClient, dead: list[str]) -> Iterator[str]:
    """Every page that somebody can come to from their first one. Links that lead nowhere are added to `dead`."""
    seen: Counter[str] = Counter()
    files: set[str] = set()  # what is no page: one of a kind is enough
    todo, done = deque([("account.home", f"{PREFIX}/")]), {f"{PREFIX}/"}
    yield "account.home"
    while todo:
        page, address = todo.popleft()
        if page in files:
            continue
        answer = client.get(local(address) or "/")
        found: Iterable[str] = ()
        if answer.status_code >= 400:
            dead.append(f"{answer.status_code} {address}")
        elif answer.location:
            found = [answer.location]
        elif answer.mimetype == "text/html":
            found = links(answer.text)
        else:
            files.add(page)
        for link in found:
            name = endpoint_at(app, link)
            if not name or name in LEAVING or link in done:
                continue
            yield name
            done.add(link)
            query = dict(parse_qsl(link.partition("?")[2], keep_blank_values=True))
            kind, most = (f"{name} by {sorted(query)}", ALIKE) if query else (name, OPENED)
            if seen[kind] < most:
                seen[kind] += 1
                todo.append((name, link))


SLOW = {
    "admin": pytest.mark.slow("walks through every page of a tenant"),
    "office": pytest.mark.slow("walks through the pages of every tenant as well"),
}


@pytest.mark.parametrize("who", [pytest.param(who, marks=SLOW.get(who, ())) for who in PEOPLE])
def test_every_page_of_the_workspace_is_linked_from_somewhere(busy: World, who: str) -> None:
    app = busy.deployment.workspace
    dead: list[str] = []
    linked = set(reached(app, browser(busy, who), dead))
    assert not dead
    theirs = {
        rule.endpoint
        for rule, methods, permission in routes(app)
        if "GET" in methods
        and not permission.startswith("public:")
        and (BY_STANDING.get(rule.endpoint) or BY_SCOPE[permission.partition(":")[0]]) == who
    }
    assert theirs - linked == theirs & NOT_BY_A_PAGE.keys()
