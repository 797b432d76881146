"""The page cache: one rendering for many readers, never anybody's own page."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask, Response, abort, make_response, request, session, stream_with_context
from werkzeug.test import Client

from webkit.pagecache import FRESH_SECONDS, STALE_SECONDS, PageCache


class Clock:
    """Time that moves when told."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Site:
    """A small app behind the cache that counts what it renders."""

    def __init__(self) -> None:
        self.rendered: list[str] = []
        self.gate = threading.Event()
        self.gate.set()
        self.clock = Clock()
        app = Flask("counted")
        app.secret_key = "test"

        @app.get("/page")
        def page() -> str:
            self.gate.wait(10)
            self.rendered.append(request.full_path)
            return f"<p>{len(self.rendered)}</p>" + "柳" * 2000

        @app.get("/odd")
        def odd() -> str:
            if "Range" in request.headers or request.content_length:
                abort(416 if "Range" in request.headers else 413)
            self.rendered.append("odd")
            return "<p>柳</p>"

        @app.get("/private")
        def private() -> Response:
            self.rendered.append("private")
            return make_response("mine", {"Cache-Control": "private, no-cache"})

        @app.get("/session")
        def with_session() -> str:
            session["token"] = "x"
            self.rendered.append("session")
            return "form"

        @app.get("/file")
        def file() -> Response:
            def chunks() -> Iterator[bytes]:
                for _ in range(3):
                    self.rendered.append("chunk")
                    yield b"x" * 10

            return Response(stream_with_context(chunks()), mimetype="application/pdf")

        self.app = app
        app.wsgi_app = PageCache(  # type: ignore[method-assign]
            app.wsgi_app, private_cookies=frozenset({"session"}), clock=self.clock
        )

    def client(self) -> Client:
        return self.app.test_client(use_cookies=False)  # so that a test may write the header


@pytest.fixture
def counted() -> Site:
    return Site()


def test_a_second_reader_gets_the_page_without_rendering(counted: Site) -> None:
    first, second = counted.client().get("/page"), counted.client().get("/page")
    assert first.data == second.data
    assert len(counted.rendered) == 1
    assert second.headers["Cache-Control"] == "public, max-age=5, stale-while-revalidate=15"
    assert second.headers["Vary"] == "Accept-Encoding, Cookie, HX-Boosted, HX-History-Restore-Request, HX-Request"
    counted.clock.now += FRESH_SECONDS + 0.1
    assert counted.client().get("/page").data != first.data


@pytest.mark.parametrize(
    "cookie", ["\xff\xfe", "session=\xff", "a=1; \xe9=\xff; session=1", ";;;=", 'a="\\400']
)
def test_whatever_stands_in_a_cookie_is_read_as_the_pages_read_it(counted: Site, cookie: str) -> None:
    counted.client().get("/page")
    answer = counted.client().get("/page", headers={"Cookie": cookie})
    assert answer.status_code == 200
    assert len(counted.rendered) == (2 if "session" in cookie else 1)


@pytest.mark.parametrize("odd", [{"headers": {"Range": "bytes=9-"}}, {"data": b"x=1"}])
def test_an_odd_request_keeps_no_page_from_the_cache(counted: Site, odd: dict[str, Any]) -> None:
    assert counted.client().get("/odd", **odd).status_code >= 400
    assert [counted.client().get("/odd").status_code for _ in range(3)] == [200] * 3
    assert counted.rendered == ["odd"]


