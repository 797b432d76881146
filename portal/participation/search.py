"""What of participation can be found: what is shown by everybody, every comment by its tenant's staff."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import Session

from portal.participation.models import Comment
from portal.participation.policy import Fate, Visibility
from portal.participation.texts import PUBLICATION, VERSION, P, V
from portal.participation.words import FATES, VISIBILITIES
from search.outbox import follow
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
from tenants.identity.models import ResponsibleUnit, Tenant
from tenants.permissions import Permission
from tenants.rules import N_

#: Length of a title made of a comment's first words, in characters.
TITLE = 30

#: Explicit columns: the public role reads them too.
_COLUMNS = (
    Comment.id,
    Comment.tenant_id,
    Comment.parent_id,
    Comment.official,
    Comment.author_name,
    Comment.body,
    Comment.created_at,
    Comment.shown_at,
    Comment.visibility,
    Comment.fate,
    P.code,
    V.title,
    Tenant.slug,
    Tenant.name,
    Tenant.short_name,
    ResponsibleUnit.slug.label("unit"),
    ResponsibleUnit.name.label("unit_name"),
)


def _comments(version: Any) -> Select[*tuple[Any, ...]]:
    """Comments by their ids, each with the title of its publication's version that the column names."""
    return (
        select(*_COLUMNS)
        .select_from(Comment)
        .join(PUBLICATION, P.id == Comment.publication_id)
        .join(VERSION, V.id == version)
        .join(Tenant, Tenant.id == Comment.tenant_id)
        .outerjoin(ResponsibleUnit, and_(ResponsibleUnit.tenant_id == V.tenant_id, ResponsibleUnit.id == V.unit_id))
        .where(among_ids(Comment.id))
    )


_SHOWN = _comments(P.live_id).where(Comment.visibility == Visibility.SHOWN)
_EVERY = _comments(func.coalesce(P.live_id, P.head_id))


class ShownComments:
    """What anyone may read: comments that are shown and official answers, under live publications."""

    name = "comment"
    corpus = Corpus.PUBLIC

    def ids(self, session: Session, after: UUID | None, limit: int) -> Sequence[UUID]:
        return next_ids(session, select(Comment.id).where(Comment.visibility == Visibility.SHOWN), after, limit)

    def documents(self, session: Session, ids: Sequence[UUID]) -> Iterable[Document]:
        return [_document(row, PUBLIC) for row in rows(session, _SHOWN, ids)]

    def found(self, session: Session, ids: Sequence[UUID], *, texts: bool = True) -> Iterable[Found]:
        return [_found(row, f"/comments/{row.id}") for row in rows(session, _SHOWN, ids)]


class AllComments:
    """Every comment and answer, for staff who may read them."""

    name = "comment_record"
    corpus = Corpus.WORKSPACE

    def ids(self, session: Session, after: UUID | None, limit: int) -> Sequence[UUID]:
        return next_ids(session, select(Comment.id), after, limit)

    def documents(self, session: Session, ids: Sequence[UUID]) -> Iterable[Document]:
        return [
            _document(row, readable(row.tenant_id, Permission.COMMENT_READ, Permission.DISTRICT_COMMENT_READ))
            for row in rows(session, _EVERY, ids)
        ]

    def found(self, session: Session, ids: Sequence[UUID], *, texts: bool = True) -> Iterable[Found]:
        # an answer is worked on where its comment is
        return [
            _found(row, f"/t/{row.slug}/comments/{row.parent_id or row.id if row.official else row.id}")
            for row in rows(session, _EVERY, ids)
        ]


def _title(row: Any) -> str:
    first = str(row.body).partition("\n")[0]
    return first if len(first) <= TITLE else first[:TITLE] + "……"


def _document(row: Any, access: frozenset[str]) -> Document:
    return Document(
        id=row.id,
        title="",  # its first words stand in the body, too: as a title they would outweigh what is about them
        body=row.body,
        kind="answer" if row.official else "comment",
        access=access,
        labels=(row.name, row.short_name),
        people=(row.author_name,),
        # as words of its text: what the article is about must not lift its comments above it
        passages=(row.title,),
        tenant=row.slug,
        unit=f"{row.slug}/{row.unit}" if row.unit else "",
        # who keeps a search learns of it when it is there to be read
        date=row.shown_at or row.created_at,
    )


def _state(row: Any) -> tuple[str, str] | None:
    """What became of a comment; that it is not shown, where that is so."""
    if row.visibility != Visibility.SHOWN:
        return row.visibility, VISIBILITIES[Visibility(row.visibility)]
    asks = row.parent_id is None and not row.official
    return (row.fate, FATES[Fate(row.fate)]) if asks else None


def _found(row: Any, address: str) -> Found:
    title = _title(row)
    return Found(
        id=row.id,
        title=title,
        address=address,
        kind="answer" if row.official else "comment",
        date=row.created_at,
        tenant=row.short_name,
        unit=row.unit_name or "",
        # a short one is said by its title
        passages=(*([Passage(row.body)] if title != row.body else ()), Passage(row.title, N_("所在文章"))),
        names=(
            Passage(row.name, N_("街镇园区")),
            Passage(row.short_name, N_("街镇园区")),
            Passage(row.author_name, N_("署名")),
            Passage(row.title, N_("所在文章")),
        ),
        state=_state(row),
    )


def _under(session: Session, publications: Sequence[UUID]) -> Iterable[tuple[str, Sequence[UUID]]]:
    """Comments carry the title of their publication, and are shown while it is."""
    ids = session.scalars(select(Comment.id).where(Comment.publication_id.in_(publications))).all()
    return [(source.name, ids) for source in (ShownComments, AllComments)]


follow("article", _under)
register(ShownComments())
register(AllComments())
