"""What no request may bring a page down with: odd characters in any part of it, odd names, too much of anything."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest
import wtforms
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from werkzeug.test import create_environ, run_wsgi_app
from wtforms.fields.core import UnboundField

from portal.publishing.policy import Kind
from tests.factories import publishing
from tests.factories.accounts import token_of
from tests.hostile.conftest import Target
from tests.hostile.walking import forms_of_ours
from webkit import bounds

ODD = st.text(
    st.sampled_from("a1好 %&=;\"'<\\\r\n\x00\x7f\x85\ufffe\u202e\u200d\u00a0👨"), max_size=6
)
FORM = "application/x-www-form-urlencoded"
PAIRS = st.lists(st.tuples(st.one_of(st.sampled_from(["q", "sort", "since", "person", "next"]), ODD), ODD), max_size=5)


@pytest.fixture(scope="module")
def desk(target: Target) -> FlaskClient:
    return target.at_work(target.admin)


@given(
    pairs=PAIRS,
    cookie=ODD,
    agent=ODD,
    page=st.sampled_from(["/", "/search", "/feeds/all.xml"]),
    work=st.sampled_from(["publications/", "comments/", "audit/", "search"]),
)
def test_an_address_a_cookie_and_a_header_may_hold_anything(
    target: Target,
    desk: FlaskClient,
    pairs: list[tuple[str, str]],
    cookie: str,
    agent: str,
    page: str,
    work: str,
) -> None:
    query = urlencode(pairs)
    headers = {"User-Agent": agent.encode().decode("latin-1").replace("\r", "").replace("\n", "")}
    stranger = target.outside()
    stranger.set_cookie("xinya_lang", cookie)
    assert stranger.get(f"{page}?{query}", headers=headers).status_code < 400
    answer = desk.get(f"/t/{target.corner.tenant.slug}/{work}?{query}", headers=headers)
    assert answer.status_code < 400


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


_NAMELESS = "--a\nContent-Disposition: form-data\n\nx\n--a\nContent-Disposition: form-data; filename=b\n\nx\n--a--"


@pytest.mark.parametrize("door", ["", "/workspace"])
@pytest.mark.parametrize(
    "sent",
    [
        {"headers": {"Referer": "http://["}, "data": {"address": "x"}},
        {"headers": {"Origin": "http://[", "HX-Request": "true", "HX-Current-URL": "//[::"}, "data": {"address": "x"}},
        {"data": _NAMELESS.replace("\n", "\r\n"), "content_type": "multipart/form-data; boundary=a"},
    ],
    ids=["page", "origin", "nameless"],
)
def test_a_form_may_come_from_nowhere_and_hold_what_has_no_name(target: Target, door: str, sent: Any) -> None:
    client = target.deployment.workspace.test_client() if door else target.outside()
    assert client.post("/sign-in" if door else "/account/sign-in", **sent).status_code == 400


def test_a_list_takes_any_number_of_arguments(target: Target, desk: FlaskClient) -> None:
    query = urlencode([("x", str(n)) for n in range(300)])
    for path in ("publications/", "comments/", "files/", "people/", "audit/"):
        assert desk.get(f"/t/{target.corner.tenant.slug}/{path}?{query}").status_code == 200


@pytest.mark.parametrize("typed", ["0001-01-01T00:00", "9999-12-31T23:59", "1899-12-31T23:59", "2200-06-01T00:00"])
def test_a_time_that_no_clock_reads_is_refused_at_its_field(target: Target, desk: FlaskClient, typed: str) -> None:
    corner = target.corner
    with corner.at_desk() as session:
        code = publishing.draft(session, corner.clerk.actor(), Kind.OUTREACH, title="日子写错的活动").code
    edit = f"/t/{corner.tenant.slug}/publications/{code}/edit"
    page = desk.get(edit)
    form = {"csrf_token": token_of(page), "number": "1", "title": "日子写错的活动", "event_starts_at": typed}
    answer = desk.post(edit, data={**form, "event_ends_at": "2026-12-31T23:59"})
    assert answer.status_code == 422 and "年份应在 1900 到 2199 之间" in answer.text
    assert desk.get(f"/t/{corner.tenant.slug}/publications/{code}").status_code == 200
    with corner.at_desk() as session, pytest.raises(IntegrityError):
        session.execute(
            text(
                "INSERT INTO publication_version SELECT (jsonb_populate_record(v, jsonb_build_object('id',"
                " gen_random_uuid(), 'number', 99, 'event_starts_at', CAST(:at AS text), 'event_ends_at', NULL))).*"
                " FROM publication_version v WHERE title = :title"
            ),
            {"at": f"{typed}+00", "title": "日子写错的活动"},
        )


@pytest.mark.parametrize(
    "query", ["since=0001-01-01", "until=9999-12-31", "since=9999-12-31&until=0001-01-01", "until=2199-12-31"]
)
def test_a_list_is_narrowed_by_any_day(target: Target, desk: FlaskClient, query: str) -> None:
    assert desk.get(f"/t/{target.corner.tenant.slug}/audit/?{query}").status_code == 200


@pytest.mark.usefixtures("target")  # with the doors, all their forms are there
def test_no_form_takes_a_number_or_a_time_without_bounds() -> None:
    """`webkit.bounds` has the fields that know them."""
    unbounded = (
        wtforms.IntegerField, wtforms.FloatField, wtforms.DecimalField, wtforms.DateTimeField, wtforms.DateField,
    )  # fmt: skip
    bounded = (bounds.IntegerField, bounds.FloatField, bounds.DateField, bounds.DateTimeLocalField)
    found = [
        f"{form.__name__}.{name}"
        for form in forms_of_ours()
        for name, field in vars(form).items()
        if isinstance(field, UnboundField)
        and issubclass(field.field_class, unbounded)
        and not issubclass(field.field_class, bounded)
    ]
    assert found == []
