"""Rendered pages of the public face, kept for seconds for readers who are not signed in.

It stands before Flask: a hit costs a dictionary look-up and touches no view, session or database.
"""

from __future__ import annotations

import gzip
import hashlib
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import uuid4

from cachetools import TTLCache
from werkzeug.datastructures import Headers
from werkzeug.sansio.http import parse_cookie  # the one that requests use: both must see the same cookies
from werkzeug.test import run_wsgi_app

from webkit.fragments import ASKED_BY
from webkit.language import LANGUAGE_COOKIE, TYPE_COOKIE
from webkit.request_log import HEADER

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

FRESH_SECONDS = 5.0
STALE_SECONDS = 15.0
"""How old a page may be that is shown while another thread renders the new one."""
REMEMBERED_REFUSALS = 4096
"""Addresses known not to be kept (forms, downloads, errors): nobody queues up for those."""
_OF_THE_REQUEST = frozenset({"206", "304", "400", "405", "406", "411", "412", "413", "414", "415", "416", "417", "431"})
"""Answers that an odd request gets and no other: they say nothing of the address."""
CAPACITY_BYTES = 64 * 1024 * 1024
SMALLEST_GZIP = 1024
_KEPT_TYPES = ("text/html", "application/atom+xml", "application/xml", "text/xml")


@dataclass(frozen=True)
class _Stored:
    """One answer in both encodings, headers ready to send."""

    body: bytes
    packed: bytes | None
    headers: list[tuple[str, str]]
    packed_headers: list[tuple[str, str]]
    etag: str
    packed_etag: str
    made: float

    @property
    def size(self) -> int:
        return len(self.body) + len(self.packed or b"") + 2048


def _store(body: bytes, headers: Headers, made: float) -> _Stored:
    digest = hashlib.sha256(body).hexdigest()[:32]
    headers.remove("Content-Length")
    headers.remove(HEADER)
    headers.remove("ETag")
    headers["Cache-Control"] = (
        f"public, max-age={FRESH_SECONDS:.0f}, stale-while-revalidate={STALE_SECONDS:.0f}"
    )
    vary = {part.strip() for part in headers.get("Vary", "").split(",") if part.strip()}
    headers["Vary"] = ", ".join(sorted(vary | {"Accept-Encoding", "Cookie", *ASKED_BY}))
    packed = gzip.compress(body, 6, mtime=0) if len(body) >= SMALLEST_GZIP else None
    plain_tag, packed_tag = f'"{digest}"', f'"{digest}-gzip"'
    plain = [*headers, ("ETag", plain_tag), ("Content-Length", str(len(body)))]
    small = [
        *headers,
        ("ETag", packed_tag),
        ("Content-Encoding", "gzip"),
        ("Content-Length", str(len(packed or b""))),
    ]
    return _Stored(body, packed, plain, small, plain_tag, packed_tag, made)


