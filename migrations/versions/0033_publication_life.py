"""What the steps of publishing do not know, the database refuses; and its history says more of who acted.

From here on no scope sets a state, a live version or an approval but by a step; versions and their files are written to
drafts and never changed; that a version is live follows from the publication.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from tenants.database import Face
from tenants.isolation import ACTOR, DEFINER_PATH, MEMBER, TENANT, acts_as, every_row, grant, policy, role
from tenants.lives import create_guard, guard

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

GUARDED = (
    "approved_by,edited_by,edited_by_name,first_published_at,head_id,live_id,publish_at,published_at,withdrawn_reason"
)
#: What changes of a publication; the rest is what it began with.
CHANGING = (*GUARDED.split(","), "state", "comments_open", "updated_at", "version")
#: name|leaves|reaches|sets|signed|scopes
STEPS = (
    "create||draft|edited_by,edited_by_name,head_id|edited_by|admin,team,tenant",
    "save|draft||edited_by,edited_by_name,head_id|edited_by|admin,team,tenant",
    "restore|draft,published,withdrawn|draft|edited_by,edited_by_name,head_id|edited_by|admin,team,tenant",
    "submit|draft|in_review|||admin,team,tenant",
    "abandon|draft|published|||admin,team,tenant",
    "approve|in_review|approved|approved_by|approved_by|admin,tenant",
    "publish|approved|published|first_published_at,live_id,publish_at,published_at,withdrawn_reason||admin,job,tenant",
    "schedule|approved||publish_at||admin,tenant",
    "unschedule|approved||publish_at||admin,tenant",
    "take_back|in_review,approved|draft|approved_by,publish_at||admin,team,tenant",
    "send_back|in_review,approved|draft|approved_by,publish_at||admin,tenant",
    "revise|published,withdrawn|draft|||admin,team,tenant",
    "withdraw|draft,in_review,approved,published|withdrawn|live_id,publish_at,withdrawn_reason||admin,office,tenant",
)
COMMENTS = (
    "open_comments|false|true|||admin,tenant",
    "close_comments|true|false|||admin,tenant",
    "begin||true|||",
)


def upgrade() -> None:
    _history("publication", "publication_id")
    op.alter_column("publication_event", "state", new_column_name="went_to", nullable=True)
    with every_row("publication_event"):
        op.execute(
            "UPDATE publication_event e SET came_from = f.went_to FROM (SELECT id, lag(went_to) OVER"
            " (PARTITION BY record_id ORDER BY created_at, id) AS went_to FROM publication_event) f WHERE f.id = e.id"
        )
    _whole_publications()
    _what_the_public_read()
    _versions_follow()
    create_guard()
    guard("publication", "state", GUARDED, *STEPS)
    guard("publication", "comments_open", "", *COMMENTS)


def _history(root: str, key: str) -> None:
    """The events of a root as `portal.kit.history.Event` has them."""
    table = f"{root}_event"
    op.alter_column(table, key, new_column_name="record_id")
    op.execute(f"ALTER INDEX ix_{table}_{root} RENAME TO ix_{table}_record")
    op.execute(
        f"ALTER TABLE {table} RENAME CONSTRAINT fk_{table}_tenant_id_{key} TO fk_{table}_tenant_id_record_id"
    )
    for column in ("on_behalf_of", "came_from"):
        op.add_column(table, sa.Column(column, sa.Text(), nullable=True))
    op.add_column(table, sa.Column("capacity", sa.Text(), nullable=False, server_default=""))
    op.add_column(table, sa.Column("actor_kind", sa.Text(), nullable=True))
    with every_row(table):
        op.execute(f"UPDATE {table} SET actor_kind = CASE WHEN actor_id IS NULL THEN 'job' ELSE 'staff' END")
    op.alter_column(table, "actor_kind", nullable=False)
    op.create_check_constraint(
        op.f(f"ck_{table}_actor_kind"), table, "actor_kind IN ('staff', 'resident', 'job', 'visitor')"
    )
    op.execute(f"DROP POLICY workspace_insert ON {table}")
    policy(
        table,
        Face.WORKSPACE,
        "INSERT",
        check=f"tenant_id = {TENANT} AND {acts_as('team', 'tenant', 'office', 'job')}"
        f" AND actor_id IS NOT DISTINCT FROM {ACTOR}",
    )


def _whole_publications() -> None:
    """The newest and the live version are the publication's own, and its state says what they must be."""
    op.create_unique_constraint(
        "uq_publication_version_tenant_id_publication_id_id",
        "publication_version",
        ["tenant_id", "publication_id", "id"],
    )
    for name in ("head", "live"):
        op.drop_constraint(f"fk_publication_{name}", "publication", type_="foreignkey")
        op.create_foreign_key(
            f"fk_publication_{name}",
            "publication",
            "publication_version",
            ["tenant_id", "id", f"{name}_id"],
            ["tenant_id", "publication_id", "id"],
            deferrable=True,
            initially="DEFERRED",
        )
    with every_row("publication"):  # what services always wrote; a row written by hand may lack it
        op.execute(
            "UPDATE publication SET first_published_at = coalesce(first_published_at, published_at, updated_at),"
            " published_at = coalesce(published_at, first_published_at, updated_at)"
            " WHERE (live_id IS NOT NULL OR state = 'withdrawn') AND num_nulls(first_published_at, published_at) > 0"
        )
        op.execute(
            "UPDATE publication SET withdrawn_reason = '没有记录' WHERE state = 'withdrawn'"
            " AND coalesce(withdrawn_reason, '') = ''"
        )
        op.execute("UPDATE publication SET publish_at = NULL WHERE state <> 'approved' AND publish_at IS NOT NULL")
    for name, condition in {
        "published_is_live": "state <> 'published' OR (live_id IS NOT NULL AND live_id = head_id)",
        "withdrawn_was_live": "state <> 'withdrawn' OR (live_id IS NULL AND first_published_at IS NOT NULL)",
        "planned_is_approved": "publish_at IS NULL OR state = 'approved'",
        "live_is_dated": "live_id IS NULL OR (first_published_at IS NOT NULL AND published_at IS NOT NULL)",
        "withdrawn_says_why": "state <> 'withdrawn' OR (withdrawn_reason IS NOT NULL AND withdrawn_reason <> '')",
    }.items():
        op.create_check_constraint(op.f(f"ck_publication_{name}"), "publication", condition)


