"""Files in the workspace's search: found by their name and by their words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.publishing.models import FileText
from portal.publishing.search import document_passage
from search.sources import Corpus, Document, Found, Passage, among_ids, next_ids, readable, register, rows
from tenants.files.models import StoredFile
from tenants.identity.models import Tenant
from tenants.permissions import Permission

F = StoredFile

_FILES = (
    select(F.id, F.name, F.tenant_id, F.created_at, Tenant.slug, Tenant.short_name)
    .join(Tenant, Tenant.id == F.tenant_id)
    .where(among_ids(F.id), F.deleted_at.is_(None))
)
_WORDS = (
    select(FileText.file_id, FileText.text, FileText.label)
    .where(among_ids(FileText.file_id))
    .order_by(FileText.file_id, FileText.position)
)


class TenantFiles:
    """Every file of a tenant, for those who may open its files."""

    name = "file"
    corpus = Corpus.WORKSPACE

    def ids(self, session: Session, after: UUID | None, limit: int) -> Sequence[UUID]:
        return next_ids(session, select(F.id).where(F.deleted_at.is_(None)), after, limit)

    def documents(self, session: Session, ids: Sequence[UUID]) -> Iterable[Document]:
        words = _words(session, ids)
        for file_id, name, tenant_id, created_at, slug, _short in rows(session, _FILES, ids):
            yield Document(
                id=file_id,
                title=name,
                body="",
                kind="file",
                access=readable(tenant_id, Permission.FILE_READ),
                passages=tuple(passage.text for passage in words.get(file_id, ())),
                tenant=slug,
                date=created_at,
            )

    def found(self, session: Session, ids: Sequence[UUID], *, texts: bool = True) -> Iterable[Found]:
        words = _words(session, ids) if texts else {}
        for file_id, name, _tenant_id, created_at, slug, short in rows(session, _FILES, ids):
            address = f"/t/{slug}/files/{file_id}/download"
            yield Found(file_id, name, address, "file", created_at, short, "", tuple(words.get(file_id, ())))


def _words(session: Session, ids: Sequence[UUID]) -> dict[UUID, list[Passage]]:
    found: dict[UUID, list[Passage]] = {}
    for file_id, text, label in rows(session, _WORDS, ids):
        found.setdefault(file_id, []).append(document_passage(text, label))
    return found


register(TenantFiles())
