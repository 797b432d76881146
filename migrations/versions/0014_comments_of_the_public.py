"""What the public reads of comments is asked of each comment, not of all publications.

The planner takes `EXISTS (SELECT ... FROM publication ...)` in a policy for a question about all publications and reads
every one of them for the ten comments of a page; a scalar subquery is asked by key, once for each comment that is read.
"""

from __future__ import annotations

from alembic import op

from migrations.early_isolation import RESIDENT, policy
from tenants.database import Face

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

LIVE = "(SELECT p.live_id IS NOT NULL FROM publication p WHERE p.id = comment.publication_id)"


def upgrade() -> None:
    op.execute("DROP POLICY public_select ON comment")
    policy("comment", Face.PUBLIC, "SELECT", using=f"(visibility = 'shown' AND {LIVE}) OR resident_id = {RESIDENT}")
