"""What the comment desk shows: the list with its tabs and filters, one comment with its history, the templates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Session, aliased

from portal.participation import replyclock
from portal.participation.models import AnswerTemplate, Comment, CommentEvent, Fate, Visibility
from portal.participation.queries.public import OUTCOME, Outcome, Rows, outcome_of, with_outcome
from portal.publishing.models import Kind, Publication, PublicationVersion
from tenants.clock import today
from tenants.identity.models import Tenant

PAGE_SIZE = 30
#: So many publications are offered to show what changed.
MOST_OUTCOMES = 200
#: An export holds at most this many rows.
EXPORTED = 50_000


class Tab(StrEnum):
    """The heaps of the desk, by what is to be done."""

    OPEN = "open"  # waits for an answer
    OVERDUE = "overdue"
    HELD = "held"  # waits for approval
    APPEALED = "appealed"
    FOLLOWED_UP = "followed_up"  # its author wrote again below the answer
    ANSWERED = "answered"
    HIDDEN = "hidden"
    ALL = "all"


class Sort(StrEnum):
    """In which order."""

    DUE = "due"
    NEWEST = "newest"
    OLDEST = "oldest"


@dataclass(frozen=True)
class Filters:
    """What narrows the list. Unknown values in an address count as not given."""

    tab: Tab = Tab.OPEN
    fate: Fate | None = None
    kind: Kind | None = None
    publication: str = ""
    tenant: str = ""
    text: str = ""
    sort: Sort | None = None

    @classmethod
    def from_args(cls, args: Mapping[str, str]) -> Filters:
        """From the address of a page: tab, fate, kind, publication (code), tenant (slug), q, sort."""

        def one(kind: type[Any], name: str) -> Any:
            try:
                return kind(args.get(name, ""))
            except ValueError:
                return None

        return cls(
            tab=one(Tab, "tab") or Tab.OPEN,
            fate=one(Fate, "fate"),
            kind=one(Kind, "kind"),
            publication=_plain(args.get("publication", "")),
            tenant=_plain(args.get("tenant", "")),
            text=_plain(args.get("q", "")),
            sort=one(Sort, "sort"),
        )


def _plain(text: str) -> str:
    return text.replace("\x00", "").strip()[:100]


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
    appeal_decided_at: datetime | None
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
    def overdue(self) -> bool:
        return self.days_left is not None and self.due_on is not None and self.due_on < today()


@dataclass(frozen=True)
class Listing:
    """One page of the desk: rows, how many there are in each tab, publications to filter by."""

    rows: tuple[Row, ...]
    total: int
    page: int
    per_page: int
    counts: dict[Tab, int]
    publications: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Event:
    """A step in the history of a comment."""

    when: datetime
    who: str
    by_author: bool
    action: str
    reason: str | None
    former_body: str | None


@dataclass(frozen=True)
class Detail:
    """One comment with everything said around it and its history."""

    comment: Row
    #: The comment it replies to, for a reply.
    parent: Row | None
    #: Replies and official answers below the comment, oldest first.
    replies: tuple[Row, ...]
    events: tuple[Event, ...]


@dataclass(frozen=True)
class Template:
    """A ready beginning for an answer."""

    id: UUID
    title: str
    body: str


C, P, V, T = Comment, Publication, PublicationVersion, Tenant
_parent = aliased(Comment, name="parent")

_open = and_(
    C.answered_at.is_(None), C.parent_id.is_(None), C.visibility.in_((Visibility.HELD, Visibility.SHOWN))
)
_followed_up = and_(
    C.parent_id.is_not(None),
    C.answered_at.is_(None),
    C.visibility.in_((Visibility.HELD, Visibility.SHOWN)),
    select(1)
    .where(
        _parent.id == C.parent_id,
        _parent.resident_id == C.resident_id,
        _parent.answered_at.is_not(None),
        _parent.answered_at < C.created_at,
    )
    .exists(),
)


def _tab(tab: Tab) -> ColumnElement[bool] | None:
    """What belongs to a tab; None for everything."""
    match tab:
        case Tab.OPEN:
            return _open
        case Tab.OVERDUE:
            return and_(_open, C.due_on < today())
        case Tab.HELD:
            return C.visibility == Visibility.HELD
        case Tab.APPEALED:
            return appealed
        case Tab.FOLLOWED_UP:
            return _followed_up
        case Tab.ANSWERED:
            return and_(C.answered_at.is_not(None), C.visibility == Visibility.SHOWN)
        case Tab.HIDDEN:
            return C.visibility.in_((Visibility.HIDDEN, Visibility.WITHDRAWN))
        case Tab.ALL:
            return None


#: What `policy.appeal_waits` says, for the database.
appealed = and_(C.visibility == Visibility.HIDDEN, C.appeal.is_not(None), C.appeal_decided_at.is_(None))
is_open, is_followed_up = _open, _followed_up

_ROW = (
    C.id,
    C.parent_id,
    T.short_name.label("tenant"),
    T.slug.label("tenant_slug"),
    P.code,
    V.title,
    P.kind,
    P.live_id.is_not(None).label("live"),
    C.author_name.label("author"),
    C.official,
    C.body,
    C.visibility,
    C.fate,
    C.fate_reason,
    C.moderation_reason,
    C.appeal,
    C.appeal_decided_at,
    C.due_on,
    C.answered_at,
    C.shown_at,
    C.created_at,
    C.edited_at,
    C.version,
)


def _rows(*more: Any) -> Rows:
    return (
        select(*_ROW, *more)
        .select_from(C)
        .join(T, T.id == C.tenant_id)
        .join(P, P.id == C.publication_id)
        .join(V, V.id == func.coalesce(P.live_id, P.head_id))
    )


def _conditions(filters: Filters) -> list[ColumnElement[bool]]:
    """Everything but the tab."""
    found: list[ColumnElement[bool]] = [~C.official]
    if filters.fate:
        found += [C.fate == filters.fate, C.parent_id.is_(None)]
    if filters.kind:
        found.append(P.kind == filters.kind)
    if filters.publication:
        found.append(P.code == filters.publication)
    if filters.tenant:
        found.append(T.slug == filters.tenant)
    if filters.text:
        like = f"%{_escaped(filters.text)}%"
        found.append(or_(C.body.ilike(like, escape="\\"), C.author_name.ilike(like, escape="\\")))
    return found


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")


def _order(filters: Filters) -> tuple[Any, ...]:
    oldest_first = filters.tab in (Tab.HELD, Tab.APPEALED, Tab.FOLLOWED_UP)
    by_due = filters.tab in (Tab.OPEN, Tab.OVERDUE)
    match filters.sort:
        case Sort.DUE:
            return C.due_on.asc().nulls_last(), C.created_at, C.id
        case Sort.NEWEST:
            return C.created_at.desc(), C.id.desc()
        case Sort.OLDEST:
            return C.created_at, C.id
        case None:
            if by_due:
                return C.due_on.asc().nulls_last(), C.created_at, C.id
            return (C.created_at, C.id) if oldest_first else (C.created_at.desc(), C.id.desc())


def listing(session: Session, filters: Filters, *, page: int = 1, per_page: int = PAGE_SIZE) -> Listing:
    """One page of the desk. Three queries, whatever the number of comments."""
    conditions = _conditions(filters)
    in_tab = {tab: _tab(tab) for tab in Tab}
    counting: Rows = select(
        *(
            func.count() if condition is None else func.count(case((condition, 1)))
            for condition in in_tab.values()
        )
    ).select_from(C)
    if filters.tenant:
        counting = counting.join(T, T.id == C.tenant_id)
    if filters.kind or filters.publication:
        counting = counting.join(P, P.id == C.publication_id)
    counted = session.execute(counting.where(*conditions)).one()
    counts = dict(zip(in_tab, counted, strict=True))
    total = counts[filters.tab]
    page = min(page, max(1, -(-total // per_page)))
    query = _filtered(filters).limit(per_page).offset((page - 1) * per_page)
    rows = tuple(_row(row) for row in session.execute(query))
    return Listing(rows, total, page, per_page, counts, _publications(session))


def every(session: Session, filters: Filters, *, limit: int = EXPORTED) -> list[Row]:
    """All rows under the filters, for an export. One query."""
    return [_row(row) for row in session.execute(_filtered(filters).limit(limit))]


def _filtered(filters: Filters) -> Rows:
    condition = _tab(filters.tab)
    query = with_outcome(_rows(*OUTCOME)).where(*_conditions(filters)).order_by(*_order(filters))
    return query if condition is None else query.where(condition)


def _row(row: Any) -> Row:
    found = Row(**{name: getattr(row, name) for name in _NAMES}, outcome=outcome_of(row))
    waits = found.due_on is not None and found.answered_at is None
    if not waits or found.visibility not in (Visibility.HELD, Visibility.SHOWN):
        return found
    assert found.due_on is not None
    return replace(found, days_left=replyclock.working_days_left(today(), found.due_on))


_NAMES = [name for name in Row.__dataclass_fields__ if name not in ("outcome", "days_left")]


def _publications(session: Session) -> tuple[tuple[str, str], ...]:
    """Publications with the newest comments, to filter by: (code, title)."""
    newest = (
        select(C.publication_id, func.max(C.created_at).label("last"))
        .where(~C.official)
        .group_by(C.publication_id)
        .order_by(func.max(C.created_at).desc())
        .limit(100)
        .subquery()
    )
    rows = session.execute(
        select(P.code, V.title)
        .join(newest, newest.c.publication_id == P.id)
        .join(V, V.id == func.coalesce(P.live_id, P.head_id))
        .order_by(newest.c.last.desc())
    )
    return tuple((code, title) for code, title in rows)


def detail(session: Session, comment_id: UUID) -> Detail | None:
    """One comment with everything around it. Two queries."""
    asked = select(func.coalesce(C.parent_id, C.id)).where(C.id == comment_id).scalar_subquery()
    rows = [
        _row(row)
        for row in session.execute(
            with_outcome(_rows(*OUTCOME))
            .where(or_(C.id == asked, C.parent_id == asked))
            .order_by(C.created_at, C.id)
        )
    ]
    comment = next((row for row in rows if row.id == comment_id), None)
    if comment is None:
        return None
    parent = next((row for row in rows if row.id == comment.parent_id), None)
    replies = tuple(row for row in rows if row.parent_id is not None and row.id != comment_id)
    events = tuple(
        Event(
            row.created_at,
            row.actor_name,
            row.actor_kind == "resident",
            row.action,
            row.reason,
            row.former_body,
        )
        for row in session.execute(
            select(
                CommentEvent.created_at,
                CommentEvent.actor_name,
                CommentEvent.actor_kind,
                CommentEvent.action,
                CommentEvent.reason,
                CommentEvent.former_body,
            )
            .where(CommentEvent.comment_id == comment_id)
            .order_by(CommentEvent.created_at, CommentEvent.id)
        )
    )
    return Detail(comment, parent, replies, events)


def chosen(session: Session, comment_ids: Sequence[UUID]) -> list[Row]:
    """These comments, oldest first. One query."""
    query = with_outcome(_rows(*OUTCOME)).where(C.id.in_(list(comment_ids))).order_by(C.created_at)
    return [_row(row) for row in session.execute(query)]


def outcomes(session: Session) -> tuple[tuple[UUID, str], ...]:
    """What the tenant published, the newest first: what may show what changed. One query."""
    rows = session.execute(
        select(P.id, V.title)
        .join(V, V.id == P.live_id)
        .order_by(P.first_published_at.desc())
        .limit(MOST_OUTCOMES)
    )
    return tuple((publication_id, title) for publication_id, title in rows)


def templates(session: Session) -> tuple[Template, ...]:
    """The tenant's answer templates by title. One query."""
    rows = session.execute(
        select(AnswerTemplate.id, AnswerTemplate.title, AnswerTemplate.body).order_by(AnswerTemplate.title)
    )
    return tuple(Template(*row) for row in rows)


def template(session: Session, template_id: UUID) -> Template | None:
    """One answer template."""
    row = session.execute(
        select(AnswerTemplate.id, AnswerTemplate.title, AnswerTemplate.body).where(
            AnswerTemplate.id == template_id
        )
    ).one_or_none()
    return Template(*row) if row else None
