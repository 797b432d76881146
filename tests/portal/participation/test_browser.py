"""Comments in Chromium: the resident on a phone, the clerk by keyboard; nothing for axe to find."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import expect

from portal.participation import service
from portal.participation.policy import Fate
from tenants.identity.models import CommentPolicy, Tenant
from tenants.rules import AS_IT_IS
from tests.conftest import Deployment
from tests.factories.participation import Corner, Neighbour, article, corner, resident

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route

pytestmark = pytest.mark.browser
#: Where pictures of the pages go, for whoever wants to look at them.
PICTURES = os.environ.get("XINYA_PICTURES", "")
WIDTHS = (1280, 320, 360)


class Reader(Protocol):
    def sign_in(self, client: FlaskClient) -> None: ...


def enter(page: Page, app: Flask, reader: Reader, address: str) -> None:
    """Give the browser a signed-in person's cookie."""
    client = app.test_client()
    reader.sign_in(client)
    name, path = app.config["SESSION_COOKIE_NAME"], app.config["APPLICATION_ROOT"]
    cookie = client.get_cookie(name, path=path) or client.get_cookie(name)
    assert cookie
    page.context.add_cookies([{"name": name, "value": cookie.value, "url": address + path}])


@pytest.fixture
def at_the_desk(live: str, app_workspace: Flask, open_page: Callable[..., Page]) -> Callable[..., Page]:
    """`at_the_desk(place, width=320)`: a page in the browser of the clerk there, signed in."""

    def sit(place: Corner, **window: int) -> Page:
        page = open_page(**window)
        enter(page, app_workspace, place.clerk, live)
        return page

    return sit


def look(page: Page, axe: Callable[[Page], list[str]], name: str) -> None:
    """Nothing sticks out of a desktop's window or a phone's, and nothing for axe to find on the phone."""
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (name, width)
        if PICTURES:
            page.screenshot(path=Path(PICTURES) / f"{name}-{width}.png", full_page=True)
    assert axe(page) == [], name


@pytest.fixture(scope="module")
def place(deployment: Deployment) -> Corner:
    return corner(deployment)


@pytest.fixture(scope="module")
def wang(deployment: Deployment) -> Neighbour:
    return resident(deployment)


@pytest.fixture(scope="module")
def busy(deployment: Deployment, wang: Neighbour) -> Corner:
    """An article with comments of every fate and standing."""
    place = corner(deployment, name="玉桥街道办事处")
    _clerk, li = place.clerk.actor(), resident(deployment, "李雷")
    outcome, _ = article(place, "三角地的路灯装好了，晚上更亮了")
    done = place.comment(wang, "三角地晚上太黑，老人走路容易摔跤，能不能装几盏路灯？")
    place.comment(li, "我家就在旁边，支持装灯，不过别太亮，影响睡觉。", to=done)
    refused = place.comment(li, "建议把整块地都改成停车场，小区停车实在太难了。")
    place.comment(wang, "沙坑旁边最好有洗手的地方。")
    late = place.comment(li, "公示期写的是三月，怎么还没有结果？", at=datetime(2026, 3, 2, 2, tzinfo=UTC))
    hidden = place.comment(wang, "这条写得太凶了。")
    studying = place.comment(li, "能不能保留那棵老槐树？树龄有六十多年了，夏天大家都在下面乘凉。")
    with place.at_desk() as session:
        service.answer(
            session,
            done,
            AS_IT_IS,
            "感谢您的意见。我们和设计单位看过现场，已把照明加进方案。",
            fate=Fate.ADOPTED,
            reason="加装六盏庭院灯。",
        )
        service.set_fate(
            session, done, AS_IT_IS, Fate.DONE, "六盏庭院灯已经亮了。", outcome_publication_id=outcome
        )
        service.answer(
            session,
            refused,
            AS_IT_IS,
            "这块地规划为绿地，不能改作停车场；附近的错时停车位已经开放。",
            fate=Fate.NOT_ADOPTED,
            reason="与绿地规划不符。",
        )
        service.set_fate(session, studying, AS_IT_IS, Fate.STUDYING)
        service.hide(session, hidden, AS_IT_IS, "abuse", "请换个说法。")
    with place.at_desk() as session:
        service.save_template(session, "感谢来信", "感谢您的来信。")
    with deployment.session() as session, session.begin():
        session.get_one(Tenant, place.tenant.id).comment_policy = CommentPolicy.HOLD
    for n in range(3):
        place.comment(li, f"等待审核的第 {n + 1} 条意见，希望早点看到。")
    assert late
    return place


def test_a_resident_writes_in_place(
    place: Corner,
    wang: Neighbour,
    live: str,
    app_public: Flask,
    open_page: Callable[..., Page],
    axe: Callable[[Page], list[str]],
) -> None:
    page = open_page(width=360)
    enter(page, app_public, wang, live)
    page.goto(f"{live}/a/{place.code}")
    page.get_by_label("说说您的意见").fill("晚上太黑，打 13800138000 找我")
    page.get_by_role("button", name="预览").click()
    page.get_by_text("已经用 * 遮盖").wait_for()
    assert page.url.endswith(f"/a/{place.code}")  # nothing was reloaded
    look(page, axe, "write")
    page.get_by_role("button", name="发表", exact=True).click()
    page.get_by_text("意见已经发表").first.wait_for()
    said = page.locator(".comment", has_text="晚上太黑，打 138******00 找我")
    said.get_by_role("link", name="回复").click()
    page.get_by_label("回复 王芳").fill("补充一句：是东边的路口。")
    page.get_by_role("button", name="预览").last.click()
    page.get_by_role("button", name="发表", exact=True).click()
    page.locator(".comment-answers", has_text="补充一句：是东边的路口。").first.wait_for()
    look(page, axe, "written")


