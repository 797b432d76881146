"""The people of a bureau: managed by its own administrator with the pages that tenants have, and by the office."""

from __future__ import annotations

import re
from io import BytesIO

import pytest
from flask import Flask
from openpyxl import load_workbook
from uuid_utils.compat import uuid7

from tenants.permissions import Role
from tests.conftest import Deployment
from tests.factories import accounts, people
from tests.factories.accounts import PASSWORD, last_letter, led_to, submit
from tests.factories.people import Person, Place
from tests.support.html import StrictClient


class Bureaus:
    """Two bureaus with an administrator each, and a tenant."""

    def __init__(self, deployment: Deployment) -> None:
        self.deployment = deployment
        with deployment.session() as session, session.begin():
            self.mine = people.bureau(session, "区住建委")
            self.other = people.bureau(session, "区水务局")
            self.tenant = people.tenant(session)
            self.admin = people.staff(session, Role.BUREAU_ADMIN, place=self.mine, name="甄管理")
            self.clerk = people.staff(session, Role.BUREAU_STAFF, place=self.mine, name="梁科员")
            self.stranger = people.staff(session, Role.BUREAU_ADMIN, place=self.other, name="外局的人")
            self.planner = people.staff(session, Role.PLANNER, place=self.tenant, name="街道的林")
            self.office = people.staff(session, Role.DISTRICT_OFFICE, name="区办的人")

    def at(self, path: str = "") -> str:
        return f"/b/{self.mine.slug}/people/{path}"

    def new(self, *roles: Role, place: Place | None = None) -> Person:
        with self.deployment.session() as session, session.begin():
            return people.staff(session, *roles, place=place or self.mine)


@pytest.fixture(scope="module")
def bureaus(deployment: Deployment) -> Bureaus:
    return Bureaus(deployment)


@pytest.fixture
def admin(app_workspace: Flask, bureaus: Bureaus) -> StrictClient:
    return bureaus.admin.browser(app_workspace)


@pytest.fixture
def office(app_workspace: Flask, bureaus: Bureaus) -> StrictClient:
    return bureaus.office.browser(app_workspace)


def test_the_list_and_its_export_show_ones_own_bureau_and_nobody_else(admin: StrictClient, bureaus: Bureaus) -> None:
    page = admin.get(bureaus.at()).text
    assert "梁科员" in page and "委办局人员" in page
    for outsider in ("外局的人", "街道的林", "区办的人"):
        assert outsider not in page
    assert "甄管理" not in admin.get(bureaus.at("?role=bureau_staff")).text.split('id="results"')[1]
    sheet = load_workbook(BytesIO(admin.get(f"/b/{bureaus.mine.slug}/people.xlsx").data)).active
    assert sheet is not None
    names = {row[0] for row in sheet.iter_rows(min_row=2, values_only=True)}
    assert {"梁科员", "甄管理"} <= names and not names & {"外局的人", "街道的林"}


@pytest.mark.parametrize("path", ["", "/roles", "/end", "/second-factor"])
@pytest.mark.parametrize("who", ["stranger", "planner", "office"])
def test_somebody_of_another_place_is_not_there(
    admin: StrictClient, bureaus: Bureaus, who: str, path: str
) -> None:
    assert admin.get(bureaus.at(f"{getattr(bureaus, who).id}{path}")).status_code == 404


def test_somebody_new_is_invited_and_comes_to_the_bureaus_desk(
    admin: StrictClient, app_workspace: Flask, bureaus: Bureaus
) -> None:
    email = f"{uuid7().hex}@example.cn"
    invite = bureaus.at("invite")
    assert submit(admin, invite, email=email, name="新同事", roles=["planner"]).status_code == 422, "no bureau's role"
    done = submit(admin, invite, email=email, name="新同事", roles=["bureau_staff"])
    assert "邀请已发给新同事" in admin.get(led_to(done)).text
    assert led_to(submit(admin, f"{led_to(done)}/resend", page=led_to(done))) == led_to(done)
    letter = last_letter(bureaus.deployment, email)
    assert bureaus.mine.name in letter
    link = re.search(r"/workspace(/invitation/\S+)", letter)
    assert link
    guest = accounts.browser(app_workspace)
    submit(guest, link[1], name="新同事", password=PASSWORD, again=PASSWORD)
    submit(guest, "/sign-in", email=email, password=PASSWORD)
    assert led_to(guest.get("/")) == f"/b/{bureaus.mine.slug}/"
    assert "新同事" in guest.get(f"/b/{bureaus.mine.slug}/").text


