"""What the workspace reads of publications. A fixed number of queries for any number of rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from markupsafe import Markup
from sqlalchemy import Select, Text, and_, cast, distinct, func, literal, or_, select, true, union_all
from sqlalchemy.orm import Session

from portal.participation.models import Comment
from portal.publishing import richtext
from portal.publishing.content import Content, of_version
from portal.publishing.models import (
    Kind,
    Publication,
    PublicationDraft,
    PublicationEvent,
    PublicationVersion,
    State,
)
from portal.publishing.queries.public import (
    DocumentRef,
    Picture,
    PublicArticle,
    Ref,
    article,
    card_columns,
    files_of_version,
)
from tenants.files.models import StoredFile
from tenants.identity.models import ResponsibleUnit, RoleAssignment, Staff, Tenant
from tenants.permissions import IN_TENANT, Permission

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


@dataclass(frozen=True)
class VersionRow:
    """A version in the list of versions."""

    number: int
    title: str
    saved_by: str
    saved_at: datetime
    note: str
    live: bool
    head: bool


@dataclass(frozen=True)
class EventRow:
    """One step of the history."""

    action: str
    state: str
    actor: str
    at: datetime
    version_number: int | None
    reason: str | None


@dataclass(frozen=True)
class DraftRow:
    """What somebody has typed and not saved."""

    staff_id: UUID
    staff_name: str
    base_number: int
    saved_at: datetime


@dataclass(frozen=True)
class Record:
    """A publication as its page and its rules need it. `version` is the optimistic lock."""

    id: UUID
    code: str
    kind: Kind
    state: State
    head_id: UUID | None
    live_id: UUID | None
    edited_by: UUID | None
    edited_by_name: str
    publish_at: datetime | None
    first_published_at: datetime | None
    published_at: datetime | None
    withdrawn_reason: str | None
    comments_open: bool
    created_at: datetime
    updated_at: datetime
    version: int
    number: int
    tenant: Ref
    unit: str
    content: Content
    cover: Picture | None
    pictures: tuple[Picture, ...]
    documents: tuple[DocumentRef, ...]
    demo: bool

    @property
    def shown(self) -> Markup:
        """The body of the newest version as a page shows it."""
        widths = {picture.id: picture.widths for picture in self.pictures}
        return richtext.present(self.content.body, widths)


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
    return _from_heads(
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


def _from_heads(*columns: Any) -> Select[Any]:
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


def record(session: Session, code: str) -> Record | None:
    """A publication with its newest version. Two queries."""
    row = (
        session.execute(
            _from_heads(
                P,
                V,
                T.id.label("tenant_id"),
                T.slug,
                T.name,
                T.short_name,
                U.name.label("unit"),
                StoredFile.width,
                StoredFile.height,
                StoredFile.widths,
            )
            .outerjoin(
                StoredFile,
                and_(StoredFile.tenant_id == V.tenant_id, StoredFile.id == V.cover_file_id),
            )
            .where(P.code == code)
        )
    ).one_or_none()
    if row is None:
        return None
    publication, head = row[0], row[1]
    files = files_of_version(session, head.id)
    cover = None
    if head.cover_file_id:
        cover = Picture(
            head.cover_file_id, head.cover_alt, row.width or 0, row.height or 0, tuple(row.widths or ())
        )
    return Record(
        **{name: getattr(publication, name) for name in _OF_PUBLICATION},
        kind=Kind(publication.kind),
        state=State(publication.state),
        number=head.number,
        tenant=Ref(row.tenant_id, row.slug, row.name, row.short_name),
        unit=row.unit or "",
        content=of_version(head, [(f["id"], f["role"], f["title"]) for f in files]),
        cover=cover,
        pictures=tuple(
            Picture(f["id"], f["title"], f["width"] or 0, f["height"] or 0, tuple(f["widths"]))
            for f in files
            if f["role"] in ("before", "after", "inline")
        ),
        documents=tuple(
            DocumentRef(f["id"], f["title"] or f["name"], f["name"], f["content_type"], f["size"])
            for f in files
            if f["role"] == "document"
        ),
    )


_OF_PUBLICATION = (
    "id",
    "code",
    "head_id",
    "live_id",
    "edited_by",
    "edited_by_name",
    "publish_at",
    "first_published_at",
    "published_at",
    "withdrawn_reason",
    "comments_open",
    "created_at",
    "updated_at",
    "version",
    "demo",
)


def versions_of(session: Session, record: Record) -> tuple[VersionRow, ...]:
    """Its versions, newest first. One query."""
    rows = session.execute(
        select(V.id, V.number, V.title, V.saved_by_name, V.created_at, V.note)
        .where(V.publication_id == record.id)
        .order_by(V.number.desc())
    )
    return tuple(
        VersionRow(number, title, by, at, note, id_ == record.live_id, id_ == record.head_id)
        for id_, number, title, by, at, note in rows
    )


def events_of(session: Session, record: Record) -> tuple[EventRow, ...]:
    """Its history, newest first. One query."""
    E = PublicationEvent
    rows = session.execute(
        select(E.action, E.state, E.actor_name, E.created_at, E.version_number, E.reason)
        .where(E.publication_id == record.id)
        .order_by(E.created_at.desc(), E.id.desc())
    )
    return tuple(EventRow(*row) for row in rows)


def drafts_of(session: Session, record: Record) -> tuple[DraftRow, ...]:
    """Who has typed something and not saved it, newest first. One query."""
    D = PublicationDraft
    rows = session.execute(
        select(D.staff_id, D.staff_name, D.base_number, D.saved_at)
        .where(D.publication_id == record.id)
        .order_by(D.saved_at.desc())
    )
    return tuple(DraftRow(*row) for row in rows)


def draft_fields(session: Session, publication_id: UUID, staff_id: UUID) -> dict[str, Any] | None:
    """The form's fields as this person last typed them. One query."""
    D = PublicationDraft
    return session.scalar(select(D.fields).where(D.publication_id == publication_id, D.staff_id == staff_id))


