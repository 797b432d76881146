"""Words of documents, for search; lists of the public follow the first day of publication."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.early_isolation import grant, policy, tenant_owned
from tenants.database import Face

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

LIVE = sa.text("live_id IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "file_text",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name="fk_file_text_tenant_id"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "file_id"],
            ["stored_file.tenant_id", "stored_file.id"],
            name="fk_file_text_tenant_id_file_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("file_id", "position", name="pk_file_text"),
    )
    tenant_owned("file_text")
    grant("file_text", Face.PUBLIC, select=True)
    policy(
        "file_text",
        Face.PUBLIC,
        "SELECT",
        using="EXISTS (SELECT 1 FROM stored_file f WHERE f.id = file_text.file_id AND f.public)",
    )

    # a correction must not bring an old article back to the top
    newest = sa.text("first_published_at DESC")
    for name in ("ix_publication_live", "ix_publication_live_kind", "ix_publication_live_tenant"):
        op.drop_index(name, "publication")
    op.create_index("ix_publication_live", "publication", [newest], postgresql_where=LIVE)
    op.create_index("ix_publication_live_kind", "publication", ["kind", newest], postgresql_where=LIVE)
    op.create_index("ix_publication_live_tenant", "publication", ["tenant_id", newest], postgresql_where=LIVE)
    op.create_index(
        "ix_publication_due",
        "publication",
        ["publish_at"],
        postgresql_where=sa.text("publish_at IS NOT NULL"),
    )
