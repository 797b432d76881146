"""A lost second factor: who has it forgotten, and what its owner hears and may do about it."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from operations import people as operations
from tenants.identity import service
from tenants.permissions import Role
from tests.factories.accounts import Account, account, browser, enter, last_letter, led_to, sign_in, submit
from tests.factories.people import Place
from tests.portal.people.conftest import Office
from tests.support.html import StrictClient


def locked_out(office: Office, *roles: Role, place: Place | None = None) -> Account:
    """Somebody with a second factor, signed in on a device that they lost."""
    with (
        office.deployment.workspace.app_context(),
        office.deployment.session() as session,
        session.begin(),
    ):
        return account(session, *roles, place=place or office.place, name="丢手机的人", factor=True)


def test_an_administrator_resets_a_colleagues_lost_second_factor(
    admin: StrictClient, app_workspace: Flask, office: Office
) -> None:
    who = locked_out(office, Role.PLANNER)
    lost = browser(app_workspace)
    enter(lost, who)
    assert lost.get("/account").status_code == 200
    path = office.at(f"{who.id}/second-factor")
    assert path in admin.get(office.at(str(who.id))).text
    assert submit(admin, path, reason="  ").status_code == 422
    assert lost.get("/account").status_code == 200, "nothing happens without a reason"
    assert led_to(submit(admin, path, reason="手机丢了，\n当面确认过")) == office.at(str(who.id))
    assert lost.get("/account").status_code == 302, "every session ended"
    assert led_to(sign_in(lost, who)) == "/", "the password is enough"
    last = [e for e in office.entries(who.id) if e.action == "second_factor.reset"]
    assert [(e.actor_name, e.reason) for e in last] == [("甄管理", "手机丢了，\n当面确认过")]
    letter = last_letter(office.deployment, who.email)
    assert "甄管理重置了您" in letter and "> 手机丢了，" in letter
    assert submit(admin, path, reason="再来一次").status_code == 422, "nothing left to reset"


def test_whoever_did_not_ask_for_a_reset_locks_the_account(
    admin: StrictClient, district: StrictClient, app_workspace: Flask, office: Office
) -> None:
    who = locked_out(office, Role.PLANNER)
    submit(admin, office.at(f"{who.id}/second-factor"), reason="手机丢了")
    intruder = browser(app_workspace)
    enter(intruder, replace(who, secret=None))
    link = re.search(r"/workspace(/objection/\S+)", last_letter(office.deployment, who.email))
    assert link
    owner = browser(app_workspace)
    assert owner.get(link[1]).status_code == 200
    assert intruder.get("/account").status_code == 200, "a scanner that opens the link locks nobody out"
    assert "已经锁定" in submit(owner, link[1]).text
    assert intruder.get("/account").status_code == 302
    assert sign_in(browser(app_workspace), who).status_code == 422
    assert f"/district/people/{who.id}" in last_letter(office.deployment, office.office.email)
    assert submit(owner, link[1]).status_code == 410, "it works once"
    there = f"/district/people/{who.id}"
    assert submit(district, f"{there}/reactivate", page=there).status_code == 303


def test_the_office_resets_who_must_have_a_second_factor(
    admin: StrictClient, district: StrictClient, app_workspace: Flask, office: Office
) -> None:
    # also of a colleague who works for another tenant, too
    chief, planner = Role.TENANT_ADMIN, Role.PLANNER
    for role, place in ((chief, office.place), (chief, office.other), (planner, office.other)):
        who = locked_out(office, role, place=place)
        if place is office.other:
            with office.deployment.session() as session, session.begin():
                service.grant_role(session, who.id, Role.PLANNER, tenant_id=office.place.id)
        answer = submit(admin, office.at(f"{who.id}/second-factor"), reason="忘了")
        assert answer.status_code == 422
        assert "由工作组办公室重置" in answer.text
        path = f"/district/people/{who.id}/second-factor"
        assert path in district.get(f"/district/people/{who.id}").text
        assert led_to(submit(district, path, reason="手机坏了")) == f"/district/people/{who.id}"
        onward = led_to(sign_in(browser(app_workspace), who))
        assert onward.startswith("/second-factor") == (role is chief), "to set up a new one"


def test_nobody_resets_strangers_colleagues_of_others_or_themself(
    admin: StrictClient, app_workspace: Flask, office: Office
) -> None:
    stranger = locked_out(office, Role.PLANNER, place=office.other)
    assert admin.get(office.at(f"{stranger.id}/second-factor")).status_code == 404
    gone = locked_out(office, Role.PLANNER)
    with office.deployment.session() as session, session.begin():
        service.set_roles(session, gone.id, [], tenant_id=office.place.id)
    assert submit(admin, office.at(f"{gone.id}/second-factor"), reason="x").status_code == 404
    planner = office.planner.browser(app_workspace)
    assert planner.get(office.at(f"{office.admin.id}/second-factor")).status_code == 403
    chief = locked_out(office, Role.DISTRICT_OFFICE)
    mine = browser(app_workspace)
    enter(mine, chief)
    answer = submit(mine, f"/district/people/{chief.id}/second-factor", reason="x")
    assert answer.status_code == 422 and "另一位管理员" in answer.text


def test_resetting_shows_nothing_of_the_credential(office: Office) -> None:
    who = locked_out(office, Role.PLANNER)
    with office.deployment.session(office.admin.actor()) as session:
        assert session.scalar(text("SELECT is_set FROM second_factor_of(:m)"), {"m": who.id}) is True
        for table in ("staff_credential", "staff_session"):
            query = text(f"SELECT count(*) FROM {table} WHERE staff_id = :m")
            assert session.scalar(query, {"m": who.id}) == 0
    with office.deployment.session(office.stranger.actor()) as session:
        assert session.scalar(text("SELECT is_set FROM second_factor_of(:m)"), {"m": who.id}) is None
        with pytest.raises(ProgrammingError, match="not theirs"):
            session.execute(text("SELECT forget_second_factor(:m)"), {"m": who.id})
    with office.deployment.public_session() as session, pytest.raises(ProgrammingError, match="denied"):
        session.execute(text("SELECT * FROM second_factor_of(:m)"), {"m": who.id})


def test_the_operator_resets_even_the_last_of_the_office(app_workspace: Flask, office: Office) -> None:
    chief = locked_out(office, Role.DISTRICT_OFFICE)
    client = browser(app_workspace)
    enter(client, chief)
    settings = office.deployment.settings
    assert operations.reset_second_factor(settings, email=chief.email.upper(), reason="手机丢了") == chief.name
    assert led_to(client.get("/account")).startswith("/sign-in")
    assert "> 手机丢了" in last_letter(office.deployment, chief.email)
    last = [e for e in office.entries(chief.id) if e.action == "second_factor.reset"]
    assert [(e.on_behalf_of, e.reason) for e in last] == [("xinya user reset-second-factor", "手机丢了")]
