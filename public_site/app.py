"""The public site: its Flask app and which resident, if any, is reading."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import cast

from flask import Flask, abort, current_app, g, request
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, current_user
from sqlalchemy import Engine

import search.connect
import search.sources
from public_site import pictures
from public_site.account.signing_in import ask_in_place
from public_site.chrome import describe
from public_site.reader import COOKIE, Reader, author, load_reader
from settings import Settings
from tenants import actors, requests
from tenants.database import Face, engine_for
from tenants.identity.residents import SESSION_LASTS
from tenants.kept import KeptPosts
from tenants.permissions import Permission
from webkit import chrome, kept
from webkit.app import create_app as create_web_app

#: Thin slices; each has `views.blueprint`.
SLICES = ("home", "articles", "places", "pages", "feeds", "search", "account", "comments", "media")


def create_app(settings: Settings, *, engine: Engine | None = None) -> Flask:
    """The public app. `engine` connects as the public database role, which reads what is published and nothing else."""
    app = create_web_app(
        "public_site",
        settings,
        template_folder=Path(__file__).parent / "templates",
        cookie_name=COOKIE,
        layout="webkit/public.html",
        address=settings.public_address,
        cache_pages=True,
    )
    app.config.update(SETTINGS=settings, PERMANENT_SESSION_LIFETIME=SESSION_LASTS)
    engine = engine or engine_for(settings, Face.PUBLIC)
    # before `requests`: what was kept of a form is dropped after the commit (Flask goes backwards)
    kept.init_app(app, KeptPosts(engine), author, requests.requires(Permission.RESIDENT_ACCOUNT))
    requests.install(app, engine)
    search.connect.install(settings, engine.url)
    search.sources.load("portal")
    login = LoginManager(app, add_context_processor=False)  # a page of an error asks nobody
    login.session_protection = None
    login.user_loader(load_reader)
    app.before_request(choose_actor)
    chrome.provides(app)(describe)
    app.jinja_env.globals.update(
        picture_url=pictures.picture_url,
        srcset=pictures.srcset,
        media_url=pictures.media_url,
        document_url=pictures.document_url,
        absolute=pictures.absolute,
    )
    for name in SLICES:
        app.register_blueprint(importlib.import_module(f"public_site.{name}.views").blueprint)
    return app


def choose_actor() -> ResponseReturnValue | None:
    """A visitor, or the resident whose session the cookie holds."""
    g.actor = actors.anonymous().at(request.remote_addr, g.get("request_id"))
    if request.endpoint is None or request.endpoint == "static":
        return None
    permission = requests.permission_of(current_app, request.endpoint)
    if COOKIE in request.cookies and current_user.is_authenticated:
        reader = cast(Reader, current_user)
        requests.act_as(reader.actor())
    if permission is None or requests.actor().may(permission):
        return None
    if current_user.is_authenticated:
        abort(403)
    return kept.sign_in_first("account.sign_in", ask_in_place=ask_in_place)
