"""Stored files: what is known about an object in the file store."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, UniqueConstraint, false
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from tenants.database import Base, Identified


class FileKind(StrEnum):
    """How a file is kept and shown."""

    IMAGE = "image"
    DOCUMENT = "document"


class StoredFile(Identified, Base):
    """A file of a tenant, a bureau or the district.

    Its bytes are in the store under `key` (images: one object per width).
    """

    __tablename__ = "stored_file"
    __table_args__ = (
        UniqueConstraint("tenant_id", "id"),
        CheckConstraint("num_nonnulls(tenant_id, bureau_id) + district::int = 1", name="one_owner"),
        Index("ix_stored_file_tenant_time", "tenant_id", "created_at"),
    )

    tenant_id: Mapped[UUID | None] = mapped_column(ForeignKey("tenant.id"))
    bureau_id: Mapped[UUID | None] = mapped_column(ForeignKey("bureau.id"))
    #: Neither a tenant's nor a bureau's.
    district: Mapped[bool] = mapped_column(default=False, server_default=false())
    kind: Mapped[FileKind]
    name: Mapped[str]
    content_type: Mapped[str]
    #: Bytes.
    size: Mapped[int]
    sha256: Mapped[str]
    key: Mapped[str] = mapped_column(unique=True)
    #: Pixels; images only.
    width: Mapped[int | None]
    height: Mapped[int | None]
    #: The widths that exist in the store, ascending; images only.
    widths: Mapped[list[int]] = mapped_column(ARRAY(Integer), default=list)
    #: Shown by something that is published.
    public: Mapped[bool] = mapped_column(default=False)
    #: Used by a saved record; uploads that never were are cleaned up after some days.
    attached: Mapped[bool] = mapped_column(default=False)
    #: What it holds besides what its reader sees (`findings.Finding.plain`); documents only. NULL: not looked into.
    findings: Mapped[list[dict[str, Any]] | None] = mapped_column(JSONB(none_as_null=True))
    #: The original of a cleaned copy.
    cleaned_from: Mapped[UUID | None]
    #: Who let it become public as it is, with all that was found in it.
    accepted_by: Mapped[UUID | None]
    accepted_by_name: Mapped[str] = mapped_column(default="")
    accepted_at: Mapped[datetime | None]
    uploaded_by: Mapped[UUID | None]
    uploaded_by_name: Mapped[str] = mapped_column(default="")
    deleted_at: Mapped[datetime | None]

    @property
    def owner(self) -> UUID | None:
        """The tenant or the bureau whose file it is; None for the district's."""
        return self.tenant_id or self.bureau_id
