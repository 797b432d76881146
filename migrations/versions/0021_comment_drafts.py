"""Answers that are being written, one for each comment and person."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.early_isolation import ACTOR, TENANT, WRITES, grant, policy, protect
from tenants.database import Face

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "comment_draft",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("comment_id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("fields", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_comment_draft_staff_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_comment_draft_tenant_id")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "comment_id"],
            ["comment.tenant_id", "comment.id"],
            name=op.f("fk_comment_draft_tenant_id_comment_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("comment_id", "staff_id", name=op.f("pk_comment_draft")),
    )
    protect("comment_draft")
    grant("comment_draft", Face.WORKSPACE, select=True, insert=True, update=True, delete=True)
    # whoever writes is alone with it: a colleague reads the answer once it is sent
    own = f"tenant_id = {TENANT} AND staff_id = {ACTOR} AND {WRITES}"
    for command in ("SELECT", "DELETE"):
        policy("comment_draft", Face.WORKSPACE, command, using=own)
    policy("comment_draft", Face.WORKSPACE, "INSERT", check=own)
    policy("comment_draft", Face.WORKSPACE, "UPDATE", using=own, check=own)
