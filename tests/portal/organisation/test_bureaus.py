"""Bureaus from their registration to their end: what the office decides, what they keep up themselves."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update
from uuid_utils.compat import uuid7

from tenants.audit import AuditEntry
from tenants.identity.models import Bureau
from tenants.permissions import Role
from tests.conftest import Deployment
from tests.factories import people
from tests.factories.accounts import led_to, submit
from tests.factories.people import Person, Place
from tests.support.forms import parsed
from tests.support.html import StrictClient


class District:
    def __init__(self, deployment: Deployment) -> None:
        self.deployment = deployment
        with deployment.session() as session, session.begin():
            self.office = people.staff(session, Role.DISTRICT_OFFICE, name="区办的人")
            self.bureau = people.bureau(session, "区住建委")
            self.admin = people.staff(session, Role.BUREAU_ADMIN, place=self.bureau, name="管理员甄")
            self.clerk = people.staff(session, Role.BUREAU_STAFF, place=self.bureau, name="科员梁")
            self.group = people.staff(session, Role.WORKING_GROUP)

    def row(self, place: Place | None = None) -> Bureau:
        with self.deployment.session() as session:
            return session.scalars(select(Bureau).where(Bureau.id == (place or self.bureau).id)).one()

    def record(self, place: Place | None = None) -> list[AuditEntry]:
        with self.deployment.session() as session:
            about = AuditEntry.entity_id == str((place or self.bureau).id)
            return list(session.scalars(select(AuditEntry).where(about).order_by(AuditEntry.created_at)))

    def another(self) -> tuple[Place, Person]:
        """A bureau of its own with its administrator."""
        with self.deployment.session() as session, session.begin():
            bureau = people.bureau(session, f"局{uuid7().hex[-6:]}")
            return bureau, people.staff(session, Role.BUREAU_ADMIN, place=bureau)


@pytest.fixture(scope="module")
def district(deployment: Deployment) -> District:
    return District(deployment)


@pytest.fixture
def office(app_workspace: Flask, district: District) -> StrictClient:
    return district.office.browser(app_workspace)


def test_the_office_registers_a_bureau_once_and_invites_its_people(office: StrictClient, district: District) -> None:
    name = f"通州区水务局{uuid7().hex[-6:]}"
    new = "/district/bureaus/new"
    done = submit(office, new, name=name, short_name="区水务局", slug="")
    page = office.get(led_to(done)).text
    assert led_to(done).startswith("/district/bureaus/qushuiwuju"), "without an address it gets the short name's sound"
    invite = parsed(page).xpath("//a[contains(@href, '/district/people/invite')]/@href")[0]
    form = parsed(office.get(invite.removeprefix("/workspace")).text)
    assert {"委办局管理员", name} <= set(form.xpath("//option[@selected]/text()")), "the form knows whom it is about"
    listed = office.get("/district/bureaus/").text
    assert name in listed and "未指定" in listed
    again = submit(office, new, name=name, short_name="区水务局", slug="")
    assert again.status_code == 422 and "已经有同名的委办局" in again.text


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": ""}, "请填写这一项"),
        ({"short_name": "一个实在是太长太长了的简称"}, "最多 12 个字"),
        ({"slug": "Zhu Jian"}, "小写字母"),
        ({"slug": "new"}, "另有用处"),
    ],
)
def test_what_cannot_be_is_named_at_its_field(
    office: StrictClient, district: District, changes: dict[str, Any], sentence: str
) -> None:
    before = district.row()
    typed = {"version": before.version, "name": "打好的名字", "short_name": "住建", "slug": before.slug, **changes}
    answer = submit(office, f"/district/bureaus/{before.slug}/edit", **typed)
    assert answer.status_code == 422 and sentence in answer.text
    assert "name" in changes or "打好的名字" in answer.text
    assert district.row().version == before.version


def test_a_bureau_moves_and_its_former_address_is_nobody_elses(
    office: StrictClient, app_workspace: Flask, district: District
) -> None:
    place, admin = district.another()
    moved = f"m{uuid7().hex[-8:]}"
    changes: dict[str, Any] = {"version": 1, "name": f"{place.name}改", "short_name": "改了", "slug": moved}
    assert submit(office, f"/district/bureaus/{place.slug}/edit", **changes).status_code == 303
    theirs = admin.browser(app_workspace)
    assert theirs.get(f"/b/{moved}/").status_code == 200
    assert theirs.get(f"/b/{place.slug}/settings").status_code == 301
    taken = submit(office, "/district/bureaus/new", name=uuid7().hex, short_name="新", slug=place.slug)
    assert "以前用过" in taken.text
    entry = district.record(place)[-1]
    assert entry.action == "bureau.updated" and entry.changes["slug"] == [place.slug, moved]
    assert f"/district/bureaus/{moved}/edit" in office.get("/district/audit/?entity=bureau").text


def test_the_second_of_two_editors_sees_what_the_first_saved(office: StrictClient, district: District) -> None:
    place, _ = district.another()
    edit = f"/district/bureaus/{place.slug}/edit"
    mine: dict[str, Any] = {"version": 1, "name": place.name, "short_name": "我的简称", "slug": place.slug}
    assert submit(office, edit, **{**mine, "short_name": "别人的简称"}).status_code == 303
    answer = submit(office, edit, **mine)
    assert answer.status_code == 409
    assert "别人的简称" in answer.text and "我的简称" in answer.text
    assert submit(office, edit, **{**mine, "version": 2}).status_code == 303


def test_a_bureau_out_of_use_is_closed_and_comes_back(
    office: StrictClient, app_workspace: Flask, district: District
) -> None:
    place, admin = district.another()
    theirs, base = admin.browser(app_workspace), f"/district/bureaus/{place.slug}"
    assert theirs.get(f"/b/{place.slug}/").status_code == 200
    assert submit(office, f"{base}/deactivate", reason="").status_code == 422, "a reason is asked for"
    assert led_to(submit(office, f"{base}/deactivate", reason="机构改革")) == "/district/bureaus/"
    for page in ("", "people/", "settings"):
        assert theirs.get(f"/b/{place.slug}/{page}").status_code == 404
    assert "您任职的单位现在停用" in theirs.get("/").text
    offered = parsed(office.get("/district/people/invite").text).xpath("//option/@value")
    assert f"bureau:{place.id}" not in offered, "nobody is invited to it meanwhile"
    assert f"bureau:{district.bureau.id}" in offered
    assert led_to(submit(office, f"{base}/reactivate", page=f"{base}/edit")) == "/district/bureaus/"
    assert theirs.get(f"/b/{place.slug}/").status_code == 200
    record = [(entry.action, entry.reason, entry.actor_name) for entry in district.record(place)]
    assert record == [("bureau.deactivated", "机构改革", "区办的人"), ("bureau.reactivated", None, "区办的人")]


def test_only_the_office_decides_about_bureaus(app_workspace: Flask, district: District) -> None:
    for person, answer in ((district.group, 403), (district.admin, 404)):
        browser = person.browser(app_workspace)
        for page in ("", "new", f"{district.bureau.slug}/edit", f"{district.bureau.slug}/deactivate"):
            assert browser.get(f"/district/bureaus/{page}").status_code == answer


def test_a_bureaus_administrator_names_the_liaison_and_says_how_it_is_reached(
    office: StrictClient, app_workspace: Flask, district: District
) -> None:
    browser = district.admin.browser(app_workspace)
    path = f"/b/{district.bureau.slug}/settings"
    typed: dict[str, Any] = {
        "version": 1,
        "liaison_id": str(district.clerk.id),
        "contact_phone": "010-81550000",
        "contact_email": "",
        "contact_address": "新华东街 256 号",
    }
    wrong = submit(browser, path, **{**typed, "contact_email": "no"})
    assert wrong.status_code == 422 and "邮箱地址写得不对" in wrong.text and "新华东街 256 号" in wrong.text
    assert submit(browser, path, **{**typed, "liaison_id": str(district.office.id)}).status_code == 422
    assert led_to(submit(browser, path, **typed)) == path
    row = district.row()
    assert (row.liaison_id, row.contact_address) == (district.clerk.id, "新华东街 256 号")
    assert "010-81550000" in district.clerk.browser(app_workspace).get(f"/b/{district.bureau.slug}/").text
    listed = parsed(office.get("/district/bureaus/").text)
    assert listed.xpath(f"//tr[th[contains(., '{district.bureau.name}')]]/td[contains(., '科员梁')]")
    assert district.record()[-1].changes["liaison"] == [None, "科员梁"]
    conflict = submit(browser, path, **{**typed, "liaison_id": ""})
    assert conflict.status_code == 409 and "科员梁" in conflict.text, "the first saved version is named by its words"


def test_who_no_longer_works_there_is_no_longer_the_liaison(
    office: StrictClient, app_workspace: Flask, district: District
) -> None:
    place, admin = district.another()
    with district.deployment.session() as session, session.begin():
        leaving = people.staff(session, Role.BUREAU_STAFF, place=place, name="要走的人")
        session.execute(update(Bureau).where(Bureau.id == place.id).values(liaison_id=leaving.id))
    browser, edit = admin.browser(app_workspace), f"/district/bureaus/{place.slug}/edit"
    assert "要走的人" in office.get(edit).text
    assert submit(browser, f"/b/{place.slug}/people/{leaving.id}/end", reason="调离").status_code == 303
    assert "要走的人" not in office.get(edit).text
    assert "指定联络员" in browser.get(f"/b/{place.slug}/").text
