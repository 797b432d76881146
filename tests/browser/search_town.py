"""A town with articles to search for, and who comes there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import TYPE_CHECKING
from urllib.parse import urlparse

import pytest
from flask import Flask
from playwright.sync_api import expect

from portal.publishing.content import Attachment
from portal.publishing.policy import Kind
from tenants.clock import now
from tenants.files import service as files
from tenants.files.inspect import Purpose
from tenants.permissions import Role
from tests.browser.hands import Way
from tests.conftest import Deployment
from tests.factories import people, publishing
from tests.factories.people import Person, Place

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

Open = Callable[..., "Page"]
Axe = Callable[["Page"], list[str]]


@pytest.fixture(scope="module")
def paper(browser: Browser) -> bytes:
    """A document of two pages, as an office program prints it."""
    page = browser.new_page()
    page.set_content(
        "<p>第一页讲背景。</p><p style='break-before: page'>东侧地块夜间开放停车泊位二百个，周末加开。</p>"
    )
    printed = page.pdf()
    page.close()
    return printed


@pytest.fixture(scope="module")
def town(deployment: Deployment, paper: bytes) -> Place:
    """A subdistrict and a town with four articles about pocket parks and parking, indexed."""
    with deployment.session() as session, session.begin():
        here = people.tenant(session, "玉桥街道办事处")
        there = people.tenant(session, "张家湾镇人民政府")
        staff = {
            place.id: (
                people.staff(session, Role.PLANNER, place=place),
                people.staff(session, Role.TENANT_STAFF, place=place),
            )
            for place in (here, there)
        }

    def publish(place: Place, kind: Kind, title: str, days: int, paper: bytes | None = None) -> None:
        editor, approver = (person.actor() for person in staff[place.id])
        with deployment.session(approver) as session, session.begin():
            documents: tuple[Attachment, ...] = ()
            if paper:
                with deployment.workspace.app_context():  # whose settings say where files go
                    stored = files.upload(
                        session, editor, BytesIO(paper), "停车方案.pdf", purpose=Purpose.ATTACHMENT
                    )
                documents = (Attachment(stored.id, "停车方案"),)
            when = now() - timedelta(days=days)
            tags = ("口袋公园",) if "公园" in title else ("停车",)
            publishing.published(
                session,
                editor,
                approver,
                kind,
                now=when,
                title=title,
                summary=f"{title}，征求过大家的意见，这里说明怎么安排、什么时候完工、有问题找谁。",
                body=f"<h2>为什么</h2><p>{'居民提了很多次，规划师和大家一起商量出了办法。' * 4}</p>",
                tags=tags,
                documents=documents,
            )

    publish(here, Kind.SPROUT, "玉桥北里口袋公园开工", 30)
    publish(here, Kind.INTERPRETATION, "口袋公园怎么建：一图读懂", 20)
    publish(there, Kind.SPROUT, "张家湾口袋公园建成开放", 10)
    publish(there, Kind.ANNOUNCEMENT, "张家湾停车方案公示", 5, paper)
    deployment.run_jobs()
    return here


def found(page: Page, number: int, *titles: str) -> None:
    """See that the page says how many it found, and (where given) exactly these, in this order."""
    expect(page.locator(".result-count")).to_have_text(f"共 {number} 条")
    if titles:
        expect(page.locator("ol.hits h2")).to_have_text(list(titles))


def fine(page: Page, axe: Axe, way: Way) -> None:
    """Nothing for axe to say (which is itself a script), and nothing wider than the screen."""
    if way.options.get("java_script_enabled", True):
        assert axe(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= way.options["width"]


def come_to_work(deployment: Deployment, page: Page, live: str, place: Place, *roles: Role) -> Person:
    """Sign a new colleague in."""
    with deployment.session() as session, session.begin():
        person = people.staff(session, *(roles or (Role.PLANNER,)), place=place)
    give_cookie(page, deployment.workspace, live, person.token)
    return person


def give_cookie(page: Page, app: Flask, live: str, token: str) -> None:
    """The cookie of somebody who is signed in."""
    signer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    page.context.add_cookies(
        [
            {
                "name": app.config["SESSION_COOKIE_NAME"],
                "value": signer.dumps({"_user_id": token, "_fresh": True}),
                "domain": str(urlparse(live).hostname),
                "path": app.config["APPLICATION_ROOT"],
            }
        ]
    )
