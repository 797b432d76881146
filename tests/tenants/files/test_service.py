"""Uploads live a life of their own: stored at once, attached by a saved record, cleaned up when nobody wants them."""

from __future__ import annotations

import os
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select, text, update
from sqlalchemy.exc import ProgrammingError

from tenants import deployment as running
from tenants import jobs
from tenants.audit import AuditEntry
from tenants.clock import now
from tenants.files import jobs as file_jobs
from tenants.files import queries, service
from tenants.files.folder import FolderStorage
from tenants.files.inspect import Purpose
from tenants.files.models import StoredFile
from tenants.files.serving import send_picture, send_signed
from tenants.files.storage import NotStored, StoreDown, key_of
from tenants.permissions import Role
from tenants.rules import Invalid, Missing, Refused
from tests.conftest import Deployment
from tests.factories import people
from tests.support.s3 import s3_server
from tests.tenants.files import samples


@dataclass
class Office:
    """A tenant with somebody at work."""

    deployment: Deployment
    person: people.Person

    def upload(self, data: bytes, name: str, purpose: Purpose = Purpose.ATTACHMENT) -> StoredFile:
        with self.deployment.session(self.person.actor()) as session:
            return service.upload(session, self.person.actor(), BytesIO(data), name, purpose=purpose)

    def reads(self, file_id: UUID) -> queries.FileInfo:
        with self.deployment.session(self.person.actor()) as session:
            return queries.get(session, file_id)


@pytest.fixture(autouse=True)
def _in_this_deployment(deployment: Deployment) -> Iterator[None]:
    running.use(deployment.settings)
    yield
    running.use(None)


def office_of(deployment: Deployment, role: Role = Role.TENANT_STAFF) -> Office:
    with deployment.session() as session, session.begin():
        place = people.tenant(session)
        return Office(deployment, people.staff(session, role, place=place, name="王敏"))


@pytest.fixture
def office(deployment: Deployment) -> Office:
    return office_of(deployment)


def test_a_document_is_kept_as_sent_under_its_own_name(office: Office) -> None:
    sent = samples.word("一、工作目标")
    file = office.upload(sent, "C:\\桌面\\工作方案.DOCX")
    known = office.reads(file.id)
    assert (known.kind, known.name, known.size) == ("document", "工作方案.docx", len(sent))
    assert known.key == f"{known.tenant_id}/{known.id}/original.docx"
    assert queries.open_file(known).read() == sent
    assert queries.open_file(known, start=2, end=9).read() == sent[2:9]


def test_a_photo_is_kept_in_its_widths_only(office: Office) -> None:
    file = office.upload(samples.jpeg(1200, 800, located=True), "现场.jpg", Purpose.PICTURE)
    known = office.reads(file.id)
    assert (known.kind, known.name, known.content_type) == ("image", "现场.webp", "image/webp")
    assert known.widths == (480, 960, 1200) and (known.width, known.height) == (1200, 800)
    assert known.url == f"/media/{known.id}/1200"
    for width in known.widths:
        assert b"Camera" not in queries.open_file(known, width=width).read()
    with pytest.raises(Missing):
        queries.open_file(known, width=500)


def test_an_upload_survives_the_failure_of_the_form_around_it(office: Office) -> None:
    actor = office.person.actor()
    with office.deployment.session(actor) as session:
        session.execute(text("SELECT 1"))
        file = service.upload(session, actor, BytesIO(samples.pdf()), "附件.pdf", purpose=Purpose.ATTACHMENT)
        assert queries.get(session, file.id).name == "附件.pdf"  # the form's own transaction sees it
        session.rollback()  # another field was wrong
    assert queries.open_file(office.reads(file.id)).read() == samples.pdf()


def test_what_is_refused_leaves_neither_row_nor_bytes(office: Office) -> None:
    before = {found.key for found in queries.storage().find()}
    with pytest.raises(Invalid):
        office.upload(b"<html><script>1</script>", "x.png", Purpose.PICTURE)
    with pytest.raises(Invalid):
        office.upload(bytes(office.deployment.settings.upload_limit_bytes + 1), "x.txt")
    assert {found.key for found in queries.storage().find()} == before
    with office.deployment.session(office.person.actor()) as session:
        assert queries.count(session) == 0


