"""What the comment desk shows: the list with its tabs and filters, one comment with its history, an export."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, case, func, literal, or_, select
from sqlalchemy.orm import Session

from portal.kit.history import EventRow, events_of
from portal.participation import replyclock
from portal.participation.models import Comment
from portal.participation.policy import Visibility
from portal.participation.queries.filters import LOOKED_IN, Filters, Tab, narrowed, of_tab, order_of
from portal.participation.queries.public import OUTCOME, Outcome, Rows, outcome_of, with_outcome
from portal.participation.texts import PUBLICATION, VERSION, P, V
from tenants.clock import today
from tenants.identity.models import Tenant
from tenants.reading import COUNTED, LOOKED_THROUGH, Counted, among, containing, counted, here

PAGE_SIZE = 30
#: So many publications are offered to filter by.
OFFERED = 50
#: An export holds at most this many rows.
EXPORTED = 50_000


@dataclass(frozen=True)
class Row:
    """A resident's comment in the list."""

    id: UUID
    parent_id: UUID | None
    tenant: str
    tenant_slug: str
    code: str
    title: str
    kind: str
    live: bool
    author: str
    official: bool
    body: str
    visibility: str
    fate: str
    fate_reason: str | None
    moderation_reason: str | None
    appeal: str | None
    appeal_state: str
    due_on: date | None
    answered_at: datetime | None
    shown_at: datetime | None
    created_at: datetime
    edited_at: datetime | None
    version: int
    outcome: Outcome | None = None
    #: Working days to the day by which it is answered; negative: overdue. None when the clock does not run.
    days_left: int | None = None

    @property
    def comment_id(self) -> UUID:
        """As addresses call it."""
        return self.id

    @property
    def overdue(self) -> bool:
        return self.days_left is not None and self.due_on is not None and self.due_on < today()


@dataclass(frozen=True)
class Listing:
    """One page of the desk: rows, how many there are in each tab, publications to filter by.

    `partial`: the words were looked for in the newest comments only, and there are older ones.
    """

    rows: tuple[Row, ...]
    total: Counted
    page: int
    per_page: int
    counts: dict[Tab, Counted]
    publications: tuple[tuple[str, str], ...]
    partial: bool


@dataclass(frozen=True)
class Detail:
    """One comment with everything said around it and its history."""

    comment: Row
    #: The comment it replies to, for a reply.
    parent: Row | None
    #: Replies and official answers below the comment, and what happened to it: oldest first.
    replies: tuple[Row, ...]
    events: tuple[EventRow, ...]


#: The version that the public reads, else the newest. Not `coalesce`: row security keeps that from using the index.
SHOWN_VERSION = case((P.live_id.is_not(None), P.live_id), else_=P.head_id)

_ROW = (
    Comment.id,
    Comment.parent_id,
    Tenant.short_name.label("tenant"),
    Tenant.slug.label("tenant_slug"),
    P.code,
    V.title,
    P.kind,
    P.live_id.is_not(None).label("live"),
    Comment.author_name.label("author"),
    Comment.official,
    Comment.body,
    Comment.visibility,
    Comment.fate,
    Comment.fate_reason,
    Comment.moderation_reason,
    Comment.appeal,
    Comment.appeal_state,
    Comment.due_on,
    Comment.answered_at,
    Comment.shown_at,
    Comment.created_at,
    Comment.edited_at,
    Comment.version,
)


def _rows(*more: Any) -> Rows:
    return (
        select(*_ROW, *more)
        .select_from(Comment)
        .join(Tenant, Tenant.id == Comment.tenant_id)
        .join(PUBLICATION, P.id == Comment.publication_id)
        .join(VERSION, V.id == SHOWN_VERSION)
    )


