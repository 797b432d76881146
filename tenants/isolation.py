"""Row security, written once: the helpers through which migrations grant rights and write policies.

Two login roles own nothing: the workspace's and the public site's. A table gets forced row security, its grants and
its policies here; each says which scopes (`tenants.actors.Scope`) read it and which write it, and nothing reads all.
A table without them fails the catalogue test.

Policies ask for the session's settings inside a scalar subquery, which the planner runs once in a statement instead of
once for each row: it is what makes large tables quick, for it otherwise takes a condition on a setting for one that
hardly any row meets, and then reads all of a tenant instead of its newest twenty.

The settings guard against our own mistakes, not against SQL that somebody slips in as the workspace's role: whoever
can run any statement there can set them, too. The public site's policies therefore trust none of them but those that
prove a secret: a resident's session token, a browser's, an exact address.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from alembic import op
from sqlalchemy import Connection, text

import settings
from tenants.database import Face, runtime_role


def _setting(name: str) -> str:
    return f"NULLIF(current_setting('app.{name}', true), '')"


TENANT = f"(SELECT {_setting('tenant_id')}::uuid)"
BUREAU = f"(SELECT {_setting('bureau_id')}::uuid)"
ACTOR = f"(SELECT {_setting('actor_id')}::uuid)"
ADDRESS = f"(SELECT {_setting('address')})"
BROWSER = f"(SELECT {_setting('browser')})"
SESSION_HASH = f"(SELECT {_setting('resident_session')})"
#: Whom a function that runs as the owner was asked about.
MEMBER = f"(SELECT {_setting('member')}::uuid)"
#: The resident who holds the session token; a stable function, evaluated once per statement.
RESIDENT = "(SELECT current_resident())"

#: Scopes that read rows of every tenant while none is chosen, where a table's list names them.
ACROSS = frozenset({"office", "working_group", "finance", "system"})
#: Every scope in which somebody works, for what has no owner: names of places, the curated parts of the search.
STAFF = ("team", "tenant", "office", "bureau", "working_group", "finance", "person", "self", "auth", "job", "system")


def acts_as(*scopes: str) -> str:
    """SQL: the session acts in one of these scopes."""
    words = ", ".join(f"'{scope}'" for scope in scopes)
    return f"(SELECT string_to_array(current_setting('app.scope', true), ',') && ARRAY[{words}])"


def anywhere(*scopes: str) -> str:
    """SQL: the session acts in one of these scopes, and at no tenant's desk."""
    words = ", ".join(f"'{scope}'" for scope in scopes)
    return (
        f"(SELECT string_to_array(current_setting('app.scope', true), ',') && ARRAY[{words}]"
        f" AND {_setting('tenant_id')} IS NULL)"
    )


def own_or_across(scopes: Iterable[str], column: str = "tenant_id") -> str:
    """SQL: the row is of the tenant whose desk it is; or of any, for those of the scopes that look across."""
    scopes = tuple(scopes)
    own = f"{column} = {TENANT} AND {acts_as(*scopes)}"
    across = [scope for scope in scopes if scope in ACROSS]
    return f"({own}) OR {anywhere(*across)}" if across else own


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
    to = "CURRENT_USER" if face is Face.OWNER else role(face)
    op.execute(f"CREATE POLICY {label} ON {table} FOR {command} TO {to}{clauses}")


def grant(table: str, face: Face, **columns: Sequence[str] | bool) -> None:
    """Grant rights on a table: `select=True` for the whole table, `select=[...]` for columns only."""
    for command, wanted in columns.items():
        if wanted is True:
            op.execute(f"GRANT {command.upper()} ON {table} TO {role(face)}")
        elif wanted:
            names = ", ".join(wanted)
            op.execute(f"GRANT {command.upper()} ({names}) ON {table} TO {role(face)}")


