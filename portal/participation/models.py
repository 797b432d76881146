"""Comments (mechanism 11, 公众参与): what residents say, the official answer and what became of it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.kit.history import Event, Root
from portal.participation import machine
from portal.participation.policy import Appeal, Fate, Visibility
from tenants.database import Base, Identified


class CommentEvent(Event, Base):
    """What happened to a comment. Former texts are kept here, never shown in public."""

    __tablename__ = "comment_event"
    of = "comment"

    former_body: Mapped[str | None]


class Comment(Root, Identified, Base):
    """A resident's comment under a publication, or a reply to one (one level)."""

    __tablename__ = "comment"
    entity, indexed, events, lives = "comment", ("comment", "comment_record"), CommentEvent, machine.LIVES
    __table_args__ = (
        UniqueConstraint("tenant_id", "id"),
        ForeignKeyConstraint(["tenant_id", "publication_id"], ["publication.tenant_id", "publication.id"]),
        ForeignKeyConstraint(
            ["tenant_id", "parent_id"], ["comment.tenant_id", "comment.id"], name="fk_comment_parent"
        ),
        ForeignKeyConstraint(
            ["tenant_id", "outcome_publication_id"],
            ["publication.tenant_id", "publication.id"],
            name="fk_comment_outcome",
        ),
        CheckConstraint("official = (staff_id IS NOT NULL)", name="official_by_staff"),
        CheckConstraint("official OR resident_id IS NOT NULL", name="has_author"),
        CheckConstraint("(appeal IS NULL) = (appeal_state = 'none')", name="appeal_said"),
        CheckConstraint(
            "appeal_state <> 'waiting' OR visibility IN ('hidden', 'withdrawn')", name="appeal_against_hiding"
        ),
        CheckConstraint(
            "(appeal_decided_at IS NULL) = (appeal_state IN ('none', 'waiting'))", name="appeal_decided"
        ),
        CheckConstraint("appeal_state <> 'granted' OR visibility <> 'hidden'", name="appeal_granted"),
        CheckConstraint("fate = 'received' OR (parent_id IS NULL AND NOT official)", name="fate_of_comments"),
        CheckConstraint(
            "NOT official OR (visibility = 'shown' AND answered_at IS NULL AND appeal_state = 'none')",
            name="official_is_shown",
        ),
        Index("ix_comment_publication", "publication_id", "created_at"),
        Index("ix_comment_parent", "parent_id"),
        Index("ix_comment_resident", "resident_id"),
        Index("ix_comment_desk", "tenant_id", text("created_at DESC"), postgresql_where=text("NOT official")),
        Index(
            "ix_comment_waiting",
            "tenant_id",
            "due_on",
            postgresql_where=text("answered_at IS NULL AND parent_id IS NULL AND NOT official"),
        ),
        Index(
            "ix_comment_said",
            text("created_at DESC"),
            postgresql_where=text("visibility = 'shown' AND parent_id IS NULL AND NOT official"),
        ),
        Index(
            "ix_comment_became",
            text("created_at DESC"),
            postgresql_where=text("fate IN ('adopted', 'done') AND visibility = 'shown'"),
        ),
        # one for each tab and order of the desks' lists, so that a page reads its own rows and no others
        Index(
            "ix_comment_due",
            "due_on",
            "created_at",
            postgresql_where=text("answered_at IS NULL AND parent_id IS NULL AND NOT official"),
        ),
        Index("ix_comment_held", "tenant_id", "created_at", postgresql_where=text("visibility = 'held'")),
        Index(
            "ix_comment_hidden",
            "tenant_id",
            text("created_at DESC"),
            postgresql_where=text("visibility IN ('hidden', 'withdrawn')"),
        ),
        Index(
            "ix_comment_appealed",
            "tenant_id",
            "created_at",
            postgresql_where=text("appeal_state = 'waiting'"),
        ),
        Index(
            "ix_comment_reply",
            "tenant_id",
            "created_at",
            postgresql_where=text("parent_id IS NOT NULL AND NOT official"),
        ),
        Index("ix_comment_newest", text("created_at DESC"), postgresql_where=text("NOT official")),
    )

    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenant.id"))
    publication_id: Mapped[UUID]
    parent_id: Mapped[UUID | None]
    resident_id: Mapped[UUID | None] = mapped_column(ForeignKey("resident.id"))
    staff_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    #: As shown when it was written: the resident's display name, or the tenant's name for an official answer.
    author_name: Mapped[str]
    official: Mapped[bool] = mapped_column(default=False)
    #: Plain text; phone and identity-card numbers masked.
    body: Mapped[str]
    visibility: Mapped[Visibility] = mapped_column(default=Visibility.HELD)
    fate: Mapped[Fate] = mapped_column(default=Fate.RECEIVED)
    fate_reason: Mapped[str | None]
    #: The publication that shows what changed.
    outcome_publication_id: Mapped[UUID | None]
    moderation_reason: Mapped[str | None]
    #: Its author asked to look again at the moderation: whether, with which words, when it was decided.
    appeal_state: Mapped[Appeal] = mapped_column(default=Appeal.NONE, server_default="none")
    appeal: Mapped[str | None]
    appeal_decided_at: Mapped[datetime | None]
    #: Day by which the tenant answers, and when it did.
    due_on: Mapped[date | None]
    answered_at: Mapped[datetime | None]
    shown_at: Mapped[datetime | None]
    edited_at: Mapped[datetime | None]
    demo: Mapped[bool] = mapped_column(default=False)

    def label(self, session: Session) -> str:
        return self.body[:60]


class MonthTally(Base):
    """What residents said in a month (its first day, in Asia/Shanghai) and what became of it, kept by triggers.

    Rows are differences; their sum is the figure. Counted are residents' own comments that are shown.
    """

    __tablename__ = "month_tally"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    month: Mapped[date] = mapped_column(index=True)
    said: Mapped[int] = mapped_column(BigInteger, server_default="0")
    answered: Mapped[int] = mapped_column(BigInteger, server_default="0")
    adopted: Mapped[int] = mapped_column(BigInteger, server_default="0")
    done: Mapped[int] = mapped_column(BigInteger, server_default="0")


class CommentDraft(Base):
    """An answer that somebody is writing: nobody else's to read, gone when it is sent."""

    __tablename__ = "comment_draft"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "comment_id"], ["comment.tenant_id", "comment.id"], ondelete="CASCADE"
        ),
    )

    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenant.id"))
    comment_id: Mapped[UUID] = mapped_column(primary_key=True)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True)
    fields: Mapped[dict[str, Any]]
    saved_at: Mapped[datetime]


class AnswerTemplate(Identified, Base):
    """A ready beginning for an official answer."""

    __tablename__ = "answer_template"
    __table_args__ = (UniqueConstraint("tenant_id", "title"),)

    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenant.id"))
    title: Mapped[str]
    body: Mapped[str]
    #: The fate that is proposed with it; None leaves the comment's as it is.
    fate: Mapped[Fate | None]
