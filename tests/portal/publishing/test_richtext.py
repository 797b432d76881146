"""What leaves the sanitiser is a publication's text and nothing else, whatever came in."""

from __future__ import annotations

import re
import time
from uuid import UUID

import html5lib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.publishing import richtext
from portal.publishing.presenting import present
from portal.publishing.richtext import outline, plain_text, sanitise, word_count
from tenants.rules import Invalid
from tests.portal.publishing.hostile import HOSTILE, MEDIA
from webkit import prose

TOP = {"p", "h2", "h3", "h4", "ul", "ol", "blockquote", "figure", "table", "hr"}


def elements(html: str) -> list:  # type: ignore[type-arg]
    """Every element as an HTML5 parser that is not the sanitiser's sees it."""
    tree = html5lib.parseFragment(html, container="main", namespaceHTMLElements=False)
    return [node for node in tree.iter() if isinstance(node.tag, str) and node.tag != "DOCUMENT_FRAGMENT"]


def assert_publishable(html: str) -> None:
    for node in elements(html):
        assert node.tag in prose.BLOCKS | prose.INLINE, node.tag
        assert set(node.attrib) <= set(prose.ATTRIBUTES[node.tag]), (node.tag, node.attrib)
        if node.tag == "a":
            assert re.match(r"https?://[^/@\\]+|mailto:|tel:|/(?![/\\])", node.attrib["href"])
            assert ("rel" in node.attrib) == node.attrib["href"].startswith("http")
        if node.tag == "img":
            assert re.fullmatch(r"/media/[0-9a-f-]{36}/[\w.-]+", node.attrib["src"])
            assert "alt" in node.attrib
        if node.tag == "p":
            assert node.attrib.get("class", "signature") == "signature", node.attrib
    tree = html5lib.parseFragment(html, container="main", namespaceHTMLElements=False)
    assert not (tree.text or "").strip(), "text outside any block"
    level = 1
    for block in tree:
        assert block.tag in TOP
        assert not (block.tail or "").strip()
        if block.tag[0] == "h" and block.tag != "hr":
            assert 2 <= int(block.tag[1]) <= level + 1
            level = int(block.tag[1])


@pytest.mark.parametrize("html", HOSTILE)
def test_hostile_input_leaves_as_harmless_text(html: str) -> None:
    clean = sanitise(html)
    assert_publishable(clean)
    assert sanitise(clean) == clean
    for node in elements(str(present(clean, {UUID(int=1): [480]}))):
        assert not [name for name in node.attrib if name.startswith("on") or name == "style"]


TAGS = sorted(
    prose.BLOCKS
    | prose.INLINE
    | {"b", "i", "div", "h1", "h6", "span", "section", "script", "svg", "dl", "dd", "pre"}
)
ATTRIBUTES = [
    "", ' href="https://a.cn/x"', ' href="/x"', " href=javascript:x", f' src="{MEDIA}"', ' alt="<h2>"',
    " class=signature", " class=MsoNormal",    " colspan=2", " onclick=x", ' style="x"',
]  # fmt: skip
pieces = st.one_of(
    st.builds("<{}{}>".format, st.sampled_from(TAGS), st.sampled_from(ATTRIBUTES)),
    st.builds("</{}>".format, st.sampled_from(TAGS)),
    st.text("责任双师 ab1\n\u3000\xa0<>&\"'/=", max_size=8),
    st.sampled_from(["&lt;", "&nbsp;", "&#8203;", "<!--", "-->", "<![CDATA[", "\u200b", "\u202e"]),
)


@given(st.lists(pieces, max_size=40).map("".join))
def test_any_markup_becomes_publishable_and_stays_so(html: str) -> None:
    clean = sanitise(html)
    assert_publishable(clean)
    assert sanitise(clean) == clean