def test_a_known_page_is_not_sent_again(counted: Site) -> None:
    client = counted.client()
    for headers in ({}, {"Accept-Encoding": "gzip"}):
        first = client.get("/page", headers=headers)
        again = client.get("/page", headers={**headers, "If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b"")
        assert again.headers["ETag"] == first.headers["ETag"]
    assert client.get("/page", headers={"If-None-Match": '"other"'}).status_code == 200


def test_both_encodings_are_the_same_page_under_different_tags(counted: Site) -> None:
    plain = counted.client().get("/page")
    packed = counted.client().get("/page", headers={"Accept-Encoding": "gzip"})
    assert gzip.decompress(packed.data) == plain.data
    assert plain.headers["ETag"] != packed.headers["ETag"]
    assert not plain.headers["ETag"].startswith("W/")


@pytest.mark.parametrize(
    "change",
    [
        {"query_string": "page=2"},
        {"headers": {"HX-Request": "true"}},
        {"headers": {"Cookie": "xinya_lang=en"}},
        {"headers": {"Cookie": "xinya_type=large"}},
        {"base_url": "http://other.example"},
        {"base_url": "http://localhost/prefix"},
    ],
)
def test_what_differs_is_kept_apart(counted: Site, change: dict[str, Any]) -> None:
    client = counted.client()
    client.get("/page")
    client.get("/page", **change)
    assert len(counted.rendered) == 2


def test_foreign_cookies_do_not_matter(counted: Site) -> None:
    counted.client().get("/page")
    counted.client().get("/page", headers={"Cookie": "_ga=1; other=2"})
    assert len(counted.rendered) == 1


@pytest.mark.parametrize("headers", [{"Cookie": "session=abc"}, {"Authorization": "Basic eDp5"}])
def test_who_is_signed_in_never_touches_the_cache(counted: Site, headers: dict[str, str]) -> None:
    counted.client().get("/page")
    for _ in range(2):
        counted.client().get("/page", headers=headers)
    assert len(counted.rendered) == 3
    counted.client().get("/page")
    assert len(counted.rendered) == 3


@pytest.mark.parametrize("path", ["/private", "/session", "/nothing"])
def test_some_answers_are_never_kept(counted: Site, path: str) -> None:
    answers = [counted.client().get(path) for _ in range(3)]
    assert all("ETag" not in answer.headers for answer in answers)
    assert path == "/nothing" or len(counted.rendered) == 3


def test_a_file_is_passed_on_as_it_comes(counted: Site) -> None:
    answer = counted.client().get("/file", buffered=False)
    assert len(counted.rendered) < 3, "the whole file was read before the first byte went out"
    assert answer.data == b"x" * 30


def test_many_readers_at_once_cost_one_rendering(counted: Site) -> None:
    counted.gate.clear()
    with ThreadPoolExecutor(8) as pool:
        answers = [pool.submit(counted.client().get, "/page") for _ in range(8)]
        counted.gate.set()
        bodies = {answer.result().data for answer in answers}
    assert len(bodies) == 1
    assert len(counted.rendered) == 1


def test_while_one_renders_the_others_read_the_old_page(counted: Site) -> None:
    old = counted.client().get("/page").data
    counted.clock.now += FRESH_SECONDS + 1
    counted.gate.clear()
    with ThreadPoolExecutor(1) as pool:
        renewing = pool.submit(counted.client().get, "/page")
        while not counted.app.wsgi_app._rendering:  # type: ignore[attr-defined]
            pass  # until the other thread has taken the turn
        assert counted.client().get("/page").data == old
        counted.gate.set()
        assert renewing.result().data != old


def test_an_old_page_is_not_shown_for_long(counted: Site) -> None:
    old = counted.client().get("/page").data
    counted.clock.now += STALE_SECONDS + 1
    assert counted.client().get("/page").data != old


def test_head_answers_without_a_body(counted: Site) -> None:
    client = counted.client()
    client.get("/page")
    answer = client.head("/page")
    assert answer.data == b"" and int(answer.headers["Content-Length"]) > 1000
    assert len(counted.rendered) == 1


def test_a_fault_while_rendering_frees_the_turn(counted: Site) -> None:
    broken = Flask("broken")

    @broken.get("/")
    def page() -> str:
        raise RuntimeError("on purpose")

    broken.wsgi_app = PageCache(broken.wsgi_app, private_cookies=frozenset())  # type: ignore[method-assign]
    for _ in range(2):
        assert broken.test_client().get("/").status_code == 500
