"""What the database itself says about who may see what: read from its catalogue, as the migrations left it."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import Engine, text

#: Tables that hold nobody's data.
TECHNICAL = {"alembic_version"}
#: What nobody changes once it is written.
APPEND_ONLY = {"audit_entry", "publication_event", "comment_event"}
#: Rows the public role may see whole, by design: keyed hashes with counters, what the district office curates for
#: everybody's search, and how often something was searched.
OPEN_POLICIES = {
    ("xinya_public", name) for name in ("throttle", "search_synonym", "search_pin", "search_query_count")
}


def rows(engine: Engine, query: str) -> list[tuple[object, ...]]:
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(query))]


@pytest.fixture(scope="module")
def tables(owner_engine: Engine) -> dict[str, tuple[bool, bool]]:
    found = rows(
        owner_engine,
        "SELECT relname, relrowsecurity, relforcerowsecurity FROM pg_class"
        " WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')",
    )
    return {str(name): (bool(on), bool(forced)) for name, on, forced in found}


def test_every_table_is_under_forced_row_security(tables: dict[str, tuple[bool, bool]]) -> None:
    open_tables = {name for name, state in tables.items() if state != (True, True)}
    assert open_tables == TECHNICAL
    assert len(tables) > 20


def test_no_view_or_materialised_copy_goes_around_the_policies(owner_engine: Engine) -> None:
    assert (
        rows(
            owner_engine,
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('v', 'm', 'f')",
        )
        == []
    )


def test_every_granted_table_has_policies_for_that_role(owner_engine: Engine) -> None:
    missing = rows(
        owner_engine,
        """SELECT DISTINCT g.grantee, g.table_name FROM information_schema.column_privileges g
           WHERE g.table_schema = 'public' AND g.grantee IN ('xinya_workspace', 'xinya_public')
             AND g.table_name <> 'alembic_version'
             AND NOT EXISTS (SELECT 1 FROM pg_policies p
                             WHERE p.tablename = g.table_name AND g.grantee = ANY (p.roles))""",
    )
    assert missing == []


def test_policies_of_tenant_tables_speak_of_the_tenant(owner_engine: Engine) -> None:
    """For the workspace, each policy on a table with `tenant_id` looks at the tenant that the session chose."""
    loose = rows(
        owner_engine,
        """SELECT p.tablename, p.policyname FROM pg_policies p
           JOIN information_schema.columns c
             ON c.table_schema = 'public' AND c.table_name = p.tablename AND c.column_name = 'tenant_id'
           WHERE 'xinya_workspace' = ANY (p.roles)
             AND (coalesce(p.qual, '') || coalesce(p.with_check, '')) NOT LIKE '%app.tenant_id%'""",
    )
    # a message may be queued for anybody; whose it is, is checked when it is read. Saved searches are one person's.
    others = {(str(t), str(p)) for t, p in loose if t != "saved_search"}
    assert others <= {("mail_message", "workspace_insert")}


def test_policies_ask_for_settings_once_in_a_statement(owner_engine: Engine) -> None:
    """Asked for each row, they make every list of a large tenant slow."""
    conditions = rows(
        owner_engine,
        "SELECT tablename, policyname, qual FROM pg_policies WHERE schemaname = 'public' AND qual LIKE '%app.%'",
    )
    assert len(conditions) > 50
    for table, name, condition in conditions:
        for asked in re.finditer(r"current_setting\(", str(condition)):
            assert _in_a_subquery(str(condition), asked.start()), (table, name, condition)


def _in_a_subquery(condition: str, at: int) -> bool:
    """Whether what stands there is inside `(SELECT …)` without a table: the planner asks that once."""
    open_ones: list[int] = []
    for place, sign in enumerate(condition[:at]):
        if sign == "(":
            open_ones.append(place)
        elif sign == ")":
            open_ones.pop()
    innermost = [condition[start:at] for start in open_ones if condition.startswith("( SELECT ", start)]
    return bool(innermost) and " FROM " not in innermost[-1]


def test_tenant_writes_check_the_new_row_too(owner_engine: Engine) -> None:
    unchecked = rows(
        owner_engine,
        """SELECT p.tablename, p.policyname FROM pg_policies p
           JOIN information_schema.columns c
             ON c.table_schema = 'public' AND c.table_name = p.tablename AND c.column_name = 'tenant_id'
           WHERE p.cmd IN ('UPDATE', 'ALL') AND p.with_check IS NULL AND p.tablename <> 'mail_message'""",
    )
    assert unchecked == []


def test_references_between_tenant_tables_carry_the_tenant(owner_engine: Engine) -> None:
    single = rows(
        owner_engine,
        """SELECT con.conname FROM pg_constraint con
           WHERE con.contype = 'f' AND con.connamespace = 'public'::regnamespace
             AND EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = con.conrelid AND a.attname = 'tenant_id')
             AND EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = con.confrelid AND a.attname = 'tenant_id'
                         AND a.attnotnull)
             AND NOT EXISTS (SELECT 1 FROM unnest(con.conkey) k JOIN pg_attribute a
                             ON a.attrelid = con.conrelid AND a.attnum = k WHERE a.attname = 'tenant_id')""",
    )
    assert single == []


def test_runtime_roles_own_nothing_and_have_no_special_rights(owner_engine: Engine) -> None:
    roles = rows(
        owner_engine,
        """SELECT rolname, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb,
                  EXISTS (SELECT 1 FROM pg_auth_members m WHERE m.member = r.oid),
                  EXISTS (SELECT 1 FROM pg_class c WHERE c.relowner = r.oid),
                  has_schema_privilege(rolname, 'public', 'CREATE')
           FROM pg_roles r WHERE rolname IN ('xinya_workspace', 'xinya_public') ORDER BY 1""",
    )
    nothing = (False,) * 7
    assert roles == [("xinya_public", *nothing), ("xinya_workspace", *nothing)]


def test_history_is_append_only(owner_engine: Engine) -> None:
    changeable = rows(
        owner_engine,
        """SELECT DISTINCT table_name FROM information_schema.column_privileges
           WHERE grantee IN ('xinya_workspace', 'xinya_public') AND privilege_type = 'UPDATE'
           UNION SELECT table_name FROM information_schema.table_privileges
           WHERE grantee IN ('xinya_workspace', 'xinya_public')
             AND privilege_type IN ('UPDATE', 'DELETE', 'TRUNCATE')""",
    )
    assert {str(name) for (name,) in changeable} & APPEND_ONLY == set()


def test_the_public_role_reads_no_inner_column(owner_engine: Engine) -> None:
    """Names of columns that tell of inner work are granted nowhere, whatever table they are in."""
    inner = {
        "state", "head_id", "edited_by", "edited_by_name", "approved_by", "publish_at", "withdrawn_reason",
        "saved_by", "saved_by_name", "note", "fields", "staff_id", "resident_id", "uploaded_by", "uploaded_by_name",
        "sha256", "password_hash", "totp_secret", "args", "former_body", "actor_id",
    }  # fmt: skip
    granted = rows(
        owner_engine,
        """SELECT table_name, column_name FROM information_schema.column_privileges
           WHERE grantee = 'xinya_public' AND privilege_type = 'SELECT'""",
    )
    leaking = {(str(t), str(c)) for t, c in granted if c in inner}
    # a resident's own sessions and saved searches, which the policies limit to whoever holds the token
    leaking -= {
        ("resident_session", "resident_id"),
        ("saved_search", "resident_id"),
        ("saved_search", "staff_id"),
    }
    assert leaking == set()


def test_the_public_roles_policies_are_never_simply_true(owner_engine: Engine) -> None:
    open_to_all = rows(
        owner_engine,
        """SELECT 'xinya_public', tablename FROM pg_policies
           WHERE 'xinya_public' = ANY (roles) AND qual = 'true'""",
    )
    assert set(open_to_all) <= OPEN_POLICIES


def test_the_public_roles_policies_trust_no_setting_but_the_residents_token_and_address(
    owner_engine: Engine,
) -> None:
    """Anybody with that connection can set any `app.…`; so none may open a door, but one that proves a secret."""
    trusting = rows(
        owner_engine,
        r"""SELECT tablename, policyname FROM pg_policies
            WHERE 'xinya_public' = ANY (roles)
              AND (coalesce(qual, '') || coalesce(with_check, '')) ~ 'app\.(scope|tenant_id|actor_id)'""",
    )
    assert trusting == []


def test_only_the_owner_makes_objects(owner_engine: Engine) -> None:
    """Temporary ones neither: a function of the owner's might take them for its tables."""
    given = rows(
        owner_engine,
        """SELECT a.privilege_type FROM pg_database, aclexplode(coalesce(datacl, acldefault('d', datdba))) a
           WHERE datname = current_database() AND a.grantee <> datdba AND a.privilege_type <> 'CONNECT'
           UNION ALL
           SELECT a.privilege_type FROM pg_namespace, aclexplode(nspacl) a
           WHERE nspname = 'public' AND a.grantee <> nspowner AND a.privilege_type <> 'USAGE'""",
    )
    assert given == []


def test_functions_of_the_owner_look_names_up_in_the_callers_temporary_objects_last(owner_engine: Engine) -> None:
    functions = rows(
        owner_engine,
        """SELECT oid::regprocedure::text, proconfig FROM pg_proc
           WHERE pronamespace = 'public'::regnamespace AND prosecdef""",
    )
    assert len(functions) > 5
    assert [name for name, config in functions if config != ["search_path=pg_catalog, public, pg_temp"]] == []


def test_nobody_but_triggers_calls_their_functions(owner_engine: Engine) -> None:
    callable_ones = rows(
        owner_engine,
        """SELECT p.oid::regprocedure::text FROM pg_proc p, aclexplode(coalesce(proacl, acldefault('f', proowner))) a
           WHERE pronamespace = 'public'::regnamespace AND prorettype = 'trigger'::regtype AND a.grantee <> proowner""",
    )
    assert callable_ones == []
