"""An answer template proposes the fate that belongs to it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("answer_template", sa.Column("fate", sa.Text()))