def test_a_thread_with_everything_in_it(
    busy: Corner,
    place: Corner,
    wang: Neighbour,
    live: str,
    app_public: Flask,
    open_page: Callable[..., Page],
    axe: Callable[[Page], list[str]],
) -> None:
    page = open_page()
    page.goto(f"{live}/a/{busy.code}")
    page.get_by_role("link", name="登录后发表意见").wait_for()
    look(page, axe, "thread-visitor")
    enter(page, app_public, wang, live)
    page.reload()
    page.get_by_text("只有您能看到").first.wait_for()
    look(page, axe, "thread-author")
    page.goto(f"{live}/account/comments")
    look(page, axe, "mine")
    replied = place.comment(wang, "给回复页面用的意见。")
    page.goto(f"{live}/a/{place.code}/comments?parent={replied}")
    look(page, axe, "reply")


@pytest.mark.parametrize("width", [360, 1280])
def test_the_desk_opens_comments_where_they_can_be_read(
    busy: Corner,
    live: str,
    at_the_desk: Callable[..., Page],
    axe: Callable[[Page], list[str]],
    width: int,
) -> None:
    page = at_the_desk(busy, width=width)
    desk = f"{live}/workspace/t/{busy.tenant.slug}/comments/"
    page.goto(desk + "?tab=all")
    page.locator(".case", has_text="三角地晚上太黑").locator(".case-words a").click()
    page.get_by_role("heading", name="答复和回复").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert axe(page) == []
    page.goto(desk + "?tab=overdue")
    page.locator(".case-words a").first.click()
    page.get_by_label("正式答复").wait_for()
    expect(page.locator(".case-open")).to_be_focused()
    assert page.evaluate("document.querySelector('#case').scrollTop") == 0  # from its first line on
    assert width < 1000 or page.evaluate("scrollY") == 0, "the page jumps when a comment is opened"
    expect(page.get_by_role("button", name="发出答复")).to_be_in_viewport()
    assert axe(page) == []


def test_the_desk_with_everything_in_it(
    busy: Corner, live: str, at_the_desk: Callable[..., Page], axe: Callable[[Page], list[str]]
) -> None:
    page = at_the_desk(busy)
    for name, rest, there in (
        ("desk", "", ".case"),
        ("desk-held", "?tab=held", ".case"),
        ("desk-none", "?tab=all&q=没有人写过", ".empty"),
        ("templates", "templates/", "main form"),
    ):
        page.goto(f"{live}/workspace/t/{busy.tenant.slug}/comments/{rest}")
        expect(page.locator(there)).not_to_have_count(0)
        look(page, axe, name)


def test_the_desk_by_keyboard_alone(
    busy: Corner, live: str, at_the_desk: Callable[..., Page], axe: Callable[[Page], list[str]]
) -> None:
    page = at_the_desk(busy)
    page.goto(f"{live}/workspace/t/{busy.tenant.slug}/comments/?tab=held")
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.locator(".case").first.get_by_role("checkbox")).to_be_checked()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.locator("#case").get_by_role("link", name="不公开……").wait_for()
    assert "/comments/" in page.url and "tab=held" in page.url  # Back leads to the list
    page.locator("#case").get_by_role("link", name="不公开……").press("Enter")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("与这篇内容无关，请到相应的渠道反映。").check()
    assert axe(page) == []
    dialog.get_by_role("button", name="不公开").press("Enter")
    page.get_by_text("理由已经告诉居民").wait_for()
    # approve one and answer another without touching the list
    page.goto(f"{live}/workspace/t/{busy.tenant.slug}/comments/?tab=held")
    page.keyboard.press("?")
    page.get_by_text("下一条").wait_for()
    assert axe(page) == []
    waiting = page.locator(".case").count()
    page.keyboard.press("j")
    page.keyboard.press("a")
    page.get_by_text("已公开展示。").first.wait_for()
    expect(page.locator(".case")).to_have_count(waiting - 1)
    page.wait_for_load_state()  # from then on the page takes keys
    page.keyboard.press("j")
    page.keyboard.press("r")
    expect(page.get_by_label("正式答复")).to_be_focused()
    page.keyboard.type("谢谢您，已转有关部门。")
    page.get_by_role("button", name="发出答复").press("Enter")
    page.get_by_text("答复已经发出").first.wait_for()


def test_what_is_typed_before_the_answer_page_is_there_presses_nothing(
    deployment: Deployment,
    wang: Neighbour,
    live: str,
    at_the_desk: Callable[..., Page],
) -> None:
    place = corner(deployment, policy=CommentPolicy.HOLD, name="临河里街道办事处")
    place.comment(wang, "桥头的护栏松了。")
    page = at_the_desk(place)
    page.goto(f"{live}/workspace/t/{place.tenant.slug}/comments/?tab=held")
    on_the_way: list[Route] = []
    page.route(re.compile(r"/comments/[0-9a-f-]{36}\?"), lambda route: on_the_way.append(route))
    page.keyboard.press("j")
    with page.expect_request(re.compile(r"/comments/[0-9a-f-]{36}\?")):
        page.keyboard.press("r")
    page.keyboard.type("also")  # the first letter would approve
    on_the_way[0].continue_()
    expect(page.get_by_label("正式答复")).to_be_focused()
    expect(page.locator("#case").get_by_text("等待审核")).to_be_visible()
