"""The outbox of messages to people."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from tenants.database import Base, Identified


class Channel(StrEnum):
    """By which way a message goes."""

    EMAIL = "email"
    SMS = "sms"


class MessageState(StrEnum):
    """queued → sent, or failed."""

    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"


class MailMessage(Identified, Base):
    """An e-mail or a text message: queued with the change it tells of, sent by a job."""

    __tablename__ = "mail_message"
    __table_args__ = (Index("ix_mail_message_state", "state", "created_at"),)

    tenant_id: Mapped[UUID | None] = mapped_column(ForeignKey("tenant.id"))
    channel: Mapped[Channel] = mapped_column(default=Channel.EMAIL)
    to_address: Mapped[str]
    subject: Mapped[str] = mapped_column(default="")
    text: Mapped[str]
    html: Mapped[str | None]
    headers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    #: The same key is never queued twice.
    dedupe_key: Mapped[str | None] = mapped_column(unique=True)
    state: Mapped[MessageState] = mapped_column(default=MessageState.QUEUED)
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None]
    sent_at: Mapped[datetime | None]
