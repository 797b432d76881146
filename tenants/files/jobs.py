"""Background work on files: removing bytes, and finding what nobody needs."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from itertools import islice
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from tenants import jobs
from tenants.clock import now
from tenants.files.models import StoredFile
from tenants.files.queries import storage
from tenants.files.service import REMOVE_JOB, discard
from tenants.files.storage import Found

#: An upload that no saved record shows is kept so long: a draft may still hold it.
UNATTACHED_FOR = timedelta(days=30)
#: Bytes without a row are left alone so long: their transaction may still run.
ORPHANED_FOR = timedelta(days=1)
DISCARD_JOB = "files.discard"
_BATCH = 500


@jobs.task(REMOVE_JOB)
def remove(session: Session, *, file_id: str) -> None:
    """Remove the bytes of a deleted file."""
    file = session.get(StoredFile, UUID(file_id))
    if file is not None and file.deleted_at is not None:
        for found in list(storage().find(f"{file.tenant_id}/{file.id}/")):
            storage().delete(found.key)


@jobs.task(DISCARD_JOB)
def discard_unattached(session: Session) -> None:
    """Let go of a tenant's old uploads that nothing shows."""
    limit = now() - UNATTACHED_FOR
    for file in session.scalars(
        select(StoredFile)
        .where(StoredFile.attached.is_(False), StoredFile.deleted_at.is_(None), StoredFile.created_at < limit)
        .limit(_BATCH)
        .with_for_update(skip_locked=True)
    ):
        discard(session, file)


@jobs.task("files.clean", cron="41 2 * * *")
def clean(session: Session) -> None:
    """Every night: have each tenant let go of old uploads, and remove bytes that no row knows."""
    limit = now() - UNATTACHED_FOR
    for tenant_id in session.scalars(
        select(StoredFile.tenant_id)
        .where(StoredFile.attached.is_(False), StoredFile.deleted_at.is_(None), StoredFile.created_at < limit)
        .distinct()
    ):
        jobs.defer(session, DISCARD_JOB, tenant_id=tenant_id)
    remove_orphans(session)


def remove_orphans(session: Session) -> int:
    """Remove old objects without a row; how many. The store is walked, so memory stays flat."""
    removed, limit = 0, now() - ORPHANED_FOR
    old = (
        (found, owner) for found in storage().find() if found.modified < limit and (owner := _owner(found))
    )
    while batch := list(islice(old, _BATCH)):
        known = _known(session, {owner for _, owner in batch})
        for found, owner in batch:
            if owner not in known:
                storage().delete(found.key)
                removed += 1
    return removed


def _owner(found: Found) -> UUID | None:
    """The file an object belongs to; None for an object that is not ours to judge."""
    try:
        _tenant, file_id, _name = found.key.split("/")
        return UUID(file_id)
    except ValueError:
        return None


def _known(session: Session, file_ids: Iterable[UUID]) -> set[UUID]:
    rows = session.scalars(
        select(StoredFile.id).where(StoredFile.id.in_(set(file_ids)), StoredFile.deleted_at.is_(None))
    )
    return set(rows)
