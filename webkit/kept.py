"""Nothing typed is lost on the way: a form sent with an ended session is kept and put back after signing in.

`keep()` answers such a post with the way back to the page of the form, which asks for signing in as it always does;
its address carries `?kept=<id>` through all steps of that. Any `webkit.forms.Form` on the page then takes what was
typed (`typed_for`). A page without such a form leads to a page of its own that shows the text and sends it again.

It is kept in the database and not in the sign-in page: signing in takes several pages at both doors, each
answered by a redirect, which carries no hidden fields.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Protocol, cast
from urllib.parse import parse_qsl, urlencode, urlsplit
from uuid import UUID

from flask import (
    Flask,
    Response,
    abort,
    current_app,
    flash,
    g,
    make_response,
    redirect,
    request,
    url_for,
)
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from webkit.fragments import render, wants_part
from webkit.safe_redirect import current_path, is_local, parts_of, with_query

#: Fields that are never kept: they prove who somebody is, and are typed anew.
SECRETS = frozenset({"csrf_token", "password", "again", "current", "code", "secret"})
#: Characters that one form may keep.
LONGEST = 1_000_000
LASTS_SECONDS = 24 * 3600


class Store(Protocol):
    """Where posts are kept: `tenants.kept.KeptPosts`."""

    def keep(
        self, browser: str, owner: str, path: str, posted: dict[str, Any], *, ip: str | None
    ) -> UUID | None: ...
    def find(self, browser: str, owner: str, kept_id: UUID) -> dict[str, Any] | None: ...
    def drop(self, browser: str, owner: str, path: str) -> None: ...


class Author(Protocol):
    """Who sends this request: signed in or, with `ended`, having been so; "" when nobody can tell."""

    def __call__(self, *, ended: bool) -> str: ...


@dataclass(frozen=True)
class Post:
    """A form as it was sent: to which path, its fields in order, the names of its files."""

    path: str
    fields: list[tuple[str, str]]
    files: list[str]


@dataclass(frozen=True)
class _Door:
    store: Store
    author: Author
    cookie: str


def init_app(app: Flask, store: Store, author: Author, mark: Callable[[Any], Any]) -> None:
    """Keep posts of `app` in `store`.

    `author(ended=True)` names who sends this request, though their session may have ended; "" when nobody can tell.
    `mark` puts the permission of everybody signed in on the page that shows a kept text.
    """
    cookie = f"{app.config['SESSION_COOKIE_NAME']}_kept"
    app.extensions["webkit_kept"] = _Door(store, author, cookie)

    def page(kept_id: UUID) -> Response:  # each door's own: the permission is written on the function
        return _page(kept_id)

    app.add_url_rule("/kept/<uuid:kept_id>", "kept", mark(page))

    @app.after_request
    def finish(response: Response) -> Response:
        if request.method == "POST":
            if cookie in request.cookies and response.status_code < 400 and "kept_now" not in g:
                store.drop(request.cookies[cookie], author(ended=False), current_path())
            return response
        if response.location and (kept_id := _asked()) and str(kept_id) not in response.location:
            response.location = _with(response.location, kept_id)
        unseen = "kept_post" not in g and response.status_code == 200 and response.mimetype == "text/html"
        if unseen and (kept_id := _asked()) and request.endpoint != "kept" and _find(kept_id):
            return make_response(redirect(url_for("kept", kept_id=kept_id), 303))
        return response


def _door() -> _Door | None:
    return cast(_Door | None, current_app.extensions.get("webkit_kept"))


def keep(*, proved: bool = True) -> Response | None:
    """Keep what this request posted; the way back to its form, or None when there is nothing to come back to.

    `proved` says that the request showed a valid token. Without one it is kept only when the browser says that the
    form stood on a page of ours: another site must not put words into somebody's mouth.
    """
    door = _door()
    if door is None or request.method != "POST" or not (proved or _from_here()):
        return None
    page = _page_of_form()
    fields = [(name, value) for name, value in request.form.items(multi=True) if name not in SECRETS]
    files = [str(file.filename) for file in request.files.values() if file.filename]
    if not any(value for _name, value in fields):
        return go(page) if page else None
    if sum(len(name) + len(value) for name, value in fields) > LONGEST:
        return None
    browser = request.cookies.get(door.cookie) or secrets.token_urlsafe(32)
    posted = {"path": with_query(current_path()), "fields": fields, "files": files}
    kept_id = door.store.keep(browser, door.author(ended=True), current_path(), posted, ip=request.remote_addr)
    if kept_id is None:
        return None
    g.kept_now = True
    response = go(_with(page, kept_id) if page else url_for("kept", kept_id=kept_id))
    config = current_app.config
    response.set_cookie(
        door.cookie,
        browser,
        max_age=LASTS_SECONDS,
        path=config["APPLICATION_ROOT"],
        secure=config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
    )
    return response


def sign_in_first(endpoint: str, *, ask_in_place: Callable[[str], str] | None = None) -> Response:
    """To the page of `endpoint`, where this request's reader signs in, and from there back to where they were.

    What was posted is kept. Where htmx wanted a part of a page, `ask_in_place` makes the one that stands in for it from
    where to go on; our scripts, which ask for JSON, are told to sign in.
    """
    if request.accept_mimetypes.best == "application/json":
        abort(401)
    back = keep()
    if request.method in ("GET", "HEAD"):
        if wants_part():
            return go(url_for(endpoint, next=_page_of_form() or None))
        return make_response(redirect(url_for(endpoint, next=with_query(current_path()))))
    if back is None:
        flash(_("登录已经结束，请重新登录。"), "warning")
        return go(url_for(endpoint))
    onward = back.headers.get("HX-Redirect") or back.location or ""
    if wants_part() and ask_in_place:
        back.headers.remove("HX-Redirect")
        back.headers.remove("HX-Reswap")
        back.set_data(ask_in_place(onward))
        return back
    flash(_("登录已经结束。重新登录后，刚才填写的内容会放回原处。"), "warning")
    back.headers["HX-Redirect" if wants_part() else "Location"] = url_for(endpoint, next=onward)
    return back


def forged() -> Response | None:
    """The answer to a post without a valid token, when it came from a page of ours: back to its form."""
    if request.accept_mimetypes.best == "application/json":
        return None
    back = keep(proved=False)
    if back is not None:
        flash(_("登录状态有了变化，刚才没有提交。填写的内容没有丢。"), "warning")
    return back


def go(address: str) -> Response:
    """To `address`; htmx is told to open it as a page instead of putting it into this one."""
    if not wants_part():
        return make_response(redirect(address, 303))
    response = make_response("", 200)
    response.headers["HX-Redirect"] = address
    response.headers["HX-Reswap"] = "none"
    return response


def typed() -> Post | None:
    """What this page is asked to put back, when it is the reader's."""
    kept_id = _asked()
    if kept_id is None or request.method != "GET":
        return None
    if "kept_post" not in g:
        g.kept_post = _find(kept_id)
        if g.kept_post:
            flash(_("刚才填写的内容已经放回来了，请看过再提交。"), "info")
            if g.kept_post.files:
                flash(_("文件请重新选择：%(names)s", names=_("、").join(g.kept_post.files)), "warning")
    return cast(Post | None, g.kept_post)


