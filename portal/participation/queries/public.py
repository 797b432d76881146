"""What anyone reads of comments: explicit columns only, all of them readable with the public role."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select
from sqlalchemy.orm import Session, aliased

from portal.participation.models import Comment, MonthTally
from portal.participation.policy import Fate, Visibility
from portal.participation.texts import PUBLICATION, VERSION, P, V
from tenants.actors import Scope
from tenants.clock import today
from tenants.database import actor_of
from tenants.identity.models import CommentPolicy, Tenant

#: Comments (with their replies) on one page of a thread.
THREAD_SIZE = 30


@dataclass(frozen=True)
class Outcome:
    """The publication that shows what changed."""

    code: str
    title: str


@dataclass(frozen=True)
class Said:
    """What every page of the public site tells of a comment."""

    id: UUID
    parent_id: UUID | None
    official: bool
    body: str
    visibility: str
    fate: str
    fate_reason: str | None
    outcome: Outcome | None
    moderation_reason: str | None
    appeal: str | None
    appeal_state: str
    due_on: date | None
    answered_at: datetime | None
    created_at: datetime
    edited_at: datetime | None
    version: int

    @property
    def late(self) -> bool:
        """The day by which it should have been answered is over."""
        return self.answered_at is None and self.due_on is not None and self.due_on < today()


@dataclass(frozen=True)
class ThreadComment(Said):
    """A comment as the reader of the page may see it; `mine` when they wrote it."""

    author: str
    mine: bool
    #: Official answers and replies, oldest first.
    replies: tuple[ThreadComment, ...] = ()


@dataclass(frozen=True)
class Gone:
    """Where a comment stood that is withdrawn or no longer shown, while what was said to it stays."""

    id: UUID
    replies: tuple[ThreadComment, ...]


@dataclass(frozen=True)
class Thread:
    """A page of the comments under a publication, newest first."""

    publication_id: UUID
    comments: tuple[ThreadComment | Gone, ...]
    #: Residents' comments and replies that are shown, on all pages.
    total: int
    page: int
    pages: int


@dataclass(frozen=True)
class Target:
    """A publication that can be commented on."""

    id: UUID
    tenant_id: UUID
    code: str
    title: str
    tenant_name: str
    comments_open: bool
    held: bool
    reply_days: int


@dataclass(frozen=True)
class Became:
    """A comment that led to something, for the home page."""

    id: UUID
    body: str
    author_name: str
    fate: str
    fate_reason: str | None
    outcome: Outcome | None
    created_at: datetime
    tenant: str
    publication_code: str
    publication_title: str


@dataclass(frozen=True)
class SaidAndDone:
    """What residents said within twelve months and what became of it, in figures and examples."""

    received: int
    answered: int
    adopted: int
    done: int
    items: tuple[Became, ...]


#: A query for rows of any columns.
Rows: TypeAlias = Select[*tuple[Any, ...]]
#: Words of residents that everybody sees.
is_shown = and_(Comment.visibility == Visibility.SHOWN, ~Comment.official)
_Outcome = PUBLICATION.alias("outcome")
_OutcomeVersion = VERSION.alias("outcome_version")
#: What `with_outcome` joins and `outcome_of` reads.
OUTCOME = (_Outcome.c.code.label("outcome_code"), _OutcomeVersion.c.title.label("outcome_title"))
_SAID = tuple(name for name in Said.__dataclass_fields__ if name != "outcome")
#: What `said` reads, next to `with_outcome`.
SAID = (*(getattr(Comment, name) for name in _SAID), *OUTCOME)


def own_ids() -> Rows:
    """The ids of the reading resident's own comments: the public role may not read whose a comment is."""
    return select(func.own_comments())


def _mine(session: Session) -> ColumnElement[bool]:
    if not actor_of(session).acts_as(Scope.RESIDENT):
        return false()
    return Comment.id.in_(own_ids())


def with_outcome(query: Rows) -> Rows:
    """The query with the publication, if it is still published, that shows what changed."""
    return query.outerjoin(_Outcome, _Outcome.c.id == Comment.outcome_publication_id).outerjoin(
        _OutcomeVersion, _OutcomeVersion.c.id == _Outcome.c.live_id
    )


def public_thread(
    session: Session, publication_id: UUID, *, page: int = 1, size: int = THREAD_SIZE
) -> Thread:
    """The comments under a publication. Two queries, however many there are.

    A resident also sees their own that wait or were hidden, marked by `visibility`; not what they withdrew.
    """
    root = func.coalesce(Comment.parent_id, Comment.id).label("root")
    roots = session.execute(
        select(
            root,
            func.count().over().label("roots"),
            func.sum(func.count().filter(is_shown)).over().label("total"),
        )
        .where(Comment.publication_id == publication_id, Comment.visibility != Visibility.WITHDRAWN)
        .group_by(root)
        .order_by(func.min(Comment.created_at).desc(), root)
        .limit(size)
        .offset((page - 1) * size)
    ).all()
    if not roots:
        return Thread(publication_id, (), 0, 1, 1) if page == 1 else public_thread(session, publication_id)
    ids = [row.root for row in roots]
    rows = session.execute(
        with_outcome(select(*SAID, Comment.author_name, _mine(session).label("mine")).select_from(Comment))
        .where(
            or_(Comment.id.in_(ids), Comment.parent_id.in_(ids)),
            Comment.publication_id == publication_id,
            Comment.visibility != Visibility.WITHDRAWN,
        )
        .order_by(Comment.created_at, Comment.id)
    ).all()
    found = {row.id: row for row in rows if row.parent_id is None}
    replies: dict[UUID, list[ThreadComment]] = {}
    for row in rows:
        if row.parent_id is not None:
            replies.setdefault(row.parent_id, []).append(_comment(row))
    comments = tuple(
        _comment(found[i], replies.get(i, ())) if i in found else Gone(i, tuple(replies.get(i, ())))
        for i in ids
    )
    pages = max(1, math.ceil(roots[0].roots / size))
    return Thread(publication_id, comments, int(roots[0].total or 0), page, pages)


