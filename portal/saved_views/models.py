"""A view of a list that somebody keeps."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from tenants.database import Base, Identified


class SavedView(Identified, Base):
    """What somebody filters a list by, under a name; their own, in the tenant (or the district) where it was kept."""

    __tablename__ = "saved_view"
    __table_args__ = (
        Index(
            "uq_saved_view_name",
            "staff_id",
            text("coalesce(tenant_id, '00000000-0000-0000-0000-000000000000'::uuid)"),
            "place",
            "name",
            unique=True,
        ),
    )

    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"))
    tenant_id: Mapped[UUID | None] = mapped_column(ForeignKey("tenant.id"))
    #: The list: a key of `policy.LISTS`.
    place: Mapped[str]
    name: Mapped[str]
    #: Filters and order as in the list's address, without the page.
    query: Mapped[str]
