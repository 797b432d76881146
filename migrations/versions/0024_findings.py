"""What a stored document holds besides what its reader sees, and who decided to give it out all the same.

Documents of before are looked at when they are next sent to review or published. What is public already stays so.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("stored_file", sa.Column("findings", JSONB(), nullable=True))
    op.add_column("stored_file", sa.Column("cleaned_from", sa.Uuid(), nullable=True))
    op.add_column("stored_file", sa.Column("accepted_by", sa.Uuid(), nullable=True))
    op.add_column("stored_file", sa.Column("accepted_by_name", sa.Text(), server_default="", nullable=False))
    op.add_column("stored_file", sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True))
    op.alter_column("stored_file", "accepted_by_name", server_default=None)
