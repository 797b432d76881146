"""The tabs and filters of the comment desk, as conditions for the database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select, true
from sqlalchemy.orm import Session, aliased

from portal.kit import ports
from portal.participation.models import Comment
from portal.participation.policy import Appeal, Fate, Visibility
from portal.participation.queries.public import Rows
from portal.participation.texts import PUBLICATION, P
from tenants.clock import today
from tenants.identity.models import Tenant
from tenants.identity.queries import named
from tenants.reading import here


class Tab(StrEnum):
    """The tabs of the desk, by what is to be done."""

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
    kind: str = ""
    publication: str = ""
    tenant: str = ""
    text: str = ""
    sort: Sort | None = None

    @classmethod
    def from_args(cls, args: Mapping[str, str]) -> Filters:
        """From the address of a page: tab, fate, kind, publication (code), tenant (slug or name), q, sort."""

        def one(kind: type[Any], name: str) -> Any:
            try:
                return kind(args.get(name, ""))
            except ValueError:
                return None

        return cls(
            tab=one(Tab, "tab") or Tab.OPEN,
            fate=one(Fate, "fate"),
            kind=kind if (kind := args.get("kind", "")) in ports.publication_kinds() else "",
            publication=_plain(args.get("publication", "")),
            tenant=_plain(args.get("tenant", "")),
            text=_plain(args.get("q", "")),
            sort=one(Sort, "sort"),
        )


def _plain(text: str) -> str:
    return text.replace("\x00", "").strip()[:100]


#: Where the words of a filter are looked for.
LOOKED_IN = (Comment.body, Comment.author_name)
_parent = aliased(Comment, name="parent")

is_open = and_(
    Comment.answered_at.is_(None),
    Comment.parent_id.is_(None),
    Comment.visibility.in_((Visibility.HELD, Visibility.SHOWN)),
)
is_followed_up = and_(
    Comment.parent_id.is_not(None),
    Comment.answered_at.is_(None),
    Comment.visibility.in_((Visibility.HELD, Visibility.SHOWN)),
    select(1)
    .where(
        _parent.id == Comment.parent_id,
        _parent.resident_id == Comment.resident_id,
        _parent.answered_at.is_not(None),
        _parent.answered_at < Comment.created_at,
    )
    .exists(),
)


def overdue_on(day: date) -> ColumnElement[bool]:
    """Open on a day, though it should have been answered before."""
    return and_(is_open, Comment.due_on < day)


def of_tab(tab: Tab) -> ColumnElement[bool]:
    """What belongs to a tab."""
    match tab:
        case Tab.OPEN:
            return is_open
        case Tab.OVERDUE:
            return overdue_on(today())
        case Tab.HELD:
            return Comment.visibility == Visibility.HELD
        case Tab.APPEALED:
            return appealed
        case Tab.FOLLOWED_UP:
            return is_followed_up
        case Tab.ANSWERED:
            return and_(Comment.answered_at.is_not(None), Comment.visibility == Visibility.SHOWN)
        case Tab.HIDDEN:
            return Comment.visibility.in_((Visibility.HIDDEN, Visibility.WITHDRAWN))
        case Tab.ALL:
            return true()


#: What `policy.appeal_waits` says, for the database.
appealed = and_(Comment.visibility == Visibility.HIDDEN, Comment.appeal_state == Appeal.WAITING)


def _conditions(session: Session, filters: Filters) -> list[ColumnElement[bool]]:
    """Everything but the tab."""
    found: list[ColumnElement[bool]] = [here(session, Comment.tenant_id), ~Comment.official]
    if filters.fate:
        found += [Comment.fate == filters.fate, Comment.parent_id.is_(None)]
    if filters.kind:
        found.append(P.kind == filters.kind)
    if filters.publication:
        found.append(P.code == filters.publication)
    if filters.tenant:
        found.append(named(filters.tenant))
    if filters.text:
        found.append(or_(*(said.icontains(filters.text, autoescape=True) for said in LOOKED_IN)))
    return found


def order_of(filters: Filters) -> tuple[Any, ...]:
    oldest_first = filters.tab in (Tab.HELD, Tab.APPEALED, Tab.FOLLOWED_UP)
    by_due = filters.tab in (Tab.OPEN, Tab.OVERDUE)
    match filters.sort:
        case Sort.DUE:
            return Comment.due_on.asc().nulls_last(), Comment.created_at, Comment.id
        case Sort.NEWEST:
            return Comment.created_at.desc(), Comment.id.desc()
        case Sort.OLDEST:
            return Comment.created_at, Comment.id
        case None:
            if by_due:
                return Comment.due_on.asc().nulls_last(), Comment.created_at, Comment.id
            return (
                (Comment.created_at, Comment.id)
                if oldest_first
                else (Comment.created_at.desc(), Comment.id.desc())
            )


def narrowed(session: Session, filters: Filters, *columns: Any) -> Rows:
    """These columns of the comments under the filters, with no more joins than the filters need."""
    query: Rows = select(*columns).select_from(Comment)
    if filters.tenant:
        query = query.join(Tenant, Tenant.id == Comment.tenant_id)
    if filters.kind or filters.publication:
        query = query.join(PUBLICATION, P.id == Comment.publication_id)
    return query.where(*_conditions(session, filters))
