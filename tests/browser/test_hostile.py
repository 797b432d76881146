"""Whatever is typed or pasted, nothing of it runs in a reader's or a clerk's browser."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tenants.permissions import Role
from tests.conftest import Deployment
from tests.factories import people, publishing
from tests.factories.participation import corner, resident
from tests.portal.publishing.hostile import HOSTILE

if TYPE_CHECKING:
    from playwright.sync_api import Dialog, Page

pytestmark = pytest.mark.browser

#: How many hostile texts go into one article.
TOGETHER = 12


def assert_nothing_ran(page: Page, address: str) -> None:
    """Open the page, touch everything in it, and see that none of it was a program."""
    dialogs: list[str] = []

    def note(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", note)
    answer = page.goto(address, wait_until="load")
    assert answer
    assert answer.status == 200
    page.evaluate(
        "for (const e of document.querySelectorAll('main *'))"
        " for (const kind of ['mouseover', 'focus', 'animationstart', 'toggle', 'error', 'load'])"
        " e.dispatchEvent(new Event(kind))"
    )
    assert page.evaluate("window.hacked") is None
    assert dialogs == []
    written = page.evaluate(
        "[...document.querySelectorAll('.prose *, .comment-text *, h1 *')].flatMap(e => [...e.attributes]"
        ".filter(a => a.name.startsWith('on') || /^\\s*(javascript|data|vbscript):/i.test(a.value)).map(a => a.name))"
    )
    assert written == []
    assert page.locator(".prose script, .prose iframe, .prose object, .prose form, .prose style").count() == 0
    assert page.url.split("#")[0].split("?")[0] == address.split("?")[0]  # nobody was led away


def test_articles_made_of_hostile_markup(
    deployment: Deployment, live: str, open_page: Callable[..., Page]
) -> None:
    with deployment.session() as session, session.begin():
        place = people.tenant(session)
        editor = people.staff(session, Role.PLANNER, place=place)
        approver = people.staff(session, Role.TENANT_STAFF, place=place)
    page = open_page()
    kept = [
        html for html in HOSTILE if "/media/0189" not in html
    ]  # a text with a picture that is not there is refused
    for start in range(0, len(kept), TOGETHER):
        part = kept[start : start + TOGETHER]
        with deployment.session(approver.actor()) as session, session.begin():
            made = publishing.published(
                session, editor.actor(), approver.actor(),
                title="<img src=x onerror=window.hacked=1>标题",
                body=publishing.BODY + "".join(f"<p>开头{n}</p>{html}" for n, html in enumerate(part)),
                for_you="<script>window.hacked=1</script>对您的影响",
            )  # fmt: skip
        assert_nothing_ran(page, f"{live}/a/{made.code}")


def test_comments_made_of_hostile_markup(
    deployment: Deployment, live: str, open_page: Callable[..., Page]
) -> None:
    place, who = corner(deployment), resident(deployment, "<b onmouseover=window.hacked=1>柳")
    place.show(*(place.comment(who, text[:1900]) for text in HOSTILE[:10]))
    assert_nothing_ran(open_page(), f"{live}/a/{place.code}")