def test_who_only_reads_cannot_upload(office: Office) -> None:
    with office.deployment.session() as session, session.begin():
        outsider = people.staff(session, Role.WORKING_GROUP)
    with office.deployment.session(outsider.actor()) as session, pytest.raises(Refused) as refused:
        service.upload(session, outsider.actor(), BytesIO(samples.pdf()), "x.pdf", purpose=Purpose.ATTACHMENT)
    assert refused.value.refusal.forbidden


def test_another_tenant_finds_nothing(office: Office, deployment: Deployment) -> None:
    file = office.upload(samples.pdf(), "内部.pdf")
    other = office_of(deployment)
    with pytest.raises(Missing):
        other.reads(file.id)
    with deployment.session(other.person.actor()) as session:
        assert queries.page(session) == []
        with pytest.raises(Missing):
            service.delete(session, other.person.actor(), file.id)


def test_the_public_reads_published_files_only(office: Office, deployment: Deployment) -> None:
    file = office.upload(samples.pdf(), "附件.pdf")
    with deployment.public_session() as session, pytest.raises(Missing):
        queries.get(session, file.id)
    with deployment.session(office.person.actor()) as session, session.begin():
        session.execute(update(StoredFile).where(StoredFile.id == file.id).values(public=True))
    with deployment.public_session() as session:
        assert queries.get_many(session, [file.id, uuid4()])[file.id].name == "附件.pdf"
        with pytest.raises(ProgrammingError):
            session.execute(select(StoredFile.uploaded_by_name))


def test_deleting_removes_the_bytes_after_the_commit_and_is_on_record(
    office: Office, deployment: Deployment
) -> None:
    actor = office.person.actor()
    file = office.upload(samples.jpeg(700, 500), "旧图.jpg", Purpose.PICTURE)
    with deployment.session(actor) as session:
        service.delete(session, actor, file.id)
        session.rollback()
    deployment.run_jobs()
    assert queries.open_file(office.reads(file.id)).read()
    with deployment.session(actor) as session, session.begin():
        service.delete(session, actor, file.id)
    deployment.run_jobs()
    assert not list(queries.storage().find(f"{file.tenant_id}/{file.id}/"))
    with deployment.session() as session:
        entries = session.scalars(select(AuditEntry).where(AuditEntry.entity_id == str(file.id)))
        assert [(e.action, e.actor_name, e.label) for e in entries] == [
            ("upload", "王敏", "旧图.webp"),
            ("delete", "王敏", "旧图.webp"),
        ]


def test_a_file_in_use_cannot_be_deleted(office: Office, deployment: Deployment) -> None:
    actor = office.person.actor()
    file = office.upload(samples.pdf(), "附件.pdf")
    with deployment.session(actor) as session, session.begin():
        session.execute(update(StoredFile).where(StoredFile.id == file.id).values(attached=True))
        with pytest.raises(Refused, match="正在使用"):
            service.delete(session, actor, file.id)


def test_the_cleaner_removes_what_nobody_needs_and_nothing_else(
    office: Office, deployment: Deployment
) -> None:
    forgotten, used, fresh = (
        office.upload(samples.pdf(), f"{n}.pdf") for n in ("忘了的", "用着的", "刚传的")
    )
    old = now() - file_jobs.UNATTACHED_FOR - timedelta(days=1)
    with deployment.session(office.person.actor()) as session, session.begin():
        for file in (forgotten, used):
            session.execute(update(StoredFile).where(StoredFile.id == file.id).values(created_at=old))
        session.execute(update(StoredFile).where(StoredFile.id == used.id).values(attached=True))
    store = queries.storage()
    assert isinstance(store, FolderStorage)
    orphan, young = (key_of(forgotten.owner, uuid4(), "original.pdf") for _ in range(2))
    for key in (orphan, young):
        store.put(key, BytesIO(b"%PDF-"), content_type="application/pdf")
    long_ago = (now() - file_jobs.ORPHANED_FOR - timedelta(hours=1)).timestamp()
    for key in (orphan, used.key):
        os.utime(store.root / key, (long_ago, long_ago))
    with deployment.session() as session, session.begin():
        jobs.defer(session, "files.clean")
    deployment.run_jobs()
    assert [store.exists(key) for key in (forgotten.key, orphan)] == [False, False]
    assert [store.exists(key) for key in (used.key, fresh.key, young)] == [True, True, True]


