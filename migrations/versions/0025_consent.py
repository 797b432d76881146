"""Nobody works at a place without having said yes: the database asks, too. Who made an offer sees it and withdraws it.

An offer is its place's to write, never that of whom it is made to. The operator's commands and jobs (`system`) give
roles without asking: it is they who take down the answer.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.early_isolation import ACTOR, DEFINER_PATH, SCOPE, TENANT, policy
from tenants.database import Face

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

WORKSPACE = Face.WORKSPACE
MEMBER = "NULLIF(current_setting('app.member', true), '')::uuid"


def upgrade() -> None:
    _tokens()
    _consent()


def _tokens() -> None:
    op.create_index(
        "ix_staff_token_offered_by",
        "staff_token",
        [sa.text("((offer ->> 'tenant_id'))")],
        postgresql_where=sa.text("offer IS NOT NULL AND used_at IS NULL"),
    )
    offered = (
        f"purpose = 'offer' AND ({SCOPE} = 'district_office'"
        f" OR ({SCOPE} = 'tenant' AND (offer ->> 'tenant_id')::uuid = {TENANT}))"
    )
    own = f"{SCOPE} = 'system' OR (purpose <> 'offer' AND (staff_id = {ACTOR} OR {SCOPE} = 'auth'))"
    works_here = (
        "EXISTS (SELECT 1 FROM role_assignment r"
        f" WHERE r.staff_id = staff_token.staff_id AND r.tenant_id = {TENANT})"
    )
    sent = (
        "purpose IN ('invitation', 'objection')"
        f" AND ({SCOPE} = 'district_office' OR ({SCOPE} = 'tenant' AND {works_here}))"
    )
    for command in ("select", "insert", "update"):
        op.execute(f"DROP POLICY workspace_{command} ON staff_token")
    read = f"staff_id = {ACTOR} OR {SCOPE} IN ('auth', 'system') OR ({offered})"
    policy("staff_token", WORKSPACE, "SELECT", using=read)
    policy("staff_token", WORKSPACE, "INSERT", check=f"{own} OR ({sent}) OR ({offered})")
    write = f"{own} OR ({offered})"
    policy("staff_token", WORKSPACE, "UPDATE", using=write, check=write)


def _consent() -> None:
    op.execute(f"CREATE POLICY owner_select ON staff FOR SELECT TO CURRENT_USER USING (id = {MEMBER})")
    op.execute(
        f"""CREATE FUNCTION ask_before_joining() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
        SET search_path = {DEFINER_PATH} AS $$
        DECLARE
          before text := current_setting('app.member', true);
        BEGIN
          PERFORM set_config('app.member', NEW.staff_id::text, true);
          IF EXISTS (SELECT 1 FROM staff s WHERE s.id = NEW.staff_id AND s.joined_at IS NOT NULL)
             AND NOT EXISTS (
               SELECT 1 FROM role_assignment r
               WHERE r.staff_id = NEW.staff_id AND r.id <> NEW.id AND r.ended_at IS NULL
                 AND r.tenant_id IS NOT DISTINCT FROM NEW.tenant_id
                 AND r.bureau_id IS NOT DISTINCT FROM NEW.bureau_id)
          THEN
            RAISE insufficient_privilege USING MESSAGE = 'they have not said yes';
          END IF;
          PERFORM set_config('app.member', coalesce(before, ''), true);
          RETURN NEW;
        END $$"""
    )
    asked = f"{SCOPE} IS DISTINCT FROM 'system'"
    taken_up = (
        "NEW.ended_at IS NULL AND (OLD.ended_at IS NOT NULL OR NEW.staff_id <> OLD.staff_id"
        " OR NEW.tenant_id IS DISTINCT FROM OLD.tenant_id OR NEW.bureau_id IS DISTINCT FROM OLD.bureau_id)"
    )
    for event, condition in (("INSERT", asked), ("UPDATE", f"{asked} AND {taken_up}")):
        op.execute(
            f"CREATE TRIGGER consent_{event.lower()} BEFORE {event} ON role_assignment FOR EACH ROW"
            f" WHEN ({condition}) EXECUTE FUNCTION ask_before_joining()"
        )