def listing(session: Session, filters: Filters, *, page: int = 1, per_page: int = PAGE_SIZE) -> Listing:
    """One page of the desk. Three queries, one more with words, whatever the number of comments."""
    words, filters = filters.text, replace(filters, text="")
    conditions: list[ColumnElement[bool]] = []
    partial = False
    if words:
        newest = narrowed(session, filters, Comment.id, *LOOKED_IN).order_by(Comment.created_at.desc())
        said = containing(session, words, newest.limit(LOOKED_THROUGH))
        conditions, partial = [said.has(Comment.id)], said.partial
        # they are few: counted in one pass
        numbers = select(*(func.count().filter(of_tab(tab)) for tab in Tab)).where(*conditions)
    else:
        numbers = select(*(counted(_in_tab(session, filters, tab, literal(1))) for tab in Tab))
    found = session.execute(numbers).one()
    counts = {tab: Counted.of(number) for tab, number in zip(Tab, found, strict=True)}
    total = counts[filters.tab]
    if not total.more:
        page = min(page, max(1, -(-total // per_page)))
    query = _filtered(session, filters, conditions, per_page, (page - 1) * per_page)
    rows = tuple(_row(row) for row in session.execute(query))
    return Listing(rows, total, page, per_page, counts, _publications(session), partial)


def every(session: Session, filters: Filters, *, limit: int = EXPORTED) -> list[Row]:
    """All rows under the filters, for an export. One query."""
    return [_row(row) for row in session.execute(_filtered(session, filters, (), limit))]


def _filtered(
    session: Session, filters: Filters, conditions: Iterable[ColumnElement[bool]], limit: int, offset: int = 0
) -> Rows:
    """A page of rows: first which they are, then everything about those few."""
    order = order_of(filters)
    all_of_them = _in_tab(session, filters, filters.tab, Comment.id).where(*conditions)
    chosen = all_of_them.order_by(*order).limit(limit).offset(offset)
    return with_outcome(_rows(*OUTCOME)).where(among(Comment.id, chosen)).order_by(*order)


def _in_tab(session: Session, filters: Filters, tab: Tab, *columns: Any) -> Rows:
    return narrowed(session, filters, *columns).where(of_tab(tab))


def _row(row: Any) -> Row:
    found = Row(**{name: getattr(row, name) for name in _NAMES}, outcome=outcome_of(row))
    waits = found.due_on is not None and found.answered_at is None
    if not waits or found.visibility not in (Visibility.HELD, Visibility.SHOWN):
        return found
    assert found.due_on is not None
    return replace(found, days_left=replyclock.working_days_left(today(), found.due_on))


_NAMES = [name for name in Row.__dataclass_fields__ if name not in ("outcome", "days_left")]


def _publications(session: Session) -> tuple[tuple[str, str], ...]:
    """Publications with the newest comments, to filter by: (code, title), by title."""
    recent = (
        select(Comment.publication_id, Comment.created_at)
        .where(here(session, Comment.tenant_id), ~Comment.official)
        .order_by(Comment.created_at.desc())
        .limit(COUNTED)
        .subquery()
    )
    newest = (
        select(recent.c.publication_id)
        .group_by(recent.c.publication_id)
        .order_by(func.max(recent.c.created_at).desc())
        .limit(OFFERED)
    )
    rows = session.execute(
        select(P.code, V.title)
        .join(VERSION, V.id == SHOWN_VERSION)
        .where(among(P.id, newest))
        .order_by(V.title)
    )
    return tuple((code, title) for code, title in rows)


def shown_at(session: Session, comment_ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """The comments at whose pages these are shown: an official answer has none of its own."""
    ids = list(comment_ids)
    if not ids:
        return {}
    page = case((Comment.official, Comment.parent_id), else_=Comment.id)
    return {id_: at for id_, at in session.execute(select(Comment.id, page).where(Comment.id.in_(ids)))}


def detail(session: Session, comment_id: UUID) -> Detail | None:
    """One comment with everything around it. Two queries."""
    asked = select(func.coalesce(Comment.parent_id, Comment.id)).where(Comment.id == comment_id).scalar_subquery()
    rows = [
        _row(row)
        for row in session.execute(
            with_outcome(_rows(*OUTCOME))
            .where(or_(Comment.id == asked, Comment.parent_id == asked))
            .order_by(Comment.created_at, Comment.id)
        )
    ]
    comment = next((row for row in rows if row.id == comment_id), None)
    if comment is None:
        return None
    parent = next((row for row in rows if row.id == comment.parent_id), None)
    replies = tuple(row for row in rows if row.parent_id is not None and row.id != comment_id)
    events = events_of(session, Comment, comment_id)
    return Detail(comment, parent, replies, events[::-1])
