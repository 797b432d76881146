"""Whatever a form is sent, the answer is a page with the words kept, never an error of ours."""

from __future__ import annotations

import threading
from typing import Any
from uuid import uuid4
from xml.etree import ElementTree

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from portal.publishing import queries, service
from portal.publishing.content import Content
from tenants.rules import Conflict
from tests.conftest import Deployment
from tests.factories import publishing as make
from tests.factories.publishing import Newsroom
from tests.support.forms import fields
from tests.support.html import StrictClient

ANY = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
NUMBERS = st.sampled_from(["", "0", "-1", "1e999", "nan", "inf", "99999999999999999999", "１２", "39.9"])
TIMES = st.sampled_from(["", "2026-13-01T00:00", "0001-01-01T00:00", "9999-12-31T23:59", "2026-05-01T09:00"])
IDS = st.sampled_from(["", "x", str(uuid4()), "00000000-0000-0000-0000-000000000000"])
TYPED = st.fixed_dictionaries(
    {},
    optional={
        "title": ANY, "summary": ANY, "body": ANY, "for_you": ANY, "tags": ANY, "note": ANY, "cover_alt": ANY,
        "place_label": ANY, "event_place": ANY, "number": NUMBERS, "latitude": NUMBERS, "longitude": NUMBERS,
        "event_starts_at": TIMES, "event_ends_at": TIMES, "unit_id": IDS, "cover_upload": IDS, "before_upload": IDS,
        "documents-0-file_id": IDS, "documents-0-title": ANY, "documents-0-position": NUMBERS,
        "documents-7-file_id": IDS, "action": st.sampled_from(["save", "attach", "merge", "", "x"]),
        "take-title": st.sampled_from(["mine", "theirs", "both", "x"]), "take-body": st.sampled_from(["both", ""]),
    },
)  # fmt: skip


@pytest.fixture(scope="module")
def planner(app_workspace: Flask, room: Newsroom) -> StrictClient:
    return room.planner.browser(app_workspace)


@pytest.fixture(scope="module")
def code(deployment: Deployment, room: Newsroom) -> str:
    actor = room.planner.actor()
    with deployment.session(actor) as session, session.begin():
        return make.draft(session, actor).code


@pytest.mark.slow("hostile inputs through HTTP")
@given(typed=TYPED)
def test_the_editor_answers_anything(
    room: Newsroom, planner: StrictClient, code: str, typed: dict[str, str]
) -> None:
    edit = room.path(f"publications/{code}/edit")
    whole = fields(planner.get(edit).text, "/edit")
    answer = planner.post(edit, data=whole | typed)
    assert answer.status_code in {200, 303, 409, 422}
    kept = planner.post(room.path(f"publications/{code}/draft"), data=whole | typed)
    assert kept.status_code in {200, 422}
    assert planner.get(edit).status_code == 200, "what was kept can be opened again"


@given(
    asked=st.dictionaries(
        st.sampled_from(["q", "state", "kind", "unit", "tag", "author", "sort", "page", "live", "x"]), ANY
    )
)
def test_the_list_answers_any_address(room: Newsroom, planner: StrictClient, asked: dict[str, str]) -> None:
    answer = planner.get(room.path("publications/"), query_string=asked)
    assert answer.status_code == 200


@given(words=ANY)
def test_what_is_stored_can_be_written_into_a_feed(words: str) -> None:
    content = Content(title=words, summary=words, tags=(words,)).tidied()
    for text in (content.title, content.summary, *content.tags):
        element = ElementTree.Element("title")
        element.text = text
        ElementTree.fromstring(ElementTree.tostring(element))


def test_two_saves_at_the_same_moment_keep_both_versions_or_say_so(
    deployment: Deployment, room: Newsroom
) -> None:
    actor = room.clerk.actor()
    with deployment.session(actor) as session, session.begin():
        code = make.draft(session, actor).code
    start, outcomes = threading.Barrier(4), []

    def save(n: int) -> None:
        with deployment.session(actor) as session:
            start.wait()
            try:
                service.save(session, code, make.content(f"同时存的标题{n}"), expected_number=1)
                session.commit()
                outcomes.append("saved")
            except Conflict:
                outcomes.append("conflict")

    threads = [threading.Thread(target=save, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["conflict"] * 3 + ["saved"]
    with deployment.session(actor) as session:
        record: Any = queries.record(session, code)
        assert record.number == 2
