"""The record of what was done: complete, readable, one's own, and never counted to the end."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import insert, text
from sqlalchemy.exc import DBAPIError
from uuid_utils.compat import uuid7

from portal.audit import queries
from portal.audit.queries import AuditFilter
from portal.publishing.service import steps
from tenants import audit
from tenants.audit import AuditEntry
from tenants.clock import now, today
from tenants.database import acting
from tenants.permissions import Role
from tenants.rules import AS_IT_IS
from tests.conftest import Deployment
from tests.factories import people, publishing
from tests.factories.accounts import submit
from tests.factories.people import Place
from tests.support.html import StrictClient
from webkit import filters


class District:
    def __init__(self, deployment: Deployment) -> None:
        self.deployment = deployment
        with deployment.session() as session, session.begin():
            self.place = people.tenant(session, "玉桥街道办事处")
            self.other = people.tenant(session, "台湖镇政府")
            self.admin = people.staff(session, Role.TENANT_ADMIN, place=self.place, name="甄管理")
            self.planner = people.staff(session, Role.PLANNER, place=self.place, name="林规划")
            self.elsewhere = people.staff(session, Role.TENANT_ADMIN, place=self.other, name="外单位的人")
            self.office = people.staff(session, Role.DISTRICT_OFFICE, name="区办的人")
        for person, label in ((self.admin, "本单位的事"), (self.elsewhere, "别单位的事")):
            with deployment.session(person.actor()) as session, session.begin():
                audit.record(session, "tested", "thing", "1", label=label, changes={"name": ("旧", "=1+1")})

    def path(self, more: str = "") -> str:
        return f"/t/{self.place.slug}/audit/{more}"


@pytest.fixture(scope="module")
def district(deployment: Deployment) -> District:
    return District(deployment)


@pytest.fixture
def admin(app_workspace: Flask, district: District) -> StrictClient:
    return district.admin.browser(app_workspace)


@pytest.fixture
def office(app_workspace: Flask, district: District) -> StrictClient:
    return district.office.browser(app_workspace)


def test_a_tenant_reads_its_own_record_and_the_office_all(
    admin: StrictClient, office: StrictClient, district: District
) -> None:
    assert "本单位的事" in admin.get(district.path()).text
    assert "别单位的事" not in admin.get(district.path()).text
    assert admin.get("/district/audit/").status_code == 404
    everything = office.get("/district/audit/").text
    assert "本单位的事" in everything
    assert "别单位的事" in everything
    narrowed = office.get(f"/district/audit/?tenant={district.other.slug}").text
    assert "本单位的事" not in narrowed


def test_only_administrators_read_it(app_workspace: Flask, district: District) -> None:
    assert district.planner.browser(app_workspace).get(district.path()).status_code == 403


def test_changes_are_readable_and_lead_to_the_thing(admin: StrictClient, district: District) -> None:
    where = f"/t/{district.place.slug}/people/{district.planner.id}"
    submit(admin, f"{where}/roles", roles=["planner", "technician"])
    page = admin.get(district.path("?action=role.granted")).text
    assert "增加角色" in page
    assert "<ins>技术人员</ins>" in page
    assert f'href="/workspace{where}"' in page
    assert "127.0.0.1" in page


def test_the_record_is_narrowed_by_person_action_and_day(admin: StrictClient, district: District) -> None:
    assert "本单位的事" in admin.get(district.path("?person=甄&action=tested&entity=thing")).text
    for nothing in ("?person=没有这个人", "?until=2020-01-01", "?since=2099-01-01"):
        assert "没有符合条件的记录" in admin.get(district.path(nothing)).text
    day, before = today(), today() - timedelta(days=1)  # it may have been midnight since
    assert "本单位的事" in admin.get(district.path(f"?action=tested&since={before}&until={day}")).text
    for odd in ("?since=gestern", "?before=kein-cursor", "?before=" + "A" * 500, "?action='", "?tenant=x"):
        assert admin.get(district.path(odd)).status_code == 200


def fill(district: District, count: int) -> Place:
    """A tenant with so many entries, some of the same instant."""
    with district.deployment.session() as session, session.begin():
        place = people.tenant(session, "新华街道办事处")
        start = now()
        session.execute(
            insert(AuditEntry),
            [
                {
                    "id": uuid7(), "created_at": start - timedelta(seconds=n // 3), "tenant_id": place.id,
                    "label": f"第{n}", "actor_kind": "staff", "actor_name": "某人", "action": "tested",
                    "entity": "thing", "entity_id": str(n),
                    "changes": {},
                }
                for n in range(count)
            ],
        )  # fmt: skip
    return place


def test_paging_shows_every_entry_once_however_many_share_an_instant(district: District) -> None:
    place = fill(district, 205)
    with district.deployment.session(district.office.actor(place)) as session:
        seen, before = [], ""
        while True:
            page = queries.page(session, AuditFilter(action="tested"), before=before, size=20)
            seen += [entry.label for entry in page.entries]
            if page.older is None:
                break
            before = page.older
    assert len(seen) == 205
    assert len(set(seen)) == 205
    assert page.count == 205


def test_many_entries_cost_no_more_and_are_not_counted(
    app_workspace: Flask, district: District, count_queries: object
) -> None:
    place = fill(district, queries.COUNT_LIMIT + 50)
    client = district.office.browser(app_workspace)

    def cost(path: str) -> int:
        with count_queries() as found:  # type: ignore[operator]
            assert client.get(path).status_code == 200
        return len(found)

    assert cost(f"/t/{place.slug}/audit/") <= cost(f"/t/{district.place.slug}/audit/")
    page = client.get(f"/t/{place.slug}/audit/").text
    assert "共 1,000 条以上" in page
    older = re.search(r'href="([^"]+)" rel="next"', page)
    assert older
    assert "最新的" in client.get(older[1].replace("&amp;", "&").removeprefix("/workspace")).text


def test_the_export_says_the_same_and_computes_nothing(admin: StrictClient, district: District) -> None:
    answer = admin.get(f"/t/{district.place.slug}/audit.xlsx?action=tested")
    sheet = load_workbook(BytesIO(answer.data)).active
    assert sheet is not None
    rows = list(sheet.iter_rows())
    assert len(rows) == 2
    cells = {heading.value: cell for heading, cell in zip(rows[0], rows[1], strict=True)}
    assert cells["办理人"].value == "甄管理"
    assert cells["变化"].value == "名称：旧 → =1+1"
    assert {cell.data_type for cell in rows[1]} <= {"s", "d", "n"}


@pytest.mark.parametrize("statement", ["UPDATE audit_entry SET label = ''", "DELETE FROM audit_entry"])
def test_nobody_rewrites_the_record(district: District, statement: str) -> None:
    for session in (district.deployment.session(), district.deployment.public_session()):
        with session, pytest.raises(DBAPIError, match="permission denied"):
            session.execute(text(statement))


def test_any_value_is_read_in_words(admin: StrictClient, district: District) -> None:
    changes = {
        "documents": ([], [{"file": str(uuid7()), "title": "施工方案"}]),
        "before": ({"file": str(uuid7()), "title": ""}, None),
        "body": ("<p>旧的<strong>正文</strong></p>", f"<p>新的正文</p><p>{'长' * 480}</p><p><strong>"),
        "publish_at": (None, datetime(2026, 3, 5, 2, 30, tzinfo=UTC)),
        "event_starts_at": ("0001-01-01T00:00:00+08:00", "2026-03-05T99:99"),
        "state": (["draft"], {"draft": {"deep": [1, None, 2.5, True]}}),
        "title": ("<3 小时", "<p>是标题</p>"),
    }
    with district.deployment.session(district.admin.actor()) as session, session.begin():
        audit.record(session, "odd", "thing", "2", label="各种各样的值", changes=changes)
    page = admin.get(district.path("?action=odd"))
    assert page.status_code == 200
    for words in ("施工方案", "旧的正文", "新的正文", "2026年3月5日 10:30", "草稿", "&lt;3 小时", "&lt;p&gt;是标题"):
        assert words in page.text
    assert "&lt;strong" not in page.text and "{" not in page.text.partition("<table")[2]
    sheet = load_workbook(BytesIO(admin.get(f"/t/{district.place.slug}/audit.xlsx?action=odd").data)).active
    assert sheet is not None and "施工方案" in str([cell.value for row in sheet.iter_rows() for cell in row])


def test_a_planned_time_is_on_record(district: District, admin: StrictClient) -> None:
    editor, at = district.admin.actor(), now() + timedelta(days=3)
    with district.deployment.session() as session, session.begin():
        approver = people.staff(session, Role.TENANT_ADMIN, place=district.place, name="审核的人").actor()
    with district.deployment.session(editor) as session, session.begin():
        made = publishing.draft(session, editor)
        steps.submit(session, made.code, AS_IT_IS)
        with acting(session, approver):
            steps.approve(session, made.code, AS_IT_IS)
            steps.schedule(session, made.code, AS_IT_IS, at)
    page = admin.get(district.path("?action=publication.scheduled")).text
    assert f"发布时间</span> <ins>{filters.local_day(at).year}年" in page


def test_every_action_has_words(office: StrictClient, district: District) -> None:
    """What the code records by name, and what it composes, is offered as people say it."""
    root = Path(__file__).resolve().parents[3]
    called = re.compile(r'audit\.record\(\s*\w+,\s*"([a-z_.]+)"')
    sources = (file for part in ("portal", "tenants", "search") for file in (root / part).rglob("*.py"))
    recorded = {action for file in sources for action in called.findall(file.read_text())}
    recorded |= {f"publication.comments_{what}" for what in ("opened", "closed")} | {"comment.withdrawn", "demo.loaded"}
    assert len(recorded) > 30
    with district.deployment.session(district.office.actor()) as session, session.begin():
        for action in recorded:
            audit.record(session, action, "person", "1")
    offered = dict(re.findall(r'<option value="([^"]+)">([^<]+)</option>', office.get("/district/audit/").text))
    assert {action: offered[action] for action in recorded if re.search("[a-z]", offered[action])} == {}
    assert offered["session.opened"] == "登录" and offered["comment.withdrawn"] == "撤回意见（居民意见）"
