"""Background work of publishing: what is due goes out, and documents give their words to search."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from portal.publishing import service
from portal.publishing.extraction import extract
from portal.publishing.models import FileText, Publication, PublicationVersion, VersionFile
from portal.publishing.policy import State
from search import outbox
from tenants import clock, jobs, limited
from tenants.files.models import StoredFile
from tenants.files.queries import open_file
from tenants.files.storage import NotStored
from tenants.rules import AS_IT_IS, Missing, Refused


@jobs.task(service.PUBLISH_JOB)
def publish_due(session: Session, *, code: str) -> None:
    """Publish what is still wanted at this time; a plan that was changed or taken back does nothing."""
    try:
        service.publish(session, code, AS_IT_IS)
    except (Refused, Missing):
        return


@jobs.task("publishing.sweep", cron="*/5 * * * *")
def sweep(session: Session) -> None:
    """Every few minutes: whatever is overdue is published, even when its own job was lost."""
    due = session.execute(
        select(Publication.tenant_id, Publication.code).where(
            Publication.state == State.APPROVED, Publication.publish_at <= clock.now()
        )
    )
    for tenant_id, code in due:
        jobs.defer(session, service.PUBLISH_JOB, tenant_id=tenant_id, code=code)


@jobs.task(service.EXTRACT_JOB)
def extract_text(session: Session, *, file_id: str) -> None:
    """Keep the words of a document, once, and tell search of every publication that shows it."""
    file = session.get(StoredFile, UUID(file_id))
    if file is None or file.deleted_at is not None:
        return
    if not session.scalar(select(exists().where(FileText.file_id == file.id))):
        try:
            content = open_file(file).read()
        except NotStored:
            return
        try:
            work = partial(extract, content, file.content_type)
            parts = limited.run(work, tenant=file.tenant_id, background=True)
        except limited.LimitReached:
            parts = []
        except limited.Busy:
            later = clock.now() + timedelta(minutes=1)
            jobs.defer(session, service.EXTRACT_JOB, tenant_id=file.tenant_id, at=later, file_id=file_id)
            return
        session.add_all(
            FileText(
                tenant_id=file.tenant_id, file_id=file.id, position=position, label=part.label, text=part.text
            )
            for position, part in enumerate(parts, 1)
        )
        session.flush()
    shown_by = session.scalars(
        select(PublicationVersion.publication_id)
        .join(VersionFile, VersionFile.version_id == PublicationVersion.id)
        .where(VersionFile.file_id == file.id)
        .distinct()
    ).all()
    outbox.changed(session, Publication.indexed, *shown_by)
    outbox.changed(session, "file", file.id)
