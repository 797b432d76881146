"""Every HTML response of the test suite is parsed as HTML5, and an error of the parser fails the test."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import html5lib
from flask import Flask
from flask.testing import FlaskClient
from html5lib.constants import E
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from werkzeug.test import TestResponse

from tests.support.wellformed import plainly_well_formed


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


class Compiled(BytecodeCache):
    """Templates that an earlier app of this process compiled."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self.kept:
            bucket.bytecode_from_string(self.kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.kept[bucket.key] = bucket.bytecode_to_string()


_compiled: dict[str, Compiled] = defaultdict(Compiled)


def strict(app: Flask) -> Flask:
    """The app for tests: its clients read strictly, its templates are not compiled again."""
    app.test_client_class = StrictClient
    app.jinja_env.bytecode_cache = _compiled[app.name]
    return app
