"""A whole demonstration district of an earlier schema comes up to date, and not a value of it is lost.

`landed/<revision>.sql.xz` is what `pg_dump --data-only --column-inserts` wrote of a demonstration at that revision,
without sessions, queue, outbox and letters.
"""

from __future__ import annotations

import json
import lzma
import secrets
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from alembic import command

from migrations import schema
from tenants.clock import now
from tenants.database import make_engine, owner_url
from tenants.embedded import Cluster
from tenants.identity.queries import token_hash
from tests.conftest import Deployment
from tests.factories.accounts import browser
from tests.support import database as databases

DUMP = Path(__file__).parent / "landed" / "0025.sql.xz"
NAME = "from_what_landed"

Rows = dict[str, dict[str, dict[str, Any]]]


def everything(connection: psycopg.Connection[Any]) -> Rows:
    """All rows of all tables by their key, as JSON."""
    connection.execute("SET row_security = off")
    tables = connection.execute(
        """SELECT c.relname, array_agg(a.attname ORDER BY a.attname) FROM pg_class c
           JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
           JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (i.indkey)
           WHERE c.relnamespace = 'public'::regnamespace AND c.relname NOT LIKE 'procrastinate%'
             AND c.relname <> 'alembic_version' GROUP BY 1"""
    ).fetchall()
    found: Rows = {}
    for table, keys in tables:
        rows = connection.execute(f'SELECT to_jsonb(t) FROM "{table}" t').fetchall()
        found[table] = {json.dumps([row[key] for key in keys]): row for (row,) in rows}
    return found


@pytest.fixture(scope="module")
def landed(cluster: Cluster, template: str, module_folder: Path) -> Iterator[tuple[Deployment, Rows]]:
    """The district after the upgrade, and every row as it was before."""
    with databases.empty(cluster, NAME):
        settings = databases.settings_for(cluster, NAME, module_folder, demo=True)
        engine = make_engine(owner_url(settings), pooled=False)
        with engine.connect() as connection:
            command.upgrade(schema._config(connection), DUMP.name.split(".")[0])
            connection.commit()
        with psycopg.connect(cluster.url("postgres", NAME), autocommit=True) as connection:
            connection.execute("SET session_replication_role = replica")  # neither triggers nor references
            connection.execute(lzma.decompress(DUMP.read_bytes()))
            before = everything(connection)
        assert schema.upgrade(settings).current
        deployment = Deployment(settings)
        yield deployment, before
        deployment.close()


#: Columns that have another name by now.
RENAMED = {
    "publication_event": {"publication_id": "record_id", "state": "went_to"},
    "comment_event": {"comment_id": "record_id"},
}


def test_the_dump_is_a_district(landed: tuple[Deployment, Rows]) -> None:
    _, before = landed
    assert DUMP.stat().st_size <= 300 * 1024
    for table in ("tenant", "staff", "publication_version", "comment_event", "audit_entry", "stored_file"):
        assert len(before[table]) > 20, table


def test_every_value_is_kept(landed: tuple[Deployment, Rows], cluster: Cluster) -> None:
    _, before = landed
    with psycopg.connect(cluster.url("postgres", NAME)) as connection:
        after = everything(connection)
        connection.rollback()
    for table, rows in before.items():
        assert len(after[table]) >= len(rows), table
        for key, row in rows.items():
            kept, called = after[table][key], RENAMED.get(table, {})
            assert {name: kept[called.get(name, name)] for name in row} == row, table


def test_its_pages_open_for_the_public_and_for_staff(landed: tuple[Deployment, Rows], cluster: Cluster) -> None:
    deployment, before = landed
    visitor = browser(deployment.public)
    live = [row["code"] for row in before["publication"].values() if row["live_id"]]
    for address in ("/", "/places/", "/outreach/", *(f"/a/{code}" for code in live[:5])):
        assert visitor.get(address).status_code == 200, address
    roles = [row for row in before["role_assignment"].values() if not row["ended_at"]]
    slugs = {row["id"]: row["slug"] for row in before["tenant"].values()}
    for role, pages in {
        "tenant_admin": ("/", "/publications/", "/comments/", "/files/", "/people/", "/audit/", "/settings"),
        "planner": ("/", "/publications/", "/comments/", "/files/"),
    }.items():
        one = next(row for row in roles if row["role"] == role)
        staff = signed_in(deployment, cluster, one["staff_id"])
        for page in pages:
            address = f"/t/{slugs[one['tenant_id']]}{page}"
            assert staff.get(address).status_code == 200, address
    office = signed_in(deployment, cluster, next(row for row in roles if row["role"] == "district_office")["staff_id"])
    for address in ("/district/", "/district/publications/", "/district/comments/", "/district/people/"):
        assert office.get(address).status_code == 200, address


def signed_in(deployment: Deployment, cluster: Cluster, staff_id: str) -> Any:
    """A browser in which this person of the dump is signed in, second factor given."""
    token = secrets.token_urlsafe(24)
    with psycopg.connect(cluster.url("postgres", NAME)) as connection:
        connection.execute(
            "INSERT INTO staff_session (id, created_at, staff_id, token_hash, last_seen_at, expires_at, user_agent,"
            " second_factor) VALUES (gen_random_uuid(), %(at)s, %(who)s, %(token)s, %(at)s, %(until)s, '', true)",
            {"at": now(), "until": now() + timedelta(hours=1), "who": staff_id, "token": token_hash(token)},
        )
    client = browser(deployment.workspace)
    with client.session_transaction() as session:
        session["_user_id"], session["_fresh"] = token, True
    return client