def test_a_store_that_is_down_refuses_and_leaves_no_row(office: Office, deployment: Deployment) -> None:
    settings = deployment.settings.model_copy(
        update={"s3_bucket": "b", "s3_endpoint_url": "http://127.0.0.1:9"}
    )
    running.use(settings)
    with pytest.raises(StoreDown):
        office.upload(samples.pdf(), "x.pdf")
    with deployment.session(office.person.actor()) as session:
        assert queries.count(session) == 0


def test_all_of_it_works_on_s3(deployment: Deployment, tmp_path: Path) -> None:
    with s3_server(tmp_path) as given:
        there = Deployment(deployment.settings.model_copy(update=given))
        running.use(there.settings)
        office = office_of(there)
        photo = office.upload(samples.jpeg(1000, 700, located=True), "现场.jpg", Purpose.PICTURE)
        forgotten = office.upload(samples.pdf(), "忘了的.pdf")
        stored = {found.key for found in queries.storage().find(f"{photo.tenant_id}/{photo.id}/")}
        assert {key.rpartition("/")[2] for key in stored} == {"480.webp", "960.webp", "1000.webp"}
        assert queries.open_file(office.reads(photo.id), width=480, start=8, end=12).read() == b"WEBP"
        with urllib.request.urlopen(queries.download_link(forgotten, 60)) as answer:
            assert answer.read() == samples.pdf()
        old = now() - file_jobs.UNATTACHED_FOR - timedelta(days=1)
        with there.session(office.person.actor()) as session, session.begin():
            session.execute(update(StoredFile).where(StoredFile.id == forgotten.id).values(created_at=old))
        with there.session() as session, session.begin():
            jobs.defer(session, "files.clean")
        there.run_jobs()
        assert not queries.storage().exists(forgotten.key) and queries.storage().exists(photo.key)
        there.close()


@pytest.fixture
def door(office: Office) -> Flask:
    app = Flask("door")
    app.config["SETTINGS"] = office.deployment.settings
    app.register_error_handler(Missing, lambda _error: ("", 404))

    @app.get("/files/<token>")
    def signed(token: str):  # type: ignore[no-untyped-def]
        return send_signed(token)

    @app.get("/media/<uuid:file_id>/<int:width>")
    def picture(file_id: UUID, width: int):  # type: ignore[no-untyped-def]
        return send_picture(office.reads(file_id), width)

    return app


def test_a_signed_link_downloads_whole_and_in_parts_and_cannot_run(office: Office, door: Flask) -> None:
    sent = samples.word("一")
    file = office.upload(sent, "方案 “终稿”.docx")
    address = queries.download_link(file)
    client = door.test_client()
    whole = client.get(address)
    assert whole.data == sent
    assert whole.headers["Content-Disposition"].startswith("attachment; ")
    assert "%E6%96%B9%E6%A1%88" in whole.headers["Content-Disposition"]
    assert whole.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in whole.headers["Content-Security-Policy"]
    part = client.get(address, headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.data) == (206, sent[10:20])
    assert part.headers["Content-Range"] == f"bytes 10-19/{len(sent)}"
    assert client.get(address, headers={"Range": "bytes=999999999-"}).status_code == 416
    assert client.get(address, headers={"Range": "bytes=0-1,5-6"}).data == sent
    for wrong in (address[:-3], "/files/x", queries.download_link(file, seconds=-1)):
        assert client.get(wrong).status_code == 404


def test_a_picture_may_be_kept_by_the_browser_and_unpublished_ones_by_nobody_else(
    office: Office, door: Flask
) -> None:
    file = office.upload(samples.jpeg(700, 500), "图.jpg", Purpose.PICTURE)
    client = door.test_client()
    answer = client.get(queries.media_url(file.id, 480))
    assert answer.content_type == "image/webp" and answer.data[8:12] == b"WEBP"
    assert (
        answer.headers["Cache-Control"].startswith("private")
        and "immutable" in answer.headers["Cache-Control"]
    )
    again = client.get(queries.media_url(file.id, 480), headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert client.get(queries.media_url(file.id, 481)).status_code == 404
    assert client.get(queries.media_url(uuid4(), 480)).status_code == 404
    document = office.upload(samples.pdf(), "x.pdf")
    assert client.get(queries.media_url(document.id, 480)).status_code == 404


def test_bytes_that_are_gone_are_missing_not_an_error(office: Office, door: Flask) -> None:
    file = office.upload(samples.pdf(), "x.pdf")
    queries.storage().delete(file.key)
    with pytest.raises(NotStored):
        queries.open_file(file)
    assert door.test_client().get(queries.download_link(file)).status_code == 404
