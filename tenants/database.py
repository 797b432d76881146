"""The database: one engine per face, sessions that tell the database who acts, the declarative base."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import (
    URL,
    CheckConstraint,
    Column,
    DateTime,
    Dialect,
    Engine,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    Uuid,
    create_engine,
    event,
    make_url,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, TypeResolve, mapped_column
from sqlalchemy.pool import NullPool
from uuid_utils.compat import uuid7

from settings import Settings
from tenants.actors import Actor
from tenants.clock import now

#: Seconds to wait for a server that does not answer, unless the address says otherwise.
CONNECT_SECONDS = 10


class Face(StrEnum):
    """Which door a connection belongs to; each has a database role of its own."""

    OWNER = "owner"
    WORKSPACE = "workspace"
    PUBLIC = "public"


class Base(DeclarativeBase):
    """Base of every table. Names of constraints are fixed, so migrations can speak of them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        UUID: Uuid(),
        datetime: DateTime(timezone=True),
        str: Text(),
        dict[str, Any]: JSONB(),
        list[str]: ARRAY(Text()),
    }


class OneOf(TypeDecorator[StrEnum]):
    """One of the words of an enumeration, kept as text: what `Mapped[Word]` makes of a column.

    Its column has a CHECK of that name, so a new word needs a migration.
    """

    impl = Text
    cache_ok = True

    def __init__(self, words: type[StrEnum]) -> None:
        super().__init__()
        self.words = words

    def process_result_value(self, value: str | None, dialect: Dialect) -> StrEnum | None:
        return None if value is None else self.words(value)


@event.listens_for(Base, "resolve_type_annotation")
def _of_annotation(annotation: TypeResolve) -> OneOf | None:
    words = annotation.resolved_type
    return OneOf(words) if isinstance(words, type) and issubclass(words, StrEnum) else None


@event.listens_for(Column, "after_parent_attach")
def _check_words(column: Column[Any], table: object) -> None:
    if isinstance(column.type, OneOf) and isinstance(table, Table):
        words = ", ".join(f"'{word}'" for word in column.type.words)
        table.append_constraint(CheckConstraint(f"{column.name} IN ({words})", name=column.name))


def within_bounds(column: str) -> CheckConstraint:
    """An instant that people choose lies between 1900 and 2200: whatever is beyond, no clock of ours reads back."""
    bounds = "'1900-01-01 00:00+00' AND '2200-01-01 00:00+00'"
    return CheckConstraint(f"{column} BETWEEN {bounds}", name=column)


class Identified:
    """A UUIDv7 key, made here so that no insert needs to read a row back, and the instant of birth."""

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    created_at: Mapped[datetime] = mapped_column(default=now)


#: Session settings that the policies read, and where an actor keeps them.
_SET_CONTEXT = text(
    "SELECT set_config('app.scope', :scope, true), set_config('app.tenant_id', :tenant_id, true),"
    " set_config('app.bureau_id', :bureau_id, true), set_config('app.actor_id', :actor_id, true),"
    " set_config('app.resident_session', :resident_session, true),"
    " set_config('app.address', '', true),"
    # pages read few rows each: starting workers and compiling take longer than the reading itself
    " set_config('max_parallel_workers_per_gather', '0', true), set_config('jit', 'off', true)"
)


def open_session(engine: Engine, actor: Actor) -> Session:
    """A session in which `actor` acts. Every transaction it begins tells the database so."""
    return Session(engine, info={"actor": actor}, expire_on_commit=False)


def actor_of(session: Session) -> Actor:
    """Who acts in this session."""
    actor = session.info["actor"]
    assert isinstance(actor, Actor)
    return actor


def reveal_address(session: Session, address: str) -> None:
    """Let this transaction see the person who has `address` (lower-cased e-mail or phone).

    The policies of identity tables show a stranger's row only to whoever names the
    exact address: signing in, inviting somebody who already has an account.
    """
    session.execute(text("SELECT set_config('app.address', :a, true)"), {"a": address})


