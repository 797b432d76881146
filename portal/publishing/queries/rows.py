"""Columns of publications that the public may read, and what becomes of their rows.

Everything here also works in a session of the public role, which has no right to any other column.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, RowMapping, ScalarSelect, Select, and_, func, select
from sqlalchemy.orm import Session

from portal.participation.models import Comment, Visibility
from portal.publishing.content import AFTER, BEFORE, DOCUMENT, INLINE
from portal.publishing.models import Kind, Publication, PublicationVersion, VersionFile
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

P, V, T, U, F = Publication, PublicationVersion, Tenant, ResponsibleUnit, StoredFile

#: What a card and an article need.
CARD = (
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


#: What an article needs besides.
ARTICLE = (*CARD, V.number, V.body, V.for_you, P.comments_open, U.boundary, U.schematic)

#: Newest first, the same every time.
NEWEST = (P.first_published_at.desc(), P.id.desc())


def published(*columns: Any) -> Select[Any]:
    """Live publications with their version, tenant, unit and cover."""
    return (
        select(*columns)
        .select_from(P)
        .join(V, and_(V.id == P.live_id, V.live))
        .join(T, T.id == P.tenant_id)
        .outerjoin(U, and_(U.tenant_id == V.tenant_id, U.id == V.unit_id))
        .outerjoin(F, and_(F.tenant_id == V.tenant_id, F.id == V.cover_file_id))
        .where(P.live_id.is_not(None))
    )


def bare(*columns: Any, version: bool) -> Select[Any]:
    """Live publications of active tenants, with their version if that is looked at, and nothing only a card needs."""
    query = select(*columns).select_from(P).join(T, T.id == P.tenant_id).where(P.live_id.is_not(None))
    return query.join(V, and_(V.id == P.live_id, V.live)) if version else query


def id_of_tenant(slug: str) -> ScalarSelect[UUID]:
    """The tenant with this address or name, looked up once per query: its publications are then found by its index."""
    return select(T.id).where(named(slug)).limit(1).scalar_subquery()


def of_tenant(slug: str) -> ColumnElement[bool]:
    """Publications of the tenant with this address."""
    return P.tenant_id == id_of_tenant(slug)


def of_unit(slug: str, tenant: str | None = None) -> ColumnElement[bool]:
    """Publications of the unit with this address; without the tenant's, of every unit that has it."""
    units = select(U.id).where(U.slug == slug)
    if tenant:
        return V.unit_id == units.where(U.tenant_id == id_of_tenant(tenant)).scalar_subquery()
    return among(V.unit_id, units)


def shown_comments() -> Any:
    """How many comments of residents are shown under a publication, as a column."""
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
