"""The queue is the worker's alone: whoever leaves a job there sees it until they commit, and no other one.

Leaving a job reads its id back, and what an insert returns must be visible to whoever inserts. Each job therefore notes
the transaction in which it was left. Its system column would not do: a policy asks before the row has any, and a
savepoint would be a transaction of its own there.
"""

from __future__ import annotations

from alembic import op

from tenants.database import Face
from tenants.isolation import acts_as, policy

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

JOBS, EVENTS = "procrastinate_jobs", "procrastinate_events"
SYSTEM = acts_as("system")
#: Left in this very transaction; asked without making a transaction of one that only reads.
MINE = "left_in = (SELECT pg_current_xact_id_if_assigned())"
#: What becomes of a job is noted by whoever sees it.
SEEN = f"EXISTS (SELECT 1 FROM {JOBS} j WHERE j.id = job_id)"


def upgrade() -> None:
    op.execute(f"ALTER TABLE {JOBS} ADD COLUMN left_in xid8")  # those that wait are the worker's
    op.execute(f"ALTER TABLE {JOBS} ALTER COLUMN left_in SET DEFAULT pg_current_xact_id()")
    _instead(JOBS, Face.WORKSPACE, "SELECT", using=f"{SYSTEM} OR {MINE}")
    _instead(JOBS, Face.PUBLIC, "SELECT", using=MINE)
    _instead(EVENTS, Face.WORKSPACE, "SELECT", using=SYSTEM)
    for face in (Face.WORKSPACE, Face.PUBLIC):
        _instead(EVENTS, face, "INSERT", check=SEEN)
    _instead("procrastinate_workers", Face.WORKSPACE, "SELECT", using=SYSTEM)


def _instead(table: str, face: Face, command: str, *, using: str | None = None, check: str | None = None) -> None:
    """This policy in place of the one that stands."""
    op.execute(f"DROP POLICY {face.value}_{command.lower()} ON {table}")
    policy(table, face, command, using=using, check=check)
