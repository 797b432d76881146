"""The automatic numbers of a Word file are those that Word shows."""

from __future__ import annotations

import pytest

from portal.publishing.importing import import_document
from tenants.files.word.numbering import written
from tests.tenants.files.words import file, level, numbering, paragraph, run, table


def item(text: str, level: int = 0, number: int = 1) -> str:
    """A paragraph of a list."""
    properties = f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>'
    return paragraph(*([run(text)] if text else []), properties=properties)


def text(words: str) -> str:
    return paragraph(run(words))


TITLE = paragraph(run("步行导则"), properties='<w:pStyle w:val="t"/>')
PLAIN = level(0, "decimal", "%1.")
CHAPTERS = (
    level(0, "chineseCountingThousand", "第%1章"),
    level(1, "chineseCounting", "第%2条", '<w:lvlRestart w:val="0"/>'),
    level(2, "decimal", "%1.%3", "<w:isLgl/>"),
)
AGAIN = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride>'

#: The list and the blocks -> what they become.
LISTS = {
    "resumed after words": (
        numbering(PLAIN),
        [item("甲事；"), item("乙事；"), text("说明一段话。"), item("丙事；"), item("丁事；")],
        '<ol><li>甲事；</li><li>乙事；</li></ol><p>说明一段话。</p><ol start="3"><li>丙事；</li><li>丁事；</li></ol>',
    ),
    "begun again, then resumed": (
        numbering(PLAIN, again=AGAIN),
        [item("甲事；"), item("乙事；"), text("说明。"), item("丙事；", number=2), item("丁事；"), item("戊事；")],
        "<ol><li>甲事；</li><li>乙事；</li></ol><p>说明。</p><ol><li>丙事；</li><li>丁事；</li><li>戊事；</li></ol>",
    ),
    "chapters, articles counted through them, figures in one of these": (
        numbering(*CHAPTERS),
        [
            item("总则"),
            item("一条话。", 1),
            item("又一条话。", 1),
            item("附则"),
            item("再一条话。", 1),
            item("细目。", 2),
        ],
        "<h2>第一章 总则</h2><p>第一条 一条话。</p><p>第二条 又一条话。</p><h2>第二章 附则</h2>"
        "<p>第三条 再一条话。</p><p>2.1 细目。</p>",
    ),
    "numbers alone in their cells": (
        numbering(PLAIN),
        [table([item(""), text("三角地")], [item(""), text("口袋公园")])],
        "<table><tbody><tr><td>1.</td><td>三角地</td></tr><tr><td>2.</td><td>口袋公园</td></tr></tbody></table>",
    ),
}


@pytest.mark.parametrize("case", LISTS)
def test_lists_keep_their_numbers(case: str) -> None:
    numbers, body, html = LISTS[case]
    assert import_document(file(TITLE, *body, numbering=numbers), "x.docx").html == html


@pytest.mark.parametrize(
    ("form", "pattern", "numbers"),
    [
        ("decimal", "%1.", ["1.", "2.", "3."]),
        ("chineseCounting", "（%1）", ["（一）", "（二）", "（三）"]),
        ("decimalEnclosedCircleChinese", "%1", ["① ", "② ", "③ "]),
    ],
)
def test_a_number_among_paragraphs_stays_with_its_words(form: str, pattern: str, numbers: list[str]) -> None:
    body = [piece for _ in numbers for piece in (item("这件事要说清楚；"), text("这里是一段说明的话。"))]
    found = import_document(file(TITLE, *body, numbering=numbering(level(0, form, pattern))), "x.docx")
    assert found.html == "".join(f"<p>{number}这件事要说清楚；</p><p>这里是一段说明的话。</p>" for number in numbers)


@pytest.mark.parametrize(
    ("form", "numbers"),
    [
        ("chineseCountingThousand", {1: "一", 10: "十", 11: "十一", 20: "二十", 21: "二十一", 105: "一百零五"}),
        ("chineseLegalSimplified", {10: "壹拾", 12: "壹拾贰"}),
        ("ideographTraditional", {1: "甲", 11: "甲"}),
        ("decimalEnclosedCircle", {20: "⑳", 21: "21"}),
        ("decimalFullWidth", {12: "１２"}),
        ("decimalZero", {3: "03"}),
        ("upperLetter", {26: "Z", 27: "AA"}),
        ("lowerRoman", {4: "iv", 19: "xix"}),
        ("a form of tomorrow", {7: "7"}),
    ],
)
def test_the_forms_of_numbers(form: str, numbers: dict[int, str]) -> None:
    assert {number: written(number, form) for number in numbers} == numbers