class PageCache:
    """WSGI middleware. Keeps a GET answer with status 200 unless the request carries a private
    cookie or authorization, or the answer sets a cookie or says `private` or `no-store`."""

    def __init__(
        self,
        app: WSGIApplication,
        *,
        private_cookies: frozenset[str],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.app = app
        self.private_cookies = private_cookies
        self.clock = clock
        self._pages: TTLCache[tuple[str, ...], _Stored] = TTLCache(
            CAPACITY_BYTES, STALE_SECONDS, timer=clock, getsizeof=lambda page: page.size
        )
        self._refused: TTLCache[tuple[str, ...], bool] = TTLCache(REMEMBERED_REFUSALS, 60, timer=clock)
        self._rendering: dict[tuple[str, ...], threading.Lock] = {}
        self._lock = threading.Lock()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        key = self._key(environ)
        if key is None:
            return self.app(environ, start_response)
        with self._lock:
            page = self._pages.get(key)
            refused = key in self._refused
        if page and self.clock() - page.made < FRESH_SECONDS:
            return self._send(page, environ, start_response)
        if refused or environ["REQUEST_METHOD"] == "HEAD":
            return self.app(environ, start_response)
        return self._render(key, page, environ, start_response)

    def forget(self) -> None:
        """Let go of every page: the next reader gets a new one."""
        with self._lock:
            self._pages.clear()
            self._refused.clear()

    def _key(self, environ: WSGIEnvironment) -> tuple[str, ...] | None:
        """What makes two answers the same, or None when this answer is not for everyone."""
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD") or "HTTP_AUTHORIZATION" in environ:
            return None
        language = large = ""
        if header := environ.get("HTTP_COOKIE"):
            cookies = parse_cookie(header)
            if not self.private_cookies.isdisjoint(cookies):
                return None
            language, large = cookies.get(LANGUAGE_COOKIE, ""), cookies.get(TYPE_COOKIE, "")
        path = environ.get("PATH_INFO", "")
        if path.startswith("/static/"):
            return None
        return (
            environ.get("wsgi.url_scheme", ""),
            environ.get("HTTP_HOST", ""),
            environ.get("SCRIPT_NAME", ""),
            path,
            environ.get("QUERY_STRING", ""),
            language,
            large,
            environ.get("HTTP_HX_REQUEST", ""),
            environ.get("HTTP_HX_TARGET", ""),
            environ.get("HTTP_HX_BOOSTED", ""),
            environ.get("HTTP_HX_HISTORY_RESTORE_REQUEST", ""),
        )

    def _render(
        self,
        key: tuple[str, ...],
        stale: _Stored | None,
        environ: WSGIEnvironment,
        start_response: StartResponse,
    ) -> Iterable[bytes]:
        """One thread renders; the others get the stale page at once or wait for the new one."""
        with self._lock:
            turn = self._rendering.setdefault(key, threading.Lock())
        if not turn.acquire(blocking=stale is None):
            assert stale is not None
            return self._send(stale, environ, start_response)
        try:
            with self._lock:
                page = self._pages.get(key)
                refused = key in self._refused
            if page and self.clock() - page.made < FRESH_SECONDS:
                return self._send(page, environ, start_response)
            if refused:
                return self.app(environ, start_response)
            chunks, status, headers = run_wsgi_app(self.app, environ)
            if not self._may_keep(status, headers):
                if status[:3] not in _OF_THE_REQUEST and not status.startswith("5"):
                    with self._lock:
                        self._refused[key] = True
                start_response(status, list(headers))
                return chunks  # passed on as it comes: it may be a large file
            body = b"".join(chunks)
            if close := getattr(chunks, "close", None):
                close()
            page = _store(body, headers, self.clock())
            if page.size <= CAPACITY_BYTES // 8:
                with self._lock:
                    self._pages[key] = page
            return self._send(page, environ, start_response)
        finally:
            with self._lock:
                self._rendering.pop(key, None)
            turn.release()

    @staticmethod
    def _may_keep(status: str, headers: Headers) -> bool:
        control = headers.get("Cache-Control", "")
        return (
            status.startswith("200")
            and "Set-Cookie" not in headers
            and "private" not in control
            and "no-store" not in control
            and headers.get("Content-Type", "").split(";")[0] in _KEPT_TYPES
        )

    @staticmethod
    def _send(page: _Stored, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        identity = (HEADER, uuid4().hex)
        packs = page.packed is not None and "gzip" in environ.get("HTTP_ACCEPT_ENCODING", "")
        headers = page.packed_headers if packs else page.headers
        etag = page.packed_etag if packs else page.etag
        known = environ.get("HTTP_IF_NONE_MATCH", "")
        if known and (known == "*" or etag in known):
            left_out = ("Content-Length", "Content-Encoding", "Content-Type")
            kept = [pair for pair in headers if pair[0] not in left_out]
            start_response("304 NOT MODIFIED", [*kept, identity])
            return []
        start_response("200 OK", [*headers, identity])
        if environ["REQUEST_METHOD"] == "HEAD":
            return []
        return [page.packed if packs and page.packed is not None else page.body]
