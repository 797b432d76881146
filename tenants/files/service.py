"""Putting files in and taking them out.

An upload is stored as soon as it arrives, in a transaction of its own, and the form goes on with its id:
an error in another field loses nothing. A saved record then attaches it; what nobody attaches is
cleaned up after some weeks (`jobs`).
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from functools import partial
from io import BytesIO
from uuid import UUID

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from tenants import audit, jobs, limited
from tenants.actors import Actor
from tenants.clock import now
from tenants.database import open_session
from tenants.deployment import settings_here
from tenants.files import images, policy
from tenants.files.examining import Examined, examine, findings_in
from tenants.files.inspect import Purpose, Received, Stream, receive, refuse
from tenants.files.models import FileKind, StoredFile
from tenants.files.queries import storage
from tenants.files.storage import StoreDown, key_of
from tenants.rules import N_, Missing, require

REMOVE_JOB = "files.remove"
_TOO_COMPLEX = N_("“%(name)s”太复杂，系统处理不了。文件请分成几个，图片请另存为 JPG 或 PNG，再上传。")


def upload(session: Session, actor: Actor, stream: Stream, filename: str, *, purpose: Purpose) -> StoredFile:
    """Store an upload at once, whatever becomes of the caller's transaction; the row is committed on return.

    Raises `Invalid` (field `file`), `Refused` or `StoreDown`.
    """
    require(policy.may_upload(actor))
    engine = session.get_bind()
    assert isinstance(engine, Engine)
    with open_session(engine, actor) as own, own.begin():
        return store_upload(own, actor, stream, filename, purpose=purpose)


def store_upload(
    session: Session, actor: Actor, stream: Stream, filename: str, *, purpose: Purpose
) -> StoredFile:
    """Store an upload in the caller's transaction: first the bytes, then the row.

    Without its row (a rollback, a crash) the bytes are an orphan that the cleaner removes.
    Raises `Invalid` (field `file`), `Refused` or `StoreDown`.
    """
    require(policy.may_upload(actor))
    assert actor.tenant_id
    received = receive(stream, limit=settings_here().upload_limit_bytes)
    try:
        content = received.content.read()
        found = _examined(content, filename, purpose, actor.tenant_id)
        file = StoredFile(
            id=uuid7(),
            tenant_id=actor.tenant_id,
            uploaded_by=actor.id,
            uploaded_by_name=actor.name,
            sha256=received.sha256,
            created_at=now(),
        )
        if found.kind.is_image:
            _store_image(file, found)
        else:
            file.findings = findings_in(content, found.kind.content_type, tenant=actor.tenant_id)
            _store_document(file, received, found)
    finally:
        received.content.close()
    session.add(file)
    audit.record(session, "upload", "stored_file", file.id, label=file.name)
    session.flush()
    return file


def _examined(content: bytes, filename: str, purpose: Purpose, tenant_id: UUID) -> Examined:
    work = partial(examine, content, filename, purpose, settings_here().image_limit_pixels)
    try:
        return limited.run(work, tenant=tenant_id)
    except limited.LimitReached as reached:
        raise refuse(_TOO_COMPLEX, name=filename) from reached


def _store_document(file: StoredFile, received: Received, found: Examined) -> None:
    file.kind, file.name, file.content_type = FileKind.DOCUMENT, found.name, found.kind.content_type
    file.size, file.widths = received.size, []
    file.key = key_of(file.owner, file.id, f"original.{found.kind.extension}")
    received.content.seek(0)
    storage().put(file.key, received.content, content_type=file.content_type)


def _store_image(file: StoredFile, found: Examined) -> None:
    largest = found.variants[-1]
    file.kind, file.content_type = FileKind.IMAGE, images.CONTENT_TYPE
    file.name = f"{found.name.rpartition('.')[0]}.webp"
    file.width, file.height, file.size = largest.width, largest.height, len(largest.data)
    file.widths = [variant.width for variant in found.variants]
    file.key = key_of(file.owner, file.id, f"{largest.width}.webp")
    put = []
    try:
        for variant in found.variants:
            key = key_of(file.owner, file.id, f"{variant.width}.webp")
            storage().put(key, BytesIO(variant.data), content_type=images.CONTENT_TYPE)
            put.append(key)
    except StoreDown:
        for key in put:
            with suppress(StoreDown):
                storage().delete(key)
        raise


def delete(session: Session, actor: Actor, file_id: UUID) -> None:
    """Take a file away that nothing uses. Its row stays for the history; its bytes go after the commit."""
    file = session.scalar(
        select(StoredFile).where(StoredFile.id == file_id, StoredFile.deleted_at.is_(None)).with_for_update()
    )
    if file is None:
        raise Missing(f"file {file_id}")
    require(policy.may_delete(actor, file))
    discard(session, file)


def discard(session: Session, file: StoredFile, *, at: datetime | None = None) -> None:
    """Mark a file as gone and have its bytes removed once that is committed."""
    file.deleted_at, file.public = at or now(), False
    audit.record(session, "delete", "stored_file", file.id, label=file.name, tenant_id=file.tenant_id)
    jobs.defer(session, REMOVE_JOB, tenant_id=file.tenant_id, file_id=str(file.id))
    session.flush()
