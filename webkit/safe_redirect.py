"""Addresses to return to that came with a request: only ever inside this site."""

from __future__ import annotations

from urllib.parse import SplitResult, quote, urlsplit

from flask import redirect, request
from werkzeug.wrappers import Response


def is_local(target: str) -> bool:
    """Whether `target` is a path on this site, read as strictly as the most lenient browser reads it."""
    if not target.startswith("/") or target.startswith("//"):
        return False
    if "\\" in target or any(ord(c) < 33 or ord(c) == 127 for c in target):
        return False  # browsers drop control characters and take "\" for "/"
    parts = parts_of(target)
    return not parts.scheme and not parts.netloc


def parts_of(address: str) -> SplitResult:
    """The parts of an address that a browser names; all of them empty for what is none."""
    try:
        return urlsplit(address)
    except ValueError:
        return urlsplit("")


def next_url(fallback: str) -> str:
    """The `next` of the form or address when it is local, else `fallback`."""
    target = request.form.get("next") or request.args.get("next") or ""
    return target if is_local(target) else fallback


def redirect_next(fallback: str) -> Response:
    """Send the reader to `next_url(fallback)`, to be fetched with GET."""
    return redirect(next_url(fallback), 303)


def with_query(address: str) -> str:
    """`address` with the query of this request."""
    query = request.query_string.decode("ascii", "ignore")
    return f"{address}?{query}" if query else address


def current_path() -> str:
    """The path of this request under this site's root, quoted, safe in a Location header."""
    # one leading slash only: "//host" would send the reader to another site
    return "/" + quote(f"{request.root_path}{request.path}".lstrip("/\\"), safe="/~!$&'()*+,;=:@")
