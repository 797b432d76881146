"""What participation reads of the publications under which residents speak.

The tables are publishing's. Here stand the columns that queries join, so that neither mechanism imports the other; a
test compares them with the tables. `P` and `V` are their columns.
"""

from __future__ import annotations

from sqlalchemy import Boolean, DateTime, Text, Uuid, column, table

PUBLICATION = table(
    "publication",
    column("id", Uuid()),
    column("tenant_id", Uuid()),
    column("code", Text()),
    column("kind", Text()),
    column("head_id", Uuid()),
    column("live_id", Uuid()),
    column("comments_open", Boolean()),
    column("first_published_at", DateTime(timezone=True)),
)
VERSION = table(
    "publication_version",
    column("id", Uuid()),
    column("tenant_id", Uuid()),
    column("title", Text()),
    column("unit_id", Uuid()),
)
P, V = PUBLICATION.c, VERSION.c