def version_content(session: Session, record: Record, number: int) -> tuple[VersionRow, Content] | None:
    """What version `number` says. Two queries."""
    version = session.scalar(select(V).where(V.publication_id == record.id, V.number == number))
    if version is None:
        return None
    files = files_of_version(session, version.id)
    row = VersionRow(
        version.number,
        version.title,
        version.saved_by_name,
        version.created_at,
        version.note,
        version.id == record.live_id,
        version.id == record.head_id,
    )
    return row, of_version(version, [(f["id"], f["role"], f["title"]) for f in files])


def preview(session: Session, code: str, number: int | None = None) -> PublicArticle | None:
    """A version (default: the newest) as the public would read it. Two queries."""
    which = V.number == number if number else V.id == P.head_id
    row = (
        session.execute(
            select(*card_columns(), V.number, V.body, V.for_you, P.comments_open)
            .select_from(P)
            .join(V, V.publication_id == P.id)
            .join(T, T.id == P.tenant_id)
            .outerjoin(U, and_(U.tenant_id == V.tenant_id, U.id == V.unit_id))
            .outerjoin(
                StoredFile,
                and_(StoredFile.tenant_id == V.tenant_id, StoredFile.id == V.cover_file_id),
            )
            .where(P.code == code, which)
        )
        .mappings()
        .one_or_none()
    )
    if row is None:
        return None
    return article(row, files_of_version(session, row["version_id"]))


def approvers(session: Session, tenant_id: UUID) -> int:
    """How many active people of the tenant may approve. One query."""
    roles = [role.value for role, held in IN_TENANT.items() if Permission.PUBLICATION_APPROVE in held]
    return (
        session.scalar(
            select(func.count(distinct(RoleAssignment.staff_id)))
            .join(Staff, Staff.id == RoleAssignment.staff_id)
            .where(
                RoleAssignment.tenant_id == tenant_id,
                RoleAssignment.ended_at.is_(None),
                RoleAssignment.role.in_(roles),
                Staff.active,
            )
        )
        or 0
    )


def comment_count(session: Session, publication_id: UUID) -> int:
    """Comments of residents under a publication, whatever became of them. One query."""
    return (
        session.scalar(
            select(func.count()).where(Comment.publication_id == publication_id, Comment.official.is_(False))
        )
        or 0
    )


def tags_in_use(session: Session) -> list[str]:
    """Tags of the publications that this session sees, most used first. One query."""
    tag = func.unnest(V.tags).label("tag")
    rows = session.execute(
        select(tag, func.count())
        .join(P, P.head_id == V.id)
        .group_by(tag)
        .order_by(func.count().desc(), cast(tag, Text))
        .limit(60)
    )
    return [word for word, _ in rows]


def units(session: Session) -> list[tuple[UUID, str, str]]:
    """The active units of the tenant: (id, slug, name). One query."""
    rows = session.execute(select(U.id, U.slug, U.name).where(U.active).order_by(U.name))
    return [(id_, slug, name) for id_, slug, name in rows]


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


def codes_of(session: Session, publication_ids: Iterable[UUID]) -> dict[UUID, str]:
    """The codes of publications, for links to them."""
    ids = list(publication_ids)
    if not ids:
        return {}
    return {id_: code for id_, code in session.execute(select(P.id, P.code).where(P.id.in_(ids)))}
