"""Documents that hold more than their readers see: nothing of it becomes public before somebody decided so."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from portal.publishing import queries, service
from portal.publishing.content import Attachment
from portal.publishing.extraction import extract
from tenants.audit import AuditEntry
from tenants.clock import now
from tenants.files import service as uploads
from tenants.files.inspect import DOCX, PDF, XLSX, Kind, Purpose
from tenants.files.models import StoredFile
from tenants.files.sweeping import cleaned, look
from tenants.rules import AS_IT_IS, Refused
from tests.conftest import Deployment
from tests.factories import publishing as make
from tests.factories.publishing import Newsroom
from tests.support.forms import fields, follow, local, parsed, send, upload
from tests.support.html import StrictClient
from tests.tenants.files import peopled, samples


def begun(deployment: Deployment, room: Newsroom, **changes: Any) -> str:
    actor = room.planner.actor()
    with deployment.session(actor) as session, session.begin():
        return make.draft(session, actor, **changes).code


def attached(planner: StrictClient, room: Newsroom, code: str, *files: tuple[bytes, str]) -> str:
    """The page of the editor with these documents uploaded, not saved."""
    edit, page = room.path(f"publications/{code}/edit"), ""
    for content, name in files:
        page = send(planner, edit, action="attach", new_documents=upload(content, name)).text
    return page


def released(deployment: Deployment, room: Newsroom, code: str) -> FlaskClient:
    """The public's browser, after the text went the whole way."""
    planner, clerk = room.planner.actor(), room.clerk.actor()
    with deployment.session(clerk) as session, session.begin():
        make.release(session, planner, clerk, code)
    return deployment.public.test_client()


def documents(deployment: Deployment, room: Newsroom, code: str) -> list[StoredFile]:
    """The documents that the newest version shows, in order."""
    with deployment.session(room.clerk.actor()) as session:
        record = queries.record(session, code)
        assert record is not None
        ids = [document.id for document in record.documents]
        stored = {file.id: file for file in session.scalars(select(StoredFile).where(StoredFile.id.in_(ids)))}
        return [stored[file_id] for file_id in ids]


def public_answers(deployment: Deployment, code: str, file_id: UUID) -> tuple[int, int, bool]:
    """What the public gets of a text and of a document, and whether the text's page names the document."""
    public = deployment.public.test_client()
    page = public.get(f"/a/{code}")
    return page.status_code, public.get(f"/media/{file_id}/download").status_code, str(file_id) in page.text


def downloaded(public: FlaskClient, file_id: UUID) -> bytes:
    link = public.get(f"/media/{file_id}/download")
    assert link.status_code == 302, link.status
    return bytes(public.get(link.location).data)


def test_what_is_inside_is_named_and_review_waits_for_a_decision(
    deployment: Deployment, room: Newsroom, planner: StrictClient
) -> None:
    code = begun(deployment, room)
    page = attached(planner, room, code, (peopled.word(), "方案.docx"), (b"nothing", "说明.txt"))
    assert "隐藏的文字 4 处" in page and "内部意见一" in page and "张三" in page
    radios = parsed(page).xpath("//input[@type='radio']")
    assert [radio.get("value") for radio in radios] == ["clean", "keep", "drop"]  # for the first one alone
    assert not [radio for radio in radios if radio.get("checked") is not None]
    (button,) = parsed(page).xpath("//button[@value='attach']")
    assert button.get("formaction").endswith("/edit#attachments")  # the answer opens where the choice is
    record = room.path(f"publications/{code}")
    shown = follow(planner, planner.post(f"{record}/edit", data=fields(page, "/edit"))).text
    assert "还没决定怎么办" in shown and "隐藏的文字 4 处" in shown and "送审</button>" not in shown
    with deployment.session(room.planner.actor()) as session, pytest.raises(Refused):
        service.submit(session, code, AS_IT_IS)


