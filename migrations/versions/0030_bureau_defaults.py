"""What filled the columns of the bureaus that there were is no default of theirs: the code says each."""

from __future__ import annotations

from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("former_slugs", "active", "version", "contact_phone", "contact_email", "contact_address"):
        op.alter_column("bureau", name, server_default=None)
