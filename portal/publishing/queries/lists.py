"""Lists of publications in the workspace. A fixed number of queries for any number of rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import reduce
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, literal, or_, select, true, union_all
from sqlalchemy.orm import Session

from portal.publishing.models import Publication, PublicationEvent, PublicationVersion
from portal.publishing.policy import Kind, State
from portal.publishing.queries.rows import UNIT, with_version
from portal.publishing.queries.shapes import Ref
from tenants.database import actor_of
from tenants.identity.models import ResponsibleUnit, Tenant
from tenants.identity.queries import named
from tenants.pinyin import sound
from tenants.reading import LOOKED_THROUGH, Counted, among, containing, counted, here

P = Publication

#: Tags and authors are offered from so many of the texts that changed last.
RECENT = 300
#: What a list may be sorted by; a leading "-" turns it round.
SORTS: dict[str, Any] = {
    "title": PublicationVersion.title,
    "updated": P.updated_at,
    "published": P.first_published_at,
    "tenant": Tenant.name_sound,
    "author": P.edited_by_name,
}


@dataclass(frozen=True)
class Filters:
    """What a list is narrowed to; empty means all. `unit` is a slug, `tenant` a slug or a name, `author` a name.

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
    """One page of a list, with the number in each state and in all under the other filters.

    `partial`: the words were looked for in the newest texts only, and there are older ones.
    """

    rows: tuple[Row, ...]
    total: Counted
    counts: dict[str, Counted]
    everything: Counted
    partial: bool
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
    """Publications that this session may see. Three queries; one less without options, one more with words."""
    words, filters = filters.text, replace(filters, text="")
    conditions = _conditions(session, filters, sort.removeprefix("-") == "title")
    counting = [c for name, c in conditions.items() if name not in ("state", "texts")]
    partial = False
    if words:
        # the limit before the join: else the planner joins every row to sort it
        newest = _lean(filters, "", P.id, P.head_id).where(*counting).order_by(P.updated_at.desc())
        heads = newest.limit(LOOKED_THROUGH).subquery()
        found = containing(
            session,
            words,
            select(heads.c.id, PublicationVersion.title).join(
                PublicationVersion, PublicationVersion.id == heads.c.head_id
            ),
        )
        conditions["text"] = or_(found.has(P.id), P.code == words.lower())
        counting.append(conditions["text"])
        partial = found.partial
    # first which, then what: nothing is joined to the rows of other pages
    which = (
        _lean(filters, sort, P.id)
        .where(*conditions.values())
        .order_by(*_order(sort))
        .limit(per_page)
        .offset((page - 1) * per_page)
    )
    rows = session.execute(_rows().where(among(P.id, which)).order_by(*_order(sort)))
    if words:  # they are few: counted in one pass
        each = (func.count().filter(P.state == state) for state in State)
        numbers = session.execute(_lean(filters, "", *each).where(*counting)).one()
    else:
        others = _lean(filters, "", literal(1)).where(*counting)
        numbers = session.execute(select(*(counted(others.where(P.state == state)) for state in State))).one()
    counts = {state.value: Counted.of(number) for state, number in zip(State, numbers, strict=True) if number}
    everything = reduce(Counted.plus, counts.values(), Counted(0))
    return Listing(
        tuple(_row(row) for row in rows),
        counts.get(filters.state, Counted(0)) if filters.state else everything,
        counts,
        everything,
        partial,
        _options(session) if options else {},
    )


def every(session: Session, filters: Filters, *, sort: str = "-updated", limit: int = 50_000) -> list[Row]:
    """All rows of a list, for an export. One query."""
    query = _rows().where(*_conditions(session, filters, False).values()).order_by(*_order(sort)).limit(limit)
    return [_row(row) for row in session.execute(query)]