def test_a_cleaned_copy_goes_out_in_the_place_of_the_original(
    deployment: Deployment, room: Newsroom, planner: StrictClient, clerk: StrictClient
) -> None:
    code = begun(deployment, room)
    page = attached(planner, room, code, (peopled.word(), "方案.docx"))
    typed = fields(page, "/edit")
    original = UUID(typed["documents-0-file_id"])
    edit = room.path(f"publications/{code}/edit")
    shown = follow(planner, planner.post(edit, data={**typed, "documents-0-choice": "clean"})).text
    assert "清理过的副本" in shown and "还没决定" not in shown
    (copy,) = documents(deployment, room, code)
    assert (copy.name, copy.cleaned_from, copy.findings) == ("方案.docx", original, [])
    told = clerk.get(room.path("audit/?action=clean")).text
    assert "生成附件的清理副本" in told and "隐藏的文字 4 处" in told
    public = released(deployment, room, code)
    assert look(downloaded(public, copy.id), DOCX.content_type) == ()
    assert public.get(f"/media/{original}/download").status_code == 404


def test_the_original_goes_out_when_somebody_decided_so_and_the_audit_tells_who(
    deployment: Deployment, room: Newsroom, planner: StrictClient, clerk: StrictClient
) -> None:
    code = begun(deployment, room)
    old = samples.compound("WordDocument")  # nobody can look into those
    sent = ((peopled.workbook(), "台账.xlsx"), (old, "旧稿.doc"), (peopled.pdf(), "图.pdf"))
    page = attached(planner, room, code, *sent)
    offered = [radio.get("value") for radio in parsed(page).xpath("//input[@name='documents-1-choice']")]
    assert offered == ["keep", "drop"]
    decided = {"documents-0-choice": "keep", "documents-1-choice": "keep", "documents-2-choice": "drop"}
    edit = room.path(f"publications/{code}/edit")
    follow(planner, planner.post(edit, data={**fields(page, "/edit"), **decided}))
    seen = clerk.get(room.path(f"publications/{code}")).text
    assert "林晓" in seen and "决定仍附原件" in seen and "隐藏的工作表 2 张" in seen
    book, letter = documents(deployment, room, code)
    with deployment.session(room.clerk.actor()) as session:
        entries = session.scalars(
            select(AuditEntry).where(AuditEntry.action == "accept", AuditEntry.entity_id == str(book.id))
        ).all()
    assert [entry.actor_name for entry in entries] == ["林晓"]
    told = clerk.get(room.path("audit/?action=accept")).text
    assert "决定附件仍用原件" in told and "隐藏的工作表 2 张" in told and "底稿" not in told
    public = released(deployment, room, code)
    assert look(downloaded(public, book.id), XLSX.content_type) != ()
    assert downloaded(public, letter.id) == old


def test_a_colleague_who_saves_meanwhile_does_not_undo_a_decision(
    deployment: Deployment, room: Newsroom, planner: StrictClient
) -> None:
    code = begun(deployment, room)
    typed = fields(attached(planner, room, code, (peopled.pdf(), "图.pdf")), "/edit")
    with deployment.session(room.clerk.actor()) as session, session.begin():
        service.save(session, code, make.content(for_you="出行更方便。"), expected_number=1)
    edit = room.path(f"publications/{code}/edit")
    answer = planner.post(edit, data={**typed, "documents-0-choice": "keep"})
    assert "两边都保留" in follow(planner, answer).text
    (file,) = documents(deployment, room, code)
    assert file.accepted_by_name == "林晓"


@pytest.mark.parametrize("innocent", [True, False])
def test_what_the_clock_publishes_goes_out_without_a_document_that_nobody_decided_about(
    app_workspace: Flask, deployment: Deployment, room: Newsroom, innocent: bool
) -> None:
    """Approved before anybody looked into documents: the text goes out when it is due, the document waits."""
    planner, clerk = room.planner.actor(), room.clerk.actor()
    sent = samples.word("一、工作目标") if innocent else peopled.word()
    with app_workspace.app_context(), deployment.session(planner) as session, session.begin():
        file = uploads.store_upload(session, planner, BytesIO(sent), "方案.docx", purpose=Purpose.ATTACHMENT)
        code = make.draft(session, planner, documents=(Attachment(file.id, "方案"),)).code
        file.findings, file_id = [], file.id
    early = now() - timedelta(hours=2)
    with deployment.session(clerk) as session, session.begin():
        service.submit(session, code, AS_IT_IS)
        service.approve(session, code, AS_IT_IS)
        service.schedule(session, code, AS_IT_IS, early + timedelta(hours=1), now=early)
        session.execute(update(StoredFile).where(StoredFile.id == file_id).values(findings=None))
    deployment.run_jobs()
    assert public_answers(deployment, code, file_id) == (200, 302 if innocent else 404, innocent)


