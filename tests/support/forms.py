"""Filling in the forms of a page as a browser without JavaScript would."""

from __future__ import annotations

from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

from lxml import html
from werkzeug.test import TestResponse

from tests.support.html import StrictClient

PREFIX = "/workspace"


def parsed(page: str) -> Any:
    """The page as a tree to ask with XPath."""
    return html.document_fromstring(page)


def fields(page: str, action: str) -> dict[str, str]:
    """Everything the form that posts to an address ending in `action`, whatever its query, would send."""
    found = form_for(page, action)
    assert found is not None, f"no form for {action} on the page"
    return found


def form_for(page: str, action: str) -> dict[str, str] | None:
    """The same, of a page that may have no such form. One that names no address posts to that of its page."""
    for form in parsed(page).forms:
        to = form.get("action") or (action if form.method == "POST" else "")
        if urlsplit(to)._replace(query="").geturl().endswith(action):
            # a line break at the beginning of a text area is the markup's
            texts = {area.get("name") for area in form.xpath(".//textarea")}
            return {
                name: (value or "").removeprefix("\n") if name in texts else value or ""
                for name, value in form.form_values()
            }
    return None


def local(address: str) -> str:
    """An address of the mounted workspace as its own test client asks for it."""
    return address.removeprefix("http://localhost").removeprefix(PREFIX)


def send(client: StrictClient, page: str, to: str = "", **typed: Any) -> TestResponse:
    """Open `page`, fill in its form for `to` (default: the page's own) and send it; no redirect is followed."""
    to = to or page
    values: dict[str, Any] = {**fields(client.get(page).text, to.partition("?")[0]), **typed}
    return client.post(to, data=values, content_type="multipart/form-data")


def follow(client: StrictClient, answer: TestResponse) -> TestResponse:
    """Where a redirect leads."""
    assert answer.status_code in (302, 303), answer.text
    return client.get(local(answer.location))


def upload(content: bytes, name: str) -> tuple[BytesIO, str]:
    """A file for a form."""
    return BytesIO(content), name
