"""Whoever has an account is asked before they join another place: what is offered stands with the token."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("staff_token", sa.Column("offer", JSONB(), nullable=True))
