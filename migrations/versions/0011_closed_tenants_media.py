"""Pictures and documents of a tenant that is out of use are as little public as its pages."""

from __future__ import annotations

from alembic import op

from migrations.early_isolation import policy
from tenants.database import Face

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("DROP POLICY public_select ON stored_file")
    # the public role sees tenants in use only
    in_use = "EXISTS (SELECT 1 FROM tenant t WHERE t.id = stored_file.tenant_id)"
    policy("stored_file", Face.PUBLIC, "SELECT", using=f"public AND {in_use}")
