"""Narrower walls: the office at a tenant's desk is there for that tenant, and what is written tells no untruth.

What belongs to the district, or to a person, the office changes at its own desk; at a tenant's it sees that tenant's
people, as the working group does. A text begins as a draft and a version hidden; only who decides makes a file
public, unless something live shows it; staff speak in their own name, officially; and no link to set a first password
is made for who has one.
"""

from __future__ import annotations

from alembic import op

from tenants.database import Face
from tenants.isolation import ACTOR, ADDRESS, BUREAU, TENANT, acts_as, anywhere, policy

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

WORKSPACE = Face.WORKSPACE
SYSTEM, OFFICE, PROVISION = acts_as("system"), anywhere("office"), anywhere("office", "system")
#: Who knows everybody; and who sees the people of the tenant, or of the bureau, whose desk it is.
EVERYBODY = f"{acts_as('auth')} OR {anywhere('office', 'working_group', 'system')}"
AT_TENANT = acts_as("team", "tenant", "office", "working_group", "job")
AT_BUREAU = acts_as("bureau")
HERE = f"tenant_id = {TENANT}"


def upgrade() -> None:
    _people()
    _tokens()
    _district()
    _writing()
    _files()


def _instead(table: str, command: str, *, using: str | None = None, check: str | None = None) -> None:
    """This policy in place of the one that stands."""
    op.execute(f"DROP POLICY workspace_{command.lower()} ON {table}")
    policy(table, WORKSPACE, command, using=using, check=check)


def _people() -> None:
    colleagues = f"({HERE} AND {AT_TENANT}) OR (bureau_id = {BUREAU} AND {AT_BUREAU})"
    for table in ("role_assignment", "role_term_change"):
        everybody = EVERYBODY if table == "role_assignment" else anywhere("office", "working_group", "system")
        _instead(table, "SELECT", using=f"staff_id = {ACTOR} OR {everybody} OR {colleagues}")
    works = "EXISTS (SELECT 1 FROM role_assignment r WHERE r.staff_id = staff.id AND r."
    colleague = (
        f"({AT_TENANT} AND {works}tenant_id = {TENANT})) OR ({AT_BUREAU} AND {works}bureau_id = {BUREAU}))"
    )
    _instead("staff", "SELECT", using=f"id = {ACTOR} OR {EVERYBODY} OR email = {ADDRESS} OR {colleague}")
    change = f"id = {ACTOR} OR {PROVISION}"
    _instead("staff", "UPDATE", using=change, check=change)
    ends = f"staff_id = {ACTOR} OR {acts_as('auth', 'system')} OR {OFFICE}"
    _instead("staff_session", "SELECT", using=ends)
    _instead("staff_session", "UPDATE", using=ends, check=ends)


def _tokens() -> None:
    here = f"(offer ->> 'tenant_id')::uuid = {TENANT} OR (offer ->> 'bureau_id')::uuid = {BUREAU}"
    manages = acts_as("admin", "office")
    offered = f"purpose = 'offer' AND ({OFFICE} OR ({manages} AND ({here})))"
    own = f"{SYSTEM} OR (purpose <> 'offer' AND (staff_id = {ACTOR} OR {acts_as('auth')}))"
    works_here = (
        "EXISTS (SELECT 1 FROM role_assignment r WHERE r.staff_id = staff_token.staff_id"
        f" AND (r.tenant_id = {TENANT} OR r.bureau_id = {BUREAU}))"
    )
    newcomer = "EXISTS (SELECT 1 FROM staff s WHERE s.id = staff_token.staff_id AND s.joined_at IS NULL)"
    sent = (
        f"(purpose = 'objection' OR (purpose = 'invitation' AND {newcomer}))"
        f" AND ({OFFICE} OR ({manages} AND {works_here}))"
    )
    _instead("staff_token", "SELECT", using=f"staff_id = {ACTOR} OR {acts_as('auth', 'system')} OR ({offered})")
    _instead("staff_token", "INSERT", check=f"{own} OR ({sent}) OR ({offered})")
    _instead("staff_token", "UPDATE", using=f"{own} OR ({offered})", check=f"{own} OR ({offered})")


def _district() -> None:
    _instead("tenant", "INSERT", check=PROVISION)
    _instead("bureau", "INSERT", check=PROVISION)
    own = f"(id = {BUREAU} AND {acts_as('admin')}) OR {PROVISION}"
    _instead("bureau", "UPDATE", using=own, check=own)
    for table in ("search_synonym", "search_pin"):
        _instead(table, "INSERT", check=PROVISION)
        _instead(table, "UPDATE", using=PROVISION, check=PROVISION)
        _instead(table, "DELETE", using=PROVISION)


def _writing() -> None:
    writes = f"{HERE} AND {acts_as('team', 'tenant')}"
    _instead("publication", "INSERT", check=f"{writes} AND state = 'draft' AND live_id IS NULL")
    _instead("publication_version", "INSERT", check=f"{writes} AND NOT live")
    _instead("comment", "INSERT", check=f"{HERE} AND {acts_as('tenant')} AND official AND staff_id = {ACTOR}")


def _files() -> None:
    live = f"v.live AND v.{HERE}"
    shown = (
        "EXISTS (SELECT 1 FROM publication_version v JOIN version_file f ON f.version_id = v.id"
        f" WHERE f.file_id = stored_file.id AND {live})"
        f" OR EXISTS (SELECT 1 FROM publication_version v WHERE v.cover_file_id = stored_file.id AND {live})"
        " OR EXISTS (SELECT 1 FROM tenant t WHERE t.picture_file_id = stored_file.id)"
    )
    own = (
        f"({HERE} AND {acts_as('team', 'tenant', 'office', 'job')})"
        f" OR (bureau_id = {BUREAU} AND {acts_as('bureau')}) OR (district AND {OFFICE})"
    )
    decided = f"NOT public OR {acts_as('tenant', 'office', 'job')} OR {shown}"
    _instead("stored_file", "INSERT", check=f"({own}) AND NOT public")
    _instead("stored_file", "UPDATE", using=own, check=f"({own}) AND ({decided})")
