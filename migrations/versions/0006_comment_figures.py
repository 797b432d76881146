"""An index for what residents said lately, over all tenants: the home page counts it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_comment_said",
        "comment",
        [sa.text("created_at DESC")],
        postgresql_where=sa.text("visibility = 'shown' AND parent_id IS NULL AND NOT official"),
    )
