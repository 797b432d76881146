"""What is kept of every tenant for the district's view."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Identity
from sqlalchemy.orm import Mapped, mapped_column

from tenants.database import Base


class TenantTally(Base):
    """How much a tenant has published and how its residents are answered, kept by triggers as they write.

    Rows are differences; their sum is the figure, and a job puts them together. Counted are live publications and
    residents' own comments that were not withdrawn; `in_time` are the answers given by their day.
    """

    __tablename__ = "tenant_tally"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenant.id", ondelete="CASCADE"), index=True)
    published: Mapped[int] = mapped_column(BigInteger, server_default="0")
    received: Mapped[int] = mapped_column(BigInteger, server_default="0")
    waiting: Mapped[int] = mapped_column(BigInteger, server_default="0")
    answered: Mapped[int] = mapped_column(BigInteger, server_default="0")
    in_time: Mapped[int] = mapped_column(BigInteger, server_default="0")
