"""Alembic's entry: runs the migrations on the connection that `tenants.schema` hands over."""

from __future__ import annotations

from alembic import context

from migrations.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    compare_server_default=True,
    include_object=lambda _o, name, kind, *_: (
        not (kind == "table" and str(name).startswith("procrastinate_"))
    ),
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
