"""Official letters as offices lay them out: the red head, the title, the headings, the closing lines."""

from __future__ import annotations

import pytest

from portal.publishing.importing import import_document
from tests.tenants.files.words import field, file, paragraph, run, table, text_box

RIGHT, AS_TITLE, AS_HEADING = '<w:jc w:val="right"/>', '<w:pStyle w:val="t"/>', '<w:pStyle w:val="1"/>'


def line(text: str, properties: str = "") -> str:
    """A paragraph; a line break in the text is a soft return."""
    return paragraph("<w:r><w:br/></w:r>".join(map(run, text.split("\n"))), properties=properties)


NOTICE, BODY, CODE = line("关于放假的通知"), line("放假三天。"), line("玉办发〔2026〕12号")
FOUND = ("关于放假的通知", "玉办发〔2026〕12号", "<p>放假三天。</p>")

#: The file -> title, number, text.
LAYOUTS: dict[str, tuple[list[str], tuple[str, str | None, str], str]] = {
    "a red head in paragraphs": (
        [
            line("000012"),
            line("机密★1年"),
            line("特急"),
            line("玉桥街道办事处文件"),
            line("玉办发〔2026〕12号　　签发人：王某"),
            line("★"),
            NOTICE,
            BODY,
        ],
        FOUND,
        "红头没有带过来：“000012”“机密★1年”“特急”“玉桥街道办事处文件”“签发人：王某”“★”",
    ),
    "a red head in a text box": (
        [paragraph(text_box(line("玉桥街道办事处文件"))), CODE, NOTICE, BODY],
        FOUND,
        "有 1 个文本框，文字放在了所在段落后面，请核对位置。红头没有带过来：“玉桥街道办事处文件”",
    ),
    "a table with the head alone": (
        [table([line("玉桥街道办事处文件")]), CODE, NOTICE, BODY],
        FOUND,
        "红头没有带过来：“玉桥街道办事处文件”",
    ),
    "two bodies and one 文件 beside them": (
        [table([line("玉桥街道办事处") + line("通州区规自分局"), line("文件")]), CODE, NOTICE, BODY],
        FOUND,
        "红头没有带过来：“玉桥街道办事处”“通州区规自分局”“文件”",
    ),
    "a table with the number and who signs": (
        [table([line("玉桥街道办事处"), line("文件")], [CODE, line("签发人：王某")]), NOTICE, BODY],
        FOUND,
        "红头没有带过来：“玉桥街道办事处”“文件”“签发人：王某”",
    ),
    "a letter under the name of the body": (
        [line("北京市通州区玉桥街道办事处"), CODE, NOTICE, BODY],
        FOUND,
        "红头没有带过来：“北京市通州区玉桥街道办事处”",
    ),
    "the number under the title": ([NOTICE, CODE, BODY], FOUND, ""),
    "the number under a title that begins with the body": (
        [line("玉桥街道办事处"), NOTICE, CODE, BODY],
        ("玉桥街道办事处关于放假的通知", *FOUND[1:]),
        "",
    ),
    "a number with a place in brackets": (
        [line("京规自(通)初审函〔２０２１〕０００１号"), NOTICE, BODY],
        (FOUND[0], "京规自（通）初审函〔2021〕0001号", FOUND[2]),
        "",
    ),
    "a title in a table": ([table([NOTICE]), BODY, BODY], (FOUND[0], None, FOUND[2] * 2), ""),
    "a table that is none of the head": (
        [table([line("姓名"), line("王某")]), BODY],
        ("", None, f"<table><tbody><tr><td>姓名</td><td>王某</td></tr></tbody></table>{FOUND[2]}"),
        "没有认出标题，请补上。",
    ),
    "an annex that says so above its title": (
        [line("附件１："), line("玉桥街道步行环境改善方案"), line("（试行）"), BODY],
        ("玉桥街道步行环境改善方案（试行）", None, f"<p>附件１：</p>{FOUND[2]}"),
        "",
    ),
    "a title that asks": (
        [line("玉桥西路什么时候改？"), line("八月开工。九月完工？")],
        ("玉桥西路什么时候改？", None, "<p>八月开工。九月完工？</p>"),
        "",
    ),
    "a draft mark under a title of its own style": (
        [line("步行导则", AS_TITLE), line("（送审稿）"), line("正文在此。")],
        ("步行导则（送审稿）", None, "<p>正文在此。</p>"),
        "标题里的“（送审稿）”留下了，定稿后请去掉。",
    ),
    "the style of the title once more": (
        [line("步行导则", AS_TITLE), line("正文在此。"), line("附录", AS_TITLE), line("又一段。")],
        ("步行导则", None, "<p>正文在此。</p><h2>附录</h2><p>又一段。</p>"),
        "",
    ),
    "soft returns": (
        [line("关于\n放假的通知"), line("第一章\n总则", AS_HEADING), BODY, line("Chapter\ntwo", AS_HEADING), BODY],
        (FOUND[0], None, f"<h2>第一章总则</h2>{FOUND[2]}<h2>Chapter two</h2>{FOUND[2]}"),
        "",
    ),
    "words after a line break are no part of the heading": (
        [line("关于\n放假的通知"), line("一、时间\n三天"), line("其他另行通知。")],
        (FOUND[0], None, "<p>一、时间<br>三天</p><p>其他另行通知。</p>"),
        "",
    ),
    "a table of contents under its name": (
        [
            line("步行导则", AS_TITLE),
            line("目　录"),
            paragraph(field(r'TOC \o "1-3"', run("总则 1"))),
            line("总则", AS_HEADING),
            BODY,
        ],
        ("步行导则", None, f"<h2>总则</h2>{FOUND[2]}"),
        "去掉了目录。",
    ),
    "annexes, signature, copies": (
        [
            NOTICE,
            BODY,
            line("附件："),
            line("1.名单"),
            line("玉桥街道办事处", RIGHT),
            line("2026年5月1日", RIGHT),
            line("（此件公开发布）"),
            line("联系人：王某"),
            line("玉桥街道办事处办公室　2026年5月1日印发"),
        ],
        (
            FOUND[0],
            None,
            f'{FOUND[2]}<p>附件：</p><p>1.名单</p><p class="signature">玉桥街道办事处</p>'
            '<p class="signature">2026年5月1日</p><p>（此件公开发布）</p><p>联系人：王某</p>'
            "<p>玉桥街道办事处办公室　2026年5月1日印发</p>",
        ),
        "",
    ),
}


