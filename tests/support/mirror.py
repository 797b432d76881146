"""An app that says what it got; the web server's settings with little patience, for it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from operations import web_worker
from operations.gunicorn_config import *  # noqa: F403 - gunicorn reads them here

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

web_worker.PATIENCE = 1.5
#: What `/large` is made of, and how often.
BLOCK = bytes(range(256)) * 256
BLOCKS = 256
#: What is told of the environment.
TOLD = ("SCRIPT_NAME", "PATH_INFO", "REMOTE_ADDR", "REMOTE_USER", "HTTP_HOST", "wsgi.url_scheme")


def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    path = environ["PATH_INFO"]
    if path == "/large":
        start_response("200 OK", [("Content-Length", str(len(BLOCK) * BLOCKS))])
        return _large()
    if path == "/refuse":
        start_response("413 Content Too Large", [("Content-Length", "0")])
        return []
    if path == "/hold":  # until somebody opens the second pipe
        came, go = parse_qs(environ["QUERY_STRING"])["pipe"]
        Path(came).write_bytes(b"")
        Path(go).read_bytes()
    body = environ["wsgi.input"].read()
    environment = {name: environ.get(name, "") for name in TOLD}
    summary = {"size": len(body), "sum": hashlib.sha256(body).hexdigest()}
    told = json.dumps({"environment": environment, "body": summary}).encode()
    start_response("200 OK", [("Content-Length", str(len(told)))])
    return [told]


def _large() -> Iterator[bytes]:
    for _block in range(BLOCKS):
        yield BLOCK
