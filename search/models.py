"""Tables of search: what waits to be indexed, the state of the indexes, and what people curate, count and keep."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Sequence,
    UniqueConstraint,
    func,
)
from sqlalchemy.orm import Mapped, mapped_column

from search.sources import Corpus
from tenants.database import Base, Identified

#: Versions of documents in an index, taken just before a document is read from the database.
VERSION = Sequence("search_version", metadata=Base.metadata)


class SearchChange(Base):
    """Something changed and must be indexed anew. Gone when it is; kept, marked done, while a rebuild runs."""

    __tablename__ = "search_change"
    __table_args__ = (Index("ix_search_change_done_at", "done_at", "seq"),)

    seq: Mapped[int] = mapped_column(BigInteger(), Identity(always=True), primary_key=True)
    source: Mapped[str]
    entity_id: Mapped[UUID]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    done_at: Mapped[datetime | None]
    #: How often it could not be read or was refused by the engine, and why; it is tried again with the next batch.
    attempts: Mapped[int] = mapped_column(server_default="0")
    error: Mapped[str | None]


class SearchState(Base):
    """The state of a corpus's index, for operators."""

    __tablename__ = "search_state"

    corpus: Mapped[Corpus] = mapped_column(primary_key=True)
    building: Mapped[str | None]
    building_since: Mapped[datetime | None]
    built: Mapped[int] = mapped_column(server_default="0")
    rebuilt_at: Mapped[datetime | None]
    rebuilt_count: Mapped[int | None]
    rebuilt_seconds: Mapped[float | None]
    applied_at: Mapped[datetime | None]
    #: When both sides were counted last, and what each held.
    compared_at: Mapped[datetime | None]
    in_database: Mapped[int | None]
    in_index: Mapped[int | None]
    #: Why the last batch could not be written; empty when it was.
    error: Mapped[str | None]


class SearchSynonym(Identified, Base):
    """A group of words that mean the same. While there is none, the shipped groups hold."""

    __tablename__ = "search_synonym"

    words: Mapped[list[str]]


class SearchPin(Identified, Base):
    """An answer that the district office puts first for a query of the public site."""

    __tablename__ = "search_pin"
    __table_args__ = (UniqueConstraint("query", "source", "entity_id"),)

    query: Mapped[str]
    source: Mapped[str]
    entity_id: Mapped[UUID]
    position: Mapped[int] = mapped_column(default=0)


class SearchQueryCount(Base):
    """How often a query was asked on the public site on a day, and how often in vain. Nothing of who asked."""

    __tablename__ = "search_query_count"

    day: Mapped[date] = mapped_column(primary_key=True)
    query: Mapped[str] = mapped_column(primary_key=True)
    asked: Mapped[int]
    in_vain: Mapped[int]


class SavedSearch(Identified, Base):
    """A search that a resident or a staff member keeps, to be told of what is new."""

    __tablename__ = "saved_search"
    __table_args__ = (
        CheckConstraint("(resident_id IS NULL) <> (staff_id IS NULL)", name="one_owner"),
        Index("ix_saved_search_resident_id", "resident_id"),
        Index("ix_saved_search_staff_id", "staff_id"),
    )

    resident_id: Mapped[UUID | None] = mapped_column(ForeignKey("resident.id", ondelete="CASCADE"))
    staff_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"))
    #: The tenant in which a staff member searches; None for the public site and the whole district.
    tenant_id: Mapped[UUID | None] = mapped_column(ForeignKey("tenant.id"))
    corpus: Mapped[Corpus]
    text: Mapped[str]
    filters: Mapped[dict[str, Any]] = mapped_column(default=dict)
    #: What its owner calls it; empty: its words.
    name: Mapped[str] = mapped_column(server_default="", default="")
    #: Its owner wants to hear nothing of it for now.
    paused: Mapped[bool] = mapped_column(server_default="false", default=False)
    #: When the owner last looked: only newer documents are new to them.
    seen_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    #: Up to when the owner was told by mail, or looked: only of newer documents is a letter written.
    told_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
