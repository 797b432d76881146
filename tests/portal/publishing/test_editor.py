"""Loading a text in the writing field and saving it changes nothing, for all that the sanitiser lets through."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from portal.publishing.richtext import sanitise
from settings import Settings
from tests.portal.publishing.grown import grow
from tests.support.browser import served
from tests.webkit import gallery
from webkit import prose

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route


@pytest.fixture(scope="module")
def texts() -> list[str]:
    return grow(30)


def test_a_text_is_in_its_one_form_after_one_cleaning(texts: list[str]) -> None:
    assert [text for text in texts if sanitise(text) != text] == []


def test_the_texts_have_all_that_is_allowed(texts: list[str]) -> None:
    whole = "".join(texts)
    assert {tag for tag in prose.ATTRIBUTES if f"<{tag}" not in whole} == set()
    assert [
        (tag, name)
        for tag, names in prose.ATTRIBUTES.items()
        for name in names
        if not re.search(rf"<{tag} [^>]*{name}=", whole)
    ] == []


@pytest.mark.browser
@pytest.mark.slow("opens thirty texts with all that is allowed in writing fields")
def test_a_line_written_above_changes_nothing_below(
    tmp_path: Path, open_page: Callable[..., Page], texts: list[str]
) -> None:
    page = open_page()
    with served(gallery.site(Settings(data_folder=tmp_path, demo=True))) as address:
        page.route("**/workspace/editor", lambda route: _answer_with(route, texts))
        page.route("**/media/**", lambda route: route.abort())
        page.goto(f"{address}/workspace/editor")
        page.locator(f"#grown-{len(texts) - 1} + .editor .ProseMirror").wait_for()
        untouched = _saved(page)
        page.evaluate(
            """() => { for (const { editor } of document.querySelectorAll(".grown + .editor .ProseMirror")) {
                editor.commands.insertContentAt(0, { type: "paragraph", content: [{ type: "text", text: "新" }] });
            } }"""
        )
        written = _saved(page)
    assert untouched == texts, "opening and leaving changed what the form sends"
    changed = [(text, after) for text, after in zip(texts, written, strict=True) if f"<p>新</p>{text}" != after]
    assert changed[:3] == []


def _answer_with(route: Route, texts: list[str]) -> None:
    answer = route.fetch()
    fields = (
        f'<textarea class="grown" data-editor id="grown-{n}">{escape(text)}</textarea>'
        for n, text in enumerate(texts)
    )
    route.fulfill(response=answer, body=answer.text().replace("</form>", f"{''.join(fields)}</form>", 1))


def _saved(page: Page) -> list[str]:
    page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide'))")
    found: list[str] = page.eval_on_selector_all("textarea.grown", "fields => fields.map((field) => field.value)")
    return found
