"""axe on every page of both doors with the demonstration district in them: no finding, and nothing sticks out.

The pages come from the code (`tour.py`). axe looks at each on a phone, once, where there is most of it; at what the
pages have in common, once in every language, type size and colour scheme. All are laid out from the narrowest window
to a desktop's, in Chinese and, in large type, in English, whose words are longer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser import tour
from tests.browser.tour import Tour
from tests.conftest import Deployment
from tests.support.browser import AXE, CHROME, axe_findings

if TYPE_CHECKING:
    from playwright.sync_api import ConsoleMessage, Page, Response

pytestmark = [pytest.mark.browser, pytest.mark.slow("opens every page")]

PHONE, DESKTOP = 360, 1280
WIDTHS = (PHONE, 320, DESKTOP)
#: A sheet of A4 without its margins.
PAPER = 627
EVERYBODY = [
    "visitor", "newcomer", "resident", "stranger", "half", "planner", "architect", "admin", "office", "bureau",
    "finance", "chief", "nobody",
]  # fmt: skip
#: What stands out of the window, for whoever mends it.
STICKS_OUT = """() => {
  const room = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= room) return [];
  const out = [...document.body.querySelectorAll('*')].filter(
    e => e.checkVisibility() && !e.closest('.visually-hidden') && e.getBoundingClientRect().right > room + 1);
  return [`wider than a window of ${room}: ` + out.slice(-3).map(e => e.outerHTML.slice(0, 120)).join(' | ')];
}"""


@pytest.fixture(scope="module")
def around(demo: Deployment) -> Tour:
    """The demonstration, prepared for the walk."""
    return tour.prepare(demo)


@pytest.fixture
def enter(around: Tour, live_demo: str, open_page: Callable[..., Page]) -> Iterator[Callable[..., Page]]:
    """`enter("admin", xinya_lang="en")`: a phone in the hands of somebody who came in, with these choices kept.

    The browser must have nothing to complain about, whatever is done there.
    """
    complaints: list[str] = []

    def make(who: str, *, axe: bool = True, **choices: str) -> Page:
        page = open_page(width=PHONE, height=800, base_url=live_demo, reduced_motion="reduce")
        page.context.add_cookies(around.cookie(who, live_demo))
        choose(page, live_demo, **choices)
        if axe:
            page.add_init_script(path=AXE)
        listen(page, complaints)
        return page

    yield make
    assert not complaints, "\n".join(complaints)


def choose(page: Page, address: str, **choices: str) -> None:
    """Keep choices of language and type in cookies, as the site does."""
    kept: list[Any] = [{"name": name, "value": value, "url": address} for name, value in choices.items()]
    page.context.add_cookies(kept)


def listen(page: Page, complaints: list[str]) -> None:
    """Note errors of scripts, refusals of the content policy and parts that did not come."""

    def said(message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            complaints.append(f"{path(page)}: {message.text}")

    def came(answer: Response) -> None:
        missing = answer.status >= 400 and answer.status != 422 and not answer.request.is_navigation_request()
        if missing:
            complaints.append(f"{path(page)}: {answer.status} {answer.url}")

    page.on("console", said)
    page.on("response", came)
    page.on("pageerror", lambda error: complaints.append(f"{path(page)}: {error}"))


def layout(page: Page, *widths: int) -> list[str]:
    """What sticks out of windows so wide."""
    found = []
    for width in widths:
        page.set_viewport_size({"width": width, "height": 800})
        found += [f"{path(page)}: {finding}" for finding in page.evaluate(STICKS_OUT)]
    return found


def axe(page: Page, *, exclude: list[str] | None = None, rules: list[str] | None = None) -> list[str]:
    """What is wrong with the page as it stands, for axe."""
    return [f"{path(page)}: {finding}" for finding in axe_findings(page, exclude=exclude, rules=rules)]


def axe_in_the_dark(page: Page, *, exclude: list[str] | None = None) -> list[str]:
    """What axe finds where only the colours change."""
    page.emulate_media(color_scheme="dark")
    found = axe(page, exclude=exclude, rules=["color-contrast"])
    page.emulate_media(color_scheme="light")
    return [f"dark: {finding}" for finding in found]


def on_paper(page: Page) -> list[str]:
    """What sticks out of the sheets on which somebody prints a text or a table."""
    if not page.evaluate("document.querySelector('.prose, table') !== null"):
        return []
    page.emulate_media(media="print")
    found = layout(page, PAPER)
    page.emulate_media(media="null")
    return [f"on paper: {finding}" for finding in found]


def path(page: Page) -> str:
    return "/" + page.url.split("/", 3)[3]


def go(page: Page, place: str) -> None:
    """Open a page and make sure that this one came."""
    answer = page.goto(place)
    assert answer
    assert (answer.status, path(page)) == (200, place), f"{place} led to {answer.status} {path(page)}"


#: Pages whose colours are looked at in the dark, too.
DARK = {
    "visitor": ["home.show", "articles.show", "places.show", "search.show", "account.sign_in"],
    "resident": ["account.show", "comments.mine", "comments.write"],
    "admin": [
        "workspace:today.show", "workspace:publishing.index", "workspace:publishing.show", "workspace:publishing.edit",
        "workspace:participation.show",
    ],
    "office": ["workspace:district.overview", "workspace:district.comments", "workspace:search.curate"],
}  # fmt: skip


@pytest.mark.parametrize("who", EVERYBODY)
def test_every_page(around: Tour, enter: Callable[..., Page], who: str) -> None:
    page = enter(who)
    richer = {around.page(endpoint) for one, endpoint, act in STATES if one == who and act in ADDING}
    dark = {around.page(endpoint) for endpoint in DARK.get(who, ())}
    widths = [320, PHONE, PAPER, DESKTOP]
    found = []
    for place in around.pages(who):
        go(page, place)
        for width in widths:
            if width == PAPER:
                found += on_paper(page)
                continue
            found += layout(page, width)
            if width == PHONE and place not in richer:
                found += axe(page, exclude=CHROME)
            if width == PHONE and place in dark:
                found += axe_in_the_dark(page, exclude=CHROME)
        widths.reverse()  # the next is opened at the width where this one is left
    assert not found, "\n".join(found)


@pytest.mark.parametrize("who", EVERYBODY)
def test_long_words_and_large_type_fit(around: Tour, enter: Callable[..., Page], who: str) -> None:
    page = enter(who, axe=False, xinya_lang="en", xinya_type="large")
    widths = (320, DESKTOP)
    found = []
    for place in around.pages(who):
        go(page, place)
        found += layout(page, *widths)
        widths = widths[::-1]  # the next is opened at the width where this one is left
    assert not found, "\n".join(found)


#: Of each layout a page with little else.
LAYOUTS = [
    ("visitor", "pages.about"),
    ("resident", "account.show"),
    ("stranger", "workspace:account.sign_in"),
    ("admin", "workspace:today.show"),
]


@pytest.mark.parametrize(("who", "endpoint"), LAYOUTS)
def test_layouts_in_every_language_type_and_colour_scheme(
    around: Tour, live_demo: str, enter: Callable[..., Page], who: str, endpoint: str
) -> None:
    page = enter(who)
    found = []
    for language in ("zh", "en"):
        for size in ("normal", "large"):
            choose(page, live_demo, xinya_lang=language, xinya_type=size)
            go(page, around.page(endpoint))
            here = [*axe(page), *axe_in_the_dark(page)]
            found += [f"{language}, {size}: {finding}" for finding in here]
    assert not found, "\n".join(found)


def test_every_address_is_walked_or_no_page(around: Tour) -> None:
    """What the walk leaves out exists, and everybody in the walk is somebody."""
    for app in around.doors():
        rules = {rule.endpoint: rule for rule in app.url_map.iter_rules()}
        assert set(tour.NO_PAGE[app.name]) <= set(rules)
        openers = {tour.opener(app, name) for name, rule in rules.items() if tour.is_page(app, rule)}
        assert openers <= set(EVERYBODY)


def menu(page: Page) -> None:
    page.locator("[data-menu]").click()


def reader_menu(page: Page) -> None:
    page.locator(".tools details.menu summary").click()


def tenants_menu(page: Page) -> None:
    page.locator("details.tenant summary").click()


def suggestions(page: Page) -> None:
    page.locator("[data-suggest-url]").first.fill("玉桥")
    page.get_by_role("option").first.wait_for()


def facets(page: Page) -> None:
    page.locator("details.facet-fold > summary").click()


def place_on_map(page: Page) -> None:
    page.locator(".leaflet-marker-icon:not(.map-crowd)").first.press("Enter")
    page.locator(".leaflet-popup").wait_for()


def empty_form(page: Page) -> None:
    """Send the page's last form as it would never be accepted."""
    for field in page.locator("main form").last.locator("input.form-control, textarea").all():
        if field.is_visible() and field.get_attribute("type") != "file":
            field.fill("")
    page.locator("main form").last.locator("button[type=submit]").first.click()
    page.locator(".error-summary").wait_for()


