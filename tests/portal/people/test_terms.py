"""Roles hold from day to day: granted with a first and a last day, changed, and gone at midnight in Beijing."""

from __future__ import annotations

import re
from datetime import date, timedelta
from io import BytesIO
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import select, text
from uuid_utils.compat import uuid7

from portal.publishing.queries import approvers
from tenants import clock
from tenants.clock import today
from tenants.days import days
from tenants.identity import queries, service, terms
from tenants.identity.models import RoleAssignment, RoleTermChange
from tenants.permissions import Role
from tenants.rules import Invalid, Missing, Refused
from tests.factories import people
from tests.factories.accounts import last_letter, led_to, submit
from tests.factories.people import Person, Place
from tests.portal.people.conftest import Office
from tests.support.clock import Moved
from tests.support.html import StrictClient

DAY = timedelta(days=1)


@pytest.fixture
def moved(monkeypatch: pytest.MonkeyPatch) -> Moved:
    return Moved(monkeypatch)


def employ(
    office: Office, role: Role, first: date, last: date | None, *, place: Place | None = None, name: str = ""
) -> Person:
    """Somebody with one role on these days."""
    with office.deployment.session() as session, session.begin():
        person = people.staff(session, role, place=place or office.place, name=name)
        held = session.scalars(select(RoleAssignment).where(RoleAssignment.staff_id == person.id)).one()
        held.valid = days(first, last)
    return person


def roles_of(office: Office, person: UUID) -> list[RoleAssignment]:
    query = select(RoleAssignment).where(RoleAssignment.staff_id == person).order_by(RoleAssignment.valid)
    with office.deployment.session() as session:
        return list(session.scalars(query))


