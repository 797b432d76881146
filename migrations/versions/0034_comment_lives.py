"""What the steps of participation do not know, the database refuses; an appeal has a state of its own.

A resident's words are theirs: the workspace changes none of them.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from tenants.database import Face
from tenants.isolation import ACTOR, RESIDENT, TENANT, acts_as, every_row, grant, policy, role
from tenants.lives import guard

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

#: name|leaves|reaches|sets|signed|scopes
VISIBILITY = (
    "write||held|||resident",
    "write_shown||shown|shown_at||resident",
    "speak||shown|shown_at||admin,tenant",
    "edit|held,shown||||resident",
    "edit_again|shown|held|||resident",
    "revise|shown||||admin,tenant",
    "withdraw|held,shown,hidden|withdrawn|||resident",
    "approve|held,hidden|shown|shown_at||admin,office,tenant",
    "show_answered|held|shown|shown_at||admin,tenant",
    "hide|held,shown|hidden|||admin,office,tenant",
    "answer|shown||answered_at||admin,tenant",
)
FATE = (
    "study|received|studying|fate_reason,outcome_publication_id||admin,tenant",
    "adopt|received,studying|adopted|fate_reason,outcome_publication_id||admin,tenant",
    "decline|received,studying|not_adopted|fate_reason,outcome_publication_id||admin,tenant",
    "finish|adopted|done|fate_reason,outcome_publication_id||admin,tenant",
    "back_to_adopted|not_adopted,done|adopted|fate_reason,outcome_publication_id||admin,tenant",
    "back_to_studying|adopted,not_adopted,done|studying|fate_reason,outcome_publication_id||admin,tenant",
    "back_to_declined|adopted|not_adopted|fate_reason,outcome_publication_id||admin,tenant",
    "back_to_received|studying|received|fate_reason,outcome_publication_id||admin,tenant",
    "begin||received|||",
)
APPEAL = (
    "appeal|none|waiting|appeal||resident",
    "uphold|waiting|upheld|appeal_decided_at||admin,office,tenant",
    "grant|waiting|granted|appeal_decided_at||admin,office,tenant",
    "clear|upheld,granted|none|appeal,appeal_decided_at||admin,office,tenant",
    "forget|waiting,upheld,granted||appeal||resident",
    "begin||none|||",
)
#: The name under which comments stay whose author closed the account.
NAMELESS = "已注销的居民"
#: What never changes of a comment.
FIXED = (
    "id", "tenant_id", "publication_id", "parent_id", "resident_id", "staff_id", "official", "due_on", "created_at",
    "demo",
)  # fmt: skip


def upgrade() -> None:
    _history()
    _appeals()
    _words()
    guard("comment", "visibility", "answered_at,shown_at", *VISIBILITY)
    guard("comment", "fate", "fate_reason,outcome_publication_id", *FATE)
    guard("comment", "appeal_state", "appeal,appeal_decided_at", *APPEAL)


def _history() -> None:
    """The events of a comment as `portal.kit.history.Event` has them."""
    table = "comment_event"
    op.alter_column(table, "comment_id", new_column_name="record_id")
    op.execute(f"ALTER INDEX ix_{table}_comment RENAME TO ix_{table}_record")
    op.drop_constraint(f"fk_{table}_tenant_id_comment_id", table, type_="foreignkey")
    op.create_foreign_key(
        f"fk_{table}_tenant_id_record_id", table, "comment", ["tenant_id", "record_id"], ["tenant_id", "id"],
        ondelete="CASCADE",
    )  # fmt: skip
    for column in ("on_behalf_of", "came_from", "went_to"):
        op.add_column(table, sa.Column(column, sa.Text(), nullable=True))
    op.add_column(table, sa.Column("capacity", sa.Text(), nullable=False, server_default=""))
    with every_row(table):
        op.execute(
            f"UPDATE {table} SET went_to = action WHERE action IN ('shown', 'hidden', 'withdrawn', 'upheld',"
            " 'received', 'studying', 'adopted', 'not_adopted', 'done')"
        )
    op.create_check_constraint(
        op.f(f"ck_{table}_actor_kind"), table, "actor_kind IN ('staff', 'resident', 'job', 'visitor')"
    )
    op.execute(f"DROP POLICY workspace_insert ON {table}")
    policy(
        table,
        Face.WORKSPACE,
        "INSERT",
        check=f"tenant_id = {TENANT} AND {acts_as('tenant', 'office', 'job')}"
        f" AND actor_id IS NOT DISTINCT FROM {ACTOR}",
    )
    op.execute(f"DROP POLICY public_insert ON {table}")
    policy(
        table,
        Face.PUBLIC,
        "INSERT",
        check=f"actor_kind = 'resident' AND actor_id = {RESIDENT} AND capacity = 'resident' AND on_behalf_of IS NULL"
        " AND record_id IN (SELECT own_comments()) AND action IN ('written', 'edited', 'withdrawn', 'appealed')",
    )


def _appeals() -> None:
    """Whether an appeal waits, and how it was decided."""
    op.add_column("comment", sa.Column("appeal_state", sa.Text(), nullable=False, server_default="none"))
    op.execute("ALTER TABLE comment DISABLE TRIGGER USER")
    with every_row("comment", "comment_event"):
        op.execute(
            """UPDATE comment c SET appeal_state = CASE
                 WHEN c.appeal_decided_at IS NULL THEN 'waiting'
                 WHEN c.visibility = 'hidden' OR 'upheld' = (
                   SELECT e.action FROM comment_event e
                   WHERE e.record_id = c.id AND e.action IN ('upheld', 'shown', 'hidden') AND e.created_at >= (
                     SELECT max(a.created_at) FROM comment_event a WHERE a.record_id = c.id AND a.action = 'appealed')
                   ORDER BY e.created_at DESC, e.id DESC LIMIT 1) THEN 'upheld'
                 ELSE 'granted' END
               WHERE c.appeal IS NOT NULL"""
        )
    op.execute("ALTER TABLE comment ENABLE TRIGGER USER")
    for name, condition in {
        "appeal_state": "appeal_state IN ('none', 'waiting', 'upheld', 'granted')",
        "appeal_said": "(appeal IS NULL) = (appeal_state = 'none')",
        "appeal_against_hiding": "appeal_state <> 'waiting' OR visibility IN ('hidden', 'withdrawn')",
        "appeal_decided": "(appeal_decided_at IS NULL) = (appeal_state IN ('none', 'waiting'))",
        "appeal_granted": "appeal_state <> 'granted' OR visibility <> 'hidden'",
        "fate_of_comments": "fate = 'received' OR (parent_id IS NULL AND NOT official)",
        "official_is_shown": "NOT official OR (visibility = 'shown' AND answered_at IS NULL AND appeal_state = 'none')",
    }.items():
        op.create_check_constraint(op.f(f"ck_comment_{name}"), "comment", condition)
    columns = ["appeal_state"]
    grant("comment", Face.PUBLIC, select=columns, insert=columns, update=columns)
    op.drop_index("ix_comment_appealed", "comment")
    op.create_index(
        "ix_comment_appealed", "comment", ["tenant_id", "created_at"],
        postgresql_where=sa.text("appeal_state = 'waiting'"),
    )  # fmt: skip


def _words() -> None:
    """Whose a comment is and where it stands stays; words are changed by whoever said them."""
    public = role(Face.PUBLIC).strip('"')
    former, latter = (", ".join(f"{row}.{column}" for column in FIXED) for row in ("OLD", "NEW"))
    op.execute(
        f"""CREATE OR REPLACE FUNCTION comment_keeps_standing() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE of_resident boolean := current_user = '{public}';
        BEGIN
          IF ({latter}) IS DISTINCT FROM ({former})
             OR NEW.author_name <> OLD.author_name AND NOT (of_resident AND NEW.author_name = '{NAMELESS}') THEN
            RAISE insufficient_privilege USING MESSAGE = 'a comment stays whose it is and where it stands';
          END IF;
          IF OLD.answered_at IS NOT NULL AND NEW.answered_at IS DISTINCT FROM OLD.answered_at THEN
            RAISE insufficient_privilege USING MESSAGE = 'what is answered stays answered';
          END IF;
          IF NEW.fate <> OLD.fate AND NEW.visibility <> 'shown' THEN
            RAISE insufficient_privilege USING MESSAGE = 'what nobody sees has no news';
          END IF;
          IF NEW.appeal_state <> OLD.appeal_state AND NEW.appeal_state = 'waiting' AND NEW.visibility <> 'hidden' THEN
            RAISE insufficient_privilege USING MESSAGE = 'what is appealed against is that a comment is hidden';
          END IF;
          IF OLD.appeal <> NEW.appeal AND NEW.appeal <> '' THEN
            RAISE insufficient_privilege USING MESSAGE = 'an appeal is made once';
          END IF;
          IF NEW.body = OLD.body OR OLD.official AND {acts_as("tenant")} OR of_resident AND (
               NEW.body = '' AND NEW.visibility = 'withdrawn'
               OR NEW.body <> '' AND OLD.answered_at IS NULL AND OLD.fate IN ('received', 'studying')
                  AND (NEW.visibility = 'held' OR NEW.visibility = 'shown' AND EXISTS (
                    SELECT 1 FROM tenant t WHERE t.id = NEW.tenant_id AND t.comment_policy = 'show'))) THEN
            RETURN NEW;
          END IF;
          RAISE insufficient_privilege USING MESSAGE = 'words are changed by who said them, until they are answered';
        END $$"""
    )