def test_a_document_of_before_is_looked_into_when_it_is_submitted(
    app_workspace: Flask, deployment: Deployment, room: Newsroom, clerk: StrictClient
) -> None:
    planner = room.planner.actor()
    with app_workspace.app_context(), deployment.session(planner) as session, session.begin():
        sent = BytesIO(peopled.word())
        file = uploads.store_upload(session, planner, sent, "方案.docx", purpose=Purpose.ATTACHMENT)
        file.findings = []
        code = make.draft(session, planner, documents=(Attachment(file.id, "方案"),)).code
        file.findings = None
    page = room.path(f"publications/{code}")
    assert "送审</button>" in clerk.get(page).text
    answer = follow(clerk, send(clerk, page, f"{page}/submit")).text
    assert "还缺几项" in answer and "隐藏的文字 4 处" in answer


@pytest.mark.parametrize(
    ("choice", "names"), [("clean", [[]]), ("keep", [["林晓"]]), ("drop", []), ("y", [])]
)
def test_an_imported_file_is_attached_as_was_decided(
    deployment: Deployment, room: Newsroom, planner: StrictClient, choice: str, names: list[list[str]]
) -> None:
    page = send(planner, room.path("publications/import"), kind="sprout", file=upload(peopled.word(), "方案.docx"))
    assert "原文件里有读者看不到的内容" in page.text and "隐藏的文字 4 处" in page.text
    typed = fields(page.text, "/import/keep")
    assert typed["attach"] == "drop"
    answer = planner.post(
        room.path("publications/import/keep"), data={**typed, "title": "三角地改造方案", "attach": choice}
    )
    code = local(answer.location).split("/")[-2]
    found = documents(deployment, room, code)
    assert [[file.accepted_by_name] if file.accepted_at else file.findings for file in found] == names


def test_an_original_in_a_new_version_of_a_live_text_or_in_an_old_one_restored_waits_for_a_decision(
    deployment: Deployment, room: Newsroom, planner: StrictClient
) -> None:
    code = begun(deployment, room)
    released(deployment, room, code)
    record, actor = room.path(f"publications/{code}"), room.planner.actor()
    follow(planner, send(planner, record, f"{record}/revise"))
    typed = fields(attached(planner, room, code, (peopled.word(), "方案.docx")), "/edit")
    file_id = UUID(typed["documents-0-file_id"])
    assert "没决定" in follow(planner, planner.post(f"{record}/edit", data=typed)).text
    unseen = (200, 404, False)
    assert public_answers(deployment, code, file_id) == unseen
    with deployment.session(actor) as session, session.begin():
        service.save(session, code, make.content(), expected_number=2)
        service.restore(session, code, AS_IT_IS, 2)
    assert [file.id for file in documents(deployment, room, code)] == [file_id]
    with deployment.session(actor) as session, pytest.raises(Refused):
        service.submit(session, code, AS_IT_IS)
    assert public_answers(deployment, code, file_id) == unseen


def test_a_document_that_cannot_be_read_now_is_not_sent_to_review(
    app_workspace: Flask, deployment: Deployment, room: Newsroom, planner: StrictClient
) -> None:
    actor = room.planner.actor()
    with deployment.session(actor) as session, session.begin():
        file = make.stored_file(session, room.place.id, "document", "方案.docx")  # without bytes in the store
        code = make.draft(session, actor, documents=(Attachment(file.id, "方案"),)).code
        file.findings = None
    page = room.path(f"publications/{code}")
    assert "有附件现在打不开" in follow(planner, send(planner, page, f"{page}/submit")).text


@pytest.mark.parametrize(
    ("made", "kind", "shown"),
    [
        (peopled.word, DOCX, "可见丙可见的新增可见丁"),
        (peopled.workbook, XLSX, "可见乙"),
        (lambda: peopled.pdf("Seen by all"), PDF, "Seen by all"),
    ],
)
def test_a_cleaned_copy_reads_as_the_original_does(made: Callable[[], bytes], kind: Kind, shown: str) -> None:
    sent = made()
    read, of_original = (extract(it, kind.content_type) for it in (cleaned(sent, kind.content_type), sent))
    assert read == of_original and shown in "\n".join(part.text for part in read)
