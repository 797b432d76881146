"""A database of the last release comes up to date, with rows that the schema now forbids or reads in another way."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from alembic import command
from psycopg import sql
from uuid_utils.compat import uuid7

from migrations import schema
from tenants.clock import now
from tenants.database import make_engine, owner_url
from tenants.embedded import Cluster
from tenants.identity.queries import token_hash
from tenants.permissions import Role
from tests.conftest import Deployment
from tests.factories.accounts import PASSWORD, browser, submit
from tests.support import database as databases
from tests.support.processes import until

RELEASED = "0014"
NAME = "from_the_last_release"
AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
#: What every row of a table has.
USUAL: dict[str, dict[str, Any]] = {
    "tenant": {
        "kind": "subdistrict", "introduction": "", "contact_phone": "", "contact_email": "", "contact_address": "",
        "office_hours": "", "comment_policy": "show", "reply_days": 10, "active": True, "demo": False, "version": 1,
        "former_slugs": [],
    },
    "staff": {"job_title": "", "active": True, "joined_at": AT, "locale": "zh_Hans_CN", "demo": False},
    "role_assignment": {"granted_by": ""},
    "staff_session": {"last_seen_at": AT, "user_agent": "", "second_factor": True},
    "staff_token": {},
    "publication": {
        "edited_by_name": "王敏", "comments_open": True, "updated_at": AT, "demo": False, "version": 1,
    },
    "publication_version": {
        "number": 1, "live": False, "summary": "", "body": "<p>正文。</p>", "for_you": "", "tags": [], "cover_alt": "",
        "place_label": "", "event_place": "", "saved_by_name": "王敏", "note": "",
    },
    "publication_event": {"actor_name": "王敏", "version_number": 1},
}  # fmt: skip


class Former:
    """Rows written by nobody's rules: as the administrator of the cluster."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self.connection = connection

    def add(self, table: str, **values: Any) -> UUID:
        row = {"id": uuid7(), "created_at": AT, **USUAL[table], **values}
        names = sql.SQL(", ").join(map(sql.Identifier, row))
        statement = sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
            sql.Identifier(table), names, sql.SQL(", ").join(sql.Placeholder() * len(row))
        )
        self.connection.execute(statement, [str(v) if isinstance(v, UUID) else v for v in row.values()])
        return UUID(str(row["id"]))

    def text(self, tenant: UUID, code: str, title: str, state: str, *, live: bool, **values: Any) -> None:
        """A text with one version."""
        times = {name: values.pop(name) for name in ("event_starts_at", "event_ends_at") if name in values}
        was_live = {"first_published_at": AT, "published_at": AT} if state in ("published", "withdrawn") else {}
        made = self.add("publication", tenant_id=tenant, code=code, kind="outreach", state=state, **was_live, **values)
        version = self.add(
            "publication_version", tenant_id=tenant, publication_id=made, title=title, live=live, **times
        )
        heads = "UPDATE publication SET head_id = %s, live_id = %s WHERE id = %s"
        self.connection.execute(heads, (version, version if live else None, made))
        for action in ["published"] * bool(was_live) + ["withdrawn"] * (state == "withdrawn"):
            self.add(
                "publication_event", tenant_id=tenant, publication_id=made, action=action, state=state,
                created_at=AT + timedelta(days=action == "withdrawn"),
            )  # fmt: skip


@pytest.fixture
def tokens() -> dict[str, str]:
    return {name: secrets.token_urlsafe(24) for name in ("session", "first link", "second link")}


@pytest.fixture
def upgraded(cluster: Cluster, template: str, tmp_path: Path, tokens: dict[str, str]) -> Iterator[Deployment]:
    with databases.empty(cluster, NAME):
        settings = databases.settings_for(cluster, NAME, tmp_path)
        engine = make_engine(owner_url(settings), pooled=False)
        with engine.connect() as connection:
            command.upgrade(schema._config(connection), RELEASED)
            connection.commit()
        with psycopg.connect(cluster.url("postgres", NAME)) as connection:
            fill(Former(connection), tokens)
        assert schema.upgrade(settings).current
        deployment = Deployment(settings)
        yield deployment
        deployment.close()


