"""The editor and the record in Chromium: what is typed keeps itself, two people meet, and everybody can use it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from portal.publishing import queries
from portal.publishing.content import Attachment
from tests.conftest import Deployment
from tests.factories import people
from tests.factories import publishing as make
from tests.factories.people import Person
from tests.factories.publishing import Newsroom

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
_BODY = (
    '<ol start="3"><li>走访<sup>2</sup></li></ol><table><caption>表1</caption><thead><tr><th scope="col">年</th></tr>'
    '</thead><tbody><tr><td>2035</td></tr></tbody></table><p class="signature">通州分局</p>'
)
Open = Callable[..., "Page"]


@pytest.fixture(scope="module")
def codes(deployment: Deployment, room: Newsroom) -> dict[str, str]:
    planner, clerk = room.planner.actor(), room.clerk.actor()
    with deployment.session(clerk) as session, session.begin():
        document = make.stored_file(session, room.place.id, "document")
        rich: dict[str, Any] = {
            "unit_id": people.unit(session, room.place),
            "documents": (Attachment(document.id, "方案说明"),),
            "for_you": "施工期间绕行东侧。",
            "latitude": 39.89,
            "longitude": 116.66,
        }
        live = make.published(session, planner, clerk, **rich)
        return {"live": live.code, "draft": make.draft(session, planner, **rich).code}


@pytest.fixture
def enter(live: str, deployment: Deployment, open_page: Open) -> Callable[..., Page]:
    """A person's page at an address of the workspace."""

    def go(person: Person, path: str, **options: Any) -> Page:
        client = person.browser(deployment.workspace)
        cookie = client.get_cookie("xinya_workspace", path="/workspace") or client.get_cookie(
            "xinya_workspace"
        )
        assert cookie is not None
        page = open_page(**options)
        page.context.add_cookies(
            [{"name": "xinya_workspace", "value": cookie.value, "url": f"{live}/workspace"}]
        )
        page.goto(f"{live}/workspace{path}")
        return page

    return go


@pytest.mark.parametrize("rest", ["{draft}", "{draft}/edit", "{live}", "{live}/preview"])
def test_everybody_can_use_a_text_with_everything_in_it(
    room: Newsroom,
    codes: dict[str, str],
    enter: Callable[..., Page],
    axe: Callable[[Page], list[str]],
    rest: str,
) -> None:
    page = enter(room.clerk, room.path("publications/" + rest.format(**codes)))
    for width in (1280, 360):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert axe(page) == []


def test_what_is_typed_keeps_itself(
    deployment: Deployment, room: Newsroom, codes: dict[str, str], enter: Callable[..., Page]
) -> None:
    edit = room.path(f"publications/{codes['draft']}/edit")
    page = enter(room.planner, edit, hurried=True)
    page.locator(".editor-page").click()
    page.keyboard.insert_text("刚刚想到的一句。")
    # it may keep itself more than once while this is typed
    with page.expect_response(
        lambda answer: answer.ok and "换了一段摘要" in (answer.request.post_data or "")
    ):
        page.fill("textarea[name=summary]", "换了一段摘要")
    page.get_by_text("已自动保存").wait_for()
    again = enter(room.planner, edit)
    expect(again.get_by_text("已经替您找回")).to_be_visible()
    expect(again.locator(".editor-page")).to_contain_text("刚刚想到的一句。")
    expect(again.locator("#summary-count")).to_have_text("6 / 140")
    again.click("button[value=save]")
    again.get_by_text("已保存。").wait_for()
    with deployment.session(room.planner.actor()) as session:
        record = queries.record(session, codes["draft"])
    assert record is not None and "刚刚想到的一句。" in record.content.body


def test_opening_and_leaving_keeps_no_draft(
    deployment: Deployment, room: Newsroom, enter: Callable[..., Page]
) -> None:
    with deployment.session(room.planner.actor()) as session, session.begin():
        written = make.draft(session, room.planner.actor(), body=_BODY)
        code, identity = written.code, written.id
    page = enter(room.planner, room.path(f"publications/{code}/edit"))
    page.locator(".editor-page").wait_for()
    page.goto(page.url.removesuffix("/edit"))
    page.wait_for_load_state("networkidle")
    with deployment.session(room.planner.actor()) as session:
        assert queries.draft_fields(session, identity, room.planner.id) is None


def test_a_draft_prints_whole(deployment: Deployment, room: Newsroom, enter: Callable[..., Page]) -> None:
    """A table of twelve columns fits a sheet of A4, and the form that holds a text is printed with it."""
    cells = "".join(f"<td>{text}</td>" for text in ("责任街区的名称", "1,234.5", "https://example.cn/规划/公示") * 4)
    with deployment.session(room.planner.actor()) as session, session.begin():
        table = f"<table><caption>表1</caption><tr>{cells}</tr></table>"
        code = make.draft(session, room.planner.actor(), body=table).code
    page = enter(room.planner, room.path(f"publications/{code}/preview"), width=627)
    page.emulate_media(media="print")
    edge = page.evaluate("document.querySelector('.prose table').getBoundingClientRect().right")
    assert edge <= page.evaluate("document.querySelector('.prose').getBoundingClientRect().right") + 1
    page.goto(page.url.removesuffix("preview") + "edit")
    expect(page.locator(".editor-page td").last).to_be_visible()
    expect(page.get_by_label("标题", exact=True)).to_be_visible()
    expect(page.get_by_role("toolbar")).to_be_hidden()


def test_two_editors_lose_nothing(room: Newsroom, codes: dict[str, str], enter: Callable[..., Page]) -> None:
    edit = room.path(f"publications/{codes['draft']}/edit")
    one, other = enter(room.clerk, edit), enter(room.second, edit)
    for page, words in ((one, "甲的影响"), (other, "乙的影响")):
        page.fill("textarea[name=for_you]", words)
    one.click("button[value=save]")
    one.get_by_text("已保存。").wait_for()
    other.click("button[value=save]")
    other.get_by_role("heading", name="同一处改了两遍").wait_for()
    other.get_by_label("两份都放进来，我来改").check()
    other.get_by_role("button", name="就这样，继续编辑").click()
    expect(other.locator("textarea[name=for_you]")).to_have_value("乙的影响\n甲的影响")


def test_withdrawing_in_place_by_keyboard(
    room: Newsroom, codes: dict[str, str], enter: Callable[..., Page], axe: Callable[[Page], list[str]]
) -> None:
    page = enter(room.clerk, room.path(f"publications/{codes['live']}"))
    page.get_by_role("link", name="撤下").focus()
    page.keyboard.press("Enter")
    page.get_by_role("dialog").wait_for()
    assert axe(page) == []
    expect(page.get_by_role("dialog").get_by_role("textbox")).to_be_focused()
    page.keyboard.type("图纸有误，更正后再发")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_text("已撤下。").wait_for()
