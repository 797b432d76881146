"""One id per request: in the answer, on error pages and in every log line written meanwhile."""

from __future__ import annotations

import logging
import re
import uuid

from flask import Flask, Response, g, has_request_context, request
from flask.logging import default_handler

HEADER = "X-Request-ID"
LOG_FORMAT = "%(asctime)s %(levelname)s [%(request_id)s] %(name)s: %(message)s"
_ACCEPTABLE = re.compile(r"[A-Za-z0-9._-]{8,64}")


def request_id() -> str:
    """The id of the current request, or "-" outside of one."""
    return g.get("request_id", "-") if has_request_context() else "-"


class RequestIdFilter(logging.Filter):
    """Gives every record a `request_id`; put it on a handler together with LOG_FORMAT."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = request_id()
        return True


def init_app(app: Flask, *, trust_incoming: bool) -> None:
    """Number the requests of `app`; an id set by a trusted proxy is kept."""

    @app.before_request
    def give_id() -> None:
        incoming = request.headers.get(HEADER, "") if trust_incoming else ""
        g.request_id = incoming if _ACCEPTABLE.fullmatch(incoming) else uuid.uuid4().hex

    @app.after_request
    def show_id(response: Response) -> Response:
        response.headers[HEADER] = request_id()
        return response

    if not any(isinstance(known, RequestIdFilter) for known in default_handler.filters):
        default_handler.addFilter(RequestIdFilter())
        default_handler.setFormatter(logging.Formatter(LOG_FORMAT))
