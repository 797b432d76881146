"""Former addresses of tenants lead on; a colleague's lost second factor is reset without being seen.

Who manages people may have a second factor forgotten, and reads nothing of the credential by that. Somebody who must
have one (administrators, the district office) is the district office's to help, in whichever tenant they also work.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

from migrations.early_isolation import SCOPE, TENANT, grant, role
from tenants.database import Face

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

WORKSPACE = Face.WORKSPACE
MEMBER = "NULLIF(current_setting('app.member', true), '')::uuid"


def upgrade() -> None:
    op.add_column(
        "tenant",
        sa.Column("former_slugs", ARRAY(sa.Text()), nullable=False, server_default=sa.text("'{}'::text[]")),
    )
    op.alter_column("tenant", "former_slugs", server_default=None)
    grant("tenant", Face.PUBLIC, select=["former_slugs"])
    _second_factor()


def _second_factor() -> None:
    named = f"staff_id = {MEMBER}"
    for table, commands in (
        ("role_assignment", ("SELECT",)),
        ("staff_credential", ("SELECT", "UPDATE")),
        ("staff_session", ("SELECT", "UPDATE")),
    ):
        for command in commands:
            op.execute(
                f"CREATE POLICY owner_{command.lower()} ON {table} FOR {command} TO CURRENT_USER USING ({named})"
            )
    op.execute(
        f"""CREATE FUNCTION second_factor_of(member uuid, OUT is_set boolean, OUT guarded boolean)
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
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
              AND r.role IN ('tenant_admin', 'district_office'));
          PERFORM set_config('app.member', '', true);
        END $$"""
    )
    op.execute(
        f"""CREATE FUNCTION forget_second_factor(member uuid) RETURNS void
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
        BEGIN
          IF COALESCE((SELECT f.guarded FROM second_factor_of(member) f), true)
             AND {SCOPE} NOT IN ('district_office', 'system') THEN
            RAISE insufficient_privilege USING MESSAGE = 'not theirs to reset';
          END IF;
          PERFORM set_config('app.member', member::text, true);
          UPDATE staff_credential SET totp_secret = NULL, totp_confirmed_at = NULL, totp_last_step = NULL,
                 recovery_hashes = '{{}}' WHERE staff_id = member;
          UPDATE staff_session SET revoked_at = now() WHERE staff_id = member AND revoked_at IS NULL;
          PERFORM set_config('app.member', '', true);
        END $$"""
    )
    for function in ("second_factor_of(uuid)", "forget_second_factor(uuid)"):
        op.execute(f"REVOKE EXECUTE ON FUNCTION {function} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {function} TO {role(WORKSPACE)}")
