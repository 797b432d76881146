"""What the public reads of publications: explicit columns only, a fixed number of queries for any number of rows.

Everything here also works in a session of the public role, which has no right to any other column.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from markupsafe import Markup
from sqlalchemy import (
    ColumnElement,
    RowMapping,
    Select,
    Text,
    and_,
    case,
    cast,
    extract,
    func,
    literal,
    select,
    true,
    tuple_,
)
from sqlalchemy.orm import Session

from portal.participation.models import Comment, Visibility
from portal.publishing import richtext
from portal.publishing.content import AFTER, BEFORE, DOCUMENT, INLINE
from portal.publishing.models import Kind, Publication, PublicationVersion, VersionFile
from tenants.clock import SHANGHAI, now
from tenants.files.models import StoredFile
from tenants.identity.models import ResponsibleUnit, Tenant

#: Lists count so far exactly; beyond, numbers are lower bounds, so that a list costs the same in any district.
COUNTED = 3_000


@dataclass(frozen=True)
class Ref:
    """A tenant or unit as an article names it; `slug` is its address on the site."""

    id: UUID
    slug: str
    name: str
    short_name: str


@dataclass(frozen=True)
class Picture:
    """A stored image: its pixels and the widths that exist (ascending)."""

    id: UUID
    alt: str
    width: int
    height: int
    widths: tuple[int, ...]


@dataclass(frozen=True)
class DocumentRef:
    """A document to download: `title` is the editor's, `name` the file's own; `size` in bytes."""

    id: UUID
    title: str
    name: str
    content_type: str
    size: int


@dataclass(frozen=True)
class Event:
    """When and where an event is (half-open period)."""

    starts_at: datetime
    ends_at: datetime
    place: str


@dataclass(frozen=True)
class Place:
    """A point on the map (WGS 84) and its name."""

    latitude: float
    longitude: float
    label: str


@dataclass(frozen=True)
class PublicCard:
    """A publication in a list."""

    id: UUID
    code: str
    kind: Kind
    title: str
    summary: str
    tags: tuple[str, ...]
    tenant: Ref
    unit: Ref | None
    cover: Picture | None
    event: Event | None
    place: Place | None
    published_at: datetime
    updated_at: datetime
    #: Comments that are shown, official answers not counted.
    comments: int
    demo: bool


@dataclass(frozen=True)
class PublicArticle:
    """Everything the public reads of one publication."""

    id: UUID
    code: str
    kind: Kind
    title: str
    summary: str
    #: Sanitised HTML; `richtext.present` makes it ready for a page.
    body: str
    for_you: str
    tags: tuple[str, ...]
    tenant: Ref
    unit: Ref | None
    cover: Picture | None
    before: Picture | None
    after: Picture | None
    documents: tuple[DocumentRef, ...]
    event: Event | None
    place: Place | None
    #: Number of the version, for validators.
    version: int
    #: First published, and when the version that is shown went out.
    published_at: datetime
    updated_at: datetime
    comments_open: bool
    demo: bool
    #: Widths of the pictures in the body.
    widths: dict[UUID, tuple[int, ...]] = field(default_factory=dict)

    @property
    def shown(self) -> Markup:
        """The body as a page shows it: anchors, responsive pictures, tables that scroll alone."""
        return richtext.present(self.body, self.widths)


@dataclass(frozen=True)
class Count:
    """A value of a filter, what people call it, how many there are."""

    value: str
    label: str
    count: int


@dataclass(frozen=True)
class Facets:
    """Values of each filter with counts under the other filters, among the newest COUNTED (of the chosen kind)."""

    kinds: tuple[Count, ...] = ()
    tenants: tuple[Count, ...] = ()
    units: tuple[Count, ...] = ()
    tags: tuple[Count, ...] = ()
    years: tuple[Count, ...] = ()


@dataclass(frozen=True)
class PublicPage:
    """One page of a public list. `total` is exact up to COUNTED; `more` says that there are more than that."""

    items: tuple[PublicCard, ...]
    total: int
    page: int
    per_page: int
    facets: Facets
    more: bool = False


@dataclass(frozen=True)
class MapPoint:
    """A publication on the map."""

    code: str
    kind: Kind
    title: str
    tenant: str
    place: Place


@dataclass(frozen=True)
class SitemapEntry:
    """A publication for the sitemap."""

    code: str
    updated_at: datetime


P, V, T, U, F = Publication, PublicationVersion, Tenant, ResponsibleUnit, StoredFile

_CARD = (
    P.id,
    P.code,
    P.kind,
    P.first_published_at,
    P.published_at,
    P.demo,
    V.id.label("version_id"),
    V.title,
    V.summary,
    V.tags,
    V.cover_alt,
    V.place_label,
    V.latitude,
    V.longitude,
    V.event_place,
    V.event_starts_at,
    V.event_ends_at,
    T.id.label("tenant_id"),
    T.slug.label("tenant_slug"),
    T.name.label("tenant_name"),
    T.short_name.label("tenant_short"),
    U.id.label("unit_id"),
    U.slug.label("unit_slug"),
    U.name.label("unit_name"),
    F.id.label("cover_id"),
    F.width.label("cover_width"),
    F.height.label("cover_height"),
    F.widths.label("cover_widths"),
)


_NEWEST = (P.first_published_at.desc(), P.id.desc())


def card_columns() -> tuple[Any, ...]:
    """The columns that `article` and a card need, over publication, version, tenant, unit and cover."""
    return _CARD


def _published(*columns: Any) -> Select[Any]:
    return (
        select(*columns)
        .select_from(P)
        .join(V, and_(V.id == P.live_id, V.live))
        .join(T, T.id == P.tenant_id)
        .outerjoin(U, and_(U.tenant_id == V.tenant_id, U.id == V.unit_id))
        .outerjoin(F, and_(F.tenant_id == V.tenant_id, F.id == V.cover_file_id))
        .where(P.live_id.is_not(None))
    )


def _shown_comments() -> Any:
    return (
        select(func.count(Comment.id))
        .where(
            Comment.publication_id == P.id,
            Comment.visibility == Visibility.SHOWN,
            Comment.official.is_(False),
        )
        .correlate(P)
        .scalar_subquery()
        .label("comments")
    )


def public_list(
    session: Session,
    *,
    kind: Kind | None = None,
    tenant: str | None = None,
    unit: str | None = None,
    tag: str | None = None,
    year: int | None = None,
    page: int = 1,
    per_page: int = 20,
) -> PublicPage:
    """Published texts, newest first. `tenant` and `unit` are slugs, `year` the year of publication in Shanghai.

    Four queries.
    """
    chosen = {
        "kind": P.kind == kind if kind else None,
        "tenant": T.slug == tenant if tenant else None,
        "unit": U.slug == unit if unit else None,
        "tag": V.tags.contains([tag]) if tag else None,
        "year": _in_year(year) if year else None,
    }
    conditions = [c for c in chosen.values() if c is not None]
    # first which, then what: nothing is read or counted for the rows of the pages before
    which = (
        _published(P.id)
        .where(*conditions)
        .order_by(*_NEWEST)
        .limit(per_page)
        .offset((page - 1) * per_page)
        .subquery()
    )
    rows = session.execute(
        _published(*_CARD, _shown_comments()).where(P.id.in_(select(which.c.id))).order_by(*_NEWEST)
    ).mappings()
    items = tuple(_card(row) for row in rows)
    matching = _published(literal(1)).where(*conditions).limit(COUNTED).subquery()
    total = session.scalar(select(func.count()).select_from(matching)) or 0
    facets = _facets(session, chosen)
    return PublicPage(items, total, page, per_page, facets, more=total >= COUNTED)


def _in_year(year: int) -> ColumnElement[bool]:
    if not 1900 <= year <= 9000:
        return literal(False)
    first = datetime(year, 1, 1, tzinfo=SHANGHAI).astimezone(UTC)
    last = datetime(year + 1, 1, 1, tzinfo=SHANGHAI).astimezone(UTC)
    return and_(P.first_published_at >= first, P.first_published_at < last)


_YEAR = extract("year", func.timezone("Asia/Shanghai", P.first_published_at))


def _facets(session: Session, chosen: dict[str, ColumnElement[bool] | None]) -> Facets:
    """How many would match with another value of each filter: two queries over the newest."""
    own = {name: condition if condition is not None else true() for name, condition in chosen.items()}
    base = (
        _published(
            P.kind,
            T.slug.label("tenant"),
            T.short_name.label("tenant_name"),
            U.slug.label("unit"),
            U.name.label("unit_name"),
            V.tags,
            _YEAR.label("year"),
            *(own[name].label(f"{name}_ok") for name in own),
        )
        .where(own["kind"])
        .order_by(P.first_published_at.desc())
        .limit(COUNTED)
        .subquery()
    )
    c = base.c
    kept = {name: c[f"{name}_ok"] for name in own}

    def others(without: str) -> ColumnElement[bool]:
        return and_(true(), *(ok for name, ok in kept.items() if name != without))

    dimension = case(
        (func.grouping(c.kind) == 0, "kind"),
        (func.grouping(c.tenant) == 0, "tenant"),
        (func.grouping(c.unit) == 0, "unit"),
        else_="year",
    )
    rows = session.execute(
        select(
            dimension.label("dimension"),
            func.coalesce(c.kind, c.tenant, c.unit, cast(c.year, Text)).label("value"),
            func.coalesce(c.tenant_name, c.unit_name, "").label("label"),
            *(
                func.count().filter(others(name)).label(f"n_{name}")
                for name in ("kind", "tenant", "unit", "year")
            ),
        ).group_by(
            func.grouping_sets(
                tuple_(c.kind),
                tuple_(c.tenant, c.tenant_name),
                tuple_(c.unit, c.unit_name),
                tuple_(c.year),
            )
        )
    ).mappings()
    found: dict[str, list[Count]] = {"kind": [], "tenant": [], "unit": [], "year": []}
    for row in rows:
        count = row[f"n_{row['dimension']}"]
        if row["value"] is not None and count:
            found[row["dimension"]].append(Count(row["value"], row["label"] or row["value"], count))
    tag = func.unnest(c.tags).label("tag")
    words = session.execute(
        select(tag, func.count().label("n"))
        .select_from(base)
        .where(others("tag"))
        .group_by(tag)
        .order_by(func.count().desc(), tag)
        .limit(30)
    )
    by_count = {
        name: tuple(sorted(values, key=lambda v: (-v.count, v.label))) for name, values in found.items()
    }
    years = tuple(sorted(found["year"], key=lambda v: v.value, reverse=True))
    tags = tuple(Count(word, word, n) for word, n in words)
    return Facets(by_count["kind"], by_count["tenant"], by_count["unit"], tags, years)


def cards(session: Session, ids: Sequence[UUID]) -> tuple[PublicCard, ...]:
    """The published ones among these ids, in their order. One query."""
    if not ids:
        return ()
    rows = session.execute(_published(*_CARD, _shown_comments()).where(P.id.in_(ids))).mappings()
    found = {row["id"]: _card(row) for row in rows}
    return tuple(found[i] for i in ids if i in found)


def latest(
    session: Session,
    *,
    kinds: Iterable[Kind] = (),
    tenant: str | None = None,
    unit: str | None = None,
    limit: int = 6,
) -> tuple[PublicCard, ...]:
    """The newest publications. One query."""
    query = _published(*_CARD, _shown_comments()).order_by(*_NEWEST).limit(limit)
    if wanted := [kind.value for kind in kinds]:
        query = query.where(P.kind.in_(wanted))
    if tenant:
        query = query.where(T.slug == tenant)
    if unit:
        query = query.where(U.slug == unit)
    return tuple(_card(row) for row in session.execute(query).mappings())


def upcoming(session: Session, *, tenant: str | None = None, limit: int = 6) -> tuple[PublicCard, ...]:
    """Events that are not over, the next one first. One query."""
    query = (
        _published(*_CARD, _shown_comments())
        .where(V.event_ends_at > now())
        .order_by(V.event_starts_at, P.id)
        .limit(limit)
    )
    if tenant:
        query = query.where(T.slug == tenant)
    return tuple(_card(row) for row in session.execute(query).mappings())


def near(
    session: Session,
    *,
    box: tuple[float, float, float, float] | None = None,
    tenant: str | None = None,
    limit: int = 300,
) -> tuple[MapPoint, ...]:
    """Publications with a place, newest first; `box` is south, west, north, east in degrees. One query."""
    query = (
        _published(
            P.code,
            P.kind,
            V.title,
            V.latitude,
            V.longitude,
            V.place_label,
            T.short_name.label("tenant_short"),
        )
        .where(V.latitude.is_not(None))
        .order_by(P.first_published_at.desc())
        .limit(limit)
    )
    if box:
        south, west, north, east = box
        query = query.where(V.latitude.between(south, north), V.longitude.between(west, east))
    if tenant:
        query = query.where(T.slug == tenant)
    return tuple(
        MapPoint(
            row["code"],
            Kind(row["kind"]),
            row["title"],
            row["tenant_short"],
            Place(row["latitude"], row["longitude"], row["place_label"]),
        )
        for row in session.execute(query).mappings()
    )


def for_feed(
    session: Session,
    *,
    kind: Kind | None = None,
    tenant: str | None = None,
    unit: str | None = None,
    limit: int = 30,
) -> tuple[PublicCard, ...]:
    """What a feed lists, newest first. One query."""
    return latest(session, kinds=[kind] if kind else (), tenant=tenant, unit=unit, limit=limit)


def for_sitemap(session: Session, *, after: UUID | None = None, limit: int = 10_000) -> list[SitemapEntry]:
    """Every published text, by id, `limit` at a time. One query."""
    query = select(P.id, P.code, P.published_at).where(P.live_id.is_not(None)).order_by(P.id).limit(limit)
    if after:
        query = query.where(P.id > after)
    return [SitemapEntry(code, at or now()) for _id, code, at in session.execute(query)]


def related(session: Session, article: PublicArticle, limit: int = 4) -> tuple[PublicCard, ...]:
    """Others of the same unit, then the same tags, then the same tenant, newest first. One query."""
    closeness = (case((V.unit_id == article.unit.id, 4), else_=0) if article.unit else literal(0)) + (
        case((V.tags.overlap(list(article.tags)), 2), else_=0) if article.tags else literal(0)
    )
    closeness = closeness + case((P.tenant_id == article.tenant.id, 1), else_=0)
    newest = (
        select(P.id)
        .join(V, and_(V.id == P.live_id, V.live))
        .where(P.live_id.is_not(None), P.id != article.id)
        .order_by(P.first_published_at.desc())
        .limit(400)
        .subquery()
    )
    rows = session.execute(
        _published(*_CARD, _shown_comments())
        .where(P.id.in_(select(newest.c.id)), closeness > 0)
        .order_by(closeness.desc(), P.first_published_at.desc())
        .limit(limit)
    ).mappings()
    return tuple(_card(row) for row in rows)


def public_article(session: Session, code: str) -> PublicArticle | None:
    """The live version of a publication; None when the public may not read it. Two queries."""
    row = (
        session.execute(
            _published(*_CARD, V.number, V.body, V.for_you, P.comments_open).where(P.code == code)
        )
        .mappings()
        .one_or_none()
    )
    return article(row, files_of_version(session, row["version_id"])) if row else None


def files_of_version(session: Session, version_id: UUID) -> Sequence[RowMapping]:
    """The files of a version with their role, in order. One query."""
    return (
        session.execute(
            select(
                VersionFile.role,
                VersionFile.title,
                F.id,
                F.name,
                F.content_type,
                F.size,
                F.width,
                F.height,
                F.widths,
            )
            .join(F, and_(F.tenant_id == VersionFile.tenant_id, F.id == VersionFile.file_id))
            .where(VersionFile.version_id == version_id)
            .order_by(VersionFile.role, VersionFile.position)
        )
        .mappings()
        .all()
    )


def article(row: RowMapping, files: Sequence[RowMapping]) -> PublicArticle:
    """The article of a row with the columns of a card, the text's and those of its files.

    What is not published yet is dated now.
    """

    def picture(role: str) -> Picture | None:
        found = next((f for f in files if f["role"] == role), None)
        return (
            Picture(
                found["id"], found["title"], found["width"] or 0, found["height"] or 0, tuple(found["widths"])
            )
            if found
            else None
        )

    return PublicArticle(
        id=row["id"],
        code=row["code"],
        kind=Kind(row["kind"]),
        title=row["title"],
        summary=row["summary"],
        body=row["body"],
        for_you=row["for_you"],
        tags=tuple(row["tags"]),
        tenant=_tenant(row),
        unit=_unit(row),
        cover=_cover(row),
        before=picture(BEFORE),
        after=picture(AFTER),
        documents=tuple(
            DocumentRef(f["id"], f["title"] or f["name"], f["name"], f["content_type"], f["size"])
            for f in files
            if f["role"] == DOCUMENT
        ),
        event=_event(row),
        place=_place(row),
        version=row["number"],
        published_at=row["first_published_at"] or now(),
        updated_at=row["published_at"] or now(),
        comments_open=row["comments_open"],
        demo=row["demo"],
        widths={f["id"]: tuple(f["widths"]) for f in files if f["role"] == INLINE},
    )


def _card(row: RowMapping) -> PublicCard:
    return PublicCard(
        id=row["id"],
        code=row["code"],
        kind=Kind(row["kind"]),
        title=row["title"],
        summary=row["summary"],
        tags=tuple(row["tags"]),
        tenant=_tenant(row),
        unit=_unit(row),
        cover=_cover(row),
        event=_event(row),
        place=_place(row),
        published_at=row["first_published_at"],
        updated_at=row["published_at"],
        comments=row["comments"],
        demo=row["demo"],
    )


def _tenant(row: RowMapping) -> Ref:
    return Ref(row["tenant_id"], row["tenant_slug"], row["tenant_name"], row["tenant_short"])


def _unit(row: RowMapping) -> Ref | None:
    return (
        Ref(row["unit_id"], row["unit_slug"], row["unit_name"], row["unit_name"]) if row["unit_id"] else None
    )


def _cover(row: RowMapping) -> Picture | None:
    if not row["cover_id"]:
        return None
    return Picture(
        row["cover_id"],
        row["cover_alt"],
        row["cover_width"] or 0,
        row["cover_height"] or 0,
        tuple(row["cover_widths"] or ()),
    )


def _event(row: RowMapping) -> Event | None:
    if not (row["event_starts_at"] and row["event_ends_at"]):
        return None
    return Event(row["event_starts_at"], row["event_ends_at"], row["event_place"])


def _place(row: RowMapping) -> Place | None:
    if row["latitude"] is None:
        return None
    return Place(row["latitude"], row["longitude"], row["place_label"])
