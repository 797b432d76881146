"""What of publications can be found: live texts by everybody, every text by its tenant's staff."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy import Executable, Select, select
from sqlalchemy.orm import Session

from portal.publishing.content import DOCUMENT
from portal.publishing.extraction import PAGE
from portal.publishing.models import FileText, Publication, PublicationVersion, VersionFile
from portal.publishing.policy import State
from portal.publishing.queries.rows import FILE, with_version
from portal.publishing.queries.words import STATES
from portal.publishing.richtext import plain_text
from search.sources import (
    PUBLIC,
    Corpus,
    Document,
    Found,
    Passage,
    among_ids,
    next_ids,
    readable,
    register,
    rows,
)
from tenants.files.models import StoredFile
from tenants.identity.models import ResponsibleUnit, Tenant
from tenants.permissions import Permission
from tenants.rules import N_

P = Publication

#: Explicit columns: the public role reads them too.
_COLUMNS = (
    P.id,
    P.code,
    P.kind,
    P.tenant_id,
    P.first_published_at,
    PublicationVersion.id.label("version_id"),
    PublicationVersion.title,
    PublicationVersion.summary,
    PublicationVersion.body,
    PublicationVersion.for_you,
    PublicationVersion.tags,
    PublicationVersion.place_label,
    PublicationVersion.event_place,
    Tenant.slug.label("tenant"),
    Tenant.name.label("tenant_name"),
    Tenant.short_name.label("tenant_short"),
    ResponsibleUnit.slug.label("unit"),
    ResponsibleUnit.name.label("unit_name"),
)


#: How a part of a document is named: with the document's title or not, by its page or by the name of its sheet.
_PARTS = {
    (True, True): N_("附件《%(title)s》第 %(page)s 页"),
    (True, False): N_("附件《%(title)s》%(part)s"),
    (False, True): N_("第 %(page)s 页"),
    (False, False): "%(part)s",
}


@dataclass(frozen=True)
class _Words:
    """A document of a version: its title and its parts."""

    title: str
    parts: list[Passage]


def _publications(version: Any, *more: Any) -> Select[*tuple[Any, ...]]:
    """Publications by their ids, each with the version that the column names."""
    return with_version(PublicationVersion.id == version, *_COLUMNS, *more).where(among_ids(P.id))


_LIVE = _publications(P.live_id)
_NEWEST = _publications(P.head_id, P.state, P.updated_at, P.edited_by_name)
_WORDS = (
    select(
        VersionFile.version_id,
        VersionFile.file_id,
        VersionFile.title,
        StoredFile.name,
        FileText.label,
        FileText.text,
    )
    .join(*FILE)
    .outerjoin(FileText, FileText.file_id == VersionFile.file_id)
    .where(among_ids(VersionFile.version_id), VersionFile.role == DOCUMENT)
    .order_by(VersionFile.position, FileText.position)
)


class PublishedArticles:
    """What anyone may read."""

    name = "article"
    corpus = Corpus.PUBLIC

    def ids(self, session: Session, after: UUID | None, limit: int) -> Sequence[UUID]:
        return next_ids(session, select(P.id).where(P.live_id.is_not(None)), after, limit)

    def documents(self, session: Session, ids: Sequence[UUID]) -> Iterable[Document]:
        for row, words in _with_words(session, _LIVE, ids):
            yield _document(row, words, PUBLIC, date=row.first_published_at)

    def found(self, session: Session, ids: Sequence[UUID], *, texts: bool = True) -> Iterable[Found]:
        for row, words in _with_words(session, _LIVE, ids, texts=texts):
            yield _found(row, words, f"/a/{row.code}", date=row.first_published_at)


class AllPublications:
    """Publications in every state, for staff who may read them."""

    name = "publication"
    corpus = Corpus.WORKSPACE

    def ids(self, session: Session, after: UUID | None, limit: int) -> Sequence[UUID]:
        return next_ids(session, select(P.id).where(P.head_id.is_not(None)), after, limit)

    def documents(self, session: Session, ids: Sequence[UUID]) -> Iterable[Document]:
        for row, words in _with_words(session, _NEWEST, ids):
            access = readable(
                row.tenant_id, Permission.PUBLICATION_READ, Permission.DISTRICT_PUBLICATION_READ
            )
            author = (row.edited_by_name,) if row.edited_by_name else ()
            yield _document(row, words, access, date=row.updated_at, people=author)

    def found(self, session: Session, ids: Sequence[UUID], *, texts: bool = True) -> Iterable[Found]:
        for row, words in _with_words(session, _NEWEST, ids, texts=texts):
            address = f"/t/{row.tenant}/publications/{row.code}"
            editor = Passage(row.edited_by_name or "", N_("编辑"))
            found = _found(row, words, address, editor, date=row.updated_at)
            yield replace(found, state=(row.state, STATES[State(row.state)]))


def _body(row: Any) -> str:
    parts = (row.summary, row.for_you, plain_text(row.body), row.event_place, row.place_label)
    return "\n".join(part for part in parts if part)


def _document(
    row: Any, words: list[_Words], access: frozenset[str], *, date: Any, people: tuple[str, ...] = ()
) -> Document:
    names = (row.tenant_name, row.tenant_short, row.unit_name or "", *row.tags)
    return Document(
        id=row.id,
        title=row.title,
        body=_body(row),
        kind=row.kind,
        access=access,
        labels=tuple(dict.fromkeys(name for name in names if name)),
        people=people,
        codes=(row.code,),
        passages=tuple(_passages(words)),
        tenant=row.tenant,
        unit=f"{row.tenant}/{row.unit}" if row.unit else "",
        tags=tuple(row.tags),
        date=date,
        has_documents=bool(words),
    )


def _found(row: Any, words: list[_Words], address: str, *names: Passage, date: Any) -> Found:
    inside = (part for document in words for part in document.parts)
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
            Passage(row.tenant_name, N_("街镇园区")),
            Passage(row.tenant_short, N_("街镇园区")),
            *(Passage(document.title, N_("附件")) for document in words),
            *names,
        ),
    )


def document_passage(text: str, part: str, title: str = "") -> Passage:
    """A page or sheet of a document as an excerpt names it, by the document's title too where that is not the hit's."""
    page = PAGE.fullmatch(part)
    if not title and not part:
        return Passage(text)
    values = {"title": title, "page": page[1]} if page else {"title": title, "part": part}
    return Passage(text, _PARTS[bool(title), bool(page)], values)


def _passages(words: list[_Words]) -> Iterator[str]:
    for document in words:
        yield document.title
        yield from (part.text for part in document.parts)


def _with_words(
    session: Session, query: Executable, ids: Sequence[UUID], *, texts: bool = True
) -> Iterator[tuple[Any, list[_Words]]]:
    """Each publication with the words of its version's documents, or without any. Two queries, or one."""
    publications = rows(session, query, ids)
    found: dict[UUID, dict[UUID, _Words]] = {}
    versions = [row.version_id for row in publications if texts]
    for version_id, file_id, title, name, label, text in rows(session, _WORDS, versions) if versions else ():
        document = found.setdefault(version_id, {}).setdefault(file_id, _Words(title or name, []))
        if text is not None:
            document.parts.append(document_passage(text, label, document.title))
    for row in publications:
        yield row, list(found.get(row.version_id, {}).values())


register(PublishedArticles())
register(AllPublications())
