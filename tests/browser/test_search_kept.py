"""Searches that people keep, and what the district office does for everybody's search, in a real browser."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import update

from search.indexing import note
from search.models import SavedSearch
from search.sources import Corpus
from tenants.clock import now
from tenants.permissions import Role
from tests.browser.hands import NO_SCRIPT, PHONE, Keys, Way
from tests.browser.search_town import Axe, Open, come_to_work, fine, found, give_cookie, paper, town
from tests.conftest import Deployment
from tests.factories.participation import resident
from tests.factories.people import Place

pytestmark = [pytest.mark.browser, pytest.mark.slow("people's whole ways through search")]

__all__ = ["paper", "town"]  # fixtures of these tests


def test_keeping_a_search_and_what_is_new(
    deployment: Deployment, live: str, open_page: Open, axe: Axe, town: Place
) -> None:
    """A planner on a phone, with the keyboard: nothing kept, kept, renamed wrongly, paused, looked at, removed."""
    page, keys = open_page(width=360, height=740), Keys()
    person = come_to_work(deployment, page, live, town)
    kept = f"{live}/workspace/t/{town.slug}/search/saved"
    page.goto(kept)
    expect(page.locator("main")).to_contain_text("还没有保存的搜索")
    assert axe(page) == []
    page.goto(f"{live}/workspace/t/{town.slug}/search?q=口袋公园&kind=sprout")
    keys.click(page, page.get_by_role("button", name="保存这个搜索"))
    page.wait_for_url(kept)
    assert axe(page) == []

    keys.click(page, page.get_by_text("改名", exact=True))
    keys.write(page, page.get_by_label("名称"), "长" * 60)
    keys.click(page, page.get_by_role("button", name="保存名称"))
    page.get_by_role("alert").wait_for()
    expect(page.get_by_label("名称")).to_have_value("长" * 60)  # nothing typed is lost
    assert axe(page) == []
    keys.write(page, page.get_by_label("名称"), "公园进展")
    keys.click(page, page.get_by_role("button", name="保存名称"))
    page.get_by_role("link", name="公园进展").wait_for()

    keys.click(page, page.get_by_role("button", name="暂停提醒"))
    keys.click(page, page.get_by_role("button", name="恢复提醒"))
    page.get_by_role("button", name="暂停提醒").wait_for()
    with deployment.session() as session, session.begin():
        ago = now() - timedelta(days=60)
        session.execute(update(SavedSearch).where(SavedSearch.staff_id == person.id).values(seen_at=ago))
    page.goto(f"{live}/workspace/t/{town.slug}/")
    expect(page.locator("main")).to_contain_text("保存的搜索有新内容")
    assert axe(page) == []
    keys.click(page, page.get_by_role("link", name="公园进展"))
    page.get_by_text("1 条新内容").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert axe(page) == []
    keys.click(page, page.get_by_role("button", name="都看一看"))
    page.wait_for_url("**/search?q=*sort=date")
    keys.click(page, page.get_by_role("link", name="玉桥北里口袋公园开工"))
    page.get_by_role("heading", level=1, name="玉桥北里口袋公园开工").wait_for()
    page.goto(kept)
    expect(page.locator("main")).to_contain_text("没有新内容")
    keys.click(page, page.get_by_role("button", name="删除"))
    page.get_by_text("已删除这个搜索").wait_for()


@pytest.mark.parametrize("way", [PHONE, NO_SCRIPT], ids=lambda way: way.name)
def test_a_resident_follows_a_search(
    deployment: Deployment, live: str, open_page: Open, axe: Axe, town: Place, way: Way
) -> None:
    page, hands = open_page(**way.options), way.hands
    page.goto(f"{live}/search?q=口袋公园")
    expect(page.get_by_role("link", name="登录后可以关注这个搜索")).to_be_visible()
    give_cookie(page, deployment.public, live, resident(deployment).token)
    page.goto(f"{live}/search/saved")
    expect(page.locator("main")).to_contain_text("还没有关注的搜索")
    fine(page, axe, way)
    page.goto(f"{live}/search?q=口袋公园&kind=sprout&tenant={town.slug}")
    fine(page, axe, way)
    hands.click(page, page.get_by_role("button", name="关注这个搜索"))
    page.wait_for_url(f"{live}/search/saved")
    expect(page.locator("main")).to_contain_text("只看：新芽项目、玉桥")
    fine(page, axe, way)
    hands.click(page, page.get_by_role("link", name="口袋公园", exact=True))
    found(page, 1)
    page.go_back()
    hands.click(page, page.get_by_role("button", name="取消关注"))
    page.get_by_text("已取消关注").wait_for()


def test_the_office_tries_synonyms_and_pins_an_answer(
    deployment: Deployment, live: str, open_page: Open, axe: Axe, town: Place
) -> None:
    page, keys = open_page(), Keys()
    come_to_work(deployment, page, live, town, Role.DISTRICT_OFFICE)
    page.goto(f"{live}/workspace/district/search/curate")
    assert axe(page) == []
    groups = page.get_by_role("textbox", name="意思相同的词")
    keys.write(page, groups, f"{groups.input_value()}\n袖珍花园 口袋公园")
    keys.write(page, page.get_by_label("试查的词"), "袖珍花园")
    keys.click(page, page.get_by_role("button", name="先试查"))
    row = page.locator("#effects tbody tr")
    row.wait_for()
    expect(row.locator("td").nth(0)).to_have_text("0")
    expect(row.locator("td").nth(1)).to_have_text("3")
    expect(row).to_contain_text("张家湾口袋公园建成开放")
    expect(page.get_by_role("textbox", name="意思相同的词")).to_have_value(re.compile("袖珍花园 口袋公园"))
    assert axe(page) == []
    visitor = open_page()
    visitor.goto(f"{live}/search?q=袖珍花园")
    expect(visitor.locator("main")).to_contain_text("没有找到相关内容")  # nothing is in force yet
    keys.click(page, page.get_by_role("button", name="保存并生效"))
    page.get_by_text("同义词已经生效").wait_for()
    visitor.goto(f"{live}/search?q=袖珍花园&page=1")
    found(visitor, 3)

    visitor.get_by_role("link", name="口袋公园怎么建：一图读懂").click()
    visitor.get_by_role("heading", level=1, name="口袋公园怎么建：一图读懂").wait_for()
    keys.write(page, page.get_by_label("查询词"), "停车")
    keys.write(page, page.get_by_label("文章地址"), visitor.url)
    keys.click(page, page.get_by_role("button", name="设为推荐"))
    page.get_by_role("button", name="取消推荐").wait_for()
    assert axe(page) == []
    visitor.goto(f"{live}/search?q=停车")
    expect(visitor.locator(".hit").first).to_contain_text("推荐")
    expect(visitor.locator("ol.hits h2").first).to_have_text("口袋公园怎么建：一图读懂")
    page.goto(f"{live}/workspace/district/operations")
    expect(page.locator("main")).to_contain_text("改动都已进索引")
    assert axe(page) == []
    with deployment.session() as session, session.begin():
        note(session, Corpus.PUBLIC, error="Connection refused: " + "HTTPConnection(host=elastic.example) " * 9)
    page.reload()
    expect(page.locator("main")).to_contain_text("HTTPConnection")
    assert axe(page) == []
