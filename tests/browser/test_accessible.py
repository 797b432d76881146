"""axe on every page of both doors, found in the code, with the demonstration district in them: no finding.

On a desktop and on a phone of 360 pixels, where nothing may stick out either.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select, text
from werkzeug.routing import AnyConverter, Rule

from portal.participation.models import AnswerTemplate, Comment
from portal.publishing.models import Publication
from tenants import actors
from tenants.actors import Actor, Scope
from tenants.clock import now
from tenants.files.models import StoredFile
from tenants.identity.models import (
    Resident,
    ResidentSession,
    ResponsibleUnit,
    RoleAssignment,
    StaffSession,
    Tenant,
)
from tenants.identity.queries import token_hash
from tenants.permissions import Role
from tenants.requests import permission_of
from tests.conftest import Deployment

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]

#: What is not a page: feeds, downloads, parts, pictures, machines' addresses, links from letters that were used up.
NO_PAGE = re.compile(
    r"\.xml$|\.xlsx$|\.txt$|/export$|/download$|/media/|/files/<token>|/static/|/suggest$|/tags$|/takeout"
    r"|<token>|/comments/<uuid:comment_id>$|^/account/export|^/outbox$"
)


@dataclass(frozen=True)
class World:
    """What the addresses of the demonstration are made of."""

    tenant: str
    unit: str
    slug: str
    code: str
    draft: str
    values: dict[str, str]
    staff_token: str
    office_token: str
    resident_token: str


@pytest.fixture(scope="module")
def world(demo: Deployment) -> World:
    tokens = {who: secrets.token_urlsafe(24) for who in ("staff", "office", "resident")}
    with demo.session() as session, session.begin():
        assignment = session.execute(
            select(RoleAssignment.staff_id, RoleAssignment.id, Tenant.id, Tenant.slug)
            .join(Tenant, Tenant.id == RoleAssignment.tenant_id)
            .where(RoleAssignment.role == Role.TENANT_ADMIN, Tenant.slug == "yuqiao")
        ).one()
        office = session.scalars(
            select(RoleAssignment.staff_id).where(RoleAssignment.role == Role.DISTRICT_OFFICE)
        ).first()
        assert office
        for staff, token in ((assignment[0], tokens["staff"]), (office, tokens["office"])):
            session.add(
                StaffSession(
                    staff_id=staff,
                    token_hash=token_hash(token),
                    last_seen_at=now(),
                    expires_at=now() + timedelta(hours=1),
                    second_factor=True,
                )
            )
        resident = session.scalars(select(Resident.id).where(Resident.demo)).first()
    holder = Actor(Scope.ANONYMOUS, resident_session=token_hash(tokens["resident"]))
    with demo.public_session(holder) as session, session.begin():
        assert resident
        session.add(
            ResidentSession(
                resident_id=resident,
                token_hash=token_hash(tokens["resident"]),
                expires_at=now() + timedelta(hours=1),
            )
        )
    admin = actors.in_tenant(assignment[0], "管理员", [Role.TENANT_ADMIN], assignment[2])
    with demo.session(admin) as session:
        live = session.scalars(
            select(Publication.code).where(Publication.state == "published").limit(1)
        ).one()
        draft = session.scalars(select(Publication.code).order_by(Publication.state).limit(1)).one()
        values = {
            "comment_id": _one(session.scalars(select(Comment.id).where(~Comment.official).limit(1)).first()),
            "template_id": _one(session.scalars(select(AnswerTemplate.id).limit(1)).first()),
            "file_id": _one(session.scalars(select(StoredFile.id).limit(1)).first()),
            "answer_id": _one(session.scalars(select(Comment.id).where(Comment.official).limit(1)).first()),
            "unit": session.scalars(select(ResponsibleUnit.slug).limit(1)).one(),
            "person": str(assignment[0]),
            "role": str(assignment[1]),
            "to": "studying",
        }
    return World(
        "yuqiao",
        values["unit"],
        "yuqiao",
        live,
        draft,
        values,
        tokens["staff"],
        tokens["office"],
        tokens["resident"],
    )


def _one(found: UUID | None) -> str:
    return str(found or uuid4())


def pages(app: Flask) -> Iterator[Rule]:
    """Every route that answers GET with a page."""
    for rule in sorted(app.url_map.iter_rules(), key=lambda r: r.rule):
        if (
            "GET" in (rule.methods or ())
            and permission_of(app, rule.endpoint)
            and not NO_PAGE.search(rule.rule)
        ):
            yield rule


def addresses(app: Flask, world: World, *, draft: bool) -> Iterator[str]:
    known = {
        **world.values,
        "tenant": world.tenant,
        "slug": world.slug,
        "code": world.draft if draft else world.code,
    }
    for rule in pages(app):
        values: dict[str, object] = {}
        for name in rule.arguments:
            converter = rule._converters[name]
            choices = sorted(converter.items) if isinstance(converter, AnyConverter) else []
            values[name] = choices[0] if choices else converter.to_python(known[name])
        built = rule.build(values)
        assert built, rule
        yield built[1]


def cookie(app: Flask, token: str) -> str:
    """The door's signed cookie for a session."""
    client = app.test_client()
    with client.session_transaction() as session:
        session["_user_id"], session["_fresh"] = token, True
    found = client.get_cookie(app.config["SESSION_COOKIE_NAME"], path=app.config["APPLICATION_ROOT"])
    assert found
    return found.value


