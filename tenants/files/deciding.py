"""What becomes of a document that holds more than its reader sees: a cleaned copy, or the original all the same.

Documents are looked into when they are uploaded; those of before when they are about to become public.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import partial
from io import BytesIO
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from tenants import audit, limited
from tenants.actors import Actor
from tenants.clock import now
from tenants.database import engine_of, open_session
from tenants.files import policy
from tenants.files.examining import findings_in
from tenants.files.findings import findings_of
from tenants.files.inspect import refuse
from tenants.files.models import FileKind, StoredFile
from tenants.files.queries import open_file, storage
from tenants.files.storage import NotStored, StoreDown, key_of
from tenants.files.sweeping import CANNOT, cleaned
from tenants.rules import Missing, require


def look_into(session: Session, actor: Actor, file_ids: Iterable[UUID]) -> None:
    """Look into those of these documents that nobody has looked into, in a transaction of its own.

    One whose bytes cannot be had now stays as it is: it will not become public. Raises `Busy`.
    """
    unseen = session.scalars(
        select(StoredFile.id).where(
            StoredFile.id.in_(list(file_ids)), StoredFile.kind == FileKind.DOCUMENT, StoredFile.findings.is_(None)
        )
    ).all()
    if not unseen:
        return
    with open_session(engine_of(session), actor) as own, own.begin():
        # what the caller has locked would wait for this, and this for the caller
        free = select(StoredFile).where(StoredFile.id.in_(unseen)).with_for_update(key_share=True, skip_locked=True)
        for file in own.scalars(free):
            try:
                content = open_file(file).read()
            except (NotStored, StoreDown):
                continue
            file.findings = findings_in(content, file.content_type, tenant=file.tenant_id)


def accept(session: Session, actor: Actor, file_id: UUID) -> None:
    """Let the document become public as it is, with everything that was found in it. Raises `Missing`."""
    require(policy.may_upload(actor))
    file = session.scalar(select(StoredFile).where(*_kept(file_id)).with_for_update())
    if file is None:
        raise Missing(f"file {file_id}")
    if not file.findings or file.accepted_at is not None:
        return
    file.accepted_by, file.accepted_by_name, file.accepted_at = actor.id, actor.name, now()
    audit.record(
        session, "accept", "stored_file", file.id, label=file.name, changes={"findings": ([], _counted(file))}
    )
    session.flush()


def clean_copy(session: Session, actor: Actor, file_id: UUID) -> UUID:
    """The document without what is not in sight, as a file of its own; stored at once like an upload.

    What could not be taken out is among the copy's findings. Raises `Invalid` (field `file`) for a document that
    cannot be cleaned, `Missing` or `StoreDown`.
    """
    require(policy.may_upload(actor))
    with open_session(engine_of(session), actor) as own, own.begin():
        file = own.scalar(select(StoredFile).where(*_kept(file_id)))
        if file is None:
            raise Missing(f"file {file_id}")
        copied = own.scalar(
            select(StoredFile.id).where(StoredFile.cleaned_from == file.id, StoredFile.deleted_at.is_(None)).limit(1)
        )
        if copied is not None:
            return copied
        try:
            cleaning = partial(cleaned, open_file(file).read(), file.content_type)
            content = limited.run(cleaning, tenant=file.tenant_id)
        except NotStored as error:
            raise Missing(f"file {file_id}") from error
        except limited.LimitReached as reached:
            raise refuse(CANNOT) from reached
        copy = _copy_of(file, actor, content)
        storage().put(copy.key, BytesIO(content), content_type=copy.content_type)
        own.add(copy)
        changes = {"findings": (_counted(file), _counted(copy))}
        audit.record(own, "clean", "stored_file", copy.id, label=copy.name, changes=changes)
        return copy.id


def _counted(file: StoredFile) -> list[dict[str, Any]]:
    """What was found in a document, for the record: how much of what, without its words."""
    return [{"trace": finding.trace.value, "count": finding.count} for finding in findings_of(file.findings or ())]


def _kept(file_id: UUID) -> tuple[ColumnElement[bool], ...]:
    return (StoredFile.id == file_id, StoredFile.kind == FileKind.DOCUMENT, StoredFile.deleted_at.is_(None))


def _copy_of(file: StoredFile, actor: Actor, content: bytes) -> StoredFile:
    copy_id = uuid7()
    return StoredFile(
        id=copy_id,
        tenant_id=file.tenant_id,
        kind=file.kind,
        name=file.name,
        content_type=file.content_type,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        key=key_of(file.owner, copy_id, file.key.rpartition("/")[2]),
        widths=[],
        uploaded_by=actor.id,
        uploaded_by_name=actor.name,
        cleaned_from=file.id,
        findings=findings_in(content, file.content_type, tenant=file.tenant_id),
        created_at=now(),
    )