def said(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def results(page: str) -> str:
    return page.split('id="results"')[1]


def test_an_open_session_loses_a_role_at_midnight_in_beijing_and_gains_the_next(
    app_workspace: Flask, office: Office, moved: Moved
) -> None:
    person = employ(office, Role.PLANNER, today() - DAY, today())
    with office.deployment.session() as session, session.begin():
        service.grant_role(session, person.id, Role.ARCHITECT, tenant_id=office.other.id, first=today() + DAY)
    old, new = (f"/t/{place.slug}/people/" for place in (office.place, office.other))
    theirs = person.browser(app_workspace)
    tomorrow = today() + DAY
    moved.before_midnight(today())
    assert (theirs.get(old).status_code, theirs.get(new).status_code) == (200, 404)
    moved.after_midnight(tomorrow)
    assert (theirs.get(old).status_code, theirs.get(new).status_code) == (404, 200)
    assert led_to(theirs.get("/")) == f"/t/{office.other.slug}/"


def test_what_is_counted_and_written_follows_the_day(office: Office, moved: Moved) -> None:
    with office.deployment.session() as session, session.begin():
        place = people.tenant(session, "潞城镇人民政府")
    clerk = employ(office, Role.TENANT_STAFF, today(), today(), place=place)
    later = today() + DAY
    employ(office, Role.TENANT_ADMIN, later, None, place=place)
    with office.deployment.session() as session:
        assert [role.role for role in queries.roles_of(session, clerk.id)] == [Role.TENANT_STAFF]
        assert approvers(session, place.id) == 1
        moved.after_midnight(later)
        assert queries.roles_of(session, clerk.id) == ()
        assert approvers(session, place.id) == 1
        moved.before_midnight(later - DAY)
        assert clock.today() == later - DAY


def test_somebody_is_invited_for_some_days(admin: StrictClient, office: Office) -> None:
    first, last = today() + 3 * DAY, today() + 20 * DAY
    email = f"{uuid7().hex}@example.cn"
    done = submit(
        admin, office.at("invite"), email=email, name="借调的人", roles=["planner"], first=first, last=last
    )
    page = admin.get(led_to(done)).text
    assert "将担任责任规划师" in page
    assert f"{said(first)}至{said(last)}" in page
    person = UUID(led_to(done).rpartition("/")[2])
    assert [role.valid for role in roles_of(office, person)] == [days(first, last)]
    granted = next(e for e in office.entries(person) if e.action == "role.granted")
    assert granted.changes == {
        "role": [None, "planner"],
        "first": [None, first.isoformat()],
        "last": [None, last.isoformat()],
    }
    page = admin.get(office.at()).text
    assert "借调的人" in page.split('id="results"')[0], "who goes within 30 days stands above the list"
    assert f"{said(first)}至{said(last)}" in results(page)
    sheet = load_workbook(BytesIO(admin.get(f"/t/{office.place.slug}/people.xlsx?q={email}").data)).active
    assert sheet is not None
    assert f"责任规划师（{said(first)}至{said(last)}）" in [row[3] for row in sheet.iter_rows(values_only=True)]


@pytest.mark.parametrize(
    ("first", "last", "sentence"),
    [
        (0, -1, "最后一天不能早于第一天"),
        (-91, None, "第一天最多比今天早 90 天"),
        (367, None, "第一天最多比今天晚 366 天"),
        (-5, -2, "这一天已经过去了"),
        (5, 40, "到%s为止。请从第二天起"),
        (-5, 5, "自%s起已经另有“责任规划师”角色"),
    ],
)
def test_days_that_cannot_be_are_explained(
    district: StrictClient, office: Office, first: int, last: int | None, sentence: str
) -> None:
    begin, end = today() - DAY, today() + 10 * DAY
    person = employ(office, Role.PLANNER, begin, end)
    asked = {"first": today() + first * DAY} | ({"last": today() + last * DAY} if last is not None else {})
    fields: dict[str, Any] = {"role": "planner", "place": f"tenant:{office.place.id}", **asked}
    answer = submit(district, f"/district/people/{person.id}/grant", **fields)
    assert answer.status_code == 422
    assert sentence.replace("%s", said(end if first > 0 else begin)) in answer.text
    assert f'value="{asked["first"]}"' in answer.text


def test_a_role_may_follow_on_the_day_after_and_is_never_held_twice(district: StrictClient, office: Office) -> None:
    last = today() + 10 * DAY
    person = employ(office, Role.PLANNER, today(), last)
    grant = f"/district/people/{person.id}/grant"
    place = f"tenant:{office.place.id}"
    same = submit(district, grant, role="planner", place=place, first=today() + DAY, last=last)
    assert same.status_code == 303, "what is held already is given once"
    answer = submit(district, grant, role="planner", place=place, first=last + DAY)
    assert f"自{said(last + DAY)}起生效" in district.get(led_to(answer)).text
    assert [role.valid for role in roles_of(office, person.id)] == [days(today(), last), days(last + DAY)]


def test_an_offer_carries_its_days_and_a_late_yes_begins_with_the_yes(
    admin: StrictClient, app_workspace: Flask, office: Office, moved: Moved
) -> None:
    known = employ(office, Role.PLANNER, today(), None, place=office.other)
    first, last = today() + DAY, today() + 5 * DAY
    submit(admin, office.at("invite"), email=known.email, name="某", roles=["architect"], first=first, last=last)
    submit(admin, office.at("invite"), email=known.email, name="某", roles=["technician"], last=first)
    theirs = known.browser(app_workspace)
    page = theirs.get("/account").text
    assert f"{said(first)}至{said(last)}" in page
    assert f"到{said(first)}为止" in page
    offered = re.search(r'action="/workspace(/account/offers/[^"]+)"', page)
    assert offered
    moved.before_midnight(first + DAY)
    known.sign_in(theirs)
    with office.deployment.session() as session, session.begin():
        session.execute(
            text("UPDATE staff_session SET expires_at = expires_at + interval '9 days' WHERE staff_id = :who"),
            {"who": known.id},
        )
    assert led_to(submit(theirs, offered[1], page="/account", answer="accept")) == "/account"
    here = [role for role in roles_of(office, known.id) if role.tenant_id == office.place.id]
    assert [(role.role, role.valid) for role in here] == [("architect", days(first + DAY, last))]


def test_the_last_day_is_changed_and_its_history_tells(admin: StrictClient, office: Office) -> None:
    last = today() + 10 * DAY
    person = employ(office, Role.PLANNER, today() - DAY, last)
    (held,) = roles_of(office, person.id)
    where = office.at(str(person.id))
    term = f"{where}/roles/{held.id}/term"
    assert submit(admin, term, last=last + DAY, reason="").status_code == 422, "a reason is asked for"
    for new, reason in ((last + DAY, "项目延期"), (today(), "提前完成"), ("", "留任")):
        assert led_to(submit(admin, term, last=new, reason=reason)) == where
    page = admin.get(where).text
    for words in (
        f"责任规划师延长到{said(last + DAY)}",
        "项目延期",
        f"责任规划师改为到{said(today())}为止",
        "责任规划师不再设最后一天",
        "由甄管理办理",
    ):
        assert words in page, words
    entries = [e for e in office.entries(person.id) if e.action == "role.last_day"]
    assert [e.reason for e in entries] == ["项目延期", "提前完成", "留任"]
    audit = admin.get(f"/t/{office.place.slug}/audit/?action=role.last_day").text
    assert f"最后一天 {said(last + DAY)}；角色 责任规划师" in audit
    for wrong, sentence in ((today() - DAY, "这一天已经过去了"), (today() - 2 * DAY, "最后一天不能早于第一天")):
        answer = submit(admin, term, last=wrong, reason="试试")
        assert answer.status_code == 422
        assert sentence in answer.text
    with office.deployment.session(office.planner.actor()) as session:
        assert len(session.scalars(select(RoleTermChange).where(RoleTermChange.staff_id == person.id)).all()) == 3
    with office.deployment.session(office.stranger.actor()) as session:
        assert not session.scalars(select(RoleTermChange).where(RoleTermChange.staff_id == person.id)).all()


def test_a_role_is_extended_up_to_the_next_one_only(office: Office) -> None:
    last = today() + 10 * DAY
    person = employ(office, Role.PLANNER, today(), last)
    with office.deployment.session() as session, session.begin():
        service.grant_role(session, person.id, Role.PLANNER, tenant_id=office.place.id, first=last + 5 * DAY)
    (held, _next) = roles_of(office, person.id)
    with office.deployment.session() as session, session.begin():
        terms.change_last_day(session, held.id, last + 4 * DAY, reason="")
        with pytest.raises(Invalid, match="已经另有"):
            terms.change_last_day(session, held.id, last + 5 * DAY, reason="")


def test_no_day_is_left_without_an_administrator(district: StrictClient, office: Office) -> None:
    with office.deployment.session() as session, session.begin():
        place = people.tenant(session, "漷县镇人民政府")
    last = today() + 10 * DAY
    admin = employ(office, Role.TENANT_ADMIN, today() - DAY, None, place=place)
    (held,) = roles_of(office, admin.id)
    term = f"/district/people/{admin.id}/roles/{held.id}/term"
    answer = submit(district, term, last=last, reason="调离")
    assert answer.status_code == 422
    assert f"自{said(last + DAY)}起，这里就没有管理员了" in answer.text
    deputy = employ(office, Role.TENANT_ADMIN, last, last + 30 * DAY, place=place)
    answer = submit(district, term, last=last, reason="调离")
    assert f"自{said(last + 31 * DAY)}起，这里就没有管理员了" in answer.text, "the deputy goes, too"
    successor = employ(office, Role.TENANT_ADMIN, last + 5 * DAY, None, place=place)
    assert submit(district, term, last=last, reason="调离").status_code == 303
    end = f"/t/{place.slug}/people/%s/end"
    assert "最后一位管理员" in submit(district, end % admin.id, reason="立即").text
    assert "没有管理员了" in submit(district, end % successor.id, reason="不来了").text
    assert f"自{said(last + DAY)}起" in submit(district, end % deputy.id, reason="不来了").text
    assert "最后一位管理员" in submit(district, f"/district/people/{successor.id}/deactivate", reason="不来了").text
    assert submit(district, term, last="", reason="留任").status_code == 303
    assert submit(district, end % successor.id, reason="不来了").status_code == 303


def test_lists_tell_who_is_to_come_and_whose_days_are_over(admin: StrictClient, office: Office) -> None:
    came, went = today() + 9 * DAY, today() - DAY
    employ(office, Role.TECHNICIAN, came, None, name="还没到的人")
    gone = employ(office, Role.TECHNICIAN, today() - 9 * DAY, went, name="到期的人")
    here = results(admin.get(office.at()).text)
    assert "还没到的人" in here and "未到任" in here and f"自{said(came)}起" in here
    assert "到期的人" not in here
    assert "还没到的人" in results(admin.get(office.at("?state=upcoming")).text)
    assert "还没到的人" not in results(admin.get(office.at("?state=active")).text)
    assert "到期的人" in results(admin.get(office.at("?state=expired")).text)
    assert "到期的人" not in results(admin.get(office.at("?role=technician")).text)
    page = admin.get(office.at(str(gone.id))).text
    assert "到期，不再担任技术人员" in page
    assert "结束任职" not in page


def test_whose_days_are_over_is_asked_again(admin: StrictClient, app_workspace: Flask, office: Office) -> None:
    gone = employ(office, Role.PLANNER, today() - 9 * DAY, today() - DAY)
    answer = submit(admin, office.at(f"{gone.id}/roles"), roles=["planner"])
    assert "由本人接受" in answer.text
    submit(admin, office.at("invite"), email=gone.email, name="某", roles=["planner"])
    theirs = gone.browser(app_workspace)
    assert theirs.get(office.at()).status_code == 404
    offered = re.search(r'action="/workspace(/account/offers/[^"]+)"', theirs.get("/account").text)
    assert offered
    submit(theirs, offered[1], page="/account", answer="accept")
    assert theirs.get(office.at()).status_code == 200
    (old, _new) = roles_of(office, gone.id)
    with office.deployment.session() as session, session.begin(), pytest.raises(Missing):
        terms.change_last_day(session, old.id, None, reason="")


def test_who_is_to_come_reads_it_in_their_account_and_their_letter(
    admin: StrictClient, app_workspace: Flask, office: Office
) -> None:
    person = employ(office, Role.PLANNER, today(), None)
    first = today() + 4 * DAY
    submit(admin, office.at("invite"), email=person.email, name="某", roles=["architect"], first=first)
    assert f"自{said(first)}起生效" in last_letter(office.deployment, person.email)
    page = person.browser(app_workspace).get("/account").text
    assert f"自{said(first)}起" in page
    waiting = employ(office, Role.PLANNER, first, None)
    home = waiting.browser(app_workspace).get("/").text
    assert f"自{said(first)}起" in home


def test_the_office_sees_whose_role_runs_out_unless_another_follows(district: StrictClient, office: Office) -> None:
    soon, late = today() + 30 * DAY, today() + 31 * DAY
    employ(office, Role.ARCHITECT, today(), soon, name="快到期的人")
    employ(office, Role.ARCHITECT, today(), late, name="晚到期的人")
    stays = employ(office, Role.ARCHITECT, today(), soon, name="续任的人")
    with office.deployment.session() as session, session.begin():
        service.grant_role(session, stays.id, Role.ARCHITECT, tenant_id=office.place.id, first=soon + DAY)
    above = district.get("/district/people/").text.split('id="results"')[0]
    assert "快到期的人" in above and said(soon) in above
    assert "晚到期的人" not in above and "续任的人" not in above


def test_two_who_shorten_their_terms_at_once_do_not_both_succeed(office: Office) -> None:
    """Each in a transaction of their own; whoever comes second sees what the first did."""
    with office.deployment.session() as session, session.begin():
        place = people.tenant(session, "西集镇人民政府")
    one, two = (employ(office, Role.TENANT_ADMIN, today(), None, place=place) for _ in range(2))
    for who, ok in ((two, True), (one, False)):
        (held,) = roles_of(office, who.id)
        other = one if who is two else two
        with office.deployment.session(other.actor()) as session, session.begin():
            if ok:
                terms.change_last_day(session, held.id, today(), reason="")
            else:
                with pytest.raises(Refused, match="没有管理员了"):
                    terms.change_last_day(session, held.id, today(), reason="")
