"""The two doors for a WSGI server: `wsgi:app` is both, `wsgi:public` and `wsgi:workspace` are one each.

The doors are told apart by path (`/workspace`), or by host name when WORKSPACE_HOST is set. `/healthz` answers
when the process serves, `/readyz` when each part in use works, on either door.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING

from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

import settings as configuration
from operations import checks
from settings import Settings
from tenants.database import Face

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

WORKSPACE_PREFIX = "/workspace"
#: Seconds for which an answer of /readyz stands, so that asking it costs little.
READY_FOR = 2.0


def compose(
    settings: Settings, *, public: WSGIApplication | None = None, workspace: WSGIApplication | None = None
) -> WSGIApplication:
    """Both doors in one process; made here unless given."""
    public, workspace = public or _public(settings), workspace or _workspace(settings)
    doors: WSGIApplication = (
        _by_host(settings, public, workspace)
        if settings.workspace_host
        else DispatcherMiddleware(public, {WORKSPACE_PREFIX: workspace})
    )
    return _with_health(doors, settings, Face.WORKSPACE, Face.PUBLIC)


def _public(settings: Settings) -> WSGIApplication:
    from public_site.app import create_app

    return create_app(settings)


def _workspace(settings: Settings) -> WSGIApplication:
    from portal.app import create_app

    return create_app(settings, prefix="" if settings.workspace_host else WORKSPACE_PREFIX)


def _workspace_alone(settings: Settings) -> WSGIApplication:
    """Under the same path as with the public site, so that a reverse proxy may send it that path unchanged."""
    workspace = _workspace(settings)
    if settings.workspace_host:
        return workspace
    return DispatcherMiddleware(redirect(f"{WORKSPACE_PREFIX}/"), {WORKSPACE_PREFIX: workspace})


def _by_host(settings: Settings, public: WSGIApplication, workspace: WSGIApplication) -> WSGIApplication:
    def choose(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        host = environ.get("HTTP_HOST", "").rsplit(":", 1)[0].lower()
        if host == settings.workspace_host.lower():
            return workspace(environ, start_response)
        if not settings.public_host or host == settings.public_host.lower():
            return public(environ, start_response)
        return Response("未知的网站地址。 Unknown host.\n", 421)(environ, start_response)

    if settings.proxies:
        return ProxyFix(choose, x_for=0, x_proto=0, x_host=settings.proxies)
    return choose


def _with_health(app: WSGIApplication, settings: Settings, *faces: Face) -> WSGIApplication:
    lock = threading.Lock()
    answer: tuple[float, Response] = (0.0, Response())

    def ready() -> Response:
        nonlocal answer
        with lock:
            made, response = answer
            if time.monotonic() - made > READY_FOR or not made:
                parts = {finding.part: finding.ok for finding in checks.readiness(settings, faces)}
                failing = [part for part, ok in parts.items() if not ok]
                body = json.dumps({"ready": not failing, "failing": failing, "parts": parts})
                response = Response(f"{body}\n", 503 if failing else 200, mimetype="application/json")
                response.headers["Cache-Control"] = "no-store"
                answer = (time.monotonic(), response)
            return response

    def serve(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path == "/healthz":
            return Response("ok\n", mimetype="text/plain")(environ, start_response)
        if path == "/readyz":
            return ready()(environ, start_response)
        return app(environ, start_response)

    return serve


def __getattr__(name: str) -> WSGIApplication:
    """Made when asked for, so that a process which serves one door never loads the other."""
    settings = configuration.current()
    if name == "app":
        made = compose(settings)
    elif name == "public":
        made = _with_health(_public(settings), settings, Face.PUBLIC)
    elif name == "workspace":
        made = _with_health(_workspace_alone(settings), settings, Face.WORKSPACE)
    else:
        raise AttributeError(name)
    globals()[name] = made
    return made
