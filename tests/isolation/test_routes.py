"""Every route of both doors, found in the code: opened by somebody who may, and by nobody else.

A new route is in here without anybody writing a line here; `tests/slices/<slice>.py` says what it is about, or the
test does. What somebody with a role may open at all is asked of the gate alone (`test_gate`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

import portal.slices
import public_site.app
from portal.publishing.policy import State
from tenants.permissions import IN_TENANT, Permission, Role
from tenants.requests import permission_of
from tests import slices
from tests.conftest import Deployment
from tests.factories import people
from tests.factories.people import Person
from tests.hostile.walking import forms_of_ours
from tests.isolation.world import World
from tests.slices import Town, Visit
from tests.slices.publishing import NOTE, title
from tests.support.doors import address, anything, armed, blueprint_of, records_in, routes
from tests.support.forms import PREFIX, form_for
from webkit.forms import Form

#: Answers that tell nothing: go and sign in, not yours, not there, not like this.
CLOSED = {302, 303, 400, 403, 404, 405, 409, 415, 422, 429}
#: Answers to a form that was right.
DONE = {200, 302, 303}
#: The only route that answers without a permission: what the frame serves.
FREE = {"static"}
#: The slices of each door: what the tests below go through.
SLICES = {"workspace": portal.slices.SLICES, "public": public_site.app.SLICES}


@pytest.fixture
def accepted(monkeypatch: pytest.MonkeyPatch) -> set[type[Form]]:
    """The forms that were sent with nothing wrong in them."""
    found: set[type[Form]] = set()
    check = Form.validate

    def noting(form: Form, *given: Any, **named: Any) -> bool:
        right = bool(check(form, *given, **named))
        if right:
            found.add(type(form))
        return right

    monkeypatch.setattr(Form, "validate", noting)
    return found


@pytest.mark.parametrize("door", SLICES)
def test_every_route_carries_a_permission_and_is_of_a_slice(deployment: Deployment, door: str) -> None:
    app: Flask = getattr(deployment, door)
    rules = list(app.url_map.iter_rules())
    assert {rule.endpoint for rule in rules if permission_of(app, rule.endpoint) is None} == FREE
    assert {rule.endpoint for rule in rules if blueprint_of(rule) not in SLICES[door]} - FREE == set()
    assert slices.named(door) <= {rule.endpoint for rule in rules}


@pytest.mark.usefixtures("deployment")
def test_every_form_is_of_a_slice() -> None:
    """So that the tests below ask whether it was sent."""
    packages = tuple(
        f"{package}.{name}." for package, door in (("portal", "workspace"), ("public_site", "public"))
        for name in SLICES[door]
    )  # fmt: skip
    shared = "portal.kit.forms"  # what steps ask for: sent in every slice that has any
    stray = {
        form.__qualname__ for form in forms_of_ours() if not form.__module__.startswith((*packages, shared))
    }
    assert stray == set()


def test_nobody_gets_past_the_workspaces_door(world: World) -> None:
    visitor = world.deployment.workspace.test_client()
    town = world.towns[0]
    for rule, methods, permission in routes(world.deployment.workspace):
        if permission.startswith("public:"):
            continue
        where = address(rule, {**anything(rule), **town.values()})
        for method in methods:
            answer = visitor.open(where, method=method)
            assert answer.status_code in CLOSED, (rule, method, answer.status_code)
            assert town.word not in answer.text.replace(answer.location or "-", "")


@pytest.mark.slow("makes three towns that have one of everything, and opens every route in two of them")
@pytest.mark.parametrize("name", SLICES["workspace"])
def test_the_workspace_opens_for_who_may_and_for_no_neighbour(
    world: World, accepted: set[type[Form]], name: str
) -> None:
    """Both ask in the same way for the same things; the neighbour is first, and an administrator as well."""
    app, town, other = world.deployment.workspace, world.towns[0], world.towns[1]
    for rule, methods, permission in routes(app, name):
        for visit in slices.visits("workspace", rule.endpoint, town):
            values = {**town.values(), **visit.values}
            client = visit.client or usual(town, permission)
            neighbour = (bureau_admin(other) if permission.startswith("bureau:") else other.admin).browser(app)
            for method in methods:
                for where in not_for_others(rule, permission, values, other):
                    answer = ask(neighbour, method, where, visit)
                    assert answer.status_code == 404, (rule, method, answer.status_code)
                    assert town.word not in answer.text, (rule, method)
                open_it(client, rule, method, address(rule, values, visit.query), visit)
    assert {form.__qualname__ for form in unsent(f"portal.{name}.", accepted)} == set()


def not_for_others(
    rule: Rule, permission: Permission, values: Mapping[str, Any], other: Town
) -> Iterator[str]:
    """Where the administrator of another place may ask for these things, and must not find them."""
    scope = permission.partition(":")[0]
    if scope not in ("public", "self"):
        yield address(rule, values)
    if records_in(rule) and scope in ("self", "tenant", "bureau"):
        yield address(rule, {**values, "tenant": other.place.slug, "bureau": other.of("desks")["bureau"]})


def bureau_admin(town: Town) -> Person:
    """Who administers the bureau that was made beside the town."""
    found = town.of("desks")["bureau_admin"]
    assert isinstance(found, Person)
    return found


def usual(town: Town, permission: Permission) -> FlaskClient:
    """The browser of somebody who may."""
    app, scope = town.deployment.workspace, permission.partition(":")[0]
    desks = town.of("desks")
    who: dict[str, Person] = {
        "district": town.office, "bureau": bureau_admin(town), "finance": desks["finance"], "person": desks["chief"]
    }  # fmt: skip
    return app.test_client() if scope == "public" else who.get(scope, town.admin).browser(app)


def open_it(client: FlaskClient, rule: Rule, method: str, where: str, visit: Visit) -> None:
    """Ask as somebody who may: what was asked for is there, a form does what it says and leads on."""
    with visit.during():
        answer = ask(client, method, where, visit, page=True)
    at = (rule, method, where, answer.status_code)
    if method == "POST":
        assert visit.sent is not None, f"no specimen says what is sent to {rule}"
    assert answer.status_code in DONE, at
    if answer.location:
        to = urlsplit(answer.location)
        assert to.path.endswith(visit.leads) if visit.leads else "/sign-in" not in to.path, (at, answer.location)
        onward = f"{to.path.removeprefix(PREFIX)}?{to.query}"
        assert client.get(onward).status_code < 400, (at, answer.location)


def ask(client: FlaskClient, method: str, where: str, visit: Visit, *, page: bool = False) -> TestResponse:
    """Open an address, or send there what the specimen says. With `page` its page fills in the form first."""
    headers = armed(client)
    if method != "POST":
        return client.open(where, method=method, headers=headers)
    found = client.get(where) if page else None
    readable = found is not None and found.status_code == 200 and found.mimetype == "text/html"
    shown = (form_for(found.text, where.partition("?")[0]) or {}) if found and readable else {}
    sent = (visit.sent(shown) if shown else {}) if callable(visit.sent) else visit.sent or {}
    data = {name: again(value) for name, value in {**shown, **sent}.items()}
    return client.post(where, data=data, headers=headers, content_type="multipart/form-data")


def again(value: Any) -> Any:
    """A file that can be sent once more."""
    if isinstance(value, tuple):
        content, name = value
        return BytesIO(content.getvalue()), name
    return value


def unsent(package: str, accepted: set[type[Form]]) -> Iterator[type[Form]]:
    """The forms of a package of which none was accepted, nor one that is made of it."""
    for form in forms_of_ours():
        if form.__module__.startswith(package) and not any(issubclass(one, form) for one in accepted):
            yield form


@pytest.mark.parametrize("name", SLICES["public"])
def test_the_public_site_opens_for_who_may_and_shows_nothing_else(
    world: World, accepted: set[type[Form]], name: str
) -> None:
    """A visitor and another resident read what is published, and neither finds the rest nor what is somebody's own."""
    app, town = world.deployment.public, world.towns[0]
    visitor, stranger, owner = app.test_client(), app.test_client(), app.test_client()
    world.residents[1].sign_in(stranger)
    town.resident.sign_in(owner)
    hidden = town.hidden()
    for rule, methods, permission in routes(app, name):
        personal = permission.startswith("resident:")
        for visit in slices.visits("public", rule.endpoint, town):
            values = {**town.values(), **visit.values}
            where = address(rule, values, visit.query)
            unseen = [address(rule, {**values, **hidden})] if hidden.keys() & rule.arguments else []
            own = [where] if personal and visit.values.keys() & rule.arguments else []
            for method in methods:
                for closed in unseen + own:
                    answer = ask(stranger, method, closed, visit)
                    assert answer.status_code == 404, (rule, method, answer.status_code)
                    assert_nothing_inner(town, answer)
                for closed in [*unseen, where] if personal else unseen:
                    answer = ask(visitor, method, closed, visit)
                    assert answer.status_code in CLOSED, (rule, method, answer.status_code)
                    assert_nothing_inner(town, answer)
                if not personal and method == "GET":
                    assert_nothing_inner(town, visitor.get(where))
                open_it(visit.client or (owner if personal else visitor), rule, method, where, visit)
    assert {form.__qualname__ for form in unsent(f"public_site.{name}.", accepted)} == set()


