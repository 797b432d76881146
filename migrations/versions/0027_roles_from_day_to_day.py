"""Roles hold from day to day: `role_assignment.valid`, half-open, in days of Beijing; nothing turns them on or off.

Whoever asks compares it with the day it is. What was there holds from the day it was given; what had ended keeps
that. How a last day was changed, by whom and why, is kept in `role_term_change`.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import DATERANGE

from tenants.isolation import ACTOR, BUREAU, DEFINER_PATH, TENANT, acts_as, anywhere, every_row, walls

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

TODAY = "(now() AT TIME ZONE 'Asia/Shanghai')::date"
#: Held today or to come; one whose last day has passed is over, as if it had been ended.
LASTS = f"r.ended_at IS NULL AND r.valid && daterange({TODAY}, NULL)"


def upgrade() -> None:
    _valid()
    _held_once()
    _changes()
    _functions()


def _valid() -> None:
    op.add_column("role_assignment", sa.Column("valid", DATERANGE(), nullable=True))
    given, ended = (f"({column} AT TIME ZONE 'Asia/Shanghai')::date" for column in ("created_at", "ended_at"))
    with every_row("role_assignment"):
        op.execute(
            f"UPDATE role_assignment SET valid = daterange({given},"
            f" CASE WHEN ended_at IS NOT NULL THEN greatest({given}, {ended}) + 1 END)"
        )
    op.alter_column("role_assignment", "valid", nullable=False)
    op.create_check_constraint(
        op.f("ck_role_assignment_some_days"), "role_assignment", "NOT isempty(valid) AND NOT lower_inf(valid)"
    )


def _held_once() -> None:
    """Nobody is given a role twice for one day at one place.

    An exclusion compares with `&&`, which GiST knows for ranges only: a value becomes the range that holds it alone.
    """
    op.execute("CREATE TYPE uuidrange AS RANGE (subtype = uuid)")
    op.execute('CREATE TYPE textrange AS RANGE (subtype = text, collation = "C")')
    op.drop_index("uq_role_assignment_current", table_name="role_assignment")
    # every request asks for the roles of one person
    op.create_index("ix_role_assignment_staff", "role_assignment", ["staff_id"])
    place = "coalesce(tenant_id, bureau_id, '00000000-0000-0000-0000-000000000000'::uuid)"
    op.execute(
        "ALTER TABLE role_assignment ADD CONSTRAINT ex_role_assignment_held_once EXCLUDE USING gist ("
        "uuidrange(staff_id, staff_id, '[]') WITH &&, textrange(role, role, '[]') WITH &&,"
        f" uuidrange({place}, {place}, '[]') WITH &&, valid WITH &&) WHERE (ended_at IS NULL)"
    )


def _changes() -> None:
    op.create_table(
        "role_term_change",
        sa.Column("assignment_id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=True),
        sa.Column("bureau_id", sa.Uuid(), nullable=True),
        sa.Column("old_last", sa.Date(), nullable=True),
        sa.Column("new_last", sa.Date(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["role_assignment.id"], name=op.f("fk_role_term_change_assignment_id")
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_role_term_change_staff_id")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_role_term_change_tenant_id")),
        sa.ForeignKeyConstraint(["bureau_id"], ["bureau.id"], name=op.f("fk_role_term_change_bureau_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_term_change")),
    )
    op.create_index("ix_role_term_change_staff_id", "role_term_change", ["staff_id"])
    # read and written like the roles themselves, and never changed
    colleagues = (
        f"(tenant_id = {TENANT} AND {acts_as('team', 'tenant', 'job')})"
        f" OR (bureau_id = {BUREAU} AND {acts_as('bureau')})"
    )
    managed = (
        f"(tenant_id = {TENANT} AND {acts_as('admin', 'office')})"
        f" OR (bureau_id = {BUREAU} AND {acts_as('admin')}) OR {anywhere('office', 'system')}"
    )
    walls(
        "role_term_change",
        read=f"staff_id = {ACTOR} OR {acts_as('office', 'working_group', 'system')} OR {colleagues}",
        insert=managed,
    )


def _functions() -> None:
    """What runs as the owner knows that a role may be over, or still to come, by the day."""
    here = f"(r.tenant_id = {TENANT} OR r.bureau_id = {BUREAU})"
    provision = acts_as("office", "system")
    # A role to come counts as one that is held, twice: whoever manages the place they will come to may already help
    # them; and nobody resets, the evening before, the factor that will guard an administrator tomorrow.
    op.execute(
        f"""CREATE OR REPLACE FUNCTION second_factor_of(member uuid, OUT is_set boolean, OUT guarded boolean)
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = {DEFINER_PATH} AS $$
        BEGIN
          PERFORM set_config('app.member', member::text, true);
          IF NOT ({provision} OR {acts_as("admin")} AND EXISTS (
               SELECT 1 FROM role_assignment r WHERE r.staff_id = member AND {here} AND {LASTS})) THEN
            RETURN;  -- nobody of this place: nothing is told
          END IF;
          is_set := EXISTS (
            SELECT 1 FROM staff_credential c WHERE c.staff_id = member AND c.totp_confirmed_at IS NOT NULL);
          guarded := EXISTS (
            SELECT 1 FROM role_assignment r WHERE r.staff_id = member AND {LASTS}
              AND (r.role NOT IN ('planner', 'architect', 'technician', 'tenant_staff', 'bureau_staff')
                   OR r.tenant_id IS DISTINCT FROM {TENANT} OR r.bureau_id IS DISTINCT FROM {BUREAU}));
          PERFORM set_config('app.member', '', true);
        END $$"""
    )
    # Who is to come has said yes; whose last day has passed is asked again, like somebody who left.
    op.execute(
        f"""CREATE OR REPLACE FUNCTION ask_before_joining() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
        SET search_path = {DEFINER_PATH} AS $$
        DECLARE
          before text := current_setting('app.member', true);
        BEGIN
          PERFORM set_config('app.member', NEW.staff_id::text, true);
          IF EXISTS (SELECT 1 FROM staff s WHERE s.id = NEW.staff_id AND s.joined_at IS NOT NULL)
             AND NOT EXISTS (
               SELECT 1 FROM role_assignment r
               WHERE r.staff_id = NEW.staff_id AND r.id <> NEW.id AND {LASTS}
                 AND r.tenant_id IS NOT DISTINCT FROM NEW.tenant_id
                 AND r.bureau_id IS NOT DISTINCT FROM NEW.bureau_id)
          THEN
            RAISE insufficient_privilege USING MESSAGE = 'they have not said yes';
          END IF;
          PERFORM set_config('app.member', coalesce(before, ''), true);
          RETURN NEW;
        END $$"""
    )
    # to give a role that is over new days is to take it up again
    asked = "NOT coalesce(string_to_array(current_setting('app.scope', true), ',') && ARRAY['system'], false)"
    taken_up = (
        "NEW.ended_at IS NULL AND (OLD.ended_at IS NOT NULL OR NEW.staff_id <> OLD.staff_id"
        " OR NEW.tenant_id IS DISTINCT FROM OLD.tenant_id OR NEW.bureau_id IS DISTINCT FROM OLD.bureau_id"
        f" OR (NEW.valid <> OLD.valid AND upper(OLD.valid) <= {TODAY}))"
    )
    op.execute("DROP TRIGGER consent_update ON role_assignment")
    op.execute(
        "CREATE TRIGGER consent_update BEFORE UPDATE ON role_assignment FOR EACH ROW"
        f" WHEN ({asked} AND {taken_up}) EXECUTE FUNCTION ask_before_joining()"
    )
