"""Columns of publications that the public may read, and what becomes of their rows.

Everything here also works in a session of the public role, which has no right to any other column.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, RowMapping, ScalarSelect, Select, and_, select
from sqlalchemy.orm import Session

from portal.kit import ports
from portal.publishing.content import AFTER, BEFORE, DOCUMENT, INLINE
from portal.publishing.models import Publication, PublicationVersion, VersionFile
from portal.publishing.policy import Kind
from portal.publishing.queries.shapes import (
    DocumentRef,
    Event,
    Outline,
    Picture,
    Place,
    PublicArticle,
    PublicCard,
    Ref,
)
from tenants.clock import now
from tenants.files.models import StoredFile
from tenants.identity.models import ResponsibleUnit, Tenant
from tenants.identity.queries import named
from tenants.reading import among

P = Publication

#: What a version is joined to: its unit, its cover, and each of its files by what says that it has it.
UNIT = (
    ResponsibleUnit,
    and_(
        ResponsibleUnit.tenant_id == PublicationVersion.tenant_id,
        ResponsibleUnit.id == PublicationVersion.unit_id,
    ),
)
COVER = (
    StoredFile,
    and_(
        StoredFile.tenant_id == PublicationVersion.tenant_id,
        StoredFile.id == PublicationVersion.cover_file_id,
    ),
)
FILE = (
    StoredFile,
    and_(StoredFile.tenant_id == VersionFile.tenant_id, StoredFile.id == VersionFile.file_id),
)

#: What a card and an article need.
CARD = (
    P.id,
    P.code,
    P.kind,
    P.first_published_at,
    P.published_at,
    P.demo,
    PublicationVersion.id.label("version_id"),
    PublicationVersion.title,
    PublicationVersion.summary,
    PublicationVersion.tags,
    PublicationVersion.cover_alt,
    PublicationVersion.place_label,
    PublicationVersion.latitude,
    PublicationVersion.longitude,
    PublicationVersion.event_place,
    PublicationVersion.event_starts_at,
    PublicationVersion.event_ends_at,
    Tenant.id.label("tenant_id"),
    Tenant.slug.label("tenant_slug"),
    Tenant.name.label("tenant_name"),
    Tenant.short_name.label("tenant_short"),
    ResponsibleUnit.id.label("unit_id"),
    ResponsibleUnit.slug.label("unit_slug"),
    ResponsibleUnit.name.label("unit_name"),
    StoredFile.id.label("cover_id"),
    StoredFile.width.label("cover_width"),
    StoredFile.height.label("cover_height"),
    StoredFile.widths.label("cover_widths"),
)


#: What an article needs besides.
ARTICLE = (
    *CARD,
    PublicationVersion.number,
    PublicationVersion.body,
    PublicationVersion.for_you,
    P.comments_open,
    ResponsibleUnit.boundary,
    ResponsibleUnit.schematic,
)

#: Newest first, the same every time.
NEWEST = (P.first_published_at.desc(), P.id.desc())


def with_version(which: ColumnElement[bool], *columns: Any) -> Select[Any]:
    """Publications with the version that the condition picks, its unit, and their tenant."""
    return (
        select(*columns)
        .select_from(P)
        .join(PublicationVersion, which)
        .join(Tenant, Tenant.id == P.tenant_id)
        .outerjoin(*UNIT)
    )


def published(*columns: Any) -> Select[Any]:
    """Live publications with their version, tenant, unit and cover."""
    live = and_(PublicationVersion.id == P.live_id, PublicationVersion.live)
    return with_version(live, *columns).outerjoin(*COVER).where(P.live_id.is_not(None))


def bare(*columns: Any, version: bool) -> Select[Any]:
    """Live publications of active tenants, with their version if that is looked at, and nothing only a card needs."""
    query = (
        select(*columns).select_from(P).join(Tenant, Tenant.id == P.tenant_id).where(P.live_id.is_not(None))
    )
    return (
        query.join(PublicationVersion, and_(PublicationVersion.id == P.live_id, PublicationVersion.live))
        if version
        else query
    )


def id_of_tenant(slug: str) -> ScalarSelect[UUID]:
    """The tenant with this address or name, looked up once per query: its publications are then found by its index."""
    return select(Tenant.id).where(named(slug)).limit(1).scalar_subquery()


def of_tenant(slug: str) -> ColumnElement[bool]:
    """Publications of the tenant with this address."""
    return P.tenant_id == id_of_tenant(slug)


def of_unit(slug: str, tenant: str | None = None) -> ColumnElement[bool]:
    """Publications of the unit with this address; without the tenant's, of every unit that has it."""
    units = select(ResponsibleUnit.id).where(ResponsibleUnit.slug == slug)
    if tenant:
        return (
            PublicationVersion.unit_id
            == units.where(ResponsibleUnit.tenant_id == id_of_tenant(tenant)).scalar_subquery()
        )
    return among(PublicationVersion.unit_id, units)


def shown_comments() -> Any:
    """How many comments of residents are shown under a publication, as a column."""
    return ports.comments_shown(P.id).label("comments")


def files_of_version(session: Session, version_id: UUID) -> Sequence[RowMapping]:
    """The files of a version with their role, in order. One query."""
    return (
        session.execute(
            select(
                VersionFile.role,
                VersionFile.title,
                StoredFile.id,
                StoredFile.name,
                StoredFile.content_type,
                StoredFile.size,
                StoredFile.width,
                StoredFile.height,
                StoredFile.widths,
            )
            .join(*FILE)
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
        outline=Outline(row["boundary"], row["schematic"]) if row["boundary"] else None,
        version=row["number"],
        published_at=row["first_published_at"] or now(),
        updated_at=row["published_at"] or now(),
        comments_open=row["comments_open"],
        demo=row["demo"],
        widths={f["id"]: tuple(f["widths"]) for f in files if f["role"] == INLINE},
    )


def card(row: RowMapping) -> PublicCard:
    """The card of a row with the columns CARD and `comments`."""
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
