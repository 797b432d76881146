"""How somebody works a page: with a mouse or finger, or with the keyboard alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

#: No page should need more stops than this to get anywhere.
FARTHEST = 160
#: An outline or a ring around the element, or around the frame it is drawn in.
SHOWS_FOCUS = """e => {
  for (let at = e, up = 0; at && up < 4; at = at.parentElement, up++) {
    const style = getComputedStyle(at);
    if (style.outlineStyle !== 'none' || style.boxShadow !== 'none') return true;
  }
  return false;
}"""


class Hands:
    """Clicks and types."""

    def click(self, page: Page, target: Locator) -> None:
        target.click()

    def write(self, page: Page, target: Locator, text: str) -> None:
        target.fill(text)


class Keys(Hands):
    """Gets everywhere with Tab, presses Enter, types. Whatever it uses must show that it has the focus."""

    def click(self, page: Page, target: Locator) -> None:
        self._go(page, target)
        target.press("Enter")  # waits, as a click does, until a page that this leads to has come

    def write(self, page: Page, target: Locator, text: str) -> None:
        self._go(page, target)
        target.press("Control+A")
        page.keyboard.insert_text(text)

    def _go(self, page: Page, target: Locator) -> None:
        wanted = target.element_handle()
        for _step in range(FARTHEST):
            if page.evaluate("e => e === document.activeElement", wanted):
                seen = page.evaluate(SHOWS_FOCUS, wanted)
                assert seen, f"{target} has the focus and does not show it"
                return
            page.keyboard.press("Tab")
        raise AssertionError(f"{target} cannot be reached with the Tab key")