def present_token(session: Session, token_hash: str) -> None:
    """Let this transaction act as whoever holds a resident's session token; the row may be made in it."""
    session.execute(text("SELECT set_config('app.resident_session', :t, true)"), {"t": token_hash})


def take_turns(session: Session, what: str, who: object) -> None:
    """Until this transaction ends, nobody else does `what` for `who`: a second click waits, and then sees the first."""
    session.execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": f"xinya {what} {who}"}
    )


def engine_of(session: Session) -> Engine:
    """The engine behind a session, for a transaction beside the request's own."""
    engine = session.get_bind()
    assert isinstance(engine, Engine)
    return engine


def rows(result: object) -> int:
    """How many rows a statement changed."""
    assert isinstance(result, CursorResult)
    return int(result.rowcount)


@event.listens_for(Session, "after_begin")
def _tell_database_who_acts(session: Session, _transaction: object, connection: Any) -> None:
    actor: Actor | None = session.info.get("actor")
    if actor is not None:
        connection.execute(_SET_CONTEXT, _context(actor))


def _context(actor: Actor) -> dict[str, str]:
    return {
        "scope": actor.capacity,
        "tenant_id": str(actor.tenant_id or ""),
        "bureau_id": str(actor.bureau_id or ""),
        "actor_id": str(actor.id or ""),
        "resident_session": actor.resident_session or "",
    }


@contextmanager
def acting(session: Session, actor: Actor) -> Iterator[None]:
    """In the block, in the same transaction, somebody else acts: for what tells the story of several people."""
    former = actor_of(session)
    _go_on_as(session, actor)
    yield
    _go_on_as(session, former)


def _go_on_as(session: Session, actor: Actor) -> None:
    session.flush()
    session.info["actor"] = actor
    session.execute(_SET_CONTEXT, _context(actor))


def runtime_role(settings: Settings, face: Face) -> str:
    """Name of the login role of a face."""
    return f"{settings.database_role_prefix}_{face.value}"


def runtime_password(settings: Settings, role: str) -> str:
    """Password of a runtime role that `db upgrade` creates: derived, so no second secret is kept."""
    return hmac.new(
        settings.signing_key.encode(), f"database role {role}".encode(), hashlib.sha256
    ).hexdigest()


def owner_url(settings: Settings, *, start: bool = True) -> URL:
    """Address of the database for the owner of the schema (migrations, operator's commands).

    The embedded server is started unless it runs; not so with `start=False`, for those who only look.
    """
    given = settings.database_url.get_secret_value()
    if not given:
        from tenants import embedded

        given = embedded.ensure_running(settings) if start else embedded.cluster_of(settings).url()
    return make_url(given).set(drivername="postgresql+psycopg")


def url_for(settings: Settings, face: Face, *, start: bool = True) -> URL:
    """Address of the database for a face: as configured, else derived from the owner's."""
    given = {
        Face.OWNER: "",
        Face.WORKSPACE: settings.database_workspace_url.get_secret_value(),
        Face.PUBLIC: settings.database_public_url.get_secret_value(),
    }[face]
    if given:
        return make_url(given).set(drivername="postgresql+psycopg")
    owner = owner_url(settings, start=start)
    if face is Face.OWNER:
        return owner
    role = runtime_role(settings, face)
    return owner.set(username=role, password=runtime_password(settings, role))


def make_engine(url: URL, *, pool_size: int = 8, pooled: bool = True) -> Engine:
    """An engine for one face. Unpooled ones suit short-lived commands."""
    patience = {} if "connect_timeout" in url.query else {"connect_timeout": CONNECT_SECONDS}
    if not pooled:
        return create_engine(url, poolclass=NullPool, connect_args=patience)
    return create_engine(
        url,
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_pre_ping=True,
        pool_recycle=1800,
        connect_args=patience,
    )


def engine_for(settings: Settings, face: Face) -> Engine:
    """The engine of a face by the settings."""
    return make_engine(url_for(settings, face), pool_size=settings.database_pool_size)