@pytest.mark.parametrize("case", LAYOUTS)
def test_the_layout_of_official_letters_is_read(case: str) -> None:
    body, expected, told = LAYOUTS[case]
    found = import_document(file(*body), "x.docx")
    assert (found.title, found.document_code, found.html) == expected
    assert "".join(map(str, found.warnings)) == told


@pytest.mark.parametrize(
    ("before", "properties"),
    [
        ("　" * 12, ""),
        ("\t\t\t", ""),
        ("", '<w:ind w:left="4200"/>'),
        ("", '<w:ind w:firstLineChars="1800" w:firstLine="576"/>'),
        ("", '<w:jc w:val="end"/>'),
        ("", ""),
    ],
)
def test_a_signature_is_known_wherever_it_stands(before: str, properties: str) -> None:
    signed = [line(f"{before}{text}", properties) for text in ("玉桥街道办事处", "2026年5月1日")]
    found = import_document(file(NOTICE, BODY, *signed), "x.docx")
    assert found.html == (
        f'{FOUND[2]}<p class="signature">玉桥街道办事处</p><p class="signature">2026年5月1日</p>'
    )


def test_numbers_set_off_by_tabs_are_no_table() -> None:
    found = import_document("关于放假的通知\n1.\t三天假\n2.\t照常值班\n".encode(), "x.txt")
    assert found.html == "<p>1. 三天假</p><p>2. 照常值班</p>"


def test_cells_in_quotation_marks_keep_their_line_breaks() -> None:
    text = '名称\t说明\r\n"甲\n园"\t"第一行\n第二行"\r\n乙园\t"他说""好"""\r\n丙园\t"原话"\r\n'
    found = import_document(text.encode("utf-16"), "x.txt")
    assert found.html == (
        "<table><tbody><tr><td>名称</td><td>说明</td></tr><tr><td>甲<br>园</td><td>第一行<br>第二行</td></tr>"
        '<tr><td>乙园</td><td>他说"好"</td></tr><tr><td>丙园</td><td>"原话"</td></tr></tbody></table>'
    )