def _what_the_public_read() -> None:
    """Address, kind and first day stay; what stands in the place of a withdrawn text says what its publication says."""
    workspace = role(Face.WORKSPACE)
    op.execute(f"REVOKE UPDATE ON publication, withdrawal FROM {workspace}")
    grant("publication", Face.WORKSPACE, update=CHANGING)
    op.execute(
        """CREATE FUNCTION publication_keeps_first_day() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF OLD.first_published_at IS NOT NULL AND NEW.first_published_at IS DISTINCT FROM OLD.first_published_at THEN
            RAISE insufficient_privilege USING MESSAGE = 'the day on which it was first published stays';
          END IF;
          RETURN NEW;
        END $$"""
    )
    op.execute(
        "CREATE TRIGGER keeps_first_day BEFORE UPDATE OF first_published_at ON publication"
        " FOR EACH ROW EXECUTE FUNCTION publication_keeps_first_day()"
    )
    op.execute("DROP POLICY workspace_update ON withdrawal")
    op.execute("DROP POLICY workspace_insert ON withdrawal")
    policy(
        "withdrawal",
        Face.WORKSPACE,
        "INSERT",
        check=f"tenant_id = {TENANT} AND {acts_as('tenant', 'office')} AND EXISTS (SELECT 1 FROM publication p"
        " WHERE p.id = withdrawal.publication_id AND p.code = withdrawal.code AND p.kind = withdrawal.kind"
        " AND p.state = 'withdrawn' AND p.withdrawn_reason = withdrawal.reason)",
    )


def _versions_follow() -> None:
    """A version is live when its publication says so; it gets its files while that is a draft."""
    workspace = role(Face.WORKSPACE)
    op.execute(f"REVOKE UPDATE (live) ON publication_version FROM {workspace}")
    op.execute("DROP POLICY workspace_update ON publication_version")
    # the two functions run as the owner, who is under row security and sees what they were asked about
    policy("publication", Face.OWNER, "SELECT", using=f"id = {MEMBER}", name="owner_of_version")
    of_member = f"publication_id = {MEMBER}"
    policy("publication_version", Face.OWNER, "SELECT", using=f"{of_member} OR id = {MEMBER}")
    policy("publication_version", Face.OWNER, "UPDATE", using=of_member, check=of_member)
    ask = "PERFORM set_config('app.member', {0}::text, true)"
    _trigger(
        "show_live_version",
        "AFTER UPDATE OF live_id ON publication FOR EACH ROW WHEN (OLD.live_id IS DISTINCT FROM NEW.live_id)",
        f"""{ask.format("NEW.id")};
          UPDATE publication_version SET live = false WHERE publication_id = NEW.id AND live;
          UPDATE publication_version SET live = true WHERE publication_id = NEW.id AND id = NEW.live_id;
          RETURN NULL;""",
    )
    _trigger(
        "files_of_drafts",
        "BEFORE INSERT ON version_file FOR EACH ROW",
        f"""{ask.format("NEW.version_id")};
          SELECT publication_id, live INTO of_publication, is_live FROM publication_version WHERE id = NEW.version_id;
          {ask.format("of_publication")};
          IF is_live IS NOT FALSE OR NOT EXISTS (
               SELECT 1 FROM publication WHERE id = of_publication AND state = 'draft') THEN
            RAISE insufficient_privilege USING MESSAGE = 'files are added to drafts only';
          END IF;
          RETURN NEW;""",
    )


def _trigger(name: str, event: str, body: str) -> None:
    op.execute(
        f"""CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
        SET search_path = {DEFINER_PATH} AS $$
        DECLARE of_publication uuid; is_live boolean;
        BEGIN
          {body}
        END $$"""
    )
    op.execute(f"REVOKE EXECUTE ON FUNCTION {name}() FROM PUBLIC")
    op.execute(f"CREATE TRIGGER {name} {event} EXECUTE FUNCTION {name}()")
