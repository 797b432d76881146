"""What a Word file shows comes over or is named, and what it hides does not."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.publishing.importing import Imported, import_document
from portal.publishing.richtext import plain_text, sanitise
from tests.tenants.files.words import field, file, level, numbering, paragraph, run, table, text_box


def everything(found: Imported) -> str:
    """All that the importer gets to see, without white space."""
    told = "".join(map(str, found.warnings))
    return re.sub(r"\s", "", f"{found.title}{found.document_code}{plain_text(found.html)}{told}")


def imported(*body: str, **parts: object) -> Imported:
    return import_document(file(*body, **parts), "x.docx")  # type: ignore[arg-type]


CHECK = "<w14:checkbox><w14:checked w14:val='{}'/></w14:checkbox>"
CONSTRUCTS = {
    "a symbol": ('<w:r><w:sym w:font="Wingdings" w:char="F0FE"/></w:r>', "<p>☑</p>", ""),
    "a symbol by its font": (run("þ同意", '<w:rFonts w:ascii="Wingdings"/>'), "<p>☑同意</p>", ""),
    "a symbol nobody knows": ('<w:r><w:sym w:font="Webdings" w:char="F0FE"/></w:r>', "", "“Webdings F0FE”"),
    "a box ticked": (f"<w:sdt><w:sdtPr>{CHECK.format(1)}</w:sdtPr></w:sdt>", "<p>☑</p>", ""),
    "a box of older forms": (
        field("FORMCHECKBOX", data='<w:ffData><w:checkBox><w:default w:val="1"/></w:checkBox></w:ffData>'),
        "<p>☑</p>",
        "",
    ),
    "a choice of older forms": (
        field(
            "FORMDROPDOWN",
            data='<w:ffData><w:ddList><w:result w:val="1"/><w:listEntry w:val="甲"/><w:listEntry w:val="乙"/>'
            "</w:ddList></w:ffData>",
        ),
        "<p>乙</p>",
        "",
    ),
    "a simple field": (f'<w:fldSimple w:instr=" DATE ">{run("五月一日")}</w:fldSimple>', "<p>五月一日</p>", ""),
    "a link that is a field": (
        field('HYPERLINK "https://a.cn/b"', run("网址")),
        '<p><a href="https://a.cn/b" rel="noopener nofollow">网址</a></p>',
        "",
    ),
    "a field in a code": (field(f"IF {''} 1", run("甲"), field("PAGE", run("乙"))), "<p>甲乙</p>", ""),
    "a field that never ends": (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> PAGE </w:instrText></w:r>' + run("后文"),
        "<p>后文</p>",
        "",
    ),
    "a number in a circle": (field(r"eq \o\ac(○,3)"), "<p>③</p>", ""),
    "words with their pronunciation": (
        f"<w:r><w:ruby><w:rubyPr/><w:rt>{run('huǒ')}</w:rt><w:rubyBase>{run('漷')}</w:rubyBase></w:ruby></w:r>",
        "<p>漷</p>",
        "“huǒ”",
    ),
    "pronunciation in a field": (field(r"EQ \* jc0 \o\ad(\s\up 9(huǒ),漷)"), "<p>漷</p>", "“huǒ”"),
    "a formula": (
        "<m:oMath><m:f><m:num><m:r><m:t>甲</m:t></m:r></m:num><m:den><m:r><m:t>乙</m:t></m:r></m:den></m:f></m:oMath>",
        "",
        "“甲乙”",
    ),
    "a formula in a line": ("<m:oMath><m:r><m:t>R=2.5</m:t></m:r></m:oMath>", "<p>R=2.5</p>", ""),
    "a line to write on": (run("姓名：") + run("      ", '<w:u w:val="single"/>'), "<p>姓名：______</p>", ""),
    "superscript, struck, linked": (
        run("m") + run("2", '<w:vertAlign w:val="superscript"/>') + run("旧", "<w:strike/>"),
        "<p>m<sup>2</sup><s>旧</s></p>",
        "",
    ),
    "a page break between words": (run("甲") + '<w:r><w:br w:type="page"/></w:r>' + run("乙"), "<p>甲<br>乙</p>", ""),
    "an older text box": (
        f"<w:r><w:pict><v:shape><v:textbox><w:txbxContent>{paragraph(run('框'))}</w:txbxContent></v:textbox></v:shape>"
        "</w:pict></w:r>",
        "<p>框</p>",
        "1 个文本框",
    ),
    "a drawing that is hidden": (
        f"<w:r><w:drawing><wp:inline><wp:docPr id='1' name='x' hidden='1'/>{text_box(paragraph(run('框')))}"
        "</wp:inline></w:drawing></w:r>",
        "",
        "1 处隐藏",
    ),
}


@pytest.mark.parametrize("case", CONSTRUCTS)
def test_what_word_shows_by_other_means_than_text(case: str) -> None:
    given_, html, told = CONSTRUCTS[case]
    found = imported(paragraph(run("标题"), properties='<w:pStyle w:val="t"/>'), paragraph(given_))
    assert found.html == html
    assert told in "".join(map(str, found.warnings))
    assert bool(found.warnings) == bool(told)


def test_changes_are_read_as_accepted_and_the_reading_is_told() -> None:
    found = imported(
        paragraph(run("标题"), properties='<w:pStyle w:val="t"/>'),
        paragraph(
            run("留下"),
            f"<w:ins>{run('新增')}</w:ins><w:del><w:r><w:delText>删去</w:delText></w:r></w:del>",
            properties="<w:rPr><w:del/></w:rPr>",
        ),
        paragraph(run("接着"), f"<w:moveFrom>{run('移走')}</w:moveFrom>"),
        paragraph(f"<w:moveTo>{run('移来')}</w:moveTo>"),
        "<w:tbl><w:tr><w:trPr><w:del/></w:trPr><w:tc><w:p/></w:tc></w:tr></w:tbl>",
        comments=["甲的批注", "乙的批注"],
    )
    assert found.html == "<p>留下新增接着</p><p>移来</p>"
    assert list(map(str, found.warnings)) == [
        "修订都当作已接受：新增的 2 处留下了。",
        "修订都当作已接受：删除的 4 处去掉了。",
        "去掉了 2 条批注。",
    ]


HIDDEN = "<w:rPr><w:vanish/></w:rPr>"
HIDDEN_RUN = f"<w:r>{HIDDEN}"
#: Ways to put words into a paragraph so that they are seen (or, at the end, named), and so that they are not.
SEEN: list[Callable[[str], str]] = [
    run,
    lambda word: run(word, "<w:b/><w:i/>"),
    lambda word: run(word, '<w:vanish w:val="0"/>'),
    lambda word: f'<w:fldSimple w:instr="TITLE">{run(word)}</w:fldSimple>',
    lambda word: field("REF x", run(word)),
    lambda word: field("REF x", field("DATE", run(word))),
    lambda word: field(f"MACROBUTTON x {word}"),
    lambda word: field(f"LISTNUM {word}"),
    lambda word: f'<w:hyperlink w:anchor="x">{run(word)}</w:hyperlink>',
    lambda word: f"<w:ins>{run(word)}</w:ins>",
    lambda word: f"<w:moveTo>{run(word)}</w:moveTo>",
    lambda word: f"<w:smartTag>{run(word)}</w:smartTag>",
    lambda word: f"<w:sdt><w:sdtPr/><w:sdtContent>{run(word)}</w:sdtContent></w:sdt>",
    lambda word: f"<w:r><w:ruby><w:rt>{run(word)}</w:rt><w:rubyBase>{run(word + '底')}</w:rubyBase></w:ruby></w:r>",
    lambda word: text_box(paragraph(run(word))),
    lambda word: text_box(table([paragraph(run(word)), paragraph()])),
    lambda word: f"<m:oMath><m:rad><m:e><m:r><m:t>{word}</m:t></m:r></m:e></m:rad></m:oMath>",
    lambda word: f"<m:oMath><m:r><m:t>{word}</m:t></m:r></m:oMath>",
    lambda word: f"<w:r><w:unknown><w:t>{word}</w:t></w:unknown></w:r>",
    lambda word: f'<w:r><w:pict><v:shape><v:textpath string="{word}"/></v:shape></w:pict></w:r>',
    lambda word: f'<w:bdo w:val="ltr">{run(word)}</w:bdo>',
    lambda word: f"<m:oMath><w:ins><m:r><m:t>{word}</m:t></m:r></w:ins></m:oMath>",
]
UNSEEN: list[Callable[[str], str]] = [
    lambda word: run(word, "<w:vanish/>"),
    lambda word: run(word, '<w:rStyle w:val="secret"/>'),
    lambda word: field("REF x", run(word, "<w:vanish/>")),
    lambda word: field(f'XE "{word}"'),
    lambda word: field("IF 1", run("显", "<w:vanish/>")) + run(word, "<w:vanish/>"),
    lambda word: f"<w:del><w:r><w:delText>{word}</w:delText></w:r></w:del>",
    lambda word: f"<w:moveFrom>{run(word)}</w:moveFrom>",
    lambda word: f"<w:ins>{run(word, '<w:vanish/>')}</w:ins>",
    lambda word: text_box(paragraph(run(word), properties='<w:pStyle w:val="unseen"/>')),
    lambda word: text_box(paragraph(run(word))).replace("<w:r>", HIDDEN_RUN, 1),
    lambda word: field(f"LISTNUM {word}").replace("<w:r>", HIDDEN_RUN),
    lambda word: field(f"LISTNUM {word}").replace("<w:r>", HIDDEN_RUN).replace(HIDDEN_RUN, "<w:r>", 1),
    lambda word: f"<w:del>{field(f'LISTNUM {word}')}</w:del>",
    lambda word: f"<m:oMath><m:r>{HIDDEN}<m:t>{word}</m:t></m:r></m:oMath>",
    lambda word: f"<m:oMath><m:rad><m:e><w:del><m:r><m:t>{word}</m:t></m:r></w:del></m:e></m:rad></m:oMath>",
    lambda word: f"<w:r><w:ruby><w:rt>{run(word, '<w:vanish/>')}</w:rt><w:rubyBase/></w:ruby></w:r>",
]
AROUND: list[Callable[[str], str]] = [
    paragraph,
    lambda runs: paragraph(runs, properties='<w:pStyle w:val="1"/>'),
    lambda runs: paragraph(runs, properties='<w:pStyle w:val="t"/>'),
    lambda runs: paragraph(runs, properties='<w:outlineLvl w:val="2"/>'),
    lambda runs: paragraph(runs, properties='<w:jc w:val="right"/>'),
    lambda runs: paragraph(runs, properties='<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>'),
    lambda runs: paragraph(runs, properties="<w:rPr><w:del/></w:rPr>"),
    lambda runs: paragraph(runs, properties='<w:framePr w:dropCap="drop"/>'),
    lambda runs: table([paragraph(runs), paragraph()], [table([paragraph(runs)]) + paragraph(), paragraph(runs)]),
    lambda runs: f"<w:sdt><w:sdtContent>{paragraph(runs)}</w:sdtContent></w:sdt>",
]
#: What nobody sees anything of, whatever is in it.
HIDING: list[Callable[[str], str]] = [
    lambda runs: table([paragraph(runs)]).replace("<w:tr>", "<w:tr><w:trPr><w:hidden/></w:trPr>"),
    lambda runs: table([paragraph(runs)]).replace("<w:tr>", "<w:tr><w:trPr><w:del/></w:trPr>"),
    lambda runs: table([paragraph(runs)]).replace("<w:tc>", "<w:tc><w:tcPr><w:cellDel/></w:tcPr>"),
    lambda runs: f"<w:moveFrom>{paragraph(runs)}</w:moveFrom>",
]
pieces = st.one_of(
    st.tuples(st.just(True), st.integers(0, len(SEEN) - 1)), st.tuples(st.just(False), st.integers(0, len(UNSEEN) - 1))
)
documents = st.lists(
    st.tuples(st.sampled_from(AROUND * 2 + HIDING), st.lists(pieces, min_size=1, max_size=4)), min_size=1, max_size=6
)


@given(documents, st.booleans())
def test_every_word_seen_comes_over_or_is_named_and_no_other_does(
    document: list[tuple[Callable[[str], str], list[tuple[bool, int]]]], strict: bool
) -> None:
    body: list[str] = [paragraph(run("题目", "<w:b/>"), '<w:r><w:footnoteReference w:id="1"/></w:r>')]
    seen = ["题目", "页眉上的话", "注里的话"]
    unseen = ["没有引到的注", "批注里的话", "王某"]
    for at, (around, kinds) in enumerate(document):
        runs = ""
        for number, (shown, kind) in enumerate(kinds):
            word = f"{'见' if shown else '隐'}{at}之{number}字"
            (seen if shown and around not in HIDING else unseen).append(word)
            runs += (SEEN if shown else UNSEEN)[kind](word)
        body.append(around(runs))
    notes = ["注里的话", "没有引到的注"]
    found = imported(
        *body,
        numbering=numbering(level(0, "decimal", "%1.")),
        header="页眉上的话",
        footnotes=notes,
        comments=["批注里的话"],
        strict=strict,
    )
    text = everything(found)
    assert [word for word in seen if word not in text] == []
    assert [word for word in unseen if word in f"{text}{found.summary}{found.html}"] == []
    assert sanitise(found.html) == found.html
