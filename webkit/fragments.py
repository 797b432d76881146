"""One template for the page and for its parts: htmx asks for a part and gets the block alone."""

from __future__ import annotations

from flask import Response, make_response, render_template, request
from jinja2_fragments.flask import render_block


def wants_part() -> bool:
    """Whether htmx asks for a part; not when it restores history or follows a boosted link."""
    headers = request.headers
    return (
        headers.get("HX-Request") == "true"
        and headers.get("HX-History-Restore-Request") != "true"
        and headers.get("HX-Boosted") != "true"
    )


def render(template: str, block: str | None = None, *, status: int = 200, **context: object) -> Response:
    """Render `template`, or only `block` of it for htmx."""
    if block and wants_part():
        response = make_response(render_block(template, block, **context), status)
    else:
        response = make_response(render_template(template, **context), status)
    if block:
        response.vary.add("HX-Request")
    return response
