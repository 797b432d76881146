"""One template for the page and for its parts: htmx asks for a part and gets the block alone."""

from __future__ import annotations

from flask import Response, after_this_request, current_app, make_response, redirect, render_template, request

from webkit.pagination import Page, url_with

#: What the browser says of how htmx asks: an answer that depends on it names all of them in `Vary`.
ASKED_BY = ("HX-Request", "HX-Boosted", "HX-History-Restore-Request")


def wants_part() -> bool:
    """Whether htmx asks for a part; not when it restores history or follows a boosted link. The answer varies by it."""
    after_this_request(_vary)
    asked, boosted, restored = (request.headers.get(name) == "true" for name in ASKED_BY)
    return asked and not boosted and not restored


def _vary(response: Response) -> Response:
    response.vary.update(ASKED_BY)
    return response


def render(template: str, block: str | None = None, *, status: int = 200, **context: object) -> Response:
    """Render `template`, or only `block` of it for htmx. A `page` past the end of its list leads to the last one."""
    page = context.get("page")
    if isinstance(page, Page) and page.past_end:
        return make_response(redirect(url_with(page=page.pages)))
    if block and wants_part():
        return make_response(_render_block(template, block, context), status)
    return make_response(render_template(template, **context), status)


def _render_block(name: str, block: str, values: dict[str, object]) -> str:
    """The block alone, yet with the macros that its template imports at the top."""
    current_app.update_template_context(values)
    template = current_app.jinja_env.get_template(name)
    context = template.new_context(values)
    page = template.root_render_func(context)
    next(page, None)  # up to the first words of the layout: imports are done, inherited blocks known
    page.close()  # type: ignore[attr-defined]
    return "".join(context.blocks[block][0](context))