words = st.text("责任双师规划新芽，。ab1", min_size=1, max_size=6)
blocks = st.recursive(
    words,
    lambda inner: (
        st.builds(
            lambda tag, inside: f"<{tag}>{''.join(inside)}</{tag}>",
            st.sampled_from(
                ["p", "div", "h1", "h2", "h3", "h5", "strong", "em", "span", "blockquote", "section", "u"]
            ),
            st.lists(inner, min_size=1, max_size=4),
        )
        | st.builds(
            lambda tag, items: f"<{tag}>{''.join(f'<li>{item}</li>' for item in items)}</{tag}>",
            st.sampled_from(["ul", "ol"]),
            st.lists(inner, min_size=1, max_size=3),
        )
        | st.builds(
            lambda rows: f"<table>{''.join(f'<tr><td>{a}</td><th>{b}</th></tr>' for a, b in rows)}</table>",
            st.lists(st.tuples(inner, inner), min_size=1, max_size=3),
        )
    ),
    max_leaves=12,
)


@given(blocks)
def test_no_word_is_lost_or_reordered(html: str) -> None:
    written = re.sub(r"<[^>]+>|\s", "", html)
    assert re.sub(r"\s", "", plain_text(sanitise(html))) == written


@given(st.text())
def test_any_text_is_survived(text: str) -> None:
    assert_publishable(sanitise(text))


def test_headings_step_down_one_by_one_from_two() -> None:
    assert (
        sanitise("<h1>一</h1><h4>二</h4><h6>三</h6><h2>四</h2>")
        == "<h2>一</h2><h3>二</h3><h4>三</h4><h2>四</h2>"
    )
    assert sanitise("<h4>先</h4><h2> </h2><blockquote><h3>引</h3></blockquote>") == (
        "<h2>先</h2><blockquote><p><strong>引</strong></p></blockquote>"
    )


def test_paste_from_word_keeps_structure_and_loses_rubbish() -> None:
    pasted = """<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><style>p.MsoNormal{margin:0}</style>
      <!--[if gte mso 9]>
      <xml><o:OfficeDocumentSettings>rubbish</o:OfficeDocumentSettings></xml><![endif]-->
      </head><body>
      <h1 style='margin-left:0cm'><span lang=ZH-CN style='font-family:宋体'>一、工作目标</span><o:p></o:p></h1>
      <p class=MsoNormal style='text-indent:21pt'><span style='mso-spacerun:yes'>　　</span><b>责任
      双师</b>下沉&nbsp;<span>属地。</span><o:p>&nbsp;</o:p></p>
      <p class=MsoNormal><o:p>&nbsp;</o:p></p>
      <table class=MsoTableGrid border=1 width=500>
      <tr><td width=100 style='x'><p class=MsoNormal>单位</p></td></tr></table>"""
    assert sanitise(pasted) == (
        "<h2>一、工作目标</h2><p><strong>责任双师</strong>下沉 属地。</p>"
        "<table><tbody><tr><td>单位</td></tr></tbody></table>"
    )


@pytest.mark.parametrize(
    "hidden",
    [
        "<del cite='mailto:x'>底价</del>",
        "<span class=msoDel>底价</span>",
        "<span style='color:red;display: NONE'>底价</span>",
        "<font style='mso-hide:all'>底价</font>",
        "<b style='visibility:hidden'>底价</b>",
        "<span hidden>底价</span>",
        "<a class=msocomanchor href='#_msocom_1'>底价</a>",
        "<div style='mso-element:comment-list'><hr><div><p class=MsoCommentText>底价</p></div></div>",
    ],
)
def test_what_the_author_did_not_show_is_not_published(hidden: str) -> None:
    assert "底价" not in sanitise(f"<p>甲{hidden}乙</p>{hidden}")
    shown = "<p>12 m<sup>2</sup></p>"
    assert sanitise(f"<p>12 <ins>m</ins><span><sup>2</sup>{hidden}</span></p>").startswith(shown)


def test_double_line_breaks_are_paragraphs_and_a_lone_picture_is_a_figure() -> None:
    assert sanitise("甲<br>乙<br><br>丙") == "<p>甲<br>乙</p><p>丙</p>"
    assert (
        sanitise(f'<p> <img src="{MEDIA}" width=960><br></p>')
        == f'<figure><img src="{MEDIA}" alt="" width="960"></figure>'
    )
    assert (
        sanitise('<figure><img src="https://elsewhere.cn/x.png"><figcaption>图1</figcaption></figure>')
        == "<p>图1</p>"
    )