def private_words(page: Page) -> None:
    page.get_by_label("说说您的意见").fill("请打我电话13812345678。")
    page.get_by_role("button", name="预览").click()
    page.get_by_text("已经用 * 遮盖").wait_for()


def dialog(page: Page) -> None:
    page.locator("a[data-dialog]").first.click()
    page.get_by_role("dialog").wait_for()


def editors_dialog(page: Page) -> None:
    page.get_by_role("button", name="链接").click()
    page.get_by_role("dialog").wait_for()


def case(page: Page) -> None:
    page.locator(".case-words a").first.click()
    page.locator("#case article, #case form").first.wait_for()


def found_nothing(page: Page) -> None:
    page.goto(f"{page.url}?q=没有这样的词语")


#: What people bring pages to: who, which page, what they do there.
STATES = [
    ("visitor", "home.show", menu),
    ("visitor", "home.show", suggestions),
    ("visitor", "search.show", facets),
    ("visitor", "search.show", found_nothing),
    ("visitor", "places.index", place_on_map),
    ("visitor", "account.sign_in", empty_form),
    ("resident", "account.show", reader_menu),
    ("resident", "comments.write", empty_form),
    ("resident", "comments.write", private_words),
    ("stranger", "workspace:account.sign_in", empty_form),
    ("admin", "workspace:today.show", menu),
    ("admin", "workspace:publishing.index", found_nothing),
    ("admin", "workspace:publishing.show", dialog),
    ("admin", "workspace:publishing.edit", editors_dialog),
    ("admin", "workspace:participation.desk", case),
    ("admin", "workspace:participation.hide", empty_form),
    ("admin", "workspace:people.invite", empty_form),
    ("admin", "workspace:organisation.settings", empty_form),
    ("admin", "workspace:search.tenant", found_nothing),
    ("office", "workspace:district.overview", tenants_menu),
    ("office", "workspace:district.comments", found_nothing),
]


#: These leave all of the page there, and add to it: axe need not look at it before.
ADDING = (facets, place_on_map, empty_form, private_words, case)


@pytest.mark.parametrize(
    ("who", "endpoint", "act"), STATES, ids=lambda given: getattr(given, "__name__", given)
)
def test_states(
    around: Tour, enter: Callable[..., Page], who: str, endpoint: str, act: Callable[[Page], None]
) -> None:
    """Menus, suggestions, dialogs, forms with errors, lists without rows."""
    page = enter(who)
    go(page, around.page(endpoint))
    act(page)
    found = [*axe(page), *layout(page, *WIDTHS)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("address", ["/a/nothing", "/workspace/t/nowhere/"])
def test_error_pages(enter: Callable[..., Page], address: str) -> None:
    page = enter("visitor" if address.startswith("/a") else "admin")
    answer = page.goto(address)
    assert answer and answer.status == 404
    found = [*axe(page), *layout(page, *WIDTHS)]
    assert not found, "\n".join(found)
