"""The files of a tenant: found, fetched, removed only when nothing uses them, and nobody else's."""

from __future__ import annotations

import re
from uuid import UUID

import pytest
from flask import Flask

from portal.files import queries
from portal.publishing.content import Attachment
from tests.conftest import Deployment
from tests.factories import publishing as make
from tests.factories.publishing import Newsroom, png
from tests.support.database import counted_queries
from tests.support.forms import fields, follow, local, send, upload
from tests.support.html import StrictClient


@pytest.fixture(scope="module")
def room(deployment: Deployment) -> Newsroom:
    return make.newsroom(deployment)


@pytest.fixture
def clerk(app_workspace: Flask, room: Newsroom) -> StrictClient:
    return room.clerk.browser(app_workspace)


def put(client: StrictClient, room: Newsroom, content: bytes, name: str) -> UUID:
    """Upload through the page; the newest file is it."""
    follow(client, send(client, room.path("files/"), files=upload(content, name)))
    newest = re.search(r"/files/([0-9a-f-]{36})/download", client.get(room.path("files/")).text)
    assert newest
    return UUID(newest[1])


def test_uploaded_found_fetched_and_removed(room: Newsroom, clerk: StrictClient) -> None:
    file_id = put(clerk, room, "方案的文字".encode(), "玉桥方案.txt")
    assert "玉桥方案.txt" in clerk.get(room.path("files/?q=玉桥&kind=document&used=no")).text
    assert "玉桥方案.txt" not in clerk.get(room.path("files/?kind=image")).text
    link = clerk.get(room.path(f"files/{file_id}/download"))
    fetched = clerk.get(local(link.location))
    assert fetched.data.decode() == "方案的文字"
    assert "attachment" in fetched.headers["Content-Disposition"]
    assert clerk.get(local(link.location)[:-3] + "abc").status_code == 404
    gone = follow(clerk, send(clerk, room.path(f"files/{file_id}/delete")))
    assert "已删除“玉桥方案.txt”。" in gone.text
    assert clerk.get(room.path(f"files/{file_id}/delete")).status_code == 404


def test_one_refused_file_does_not_take_the_others_along(room: Newsroom, clerk: StrictClient) -> None:
    page = room.path("files/")
    values = fields(clerk.get(page).text, "/files/")
    # more than a cookie holds
    refused = [f"第{n}份没有改好名字也不能上传的程序文件请勿双击打开.exe" for n in range(20)]
    answer = clerk.post(
        page,
        data={**values, "files": [upload(png(), "好图.png"), *(upload(b"MZ\x90\x00 program", n) for n in refused)]},
        content_type="multipart/form-data",
    )
    assert answer.status_code == 200
    shown = answer.text
    assert "已上传 1 个文件。" in shown and "好图.webp" in shown
    assert all(f"{name}：" in shown for name in refused)


def test_what_is_used_says_where_and_stays(
    deployment: Deployment, room: Newsroom, clerk: StrictClient
) -> None:
    actor = room.clerk.actor()
    with deployment.session(actor) as session, session.begin():
        file = make.stored_file(session, room.place.id, "document", "用着的.pdf")
        make.draft(session, actor, title="用到附件的一篇", documents=(Attachment(file.id, "方案"),))
    address = room.path(f"files/{file.id}/delete")
    assert "用到附件的一篇" in clerk.get(address).text
    token = fields(clerk.get(room.path("files/")).text, "/files/")["csrf_token"]
    refused = clerk.post(address, data={"csrf_token": token})
    assert refused.status_code == 409 and "正在使用" in refused.text
    with deployment.session(actor) as session:
        assert queries.one(session, file.id) is not None


def test_nobody_elses_files(
    deployment: Deployment, room: Newsroom, clerk: StrictClient, app_workspace: Flask
) -> None:
    file_id = put(clerk, room, png(), "内部照片.png")
    other = make.newsroom(deployment, "新华街道办事处")
    stranger = other.clerk.browser(app_workspace)
    for rest in (f"files/{file_id}/download", f"media/{file_id}/800", f"files/{file_id}/delete"):
        assert stranger.get(other.path(rest)).status_code == 404
        assert stranger.get(room.path(rest)).status_code == 404
    assert clerk.get(room.path(f"media/{file_id}/800")).status_code == 200
    assert clerk.get(room.path(f"media/{file_id}/801")).status_code == 404


def test_the_number_of_queries_does_not_grow(deployment: Deployment, room: Newsroom) -> None:
    actor = room.clerk.actor()

    def cost() -> int:
        with deployment.session(actor) as session:
            session.connection()
            with counted_queries() as counted:
                queries.listing(session, queries.Filters())
        return len(counted)

    few = cost()
    with deployment.session(actor) as session, session.begin():
        for n in range(40):
            make.stored_file(session, room.place.id, name=f"照片{n}.webp")
    assert cost() == few == 3
