"""What of publications can be found: live texts by everybody, every text by its tenant's staff."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from portal.publishing.content import DOCUMENT
from portal.publishing.models import FileText, Publication, PublicationVersion, VersionFile
from portal.publishing.richtext import plain_text
from search.sources import PUBLIC, Corpus, Document, Found, Passage, next_ids, readable, register
from tenants.files.models import StoredFile
from tenants.identity.models import ResponsibleUnit, Tenant
from tenants.permissions import Permission
from tenants.rules import N_

P, V, T, U = Publication, PublicationVersion, Tenant, ResponsibleUnit

#: Explicit columns: the public role reads them too.
_COLUMNS = (
    P.id,
    P.code,
    P.kind,
    P.tenant_id,
    P.first_published_at,
    V.id.label("version_id"),
    V.title,
    V.summary,
    V.body,
    V.for_you,
    V.tags,
    V.place_label,
    V.event_place,
    T.slug.label("tenant"),
    T.name.label("tenant_name"),
    T.short_name.label("tenant_short"),
    U.slug.label("unit"),
    U.name.label("unit_name"),
)


@dataclass(frozen=True)
class _Words:
    """A document of a version: its title and its parts."""

    title: str
    parts: list[Passage]


class _Publications:
    """What both corpora share; a subclass says which version counts."""

    name: str
    corpus: Corpus

    def version(self) -> Any:
        """The column that names the version."""
        raise NotImplementedError

    def ids(self, session: Session, after: UUID | None, limit: int) -> Sequence[UUID]:
        return next_ids(session, select(P.id).where(self.version().is_not(None)), after, limit)

    def _rows(self, session: Session, ids: Sequence[UUID], *more: Any) -> list[Any]:
        query: Any = (
            select(*_COLUMNS, *more)
            .select_from(P)
            .join(V, V.id == self.version())
            .join(T, T.id == P.tenant_id)
            .outerjoin(U, and_(U.tenant_id == V.tenant_id, U.id == V.unit_id))
            .where(P.id.in_(ids))
        )
        return list(session.execute(query))


class PublishedArticles(_Publications):
    """What anyone may read."""

    name = "article"
    corpus = Corpus.PUBLIC

    def version(self) -> Any:
        return P.live_id

    def documents(self, session: Session, ids: Sequence[UUID]) -> Iterable[Document]:
        rows = self._rows(session, ids)
        words = _documents_of(session, [row.version_id for row in rows])
        for row in rows:
            yield _document(row, words.get(row.version_id, []), PUBLIC, date=row.first_published_at)

    def found(self, session: Session, ids: Sequence[UUID]) -> Iterable[Found]:
        rows = self._rows(session, ids)
        words = _documents_of(session, [row.version_id for row in rows])
        for row in rows:
            address = f"/a/{row.code}"
            yield _found(row, words.get(row.version_id, []), address, date=row.first_published_at)


class AllPublications(_Publications):
    """Publications in every state, for staff who may read them."""

    name = "publication"
    corpus = Corpus.WORKSPACE

    def version(self) -> Any:
        return P.head_id

    def documents(self, session: Session, ids: Sequence[UUID]) -> Iterable[Document]:
        rows = self._rows(session, ids, P.updated_at, P.edited_by_name)
        words = _documents_of(session, [row.version_id for row in rows])
        for row in rows:
            access = readable(
                row.tenant_id, Permission.PUBLICATION_READ, Permission.DISTRICT_PUBLICATION_READ
            )
            author = (row.edited_by_name,) if row.edited_by_name else ()
            yield _document(row, words.get(row.version_id, []), access, date=row.updated_at, labels=author)

    def found(self, session: Session, ids: Sequence[UUID]) -> Iterable[Found]:
        rows = self._rows(session, ids, P.updated_at, P.edited_by_name)
        words = _documents_of(session, [row.version_id for row in rows])
        for row in rows:
            address = f"/t/{row.tenant}/publications/{row.code}"
            editor = Passage(row.edited_by_name or "", N_("编辑"))
            yield _found(row, words.get(row.version_id, []), address, editor, date=row.updated_at)


def _body(row: Any) -> str:
    parts = (row.summary, row.for_you, plain_text(row.body), row.event_place, row.place_label)
    return "\n".join(part for part in parts if part)


def _document(
    row: Any, words: list[_Words], access: frozenset[str], *, date: Any, labels: tuple[str, ...] = ()
) -> Document:
    names = (row.tenant_name, row.tenant_short, row.unit_name or "", row.code, *row.tags, *labels)
    return Document(
        id=row.id,
        title=row.title,
        body=_body(row),
        kind=row.kind,
        access=access,
        labels=tuple(dict.fromkeys(name for name in names if name)),
        passages=tuple(_passages(words)),
        tenant=row.tenant,
        unit=row.unit or "",
        tags=tuple(row.tags),
        date=date,
        has_documents=bool(words),
    )


def _found(row: Any, words: list[_Words], address: str, *names: Passage, date: Any) -> Found:
    inside = (
        Passage(part.text, f"附件《{document.title}》{part.label}")
        for document in words
        for part in document.parts
    )
    return Found(
        id=row.id,
        title=row.title,
        address=address,
        kind=row.kind,
        date=date,
        tenant=row.tenant_short,
        unit=row.unit_name or "",
        passages=(Passage(_body(row)), *inside),
        names=(
            *(Passage(tag, N_("标签")) for tag in row.tags),
            Passage(row.unit_name or "", N_("责任单元")),
            Passage(row.tenant_name, N_("街镇")),
            Passage(row.tenant_short, N_("街镇")),
            *(Passage(document.title, N_("附件")) for document in words),
            Passage(row.code, N_("编号")),
            *names,
        ),
    )


def _passages(words: list[_Words]) -> Iterator[str]:
    for document in words:
        yield document.title
        yield from (part.text for part in document.parts)


def _documents_of(session: Session, version_ids: Sequence[UUID]) -> dict[UUID, list[_Words]]:
    """The documents of these versions with their words. One query."""
    rows = session.execute(
        select(
            VersionFile.version_id,
            VersionFile.file_id,
            VersionFile.title,
            StoredFile.name,
            FileText.label,
            FileText.text,
        )
        .join(
            StoredFile,
            and_(StoredFile.tenant_id == VersionFile.tenant_id, StoredFile.id == VersionFile.file_id),
        )
        .outerjoin(FileText, FileText.file_id == VersionFile.file_id)
        .where(VersionFile.version_id.in_(version_ids), VersionFile.role == DOCUMENT)
        .order_by(VersionFile.position, FileText.position)
    )
    found: dict[UUID, dict[UUID, _Words]] = {}
    for version_id, file_id, title, name, label, text in rows:
        document = found.setdefault(version_id, {}).setdefault(file_id, _Words(title or name, []))
        if text is not None:
            document.parts.append(Passage(text, label))
    return {version_id: list(documents.values()) for version_id, documents in found.items()}


register(PublishedArticles())
register(AllPublications())
