"""How many documents the database and the index hold, counted now and then on both sides."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("search_state", sa.Column("compared_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("search_state", sa.Column("in_database", sa.Integer(), nullable=True))
    op.add_column("search_state", sa.Column("in_index", sa.Integer(), nullable=True))
