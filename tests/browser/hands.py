"""How somebody works a page: with a mouse or finger, or with the keyboard alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

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
#: The next key on the way to an element, none where it has the focus.
NEXT_KEY = """e => {
  const here = document.activeElement;
  if (here === e) return '';
  return here?.matches('.skip-link') && document.querySelector('#content').contains(e) ? 'Enter' : 'Tab';
}"""


class Hands:
    """Clicks and types."""

    def click(self, page: Page, target: Locator) -> None:
        target.click()

    def write(self, page: Page, target: Locator, text: str) -> None:
        target.fill(text)


class Keys(Hands):
    """Gets everywhere with Tab, and past the navigation by its link; presses Enter, types. Whatever it uses must show
    that it has the focus."""

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
            key = page.evaluate(NEXT_KEY, wanted)
            if not key:
                seen = page.evaluate(SHOWS_FOCUS, wanted)
                assert seen, f"{target} has the focus and does not show it"
                return
            page.keyboard.press(key)
        raise AssertionError(f"{target} cannot be reached with the Tab key")


@dataclass(frozen=True)
class Way:
    """A way to use the site."""

    name: str
    hands: Hands
    options: dict[str, Any]


PHONE = Way("phone", Hands(), {"width": 360, "height": 740, "has_touch": True, "is_mobile": True})
KEYBOARD = Way("keyboard", Keys(), {"width": 1280})
NO_SCRIPT = Way("no script", Hands(), {"width": 1280, "java_script_enabled": False})
#: A finger in a small window, keys and a mouse in a large one; with scripts and without.
WAYS = [PHONE, KEYBOARD, NO_SCRIPT]
