"""Every HTML response of the test suite is parsed as HTML5, and an error of the parser fails the test."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import html5lib
from flask import Flask
from flask.testing import FlaskClient
from html5lib.constants import E
from jinja2 import FileSystemBytecodeCache
from werkzeug.test import TestResponse

from tests.support.wellformed import plainly_well_formed

_compiled: Path | None = None


def errors_of(text: str, *, part: bool = False) -> list[str]:
    """What the HTML5 parser finds wrong, with the line. `part` parses a fragment instead of a page."""
    parser = html5lib.HTMLParser()
    if part:
        parser.parseFragment(text)
    else:
        parser.parse(text)
    lines = text.splitlines()
    return [
        f"{line}: {E[code] % data} | {lines[line - 1].strip()[:160] if 0 < line <= len(lines) else ''}"
        for (line, _), code, data in parser.errors
    ]


class StrictClient(FlaskClient):
    """A test client that reads what it gets as a strict browser would."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        response = super().open(*args, **kwargs)
        if response.mimetype == "text/html" and response.data:
            part = response.request.headers.get("HX-Request") == "true"
            if not plainly_well_formed(response.text, part=part):
                wrong = errors_of(response.text, part=part)
                assert not wrong, f"{response.request.path} is not well-formed HTML:\n" + "\n".join(wrong)
        return response


def strict(app: Flask) -> Flask:
    """The app for tests: its clients read strictly, and what another app of the run compiled is not compiled again."""
    app.test_client_class = StrictClient
    if _compiled:
        app.jinja_env.bytecode_cache = FileSystemBytecodeCache(str(_compiled), f"{app.name}-%s")
    return app


def share_compiled(folder: Path) -> None:
    """Where this run's processes keep the templates that one of them compiled."""
    global _compiled
    _compiled = folder
