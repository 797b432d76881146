"""Bureaus have an address, are in use or not, say how they are reached and who their liaison is.

Who reads for finance, or is named in person, sees who else does: the people of the same desk.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from tenants.database import Face
from tenants.isolation import anywhere, every_row, policy
from tenants.pinyin import spelled

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _bureaus()
    _colleagues()
    op.create_index(
        "ix_staff_token_offered_by_bureau",
        "staff_token",
        [sa.text("((offer ->> 'bureau_id'))")],
        postgresql_where=sa.text("offer IS NOT NULL AND used_at IS NULL"),
    )


def _bureaus() -> None:
    op.add_column("bureau", sa.Column("slug", sa.Text(), nullable=True))
    op.add_column(
        "bureau", sa.Column("former_slugs", sa.ARRAY(sa.Text()), server_default="{}", nullable=False)
    )
    op.add_column("bureau", sa.Column("active", sa.Boolean(), server_default=sa.true(), nullable=False))
    op.add_column("bureau", sa.Column("version", sa.Integer(), server_default="1", nullable=False))
    op.add_column("bureau", sa.Column("liaison_id", sa.Uuid(), nullable=True))
    for name in ("contact_phone", "contact_email", "contact_address"):
        op.add_column("bureau", sa.Column(name, sa.Text(), server_default="", nullable=False))
    connection = op.get_bind()
    with every_row("bureau"):
        given: set[str] = set()
        bureaus = connection.execute(sa.text("SELECT id, short_name FROM bureau ORDER BY created_at, id")).all()
        for id_, short_name in bureaus:
            slug = spelled(short_name, taken=given)
            given.add(slug)
            connection.execute(sa.text("UPDATE bureau SET slug = :slug WHERE id = :id"), {"slug": slug, "id": id_})
    op.alter_column("bureau", "slug", nullable=False)
    op.create_unique_constraint(op.f("uq_bureau_slug"), "bureau", ["slug"])
    op.create_foreign_key(op.f("fk_bureau_liaison_id"), "bureau", "staff", ["liaison_id"], ["id"])


def _colleagues() -> None:
    """Beside the policies that stand: a desk without a place is told by the role that sits there."""
    desks = {"finance": "finance_reader", "person": "top_chief"}
    for scope, role in desks.items():
        sits = f"role = '{role}' AND {anywhere(scope)}"
        policy("role_assignment", Face.WORKSPACE, "SELECT", using=sits, name=f"workspace_select_{scope}")
        works = f"EXISTS (SELECT 1 FROM role_assignment r WHERE r.staff_id = staff.id AND r.role = '{role}')"
        sits = f"{anywhere(scope)} AND {works}"
        policy("staff", Face.WORKSPACE, "SELECT", using=sits, name=f"workspace_select_{scope}")
