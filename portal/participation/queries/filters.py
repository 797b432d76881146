"""The heaps and filters of the comment desk, as conditions for the database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select, true
from sqlalchemy.orm import Session, aliased

from portal.participation.models import Comment, Fate, Visibility
from portal.participation.queries.public import Rows
from portal.publishing.models import Kind, Publication
from tenants.clock import today
from tenants.identity.models import Tenant
from tenants.identity.queries import named
from tenants.reading import here


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
        """From the address of a page: tab, fate, kind, publication (code), tenant (slug or name), q, sort."""

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


C, P, T = Comment, Publication, Tenant
#: Where the words of a filter are looked for.
LOOKED_IN = (C.body, C.author_name)
_parent = aliased(Comment, name="parent")

is_open = and_(
    C.answered_at.is_(None), C.parent_id.is_(None), C.visibility.in_((Visibility.HELD, Visibility.SHOWN))
)
is_followed_up = and_(
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


def overdue_on(day: date) -> ColumnElement[bool]:
    """Open on a day, though it should have been answered before."""
    return and_(is_open, C.due_on < day)


def of_tab(tab: Tab) -> ColumnElement[bool]:
    """What belongs to a tab."""
    match tab:
        case Tab.OPEN:
            return is_open
        case Tab.OVERDUE:
            return overdue_on(today())
        case Tab.HELD:
            return C.visibility == Visibility.HELD
        case Tab.APPEALED:
            return appealed
        case Tab.FOLLOWED_UP:
            return is_followed_up
        case Tab.ANSWERED:
            return and_(C.answered_at.is_not(None), C.visibility == Visibility.SHOWN)
        case Tab.HIDDEN:
            return C.visibility.in_((Visibility.HIDDEN, Visibility.WITHDRAWN))
        case Tab.ALL:
            return true()


#: What `policy.appeal_waits` says, for the database.
appealed = and_(C.visibility == Visibility.HIDDEN, C.appeal.is_not(None), C.appeal_decided_at.is_(None))


def _conditions(session: Session, filters: Filters) -> list[ColumnElement[bool]]:
    """Everything but the tab."""
    found: list[ColumnElement[bool]] = [here(session, C.tenant_id), ~C.official]
    if filters.fate:
        found += [C.fate == filters.fate, C.parent_id.is_(None)]
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
            return C.due_on.asc().nulls_last(), C.created_at, C.id
        case Sort.NEWEST:
            return C.created_at.desc(), C.id.desc()
        case Sort.OLDEST:
            return C.created_at, C.id
        case None:
            if by_due:
                return C.due_on.asc().nulls_last(), C.created_at, C.id
            return (C.created_at, C.id) if oldest_first else (C.created_at.desc(), C.id.desc())


def narrowed(session: Session, filters: Filters, *columns: Any) -> Rows:
    """These columns of the comments under the filters, with no more joins than the filters need."""
    query: Rows = select(*columns).select_from(C)
    if filters.tenant:
        query = query.join(T, T.id == C.tenant_id)
    if filters.kind or filters.publication:
        query = query.join(P, P.id == C.publication_id)
    return query.where(*_conditions(session, filters))
