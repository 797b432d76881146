"""What scripts add, in a real browser: drafts, uploads, suggestions, dialogs, keys, parts, maps."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route

pytestmark = pytest.mark.browser

Open = Callable[..., "Page"]


def _saved(page: Page, site: str) -> list[dict[str, str]]:
    return page.request.get(f"{site}/workspace/saved").json()  # type: ignore[no-any-return]


def test_a_draft_keeps_itself_and_says_when(site: str, open_page: Open) -> None:
    page = open_page(hurried=True)
    page.goto(f"{site}/workspace/form")
    page.fill("#title", "东里小区的车棚")
    expect(page.locator("[data-autosave-status]")).to_have_text(re.compile(r"已自动保存 \d+:\d\d"))
    assert _saved(page, site)[-1]["title"] == "东里小区的车棚"
    page.on("dialog", lambda dialog: pytest.fail("leaving a saved draft must not be questioned"))
    page.goto(f"{site}/workspace/")


def test_a_draft_is_saved_again_when_the_network_is_back(site: str, open_page: Open) -> None:
    page = open_page(hurried=True)
    page.goto(f"{site}/workspace/form")
    page.context.set_offline(True)
    page.fill("#title", "断网时写的")
    page.get_by_text("网络不通，内容还在本页").wait_for()
    page.context.set_offline(False)
    page.get_by_text("已自动保存").wait_for()
    assert _saved(page, site)[-1]["title"] == "断网时写的"


def test_leaving_with_unsaved_changes_is_questioned(site: str, open_page: Open) -> None:
    page = open_page()
    page.goto(f"{site}/workspace/editor")
    page.get_by_label("标题").click()
    page.keyboard.type("还没有保存")
    asked = []

    def answer(dialog: object) -> None:
        asked.append(dialog.type)  # type: ignore[attr-defined]
        dialog.dismiss()  # type: ignore[attr-defined]

    page.on("dialog", answer)
    with page.expect_event("dialog"):
        page.locator('.work-nav a[href="list"]').click()
    assert asked == ["beforeunload"]
    expect(page.get_by_label("标题")).to_have_value("还没有保存")


def test_somebody_else_was_first(site: str, open_page: Open) -> None:
    page = open_page(hurried=True)
    page.goto(f"{site}/workspace/form")
    page.route("**/autosave", lambda route: route.fulfill(status=409, body="{}"))
    page.fill("#title", "第二个人")
    page.get_by_text("别人刚刚改过这份内容").wait_for()


@pytest.mark.parametrize("status, content_type", [(200, "text/html"), (401, "application/json"), (400, "text/html")])
def test_a_page_of_signing_in_is_not_taken_for_a_saved_draft(
    site: str, open_page: Open, status: int, content_type: str
) -> None:
    page = open_page(hurried=True)
    page.goto(f"{site}/workspace/form")
    page.route(
        "**/autosave", lambda route: route.fulfill(status=status, content_type=content_type, body="<h1>登录</h1>")
    )
    page.fill("#title", "登录已经结束")
    page.get_by_text("没有保存：请先登录。").wait_for()
    expect(page.locator("#title")).to_have_value("登录已经结束")


def test_a_file_is_sent_at_once_and_only_its_id_goes_with_the_form(site: str, open_page: Open) -> None:
    page = open_page()
    page.goto(f"{site}/workspace/form")
    page.set_input_files("#cover", {"name": "车棚.png", "mimeType": "image/png", "buffer": b"x" * 5000})
    page.locator(".upload-kept", has_text="已上传：车棚.png").wait_for()
    expect(page.locator("input[name=cover_upload]")).to_have_value("u-9")
    expect(page.locator("#cover")).to_have_value("")
    page.set_input_files("#cover", {"name": "bad.png", "mimeType": "image/png", "buffer": b"x"})
    page.locator(".field-error", has_text="这不是图片。").wait_for()


def test_suggestions_by_keyboard(site: str, open_page: Open, axe: Callable[[Page], list[str]]) -> None:
    page = open_page()
    page.goto(f"{site}/")
    box = page.get_by_role("combobox", name="搜索")
    box.click()
    page.keyboard.insert_text("运河")
    options = page.locator(".combo-list [role=option]")
    expect(options).to_have_count(2)
    expect(box).to_have_attribute("aria-expanded", "true")
    assert axe(page) == []
    page.keyboard.press("ArrowDown")
    expect(options.nth(0)).to_have_attribute("aria-selected", "true")
    expect(box).to_have_attribute("aria-activedescendant", str(options.nth(0).get_attribute("id")))
    page.keyboard.press("ArrowUp")
    expect(box).not_to_have_attribute("aria-activedescendant", re.compile(""))
    page.keyboard.press("ArrowUp")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Escape")
    expect(options.first).to_be_hidden()
    expect(box).to_have_value("运河")
    page.keyboard.press("ArrowDown")
    options.first.wait_for()
    page.keyboard.press("ArrowDown")
    expect(options.nth(0)).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    page.wait_for_url("**/list?q=*")


def test_escape_ends_the_suggestion_under_way(site: str, open_page: Open) -> None:
    page = open_page()
    page.goto(f"{site}/")
    box = page.get_by_role("combobox", name="搜索")
    box.fill("运河")
    page.get_by_role("option").first.wait_for()
    page.route("**/suggest?*", lambda route: None)  # the answer takes its time
    with page.expect_request("**/suggest?*"):
        page.keyboard.insert_text("公")
    with page.expect_event("requestfailed"):  # given up: no list opens by itself later
        box.press("Escape")
    expect(page.get_by_role("option").first).to_be_hidden()


def test_an_input_method_is_left_in_peace(site: str, open_page: Open) -> None:
    page = open_page(hurried=True)
    page.goto(f"{site}/")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/suggest?" in request.url else None)
    box = page.get_by_role("combobox", name="搜索")
    options = page.get_by_role("option")
    method = page.context.new_cdp_session(page)

    def compose(letters: str) -> None:
        values = {"text": letters, "selectionStart": len(letters), "selectionEnd": len(letters)}
        method.send("Input.imeSetComposition", values)

    box.click()
    for letters in ("y", "yun", "yun he"):
        compose(letters)
        page.wait_for_timeout(50)
    assert asked == []
    expect(page.locator("#announce")).to_have_text("")
    method.send("Input.insertText", {"text": "运河"})  # chosen among what it offers
    expect(options).to_have_count(2)
    expect(box).to_have_value("运河")
    assert len(asked) == 1
    compose("g")
    expect(options.first).to_be_hidden()  # these were for other words; here it shows its own
    compose("")  # and given up
    options.first.wait_for()
    assert len(asked) == 1


def test_suggestions_are_asked_once_for_the_same_words(site: str, open_page: Open) -> None:
    page = open_page(hurried=True)
    page.goto(f"{site}/")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/suggest?" in request.url else None)
    box = page.get_by_role("combobox", name="搜索")
    options = page.get_by_role("option")
    box.fill("运河")
    options.first.wait_for()
    page.keyboard.insert_text(" ")  # no other words
    page.wait_for_timeout(50)
    box.press("Escape")
    expect(options.first).to_be_hidden()
    box.press("ArrowDown")
    options.first.wait_for()
    assert len(asked) == 1
    box.fill("")
    expect(options.first).to_be_hidden()
    box.fill("公园")
    options.first.wait_for()
    assert len(asked) == 2


def test_tags_are_completed_one_by_one(site: str, open_page: Open) -> None:
    page = open_page()
    page.goto(f"{site}/workspace/form")
    page.get_by_role("combobox", name="标签").click()
    page.keyboard.insert_text("绿地、玉桥")
    page.locator(".combo-list [role=option]").first.click()
    expect(page.locator("#tags")).to_have_value("绿地、玉桥街道、")


def test_a_dangerous_action_asks_in_place(
    site: str, open_page: Open, axe: Callable[[Page], list[str]]
) -> None:
    page = open_page()
    page.goto(f"{site}/workspace/form")
    page.get_by_role("link", name="撤下").click()
    dialog = page.get_by_role("dialog", name="撤下这篇文章？")
    dialog.wait_for()
    expect(page.get_by_label("撤下的原因")).to_be_focused()
    assert axe(page) == []
    page.keyboard.press("Escape")
    dialog.wait_for(state="detached")
    expect(page.get_by_role("link", name="撤下")).to_be_focused()
    page.get_by_role("link", name="撤下").click()
    page.get_by_label("撤下的原因").fill("图片有误，需要更换。")
    page.get_by_role("button", name="撤下").click()
    page.get_by_text("撤下：图片有误，需要更换。").wait_for()


def test_the_desk_by_keys(site: str, open_page: Open) -> None:
    page = open_page()
    page.goto(f"{site}/workspace/desk")
    items = page.locator("[data-keys-item]")
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(items.filter(has_text="老通州")).to_be_focused()
    page.keyboard.press("k")
    expect(items.filter(has_text="玉桥东里居民")).to_be_focused()
    page.keyboard.press("?")
    expect(page.locator(".key-help dl")).to_be_visible()
    expect(page.locator(".key-help dl")).to_contain_text("答复")
    page.evaluate(
        "document.querySelector('[data-key=a]').addEventListener('click', () => document.title = '答复了')"
    )
    page.keyboard.press("a")
    expect(page).to_have_title("答复了")
    page.keyboard.press("Enter")
    page.wait_for_url("**/article#c-c1")


def test_keys_stay_out_of_text_fields(site: str, open_page: Open) -> None:
    page = open_page()
    page.goto(f"{site}/workspace/desk")
    page.locator("#work-search").click()
    page.keyboard.type("jka")
    expect(page.locator("#work-search")).to_have_value("jka")
    expect(page.locator("#work-search")).to_be_focused()


def test_a_part_is_swapped_and_an_error_is_told(site: str, open_page: Open) -> None:
    page = open_page()
    page.goto(f"{site}/workspace/part")
    before = page.locator("#moment").inner_text()
    page.get_by_role("button", name="刷新").click()
    page.locator("#moment p").filter(has_not_text=before).wait_for()
    expect(page.locator("h1")).to_have_count(1)
    page.get_by_role("button", name="不许").click()
    page.locator("#toasts").get_by_text("这里不对您开放").wait_for()
    page.route("**/part", lambda route: route.abort())
    page.get_by_role("button", name="刷新").click()
    page.locator("#toasts").get_by_text("网络不通").wait_for()


def test_filtering_and_paging_swap_the_list_and_survive_back(site: str, open_page: Open) -> None:
    page = open_page()
    asked: list[str] = []

    def note(route: Route) -> None:
        if route.request.headers.get("hx-request"):
            asked.append(route.request.url)
        route.continue_()

    page.route("**/list*", note)
    page.goto(f"{site}/workspace/list")
    page.get_by_role("link", name="下一页").click()
    page.wait_for_url("**/list?page=2")
    page.locator("#results").get_by_text("第 6–10 条").wait_for()
    assert len(asked) == 1
    expect(page.locator("h1")).to_have_count(1)
    page.get_by_label("类别").select_option("plan")
    page.wait_for_url("**/list?kind=plan*")
    page.go_back()
    page.wait_for_url("**/list?page=2")
    page.locator("#results").get_by_text("第 6–10 条").wait_for()
    expect(page.locator("h1")).to_have_count(1)


def test_the_map_shows_places_and_says_what_is_schematic(site: str, open_page: Open) -> None:
    page = open_page()
    page.goto(f"{site}/")
    page.locator(".leaflet-marker-icon").first.wait_for()
    expect(page.get_by_text("中仓街道（示意）")).to_be_visible()
    marker = page.get_by_role("button", name="街坊客厅")
    marker.focus()
    page.keyboard.press("Enter")
    link = page.locator(".leaflet-popup a", has_text="街坊客厅")
    link.wait_for()
    expect(link).to_have_attribute("href", "article?n=1")


def test_a_place_is_picked_by_keyboard_and_by_pointer(site: str, open_page: Open) -> None:
    page = open_page()
    page.goto(f"{site}/workspace/form")
    picker = page.locator("[data-map-picker]")
    picker.focus()
    page.keyboard.press("Enter")
    latitude = page.locator("#lat")
    expect(latitude).to_have_value(re.compile(r"^39\.\d+$"))
    centre = latitude.input_value()
    assert float(centre) == pytest.approx(39.9025, abs=0.01)
    assert page.url.endswith("/form")  # the key did not send the form
    picker.click(position={"x": 400, "y": 60})
    expect(latitude).not_to_have_value(centre)
    assert float(latitude.input_value()) > float(centre)
    where = page.locator(".map-where")
    expect(where).to_contain_text("，在玉桥北里内。")
    latitude.fill("39.95")
    latitude.press("Tab")
    expect(where).to_contain_text("选定的位置：39.95000, ")
    expect(where).to_contain_text("，不在图上的范围内。")
    page.get_by_role("button", name="清除位置").click()
    expect(latitude).to_have_value("")
    expect(where).to_have_text("还没有选定位置。")


def test_without_scripts_the_map_leaves_its_list(site: str, open_page: Open) -> None:
    page = open_page(java_script_enabled=False)
    page.goto(f"{site}/")
    expect(page.locator("[data-map]")).to_be_hidden()
    expect(page.get_by_role("heading", name="新华街道：把自行车棚改成了街坊客厅").first).to_be_visible()


def test_a_form_whose_answer_takes_long_says_so_and_is_sent_once(site: str, open_page: Open) -> None:
    page = open_page()
    page.goto(f"{site}/workspace/sign-in")
    sent = []

    def leave_it(route: Route) -> None:
        sent.append(route.request.method)
        route.fulfill(status=204)  # the page stays as while it waits

    page.route("**/sign-in", leave_it)
    button = page.get_by_role("button", name="登录")
    button.click()
    expect(page.locator("[data-waiting]")).to_have_text("正在核对……")
    button.click()
    expect(page.locator("[data-waiting]")).to_have_count(1)
    assert sent == ["POST"]
