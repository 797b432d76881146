"""The workspace: its Flask app, who is signed in, and in which capacity a request is made."""

from __future__ import annotations

from pathlib import Path

from flask import Flask, abort, current_app, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, current_user
from sqlalchemy import Engine

import search.connect
import search.sources
from portal import gate, slices
from portal.chrome import describe
from portal.gate import Verdict
from portal.kit import pages
from portal.reader import LAST_DESK, Reader, author, load_reader
from portal.reader import reader as signed_in
from portal.workplace import Workplace
from settings import Settings
from tenants import actors, requests
from tenants.actors import Desk
from tenants.database import Face, engine_for
from tenants.identity import places
from tenants.kept import KeptPosts
from tenants.permissions import Permission
from webkit import chrome, kept
from webkit.app import create_app as create_web_app
from webkit.safe_redirect import with_query
from webkit.security import origin

COOKIE = "xinya_workspace"


def create_app(settings: Settings, *, engine: Engine | None = None, prefix: str = "/workspace") -> Flask:
    """The workspace's app. `engine` connects as the workspace's database role; `prefix` is where it is mounted."""
    app = create_web_app(
        "workspace",
        settings,
        template_folder=Path(__file__).parent / "templates",
        cookie_name=COOKIE,
        layout="webkit/workspace.html",
        address=settings.workspace_address,
        prefix=prefix,
        # who has no search of the workspace asks the public site's
        content_policy={"form-action": [origin(settings.public_address)]},
    )
    app.config["SETTINGS"] = settings
    engine = engine or engine_for(settings, Face.WORKSPACE)
    # before `requests`: what was kept of a form is dropped after the commit (Flask goes backwards)
    kept.init_app(app, KeptPosts(engine), author, requests.requires(Permission.OWN_ACCOUNT))
    requests.install(app, engine)
    search.connect.install(settings, engine.url)
    search.sources.load("portal")
    login = LoginManager(app, add_context_processor=False)  # a page of an error asks nobody
    login.session_protection = None  # sessions are rows: they end by being revoked, not by a changed address
    login.user_loader(load_reader)
    app.before_request(choose_actor)
    chrome.provides(app)(describe)
    for blueprint in (pages.blueprint, *slices.blueprints()):
        app.register_blueprint(blueprint)
    return app


def choose_actor() -> ResponseReturnValue | None:
    """Find out who acts, and whether the route's permission is theirs.

    The permission's first word says where it is held.
    """
    g.actor = actors.signing_in().at(request.remote_addr, g.get("request_id"))
    if request.endpoint is None or request.endpoint == "static":
        return None  # 404 and 405 are answered by their handlers
    permission = requests.permission_of(current_app, request.endpoint)
    return authorise(permission) if permission else None


def authorise(permission: Permission) -> ResponseReturnValue | None:
    """Set the request's actor for `permission`, or answer why not."""
    scope = permission.split(":", 1)[0]
    if scope == "public":
        return None
    if not current_user.is_authenticated:
        return kept.sign_in_first("account.sign_in")
    reader = signed_in()
    if permission is not Permission.SIGN_IN_COMPLETE and reader.staff.half_signed_in:
        return kept.sign_in_first("account.second_factor")
    actor = gate.capacity(permission, reader.staff, _workplace(reader, scope))
    if actor is None and (moved := _moved(reader, scope)):
        return moved
    if actor is not None:
        requests.act_as(actor)
    if (verdict := gate.verdict(permission, actor)) is not Verdict.OPEN:
        abort(verdict)
    return None


def _moved(reader: Reader, scope: str) -> ResponseReturnValue | None:
    """To the same page at the present address of a place that had this one before; a form goes along."""
    arguments = request.view_args or {}
    former = arguments.get(scope, "")
    if scope == "tenant":
        slug = places.moved_to(requests.db(), former)
    elif scope == "bureau":
        slug = reader.bureau_moved_to(former)
    else:
        return None
    if slug is None or reader.workplace(Desk(scope), slug) is None:
        return None
    address = url_for(request.endpoint or "", **{**arguments, scope: slug})
    return redirect(with_query(address), 301 if request.method in requests.SAFE_METHODS else 308)


def _workplace(reader: Reader, scope: str) -> Workplace | None:
    """The desk of the address, when this reader may sit down at it; an own one is remembered as the one used last."""
    if scope == "self":
        return None
    workplace = reader.workplace(Desk(scope), (request.view_args or {}).get(scope, ""))
    if workplace is None:
        return None
    g.workplace = workplace
    if workplace.desk is Desk.TENANT:
        g.tenant = workplace.place
    if session.get(LAST_DESK) != workplace.key and workplace in reader.workplaces:
        session[LAST_DESK] = workplace.key
    return workplace
