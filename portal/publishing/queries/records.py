"""One publication in the workspace: the record, its versions, history and drafts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from markupsafe import Markup
from sqlalchemy import Text, cast, distinct, func, select
from sqlalchemy.orm import Session

from portal.publishing import presenting
from portal.publishing.content import Content, of_version
from portal.publishing.models import Publication, PublicationDraft, PublicationVersion
from portal.publishing.policy import Kind, State
from portal.publishing.queries.lists import with_head
from portal.publishing.queries.rows import ARTICLE, COVER, article, files_of_version, with_version
from portal.publishing.queries.shapes import DocumentRef, Picture, PublicArticle, Ref
from tenants.clock import today
from tenants.files.models import StoredFile
from tenants.identity.models import ResponsibleUnit, RoleAssignment, Staff, Tenant
from tenants.permissions import IN_TENANT, Permission

P = Publication


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
        return presenting.present(self.content.body, widths)


def record(session: Session, code: str) -> Record | None:
    """A publication with its newest version. Two queries."""
    row = (
        session.execute(
            with_head(
                P,
                PublicationVersion,
                Tenant.id.label("tenant_id"),
                Tenant.slug,
                Tenant.name,
                Tenant.short_name,
                ResponsibleUnit.name.label("unit"),
                StoredFile.width,
                StoredFile.height,
                StoredFile.widths,
            )
            .outerjoin(*COVER)
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
        select(
            PublicationVersion.id,
            PublicationVersion.number,
            PublicationVersion.title,
            PublicationVersion.saved_by_name,
            PublicationVersion.created_at,
            PublicationVersion.note,
        )
        .where(PublicationVersion.publication_id == record.id)
        .order_by(PublicationVersion.number.desc())
    )
    return tuple(
        VersionRow(number, title, by, at, note, id_ == record.live_id, id_ == record.head_id)
        for id_, number, title, by, at, note in rows
    )


def drafts_of(session: Session, record: Record) -> tuple[DraftRow, ...]:
    """Who has typed something and not saved it, newest first. One query."""
    rows = session.execute(
        select(
            PublicationDraft.staff_id,
            PublicationDraft.staff_name,
            PublicationDraft.base_number,
            PublicationDraft.saved_at,
        )
        .where(PublicationDraft.publication_id == record.id)
        .order_by(PublicationDraft.saved_at.desc())
    )
    return tuple(DraftRow(*row) for row in rows)


def draft_fields(session: Session, publication_id: UUID, staff_id: UUID) -> dict[str, Any] | None:
    """The form's fields as this person last typed them. One query."""
    return session.scalar(
        select(PublicationDraft.fields).where(
            PublicationDraft.publication_id == publication_id, PublicationDraft.staff_id == staff_id
        )
    )


def version_content(session: Session, record: Record, number: int) -> tuple[VersionRow, Content] | None:
    """What version `number` says. Two queries."""
    version = session.scalar(
        select(PublicationVersion).where(
            PublicationVersion.publication_id == record.id, PublicationVersion.number == number
        )
    )
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
    which = PublicationVersion.number == number if number else PublicationVersion.id == P.head_id
    row = (
        session.execute(
            with_version(PublicationVersion.publication_id == P.id, *ARTICLE)
            .outerjoin(*COVER)
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
                RoleAssignment.held_on(today()),
                RoleAssignment.role.in_(roles),
                Staff.active,
            )
        )
        or 0
    )


def tags_in_use(session: Session) -> list[str]:
    """Tags of the publications that this session sees, most used first. One query."""
    tag = func.unnest(PublicationVersion.tags).label("tag")
    rows = session.execute(
        select(tag, func.count())
        .join(P, P.head_id == PublicationVersion.id)
        .group_by(tag)
        .order_by(func.count().desc(), cast(tag, Text))
        .limit(60)
    )
    return [word for word, _ in rows]


def units(session: Session) -> list[tuple[UUID, str, str]]:
    """The active units of the tenant: (id, slug, name). One query."""
    rows = session.execute(
        select(ResponsibleUnit.id, ResponsibleUnit.slug, ResponsibleUnit.name)
        .where(ResponsibleUnit.active)
        .order_by(ResponsibleUnit.name_sound, ResponsibleUnit.name)
    )
    return [(id_, slug, name) for id_, slug, name in rows]


def codes_of(session: Session, publication_ids: Iterable[UUID]) -> dict[UUID, str]:
    """The codes of publications, for links to them."""
    ids = list(publication_ids)
    if not ids:
        return {}
    return {id_: code for id_, code in session.execute(select(P.id, P.code).where(P.id.in_(ids)))}