def test_table_headers_say_what_they_head() -> None:
    assert sanitise("<table><tr><th>年<th>数<tr><th>2024<td>3</table>") == (
        '<table><thead><tr><th scope="col">年</th><th scope="col">数</th></tr></thead>'
        '<tbody><tr><th scope="row">2024</th><td>3</td></tr></tbody></table>'
    )


def test_words_outline_and_pictures_can_be_read_back() -> None:
    html = sanitise(
        f"<h2>规划 解读</h2><p>2035年，<em>城市副中心</em>GDP增3.5倍。</p><ul><li>甲<ul><li>乙</li></ul></li></ul>"
        f'<table><tr><td>丙</td><td>丁</td></tr></table><h3>图</h3><figure><img src="{MEDIA}" alt="鸟瞰"></figure>'
    )
    assert plain_text(html) == "规划 解读\n2035年，城市副中心GDP增3.5倍。\n甲\n乙\n丙\t丁\n图"
    assert word_count(html) == 4 + len("年城市副中心增倍") + 3 + 2 + 2 + 1
    assert [(h.level, h.text, h.anchor) for h in outline(html)] == [(2, "规划 解读", "s1"), (3, "图", "s2")]
    assert [p.alternative for p in richtext.pictures(html)] == ["鸟瞰"]
    assert richtext.images_in(html) == [UUID(MEDIA.split("/")[2])]


def test_a_page_shows_it_with_anchors_scrolling_tables_and_sized_pictures() -> None:
    file_id = UUID(MEDIA.split("/")[2])
    html = sanitise(f'<h2>一</h2><table><tr><td>x</table><img src="{MEDIA}" alt="&lt;h2&gt;&lt;table&gt;">')
    shown = str(present(html, {file_id: [960, 480]}))
    assert '<h2 id="s1">一</h2>' in shown
    assert re.search(
        r'<div class="table-scroll" tabindex="0" role="region" aria-label="[^"]+"><table>', shown
    )
    assert f'srcset="/media/{file_id}/480 480w, /media/{file_id}/960 960w"' in shown
    assert 'loading="lazy"' in shown
    assert shown.count("id=") == 1 and shown.count("</table></div>") == 1


HUNDRED_THOUSAND = " ".join(f"x{n}" for n in range(100_000))


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 30_000,
        "<b id=1>" * 10_000 + "<p>x" * 10_000,
        "<p>字</p>" * 30_000,
        "字" * 1_000_001,
        "<a<a" * 200_000,
        "&" * 900_000,
        f"<p {HUNDRED_THOUSAND}>x</p>",
        f"<p>x</p {HUNDRED_THOUSAND}>",
        f"<p {HUNDRED_THOUSAND}",
        "<p x='>' " + HUNDRED_THOUSAND.replace(" ", "='>' ") + ">",
        f"<!-- <p x=' --><p {HUNDRED_THOUSAND}>x</p>",
        f"<style><p x='</style><p {HUNDRED_THOUSAND}>x</p>",
        f"<p x=<p' {HUNDRED_THOUSAND}>x</p>",
        "<p x='" * 20_000,
    ],
    ids=lambda html: html[:12],
)
def test_a_text_built_to_exhaust_the_parser_is_refused_at_once(html: str) -> None:
    started = time.process_time()
    with pytest.raises(Invalid) as refused:
        sanitise(html)
    assert set(refused.value.errors) == {"body"}
    assert time.process_time() - started < 3


def test_what_honest_programs_write_is_let_in() -> None:
    picture = f'<img src="data:image/png;base64,{"iVBORw0KGgo" * 50_000}" alt="a > b">'
    attributes = " ".join(f'data-x{n}="{n}"' for n in range(90))
    assert sanitise(f"<p {attributes}>字</p>" * 100 + f"<p>{picture}&nbsp;x</p>").count("<p>") == 101
