"""Staff keep searches where they work: listed, named, paused, looked at; news by mail and on the first page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from sqlalchemy import update

from portal.search import queries
from portal.search.jobs import tell_staff
from search import connect, saved
from search.models import SavedSearch
from search.queries import SearchRequest
from tenants.clock import now
from tenants.identity.models import RoleAssignment
from tenants.permissions import Role
from tests.conftest import Deployment
from tests.factories import people, publishing
from tests.factories.accounts import last_letter, letters_to
from tests.factories.people import Person, Place
from tests.support.database import counted_queries
from tests.support.forms import PREFIX, follow, parsed
from tests.support.html import StrictClient


@dataclass(frozen=True)
class Desk:
    """A planner at work in a tenant, with a colleague who writes."""

    deployment: Deployment
    place: Place
    planner: Person
    colleague: Person
    client: StrictClient

    @property
    def saved(self) -> str:
        return f"/t/{self.place.slug}/search/saved"

    def writes(self, title: str) -> None:
        """The colleague writes something new, and it is indexed."""
        actor = self.colleague.actor(self.place)
        with self.deployment.session(actor) as session, session.begin():
            publishing.draft(session, actor, title=title)
        self.deployment.run_jobs()

    def time_passes(self) -> None:
        """What was kept was kept an hour ago."""
        ago = now() - timedelta(hours=1)
        with self.deployment.session() as session, session.begin():
            session.execute(
                update(SavedSearch)
                .where(SavedSearch.staff_id == self.planner.id)
                .values(seen_at=ago, told_at=ago)
            )

    def told(self) -> int:
        """How many letters there are after the worker has told of news."""
        with self.deployment.session() as session, session.begin():
            tell_staff(session)
        return letters_to(self.deployment, self.planner.email)


@pytest.fixture
def desk(deployment: Deployment) -> Iterator[Desk]:
    with deployment.session() as session, session.begin():
        place = people.tenant(session, "丙镇人民政府")
        planner = people.staff(session, Role.PLANNER, place=place)
        colleague = people.staff(session, Role.TENANT_STAFF, place=place)
    client = planner.browser(deployment.workspace)
    deployment.workspace.config["WTF_CSRF_ENABLED"] = False
    yield Desk(deployment, place, planner, colleague, client)
    deployment.workspace.config["WTF_CSRF_ENABLED"] = True


def keep(desk: Desk, query: str) -> str:
    """Keep a search; the path of its actions."""
    answer = desk.client.post(f"{desk.saved}?{query}")
    assert answer.status_code == 303
    found = re.findall(
        rf'action="{PREFIX}({desk.saved}/[0-9a-f-]+)/remove"', desk.client.get(desk.saved).text
    )
    return str(found[0])


def test_the_life_of_a_saved_search(desk: Desk) -> None:
    client = desk.client
    assert "还没有保存的搜索" in client.get(desk.saved).text
    desk.writes("槐花巷旧稿")
    page = client.get(f"/t/{desk.place.slug}/search?q=槐花巷").text
    assert "保存这个搜索" in page
    one = keep(desk, "q=槐花巷&kind=sprout")
    listed = client.get(desk.saved).text
    assert "槐花巷" in listed and "只看：新芽项目" in listed and "没有新内容" in listed
    assert "保存这个搜索" not in client.get(f"/t/{desk.place.slug}/search?q=槐花巷&kind=sprout").text

    assert client.post(f"{one}/rename", data={"name": "  巷子里 的事 "}).status_code == 303
    assert "巷子里 的事" in client.get(desk.saved).text
    too_long = client.post(f"{one}/rename", data={"name": "长" * 41})
    assert too_long.status_code == 422 and "最多 40 个字" in too_long.text and "长" * 41 in too_long.text
    assert client.post(f"{one}/rename", data={"name": ""}).status_code == 303
    assert "巷子里" not in client.get(desk.saved).text

    assert client.post(f"{one}/pause").status_code == 303
    assert "恢复提醒" in client.get(desk.saved).text
    assert client.post(f"{one}/resume").status_code == 303
    assert "暂停提醒" in client.get(desk.saved).text

    assert client.post(f"{one}/remove").status_code == 303
    assert "还没有保存的搜索" in client.get(desk.saved).text
    for action in ("rename", "pause", "resume", "look", "remove"):
        assert client.post(f"{one}/{action}", data={"name": "x"}).status_code == 404
    assert client.post(f"{one}/explode").status_code == 404


def test_what_is_new_is_shown_told_once_and_looked_at(desk: Desk) -> None:
    home = f"/t/{desk.place.slug}/"
    one = keep(desk, "q=梨树沟")
    desk.time_passes()
    assert "保存的搜索有新内容" not in desk.client.get(home).text
    assert desk.told() == 0
    desk.writes("梨树沟要修一条小路")
    desk.writes("与此无关的一篇")

    today = desk.client.get(home).text
    assert "保存的搜索有新内容" in today and "1 条新内容" in today
    assert "梨树沟要修一条小路" in desk.client.get(desk.saved).text
    assert desk.told() == 1
    letter = last_letter(desk.deployment, desk.planner.email)
    assert "> 梨树沟要修一条小路" in letter and "无关" not in letter
    assert f"/t/{desk.place.slug}/search?q=" in letter and f"{desk.saved}" in letter
    with desk.deployment.session() as session:
        assert list(saved.news_for_staff(session)) == []

    looked = desk.client.post(f"{one}/look")
    assert looked.status_code == 303 and "sort=date" in looked.headers["Location"]
    assert "梨树沟要修一条小路" in re.sub(r"</?mark>", "", follow(desk.client, looked).text)
    assert "保存的搜索有新内容" not in desk.client.get(home).text
    assert "没有新内容" in desk.client.get(desk.saved).text


def test_a_paused_search_is_silent(desk: Desk) -> None:
    one = keep(desk, "q=杏花台")
    desk.client.post(f"{one}/pause")
    desk.time_passes()
    desk.writes("杏花台开工")
    assert desk.told() == 0
    assert "保存的搜索有新内容" not in desk.client.get(f"/t/{desk.place.slug}/").text
    desk.client.post(f"{one}/resume")
    assert desk.told() == 0  # of what is new from then on
    assert "没有新内容" in desk.client.get(desk.saved).text


def test_blank_searches_and_too_many_are_refused(desk: Desk) -> None:
    blank = desk.client.post(f"{desk.saved}?q=-")
    assert "请先填写要找的内容" in follow(desk.client, blank).text
    assert "保存这个搜索" not in desk.client.get(f"/t/{desk.place.slug}/search").text
    with desk.deployment.session(desk.planner.actor()) as session, session.begin():
        for number in range(saved.MOST_SAVED):
            saved.save(session, SearchRequest(f"公园{number}"))
    full = desk.client.post(f"{desk.saved}?q=再一个")
    assert "最多保存 20 个搜索" in follow(desk.client, full).text


def test_nobody_touches_anothers(desk: Desk) -> None:
    one = keep(desk, "q=槐花巷")
    other = desk.deployment.workspace.test_client()
    desk.colleague.sign_in(other)
    assert "还没有保存的搜索" in other.get(desk.saved).text
    for action in ("rename", "pause", "resume", "look", "remove"):
        assert other.post(f"{one}/{action}", data={"name": "我的"}).status_code == 404
    assert "槐花巷" in desk.client.get(desk.saved).text


def test_news_are_only_of_what_this_person_may_open_now(desk: Desk) -> None:
    """Of another tenant nothing; after the role has ended no letter, whatever was saved."""
    keep(desk, "q=柳荫渡")
    desk.time_passes()
    with desk.deployment.session() as session, session.begin():
        elsewhere = people.tenant(session, "丁镇人民政府")
        stranger = people.staff(session, Role.TENANT_STAFF, place=elsewhere)
    replace(desk, place=elsewhere, colleague=stranger).writes("柳荫渡是别的镇的事")
    assert desk.told() == 0
    assert "保存的搜索有新内容" not in desk.client.get(f"/t/{desk.place.slug}/").text
    with desk.deployment.session() as session, session.begin():
        session.execute(
            update(RoleAssignment).where(RoleAssignment.staff_id == desk.planner.id).values(ended_at=now())
        )
    desk.writes("柳荫渡的新稿")
    assert desk.told() == 0


def test_the_district_office_keeps_searches_across_tenants(desk: Desk) -> None:
    with desk.deployment.session() as session, session.begin():
        office = people.staff(session, Role.DISTRICT_OFFICE)
    client = desk.deployment.workspace.test_client()
    office.sign_in(client)
    kept = client.post(f"/district/search/saved?q=榆钱坡&tenant={desk.place.slug}")
    assert kept.headers["Location"] == f"{PREFIX}/district/search/saved"
    assert "只看：丙镇人民政府" in client.get("/district/search/saved").text
    own = replace(desk, planner=office)
    own.time_passes()
    desk.writes("榆钱坡的体检")
    assert "榆钱坡的体检" in client.get("/district/search/saved").text
    assert "保存的搜索有新内容" in client.get("/district/").text
    own.told()
    assert "> 榆钱坡的体检" in last_letter(desk.deployment, office.email)


def test_pages_open_while_search_rests(desk: Desk) -> None:
    keep(desk, "q=槐花巷")
    desk.time_passes()

    nobody_there = desk.deployment.settings.model_copy(update={"elasticsearch_url": "http://127.0.0.1:1"})
    with desk.deployment.session() as session:
        before = connect.of(session).engine
    connect.use(connect.make(nobody_there), desk.deployment.workspace_engine.url)
    try:
        assert desk.client.get(f"/t/{desk.place.slug}/").status_code == 200
        listed = desk.client.get(desk.saved)
        assert listed.status_code == 200 and "槐花巷" in listed.text
        assert desk.told() == 0
    finally:
        connect.use(before, desk.deployment.workspace_engine.url)


def test_the_number_of_queries_does_not_grow(desk: Desk) -> None:
    actor = desk.planner.actor()

    def cost() -> int:
        with desk.deployment.session(actor) as session:
            session.connection()
            queries.news(session)
            with counted_queries() as counted:
                assert queries.news(session)
        return len(counted)

    keep(desk, "q=桑园")
    desk.time_passes()
    desk.writes("桑园第一篇")
    few = cost()
    for number in range(5):
        keep(desk, f"q=桑园&year={2021 + number}")
        desk.writes(f"桑园又一篇{number}")
    desk.time_passes()
    assert cost() == few


def test_every_control_of_the_list_has_a_name_of_its_own(desk: Desk) -> None:
    keep(desk, "q=一")
    keep(desk, "q=二")
    page = parsed(desk.client.get(desk.saved).text)
    ids = page.xpath("//@id")
    assert len(ids) == len(set(ids))
    assert len(page.xpath("//input[@name='name']")) == 2
