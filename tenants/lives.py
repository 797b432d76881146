"""The database's own guard of lives: what the steps of a mechanism do not know, it refuses to everybody.

A mechanism's `machine.py` says which steps there are; a migration repeats them as literal arguments of a trigger, and a
test compares the two. The guard holds whatever the policies let pass, for every scope, on INSERT and UPDATE.
"""

from __future__ import annotations

from alembic import op

import settings
from tenants.database import Face, runtime_role


def make_guard(public_role: str) -> str:
    """The guard as SQL. Its arguments are those of `portal.kit.machine.Life.literals`:

    the state's column, the guarded columns, then for each step `name|leaves|reaches|sets|signed|scopes`. A row may be
    born as a step without `leaves` says; afterwards state and guarded columns change only as one of the steps says,
    taken in one of its scopes. What a step signs gets whoever acts. The public role is a resident, whatever its
    settings say; a step without scopes is anybody's.
    """
    return f"""CREATE FUNCTION guard_life() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
      now_ jsonb := to_jsonb(NEW);
      was jsonb := CASE TG_OP WHEN 'UPDATE' THEN to_jsonb(OLD) ELSE '{{}}' END;
      state text := now_ ->> TG_ARGV[0];
      former text := was ->> TG_ARGV[0];
      changed text[] := ARRAY(
        SELECT c FROM unnest(string_to_array(TG_ARGV[1], ',')) c WHERE (now_ ->> c) IS DISTINCT FROM (was ->> c)
      );
      capacities text[] := CASE WHEN current_user = '{public_role}' THEN '{{resident}}'
        ELSE coalesce(string_to_array(current_setting('app.scope', true), ','), '{{}}') END;
      who text := coalesce(current_setting('app.actor_id', true), '');
      step text[];
    BEGIN
      IF TG_OP = 'UPDATE' AND state IS NOT DISTINCT FROM former AND changed = '{{}}' THEN
        RETURN NEW;
      END IF;
      FOR i IN 2 .. TG_NARGS - 1 LOOP
        step := string_to_array(TG_ARGV[i], '|');
        CONTINUE WHEN (step[2] = '') <> (TG_OP = 'INSERT');
        CONTINUE WHEN TG_OP = 'UPDATE' AND (former = ANY (string_to_array(step[2], ','))) IS NOT TRUE;
        CONTINUE WHEN state IS DISTINCT FROM coalesce(nullif(step[3], ''), former);
        CONTINUE WHEN NOT changed <@ string_to_array(step[4], ',');
        CONTINUE WHEN step[6] <> '' AND NOT capacities && string_to_array(step[6], ',');
        CONTINUE WHEN step[5] <> '' AND coalesce(now_ ->> step[5], '') <> who;
        RETURN NEW;
      END LOOP;
      RAISE insufficient_privilege USING
        MESSAGE = format('no step of %s leads from %s to %s', TG_TABLE_NAME, former, state),
        DETAIL = format('changed: %s; as: %s', array_to_string(changed, ', '), array_to_string(capacities, ', ')),
        CONSTRAINT = 'life_' || TG_ARGV[0];
    END $$"""


def create_guard() -> None:
    """Make the guard; once, before the first life."""
    op.execute(make_guard(runtime_role(settings.current(), Face.PUBLIC)))


def guard(table: str, column: str, *arguments: str) -> None:
    """Guard one life of a table with these literal arguments, instead of those it had."""
    name = f"life_{column}"
    listed = ", ".join("'" + argument.replace("'", "''") + "'" for argument in (column, *arguments))
    op.execute(f"DROP TRIGGER IF EXISTS {name} ON {table}")
    op.execute(
        f"CREATE TRIGGER {name} BEFORE INSERT OR UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION guard_life({listed})"
    )