def look(page: Page, address: str, axe: Callable[[Page], list[str]]) -> list[str]:
    """What is wrong with a page, for people and for axe."""
    answer = page.goto(address, wait_until="load")
    assert answer
    if answer.status in (404, 409):
        return []  # nothing of that kind here; the error page is looked at by itself
    wrong = [] if answer.status == 200 else [f"answers {answer.status}"]
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    if wide > 0:
        wrong.append(f"is {wide} px wider than the window")
    return [f"{address.split('/', 3)[3]}: {finding}" for finding in [*wrong, *axe(page)]]


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("who", ["visitor", "resident", "administrator", "office"])
def test_axe_finds_nothing(
    demo: Deployment,
    live_demo: str,
    world: World,
    open_page: Callable[..., Page],
    axe: Callable[[Page], list[str]],
    who: str,
    width: int,
) -> None:
    public = who in ("visitor", "resident")
    app = demo.public if public else demo.workspace
    token = {
        "resident": world.resident_token,
        "administrator": world.staff_token,
        "office": world.office_token,
    }
    page = open_page(width=width)
    if who != "visitor":
        page.context.add_cookies(
            [
                {
                    "name": app.config["SESSION_COOKIE_NAME"],
                    "value": cookie(app, token[who]),
                    "url": f"{live_demo}/",
                }
            ]
        )
    prefix = "" if public else "/workspace"
    places = list(addresses(app, world, draft=who == "administrator"))
    if who == "resident":
        places = [a for a in places if a.startswith(("/account", "/a/", "/comments"))]
    elif who == "office":
        places = [a for a in places if a.startswith(("/district", "/account"))]
    elif who == "administrator":
        places = [a for a in places if a.startswith("/t/")]
    else:
        places = [a for a in places if not a.startswith(("/account/", "/comments"))]
        places += ["/search?q=口袋公园", "/search?q=没有这样的词语", "/a/nothing", "/sprout/?tag=没有"]
    assert len(places) > 4
    findings = [f for place in places for f in look(page, f"{live_demo}{prefix}{place}", axe)]
    assert findings == []


def test_dark_and_large_type_are_accessible_too(
    demo: Deployment,
    live_demo: str,
    world: World,
    open_page: Callable[..., Page],
    axe: Callable[[Page], list[str]],
) -> None:
    page = open_page(width=360, color_scheme="dark", forced_colors="none")
    page.goto(live_demo)
    page.get_by_role("button", name="大字版").or_(page.get_by_role("link", name="大字版")).first.click()
    findings = [
        f for place in ("/", f"/a/{world.code}", "/sprout/") for f in look(page, f"{live_demo}{place}", axe)
    ]
    assert findings == []


def test_the_demonstration_has_everything_to_look_at(demo: Deployment) -> None:
    with demo.session() as session:
        assert (session.scalar(text("SELECT count(*) FROM publication")) or 0) >= 60
        assert (session.scalar(text("SELECT count(DISTINCT fate) FROM comment")) or 0) == 5
        assert (session.scalar(text("SELECT count(*) FROM tenant")) or 0) == 22
