"""The writing field in a real browser, as somebody who knows Word uses it."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

Open = Callable[..., "Page"]
PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


@pytest.fixture
def page(site: str, open_page: Open) -> Iterator[Page]:
    made = open_page()
    refused: list[str] = []
    made.on("console", lambda m: refused.append(m.text) if "Content Security Policy" in m.text else None)
    made.goto(f"{site}/workspace/editor")
    made.locator(".ProseMirror").wait_for()
    yield made
    assert refused == [], "the content policy refused something"


def _empty(page: Page) -> None:
    page.locator(".ProseMirror").click()
    page.keyboard.press("Control+A")
    page.keyboard.press("Control+Alt+0")
    page.keyboard.press("Control+A")
    page.keyboard.press("Delete")


def _text(page: Page) -> str:
    """What the form would send now."""
    page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide'))")  # leaving writes the field at once
    return page.locator("textarea[data-editor]").input_value()


def _reads(page: Page, html: str) -> None:
    """See that the form will send this: the field is written when the hands rest."""
    expect(page.locator("textarea[data-editor]")).to_have_value(html)


def _frame(page: Page) -> None:
    """Let the browser draw, as it does between any two keys of a person: it tells of selections then."""
    page.evaluate("new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))")


def _accept(page: Page) -> None:
    """Enter in a dialog; when it has gone, what was answered is done."""
    page.keyboard.press("Enter")
    page.locator("dialog").wait_for(state="detached")


def _paste(page: Page, html: str, text: str = "") -> None:
    page.locator(".ProseMirror").focus()
    page.evaluate(
        """([html, text]) => {
            const data = new DataTransfer();
            data.setData("text/html", html);
            data.setData("text/plain", text);
            const paste = new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true});
            document.activeElement.dispatchEvent(paste);
        }""",
        [html, text],
    )


def test_the_text_of_the_field_is_kept_as_it_was(page: Page) -> None:
    expect(page.get_by_role("textbox", name="正文")).to_contain_text("从一条街说起")
    assert _text(page) == "<h2>从一条街说起</h2><p>老街不长，走完<strong>八百步</strong>。</p>"


def test_writing_with_the_toolbar(page: Page) -> None:
    _empty(page)
    bar = page.get_by_role("toolbar", name="正文工具栏")
    page.keyboard.type("一条街")
    bar.get_by_role("button", name="大标题").click()
    expect(bar.get_by_role("button", name="大标题")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Enter")
    page.keyboard.type("走走看：")
    page.keyboard.press("Enter")
    bar.get_by_role("button", name="编号").click()
    page.keyboard.type("桥")
    page.keyboard.press("Enter")
    bar.get_by_role("button", name="加粗").click()
    page.keyboard.type("塔")
    _reads(
        page, "<h2>一条街</h2><p>走走看：</p><ol><li>桥</li><li><strong>塔</strong></li></ol>"
    )
    bar.get_by_role("button", name="撤销").click()
    expect(page.locator("textarea[data-editor]")).not_to_have_value(re.compile("塔"))


def test_the_toolbar_is_one_stop_of_the_tab_key(page: Page) -> None:
    bar = page.get_by_role("toolbar", name="正文工具栏")

    def focused(name: str) -> None:
        expect(bar.get_by_role("button", name=name, exact=True)).to_be_focused()

    page.get_by_label("标题", exact=True).focus()
    page.keyboard.press("Tab")
    focused("撤销")
    page.keyboard.press("ArrowRight")
    focused("重做")
    page.keyboard.press("End")
    focused("表格")
    page.keyboard.press("ArrowRight")
    focused("撤销")
    page.keyboard.press("Tab")
    expect(page.get_by_role("textbox", name="正文")).to_be_focused()
    page.keyboard.press("Alt+F10")
    focused("撤销")
    page.keyboard.press("Escape")
    expect(page.get_by_role("textbox", name="正文")).to_be_focused()


def test_a_table_without_styles(page: Page) -> None:
    _empty(page)
    bar = page.get_by_role("toolbar", name="正文工具栏")
    bar.get_by_role("button", name="表格").click()
    page.locator(".ProseMirror table").wait_for()
    page.keyboard.type("项目")
    page.keyboard.press("Tab")
    page.keyboard.type("现在")
    bar.get_by_role("button", name="删本行").click()
    bar.get_by_role("button", name="加一列").click()
    expect(page.locator(".ProseMirror tr")).to_have_count(2)
    expect(page.locator(".ProseMirror td")).to_have_count(8)
    html = _text(page)
    assert "style" not in html and "colgroup" not in html
    assert html.count("<tr>") == 2 and html.count("<td>") == 8
    bar.get_by_role("button", name="删除表格").click()
    expect(page.locator("textarea[data-editor]")).not_to_have_value(re.compile("<table"))


def test_a_link_is_made_changed_and_removed(page: Page) -> None:
    _empty(page)
    page.keyboard.type("区政府")
    page.keyboard.press("Shift+Home")
    _frame(page)
    page.keyboard.press("Control+K")
    page.get_by_label("网址").fill("www.example.cn/规划")
    _accept(page)
    _reads(page, '<p><a href="https://www.example.cn/规划" rel="noopener nofollow">区政府</a></p>')
    page.get_by_role("toolbar").get_by_role("button", name="链接").click()
    expect(page.get_by_label("网址")).to_have_value("https://www.example.cn/规划")
    page.get_by_label("网址").fill("javascript:alert(1)")
    _accept(page)
    assert "javascript" not in _text(page)
    page.get_by_role("toolbar").get_by_role("button", name="链接").click()
    page.get_by_label("网址").fill("")
    _accept(page)
    _reads(page, "<p>区政府</p>")


def test_a_picture_with_its_words(page: Page, axe: Callable[[Page], list[str]]) -> None:
    _empty(page)
    with page.expect_file_chooser() as chooser:
        page.get_by_role("toolbar").get_by_role("button", name="图片").click()
    chooser.value.set_files({"name": "车棚.png", "mimeType": "image/png", "buffer": PICTURE})
    page.get_by_label("图里有什么").fill("槐树下的长椅")
    page.get_by_label("图片下面的说明").fill("三月的院子")
    assert axe(page) == []
    _accept(page)
    page.locator(".ProseMirror figure").wait_for()
    picture = '<img src="picture/1.svg" alt="槐树下的长椅" width="640" height="400">'
    assert f"<figure>{picture}<figcaption>三月的院子</figcaption></figure>" in _text(page)


def test_a_pasted_picture_is_uploaded(page: Page) -> None:
    _empty(page)
    page.evaluate(
        """(bytes) => {
            const data = new DataTransfer();
            const content = Uint8Array.from(atob(bytes), (c) => c.charCodeAt(0));
            data.items.add(new File([content], "x.png", {type: "image/png"}));
            const paste = new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true});
            document.activeElement.dispatchEvent(paste);
        }""",
        base64.b64encode(PICTURE).decode(),
    )
    page.get_by_role("dialog").get_by_role("button", name="取消").click()
    page.get_by_text("请给图片补上文字说明").wait_for()
    assert '<img src="picture/1.svg" alt=""' in _text(page)


def test_a_refused_picture_says_why(page: Page) -> None:
    page.route("**/upload", lambda route: route.fulfill(status=200, json={"error": "这不是图片。"}))
    with page.expect_file_chooser() as chooser:
        page.get_by_role("toolbar").get_by_role("button", name="图片").click()
    chooser.value.set_files({"name": "车棚.png", "mimeType": "image/png", "buffer": PICTURE})
    page.locator("#toasts").get_by_text("这不是图片。").wait_for()
    assert "<img" not in _text(page)


WORD, CHANGES, WPS = (
    (Path(__file__).parent / name).read_text(encoding="utf-8")
    for name in ("word.html", "word_changes.html", "wps.html")
)


def test_pasting_from_word_keeps_what_it_means(page: Page) -> None:
    _empty(page)
    _paste(page, WORD)
    html = _text(page)
    assert html == (
        "<h2>责任双师2026年计划</h2>"
        "<p>今年做<strong>三件事</strong>，<strong>都在街坊身边</strong>，不加粗。</p>"
        "<h3>一、街巷</h3>"
        "<ul><li>量街巷<ul><li>宽度</li></ul></li><li>听居民说</li></ul>"
        "<ol><li>先种树</li><li>再装灯</li></ol>"
        "<p>（一）组织保障</p>"
        '<table><tbody><tr><td colspan="2">合计</td></tr>'
        "<tr><td>甲</td><td>乙</td></tr></tbody></table>"
        '<p><a href="https://example.cn/" rel="noopener nofollow">依据</a></p>'
    )
    page.get_by_text("有 1 张图片没能贴过来").wait_for()


@pytest.mark.parametrize(
    ("clipboard", "html"),
    [
        (
            CHANGES,
            "<p>绿地面积12 m<sup>2</sup>，水质CO<sub>2</sub>，共28处。</p>"
            "<p>拟于六月开工，以公告为准<sup>[1]</sup>；<s>原方案</s><u>新方案</u>，<s>作废</s>。</p>"
            "<ol><li>先种树</li></ol>",
        ),
        (
            WPS,
            "<p><strong>总建筑面积3000m<sup>2</sup></strong>，氮氧化物NO<sub>x</sub>达标。</p>"
            "<ol><li>量街巷</li><li>听居民说</li></ol>",
        ),
    ],
    ids=["Word", "WPS"],
)
def test_pasting_leaves_deleted_and_hidden_words_and_comments_behind(
    page: Page, clipboard: str, html: str
) -> None:
    _empty(page)
    _paste(page, clipboard)
    assert _text(page) == html


def test_what_is_copied_here_comes_back_as_it_was(page: Page) -> None:
    html = (
        '<table><caption>表1 <em>街巷</em></caption><thead><tr><th scope="col">年</th></tr></thead>'
        '<tbody><tr><td>2035</td></tr></tbody></table><p class="signature">通州分局</p>'
    )
    _empty(page)
    _paste(page, html)
    assert _text(page) == html
    page.keyboard.press("Control+A")
    copied = page.evaluate(
        """() => {
            const data = new DataTransfer();
            const cut = new ClipboardEvent("cut", {clipboardData: data, bubbles: true, cancelable: true});
            document.activeElement.dispatchEvent(cut);
            return data.getData("text/html");
        }"""
    )
    assert _text(page) == ""
    _paste(page, copied)
    assert _text(page) == html


def test_hostile_pastes_do_nothing(page: Page) -> None:
    title = page.title()
    for html in (
        '<img src=x onerror="document.title=1">',
        '<p><a href="javascript:document.title=1">x</a></p>',
        '<svg onload="document.title=1"></svg><math><mi xlink:href="javascript:1"></mi></math>',
        '<p style="background:url(https://evil.example/x)">x</p><iframe src="//evil.example"></iframe>',
        "<form action=//evil.example><input name=a><button>x</button></form>",
        '<p class="MsoNormal" style="mso-list:l0 level99 lfo1"><span style="mso-list:Ignore">1.</span></p>',
    ):
        _empty(page)
        _paste(page, html, "x")
        result = _text(page)
        for word in ("javascript:", "onerror", "onload", "<iframe", "<svg", "<form", "style=", "evil.example"):
            assert word not in result, html
        assert page.title() == title, html


def test_without_scripts_the_field_is_a_plain_one(site: str, open_page: Open) -> None:
    page = open_page(java_script_enabled=False)
    page.goto(f"{site}/workspace/editor")
    field = page.get_by_label("正文")
    expect(field).to_be_visible()
    assert "<h2>从一条街说起</h2>" in field.input_value()
    expect(page.locator("noscript .note")).to_be_visible()
    field.fill("<p>改过了</p>")
    page.get_by_label("标题").fill("标题")
    page.get_by_role("button", name="保存").click()
    page.locator("pre").wait_for()
    assert json.loads(page.locator("pre").inner_text()) == {"title": "标题", "body": "<p>改过了</p>"}


def test_submitting_sends_what_was_just_typed(page: Page) -> None:
    _empty(page)
    page.keyboard.type("最后一个字")
    page.get_by_role("button", name="保存").click()
    page.locator("pre").wait_for()
    assert json.loads(page.locator("pre").inner_text())["body"] == "<p>最后一个字</p>"
