"""Instants that people choose lie between 1900 and 2200.

What lies beyond, no clock of ours reads back: one such event made a publication impossible to show or to withdraw. An
event without a readable time has none, and what should go out in such a year waits to be scheduled again.
"""

from __future__ import annotations

from alembic import op

from migrations.early_isolation import every_row

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

BOUNDS = "BETWEEN '1900-01-01 00:00+00' AND '2200-01-01 00:00+00'"


def upgrade() -> None:
    with every_row("publication_version", "publication"):
        op.execute(
            "UPDATE publication_version SET event_starts_at = NULL, event_ends_at = NULL"
            f" WHERE event_starts_at NOT {BOUNDS} OR event_ends_at NOT {BOUNDS}"
        )
        op.execute(f"UPDATE publication SET publish_at = NULL WHERE publish_at NOT {BOUNDS}")
    for table, column in (
        ("publication_version", "event_starts_at"),
        ("publication_version", "event_ends_at"),
        ("publication", "publish_at"),
    ):
        op.create_check_constraint(op.f(f"ck_{table}_{column}"), table, f"{column} {BOUNDS}")
