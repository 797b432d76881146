"""Parties: who is named by a record that others than its owner may see.

A record of a tenant, or of the district, names a tenant, a bureau or a person, and says as what. Row security of a
record asks `party` (`tenants.isolation.shared`); what a party has to say to it is a row of its own.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from tenants.database import Base, Identified


def _named(column: str) -> Index:
    return Index(f"ix_party_{column}", column, postgresql_where=text(f"{column} IS NOT NULL"))


class Party(Identified, Base):
    """One who is named by a record: exactly one of a tenant, a bureau, a person."""

    __tablename__ = "party"
    __table_args__ = (
        CheckConstraint("num_nonnulls(named_tenant_id, bureau_id, staff_id) = 1", name="one_named"),
        _named("named_tenant_id"),
        _named("bureau_id"),
        _named("staff_id"),
    )

    record_id: Mapped[UUID] = mapped_column(index=True)
    #: Whose record it is; None for the district's.
    owner_tenant_id: Mapped[UUID | None] = mapped_column(ForeignKey("tenant.id"))
    #: As what: the word of the mechanism whose record it is.
    role: Mapped[str]
    named_tenant_id: Mapped[UUID | None] = mapped_column(ForeignKey("tenant.id"))
    bureau_id: Mapped[UUID | None] = mapped_column(ForeignKey("bureau.id"))
    staff_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
