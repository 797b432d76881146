"""Every part in a real browser: nothing for axe to find, nothing for the policy to refuse, no sideways scrolling."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.support.browser import CHROME

if TYPE_CHECKING:
    from playwright.sync_api import ConsoleMessage, Page

pytestmark = pytest.mark.browser

PAGES = [
    "/", "/article", "/list", "/list?kind=none", "/form", "/fail/404", "/fail/503", "/desk", "/withdraw", "/sign-in",
    "/workspace/", "/workspace/list", "/workspace/article", "/workspace/form", "/workspace/editor", "/workspace/desk",
    "/workspace/withdraw", "/workspace/fail/403",
]  # fmt: skip
#: Where heads, menus and feet are looked at, too.
LAYOUTS = ["/", "/sign-in", "/workspace/"]


def _quiet(page: Page) -> list[str]:
    """What the browser complains about, save answers that are errors on purpose."""
    said: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and "Failed to load resource" not in message.text:
            said.append(message.text)

    page.on("console", listen)
    return said


#: What stands out of the window, but for what is scrolled or cut on purpose.
STICKS_OUT = """() => document.documentElement.scrollWidth <= innerWidth ? [] : [...document.querySelectorAll("body *")]
    .filter((e) => e.getBoundingClientRect().right > innerWidth + 1 && e.checkVisibility()
        && !e.closest(".visually-hidden, .table-frame, .tabs, table, .leaflet-pane, .menu-panel"))
    .map((e) => e.outerHTML.slice(0, 120)).slice(0, 5).concat("wider than the window")"""


@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing_and_nothing_scrolls_sideways(
    site: str, open_page: Callable[..., Page], axe: Callable[..., list[str]], path: str
) -> None:
    page = open_page(reduced_motion="reduce")
    said = _quiet(page)
    page.goto(site + path)
    seen = [] if path in LAYOUTS else CHROME
    for width in (1280, 360):
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme="light")
        assert axe(page, exclude=seen) == [], width
        page.emulate_media(color_scheme="dark")  # which changes colours only
        assert axe(page, exclude=seen, rules=["color-contrast"]) == [], width
    page.set_viewport_size({"width": 320, "height": 800})
    assert page.evaluate(STICKS_OUT) == []
    page.goto(site + path + ("&" if "?" in path else "?") + "type=large")
    assert page.evaluate(STICKS_OUT) == []
    assert said == []


def test_targets_are_large_enough_on_a_phone(site: str, open_page: Callable[..., Page]) -> None:
    page = open_page(width=360, has_touch=True)
    for path in ("/", "/form", "/workspace/", "/workspace/editor", "/workspace/desk"):
        page.goto(site + path)
        small = page.evaluate(
            """() => [...document.querySelectorAll("button, .btn, .tool, .main-nav a, .work-nav a, input, select")]
                .filter((e) => e.checkVisibility() && !e.matches("[type=hidden], [type=radio], [type=checkbox]"))
                .map((e) => [e.outerHTML.slice(0, 100), e.getBoundingClientRect()])
                .filter(([, box]) => box.height && (box.height < 43.5 || box.width < 40)).map(([html]) => html)"""
        )
        assert small == [], path


def test_the_menu_of_a_phone_needs_no_script(site: str, open_page: Callable[..., Page]) -> None:
    for start, nav in (("/", "#main-nav"), ("/workspace/", "#work-nav")):
        page = open_page(width=360, java_script_enabled=False)
        page.goto(site + start)
        menu = page.locator(nav)
        expect(menu).to_be_hidden()
        page.locator(f'a[href="{nav}"]').click()
        expect(menu).to_be_visible()
        menu.get_by_text("收起菜单").click()
        expect(menu).to_be_hidden()


def test_the_menu_of_a_phone_by_keyboard(site: str, open_page: Callable[..., Page]) -> None:
    page = open_page(width=360)
    page.goto(site + "/")
    opener = page.get_by_role("button", name="菜单")
    opener.focus()
    page.keyboard.press("Enter")
    expect(opener).to_have_attribute("aria-expanded", "true")
    expect(page.locator("#main-nav")).to_be_visible()
    page.locator("#main-nav a").first.focus()
    page.keyboard.press("Escape")
    expect(page.locator("#main-nav")).to_be_hidden()
    expect(opener).to_be_focused()


def test_the_first_stop_of_the_tab_key_skips_to_the_content(site: str, open_page: Callable[..., Page]) -> None:
    page = open_page()
    page.goto(site + "/")
    page.keyboard.press("Tab")
    link = page.locator(".skip-link")
    expect(link).to_be_in_viewport(ratio=1)
    page.keyboard.press("Enter")
    expect(page.locator("#content")).to_be_focused()


def test_print_leaves_the_words_and_drops_the_buttons(site: str, open_page: Callable[..., Page]) -> None:
    page = open_page()
    page.goto(site + "/article")
    page.emulate_media(media="print")
    expect(page.locator("article h1")).to_be_visible()
    for part in (".site-search", ".main-nav", ".site-footer", ".tools"):
        expect(page.locator(part).first).to_be_hidden()
