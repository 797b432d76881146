"""What a resident reads of their own comments, in a session of the public role."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, aliased

from portal.participation.models import Comment, CommentEvent
from portal.participation.policy import Fate, Visibility
from portal.participation.queries.filters import is_open
from portal.participation.queries.public import SAID, Said, own_ids, said, with_outcome
from portal.participation.texts import PUBLICATION, VERSION, P, V
from tenants.identity.models import Tenant

PAGE_SIZE = 20


class OwnFilter(StrEnum):
    """Which of one's own comments."""

    ALL = "all"
    OPEN = "open"
    ANSWERED = "answered"
    BECAME = "became"
    HIDDEN = "hidden"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Step:
    """One step in the life of a comment, as its author reads it: by them or by the tenant."""

    when: datetime
    action: str
    by_author: bool
    reason: str | None


@dataclass(frozen=True)
class Answer:
    """An official answer."""

    id: UUID
    author: str
    body: str
    created_at: datetime
    edited_at: datetime | None


@dataclass(frozen=True)
class OwnComment(Said):
    """One's own comment, wherever it stands. `code` and `title` are None when the publication is withdrawn."""

    tenant_name: str
    code: str | None
    title: str | None
    answers: tuple[Answer, ...]
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class OwnPage:
    """A page of one's own comments, newest first, with the number in each filter."""

    items: tuple[OwnComment, ...]
    total: int
    page: int
    counts: dict[OwnFilter, int]


_CONDITIONS: dict[OwnFilter, tuple[ColumnElement[bool], ...]] = {
    OwnFilter.ALL: (),
    OwnFilter.OPEN: (is_open,),
    OwnFilter.ANSWERED: (Comment.answered_at.is_not(None), Comment.visibility != Visibility.WITHDRAWN),
    OwnFilter.BECAME: (Comment.fate.in_((Fate.ADOPTED, Fate.DONE)), Comment.visibility != Visibility.WITHDRAWN),
    OwnFilter.HIDDEN: (Comment.visibility == Visibility.HIDDEN,),
    OwnFilter.WITHDRAWN: (Comment.visibility == Visibility.WITHDRAWN,),
}
_OWN = (*SAID, Tenant.name.label("tenant_name"), P.code, V.title)


def mine(
    session: Session, which: OwnFilter = OwnFilter.ALL, *, page: int = 1, size: int = PAGE_SIZE
) -> OwnPage:
    """A page of the acting resident's comments. Four queries."""
    counted = session.execute(
        select(*(func.count().filter(*conditions) for conditions in _CONDITIONS.values())).where(
            Comment.id.in_(own_ids())
        )
    ).one()
    counts = dict(zip(_CONDITIONS, counted, strict=True))
    rows = session.execute(_select().where(*_CONDITIONS[which]).limit(size).offset((page - 1) * size)).all()
    return OwnPage(_whole(session, rows), counts[which], page, counts)


def own(session: Session, comment_id: UUID) -> OwnComment | None:
    """One of the acting resident's comments; None when there is none of theirs with this id."""
    return next(iter(_whole(session, session.execute(_select().where(Comment.id == comment_id)).all())), None)


def export_of_resident(session: Session) -> list[OwnComment]:
    """Every comment of the acting resident with its history, newest first."""
    return list(_whole(session, session.execute(_select()).all()))


def _select() -> Any:
    return (
        with_outcome(
            select(*_OWN)
            .select_from(Comment)
            .join(Tenant, Tenant.id == Comment.tenant_id)
            .outerjoin(PUBLICATION, P.id == Comment.publication_id)
            .outerjoin(VERSION, V.id == P.live_id)
        )
        .where(Comment.id.in_(own_ids()))
        .order_by(Comment.created_at.desc(), Comment.id.desc())
    )


def _whole(session: Session, rows: Sequence[Any]) -> tuple[OwnComment, ...]:
    """The rows with the answers to them and their history."""
    if not rows:
        return ()
    ids = [row.id for row in rows]
    official = aliased(Comment)
    answers: dict[UUID, list[Answer]] = {}
    for answer in session.execute(
        select(
            official.parent_id,
            official.id,
            official.author_name,
            official.body,
            official.created_at,
            official.edited_at,
        )
        .where(official.parent_id.in_(ids), official.official)
        .order_by(official.created_at)
    ):
        answers.setdefault(answer.parent_id, []).append(
            Answer(answer.id, answer.author_name, answer.body, answer.created_at, answer.edited_at)
        )
    steps: dict[UUID, list[Step]] = {}
    for event in session.execute(
        select(
            CommentEvent.record_id,
            CommentEvent.created_at,
            CommentEvent.action,
            CommentEvent.actor_kind,
            CommentEvent.reason,
        )
        .where(CommentEvent.record_id.in_(ids))
        .order_by(CommentEvent.created_at, CommentEvent.id)
    ):
        steps.setdefault(event.record_id, []).append(
            Step(event.created_at, event.action, event.actor_kind == "resident", event.reason)
        )
    return tuple(
        OwnComment(
            **said(row),
            tenant_name=row.tenant_name,
            code=row.code,
            title=row.title,
            answers=tuple(answers.get(row.id, ())),
            steps=tuple(steps.get(row.id, ())),
        )
        for row in rows
    )


def written_by(session: Session, resident_id: UUID, ids: Sequence[UUID]) -> frozenset[UUID]:
    """Those of these comments that a resident wrote."""
    query = select(Comment.id).where(Comment.id.in_(ids), Comment.resident_id == resident_id)
    return frozenset(session.scalars(query))