def _rows() -> Select[Any]:
    return with_head(
        P.id,
        P.code,
        P.kind,
        P.state,
        PublicationVersion.title,
        Tenant.id,
        Tenant.slug,
        Tenant.name,
        Tenant.short_name,
        ResponsibleUnit.name,
        P.edited_by_name,
        PublicationVersion.number,
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
    return with_version(PublicationVersion.id == P.head_id, *columns)


def _lean(filters: Filters, sort: str, *columns: Any) -> Select[Any]:
    """Publications joined only to what the filters and the order look at: joins to every row are most of the cost."""
    key = sort.removeprefix("-")
    query: Select[Any] = select(*columns).select_from(P)
    if filters.tenant or key == "tenant":
        query = query.join(Tenant, Tenant.id == P.tenant_id)
    if filters.tag or filters.text or filters.unit or key == "title":
        query = query.join(PublicationVersion, PublicationVersion.id == P.head_id)
    if filters.unit:
        query = query.join(*UNIT)
    return query


def _conditions(session: Session, filters: Filters, by_title: bool) -> dict[str, Any]:
    found = {
        "state": P.state == filters.state,
        "live": P.live_id.is_not(None),
        "kind": P.kind == filters.kind,
        "tenant": named(filters.tenant),
        "unit": ResponsibleUnit.slug == filters.unit,
        "tag": PublicationVersion.tags.contains([filters.tag]),
        "author": P.edited_by_name == filters.author,
        "text": or_(
            PublicationVersion.title.icontains(filters.text, autoescape=True), P.code == filters.text.lower()
        ),
    }
    tenant_id = actor_of(session).tenant_id
    return {
        "here": here(session, P.tenant_id),
        # texts by title are found by an index of their own
        **({"texts": PublicationVersion.tenant_id == tenant_id} if tenant_id and by_title else {}),
        **{name: condition for name, condition in found.items() if getattr(filters, name)},
    }


def _order(sort: str) -> tuple[Any, ...]:
    column = SORTS.get(sort.removeprefix("-"), P.updated_at)
    order = column.desc() if sort.startswith("-") else column.asc()
    # only where there may be none: an index gives the others in their order
    return (order.nulls_last() if column is P.first_published_at else order, P.id.desc())


def _options(session: Session) -> dict[str, tuple[Option, ...]]:
    """The values of the filters: units, and what the rows that changed last name. One query."""
    recent = (
        select(P.edited_by_name, PublicationVersion.tags)
        .join(PublicationVersion, PublicationVersion.id == P.head_id)
        .where(here(session, P.tenant_id))
        .order_by(P.updated_at.desc())
        .limit(RECENT)
        .cte("recent")
    )
    tags = select(func.unnest(recent.c.tags).label("value")).distinct().subquery()
    rows = session.execute(
        union_all(
            select(literal("unit"), ResponsibleUnit.slug, ResponsibleUnit.name).where(
                ResponsibleUnit.active, ResponsibleUnit.tenant_id == actor_of(session).tenant_id
            ),
            select(literal("author"), recent.c.edited_by_name, recent.c.edited_by_name)
            .where(recent.c.edited_by_name != "")
            .distinct(),
            select(literal("tag"), tags.c.value, tags.c.value),
        )
    )
    found: dict[str, list[Option]] = {"unit": [], "author": [], "tag": []}
    for name, value, label in rows:
        found[name].append(Option(value, label))
    return {name: tuple(sorted(values, key=lambda o: sound(o.label))) for name, values in found.items()}


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
        .where(PublicationEvent.record_id == P.id)
        .order_by(PublicationEvent.created_at.desc(), PublicationEvent.id.desc())
        .limit(1)
        .lateral()
    )
    rows = session.execute(
        select(
            P.code,
            PublicationVersion.title,
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
        .join(PublicationVersion, PublicationVersion.id == P.head_id)
        .join(last, true())
        .where(
            here(session, P.tenant_id),
            P.state.in_((State.DRAFT, State.IN_REVIEW, State.APPROVED)),
            or_(P.state != State.DRAFT, P.edited_by == staff_id),
        )
        .order_by(last.c.created_at)
        .limit(limit)
    )
    return tuple(
        WaitingRow(code, title, Kind(kind), State(state), *rest) for code, title, kind, state, *rest in rows
    )
