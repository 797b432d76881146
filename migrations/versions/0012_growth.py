"""Pages cost the same in a district of any size: figures that are kept instead of counted, indexes for every list.

How much a tenant has published and how its residents are answered is kept in `tenant_tally`, what residents said in
which month in `month_tally`. Triggers add what a statement changed as a row of differences, so that two writers never
wait for each other; the sum of a tenant's rows is the figure, exact within the transaction. `fold_tallies()` puts the
rows together.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.early_isolation import OVERSIGHT, READS, TENANT, grant, policy, protect, role
from tenants.database import Face

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

#: Words of residents, not replies and not the tenant's.
SAID = "parent_id IS NULL AND NOT official"
TOLD = f"{SAID} AND visibility <> 'withdrawn'"
SHOWN = f"{SAID} AND visibility = 'shown'"
IN_TIME = "(answered_at AT TIME ZONE 'Asia/Shanghai')::date <= due_on"
BECAME = "fate IN ('adopted', 'done')"
PUBLICATIONS = {"published": "live_id IS NOT NULL"}
COMMENTS = {
    "received": TOLD,
    "waiting": f"{TOLD} AND visibility <> 'hidden' AND answered_at IS NULL",
    "answered": f"{TOLD} AND answered_at IS NOT NULL",
    "in_time": f"{TOLD} AND {IN_TIME}",
}
MONTHS = {
    "said": SHOWN,
    "answered": f"{SHOWN} AND answered_at IS NOT NULL",
    "adopted": f"{SHOWN} AND {BECAME}",
    "done": f"{SHOWN} AND fate = 'done'",
}
MONTH = "date_trunc('month', created_at AT TIME ZONE 'Asia/Shanghai')::date"


def upgrade() -> None:
    _tables()
    _functions()
    _count_what_there_is()
    _indexes()


def _tables() -> None:
    def numbers(names: list[str]) -> list[sa.Column[int]]:
        return [sa.Column(name, sa.BigInteger(), server_default="0", nullable=False) for name in names]

    op.create_table(
        "tenant_tally",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        *numbers([*PUBLICATIONS, *COMMENTS]),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name="fk_tenant_tally_tenant_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_tenant_tally"),
    )
    op.create_index("ix_tenant_tally_tenant_id", "tenant_tally", ["tenant_id"])
    op.create_table(
        "month_tally",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        *numbers(list(MONTHS)),
        sa.PrimaryKeyConstraint("id", name="pk_month_tally"),
    )
    op.create_index("ix_month_tally_month", "month_tally", ["month"])
    for table in ("tenant_tally", "month_tally"):
        protect(table)
        # the triggers run as the owner, who is under forced row security like everybody
        op.execute(f"CREATE POLICY owner_all ON {table} TO CURRENT_USER USING (true) WITH CHECK (true)")
    grant("tenant_tally", Face.WORKSPACE, select=True)
    policy("tenant_tally", Face.WORKSPACE, "SELECT", using=f"(tenant_id = {TENANT} AND {READS}) OR {OVERSIGHT}")
    # what it counts stands in public under the articles
    for face in (Face.WORKSPACE, Face.PUBLIC):
        grant("month_tally", face, select=["month", *MONTHS])
        policy("month_tally", face, "SELECT", using="month IS NOT NULL")


def _differences(tally: str, key: str, name: str, figures: dict[str, str], source: str) -> str:
    """Add to a tally what the rows of `source`, counted `n` times each (1 or -1), change in it."""
    sums = {figure: f"coalesce(sum(n) FILTER (WHERE {condition}), 0)" for figure, condition in figures.items()}
    return (
        f"INSERT INTO {tally} ({name}, {', '.join(sums)}) SELECT {key}, {', '.join(sums.values())}"
        f" FROM ({source}) changed GROUP BY 1 HAVING {' OR '.join(f'{value} <> 0' for value in sums.values())};"
    )


def _functions() -> None:
    tallies = {
        "publication": [("tenant_tally", "tenant_id", "tenant_id", PUBLICATIONS)],
        "comment": [("tenant_tally", "tenant_id", "tenant_id", COMMENTS), ("month_tally", MONTH, "month", MONTHS)],
    }
    new, old = "SELECT 1 AS n, * FROM latter", "SELECT -1 AS n, * FROM former"
    tables = {
        "INSERT": (new, "NEW TABLE AS latter"),
        "DELETE": (old, "OLD TABLE AS former"),
        "UPDATE": (f"{new} UNION ALL {old}", "OLD TABLE AS former NEW TABLE AS latter"),
    }
    for table, wanted in tallies.items():
        branches = " ELSIF ".join(
            f"TG_OP = '{event}' THEN " + " ".join(_differences(*tally, source) for tally in wanted)
            for event, (source, _tables) in tables.items()
        )
        op.execute(
            f"CREATE FUNCTION tally_{table}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER"
            f" SET search_path = public AS $$ BEGIN IF {branches} END IF; RETURN NULL; END $$"
        )
        for event, (_source, referencing) in tables.items():
            op.execute(
                f"CREATE TRIGGER tally_{event.lower()} AFTER {event} ON {table} REFERENCING {referencing}"
                f" FOR EACH STATEMENT EXECUTE FUNCTION tally_{table}()"
            )
    folds = " ".join(
        f"WITH former AS (DELETE FROM {tally} RETURNING *) INSERT INTO {tally} ({key}, {', '.join(figures)})"
        f" SELECT {key}, {', '.join(f'sum({figure})' for figure in figures)} FROM former GROUP BY {key};"
        for tally, key, figures in (
            ("tenant_tally", "tenant_id", PUBLICATIONS | COMMENTS),
            ("month_tally", "month", MONTHS),
        )
    )
    op.execute(
        "CREATE FUNCTION fold_tallies() RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public"
        f" AS $$ {folds} $$"
    )
    op.execute("REVOKE EXECUTE ON FUNCTION fold_tallies() FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION fold_tallies() TO {role(Face.WORKSPACE)}")


def _count_what_there_is() -> None:
    everything = {"publication": "SELECT 1 AS n, * FROM publication", "comment": "SELECT 1 AS n, * FROM comment"}
    for table in everything:
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")  # the owner counts all, for once
    for tally, key, name, figures, table in (
        ("tenant_tally", "tenant_id", "tenant_id", PUBLICATIONS, "publication"),
        ("tenant_tally", "tenant_id", "tenant_id", COMMENTS, "comment"),
        ("month_tally", MONTH, "month", MONTHS, "comment"),
    ):
        op.execute(_differences(tally, key, name, figures, everything[table]))
    for table in everything:
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


def _indexes() -> None:
    """One for each heap and order of a list, so that a page reads its own rows and no others."""
    waits = "answered_at IS NULL AND parent_id IS NULL AND NOT official"
    wanted = [
        ("publication", "state", ["tenant_id", "state", "updated_at DESC"], ""),
        ("publication", "state_updated", ["state", "updated_at DESC"], ""),
        ("publication", "author", ["tenant_id", "edited_by_name", "id"], ""),
        ("publication", "first", ["tenant_id", "first_published_at DESC NULLS LAST", "id DESC"], ""),
        ("publication", "head", ["head_id"], ""),
        ("publication_version", "title", ["tenant_id", "title"], ""),
        ("publication_version", "ends", ["event_ends_at", "event_starts_at"], "live AND event_starts_at IS NOT NULL"),
        ("comment", "due", ["due_on", "created_at"], waits),
        ("comment", "held", ["tenant_id", "created_at"], "visibility = 'held'"),
        ("comment", "hidden", ["tenant_id", "created_at DESC"], "visibility IN ('hidden', 'withdrawn')"),
        ("comment", "appealed", ["tenant_id", "created_at"], "appeal IS NOT NULL AND appeal_decided_at IS NULL"),
        ("comment", "reply", ["tenant_id", "created_at"], "parent_id IS NOT NULL AND NOT official"),
        ("comment", "newest", ["created_at DESC"], "NOT official"),
    ]
    for table, name, columns, where in wanted:
        condition = f" WHERE {where}" if where else ""
        op.execute(f"CREATE INDEX ix_{table}_{name} ON {table} ({', '.join(columns)}){condition}")
    # search by tag looks through texts of every state, not only through those that are live
    op.drop_index("ix_publication_version_tags", "publication_version")
    op.create_index("ix_publication_version_tags", "publication_version", ["tags"], postgresql_using="gin")
