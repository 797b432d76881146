"""The headers that tell a browser what a page may do, and protection against forged requests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from flask import Flask, Response, abort, request
from flask_wtf.csrf import CSRFProtect

from settings import Settings
from webkit.text import INVISIBLE

csrf = CSRFProtect()
"""For `@csrf.exempt` on the few addresses that a machine posts to (one-click unsubscribe)."""

_YEAR = 365 * 24 * 3600


def origin(url: str) -> str:
    """Scheme and host of an address, as a content policy names a source; "" for none."""
    parts = urlsplit(url)
    host = parts.netloc.replace("{s}", "*")  # tile templates name their mirrors {s}
    return f"{parts.scheme}://{host}" if parts.scheme in ("http", "https") and host else ""


def policy(settings: Settings, extra: Mapping[str, Sequence[str]] | None = None) -> str:
    """The content security policy: own sources only, pictures also from the file store and the tile server."""
    pictures = [origin(settings.s3_endpoint_url), origin(settings.map_tiles_url)]
    directives: dict[str, list[str]] = {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:", *filter(None, pictures)],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "media-src": ["'self'"],
        "manifest-src": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
        "object-src": ["'none'"],
    }
    for directive, sources in (extra or {}).items():
        directives.setdefault(directive, []).extend(sources)
    return "; ".join(f"{name} {' '.join(sources)}" for name, sources in directives.items())


def refuse_swarms() -> None:
    """No form of ours has that many fields. Werkzeug bounds those of a form with files; taking a million others
    apart keeps a processor busy for seconds, whoever sent them."""
    if request.mimetype != "application/x-www-form-urlencoded":
        return
    limit = request.max_form_memory_size
    if limit is not None and (request.content_length or 0) > limit:
        abort(413)
    if request.get_data(cache=True, parse_form_data=False).count(b"&") >= (request.max_form_parts or 0):
        abort(413)


def init_app(
    app: Flask,
    settings: Settings,
    *,
    https: bool,
    content_policy: Mapping[str, Sequence[str]],
    private_cookies: frozenset[str] | None,
) -> None:
    """Send the headers with every answer; a view that set one itself keeps its own.

    Pages are for the reader alone, except those of a face with `private_cookies` asked for
    with none of them: the page cache decides about these.
    """
    app.before_request(refuse_swarms)  # first: the protection against forged requests reads the form
    csrf.init_app(app)
    headers = {
        "Content-Security-Policy": policy(settings, content_policy),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "strict-origin-when-cross-origin",
        "Permissions-Policy": "camera=(), microphone=(), geolocation=(self), payment=(), usb=()",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "X-Frame-Options": "DENY",
    }
    if https:
        headers["Strict-Transport-Security"] = f"max-age={_YEAR}"

    @app.before_request
    def refuse_odd_paths() -> None:
        """No page has an address that holds what no text may hold; `CleanRequest` cleans all else."""
        asked = (request.view_args or {}).values()
        if any(isinstance(value, str) and INVISIBLE.search(value) for value in asked):
            abort(400)

    @app.after_request
    def protect(response: Response) -> Response:
        for name, value in headers.items():
            response.headers.setdefault(name, value)
        if response.location and response.location.startswith(request.host_url):
            # Werkzeug's own redirects repeat the host the client named, which a cache in front may keep for all
            response.location = "/" + response.location.removeprefix(request.host_url).lstrip("/\\")
        anyone = private_cookies is not None and private_cookies.isdisjoint(request.cookies)
        if not anyone or request.method not in ("GET", "HEAD"):
            response.headers.setdefault("Cache-Control", "private, no-cache")
        return response