def assert_nothing_inner(town: Town, answer: TestResponse) -> None:
    """No word of what is not published, nor of what waits or was hidden."""
    inner = {title(town, state) for state in (State.DRAFT, State.IN_REVIEW, State.APPROVED)}
    inner |= {f"{town.word} held", f"{town.word} hidden", NOTE}
    text = answer.data.decode("utf-8", "replace")  # of a picture there is not much to read
    found = {words for words in inner if words in text}
    assert not found, (answer.request.path, found)


def test_reading_across_the_district_does_not_write(world: World) -> None:
    """The working group opens every tenant's pages, and changes nothing."""
    app, town = world.deployment.workspace, world.towns[1]
    with world.deployment.session() as session, session.begin():
        client = people.staff(session, Role.WORKING_GROUP).browser(app)
    headers = armed(client)
    for rule, methods, permission in routes(app):
        if permission.startswith("tenant:") and "POST" in methods:
            answer = client.post(address(rule, {**anything(rule), **town.values()}), headers=headers)
            allowed = permission in IN_TENANT[Role.WORKING_GROUP]
            assert answer.status_code in (CLOSED if allowed else {403}), (rule, answer.status_code)


def test_the_doors_are_not_empty(deployment: Deployment) -> None:
    """The tests above would pass on an empty house; this one would not."""
    assert sum(1 for _ in routes(deployment.workspace)) > 60
    assert sum(1 for _ in routes(deployment.public)) > 20
