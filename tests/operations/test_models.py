"""The tables that the code declares are those that the migrations made: PostgreSQL itself writes down both."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import Any, get_args, get_type_hints

from procrastinate.schema import SchemaManager
from sqlalchemy import Connection, Engine, text

from migrations.tables import metadata
from tenants.database import Base

#: Whatever the tables of a schema are made of: its name, and how the server writes it.
PARTS = text(
    """
    WITH relations AS (
        SELECT oid, relname, relkind FROM pg_class WHERE relnamespace = to_regnamespace(CAST(:schema AS text))
        AND relname <> 'alembic_version'  -- the migrations' own
    )
    SELECT relname, concat('relation of kind ', relkind) FROM relations WHERE relkind NOT IN ('i', 'c')
    UNION ALL
    SELECT concat_ws('.', relname, attname), concat_ws(' ',
        format_type(atttypid, atttypmod), CASE WHEN attnotnull THEN 'NOT NULL' END,
        'DEFAULT ' || pg_get_expr(adbin, adrelid), nullif(concat(attidentity, attgenerated), ''),
        CASE WHEN attcollation <> typcollation THEN 'COLLATE ' || CAST(CAST(attcollation AS regcollation) AS text) END)
    FROM relations JOIN pg_attribute ON attrelid = relations.oid AND attnum > 0 AND NOT attisdropped
        JOIN pg_type ON pg_type.oid = atttypid LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
    WHERE relkind = 'r'
    UNION ALL
    SELECT concat_ws(': ', relname, conname), pg_get_constraintdef(pg_constraint.oid, true)
    FROM relations JOIN pg_constraint ON conrelid = relations.oid AND contype <> 'n'  -- NOT NULL is the column's
    UNION ALL
    SELECT concat_ws(': ', relname, CAST(CAST(indexrelid AS regclass) AS text)), pg_get_indexdef(indexrelid, 0, true)
    FROM relations JOIN pg_index ON indrelid = relations.oid
    """
)


def parts(connection: Connection, schema: str) -> set[tuple[str, str]]:
    """What the tables of a schema are made of, as seen from there."""
    connection.execute(text(f"SET LOCAL search_path = {schema}, public"))
    return {(name, what) for name, what in connection.execute(PARTS, {"schema": schema})}


def test_models_and_migrated_database_are_the_same(owner_engine: Engine) -> None:
    """Columns, keys, references, checks, indexes: nothing is in one alone.

    The queue's tables are as its library declares them, and what a migration adds to them no model can.
    """
    with owner_engine.connect() as connection:  # never committed: nobody else sees the schema
        connection.execute(text("CREATE SCHEMA declared"))
        connection.execute(text("SET LOCAL search_path = declared, public"))
        metadata.create_all(connection, checkfirst=False)
        # as it stands: there is % in it
        connection.exec_driver_sql(SchemaManager.get_schema(), execution_options={"no_parameters": True})
        declared, migrated = parts(connection, "declared"), parts(connection, "public")
    assert len(declared) > 300
    assert sorted(declared - migrated) == [], "declared, and not in the database"
    added = {part for part in migrated - declared if not part[0].startswith("procrastinate_")}
    assert sorted(added) == [], "in the database, and not declared"


def words_of(hint: Any) -> Iterator[StrEnum]:
    """The words of the enumeration in an annotation such as `Mapped[State | None]`."""
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        yield from hint
    for part in get_args(hint):
        yield from words_of(part)


def test_enumerated_columns_take_words_of_their_enumeration_alone(owner_engine: Engine) -> None:
    """Whether a column is enumerated is told by its annotation, or by its default."""
    enumerated: set[tuple[str, str, tuple[str, ...]]] = set()
    for mapper in Base.registry.mappers:
        hints = get_type_hints(mapper.class_)
        for attribute in mapper.column_attrs:
            column = attribute.columns[0]
            words = {*words_of(hints[attribute.key]), *words_of(type(getattr(column.default, "arg", None)))}
            if words:
                enumerated.add((str(mapper.local_table), column.name, tuple(sorted(words))))
    with owner_engine.connect() as connection:
        checks = connection.execute(
            text(
                """SELECT CAST(CAST(conrelid AS regclass) AS text), attname, pg_get_expr(conbin, conrelid)
                FROM pg_constraint JOIN pg_attribute ON attrelid = conrelid AND ARRAY[attnum] = conkey
                WHERE contype = 'c' AND connamespace = to_regnamespace('public')"""
            )
        ).all()
    checked = {(table, name, tuple(sorted(re.findall(r"'(.*?)'::text", check)))) for table, name, check in checks}
    assert len(enumerated) > 10
    assert enumerated - checked == set()
