"""Files built to stop the site: whoever sends one gets a sentence, and everybody else their pages meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from uuid import uuid4

import pytest
from flask import Flask

from tenants import deployment as running
from tenants import limited
from tenants.limited import places
from tenants.limited.limits import Limits
from tenants.limited.places import place
from tests.conftest import Deployment
from tests.factories import publishing as make
from tests.factories.publishing import Newsroom
from tests.support.forms import fields, send, upload
from tests.support.html import StrictClient
from tests.tenants.files import words


@pytest.fixture(scope="module")
def room(deployment: Deployment) -> Newsroom:
    return make.newsroom(deployment)


@pytest.fixture
def planner(app_workspace: Flask, room: Newsroom) -> StrictClient:
    return room.planner.browser(app_workspace)


@pytest.fixture
def _all_places_taken(deployment: Deployment, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(places, "AT_ONCE", 2)
    monkeypatch.setattr(places, "PATIENCE", 0.0)
    running.use(deployment.settings)
    with ExitStack() as taken:
        for tenant in (None, uuid4()):
            taken.enter_context(place(tenant, background=False))
        yield
    running.use(None)


def monster() -> bytes:
    """A small file of the many short paragraphs that take long to read."""
    return words.file(*(words.paragraph(words.run(f"一、{n}")) for n in range(12_000)))


def test_a_monstrous_file_is_refused_by_name_and_pages_are_answered_meanwhile(
    app_workspace: Flask, room: Newsroom, planner: StrictClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limited, "WAITED_FOR", Limits(computing=1, clock=60))
    clerk = room.clerk.browser(app_workspace)
    path = room.path("publications/import")
    with ThreadPoolExecutor(1) as pool:
        sending = pool.submit(send, planner, path, kind="announcement", file=upload(monster(), "规划全文.docx"))
        answered = 0
        while not sending.done():
            assert clerk.get(room.path("publications/new")).status_code == 200
            answered += 1
    answer = sending.result()
    assert answer.status_code == 422
    assert "“规划全文.docx”太复杂，没有读完。请分成几个文件" in answer.text
    assert answered > 3
    kept = fields(answer.text, "/import")
    assert kept["kind"] == "announcement" and kept["file_upload"]


@pytest.mark.usefixtures("_all_places_taken")
def test_when_all_places_are_taken_the_form_says_so_and_keeps_what_was_typed(
    room: Newsroom, planner: StrictClient
) -> None:
    answer = send(planner, room.path("publications/import"), kind="outreach", file=upload("字".encode(), "x.txt"))
    assert answer.status_code == 422
    assert "现在上传和导入的人很多，请过一会儿再试。" in answer.text
    assert fields(answer.text, "/import")["kind"] == "outreach"
