"""An app that tells what the server made of a request."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

TOLD = ("SCRIPT_NAME", "PATH_INFO", "REMOTE_ADDR", "REMOTE_USER", "HTTP_HOST", "wsgi.url_scheme")


def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps({name: environ.get(name, "") for name in TOLD}).encode()]
