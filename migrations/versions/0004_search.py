"""Search: the outbox of changes, the state of the indexes, synonyms, pins, counts, saved searches."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.early_isolation import ACTOR, RESIDENT, SCOPE, grant, policy, protect, role
from tenants.database import Face

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

WORKSPACE, PUBLIC = Face.WORKSPACE, Face.PUBLIC
SYSTEM = f"{SCOPE} = 'system'"
OFFICE = f"{SCOPE} IN ('district_office', 'system')"
OVERSEERS = f"{SCOPE} IN ('district_office', 'working_group', 'system')"


def upgrade() -> None:
    _tables()
    _outbox()
    _curation()
    _counts()
    _saved()


def _tables() -> None:
    op.execute("CREATE SEQUENCE search_version")
    instant = sa.DateTime(timezone=True)
    op.create_table(
        "search_change",
        sa.Column("seq", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("entity_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", instant, server_default=sa.func.now(), nullable=False),
        sa.Column("done_at", instant, nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_search_change")),
    )
    op.create_index("ix_search_change_done_at", "search_change", ["done_at", "seq"])
    op.create_table(
        "search_state",
        sa.Column("corpus", sa.Text(), nullable=False),
        sa.Column("building", sa.Text(), nullable=True),
        sa.Column("building_since", instant, nullable=True),
        sa.Column("built", sa.Integer(), server_default="0", nullable=False),
        sa.Column("rebuilt_at", instant, nullable=True),
        sa.Column("rebuilt_count", sa.Integer(), nullable=True),
        sa.Column("rebuilt_seconds", sa.Float(), nullable=True),
        sa.Column("applied_at", instant, nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("corpus", name=op.f("pk_search_state")),
    )
    op.create_table(
        "search_synonym",
        sa.Column("words", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", instant, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_synonym")),
    )
    op.create_table(
        "search_pin",
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("entity_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", instant, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_pin")),
        sa.UniqueConstraint("query", "source", "entity_id", name=op.f("uq_search_pin_query_source_entity_id")),
    )
    op.create_table(
        "search_query_count",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("in_vain", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", "query", name=op.f("pk_search_query_count")),
    )
    op.create_table(
        "saved_search",
        sa.Column("resident_id", sa.Uuid(), nullable=True),
        sa.Column("staff_id", sa.Uuid(), nullable=True),
        sa.Column("tenant_id", sa.Uuid(), nullable=True),
        sa.Column("corpus", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("filters", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("seen_at", instant, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", instant, nullable=False),
        sa.CheckConstraint("(resident_id IS NULL) <> (staff_id IS NULL)", name=op.f("ck_saved_search_one_owner")),
        sa.ForeignKeyConstraint(
            ["resident_id"], ["resident.id"], name=op.f("fk_saved_search_resident_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_saved_search_staff_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_saved_search_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_search")),
    )
    for owner in ("resident_id", "staff_id"):
        op.create_index(op.f(f"ix_saved_search_{owner}"), "saved_search", [owner])


def _outbox() -> None:
    """Whoever writes may add a change; only the worker reads them. They hold ids, nothing else."""
    protect("search_change")
    grant("search_change", WORKSPACE, select=True, insert=["source", "entity_id"], update=True, delete=True)
    policy("search_change", WORKSPACE, "INSERT", check=f"{SCOPE} IN ('tenant', 'job', 'district_office', 'system')")
    policy("search_change", WORKSPACE, "SELECT", using=OVERSEERS)
    policy("search_change", WORKSPACE, "UPDATE", using=SYSTEM, check=SYSTEM)
    policy("search_change", WORKSPACE, "DELETE", using=SYSTEM)
    # a signed-in resident writes comments
    grant("search_change", PUBLIC, insert=["source", "entity_id"])
    policy("search_change", PUBLIC, "INSERT", check=f"{RESIDENT} IS NOT NULL")

    protect("search_state")
    grant("search_state", WORKSPACE, select=True, insert=True, update=True)
    policy("search_state", WORKSPACE, "SELECT", using=OVERSEERS)
    policy("search_state", WORKSPACE, "INSERT", check=SYSTEM)
    policy("search_state", WORKSPACE, "UPDATE", using=SYSTEM, check=SYSTEM)
    op.execute(f"GRANT USAGE ON SEQUENCE search_version TO {role(WORKSPACE)}")


def _curation() -> None:
    """Everybody searches by the synonyms and pins; the district office edits them."""
    for table in ("search_synonym", "search_pin"):
        protect(table)
        grant(table, PUBLIC, select=True)
        policy(table, PUBLIC, "SELECT", using="true")
        grant(table, WORKSPACE, select=True, insert=True, update=True, delete=True)
        policy(table, WORKSPACE, "SELECT", using="true")
        policy(table, WORKSPACE, "INSERT", check=OFFICE)
        policy(table, WORKSPACE, "UPDATE", using=OFFICE, check=OFFICE)
        policy(table, WORKSPACE, "DELETE", using=OFFICE)


def _counts() -> None:
    """The public site counts its queries; the district office reads the counts."""
    protect("search_query_count")
    grant("search_query_count", PUBLIC, select=True, insert=True, update=["asked", "in_vain"])
    policy("search_query_count", PUBLIC, "SELECT", using="true")
    policy("search_query_count", PUBLIC, "INSERT", check="day >= current_date - 1")
    policy("search_query_count", PUBLIC, "UPDATE", using="day >= current_date - 1")
    grant("search_query_count", WORKSPACE, select=True, delete=True)
    policy("search_query_count", WORKSPACE, "SELECT", using=OVERSEERS)
    policy("search_query_count", WORKSPACE, "DELETE", using=SYSTEM)


def _saved() -> None:
    """Saved searches belong to who saved them; the worker reads all to tell of news."""
    protect("saved_search")
    mine = f"resident_id = {RESIDENT}"
    grant("saved_search", PUBLIC, select=True, insert=True, update=True, delete=True)
    for command in ("SELECT", "INSERT", "UPDATE", "DELETE"):
        policy(
            "saved_search",
            PUBLIC,
            command,
            using=None if command == "INSERT" else mine,
            check=mine if command in ("INSERT", "UPDATE") else None,
        )
    grant("saved_search", WORKSPACE, select=True, insert=True, update=True, delete=True)
    own = f"staff_id = {ACTOR}"
    policy("saved_search", WORKSPACE, "SELECT", using=f"{own} OR {SYSTEM}")
    policy("saved_search", WORKSPACE, "INSERT", check=own)
    policy("saved_search", WORKSPACE, "UPDATE", using=f"{own} OR {SYSTEM}", check=f"{own} OR {SYSTEM}")
    policy("saved_search", WORKSPACE, "DELETE", using=f"{own} OR {SYSTEM}")
