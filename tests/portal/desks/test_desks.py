"""Everybody has a desk of their own, finds it, and changes from one to another; nobody sits down at another's."""

from __future__ import annotations

import pytest
from flask import Flask

from tenants.permissions import Role
from tests.conftest import Deployment
from tests.factories import people
from tests.factories.accounts import led_to
from tests.factories.people import Person, Place
from tests.support.forms import parsed
from tests.support.html import StrictClient


class Town:
    """Two bureaus with their people, finance, a top chief, and somebody who works nearly everywhere."""

    def __init__(self, deployment: Deployment) -> None:
        self.deployment = deployment
        with deployment.session() as session, session.begin():
            self.bureau = people.bureau(session, "区住建委", former_slugs=["before"])
            self.other = people.bureau(session, "区水务局")
            self.tenant = people.tenant(session, "玉桥街道办事处")
            self.clerk = people.staff(session, Role.BUREAU_STAFF, place=self.bureau, name="住建委的梁")
            self.admin = people.staff(session, Role.BUREAU_ADMIN, place=self.bureau, name="住建委的管")
            self.stranger = people.staff(session, Role.BUREAU_ADMIN, place=self.other, name="水务局的汪")
            self.finance = people.staff(session, Role.FINANCE_READER, name="财政的钱")
            self.chief = people.staff(session, Role.TOP_CHIEF, name="院士")
            self.office = people.staff(session, Role.DISTRICT_OFFICE, name="区办的周")
            self.planner = people.staff(session, Role.PLANNER, place=self.tenant, name="玉桥的林")

    def home(self, place: Place | None = None) -> str:
        return f"/b/{(place or self.bureau).slug}/"


@pytest.fixture(scope="module")
def town(deployment: Deployment) -> Town:
    return Town(deployment)


@pytest.mark.parametrize(
    ("who", "home", "colleagues"),
    [
        ("clerk", None, {"住建委的梁", "住建委的管"}),
        ("admin", None, {"住建委的梁", "住建委的管"}),
        ("finance", "/finance/", {"财政的钱"}),
        ("chief", "/p/", {"院士"}),
    ],
)
def test_a_desk_shows_whose_it_is_who_sits_there_and_the_public_search(
    app_workspace: Flask, town: Town, who: str, home: str | None, colleagues: set[str]
) -> None:
    person: Person = getattr(town, who)
    browser = person.browser(app_workspace)
    home = home or town.home()
    assert led_to(browser.get("/")) == home
    page = parsed(browser.get(home).text)
    assert {name.strip() for name in page.xpath("//*[@class='colleagues']//strong/text()")} == colleagues
    search = page.xpath("//form[@class='look-up']")[0]
    assert search.get("action").endswith("/search") and search.xpath(".//input[@name='q']")
    assert page.xpath("//a[@aria-current='page']/@href") == [f"/workspace{home}"]
    assert len(page.xpath("//*[@class='ahead']/li")) >= 3
    policy = browser.get(home).headers["Content-Security-Policy"]
    assert search.get("action").removesuffix("/search") in policy, "the browser may send the form there"


def test_a_bureau_without_liaison_is_asked_to_name_one_by_who_can(app_workspace: Flask, town: Town) -> None:
    assert "指定联络员" in town.admin.browser(app_workspace).get(town.home()).text
    assert "指定联络员" not in town.clerk.browser(app_workspace).get(town.home()).text


@pytest.mark.parametrize("who", ["stranger", "finance", "chief", "office", "planner"])
def test_nobody_sits_down_at_anothers_desk(app_workspace: Flask, town: Town, who: str) -> None:
    browser = getattr(town, who).browser(app_workspace)
    own = led_to(browser.get("/"))
    desks = {town.home(), "/finance/", "/p/", "/district/", f"/t/{town.tenant.slug}/"} - {own}
    if who == "office":
        desks -= {f"/t/{town.tenant.slug}/"}  # oversight looks into every tenant
    for home in desks:
        assert browser.get(home).status_code == 404, home
    for page in ("people/", "settings", "people/invite", f"people/{town.clerk.id}"):
        assert browser.get(f"{town.home()}{page}").status_code == 404


def test_a_bureaus_clerk_neither_manages_people_nor_settings(app_workspace: Flask, town: Town) -> None:
    browser = town.clerk.browser(app_workspace)
    for page in ("people/", "people.xlsx", "settings", f"people/{town.admin.id}"):
        assert browser.get(f"{town.home()}{page}").status_code == 403
    assert "/people/" not in browser.get(town.home()).text, "nothing leads to what is closed"


def test_a_bureaus_former_address_leads_on_for_its_own_people(app_workspace: Flask, town: Town) -> None:
    moved = town.clerk.browser(app_workspace).get("/b/before/?x=1")
    assert moved.status_code == 301 and led_to_permanently(moved.location) == f"{town.home()}?x=1"
    assert town.stranger.browser(app_workspace).get("/b/before/").status_code == 404


def led_to_permanently(location: str) -> str:
    return location.removeprefix("/workspace")


def switch(browser: StrictClient, address: str) -> dict[str, bool]:
    """The desks that the header offers, each with whether it is the one shown."""
    links = parsed(browser.get(address).text).xpath("//header//details[contains(@class,'tenant')]//a")
    return {link.get("href").removeprefix("/workspace"): link.get("aria-current") == "true" for link in links}


def test_who_has_several_desks_changes_between_them_and_comes_back_to_the_last(
    app_workspace: Flask, town: Town
) -> None:
    with town.deployment.session() as session, session.begin():
        many = people.staff(session, Role.FINANCE_READER, Role.TOP_CHIEF, Role.WORKING_GROUP, name="身兼数职")
        people.hold(session, many, Role.PLANNER, town.tenant)
        for bureau in (town.bureau, town.other):
            people.hold(session, many, Role.BUREAU_STAFF, bureau)
    browser = many.browser(app_workspace)
    homes = ["/district/", f"/t/{town.tenant.slug}/", town.home(), town.home(town.other), "/finance/", "/p/"]
    assert led_to(browser.get("/")) == "/district/"
    for home in homes:
        offered = switch(browser, home)
        assert set(homes) <= set(offered)
        assert [address for address, shown in offered.items() if shown] == [home]
        assert led_to(browser.get("/")) == home, "the first page is the desk used last"
        assert switch(browser, "/account") == offered, "one's own pages stand beside the work"
    assert switch(town.clerk.browser(app_workspace), town.home()) == {}, "nothing to choose from"


def test_a_look_into_a_tenant_does_not_move_the_offices_own_desk(app_workspace: Flask, town: Town) -> None:
    browser = town.office.browser(app_workspace)
    assert browser.get(f"/t/{town.tenant.slug}/").status_code == 200
    assert led_to(browser.get("/")) == "/district/"
