"""Every HTML response of the test suite is parsed as HTML5, and an error of the parser fails the test."""

from __future__ import annotations

from typing import Any

import html5lib
from flask.testing import FlaskClient
from html5lib.constants import E
from werkzeug.test import TestResponse


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
            wrong = errors_of(response.text, part=response.request.headers.get("HX-Request") == "true")
            assert not wrong, f"{response.request.path} is not well-formed HTML:\n" + "\n".join(wrong)
        return response
