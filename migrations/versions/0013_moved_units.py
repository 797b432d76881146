"""Former addresses of responsible units lead on, as a tenant's do."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

from migrations.early_isolation import grant
from tenants.database import Face

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    none = sa.text("'{}'::text[]")
    op.add_column("responsible_unit", sa.Column("former_slugs", ARRAY(sa.Text()), nullable=False, server_default=none))
    op.alter_column("responsible_unit", "former_slugs", server_default=None)
    grant("responsible_unit", Face.PUBLIC, select=["former_slugs"])
