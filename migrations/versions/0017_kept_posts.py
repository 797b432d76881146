"""What was posted when the session had ended, until its author is signed in again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.early_isolation import SCOPE, grant, policy, protect
from tenants.database import Face

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

#: The browser that sent it, by the hash of the secret in its cookie.
BROWSER = "browser_hash = NULLIF(current_setting('app.browser', true), '')"


def upgrade() -> None:
    op.create_table(
        "kept_post",
        sa.Column("browser_hash", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("posted", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kept_post")),
    )
    op.create_index(op.f("ix_kept_post_browser_hash"), "kept_post", ["browser_hash"])
    protect("kept_post")
    for face in (Face.WORKSPACE, Face.PUBLIC):
        grant("kept_post", face, select=True, insert=True, update=["owner"], delete=True)
        over = f" OR {SCOPE} = 'system'" if face is Face.WORKSPACE else ""
        policy("kept_post", face, "SELECT", using=f"{BROWSER}{over}")
        policy("kept_post", face, "INSERT", check=BROWSER)
        policy("kept_post", face, "UPDATE", using=BROWSER, check=BROWSER)
        policy("kept_post", face, "DELETE", using=f"{BROWSER}{over}")
