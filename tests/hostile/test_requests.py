"""What no request may bring a page down with: odd characters in any part of it, odd names, too much of anything."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import create_environ, run_wsgi_app

from tests.factories.accounts import token_of
from tests.hostile.conftest import Target

ODD = st.text(
    st.sampled_from("a1好 %&=;\"'<\\\r\n\x00\x7f\x85\ufffe\u202e\u200d\u00a0👨"), max_size=6
)
FORM = "application/x-www-form-urlencoded"
PAIRS = st.lists(st.tuples(st.one_of(st.sampled_from(["q", "sort", "since", "person", "next"]), ODD), ODD), max_size=5)
QUICK = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)


@pytest.fixture(scope="module")
def desk(target: Target) -> FlaskClient:
    return target.at_work(target.admin)


@QUICK
@given(pairs=PAIRS, cookie=ODD, agent=ODD)
def test_an_address_a_cookie_and_a_header_may_hold_anything(
    target: Target, desk: FlaskClient, pairs: list[tuple[str, str]], cookie: str, agent: str
) -> None:
    query = urlencode(pairs)
    headers = {"User-Agent": agent.encode().decode("latin-1").replace("\r", "").replace("\n", "")}
    stranger = target.outside()
    stranger.set_cookie("xinya_lang", cookie)
    for path in ("/", "/search", "/feeds/all.xml"):
        assert stranger.get(f"{path}?{query}", headers=headers).status_code < 400
    for path in ("publications/", "comments/", "audit/", "search"):
        answer = desk.get(f"/t/{target.corner.tenant.slug}/{path}?{query}", headers=headers)
        assert answer.status_code < 400


@QUICK
@given(pairs=PAIRS)
def test_a_form_may_have_any_names_and_values(
    target: Target, desk: FlaskClient, pairs: list[tuple[str, str]]
) -> None:
    slug = target.corner.tenant.slug
    token = token_of(desk.get(f"/t/{slug}/publications/new"))
    fields = [("csrf_token", token), ("kind", "sprout"), ("title", "好\x00的标题"), *pairs, ("title", "\x00")]
    answer = desk.post(f"/t/{slug}/publications/new", data=urlencode(fields), content_type=FORM)
    assert answer.status_code == 303 and answer.location
    code = answer.location.rstrip("/").split("/")[-2]
    for address in (f"publications/{code}/draft", f"publications/{code}/edit"):
        kept = desk.post(f"/t/{slug}/{address}", data=urlencode(fields), content_type=FORM)
        assert kept.status_code < 500
    assert "好的标题" in desk.get(f"/t/{slug}/publications/{code}/edit").text


@pytest.mark.parametrize("path", ["/a/x%00", "/comments/%00", "/%00", "/a/%ff", "/search?q=%ff&%00=%00&q=%00"])
def test_an_odd_path_is_no_page(target: Target, path: str) -> None:
    assert target.outside().get(path).status_code in (200, 400, 404)


@pytest.mark.parametrize("host", ["a" * 64, f"{'a' * 64}.example:8000", "xn--a", "..", "x" * 3000, "\x00"])
def test_an_odd_name_of_the_host_is_answered(target: Target, host: str) -> None:
    for door in (target.deployment.public, target.deployment.workspace):
        # not by a client of tests, which stumbles itself
        _body, status, _headers = run_wsgi_app(door, {**create_environ("/"), "HTTP_HOST": host}, buffered=True)
        assert int(status[:3]) < 500


def test_a_list_takes_any_number_of_arguments(target: Target, desk: FlaskClient) -> None:
    query = urlencode([("x", str(n)) for n in range(300)])
    for path in ("publications/", "comments/", "files/", "people/", "audit/"):
        assert desk.get(f"/t/{target.corner.tenant.slug}/{path}?{query}").status_code == 200
