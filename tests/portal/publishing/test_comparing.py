"""A comparison shows what changed, exactly: without what came it is the old text, without what went the new one."""

from __future__ import annotations

import time

import html5lib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.publishing.comparing import Comparison, compare, compare_words
from portal.publishing.htmltree import Node, parse, serialise
from portal.publishing.richtext import plain_text, sanitise
from tests.portal.publishing.hostile import HOSTILE, MEDIA


def without(html: str, tag: str) -> str:
    """The text that is left when everything in `tag` is taken away, and the words for listeners with it."""

    def kept(node: Node) -> list[Node | str]:
        children: list[Node | str] = []
        for child in node.children:
            if isinstance(child, str):
                children.append(child)
            elif child.tag in (tag, "span", "summary"):
                continue
            elif child.tag in ("ins", "del"):
                children += kept(child)
            else:
                children.append(Node(child.tag, child.attributes, kept(child)))
        return children

    return plain_text(serialise(Node("", children=kept(parse(html)))))


def shown(old: str, new: str) -> str:
    """The comparison without the words for listeners."""
    html = str(compare(old, new).html)
    tree = parse(html)
    for node in tree.elements():
        node.children = [c for c in node.children if not (isinstance(c, Node) and c.tag == "span")]
    return serialise(tree).removeprefix('<div class="comparison">').removesuffix("</div>")


def counts(found: Comparison) -> tuple[int, int, int, int]:
    return found.added, found.removed, found.changed, found.moved


def test_single_characters_are_marked_in_a_changed_paragraph() -> None:
    assert shown("<p>计划四月开工，六月完工。</p>", "<p>计划五月开工，六月底完工。</p>") == (
        "<p>计划<del>四</del><ins>五</ins>月开工，六月<ins>底</ins>完工。</p>"
    )


def test_numbers_and_words_are_marked_whole() -> None:
    assert shown("<p>投资120万元，GDP</p>", "<p>投资135万元，GNP</p>") == (
        "<p>投资<del>120</del><ins>135</ins>万元，<del>GDP</del><ins>GNP</ins></p>"
    )


def test_a_scrap_of_agreement_inside_a_change_is_not_shown() -> None:
    assert shown("<p>居民可以在这里休息的甲的乙。</p>", "<p>居民可以在这里休息子的丑。</p>") == (
        "<p>居民可以在这里休息<del>的甲的乙</del><ins>子的丑</ins>。</p>"
    )


def test_added_removed_and_untouched_paragraphs() -> None:
    old = "".join(f"<p>这是没有变化的第{n}段。</p>" for n in "一二三四五六")
    new = old + "<p>另外通知大家一件新的事情。</p>"
    found = compare(old, new)
    assert counts(found) == (1, 0, 0, 0)
    html = shown(old, new)
    assert '<details class="comparison-same"><summary>未变动的 5 段</summary>' in html
    assert html.endswith("<p>这是没有变化的第六段。</p><p><ins>另外通知大家一件新的事情。</ins></p>")
    assert counts(compare(new, old)) == (0, 1, 0, 0)
    assert compare(new, new).same and not found.same


def test_a_paragraph_that_moved_is_told_as_moved() -> None:
    one, two, three = (
        "<p>第一件事情是清理杂物。</p>",
        "<p>其次我们种下国槐树。</p>",
        "<p>最后安装座椅灯具。</p>",
    )
    found = compare(one + two + three, two + three + one)
    assert counts(found) == (0, 0, 0, 1)
    assert str(found.html).count("移走了：") == 1 and str(found.html).count("移到这里：") == 1


def test_lists_quotations_and_headings_keep_their_form() -> None:
    old = "<h2>办法</h2><ol><li>清杂物</li><li>种两棵国槐</li></ol><blockquote><p>要座椅</p></blockquote>"
    new = "<h2>办法</h2><ol><li>清杂物</li><li>种两棵银杏</li></ol><blockquote><p>要座椅！</p></blockquote>"
    assert shown(old, new) == (
        "<h2>办法</h2><ol><li>清杂物</li><li>种两棵<del>国槐</del><ins>银杏</ins></li></ol>"
        "<blockquote><p>要座椅<ins>！</ins></p></blockquote>"
    )


def test_formatting_and_form_are_changes_too() -> None:
    assert shown("<p>请大家注意安全。</p>", "<p>请大家<strong>注意</strong>安全。</p>") == (
        "<p>请大家<del>注意</del><ins><strong>注意</strong></ins>安全。</p>"
    )
    assert counts(compare("<p>开工时间</p>", "<h2>开工时间</h2>")) == (0, 0, 1, 0)
    assert shown("<p>开工时间</p>", "<h2>开工时间</h2>") == (
        "<p><del>开工时间</del></p><h2><ins>开工时间</ins></h2>"
    )


