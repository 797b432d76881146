"""Names stand in lists by their pinyin, which is kept beside them: the database knows no Chinese order."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.early_isolation import every_row, grant
from tenants.database import Face
from tenants.pinyin import sound

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

TABLES = ("tenant", "responsible_unit", "bureau", "staff")


def upgrade() -> None:
    connection = op.get_bind()
    for table in TABLES:
        op.add_column(table, sa.Column("name_sound", sa.Text(), server_default="", nullable=False))
        with every_row(table):
            names = connection.execute(sa.text(f"SELECT DISTINCT name FROM {table}")).scalars().all()
            if names:
                connection.execute(
                    sa.text(f"UPDATE {table} SET name_sound = :sound WHERE name = :name"),
                    [{"name": name, "sound": sound(name, person=table == "staff")} for name in names],
                )
    for table in ("tenant", "responsible_unit"):
        grant(table, Face.PUBLIC, select=["name_sound"])
