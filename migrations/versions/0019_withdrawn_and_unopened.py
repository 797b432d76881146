"""What the public may know of a withdrawn text, and no tenant in public before it was opened.

Of a withdrawn text the public reads its title, when it was taken down and why, nothing else: a table of its own, so
that no policy on the texts has to let a withdrawn one through. A tenant that published before counts as opened.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.early_isolation import every_row, grant, policy, tenant_owned
from tenants.database import Face

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

FIELDS = ["code", "kind", "title", "reason", "withdrawn_at"]


def upgrade() -> None:
    _withdrawals()
    _opening()
    _fill()


def _withdrawals() -> None:
    op.create_table(
        "withdrawal",
        sa.Column("publication_id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name="fk_withdrawal_tenant_id"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "publication_id"],
            ["publication.tenant_id", "publication.id"],
            name="fk_withdrawal_publication",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("publication_id", name="pk_withdrawal"),
        sa.UniqueConstraint("code", name="uq_withdrawal_code"),
    )
    tenant_owned("withdrawal")
    grant("withdrawal", Face.PUBLIC, select=["tenant_id", *FIELDS])
    in_use = "EXISTS (SELECT 1 FROM tenant t WHERE t.id = withdrawal.tenant_id)"
    policy("withdrawal", Face.PUBLIC, "SELECT", using=in_use)


def _opening() -> None:
    op.add_column("tenant", sa.Column("opened_at", sa.DateTime(timezone=True)))
    grant("tenant", Face.PUBLIC, select=["opened_at"])
    op.execute("DROP POLICY public_select ON tenant")
    # whatever hangs on a tenant asks for the tenant that the public sees: this one condition hides it all
    policy("tenant", Face.PUBLIC, "SELECT", using="active AND opened_at IS NOT NULL")


def _fill() -> None:
    with every_row("tenant", "publication", "publication_version", "publication_event", "withdrawal"):
        op.execute(
            "UPDATE tenant SET opened_at = found.first FROM ("
            "  SELECT tenant_id, min(first_published_at) AS first FROM publication"
            "  WHERE first_published_at IS NOT NULL GROUP BY 1) found WHERE found.tenant_id = tenant.id"
        )
        op.execute(
            "INSERT INTO withdrawal (publication_id, tenant_id, code, kind, title, reason, withdrawn_at)"
            " SELECT DISTINCT ON (p.id) p.id, p.tenant_id, p.code, p.kind, v.title, p.withdrawn_reason, e.created_at"
            " FROM publication p"
            " JOIN publication_event e ON e.publication_id = p.id AND e.action = 'withdrawn'"
            " JOIN publication_event o ON o.publication_id = p.id AND o.action = 'published'"
            " JOIN publication_version v ON v.publication_id = p.id AND v.number = o.version_number"
            " WHERE p.live_id IS NULL AND p.withdrawn_reason IS NOT NULL"
            " ORDER BY p.id, e.created_at DESC, o.created_at DESC"
        )