def _comment(row: Any, replies: Sequence[ThreadComment] = ()) -> ThreadComment:
    return ThreadComment(**said(row), author=row.author_name, mine=row.mine, replies=tuple(replies))


def said(row: Any) -> dict[str, Any]:
    """The fields of `Said` from a row with the columns SAID."""
    return {name: getattr(row, name) for name in _SAID} | {"outcome": outcome_of(row)}


def outcome_of(row: Any) -> Outcome | None:
    """The outcome columns of a row as one thing; None when there is none, or it is no longer published."""
    return Outcome(row.outcome_code, row.outcome_title) if row.outcome_title else None


def in_thread(session: Session, publication_id: UUID, comment_id: UUID) -> ThreadComment | None:
    """One comment under a publication as the reader sees it, without its replies. One query."""
    row = session.execute(
        with_outcome(
            select(*SAID, Comment.author_name, _mine(session).label("mine")).select_from(Comment)
        ).where(
            Comment.id == comment_id,
            Comment.publication_id == publication_id,
            Comment.visibility != Visibility.WITHDRAWN,
        )
    ).one_or_none()
    return _comment(row) if row else None


def whereabouts(session: Session, comment_id: UUID, *, size: int = THREAD_SIZE) -> tuple[str, int] | None:
    """Code of the publication under which the reader sees this comment, and the page of its thread."""
    me = aliased(Comment)
    row = session.execute(
        select(me.publication_id, P.code, func.coalesce(me.parent_id, me.id).label("root"))
        .join(PUBLICATION, P.id == me.publication_id)
        .where(me.id == comment_id)
    ).one_or_none()
    if row is None:
        return None
    root = func.coalesce(Comment.parent_id, Comment.id).label("root")
    threads = (
        select(root, func.min(Comment.created_at).label("first"))
        .where(Comment.publication_id == row.publication_id, Comment.visibility != Visibility.WITHDRAWN)
        .group_by(root)
        .subquery()
    )
    first = select(threads.c.first).where(threads.c.root == row.root).scalar_subquery()
    before = session.scalars(select(func.count()).select_from(threads).where(threads.c.first > first)).one()
    return row.code, before // size + 1


def target(session: Session, code: str) -> Target | None:
    """The published article with this code, as the form for a comment needs it."""
    row = session.execute(
        select(
            P.id,
            P.tenant_id,
            P.code,
            V.title,
            Tenant.name,
            P.comments_open,
            (Tenant.comment_policy != CommentPolicy.SHOW).label("held"),
            Tenant.reply_days,
        )
        .join(VERSION, V.id == P.live_id)
        .join(Tenant, Tenant.id == P.tenant_id)
        .where(P.code == code)
    ).one_or_none()
    return Target(*row) if row else None


def counts(session: Session, publication_ids: Iterable[UUID]) -> dict[UUID, int]:
    """How many residents' comments are shown under each publication. One query."""
    rows = session.execute(
        select(Comment.publication_id, func.count())
        .where(Comment.publication_id.in_(list(publication_ids)), is_shown)
        .group_by(Comment.publication_id)
    )
    return {publication_id: n for publication_id, n in rows}


def said_and_done(session: Session, limit: int = 3) -> SaidAndDone:
    """What residents said within twelve months and what became of it. Two queries."""
    month = today().replace(day=1)
    sums = (
        func.coalesce(func.sum(column), 0)
        for column in (MonthTally.said, MonthTally.answered, MonthTally.adopted, MonthTally.done)
    )
    row: Any = session.execute(
        select(*sums).where(MonthTally.month > month.replace(year=month.year - 1))
    ).one()
    own_words = [is_shown, Comment.parent_id.is_(None)]
    rows = session.execute(
        with_outcome(
            select(
                Comment.id,
                Comment.body,
                Comment.author_name,
                Comment.fate,
                Comment.fate_reason,
                Comment.created_at,
                Tenant.short_name,
                P.code,
                V.title,
                *OUTCOME,
            )
            .select_from(Comment)
            .join(PUBLICATION, P.id == Comment.publication_id)
            .join(VERSION, V.id == P.live_id)
            .join(Tenant, Tenant.id == Comment.tenant_id)
        )
        .where(*own_words, Comment.fate.in_((Fate.ADOPTED, Fate.DONE)))
        .order_by(Comment.created_at.desc())
        .limit(limit)
    )
    items = tuple(
        Became(
            id=row.id,
            body=row.body,
            author_name=row.author_name,
            fate=row.fate,
            fate_reason=row.fate_reason,
            outcome=outcome_of(row),
            created_at=row.created_at,
            tenant=row.short_name,
            publication_code=row.code,
            publication_title=row.title,
        )
        for row in rows
    )
    said, answered, adopted, done = map(int, row)
    return SaidAndDone(said, answered, adopted, done, items)
