"""What surrounds a page: navigation, the reader, the tenant. The door says it, the base templates show it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from flask import Flask, g
from werkzeug.local import LocalProxy


@dataclass(frozen=True)
class Link:
    """One entry of a navigation; `count` is how many things wait there."""

    label: str
    url: str
    icon: str = ""
    active: bool = False
    count: int = 0


@dataclass(frozen=True)
class NavGroup:
    """A titled part of the workspace's navigation; the first group may go without a title."""

    label: str
    links: Sequence[Link]


@dataclass(frozen=True)
class Reader:
    """Who is signed in: the name shown, a line below it, the entries of the menu, where to sign out (POST)."""

    name: str
    detail: str = ""
    links: Sequence[Link] = ()
    sign_out_url: str = ""


@dataclass(frozen=True)
class Chrome:
    """Everything around the content of one page."""

    home_url: str = "/"
    nav: Sequence[Link] = ()
    """Public site: the main navigation."""
    groups: Sequence[NavGroup] = ()
    """Workspace: the navigation by mechanism."""
    reader: Reader | None = None
    sign_in_url: str = ""
    tenant: str = ""
    """Workspace: the tenant (or office) whose work this is; always shown."""
    tenants: Sequence[Link] = ()
    """Workspace: the others this person may switch to."""
    search_url: str = ""
    search_words: str = ""
    """Workspace: what the search looks through, in the empty field."""
    suggest_url: str = ""
    search_text: str = ""
    search_fields: Sequence[tuple[str, str]] = ()
    """On a page of results: the conditions and the order in force, which other words keep."""
    popular: Sequence[Link] = ()
    """Public site: what people look for, under the search box."""
    footer: Sequence[NavGroup] = field(default=())
    notice: str = ""
    """A sentence above every page: what waits because a part is down."""


def provides(app: Flask) -> Callable[[Callable[[], Chrome]], Callable[[], Chrome]]:
    """Register the door's function that describes the surroundings of the current page."""

    def register(function: Callable[[], Chrome]) -> Callable[[], Chrome]:
        app.extensions["webkit_chrome"] = function
        return function

    return register


def init_app(app: Flask) -> None:
    """Give templates `chrome`, asked for once per request and only when a template uses it."""
    app.extensions["webkit_chrome"] = Chrome

    def current() -> Chrome:
        if "webkit_chrome" not in g:
            g.webkit_chrome = app.extensions["webkit_chrome"]()
        found: Chrome = g.webkit_chrome
        return found

    app.jinja_env.globals["chrome"] = LocalProxy(current)