def walls(
    table: str,
    *,
    read: str,
    insert: str = "",
    update: str = "",
    delete: str = "",
    columns: Sequence[str] = (),
) -> None:
    """What the workspace may do with a table, each as SQL that a row must meet; "" is nothing.

    `columns` limits what an UPDATE may set. Whoever changes a row must meet the condition with the new row, too.
    """
    protect(table)
    face = Face.WORKSPACE
    grant(
        table,
        face,
        select=True,
        insert=bool(insert),
        update=(columns or True) if update else False,
        delete=bool(delete),
    )
    policy(table, face, "SELECT", using=read)
    if insert:
        policy(table, face, "INSERT", check=insert)
    if update:
        policy(table, face, "UPDATE", using=update, check=update)
    if delete:
        policy(table, face, "DELETE", using=delete)


def tenant_owned(
    table: str,
    *,
    read: Sequence[str],
    write: Sequence[str] = (),
    insert: Sequence[str] | None = None,
    update: Sequence[str] | None = None,
    delete: Sequence[str] = (),
    columns: Sequence[str] = (),
    column: str = "tenant_id",
) -> None:
    """A table of one tenant's rows: scopes that read it, that write it (`insert`, `update` where they differ).

    Rows of a tenant are written at its own desk only. Scopes that look across read all tenants' while none is chosen.
    """

    def own(scopes: Sequence[str]) -> str:
        return f"{column} = {TENANT} AND {acts_as(*scopes)}" if scopes else ""

    walls(
        table,
        read=own_or_across(read, column),
        insert=own(write if insert is None else insert),
        update=own(write if update is None else update),
        delete=own(delete),
        columns=columns,
    )


def district_owned(
    table: str,
    *,
    read: Sequence[str],
    write: Sequence[str] = (),
    insert: Sequence[str] | None = None,
    update: Sequence[str] | None = None,
    delete: Sequence[str] = (),
    columns: Sequence[str] = (),
) -> None:
    """A table of the whole district, which no tenant owns: scopes that read it and that write it."""

    def by(scopes: Sequence[str]) -> str:
        return acts_as(*scopes) if scopes else ""

    walls(
        table,
        read=by(read),
        insert=by(write if insert is None else insert),
        update=by(write if update is None else update),
        delete=by(delete),
        columns=columns,
    )


def person_owned(table: str, *, also: Sequence[str] = (), where: str = "", update: bool = True) -> None:
    """A table of what is one person's (`staff_id`): views, drafts, read marks. Nobody else reads or writes it.

    `also` are scopes of jobs that read, change and clear away any; `where` is what a row must meet besides.
    """
    mine = f"staff_id = {ACTOR}" + (f" AND {where}" if where else "")
    kept = f"({mine}) OR {acts_as(*also)}" if also else mine
    walls(table, read=kept, insert=mine, update=kept if update else "", delete=kept)


def shared(
    table: str,
    *,
    read: Sequence[str],
    write: Sequence[str],
    parties: Sequence[str],
    delete: Sequence[str] = (),
) -> None:
    """Rows that a tenant owns, or (without one) the district, and that name others: tenants, bureaus, people.

    Read by its owner's scopes and, in the scopes of `parties`, by whoever `party` names for the row: its own policy
    shows each what names them, and looks at its own columns only. Written by its owner alone: what another party has
    to say is a row of its own. A page drives its query from `party`.
    """
    # named by its owner: whoever else writes a party for it names nobody
    named = (
        f"{acts_as(*parties)} AND EXISTS (SELECT 1 FROM party p WHERE p.record_id = {table}.id"
        f" AND p.owner_tenant_id IS NOT DISTINCT FROM {table}.tenant_id)"
    )
    owner = f"((tenant_id = {TENANT}) OR (tenant_id IS NULL AND {TENANT} IS NULL))"
    walls(
        table,
        read=f"{own_or_across(read)} OR ({named})",
        insert=f"{owner} AND {acts_as(*write)}",
        update=f"{owner} AND {acts_as(*write)}",
        delete=f"{owner} AND {acts_as(*delete)}" if delete else "",
    )


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
