"""Searching in a real browser: on a phone, with the keyboard alone, and without JavaScript."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlparse

import pytest
from playwright.sync_api import expect

from search import connect
from tenants.permissions import Role
from tests.browser.hands import KEYBOARD, PHONE, WAYS, Hands, Way
from tests.browser.search_town import Axe, Open, come_to_work, fine, found, paper, town
from tests.conftest import Deployment
from tests.factories import people
from tests.factories.people import Place
from tests.support.forms import parsed
from tests.support.html import StrictClient

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.slow("people's whole ways through search")]

__all__ = ["paper", "town"]  # fixtures of these tests


def choose(page: Page, hands: Hands, name: str) -> None:
    """Choose a value of a facet; where there is little room the facets are folded."""
    link = page.locator(".facet a", has_text=name)
    link.wait_for(state="attached")
    if not link.is_visible():
        hands.click(page, page.get_by_text("缩小范围"))
    hands.click(page, link)
    page.locator(".facet a[aria-current]", has_text=name).wait_for(state="attached")


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)
def test_from_the_box_to_the_article(live: str, open_page: Open, axe: Axe, town: Place, way: Way) -> None:
    page, hands = open_page(**way.options), way.hands
    page.goto(live)
    hands.write(page, page.locator("#site-search"), "口袋公园")
    hands.click(page, page.get_by_role("search").get_by_role("button", name="搜索"))
    page.get_by_role("heading", level=1, name="搜索“口袋公园”").wait_for()
    found(page, 3)
    page.locator("ol.hits mark").nth(2).wait_for()
    fine(page, axe, way)

    # facets narrow together, say how many they leave, and stay in the address
    choose(page, hands, "新芽项目")
    found(page, 2)
    assert page.locator(".facet a").first.is_visible()  # not folded again
    choose(page, hands, "玉桥")
    found(page, 1, "玉桥北里口袋公园开工")
    asked = parse_qs(urlparse(page.url).query)
    assert (asked["q"], asked["kind"], asked["tenant"]) == (["口袋公园"], ["sprout"], [town.slug])
    fine(page, axe, way)
    page.go_back()
    found(page, 2)
    page.go_back()
    found(page, 3)

    hands.click(page, page.get_by_role("link", name="最新"))
    page.wait_for_url("**sort=date**")
    found(page, 3, "张家湾口袋公园建成开放", "口袋公园怎么建：一图读懂", "玉桥北里口袋公园开工")
    hands.click(page, page.get_by_role("link", name="张家湾口袋公园建成开放"))
    page.get_by_role("heading", level=1, name="张家湾口袋公园建成开放").wait_for()


def test_a_typing_mistake_is_asked_about_not_replaced(
    live: str, open_page: Open, axe: Axe, town: Place
) -> None:
    page = open_page(**PHONE.options)
    page.goto(f"{live}/search?q=口代公园")
    page.get_by_role("heading", level=1, name="搜索“口代公园”").wait_for()
    expect(page.locator("main")).to_contain_text("您是不是要找：口袋公园")
    expect(page.locator("main")).to_contain_text("没有同时包含全部词语的内容")
    fine(page, axe, PHONE)
    page.locator(".did-you-mean a").click()
    page.get_by_role("heading", level=1, name="搜索“口袋公园”").wait_for()
    found(page, 3)


def test_nothing_found_says_what_else_to_do(live: str, open_page: Open, axe: Axe, town: Place) -> None:
    page = open_page(**PHONE.options)
    page.goto(f"{live}/search?q=玉桥 直升机坪")
    words = page.inner_text("main")
    assert "没有找到相关内容" in words and "少用几个词" in words
    fine(page, axe, PHONE)
    page.locator(".search-ask").get_by_role("link", name="玉桥", exact=True).click()
    page.wait_for_url(f"**/places/{town.slug}/#contact")


def test_what_else_to_do_are_plain_links(visitor: StrictClient, town: Place) -> None:
    """For the keyboard, and without scripts."""
    mistaken = parsed(visitor.get("/search?q=口代公园").text)
    [meant] = mistaken.xpath("//*[@class='did-you-mean']/a")
    assert meant.text == "口袋公园"
    assert "共 3 条" in visitor.get(meant.get("href")).text
    nothing = parsed(visitor.get("/search?q=玉桥 直升机坪").text)
    assert nothing.xpath("//*[@class='search-ask']//a[text()='玉桥']/@href") == [f"/places/{town.slug}/#contact"]
    assert parsed(visitor.get(f"/places/{town.slug}/").text).get_element_by_id("contact") is not None


def test_an_excerpt_from_a_document_names_its_page(live: str, open_page: Open, axe: Axe, town: Place) -> None:
    page = open_page(width=360)
    page.goto(f"{live}/search?q=停车泊位")
    hit = page.locator(".hit").first
    assert "附件《停车方案》第 2 页：" in hit.inner_text()
    # printing wrote a character as the radical that looks the same
    assert hit.locator(".hit-excerpt mark").all_inner_texts() == ["停⻋泊位"]
    page.goto(f"{live}/search?q=口袋公园&documents=yes")
    expect(page.locator("main")).to_contain_text("这些条件下没有结果")
    assert axe(page) == []


@pytest.mark.parametrize("face", ["public", "workspace"])
def test_suggestions_are_under_the_keyboards_control(
    deployment: Deployment, live: str, open_page: Open, axe: Axe, town: Place, face: str
) -> None:
    page = open_page()
    if face == "workspace":
        come_to_work(deployment, page, live, town)
    page.goto(live if face == "public" else f"{live}/workspace/t/{town.slug}/")
    box = page.locator("#site-search, #work-search")
    expect(box).to_have_role("combobox")
    expect(box).to_have_attribute("aria-expanded", "false")
    box.fill("玉桥北")
    options = page.get_by_role("option")
    title = page.get_by_role("option", name="玉桥北里口袋公园开工")
    title.wait_for()
    expect(box).to_have_attribute("aria-expanded", "true")
    assert page.locator(f"#{box.get_attribute('aria-controls')}").get_attribute("role") == "listbox"
    assert axe(page) == []
    assert box.get_attribute("aria-activedescendant") is None  # nothing is chosen for anybody

    page.keyboard.press("Escape")
    expect(box).to_have_attribute("aria-expanded", "false")
    expect(box).to_have_value("玉桥北")  # only the list goes
    page.keyboard.press("ArrowDown")
    title.wait_for()
    page.keyboard.press("ArrowDown")
    chosen = page.locator("[role=option][aria-selected=true]")
    expect(chosen).to_have_count(1)
    expect(box).to_have_attribute("aria-activedescendant", str(chosen.get_attribute("id")))
    assert axe(page) == []
    page.keyboard.press("ArrowUp")
    expect(chosen).to_have_count(0)  # back in the box
    for option in options.all():
        page.keyboard.press("ArrowDown")
        expect(option).to_have_attribute("aria-selected", "true")
        if "玉桥北里口袋公园开工" in option.inner_text():
            break
    expect(title).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    page.get_by_role("heading", level=1, name="玉桥北里口袋公园开工").wait_for()


@pytest.mark.parametrize("width", [1280, 360])
def test_the_home_page_shows_all_its_suggestions(
    live: str, open_page: Open, axe: Axe, town: Place, width: int
) -> None:
    page = open_page(width=width)
    page.goto(live)
    page.locator("#site-search").fill("口袋")
    last = page.get_by_role("option").last
    last.wait_for()
    assert page.get_by_role("option").count() > 3
    assert width > 360 or axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert last.evaluate(
        """option => {
          const box = option.getBoundingClientRect();
          return option.contains(document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2));
        }"""
    )
    page.keyboard.press("ArrowUp")  # to the last
    expect(last).to_have_attribute("aria-selected", "true")
    assert page.evaluate("document.querySelector('.hero').scrollTop") == 0
    where = page.url
    last.click()
    page.wait_for_url(lambda url: url != where)


def test_other_words_are_searched_with_the_same_conditions(live: str, open_page: Open, town: Place) -> None:
    page, hands = open_page(**KEYBOARD.options), KEYBOARD.hands
    page.goto(f"{live}/search?q=停车&kind=sprout")
    expect(page.locator(".chips")).to_contain_text("新芽项目")
    hands.write(page, page.locator("#site-search"), "口袋公园")
    hands.click(page, page.get_by_role("search").get_by_role("button", name="搜索"))
    page.get_by_role("heading", level=1, name="搜索“口袋公园”").wait_for()
    found(page, 2)
    page.locator("#site-search").fill("口袋")
    with page.expect_navigation():  # a suggestion of words is asked like words
        page.get_by_role("option", name="口袋公园 搜索").click()
    found(page, 2)


def test_enter_without_a_choice_searches_for_what_was_typed(live: str, open_page: Open, town: Place) -> None:
    page = open_page()
    page.goto(live)
    page.locator("#site-search").fill("koudai")
    page.get_by_role("option", name="口袋公园").first.wait_for()
    page.keyboard.press("Enter")
    page.get_by_role("heading", level=1, name="搜索“koudai”").wait_for()
    found(page, 3)


@contextmanager
def resting(deployment: Deployment, address: str) -> Iterator[None]:
    """Both doors search with an engine at this address, where none answers."""
    settings = deployment.settings.model_copy(
        update={"elasticsearch_url": address, "search_timeout_seconds": 0.3}
    )
    with deployment.session() as session:
        before = connect.of(session).engine
    databases = (deployment.public_engine.url, deployment.workspace_engine.url)
    for url in databases:
        connect.use(connect.make(settings), url)
    try:
        yield
    finally:
        for url in databases:
            connect.use(before, url)


DOWN = "http://127.0.0.1:1"


@pytest.mark.parametrize("trouble", ["down", "slow"])
def test_an_engine_that_rests_is_never_no_results(
    deployment: Deployment, visitor: StrictClient, town: Place, trouble: str
) -> None:
    with deployment.session() as session, session.begin():
        planner = people.staff(session, Role.PLANNER, place=town)
    silent = socket.create_server(("127.0.0.1", 0))  # takes a connection and says nothing
    address = DOWN if trouble == "down" else f"http://127.0.0.1:{silent.getsockname()[1]}"
    with silent, resting(deployment, address):
        words = parsed(visitor.get("/search?q=口袋公园").text).xpath("string(//main)")
        assert "搜索正在休息" in words and "没有找到" not in words and "共 0 条" not in words
        assert "按街镇园区浏览" in words
        suggested = visitor.get("/search/suggest?q=玉桥")
        assert (suggested.status_code, suggested.json) == (200, [])
        at_work = planner.browser(deployment.workspace).get(f"/t/{town.slug}/search?q=口袋公园")
        assert "搜索正在休息" in parsed(at_work.text).xpath("string(//main)")
    assert "共 3 条" in visitor.get("/search?q=口袋公园&page=1").text


def test_typing_goes_on_while_the_engine_rests(
    deployment: Deployment, live: str, open_page: Open, axe: Axe, town: Place
) -> None:
    page = open_page(width=360)
    with resting(deployment, DOWN):
        page.goto(f"{live}/search?q=口袋公园&resting=yes")
        expect(page.locator("main")).to_contain_text("搜索正在休息")
        assert page.get_by_role("link", name="按街镇园区浏览").is_visible()
        assert axe(page) == []
        # typing goes on without suggestions, and says nothing of it
        page.goto(f"{live}/places/")
        with page.expect_response("**/search/suggest?*") as answer:
            page.locator("#site-search").fill("玉桥")
        assert (answer.value.status, answer.value.json()) == (200, [])
        expect(page.get_by_role("option")).to_have_count(0)
        expect(page.locator("#site-search")).to_have_attribute("aria-expanded", "false")
        come_to_work(deployment, page, live, town)
        page.goto(f"{live}/workspace/t/{town.slug}/search?q=口袋公园")
        expect(page.locator("main")).to_contain_text("搜索正在休息")
        assert axe(page) == []
    page.goto(f"{live}/search?q=口袋公园&resting=no")
    found(page, 3)


STRANGE = [
    "koudai", "口袋公園", "“口袋公园", '"口袋公园" -张家湾', "😀🎉", "-", '"', "2021", "a" * 2000, "园" * 2000,
]  # fmt: skip


def test_whatever_is_asked_gets_a_page(live: str, open_page: Open, axe: Axe, town: Place) -> None:
    page = open_page(width=320)
    page.goto(live)
    assert page.locator("#site-search").get_attribute("maxlength") == "200"
    for text in STRANGE:
        page.locator("#site-search").fill(text[:200])  # no more can be typed or pasted
        page.locator("#site-search").press("Enter")
        page.locator("h1.search-title").wait_for()
        expect(page.locator("#site-search")).to_have_value(text[:200])
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, text
        assert text not in ("-", STRANGE[-1]) or axe(page) == [], text