def typed_for(needed: Iterable[str]) -> MultiDict[str, str] | None:
    """What was typed into a form known by the fields `needed`; None when this page puts back nothing like it."""
    wanted = set(needed)
    if _asked() is None or not wanted:
        return None
    post = typed()
    if post is None or not wanted <= {name for name, _value in post.fields}:
        return None
    return MultiDict(post.fields)


def _asked() -> UUID | None:
    try:
        return UUID(request.args.get("kept", ""))
    except ValueError:
        return None


def _find(kept_id: UUID) -> Post | None:
    door = _door()
    browser = request.cookies.get(door.cookie) if door else None
    if door is None or not browser:
        return None
    found = door.store.find(browser, door.author(ended=False), kept_id)
    if found is None:
        return None
    return Post(found["path"], [(name, value) for name, value in found["fields"]], found["files"])


def _page(kept_id: UUID) -> Response:
    """The text alone, to be sent again: for forms that stand on no page of their own."""
    post = _find(kept_id)
    if post is None:
        abort(404)
    response = render("webkit/kept.html", post=post, layout=current_app.extensions["webkit_layout"])
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _from_here() -> bool:
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    named = request.headers.get("Origin") or request.headers.get("Referer") or ""
    return bool(named) and parts_of(named).netloc == request.host != ""


def _page_of_form() -> str:
    """Where the form stands that was sent: at its own address, else at the page that the browser names."""
    adapter = current_app.create_url_adapter(request)
    if adapter is not None and adapter.test(request.path, "GET"):
        return with_query(current_path())
    named = parts_of(request.headers.get("HX-Current-URL") or request.headers.get("Referer") or "")
    address = f"{named.path}?{named.query}" if named.query else named.path
    return address if named.netloc == request.host and is_local(address) else ""


def _with(address: str, kept_id: UUID) -> str:
    parts = urlsplit(address)
    others = [(name, value) for name, value in parse_qsl(parts.query, True) if name != "kept"]
    return parts._replace(query=urlencode([*others, ("kept", str(kept_id))])).geturl()
