"""Lists of publications in the workspace. A fixed number of queries for any number of rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, func, literal, or_, select, true, union_all
from sqlalchemy.orm import Session

from portal.publishing.models import Kind, Publication, PublicationEvent, PublicationVersion, State
from portal.publishing.queries.shapes import Ref
from tenants.identity.models import ResponsibleUnit, Tenant

P, V, T, U = Publication, PublicationVersion, Tenant, ResponsibleUnit

#: What a list may be sorted by; a leading "-" turns it round.
SORTS: dict[str, Any] = {
    "title": V.title,
    "updated": P.updated_at,
    "published": P.first_published_at,
    "tenant": T.name,
    "author": P.edited_by_name,
}


@dataclass(frozen=True)
class Filters:
    """What a list is narrowed to; empty means all. `unit` and `tenant` are slugs, `author` a name.

    `live` keeps what the public reads now, whatever its state: a text under revision stays public.
    """

    state: str = ""
    live: str = ""
    kind: str = ""
    tenant: str = ""
    unit: str = ""
    tag: str = ""
    author: str = ""
    text: str = ""

    @classmethod
    def from_args(cls, args: Mapping[str, str]) -> Filters:
        """The filters of an address; whatever is no known value counts as empty."""
        state, kind = args.get("state", ""), args.get("kind", "")
        return cls(
            state=state if state in set(State) else "",
            kind=kind if kind in set(Kind) else "",
            live="1" if args.get("live") == "1" else "",
            text=args.get("q", "").strip()[:100],
            **{name: args.get(name, "").strip()[:100] for name in ("tenant", "unit", "tag", "author")},
        )


@dataclass(frozen=True)
class Row:
    """A publication in a list of the workspace."""

    id: UUID
    code: str
    kind: Kind
    state: State
    title: str
    tenant: Ref
    unit: str
    author: str
    number: int
    live: bool
    updated_at: datetime
    published_at: datetime | None
    publish_at: datetime | None
    withdrawn_reason: str | None


@dataclass(frozen=True)
class Option:
    """A value of a filter and what people call it."""

    value: str
    label: str


@dataclass(frozen=True)
class Listing:
    """One page of a list, with the number in each state under the other filters."""

    rows: tuple[Row, ...]
    total: int
    counts: dict[str, int]
    options: dict[str, tuple[Option, ...]] = field(default_factory=dict)


def listing(
    session: Session,
    filters: Filters,
    *,
    sort: str = "-updated",
    page: int = 1,
    per_page: int = 20,
    options: bool = True,
) -> Listing:
    """Publications that this session may see. Three queries; two without the options of the filters."""
    conditions = _conditions(filters)
    # first which, then what: nothing is joined to the rows of other pages
    which = (
        _lean(filters, sort, P.id)
        .where(*conditions.values())
        .order_by(*_order(sort))
        .limit(per_page)
        .offset((page - 1) * per_page)
        .subquery()
    )
    rows = session.execute(_rows().where(P.id.in_(select(which.c.id))).order_by(*_order(sort)))
    by_state = session.execute(
        _lean(filters, "", P.state, func.count())
        .where(*(c for name, c in conditions.items() if name != "state"))
        .group_by(P.state)
    )
    counts = {state: n for state, n in by_state}
    total = counts.get(filters.state, 0) if filters.state else sum(counts.values())
    return Listing(tuple(_row(row) for row in rows), total, counts, _options(session) if options else {})


def every(session: Session, filters: Filters, *, sort: str = "-updated", limit: int = 50_000) -> list[Row]:
    """All rows of a list, for an export. One query."""
    query = _rows().where(*_conditions(filters).values()).order_by(*_order(sort)).limit(limit)
    return [_row(row) for row in session.execute(query)]


def _rows() -> Select[Any]:
    return with_head(
        P.id,
        P.code,
        P.kind,
        P.state,
        V.title,
        T.id,
        T.slug,
        T.name,
        T.short_name,
        U.name,
        P.edited_by_name,
        V.number,
        P.live_id,
        P.updated_at,
        P.first_published_at,
        P.publish_at,
        P.withdrawn_reason,
    )


def _row(row: Any) -> Row:
    (
        id_,
        code,
        kind,
        state,
        title,
        *tenant,
        unit,
        author,
        number,
        live_id,
        updated,
        published,
        at,
        reason,
    ) = row
    return Row(
        id_,
        code,
        Kind(kind),
        State(state),
        title,
        Ref(*tenant),
        unit or "",
        author,
        number,
        live_id is not None,
        updated,
        published,
        at,
        reason,
    )


def with_head(*columns: Any) -> Select[Any]:
    """Publications with their newest version, tenant and unit."""
    return (
        select(*columns)
        .select_from(P)
        .join(V, V.id == P.head_id)
        .join(T, T.id == P.tenant_id)
        .outerjoin(U, and_(U.tenant_id == V.tenant_id, U.id == V.unit_id))
    )


def _lean(filters: Filters, sort: str, *columns: Any) -> Select[Any]:
    """Publications joined only to what the filters and the order look at: joins to every row are most of the cost."""
    key = sort.removeprefix("-")
    query: Select[Any] = select(*columns).select_from(P)
    if filters.tenant or key == "tenant":
        query = query.join(T, T.id == P.tenant_id)
    if filters.tag or filters.text or filters.unit or key == "title":
        query = query.join(V, V.id == P.head_id)
    if filters.unit:
        query = query.join(U, and_(U.tenant_id == V.tenant_id, U.id == V.unit_id))
    return query


def _conditions(filters: Filters) -> dict[str, Any]:
    text = filters.text.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
    found = {
        "state": P.state == filters.state,
        "live": P.live_id.is_not(None),
        "kind": P.kind == filters.kind,
        "tenant": T.slug == filters.tenant,
        "unit": U.slug == filters.unit,
        "tag": V.tags.contains([filters.tag]),
        "author": P.edited_by_name == filters.author,
        "text": or_(V.title.ilike(f"%{text}%"), P.code == filters.text.lower()),
    }
    return {name: condition for name, condition in found.items() if getattr(filters, name)}


def _order(sort: str) -> tuple[Any, ...]:
    column = SORTS.get(sort.removeprefix("-"), P.updated_at)
    order = column.desc() if sort.startswith("-") else column.asc()
    # only where there may be none: an index gives the others in their order
    return (order.nulls_last() if column is P.first_published_at else order, P.id.desc())


def _options(session: Session) -> dict[str, tuple[Option, ...]]:
    """The values of the filters that come from the rows themselves. One query."""
    tag = func.unnest(V.tags)
    tags = select(tag.label("value")).join(P, P.head_id == V.id).distinct().subquery()
    rows = session.execute(
        union_all(
            select(literal("unit"), U.slug, U.name).where(U.active),
            select(literal("author"), P.edited_by_name, P.edited_by_name)
            .where(P.edited_by_name != "")
            .distinct(),
            select(literal("tag"), tags.c.value, tags.c.value),
        )
    )
    found: dict[str, list[Option]] = {"unit": [], "author": [], "tag": []}
    for name, value, label in rows:
        found[name].append(Option(value, label))
    return {name: tuple(sorted(values, key=lambda o: o.label)) for name, values in found.items()}


@dataclass(frozen=True)
class WaitingRow:
    """A publication that asks for somebody's hand. `since` is its last step, `reason` that step's."""

    code: str
    title: str
    kind: Kind
    state: State
    author: str
    edited_by: UUID | None
    since: datetime
    publish_at: datetime | None
    action: str
    reason: str | None
    head_id: UUID | None
    live_id: UUID | None


def waiting(session: Session, staff_id: UUID, *, limit: int = 200) -> tuple[WaitingRow, ...]:
    """What is in review or approved, and this person's drafts; the longest waiting first. One query."""
    last = (
        select(PublicationEvent.action, PublicationEvent.created_at, PublicationEvent.reason)
        .where(PublicationEvent.publication_id == P.id)
        .order_by(PublicationEvent.created_at.desc(), PublicationEvent.id.desc())
        .limit(1)
        .lateral()
    )
    rows = session.execute(
        select(
            P.code,
            V.title,
            P.kind,
            P.state,
            P.edited_by_name,
            P.edited_by,
            last.c.created_at,
            P.publish_at,
            last.c.action,
            last.c.reason,
            P.head_id,
            P.live_id,
        )
        .select_from(P)
        .join(V, V.id == P.head_id)
        .join(last, true())
        .where(
            or_(
                P.state.in_((State.IN_REVIEW, State.APPROVED)),
                and_(P.state == State.DRAFT, P.edited_by == staff_id),
            )
        )
        .order_by(last.c.created_at)
        .limit(limit)
    )
    return tuple(
        WaitingRow(code, title, Kind(kind), State(state), *rest) for code, title, kind, state, *rest in rows
    )
