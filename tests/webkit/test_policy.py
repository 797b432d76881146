"""Headers: what a page may do is told with every answer, errors included."""

from __future__ import annotations

import pytest
from flask import Flask

from settings import Settings
from tests.webkit import gallery
from webkit.security import policy


def _directives(header: str) -> dict[str, list[str]]:
    return {part.split()[0]: part.split()[1:] for part in header.split("; ")}


@pytest.mark.parametrize("path", ["/", "/form", "/fail/404", "/fail/500", "/nothing", "/part"])
def test_every_answer_carries_the_policy(public: Flask, path: str) -> None:
    public.config["PROPAGATE_EXCEPTIONS"] = False
    headers = public.test_client().get(path).headers
    rules = _directives(headers["Content-Security-Policy"])
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert rules["default-src"] == ["'none'"]
    assert rules["script-src"] == rules["style-src"] == rules["form-action"] == ["'self'"]
    assert rules["frame-ancestors"] == rules["base-uri"] == rules["object-src"] == ["'none'"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert len(headers["X-Request-ID"]) == 32


def test_pictures_may_also_come_from_the_file_store_and_the_map(site_settings: Settings) -> None:
    rules = _directives(policy(site_settings))
    assert rules["img-src"] == ["'self'", "data:", "https://s3.example.cn:9000", "https://*.tiles.example.cn"]
    assert _directives(policy(Settings()))["img-src"] == ["'self'", "data:"]


def test_cookies_are_secure_and_hsts_is_sent_on_https(site_settings: Settings) -> None:
    settings = site_settings.model_copy(update={"public_url": "https://xinya.example.cn"})
    app = gallery.public_app(settings)
    answer = app.test_client().get("/form", base_url="https://xinya.example.cn")
    cookie = answer.headers["Set-Cookie"]
    assert "Secure" in cookie and "HttpOnly" in cookie and "SameSite=Lax" in cookie
    assert "max-age=" in answer.headers["Strict-Transport-Security"]


def test_on_http_nothing_is_pinned(public: Flask) -> None:
    answer = public.test_client().get("/form")
    assert "Secure" not in answer.headers["Set-Cookie"]
    assert "Strict-Transport-Security" not in answer.headers


def test_the_workspace_cookie_stays_under_its_path(workspace: Flask) -> None:
    assert "Path=/workspace" in workspace.test_client().get("/form").headers["Set-Cookie"]


def test_a_plain_page_sets_no_cookie(public: Flask) -> None:
    client = public.test_client()
    for path in ("/", "/article", "/list", "/nothing"):
        assert "Set-Cookie" not in client.get(path).headers


def test_a_form_without_its_token_is_refused_as_a_designed_page(workspace: Flask) -> None:
    answer = workspace.test_client().post("/form", data={"title": "新芽"})
    assert answer.status_code == 400
    assert "页面已经过期" in answer.text
    assert 'id="work-nav"' in answer.text


def test_a_client_behind_a_proxy_cannot_move_the_door(site_settings: Settings) -> None:
    app = gallery.workspace_app(site_settings.model_copy(update={"proxies": 1}))
    answer = app.test_client().get("/list?lang=en", headers={"X-Forwarded-Prefix": "/evil"})
    assert answer.location == "/workspace/list"


def test_redirects_repeat_no_host_that_a_client_named(workspace: Flask) -> None:
    workspace.add_url_rule("/shelf/<name>/", "shelf", lambda name: name)
    answer = workspace.test_client().get("/shelf/x", base_url="http://evil.example/")
    assert (answer.status_code, answer.location) == (308, "/shelf/x/")


def test_a_form_with_a_million_fields_is_refused_unread(workspace: Flask, public: Flask) -> None:
    for app in (workspace, public):
        kind = "application/x-www-form-urlencoded"
        answer = app.test_client().post("/form", data=b"a=1&" * 1_000_000, content_type=kind)
        assert answer.status_code == 413
        answer = app.test_client().post("/form", data=b"a=1&" * 900, content_type=kind)
        assert answer.status_code == 400, "no token"
        answer = app.test_client().post("/form", data=b"a=" + b"1" * 9_000_000, content_type=kind)
        assert answer.status_code == 413
