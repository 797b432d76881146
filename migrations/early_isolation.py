"""How policies were written up to revision 0025: one scope for a session, settings asked for each row.

A new database passes through them on its way to 0026, which takes all of them down; `tenants.isolation` is how they are
written since.
"""

from __future__ import annotations

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
