"""Bringing a database to the schema of this code, and telling whether it is there."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError, InternalError

from settings import Settings
from tenants import isolation
from tenants.database import Face, make_engine, owner_url, runtime_password, runtime_role

#: How often to try again: roles belong to the whole server, and its databases may be upgraded at the same moment.
_TRIES = 5


@dataclass(frozen=True)
class SchemaState:
    """Revision of the database and of the code; `known` is False for a database newer than the code."""

    database: str | None
    code: str
    known: bool

    @property
    def current(self) -> bool:
        return self.database == self.code


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.set_main_option("path_separator", "os")
    if connection is not None:
        config.attributes["connection"] = connection
    return config


def state(connection: Connection) -> SchemaState:
    """Where the database stands. Works with any role that can read `alembic_version`."""
    script = ScriptDirectory.from_config(_config())
    code = script.get_current_head() or ""
    database = MigrationContext.configure(connection).get_current_revision()
    known = database is None or database in {r.revision for r in script.walk_revisions()}
    return SchemaState(database, code, known)


def upgrade(settings: Settings) -> SchemaState:
    """Create the runtime roles and bring the schema to this code. Safe to run again, and by several at once."""
    engine = make_engine(owner_url(settings), pooled=False)
    with engine.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(hashtext('xinya schema'))"))
        connection.commit()
        _ensure_roles(connection, settings)
        command.upgrade(_config(connection), "head")
        isolation.close_doors(connection)
        connection.commit()
        return state(connection)


def _ensure_roles(connection: Connection, settings: Settings) -> None:
    """The runtime roles: neither owner, nor superuser, nor BYPASSRLS. Roles made by an operator are left alone."""
    may_create = connection.scalar(
        text("SELECT rolcreaterole OR rolsuper FROM pg_roles WHERE rolname = current_user")
    )
    for face in (Face.WORKSPACE, Face.PUBLIC):
        name = runtime_role(settings, face)
        _ensure_role(connection, name, runtime_password(settings, name), may_change=bool(may_create))
    connection.commit()


def _ensure_role(connection: Connection, name: str, password: str, *, may_change: bool) -> None:
    for last in (*[False] * _TRIES, True):
        exists = connection.scalar(text("SELECT 1 FROM pg_roles WHERE rolname = :n"), {"n": name})
        if exists and not may_change:
            return
        verb = "ALTER" if exists else "CREATE"
        try:
            connection.execute(
                text(f"{verb} ROLE \"{name}\" LOGIN NOCREATEDB NOCREATEROLE PASSWORD '{password}'")
            )
            connection.commit()
            return
        except (IntegrityError, InternalError):  # made or changed at the same moment for another database
            connection.rollback()
            if last:
                raise
