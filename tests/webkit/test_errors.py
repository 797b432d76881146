"""Errors speak the reader's language, in the door's layout, to people, htmx and scripts alike."""

from __future__ import annotations

import pytest
from flask import Flask

from portal.app import create_app as create_workspace
from tenants.database import Face, make_engine, url_for
from tests.conftest import Deployment
from webkit.chrome import Chrome, provides
from webkit.errors import SENTENCES, error_response

STATUSES = [status for status in SENTENCES if status not in (401, 422, 500)]


@pytest.mark.parametrize("status", STATUSES)
def test_an_error_is_a_page_of_its_door(public: Flask, workspace: Flask, status: int) -> None:
    for app, mark in ((public, 'class="masthead"'), (workspace, 'id="work-nav"')):
        answer = app.test_client().get(f"/fail/{status}")
        assert answer.status_code == status
        assert str(SENTENCES[status].title) in answer.text
        assert answer.headers["X-Request-ID"] in answer.text
        assert answer.headers["Cache-Control"] == "no-store"
        if status < 500:
            assert mark in answer.text


def test_a_fault_is_told_without_its_details(public: Flask) -> None:
    public.config["PROPAGATE_EXCEPTIONS"] = False
    answer = public.test_client().get("/fail/500")
    assert answer.status_code == 500
    assert "系统出了差错" in answer.text
    assert "on purpose" not in answer.text and "Traceback" not in answer.text


def test_the_message_survives_a_layout_that_cannot_be_drawn(public: Flask) -> None:
    @provides(public)
    def broken() -> Chrome:
        raise ConnectionError("the database is away")

    answer = public.test_client().get("/fail/404")
    assert answer.status_code == 404
    assert "没有找到这一页" in answer.text
    assert 'class="plain-card"' in answer.text


def test_htmx_gets_a_part_and_scripts_get_json(public: Flask) -> None:
    client = public.test_client()
    part = client.get("/fail/403", headers={"HX-Request": "true"})
    assert part.text.startswith('<div class="note note-danger" role="alert">')
    told = client.get("/fail/413", headers={"Accept": "application/json"})
    assert told.status_code == 413
    assert told.json == {
        "title": "文件太大",
        "error": str(SENTENCES[413].text),
        "request_id": told.headers["X-Request-ID"],
    }


def test_an_own_sentence_replaces_the_general_one(public: Flask) -> None:
    with public.test_request_context("/"):
        text = error_response(409, "王敏在 10:32 保存过这份草稿。").get_data(as_text=True)
    assert "王敏在 10:32 保存过这份草稿。" in text
    assert str(SENTENCES[409].text) not in text


def test_the_wrong_method_names_the_right_ones(public: Flask) -> None:
    answer = public.test_client().put("/autosave")
    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]


def test_a_body_over_the_limit_is_refused(public: Flask) -> None:
    public.config["MAX_CONTENT_LENGTH"] = 1000
    answer = public.test_client().post("/form", data={"title": "长" * 1000})
    assert answer.status_code == 413
    assert "文件太大" in answer.text


def test_the_page_of_an_error_does_not_ask_who_reads_it(deployment: Deployment) -> None:
    gone = url_for(deployment.settings, Face.WORKSPACE).set(database="is_not_there")
    app = create_workspace(deployment.settings, engine=make_engine(gone))
    client = app.test_client()
    with client.session_transaction() as session:
        session["_user_id"], session["_fresh"] = "somebody", True
    answer = client.get("/")
    assert answer.status_code == 503
    assert "plain-card" in answer.text and "数据库暂时没有回应" in answer.text
