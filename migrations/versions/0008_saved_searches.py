"""Saved searches have a name, can be paused, and remember what mail told apart from what was looked at."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("saved_search", sa.Column("name", sa.Text(), server_default="", nullable=False))
    op.add_column("saved_search", sa.Column("paused", sa.Boolean(), server_default="false", nullable=False))
    op.add_column(
        "saved_search",
        sa.Column("told_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
    )
