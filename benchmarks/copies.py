"""Rows in bulk: copies of what the services made, at other times, in other tenants, in other words.

What is copied is a `Family`: a record with the rows that hang from it, such as a publication with its versions and its
events. Every column is as the services wrote it, but that ids, and references from row to row of the family, are new
ones, that times move together, and that what must differ is given. So a column that is new needs no word here, and
no row stands in a state that no step leads to.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Column, Connection, Date, DateTime, text

from portal.participation.models import Comment, CommentEvent
from portal.publishing.models import Publication, PublicationEvent, PublicationVersion
from settings import Settings
from tenants.audit import AuditEntry
from tenants.database import Base, make_engine, owner_url
from tenants.files.models import StoredFile
from tenants.identity.models import ResponsibleUnit, RoleAssignment, Staff, Tenant
from tenants.isolation import every_row

#: What columns of a table hold instead of what the original does, as SQL: `o` is its row, `p` that of the plan.
Changes = Mapping[type[Base], Mapping[str, str]]
#: What asks each row by itself, as the words that take it from a table and those that put it back. Triggers that keep
#: figures look at whole statements, and stay.
_ASKING = text(
    """SELECT relname, 'DISABLE TRIGGER ' || quote_ident(tgname), 'ENABLE TRIGGER ' || quote_ident(tgname)
       FROM pg_trigger JOIN pg_class c ON c.oid = tgrelid
       WHERE NOT tgisinternal AND tgtype & 1 = 1 AND tgenabled = 'O' AND relname = ANY(:tables)
       UNION ALL
       SELECT relname, 'DROP CONSTRAINT ' || quote_ident(conname),
              'ADD CONSTRAINT ' || quote_ident(conname) || ' ' || pg_get_constraintdef(f.oid)
       FROM pg_constraint f JOIN pg_class c ON c.oid = conrelid
       WHERE contype = 'f' AND relname = ANY(:tables)"""
)


@contextmanager
def loading(settings: Settings) -> Iterator[Connection]:
    """A transaction of the schema's owner in which rows of all families are written as they are given.

    Here alone walls and guards are taken down, openly and for as long as the transaction: row security does not bind
    the owner, and triggers that ask each row how it came to its state are not asked. Figures are kept as ever;
    references are checked at the end, all at once, for half the time that it takes one by one.
    """
    tables = [model.__tablename__ for family in FAMILIES for model in family.roots]
    named = {key.column.table.name for name in tables for key in Base.metadata.tables[name].foreign_keys}
    engine = make_engine(owner_url(settings), pooled=False)
    with engine.begin() as connection, Operations.context(MigrationContext.configure(connection)):
        asking = connection.execute(_ASKING, {"tables": tables}).all()
        with every_row(*named.union(tables)):
            for table, without, _with in asking:
                connection.execute(text(f"ALTER TABLE {table} {without}"))
            yield connection
            for table, _without, again in asking:
                connection.execute(text(f"ALTER TABLE {table} {again}"))


def stem(at: str) -> str:
    """SQL: how ids made at this instant begin, as of every UUIDv7; they lie in indexes by their time."""
    return f"lpad(to_hex((extract(epoch FROM {at}) * 1000)::bigint), 12, '0') || '7'"


def new_id(id_: str, key: str) -> str:
    """SQL: what an id of the original becomes in the copy with this key."""
    return f"overlay(md5({id_} || {key}) placing left({key}, 13) from 1)::uuid"


@dataclass(frozen=True)
class Family:
    """Tables whose rows make up a record, the record's own first, and which record a row belongs to, as SQL.

    Copies are planned in a temporary table `plan_of_<name>`, a row for each: `original` (the id of the record to copy),
    `key` (text that tells the copies apart and begins with a `stem`), `place` (the key of the tenant's copy), `moved`
    (the interval by which its times are later) and whatever the changes are made of.
    """

    name: str
    roots: Mapping[type[Base], str]

    def take(self, connection: Connection) -> None:
        """Keep what is there until the end of the transaction: these are the originals."""
        for model, root in self.roots.items():
            table = model.__tablename__
            rows = f"SELECT {root} AS original, * FROM {table}"
            connection.execute(text(f"CREATE TEMPORARY TABLE original_{table} ON COMMIT DROP AS {rows}"))

    def clear(self, connection: Connection) -> None:
        """Remove what is there."""
        for model in reversed([*self.roots]):
            connection.execute(text(f"DELETE FROM {model.__tablename__}"))

    def plan(self, connection: Connection, query: str, values: Mapping[str, Any]) -> None:
        """Plan the copies that a query names, instead of those that were planned before."""
        connection.execute(text(f"DROP TABLE IF EXISTS plan_of_{self.name}"))
        connection.execute(
            text(f"CREATE TEMPORARY TABLE plan_of_{self.name} ON COMMIT DROP AS {query}"), values
        )

    def copy(self, connection: Connection, changes: Changes) -> None:
        """Write the copies that are planned."""
        for model in self.roots:
            changed = changes.get(model, {})
            columns = Base.metadata.tables[model.__tablename__].columns
            names = ", ".join(column.name for column in columns)
            values = ", ".join(changed.get(column.name) or self._copied(column) for column in columns)
            connection.execute(
                text(
                    f"INSERT INTO {model.__tablename__} ({names}) SELECT {values}"
                    f" FROM plan_of_{self.name} p JOIN original_{model.__tablename__} o USING (original)"
                )
            )

    def _copied(self, column: Column[Any]) -> str:
        """SQL of a column in a copy."""
        value = f"o.{column.name}"
        named = {key.column.table.name for key in column.foreign_keys if key.column.name == "id"}
        if column.name == "id":
            named.add(column.table.name)
        if named & {model.__tablename__ for model in self.roots}:
            return new_id(value, "p.key")
        if named & {model.__tablename__ for model in PLACE.roots}:
            return new_id(value, "p.place")
        if isinstance(column.type, DateTime):
            return f"{value} + p.moved"
        if isinstance(column.type, Date):
            return f"({value} + p.moved)::date"
        return value


PLACE = Family("place", {Tenant: "id", ResponsibleUnit: "tenant_id"})
PERSON = Family("person", {Staff: "id", RoleAssignment: "staff_id"})
PUBLICATION = Family(
    "publication",
    {Publication: "id", PublicationVersion: "publication_id", PublicationEvent: "record_id"},
)
COMMENT = Family(
    "comment",
    {
        Comment: "coalesce(parent_id, id)",
        CommentEvent: "(SELECT coalesce(c.parent_id, c.id) FROM comment c WHERE c.id = record_id)",
    },
)
FILE = Family("file", {StoredFile: "id"})
ENTRY = Family("entry", {AuditEntry: "id"})
FAMILIES = (PLACE, PERSON, PUBLICATION, COMMENT, FILE, ENTRY)
