"""Participation: what changed is linked, appeals are decided, a resident's own comments are told apart.

The public role's rights on comments are drawn tighter: nothing that a resident's request writes can look like the
tenant's word, come back after moderation, or touch somebody else's comment, even by raw SQL.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.early_isolation import RESIDENT, grant, policy, role
from tenants.database import Face

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

PUBLIC = Face.PUBLIC
OWN = "(SELECT own_comments())"
LIVE = (
    "EXISTS (SELECT 1 FROM publication p WHERE p.id = comment.publication_id AND p.live_id IS NOT NULL{more})"
)


def upgrade() -> None:
    _columns()
    _own_comments()
    _comments()
    _events()
    _unsubscribe()


def _columns() -> None:
    op.add_column("comment", sa.Column("outcome_publication_id", sa.Uuid(), nullable=True))
    op.add_column("comment", sa.Column("appeal_decided_at", sa.DateTime(timezone=True), nullable=True))
    op.create_foreign_key(
        "fk_comment_outcome",
        "comment",
        "publication",
        ["tenant_id", "outcome_publication_id"],
        ["tenant_id", "id"],
    )
    grant(
        "comment",
        PUBLIC,
        select=["outcome_publication_id", "appeal_decided_at"],
        insert=["outcome_publication_id", "appeal_decided_at"],
    )
    op.create_index(
        "ix_comment_became",
        "comment",
        [sa.text("created_at DESC")],
        postgresql_where=sa.text("fate IN ('adopted', 'done') AND visibility = 'shown'"),
    )


def _own_comments() -> None:
    """The public role may not read whose a comment is; this says which are the token holder's own."""
    op.execute(
        f"CREATE POLICY owner_select ON comment FOR SELECT TO CURRENT_USER USING (resident_id = {RESIDENT})"
    )
    op.execute(
        """CREATE FUNCTION own_comments() RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER
        SET search_path = public AS $$ SELECT id FROM comment WHERE resident_id = (SELECT current_resident()) $$"""
    )


def _comments() -> None:
    mine = f"resident_id = {RESIDENT}"
    op.execute("DROP POLICY public_insert ON comment")
    op.execute("DROP POLICY public_update ON comment")
    shown_at_once = (
        "EXISTS (SELECT 1 FROM tenant t WHERE t.id = comment.tenant_id AND t.comment_policy = 'show')"
    )
    policy(
        "comment",
        PUBLIC,
        "INSERT",
        check=f"{mine} AND NOT official AND staff_id IS NULL AND fate = 'received' AND fate_reason IS NULL"
        " AND outcome_publication_id IS NULL AND answered_at IS NULL AND moderation_reason IS NULL"
        " AND appeal IS NULL AND appeal_decided_at IS NULL"
        f" AND (visibility = 'held' OR (visibility = 'shown' AND {shown_at_once}))"
        f" AND {LIVE.format(more=' AND p.comments_open')}",
    )
    states = "visibility IN ('held', 'shown', 'hidden', 'withdrawn')"
    policy(
        "comment",
        PUBLIC,
        "UPDATE",
        using=f"{mine} AND NOT official",
        check=f"{mine} AND NOT official AND {states}",
    )
    op.execute("DROP TRIGGER stays_hidden ON comment")
    op.execute("DROP FUNCTION comment_stays_hidden()")
    # the role is asked, not the scope: a setting can be set by whoever sends SQL
    op.execute(
        f"""CREATE FUNCTION comment_keeps_standing() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF OLD.visibility = 'withdrawn' AND NEW.visibility <> 'withdrawn' THEN
            RAISE insufficient_privilege USING MESSAGE = 'a withdrawn comment stays withdrawn';
          END IF;
          IF current_user <> '{role(PUBLIC).strip('"')}' THEN
            RETURN NEW;
          END IF;
          IF OLD.visibility = 'hidden' AND NEW.visibility NOT IN ('hidden', 'withdrawn')
             OR OLD.visibility <> 'shown' AND NEW.visibility = 'shown' THEN
            RAISE insufficient_privilege USING MESSAGE = 'comments are shown by their moderators only';
          END IF;
          IF NEW.visibility = 'shown' AND NEW.body <> OLD.body AND NOT EXISTS (
               SELECT 1 FROM tenant t WHERE t.id = NEW.tenant_id AND t.comment_policy = 'show') THEN
            RAISE insufficient_privilege USING MESSAGE = 'a changed comment waits for approval';
          END IF;
          IF OLD.appeal IS NOT NULL AND NEW.appeal IS DISTINCT FROM OLD.appeal AND NEW.appeal <> '' THEN
            RAISE insufficient_privilege USING MESSAGE = 'an appeal is made once';
          END IF;
          RETURN NEW;
        END $$"""
    )
    op.execute(
        "CREATE TRIGGER keeps_standing BEFORE UPDATE ON comment"
        " FOR EACH ROW EXECUTE FUNCTION comment_keeps_standing()"
    )
    op.execute(
        """CREATE FUNCTION comment_one_level() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF NOT EXISTS (SELECT 1 FROM comment c WHERE c.id = NEW.parent_id AND c.parent_id IS NULL
                           AND c.publication_id = NEW.publication_id) THEN
            RAISE check_violation USING MESSAGE = 'replies are one level deep, under a comment of the same publication';
          END IF;
          RETURN NEW;
        END $$"""
    )
    op.execute(
        "CREATE TRIGGER one_level BEFORE INSERT ON comment FOR EACH ROW WHEN (NEW.parent_id IS NOT NULL)"
        " EXECUTE FUNCTION comment_one_level()"
    )


def _events() -> None:
    """Residents read the history of what is theirs, everybody the fate; who at the tenant did it stays inside."""
    op.execute(f"REVOKE SELECT (actor_name) ON comment_event FROM {role(PUBLIC)}")
    op.execute("DROP POLICY public_select ON comment_event")
    op.execute("DROP POLICY public_insert ON comment_event")
    policy(
        "comment_event",
        PUBLIC,
        "SELECT",
        using=f"comment_id IN {OWN} OR (action IN ('received', 'studying', 'adopted', 'not_adopted', 'done')"
        " AND EXISTS (SELECT 1 FROM comment c WHERE c.id = comment_event.comment_id))",
    )
    policy(
        "comment_event",
        PUBLIC,
        "INSERT",
        check=f"actor_kind = 'resident' AND actor_id = {RESIDENT} AND comment_id IN {OWN}"
        " AND action IN ('written', 'edited', 'withdrawn', 'appealed')",
    )


def _unsubscribe() -> None:
    """A signed link in a mail ends the mails without signing in: nothing else of the resident can be changed by it."""
    named = "id = NULLIF(current_setting('app.unsubscribing', true), '')::uuid"
    op.execute(f"CREATE POLICY owner_select ON resident FOR SELECT TO CURRENT_USER USING ({named})")
    op.execute(f"CREATE POLICY owner_update ON resident FOR UPDATE TO CURRENT_USER USING ({named})")
    op.execute(
        """CREATE FUNCTION stop_notices(resident_id uuid) RETURNS void
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
        BEGIN
          PERFORM set_config('app.unsubscribing', $1::text, true);
          UPDATE resident r SET notify = false WHERE r.id = $1 AND r.deleted_at IS NULL;
          PERFORM set_config('app.unsubscribing', '', true);
        END $$"""
    )
    op.execute("REVOKE EXECUTE ON FUNCTION stop_notices(uuid) FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION stop_notices(uuid) TO {role(PUBLIC)}")
