"""Links from letters die with the credentials they were sent for; the office resets who works in several places.

An administrator resets it for who works in their tenant alone; for everybody else the district office does.
"""

from __future__ import annotations

from alembic import op

from migrations.early_isolation import DEFINER_PATH, SCOPE, TENANT

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

MEMBER = "NULLIF(current_setting('app.member', true), '')::uuid"


def upgrade() -> None:
    for command in ("SELECT", "UPDATE"):
        op.execute(
            f"CREATE POLICY owner_{command.lower()} ON staff_token FOR {command} TO CURRENT_USER"
            f" USING (staff_id = {MEMBER})"
        )
    op.execute(
        f"""CREATE FUNCTION void_staff_tokens() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
        SET search_path = {DEFINER_PATH} AS $$
        DECLARE
          member uuid := to_jsonb(NEW) ->> TG_ARGV[0];
          before text := current_setting('app.member', true);
        BEGIN
          PERFORM set_config('app.member', member::text, true);
          UPDATE staff_token SET used_at = now()
          WHERE staff_id = member AND used_at IS NULL AND purpose IN ('reset', 'invitation');
          PERFORM set_config('app.member', coalesce(before, ''), true);
          RETURN NULL;
        END $$"""
    )
    changed = "OLD.{0} IS DISTINCT FROM NEW.{0}"
    for table, key, columns in (
        ("staff_credential", "staff_id", ("password_changed_at", "totp_confirmed_at")),
        ("staff", "id", ("active", "email")),
    ):
        condition = " OR ".join(changed.format(column) for column in columns)
        op.execute(
            f"CREATE TRIGGER void_tokens AFTER UPDATE ON {table} FOR EACH ROW WHEN ({condition})"
            f" EXECUTE FUNCTION void_staff_tokens('{key}')"
        )
    op.execute(
        "CREATE TRIGGER void_tokens_first AFTER INSERT ON staff_credential FOR EACH ROW"
        " EXECUTE FUNCTION void_staff_tokens('staff_id')"
    )
    op.execute(
        f"""CREATE OR REPLACE FUNCTION second_factor_of(member uuid, OUT is_set boolean, OUT guarded boolean)
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = {DEFINER_PATH} AS $$
        BEGIN
          PERFORM set_config('app.member', member::text, true);
          IF NOT ({SCOPE} IN ('district_office', 'system') OR {SCOPE} = 'tenant' AND EXISTS (
               SELECT 1 FROM role_assignment r
               WHERE r.staff_id = member AND r.tenant_id = {TENANT} AND r.ended_at IS NULL)) THEN
            RETURN;  -- nobody of this place: nothing is told
          END IF;
          is_set := EXISTS (
            SELECT 1 FROM staff_credential c WHERE c.staff_id = member AND c.totp_confirmed_at IS NOT NULL);
          guarded := EXISTS (
            SELECT 1 FROM role_assignment r WHERE r.staff_id = member AND r.ended_at IS NULL
              AND (r.role IN ('tenant_admin', 'district_office') OR r.tenant_id IS DISTINCT FROM {TENANT}));
          PERFORM set_config('app.member', '', true);
        END $$"""
    )
