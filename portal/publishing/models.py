"""Publications (mechanism 10, 公众): the record, its versions, drafts, files and history."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, Session, mapped_column

import tenants.files.models
import tenants.identity.models  # noqa: F401 - the tables that these refer to
from portal.kit.history import Event, Root
from portal.publishing import machine
from portal.publishing.policy import Kind, State
from tenants.database import Base, Identified, within_bounds


class PublicationEvent(Event, Base):
    """What happened to a publication."""

    __tablename__ = "publication_event"
    of = "publication"

    #: The newest version then.
    version_number: Mapped[int | None]


class Publication(Root, Identified, Base):
    """A publication of a tenant. What it says is in its versions.

    `head_id` is the newest saved version, on which the state machine works; `live_id` is
    the version the public reads, None when there is none. They differ while a published text is
    being revised: the public keeps reading the former version.
    """

    __tablename__ = "publication"
    entity, indexed, events, lives = "publication", ("article", "publication"), PublicationEvent, machine.LIVES
    __table_args__ = (
        UniqueConstraint("tenant_id", "id"),
        ForeignKeyConstraint(
            ["tenant_id", "id", "head_id"],
            ["publication_version.tenant_id", "publication_version.publication_id", "publication_version.id"],
            deferrable=True,
            initially="DEFERRED",
            use_alter=True,
            name="fk_publication_head",
        ),
        ForeignKeyConstraint(
            ["tenant_id", "id", "live_id"],
            ["publication_version.tenant_id", "publication_version.publication_id", "publication_version.id"],
            deferrable=True,
            initially="DEFERRED",
            use_alter=True,
            name="fk_publication_live",
        ),
        Index("ix_publication_tenant_updated", "tenant_id", text("updated_at DESC")),
        Index("ix_publication_updated", text("updated_at DESC")),
        Index("ix_publication_state", "tenant_id", "state", text("updated_at DESC")),
        Index("ix_publication_state_updated", "state", text("updated_at DESC")),
        Index("ix_publication_author", "tenant_id", "edited_by_name", "id"),
        Index("ix_publication_first", "tenant_id", text("first_published_at DESC NULLS LAST"), text("id DESC")),
        Index("ix_publication_head", "head_id"),
        Index(
            "ix_publication_live",
            text("first_published_at DESC"),
            postgresql_where=text("live_id IS NOT NULL"),
        ),
        Index(
            "ix_publication_live_kind",
            "kind",
            text("first_published_at DESC"),
            postgresql_where=text("live_id IS NOT NULL"),
        ),
        Index(
            "ix_publication_live_tenant",
            "tenant_id",
            text("first_published_at DESC"),
            postgresql_where=text("live_id IS NOT NULL"),
        ),
        CheckConstraint(
            "state <> 'published' OR (live_id IS NOT NULL AND live_id = head_id)", name="published_is_live"
        ),
        CheckConstraint(
            "state <> 'withdrawn' OR (live_id IS NULL AND first_published_at IS NOT NULL)", name="withdrawn_was_live"
        ),
        CheckConstraint("publish_at IS NULL OR state = 'approved'", name="planned_is_approved"),
        CheckConstraint(
            "live_id IS NULL OR (first_published_at IS NOT NULL AND published_at IS NOT NULL)", name="live_is_dated"
        ),
        CheckConstraint(
            "state <> 'withdrawn' OR (withdrawn_reason IS NOT NULL AND withdrawn_reason <> '')",
            name="withdrawn_says_why",
        ),
        within_bounds("publish_at"),
        Index("ix_publication_due", "publish_at", postgresql_where=text("publish_at IS NOT NULL")),
    )

    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenant.id"))
    #: Random; part of its public address.
    code: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[Kind]
    state: Mapped[State] = mapped_column(default=State.DRAFT)
    head_id: Mapped[UUID | None]
    live_id: Mapped[UUID | None]
    #: Who is answerable for the text in review, and so may not approve it.
    edited_by: Mapped[UUID | None]
    edited_by_name: Mapped[str] = mapped_column(default="")
    approved_by: Mapped[UUID | None]
    #: When an approved one goes out by itself.
    publish_at: Mapped[datetime | None]
    #: When the public first could read it, and when the live version went out.
    first_published_at: Mapped[datetime | None]
    published_at: Mapped[datetime | None]
    withdrawn_reason: Mapped[str | None]
    comments_open: Mapped[bool] = mapped_column(default=True)
    updated_at: Mapped[datetime]
    demo: Mapped[bool] = mapped_column(default=False)
    def head(self, session: Session) -> PublicationVersion:
        """The newest version."""
        version = session.get(PublicationVersion, self.head_id)
        assert version is not None, "a publication always has a newest version"
        return version

    def label(self, session: Session) -> str:
        return self.head(session).title

    def details(self, session: Session) -> dict[str, Any]:
        return {"version_number": self.head(session).number}

    def touched(self, at: datetime) -> None:
        self.updated_at = at


class Withdrawal(Base):
    """What the public reads in the place of a text that was taken down, until it is published again."""

    __tablename__ = "withdrawal"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "publication_id"],
            ["publication.tenant_id", "publication.id"],
            ondelete="CASCADE",
            name="fk_withdrawal_publication",
        ),
    )

    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenant.id"))
    publication_id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[Kind]
    #: As the public last read it.
    title: Mapped[str]
    reason: Mapped[str]
    withdrawn_at: Mapped[datetime]


class PublicationVersion(Identified, Base):
    """What a publication said when somebody saved it. Never changed; `live` follows the publication's `live_id`."""

    __tablename__ = "publication_version"
    __table_args__ = (
        UniqueConstraint("tenant_id", "id"),
        UniqueConstraint("tenant_id", "publication_id", "id"),
        UniqueConstraint("publication_id", "number"),
        ForeignKeyConstraint(
            ["tenant_id", "publication_id"], ["publication.tenant_id", "publication.id"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(
            ["tenant_id", "unit_id"],
            ["responsible_unit.tenant_id", "responsible_unit.id"],
            name="fk_version_unit",
        ),
        ForeignKeyConstraint(
            ["tenant_id", "cover_file_id"],
            ["stored_file.tenant_id", "stored_file.id"],
            name="fk_version_cover",
        ),
        CheckConstraint("event_ends_at IS NULL OR event_ends_at > event_starts_at", name="event_period"),
        within_bounds("event_starts_at"),
        within_bounds("event_ends_at"),
        CheckConstraint("(latitude IS NULL) = (longitude IS NULL)", name="whole_point"),
        Index("uq_publication_version_live", "publication_id", unique=True, postgresql_where=text("live")),
        Index("ix_publication_version_tags", "tags", postgresql_using="gin"),
        Index("ix_publication_version_title", "tenant_id", "title"),
        Index("ix_publication_version_unit", "unit_id", postgresql_where=text("live")),
        Index(
            "ix_publication_version_event",
            "event_starts_at",
            postgresql_where=text("live AND event_starts_at IS NOT NULL"),
        ),
        Index(
            "ix_publication_version_ends",
            "event_ends_at",
            "event_starts_at",
            postgresql_where=text("live AND event_starts_at IS NOT NULL"),
        ),
    )

    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenant.id"))
    publication_id: Mapped[UUID]
    #: 1, 2, 3 … within the publication.
    number: Mapped[int]
    #: The version the public reads.
    live: Mapped[bool] = mapped_column(default=False)
    title: Mapped[str]
    summary: Mapped[str] = mapped_column(default="")
    #: Sanitised HTML.
    body: Mapped[str] = mapped_column(default="")
    #: "对您的影响": what the plan means for the reader, plain text.
    for_you: Mapped[str] = mapped_column(default="")
    tags: Mapped[list[str]] = mapped_column(default=list)
    unit_id: Mapped[UUID | None]
    cover_file_id: Mapped[UUID | None]
    cover_alt: Mapped[str] = mapped_column(default="")
    place_label: Mapped[str] = mapped_column(default="")
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    event_place: Mapped[str] = mapped_column(default="")
    #: Half-open period.
    event_starts_at: Mapped[datetime | None]
    event_ends_at: Mapped[datetime | None]
    saved_by: Mapped[UUID | None]
    saved_by_name: Mapped[str] = mapped_column(default="")
    #: What the editor says about this version.
    note: Mapped[str] = mapped_column(default="")


class FileRole(StrEnum):
    """As what a version shows a file: to download, in the text, before and after the work."""

    DOCUMENT = "document"
    INLINE = "inline"
    BEFORE = "before"
    AFTER = "after"


class VersionFile(Base):
    """A file that a version shows."""

    __tablename__ = "version_file"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "version_id"],
            ["publication_version.tenant_id", "publication_version.id"],
            ondelete="CASCADE",
        ),
        ForeignKeyConstraint(["tenant_id", "file_id"], ["stored_file.tenant_id", "stored_file.id"]),
        Index("ix_version_file_file", "file_id"),
    )

    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenant.id"))
    version_id: Mapped[UUID] = mapped_column(primary_key=True)
    file_id: Mapped[UUID] = mapped_column(primary_key=True)
    role: Mapped[FileRole] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(default=0)
    #: Title of a document, alternative text of a picture.
    title: Mapped[str] = mapped_column(default="")


class PublicationDraft(Base):
    """What one person has typed and not yet saved: kept by itself, one per person and publication."""

    __tablename__ = "publication_draft"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "publication_id"], ["publication.tenant_id", "publication.id"], ondelete="CASCADE"
        ),
    )

    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenant.id"))
    publication_id: Mapped[UUID] = mapped_column(primary_key=True)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    staff_name: Mapped[str] = mapped_column(default="")
    #: The version it started from.
    base_number: Mapped[int]
    #: The form's fields as typed.
    fields: Mapped[dict[str, Any]]
    saved_at: Mapped[datetime]


class FileText(Base):
    """The words of a document, page by page, so that search finds what is inside it."""

    __tablename__ = "file_text"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "file_id"], ["stored_file.tenant_id", "stored_file.id"], ondelete="CASCADE"
        ),
    )

    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenant.id"))
    file_id: Mapped[UUID] = mapped_column(primary_key=True)
    #: 1, 2, 3 … within the document.
    position: Mapped[int] = mapped_column(primary_key=True)
    #: Where in the document: 第 3 页, the name of a sheet; empty for a text without pages.
    label: Mapped[str] = mapped_column(default="")
    text: Mapped[str]
