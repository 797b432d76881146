"""Row security, written once: the helper through which migrations grant rights and write policies.

Two login roles own nothing: the workspace's and the public site's. A table gets
forced row security and its policies here; a table without them fails the catalogue test.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from alembic import op
from sqlalchemy import Connection, text

import settings
from tenants.database import Face, runtime_role

SCOPE = "current_setting('app.scope', true)"
TENANT = "NULLIF(current_setting('app.tenant_id', true), '')::uuid"
ACTOR = "NULLIF(current_setting('app.actor_id', true), '')::uuid"
ADDRESS = "NULLIF(current_setting('app.address', true), '')"
SESSION_HASH = "NULLIF(current_setting('app.resident_session', true), '')"
#: The resident who holds the session token; a stable function, evaluated once per statement.
RESIDENT = "(SELECT current_resident())"

#: Reads across all tenants, by role; never while a single tenant is chosen.
OVERSIGHT = f"({TENANT} IS NULL AND {SCOPE} IN ('district_office', 'working_group', 'system'))"
READS = f"{SCOPE} IN ('tenant', 'tenant_read', 'job')"
WRITES = f"{SCOPE} IN ('tenant', 'job')"


def role(face: Face) -> str:
    """Quoted name of a face's database role."""
    return f'"{runtime_role(settings.current(), face)}"'


def protect(table: str) -> None:
    """Force row security: without a policy nobody, not even the owner, sees a row."""
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


@contextmanager
def every_row(*tables: str) -> Iterator[None]:
    """In the block the owner, who is under row security like everybody, reads and changes all rows of these tables.

    A migration that fills or mends rows does it in here: anywhere else it finds none, and says nothing.
    """
    for table in tables:
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    yield
    for table in tables:
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


def policy(
    table: str,
    face: Face,
    command: str,
    *,
    using: str | None = None,
    check: str | None = None,
    name: str = "",
) -> None:
    """One policy: `command` is SELECT, INSERT, UPDATE, DELETE or ALL."""
    clauses = (f" USING ({using})" if using else "") + (f" WITH CHECK ({check})" if check else "")
    label = name or f"{face.value}_{command.lower()}"
    op.execute(f"CREATE POLICY {label} ON {table} FOR {command} TO {role(face)}{clauses}")


def grant(table: str, face: Face, **columns: Sequence[str] | bool) -> None:
    """Grant rights on a table: `select=True` for the whole table, `select=[...]` for columns only."""
    for command, wanted in columns.items():
        if wanted is True:
            op.execute(f"GRANT {command.upper()} ON {table} TO {role(face)}")
        elif wanted:
            names = ", ".join(wanted)
            op.execute(f"GRANT {command.upper()} ({names}) ON {table} TO {role(face)}")


#: Where a function that runs as its owner looks names up: last in what the caller of it may have put there.
DEFINER_PATH = "pg_catalog, public, pg_temp"
#: What is open that must be closed, as statements that close it.
_OPEN_DOORS = text(
    f"""
    SELECT format('REVOKE TEMPORARY, CREATE ON DATABASE %I FROM PUBLIC', datname) FROM pg_database
    WHERE datname = current_database()
      AND EXISTS (SELECT 1 FROM aclexplode(coalesce(datacl, acldefault('d', datdba)))
                  WHERE grantee = 0 AND privilege_type IN ('TEMPORARY', 'CREATE'))
    UNION ALL
    SELECT format('REVOKE CREATE ON SCHEMA %I FROM PUBLIC', nspname) FROM pg_namespace
    WHERE nspname = 'public'
      AND EXISTS (SELECT 1 FROM aclexplode(coalesce(nspacl, acldefault('n', nspowner)))
                  WHERE grantee = 0 AND privilege_type = 'CREATE')
    UNION ALL
    SELECT format('ALTER FUNCTION %s SET search_path = {DEFINER_PATH}', oid::regprocedure) FROM pg_proc
    WHERE pronamespace = 'public'::regnamespace AND prosecdef
      AND NOT coalesce('search_path={DEFINER_PATH}' = ANY (proconfig), false)
    UNION ALL
    SELECT format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', oid::regprocedure) FROM pg_proc
    WHERE pronamespace = 'public'::regnamespace AND prorettype = 'trigger'::regtype
      AND EXISTS (SELECT 1 FROM aclexplode(coalesce(proacl, acldefault('f', proowner)))
                  WHERE grantee = 0 AND privilege_type = 'EXECUTE')
    """
)

_SETTING = r"current_setting\('app\.\w+'::text, true\)"
_VALUE = rf"\(NULLIF\({_SETTING}, ''::text\)\)::uuid|NULLIF\({_SETTING}, ''::text\)"
#: What a policy asks of the session, as the catalogue spells it, where it is not asked once already.
_ASKED = re.compile(
    r"(?<!SELECT )(?<!SELECT \()"
    rf"(?:\({_SETTING} = (?:ANY \(ARRAY\[[^\]]*\]\)|'\w+'::text)\)|\((?:{_VALUE}) IS NULL\)|{_VALUE})"
)


def ask_once() -> None:
    """Have every policy ask for the session's settings once in a statement, instead of once for each row.

    It is what makes large tables quick: besides the time, the planner takes a condition on a setting for one that
    hardly any row meets, and then reads all of a tenant instead of its newest twenty. A migration that writes policies
    ends with it; a test looks at the catalogue.
    """
    connection = op.get_bind()
    policies = connection.execute(
        text("SELECT tablename, policyname, qual FROM pg_policies WHERE schemaname = 'public' AND qual LIKE '%app.%'")
    )
    for table, name, condition in policies.all():
        once = _ASKED.sub(r"(SELECT \g<0>)", condition)
        if once != condition:
            connection.execute(text(f'ALTER POLICY "{name}" ON "{table}" USING ({_escaped(once)})'))


def open_doors(connection: Connection) -> list[str]:
    """Statements that close what lets a login role have something run as the owner; empty when all is closed.

    Temporary objects and new ones in the schema, names that a function of the owner's finds among the caller's
    temporary ones, and functions that only triggers should call. A copy of a database gets some of it back.
    """
    return list(connection.scalars(_OPEN_DOORS))


def close_doors(connection: Connection) -> None:
    """Close what `open_doors` finds, as far as the owner of the schema may; after every upgrade."""
    for statement in open_doors(connection):
        connection.execute(text(statement))


def _escaped(sql: str) -> str:
    return re.sub(r"(?<!:):(?=\w)", r"\\:", sql)


def tenant_owned(
    table: str, *, append_only: bool = False, oversight: bool = True, column: str = "tenant_id"
) -> None:
    """The usual protection of a table with tenant data, for the workspace.

    The tenant chosen by the session reads and writes its rows (append-only: reads and
    inserts); oversight reads all tenants' rows and writes none.
    """
    protect(table)
    own = f"{column} = {TENANT}"
    grant(table, Face.WORKSPACE, select=True, insert=True, update=not append_only, delete=not append_only)
    read = f"{own} AND {READS}"
    policy(table, Face.WORKSPACE, "SELECT", using=f"({read}) OR {OVERSIGHT}" if oversight else read)
    policy(table, Face.WORKSPACE, "INSERT", check=f"{own} AND {WRITES}")
    if not append_only:
        policy(table, Face.WORKSPACE, "UPDATE", using=f"{own} AND {WRITES}", check=f"{own} AND {WRITES}")
        policy(table, Face.WORKSPACE, "DELETE", using=f"{own} AND {WRITES}")
