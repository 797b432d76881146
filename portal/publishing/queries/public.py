"""What the public reads of publications: a fixed number of queries for any number of rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, func, literal, select
from sqlalchemy.orm import Session

from portal.publishing.models import PublicationVersion, Withdrawal
from portal.publishing.policy import Kind
from portal.publishing.queries.facets import facets
from portal.publishing.queries.rows import (
    ARTICLE,
    CARD,
    NEWEST,
    P,
    article,
    bare,
    card,
    files_of_version,
    id_of_tenant,
    of_tenant,
    of_unit,
    published,
    shown_comments,
)
from portal.publishing.queries.shapes import (
    MapPoint,
    Place,
    PublicArticle,
    PublicCard,
    PublicPage,
    Withdrawn,
)
from tenants.clock import SHANGHAI, now
from tenants.identity.models import Tenant
from tenants.reading import Counted, among, counted

#: A list of a unit or with a tag is counted among so many of the newest.
LOOKED_AT = 500
#: Related articles are looked for among so many of the newest.
NEIGHBOURS = 200


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
        "tenant": of_tenant(tenant) if tenant else None,
        "unit": of_unit(unit, tenant) if unit else None,
        "tag": PublicationVersion.tags.contains([tag]) if tag else None,
        "year": _in_year(year) if year else None,
    }
    conditions = [c for c in chosen.values() if c is not None]
    narrowing = [c for name, c in chosen.items() if c is not None and name in ("unit", "tag")]
    # first which, then what: nothing is read or counted for the rows of the pages before
    offset = (page - 1) * per_page
    which = bare(P.id, version=bool(narrowing)).where(*conditions).order_by(*NEWEST).limit(per_page).offset(offset)
    rows = session.execute(
        published(*CARD, shown_comments()).where(among(P.id, which)).order_by(*NEWEST)
    ).mappings()
    items = tuple(card(row) for row in rows)
    of_kind = bare(literal(1), version=False).where(*conditions[:1] if kind else [])
    if narrowing:
        # what only the texts tell is counted among the newest of them
        others = [c for c in conditions if c not in narrowing]
        newest = (
            bare(and_(*narrowing).label("narrowing"), version=True)
            .where(*others)
            .order_by(*NEWEST)
            .limit(LOOKED_AT + 1)
        )
        seen = newest.subquery()
        number, looked_at, all_of_kind = session.execute(
            select(func.count().filter(seen.c.narrowing), func.count(), counted(of_kind)).select_from(seen)
        ).one()
        total = Counted.of(max(number, offset + len(items)), at_least=looked_at > LOOKED_AT)
    else:
        matching = bare(literal(1), version=False).where(*conditions)
        number, all_of_kind = session.execute(select(counted(matching), counted(of_kind))).one()
        total = Counted.of(number)
    long = Counted.of(all_of_kind).more
    return PublicPage(items, total, page, per_page, facets(session, chosen, long, tenant))


def _in_year(year: int) -> ColumnElement[bool]:
    if not 1900 <= year <= 9000:
        return literal(False)
    first = datetime(year, 1, 1, tzinfo=SHANGHAI).astimezone(UTC)
    last = datetime(year + 1, 1, 1, tzinfo=SHANGHAI).astimezone(UTC)
    return and_(P.first_published_at >= first, P.first_published_at < last)


def cards(session: Session, ids: Sequence[UUID]) -> tuple[PublicCard, ...]:
    """The published ones among these ids, in their order. One query."""
    if not ids:
        return ()
    rows = session.execute(published(*CARD, shown_comments()).where(P.id.in_(ids))).mappings()
    found = {row["id"]: card(row) for row in rows}
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
    query = published(*CARD, shown_comments()).order_by(*NEWEST).limit(limit)
    wanted = [kind.value for kind in kinds]
    if wanted:
        query = query.where(P.kind == wanted[0] if len(wanted) == 1 else P.kind.in_(wanted))
    if tenant:
        query = query.where(of_tenant(tenant))
    if unit:
        query = query.where(of_unit(unit, tenant))
    return tuple(card(row) for row in session.execute(query).mappings())


def upcoming(session: Session, *, tenant: str | None = None, limit: int = 6) -> tuple[PublicCard, ...]:
    """Events that are not over, the next one first. One query."""
    # first which: only a few of the events that are to come are shown
    which = (
        select(PublicationVersion.publication_id)
        .join(P, P.id == PublicationVersion.publication_id)
        .where(
            P.kind == Kind.OUTREACH,
            PublicationVersion.live,
            PublicationVersion.event_starts_at.is_not(None),
            PublicationVersion.event_ends_at > now(),
        )
        .order_by(PublicationVersion.event_starts_at, PublicationVersion.publication_id)
        .limit(limit)
    )
    if tenant:
        which = which.where(PublicationVersion.tenant_id == id_of_tenant(tenant))
    rows = session.execute(
        published(*CARD, shown_comments())
        .where(among(P.id, which))
        .order_by(PublicationVersion.event_starts_at, P.id)
    )
    return tuple(card(row) for row in rows.mappings())


def near(
    session: Session,
    *,
    box: tuple[float, float, float, float] | None = None,
    tenant: str | None = None,
    limit: int = 300,
) -> tuple[MapPoint, ...]:
    """Publications with a place, newest first; `box` is south, west, north, east in degrees. One query."""
    query = (
        published(
            P.code,
            P.kind,
            PublicationVersion.title,
            PublicationVersion.latitude,
            PublicationVersion.longitude,
            PublicationVersion.place_label,
            Tenant.short_name.label("tenant_short"),
        )
        .where(PublicationVersion.latitude.is_not(None))
        .order_by(P.first_published_at.desc())
        .limit(limit)
    )
    if box:
        south, west, north, east = box
        query = query.where(
            PublicationVersion.latitude.between(south, north),
            PublicationVersion.longitude.between(west, east),
        )
    if tenant:
        query = query.where(of_tenant(tenant))
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


def related(session: Session, article: PublicArticle, limit: int = 4) -> tuple[PublicCard, ...]:
    """Others of the same unit, then the same tags, then the same tenant, newest first. One query."""
    closeness = (
        case((PublicationVersion.unit_id == article.unit.id, 4), else_=0) if article.unit else literal(0)
    ) + (
        case((PublicationVersion.tags.overlap(list(article.tags)), 2), else_=0)
        if article.tags
        else literal(0)
    )
    closeness = closeness + case((P.tenant_id == article.tenant.id, 1), else_=0)
    newest = (
        select(P.id)
        .where(P.live_id.is_not(None), P.id != article.id)
        .order_by(P.first_published_at.desc())
        .limit(NEIGHBOURS)
    )
    rows = session.execute(
        published(*CARD, shown_comments())
        .where(among(P.id, newest), closeness > 0)
        .order_by(closeness.desc(), P.first_published_at.desc())
        .limit(limit)
    ).mappings()
    return tuple(card(row) for row in rows)


def public_article(session: Session, code: str) -> PublicArticle | None:
    """The live version of a publication; None when the public may not read it. Two queries."""
    row = session.execute(published(*ARTICLE).where(P.code == code)).mappings().one_or_none()
    return article(row, files_of_version(session, row["version_id"])) if row else None


def withdrawn(session: Session, code: str) -> Withdrawn | None:
    """What the public may know of a text that was taken down. One query."""
    row = session.execute(
        select(
            Withdrawal.code,
            Withdrawal.kind,
            Withdrawal.title,
            Withdrawal.reason,
            Withdrawal.withdrawn_at,
            Tenant.slug,
            Tenant.name,
        )
        .join(Tenant, Tenant.id == Withdrawal.tenant_id)
        .where(Withdrawal.code == code)
    ).one_or_none()
    return Withdrawn(row[0], Kind(row[1]), *row[2:]) if row else None
