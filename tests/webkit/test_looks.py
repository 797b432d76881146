"""Every part in a real browser: nothing for axe to find, nothing for the policy to refuse, no sideways scrolling."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import ConsoleMessage, Page

pytestmark = pytest.mark.browser

PAGES = [
    "/", "/article", "/list", "/list?kind=none", "/form", "/fail/404", "/fail/503", "/desk", "/withdraw", "/sign-in",
    "/workspace/", "/workspace/list", "/workspace/article", "/workspace/form", "/workspace/editor", "/workspace/desk",
    "/workspace/withdraw", "/workspace/fail/403",
]  # fmt: skip


def _quiet(page: Page) -> list[str]:
    """What the browser complains about, save answers that are errors on purpose."""
    said: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and "Failed to load resource" not in message.text:
            said.append(message.text)

    page.on("console", listen)
    return said


@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing(
    gallery_site: str, open_page: Callable[..., Page], axe: Callable[..., list[str]], path: str
) -> None:
    page = open_page(reduced_motion="reduce")
    said = _quiet(page)
    page.goto(gallery_site + path, wait_until="networkidle")
    for width in (1280, 360):
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme="light")
        assert axe(page) == [], width
        page.emulate_media(color_scheme="dark")  # which changes colours only
        assert axe(page, rules=["color-contrast"]) == [], width
    assert said == []


@pytest.mark.parametrize("path", PAGES)
def test_nothing_scrolls_sideways_on_the_narrowest_screen(
    gallery_site: str, open_page: Callable[..., Page], path: str
) -> None:
    page = open_page(width=320)
    for large in (False, True):
        page.goto(
            gallery_site + path + ("&" if "?" in path else "?") + f"type={'large' if large else 'normal'}"
        )
        wide = page.evaluate(
            """() => [...document.querySelectorAll("body *")]
                .filter((e) => e.getBoundingClientRect().right > innerWidth + 1 && e.checkVisibility()
                    && !e.closest(".visually-hidden, .table-frame, .tabs, table, .leaflet-pane, .menu-panel"))
                .map((e) => e.outerHTML.slice(0, 120))"""
        )
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), wide[:5]


def test_targets_are_large_enough_on_a_phone(gallery_site: str, open_page: Callable[..., Page]) -> None:
    page = open_page(width=360, has_touch=True)
    for path in ("/", "/form", "/workspace/", "/workspace/editor", "/workspace/desk"):
        page.goto(gallery_site + path, wait_until="networkidle")
        small = page.evaluate(
            """() => [...document.querySelectorAll("button, .btn, .tool, .main-nav a, .work-nav a, input, select")]
                .filter((e) => e.checkVisibility() && !e.matches("[type=hidden], [type=radio], [type=checkbox]"))
                .map((e) => [e.outerHTML.slice(0, 100), e.getBoundingClientRect()])
                .filter(([, box]) => box.height && (box.height < 43.5 || box.width < 40)).map(([html]) => html)"""
        )
        assert small == [], path


def test_the_menu_of_a_phone_needs_no_script(gallery_site: str, open_page: Callable[..., Page]) -> None:
    for start, nav in (("/", "#main-nav"), ("/workspace/", "#work-nav")):
        page = open_page(width=360, java_script_enabled=False)
        page.goto(gallery_site + start)
        menu = page.locator(nav)
        expect(menu).to_be_hidden()
        page.locator(f'a[href="{nav}"]').click()
        expect(menu).to_be_visible()
        menu.get_by_text("收起菜单").click()
        expect(menu).to_be_hidden()


def test_the_menu_of_a_phone_by_keyboard(gallery_site: str, open_page: Callable[..., Page]) -> None:
    page = open_page(width=360)
    page.goto(gallery_site + "/")
    opener = page.get_by_role("button", name="菜单")
    opener.focus()
    page.keyboard.press("Enter")
    expect(opener).to_have_attribute("aria-expanded", "true")
    expect(page.locator("#main-nav")).to_be_visible()
    page.locator("#main-nav a").first.focus()
    page.keyboard.press("Escape")
    expect(page.locator("#main-nav")).to_be_hidden()
    expect(opener).to_be_focused()


def test_the_first_stop_of_the_tab_key_skips_to_the_content(
    gallery_site: str, open_page: Callable[..., Page]
) -> None:
    page = open_page()
    page.goto(gallery_site + "/")
    page.keyboard.press("Tab")
    link = page.locator(".skip-link")
    expect(link).to_be_in_viewport(ratio=1)
    page.keyboard.press("Enter")
    expect(page.locator("#content")).to_be_focused()


def test_print_leaves_the_words_and_drops_the_buttons(
    gallery_site: str, open_page: Callable[..., Page]
) -> None:
    page = open_page()
    page.goto(gallery_site + "/article")
    page.emulate_media(media="print")
    expect(page.locator("article h1")).to_be_visible()
    for part in (".site-search", ".main-nav", ".site-footer", ".tools"):
        expect(page.locator(part).first).to_be_hidden()
