"""Views of lists that people keep for themselves."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.early_isolation import ACTOR, TENANT, grant, policy, protect
from tenants.database import Face

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "saved_view",
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=True),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_saved_view_staff_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_saved_view_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
    )
    op.create_index(
        "uq_saved_view_name",
        "saved_view",
        [
            "staff_id",
            sa.text("coalesce(tenant_id, '00000000-0000-0000-0000-000000000000'::uuid)"),
            "place",
            "name",
        ],
        unique=True,
    )
    # one person's, in the tenant (or the district) that the session has chosen
    protect("saved_view")
    grant("saved_view", Face.WORKSPACE, select=True, insert=True, delete=True)
    own = f"staff_id = {ACTOR} AND tenant_id IS NOT DISTINCT FROM {TENANT}"
    policy("saved_view", Face.WORKSPACE, "SELECT", using=own)
    policy("saved_view", Face.WORKSPACE, "INSERT", check=own)
    policy("saved_view", Face.WORKSPACE, "DELETE", using=own)