def fill(former: Former, tokens: dict[str, str]) -> None:
    open_one = former.add("tenant", slug="yuqiao", name="玉桥街道办事处", short_name="玉桥")
    closed = former.add("tenant", slug="taihu", name="台湖镇政府", short_name="台湖", active=False)
    former.add("tenant", slug="songzhuang", name="宋庄镇政府", short_name="宋庄")
    for name in ("王敏", "安娜", "重阳"):
        person = former.add("staff", name=name, email=f"{uuid7().hex}@example.cn")
        former.add("role_assignment", staff_id=person, role=Role.TENANT_STAFF, tenant_id=open_one)
        if name == "王敏":
            today = {"staff_id": person, "created_at": now(), "expires_at": now() + timedelta(minutes=50)}
            hashed = {key: token_hash(token) for key, token in tokens.items()}
            former.add("staff_session", token_hash=hashed["session"], **today)
            for link in ("first link", "second link"):
                former.add("staff_token", purpose="reset", token_hash=hashed[link], **today)
    former.text(open_one, "year-one", "公元元年的活动", "published", live=True, event_starts_at="0001-01-01 00:00+00")
    former.text(open_one, "far-off", "很久以后的活动", "approved", live=False, publish_at="9999-12-31 23:00+00")
    former.text(open_one, "taken-down", "写错的通知", "withdrawn", live=False, withdrawn_reason="时间写错了")
    former.text(closed, "of-the-closed", "台湖的活动", "published", live=True, event_ends_at="9999-12-31 23:00+00")


def test_awkward_rows_of_the_last_release_come_along(upgraded: Deployment, tokens: dict[str, str]) -> None:
    visitor = browser(upgraded.public)
    pages = ("/", "/places/", "/outreach/", "/feeds/all.xml", "/sitemap/2026.xml", "/places/yuqiao/", "/a/year-one")
    for address in pages:
        assert visitor.get(address).status_code == 200, address
    gone = visitor.get("/a/taken-down")
    assert gone.status_code == 410
    assert "写错的通知" in gone.text and "时间写错了" in gone.text
    assert visitor.get("/a/of-the-closed").status_code == 410
    assert visitor.get("/places/songzhuang/").status_code == 404, "it has shown nothing yet, so it is to be opened"
    staff = browser(upgraded.workspace)
    with staff.session_transaction() as session:
        session["_user_id"], session["_fresh"] = tokens["session"], True
    at = "/t/yuqiao"
    for address in ("/", "/publications/", "/publications/year-one", "/publications/far-off", "/comments/", "/files/"):
        assert staff.get(at + address).status_code == 200, address
    people = staff.get(f"{at}/people/").text.split('id="results"')[1]
    assert people.index("安娜") < people.index("重阳") < people.index("王敏"), "by their pinyin"
    # what could not be shown can be taken down
    taken = submit(staff, f"{at}/publications/year-one/withdraw", reason="时间写错了")
    assert taken.status_code == 303
    assert visitor.get("/a/year-one?taken").status_code == 410
    # of two links the second dies with the use of the first
    first, second = tokens["first link"], tokens["second link"]
    guest = browser(upgraded.workspace)
    assert submit(guest, f"/reset/{first}", password=PASSWORD, again=PASSWORD).status_code == 303
    assert guest.get(f"/reset/{second}").status_code == 410


def test_databases_of_one_server_are_upgraded_at_once(cluster: Cluster, template: str, tmp_path: Path) -> None:
    """Their runtime roles are the same, and only one of them can change a role at a moment."""
    databases.clone(cluster, template, name := "upgraded_beside_another")
    settings = databases.settings_for(cluster, name, tmp_path)
    waits = "SELECT 1 FROM pg_stat_activity WHERE datname = %s AND wait_event_type = 'Lock'"
    with (
        psycopg.connect(cluster.url()) as other,
        psycopg.connect(cluster.url("postgres"), autocommit=True) as watching,
        ThreadPoolExecutor(1) as pool,
    ):
        other.execute("ALTER ROLE xinya_workspace LOGIN")
        upgrading = pool.submit(schema.upgrade, settings)
        until(lambda: watching.execute(waits, [name]).fetchone() or upgrading.done())
        other.commit()
        assert upgrading.result().current
    databases.drop(cluster, name)
