"""How policies were written up to revision 0025: one scope for a session, and settings asked once by a second step.

A new database passes through them on its way; `tenants.isolation` is how they are written since.
"""

from __future__ import annotations

import re

from alembic import op
from sqlalchemy import text

from tenants.database import Face
from tenants.isolation import DEFINER_PATH, every_row, grant, policy, protect, role

__all__ = [
    "ACTOR",
    "ADDRESS",
    "DEFINER_PATH",
    "OVERSIGHT",
    "READS",
    "RESIDENT",
    "SCOPE",
    "SESSION_HASH",
    "TENANT",
    "WRITES",
    "ask_once",
    "every_row",
    "grant",
    "policy",
    "protect",
    "role",
    "tenant_owned",
]

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