def test_tables_and_pictures_are_shown_whole() -> None:
    old = f'<table><tbody><tr><td>12</td></tr></tbody></table><figure><img src="{MEDIA}" alt="前"></figure>'
    new = f'<table><tbody><tr><td>15</td></tr></tbody></table><figure><img src="{MEDIA}" alt="后"></figure>'
    html = shown(old, new)
    for part in (
        "<del><div><table>",
        "<ins><div><table>",
        '<del><div><figure><img src="',
        "<ins><div><figure>",
    ):
        assert part in html


def test_listeners_hear_where_a_change_begins_and_ends() -> None:
    html = str(compare("<p>种国槐树和月季。</p>", "<p>种银杏树和月季。</p>").html)
    assert (
        '<del><span class="visually-hidden">删去：</span>国槐<span class="visually-hidden">（删去到此）</span></del>'
        in html
    )
    assert '<ins><span class="visually-hidden">新增：</span>银杏' in html


def test_titles_and_summaries_have_their_own_comparison() -> None:
    html = str(compare_words("口袋公园<建成>", "口袋花园<建成>"))
    assert "口袋<del>" in html and "&lt;建成&gt;" in html


pieces = st.lists(
    st.one_of(
        st.builds("<p>{}</p>".format, st.text("责任双师规划新芽，。 12ab<&", max_size=14)),
        st.builds("<p>{}<strong>{}</strong>{}</p>".format, *[st.text("责任双师ab", max_size=5)] * 3),
        st.builds("<h{0}>{1}</h{0}>".format, st.integers(2, 4), st.text("一二目标", min_size=1, max_size=4)),
        st.builds(
            "<ul><li>{}</li><li>{}<ol><li>{}</li></ol></li></ul>".format, *[st.text("甲乙丙", max_size=3)] * 3
        ),
        st.builds(
            "<table><tr><td>{}</td><td>{}</td></tr></table>".format, *[st.text("甲乙12", max_size=3)] * 2
        ),
        st.builds("<blockquote><p>{}</p></blockquote>".format, st.text("甲乙", max_size=3)),
        st.just(f'<figure><img src="{MEDIA}" alt="图"><figcaption>图注</figcaption></figure>'),
        st.just("<p>甲<br>乙</p>"),
        st.just("<p class=signature>玉桥街道办事处</p>"),
    ),
    max_size=8,
)


@given(pieces, pieces, st.data())
def test_the_comparison_holds_both_texts(first: list[str], second: list[str], data: st.DataObject) -> None:
    kept = data.draw(st.permutations(first)) if data.draw(st.booleans()) else first
    old, new = sanitise("".join(first)), sanitise("".join([*kept[: len(kept) // 2], *second]))
    found = compare(old, new)
    assert without(str(found.html), "ins") == plain_text(old)
    assert without(str(found.html), "del") == plain_text(new)
    assert found.same == (old == new)


@given(st.text(max_size=40), st.text(max_size=40))
def test_the_comparison_of_words_holds_both(old: str, new: str) -> None:
    old, new = (" ".join("".join(c for c in text if c.isprintable()).split()) for text in (old, new))
    html = str(compare_words(old, new))
    assert without(html, "ins").replace("\n", "") == old
    assert without(html, "del").replace("\n", "") == new


@pytest.mark.parametrize("html", HOSTILE)
def test_nothing_hostile_comes_out(html: str) -> None:
    clean = sanitise(html)
    for found in (compare(clean, "<p>x</p>"), compare("<p>x</p>", clean)):
        tree = html5lib.parseFragment(str(found.html), namespaceHTMLElements=False)
        for node in tree.iter():
            if isinstance(node.tag, str):
                assert node.tag not in ("script", "svg", "iframe", "style")
                assert not [name for name in node.attrib if name.startswith("on") or name == "style"]


def test_long_texts_are_compared_in_reasonable_time() -> None:
    old = "".join(
        f"<p>{'责任双师下沉属地走入基层，对责任片区的建设项目进行技术指导。' * 8}第{n}段</p>"
        for n in range(120)
    )
    new = old.replace("技术指导", "专业指导", 300).replace("第60段", "第六十段")
    started = time.process_time()
    found = compare(old, new)
    assert time.process_time() - started < 10
    assert found.changed >= 38
    started = time.process_time()
    compare("<p>" + "责任双师" * 20_000 + "</p>", "<p>" + "双师责任" * 20_000 + "</p>")
    assert time.process_time() - started < 5
