"""People and roles: who may invite, change and end what, and what nobody learns."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import select, text
from uuid_utils.compat import uuid7

from tenants.audit import AuditEntry
from tenants.identity import places, service
from tenants.identity.models import Staff
from tenants.permissions import Role
from tests.factories import people
from tests.factories.accounts import (
    PASSWORD,
    last_letter,
    led_to,
    letters_to,
    submit,
)
from tests.factories.people import Person, Place
from tests.portal.people.conftest import Office
from tests.support.html import StrictClient


def new_person(office: Office, *roles: Role, place: Place | None = None) -> Person:
    with office.deployment.session() as session, session.begin():
        return people.staff(session, *roles, place=place or office.place)


def test_the_list_shows_ones_own_tenant_and_nobody_else(admin: StrictClient, office: Office) -> None:
    page = admin.get(office.at()).text
    assert "林规划" in page
    assert "外单位的人" not in page
    assert "区办的人" not in page


def test_the_list_is_narrowed_by_the_address(admin: StrictClient, office: Office) -> None:
    assert "甄管理" not in admin.get(office.at("?role=planner")).text.split('id="results"')[1]
    assert "林规划" in admin.get(office.at("?q=林规")).text
    nothing = admin.get(office.at("?q=100%25_%5C")).text
    assert "没有符合条件的人员" in nothing
    assert "林规划" in admin.get(office.at("?state=nonsense&role=nonsense&page=99")).text


@pytest.mark.parametrize("address", ["", "nowhere"])
def test_an_answer_that_may_be_a_part_names_all_it_depends_on(
    admin: StrictClient, office: Office, address: str
) -> None:
    vary = {name.lower() for name in admin.get(office.at(address)).vary}
    assert {"hx-request", "hx-boosted", "hx-history-restore-request"} <= vary


def test_somebody_new_is_invited_and_comes_in(
    admin: StrictClient, app_workspace: Flask, office: Office
) -> None:
    email = f"{uuid7().hex}@example.cn"
    done = submit(
        admin, office.at("invite"), email=email.upper(), name="新同事", roles=["planner", "architect"]
    )
    shown = admin.get(led_to(done)).text
    assert "邀请已发给新同事" in shown
    assert "已邀请" in shown
    letter = last_letter(office.deployment, email)
    link = re.search(r"/workspace(/invitation/\S+)", letter)
    assert link
    guest = app_workspace.test_client()
    assert "至少 10 个字符" in submit(guest, link[1], name="新同事", password="short", again="short").text
    assert submit(guest, link[1], name="", password=PASSWORD, again=PASSWORD).status_code == 422
    done = submit(guest, link[1], name="新同事", job_title="工程师", password=PASSWORD, again=PASSWORD)
    assert led_to(done) == "/sign-in"
    assert guest.get(link[1]).status_code == 410, "the link works once"
    submit(guest, "/sign-in", email=email, password=PASSWORD)
    assert led_to(guest.get("/")) == f"/t/{office.place.slug}/"
    assert "在用" in admin.get(office.at("?q=新同事")).text


@pytest.mark.parametrize("answer", ["accept", "decline"])
def test_who_has_an_account_is_asked_and_nothing_of_them_is_told(
    admin: StrictClient, app_workspace: Flask, office: Office, answer: str
) -> None:
    known = new_person(office, Role.PLANNER, place=office.other)
    done = submit(admin, office.at("invite"), email=known.email, name="随便写的名字", roles=["architect"])
    shown = admin.get(led_to(done)).text
    assert "邀请已发出" in shown
    assert known.name not in shown
    assert "随便写的名字" not in shown.split('id="results"')[1]
    theirs = known.browser(app_workspace)
    assert theirs.get(office.at()).status_code == 404, "nobody joins without having said yes"
    assert admin.get(office.at(f"{known.id}/second-factor")).status_code == 404
    assert "/workspace/account" in last_letter(office.deployment, known.email)
    offered = re.search(r'action="/workspace(/account/offers/[^"]+)"', theirs.get("/account").text)
    assert offered
    stranger = new_person(office, Role.PLANNER, place=office.other).browser(app_workspace)
    assert submit(stranger, offered[1], page="/account", answer="accept").status_code == 404
    assert led_to(submit(theirs, offered[1], page="/account", answer=answer)) == "/account"
    joined = answer == "accept"
    assert theirs.get(office.at()).status_code == (200 if joined else 404)
    assert (known.name in admin.get(office.at(f"?q={known.email}")).text.split('id="results"')[1]) is joined
    assert submit(theirs, offered[1], page="/account", answer="accept").status_code == 404, "it is answered once"


def test_inviting_who_works_here_gives_the_roles_and_says_so(admin: StrictClient, office: Office) -> None:
    known = new_person(office, Role.PLANNER)
    done = submit(admin, office.at("invite"), email=known.email, name="随便写的名字", roles=["architect"])
    assert "角色已增加，立即生效。" in admin.get(led_to(done)).text
    assert "给您增加了角色，立即生效" in last_letter(office.deployment, known.email)


def row_of(page: str, words: str) -> str:
    """The row of a table in which these words stand."""
    found = [row for row in re.findall(r"<tr>.*?</tr>", page, re.DOTALL) if words in row]
    assert len(found) == 1, f"{len(found)} rows with {words}"
    return str(found[0])


def test_who_offers_a_role_sees_it_open_and_withdraws_it(
    admin: StrictClient, app_workspace: Flask, office: Office
) -> None:
    known = new_person(office, Role.PLANNER, place=office.other)
    for role in ("architect", "technician"):
        submit(admin, office.at("invite"), email=known.email, name="台湖的林工", roles=[role])
    page = admin.get(office.at()).text
    row = row_of(page, known.email)
    for words in ("台湖的林工", "责任建筑师", "技术人员", "由甄管理发出", "有效期至"):
        assert words in row, words
    withdraw = re.search(r'action="/workspace([^"]+/withdraw)"', row)
    assert withdraw
    planner = office.planner.browser(app_workspace)
    assert known.email not in planner.get(office.at()).text, "it is the administrators' to see"
    assert submit(planner, withdraw[1], page="/account").status_code == 403
    strangers = office.stranger.browser(app_workspace)
    there = f"/t/{office.other.slug}/people/"
    assert "台湖的林工" not in strangers.get(there).text
    elsewhere = withdraw[1].replace(office.place.slug, office.other.slug)
    assert submit(strangers, elsewhere, page=there).status_code == 404
    theirs = known.browser(app_workspace)
    offered = re.findall(r'action="/workspace(/account/offers/[^"]+)"', theirs.get("/account").text)
    assert len(set(offered)) == 1, "one offer with both roles"
    for said in ("邀请已撤回", "已经答复、撤回或过期"):
        assert said in admin.get(led_to(submit(admin, withdraw[1], page=office.at("invite")))).text
    assert known.email not in admin.get(office.at()).text
    late = submit(theirs, offered[0], page="/account", answer="accept")
    assert late.status_code == 404
    assert "已经答复、撤回或过期" in late.text
    assert "等您答复的邀请" not in theirs.get("/account").text
    assert theirs.get(office.at()).status_code == 404


def test_nobody_is_taken_back_without_being_asked(admin: StrictClient, office: Office) -> None:
    former = new_person(office, Role.PLANNER)
    where = office.at(str(former.id))
    submit(admin, f"{where}/end", reason="调离")
    answer = submit(admin, f"{where}/roles", roles=["planner"])
    assert answer.status_code == 422
    assert "由本人接受" in answer.text


def test_an_invitation_may_be_sent_again_and_taken_back(
    admin: StrictClient, app_workspace: Flask, office: Office
) -> None:
    email = f"{uuid7().hex}@example.cn"
    where = led_to(submit(admin, office.at("invite"), email=email, name="等一等", roles=["planner"]))
    assert led_to(submit(admin, f"{where}/resend", page=where)) == where
    assert letters_to(office.deployment, email) == 2
    link = re.search(r"/workspace(/invitation/\S+)", last_letter(office.deployment, email))
    assert link
    guest = app_workspace.test_client()
    assert guest.get(link[1]).status_code == 200
    submit(admin, f"{where}/end", reason="填错了邮箱")
    assert guest.get(link[1]).status_code == 410
    assert "等一等" not in admin.get(office.at()).text
    assert "等一等" in admin.get(office.at("?state=ended")).text


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"email": "no address", "name": "某人", "roles": ["planner"]}, "邮箱地址写得不对"),
        ({"email": "a@example.cn", "name": "某人", "roles": []}, "请至少选择一个角色"),
        ({"email": "a@example.cn", "name": "某人", "roles": ["district_office"]}, "不在列表中"),
        ({"email": "a@example.cn", "name": "名" * 41, "roles": ["planner"]}, "最多 40 个字"),
    ],
)
def test_a_bad_invitation_says_why_and_keeps_what_was_typed(
    admin: StrictClient, office: Office, fields: dict[str, Any], sentence: str
) -> None:
    answer = submit(admin, office.at("invite"), **fields)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert str(fields["email"]) in answer.text


def test_roles_change_at_once_and_leave_a_record(
    admin: StrictClient, app_workspace: Flask, office: Office
) -> None:
    person = new_person(office, Role.PLANNER)
    theirs = person.browser(app_workspace)
    assert theirs.get(office.at("invite")).status_code == 403
    where = office.at(str(person.id))
    submit(admin, f"{where}/roles", roles=["planner", "tenant_admin"])
    assert theirs.get(office.at("invite")).status_code == 200
    submit(admin, f"{where}/roles", roles=["technician"])
    page = admin.get(where).text
    assert "不再担任责任规划师" in page
    assert "由甄管理办理" in page
    found = [(e.action, e.changes, e.actor_name, e.tenant_id) for e in office.entries(person.id)]
    assert ("role.granted", {"role": [None, "technician"]}, "甄管理", office.place.id) in found
    assert ("role.ended", {"role": ["planner", None]}, "甄管理", office.place.id) in found


def test_nobody_changes_their_own_roles(admin: StrictClient, office: Office) -> None:
    where = office.at(str(office.admin.id))
    assert "自己的角色由另一位管理员办理" in admin.get(where).text
    answer = submit(admin, f"{where}/roles", roles=["tenant_staff"])
    assert answer.status_code == 422
    assert "自己的角色由另一位管理员办理" in answer.text
    answer = submit(admin, office.at("invite"), email=office.admin.email, name="我", roles=["planner"])
    assert "自己的角色由另一位管理员办理" in answer.text


def test_the_last_administrator_stays(district: StrictClient, office: Office) -> None:
    with office.deployment.session() as session, session.begin():
        place = people.tenant(session, "潞源街道办事处")
        admin = people.staff(session, Role.TENANT_ADMIN, place=place)
    end = f"/t/{place.slug}/people/{admin.id}/end"
    answer = submit(district, end, reason="离职")
    assert answer.status_code == 422
    assert "最后一位管理员" in answer.text
    answer = submit(district, f"/district/people/{admin.id}/deactivate", reason="离职")
    assert "这是潞源最后一位管理员" in answer.text
    # somebody invited who has not come yet is no replacement
    with office.deployment.session() as session, session.begin():
        waiting = Staff(email=f"{uuid7().hex}@example.cn", name="还没来")
        session.add(waiting)
        session.flush()
        service.grant_role(session, waiting.id, Role.TENANT_ADMIN, tenant_id=place.id)
    assert "最后一位管理员" in submit(district, end, reason="离职").text
    new_person(office, Role.TENANT_ADMIN, place=place)
    assert submit(district, end, reason="换人").status_code == 303


def test_two_administrators_cannot_remove_each_other_at_once(office: Office) -> None:
    """Each in a transaction of their own, as two processes would."""
    with office.deployment.session() as session, session.begin():
        place = people.tenant(session, "新华街道办事处")
        one = people.staff(session, Role.TENANT_ADMIN, place=place)
        two = people.staff(session, Role.TENANT_ADMIN, place=place)
    from concurrent.futures import ThreadPoolExecutor
    from threading import Barrier

    from tenants.rules import Refused

    barrier = Barrier(2)

    def remove(actor: Person, target: Person) -> bool:
        with office.deployment.session(actor.actor()) as session:
            session.begin()
            barrier.wait()
            try:
                service.set_roles(session, target.id, [], tenant_id=place.id)
            except Refused:
                return False
            session.commit()
            return True

    with ThreadPoolExecutor(2) as pool:
        done = [pool.submit(remove, one, two), pool.submit(remove, two, one)]
    assert sorted(f.result() for f in done) == [False, True]


def test_the_office_closes_and_opens_accounts(
    district: StrictClient, app_workspace: Flask, office: Office
) -> None:
    person = new_person(office, Role.PLANNER)
    theirs = person.browser(app_workspace)
    assert theirs.get(office.at()).status_code == 200
    where = f"/district/people/{person.id}"
    assert submit(district, f"{where}/deactivate", reason="").status_code == 422, "a reason is asked for"
    assert led_to(submit(district, f"{where}/deactivate", reason="调离")) == where
    assert theirs.get(office.at()).status_code == 302, "out with the next request"
    assert "已停用" in district.get("/district/people/?state=deactivated").text
    found = office.entries(person.id)[-1]
    assert (found.action, found.reason, found.actor_name) == ("person.deactivated", "调离", "区办的人")
    submit(district, f"{where}/reactivate", page=where)
    assert "在用" in district.get(where).text
    assert theirs.get(office.at()).status_code == 302


def test_the_office_gives_roles_where_they_belong_and_asks_who_does_not_work_there(
    district: StrictClient, app_workspace: Flask, office: Office
) -> None:
    person = new_person(office, Role.PLANNER)
    where = f"/district/people/{person.id}"
    grant, elsewhere = f"{where}/grant", f"tenant:{office.other.id}"
    here = submit(district, grant, role="architect", place=f"tenant:{office.place.id}")
    assert "立即生效" in district.get(led_to(here)).text
    for role, place in (("architect", elsewhere), ("working_group", "")):
        answer = submit(district, grant, role=role, place=place)
        assert "在自己的账号里接受" in district.get(led_to(answer)).text
    for role, place in (("architect", ""), ("working_group", elsewhere)):
        wrong = submit(district, grant, role=role, place=place)
        assert wrong.status_code == 422
        assert "这个角色不在这里任职" in wrong.text
    theirs = person.browser(app_workspace)
    there = f"/t/{office.other.slug}/people/"
    assert theirs.get(there).status_code == 404
    # the place itself sees whom the office has asked for it, the office what is open anywhere
    stranger = office.stranger.browser(app_workspace)
    assert "由区办的人发出" in row_of(stranger.get(there).text, person.email)
    offers = re.findall(r'action="/workspace(/account/offers/[^"]+)"', theirs.get("/account").text)
    assert len(set(offers)) == 2
    submit(theirs, offers[0], page="/account", answer="accept")
    assert theirs.get(there).status_code == 200
    page = district.get(where).text
    assert f"/t/{office.other.slug}" in theirs.get(there).text and "台湖" in page
    withdraw = re.search(r'action="/workspace([^"]+/withdraw)"', page)
    assert withdraw
    assert led_to(submit(district, withdraw[1], page=where)) == where
    assert "等您答复的邀请" not in theirs.get("/account").text
    end = re.search(rf'href="/workspace({where}/roles/[^/]+/end)"', page)
    assert end
    assert led_to(submit(district, end[1], reason="到期")) == where


def test_the_office_cannot_close_its_own_account(district: StrictClient, office: Office) -> None:
    answer = submit(district, f"/district/people/{office.office.id}/deactivate", reason="试试")
    assert answer.status_code == 422
    assert "不能停用自己的账号" in answer.text


def test_a_tenants_administrator_sees_nobody_of_another(admin: StrictClient, office: Office) -> None:
    for path in ("", "/roles", "/end"):
        assert admin.get(office.at(f"{office.stranger.id}{path}")).status_code == 404
    assert admin.get(f"/district/people/{office.stranger.id}").status_code == 404
    assert admin.get("/district/people/").status_code == 404


def test_the_export_has_what_the_list_has(
    admin: StrictClient, district: StrictClient, office: Office
) -> None:
    answer = admin.get(f"/t/{office.place.slug}/people.xlsx?q=林规划")
    sheet = load_workbook(BytesIO(answer.data)).active
    assert sheet is not None
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0][:2] == ("姓名", "职务")
    assert [(row[0], row[3], row[4]) for row in rows[1:]] == [("林规划", "责任规划师", "在用")]
    everybody = load_workbook(BytesIO(district.get("/district/people.xlsx").data)).active
    assert everybody is not None
    assert {"外单位的人", "区办的人"} <= {row[0] for row in everybody.iter_rows(values_only=True)}


def test_the_list_costs_the_same_with_many_people(
    admin: StrictClient, office: Office, count_queries: object
) -> None:
    def cost() -> int:
        with count_queries() as queries:  # type: ignore[operator]
            assert admin.get(office.at()).status_code == 200
        return len(queries)

    few = cost()
    with office.deployment.session() as session, session.begin():
        for _ in range(40):
            people.staff(session, Role.TECHNICIAN, place=office.place)
    assert cost() == few
    assert few <= 10


def test_secrets_are_never_in_the_record(office: Office) -> None:
    with office.deployment.session() as session:
        text = str([(e.changes, e.label, e.reason) for e in session.scalars(select(AuditEntry))])
    assert PASSWORD not in text
    assert "argon2" not in text


def test_a_tenant_reads_since_when_somebody_is_with_it(
    admin: StrictClient, district: StrictClient, office: Office
) -> None:
    with office.deployment.session() as session, session.begin():
        came = people.staff(session, Role.PLANNER, place=office.other, name="早来的人")
        session.execute(
            text("UPDATE staff SET joined_at = '2019-03-05 12:00+08' WHERE id = :who"), {"who": came.id}
        )
        service.grant_role(session, came.id, Role.TENANT_STAFF, tenant_id=office.place.id)
        session.execute(
            text("UPDATE role_assignment SET valid = :days WHERE tenant_id = :here AND staff_id = :who"),
            {"days": "[2024-06-07,)", "who": came.id, "here": office.place.id},
        )
    assert "<dt>加入时间</dt><dd>2024年6月7日</dd>" in admin.get(office.at(str(came.id))).text
    assert "<dt>加入时间</dt><dd>2019年3月5日</dd>" in district.get(f"/district/people/{came.id}").text


def test_names_stand_in_the_order_of_their_pinyin(app_workspace: Flask, office: Office) -> None:
    names = ["安明", "李琴", "林静", "凌云", "单芳", "王磊", "曾静", "周彤"]
    with office.deployment.session() as session, session.begin():
        place = people.tenant(session, "漷县镇人民政府")
        staff = [people.staff(session, Role.TENANT_ADMIN, place=place, name=f"原{name}") for name in sorted(names)]
        for person, name in zip(staff, sorted(names), strict=True):
            session.get_one(Staff, person.id).name = name
    with office.deployment.session(staff[0].actor()) as session, session.begin():
        for unit in ("乙小区", "阿公园", "漷县村"):
            people.unit(session, place, unit)
    reader = office.office.browser(app_workspace)
    page = reader.get(f"/district/people/?tenant={place.slug}").text
    assert [name for name in re.findall(r">\s*([\u4e00-\u9fff]{2})\s*</a>", page) if name in names] == names
    with office.deployment.session() as session:
        assert [unit.name for unit in places.units(session, [place.id])] == ["阿公园", "漷县村", "乙小区"]