def test_who_works_elsewhere_is_asked_and_the_offer_may_be_withdrawn(
    admin: StrictClient, app_workspace: Flask, bureaus: Bureaus
) -> None:
    known = bureaus.new(Role.PLANNER, place=bureaus.tenant)
    theirs = known.browser(app_workspace)
    for answer in ("withdrawn", "accept"):
        submit(admin, bureaus.at("invite"), email=known.email, name="街道的熟人", roles=["bureau_staff"])
        page = admin.get(bureaus.at()).text
        assert "街道的熟人" in page and known.name not in page
        assert "街道的熟人" not in bureaus.stranger.browser(app_workspace).get(f"/b/{bureaus.other.slug}/people/").text
        if answer == "withdrawn":
            withdraw = re.search(r'action="/workspace(/b/[^"]+/withdraw)"', page)
            assert withdraw and led_to(submit(admin, withdraw[1], page=bureaus.at())) == bureaus.at()
            assert "等您答复的邀请" not in theirs.get("/account").text
            continue
        offered = re.search(r'action="/workspace(/account/offers/[^"]+)"', theirs.get("/account").text)
        assert offered and theirs.get(f"/b/{bureaus.mine.slug}/").status_code == 404
        submit(theirs, offered[1], page="/account", answer="accept")
        assert theirs.get(f"/b/{bureaus.mine.slug}/").status_code == 200


def test_roles_change_and_end_at_once(admin: StrictClient, app_workspace: Flask, bureaus: Bureaus) -> None:
    person = bureaus.new(Role.BUREAU_STAFF)
    theirs = person.browser(app_workspace)
    assert theirs.get(bureaus.at()).status_code == 403
    changed = submit(admin, bureaus.at(f"{person.id}/roles"), roles=["bureau_staff", "bureau_admin"])
    assert led_to(changed) == bureaus.at(str(person.id))
    assert theirs.get(bureaus.at()).status_code == 200
    assert led_to(submit(admin, bureaus.at(f"{person.id}/end"), reason="调离")) == bureaus.at()
    assert theirs.get(f"/b/{bureaus.mine.slug}/").status_code == 404


def test_the_last_administrator_of_a_bureau_stays(
    office: StrictClient, app_workspace: Flask, bureaus: Bureaus
) -> None:
    with bureaus.deployment.session() as session, session.begin():
        place = people.bureau(session, "区园林局")
        last = people.staff(session, Role.BUREAU_ADMIN, place=place)
    themself = last.browser(app_workspace)
    end = f"/b/{place.slug}/people/{last.id}/end"
    assert "自己的角色由另一位管理员办理" in submit(themself, end, reason="不想干了").text
    where = f"/district/people/{last.id}"
    ends = re.search(rf'href="/workspace({where}/roles/[^/]+/end)"', office.get(where).text)
    assert ends and "最后一位管理员" in submit(office, ends[1], reason="调离").text
    assert "这是区园林局最后一位管理员" in submit(office, f"{where}/deactivate", reason="离职").text
    bureaus.new(Role.BUREAU_ADMIN, place=place)
    assert led_to(submit(office, ends[1], reason="换人")) == where


def test_an_administrator_resets_a_colleagues_second_factor_but_no_other_administrators(
    admin: StrictClient, app_workspace: Flask, bureaus: Bureaus
) -> None:
    with app_workspace.app_context(), bureaus.deployment.session() as session, session.begin():
        colleague = accounts.account(session, Role.BUREAU_STAFF, place=bureaus.mine, factor=True)
        other_admin = accounts.account(session, Role.BUREAU_ADMIN, place=bureaus.mine, factor=True)
    assert led_to(
        submit(admin, bureaus.at(f"{colleague.id}/second-factor"), reason="手机丢了，当面核实过")
    ) == bureaus.at(str(colleague.id))
    refused = submit(admin, bureaus.at(f"{other_admin.id}/second-factor"), reason="手机丢了")
    assert refused.status_code == 422 and "由工作组办公室重置" in refused.text


@pytest.mark.parametrize(
    ("role", "home"),
    [
        (Role.BUREAU_ADMIN, "/b/"),
        (Role.BUREAU_STAFF, "/b/"),
        (Role.WORKING_GROUP, "/district/"),
        (Role.FINANCE_READER, "/finance/"),
        (Role.TOP_CHIEF, "/p/"),
    ],
)
def test_the_office_invites_everybody_who_belongs_to_no_tenant(
    office: StrictClient, app_workspace: Flask, bureaus: Bureaus, role: Role, home: str
) -> None:
    email = f"{uuid7().hex}@example.cn"
    place = f"bureau:{bureaus.mine.id}" if home == "/b/" else ""
    done = submit(office, "/district/people/invite", email=email, name="受邀的人", role=role.value, place=place)
    assert "邀请已发给受邀的人" in office.get(led_to(done)).text
    link = re.search(r"/workspace(/invitation/\S+)", last_letter(bureaus.deployment, email))
    assert link
    guest = accounts.browser(app_workspace)
    submit(guest, link[1], name="受邀的人", password=PASSWORD, again=PASSWORD)
    entered = led_to(submit(guest, "/sign-in", email=email, password=PASSWORD))
    if role in (Role.BUREAU_STAFF, Role.TOP_CHIEF):
        assert led_to(guest.get(entered)).startswith(home)
    else:
        assert entered.startswith("/second-factor"), "the password alone opens nothing"
        assert led_to(guest.get("/")).startswith("/second-factor")


def test_the_offices_list_is_narrowed_to_a_bureau(office: StrictClient, bureaus: Bureaus) -> None:
    shown = office.get(f"/district/people/?bureau={bureaus.mine.slug}").text.split('id="results"')[1]
    assert "梁科员" in shown and "外局的人" not in shown and "街道的林" not in shown
