"""What a Word file shows comes over or is named, what it hides does not, and its structure is what a clerk expects."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.publishing.importing import Imported, import_document
from portal.publishing.richtext import plain_text, sanitise
from tests.tenants.files.words import field, file, paragraph, run, table, text_box

HERE = Path(__file__).parent / "inputs"
FILES = Path(__file__).parents[2] / "tenants" / "files" / "inputs"
TITLE = "关于玉桥街道步行环境改善的说明"
WHY = "<p>为改善老旧小区步行环境，街道会同责任规划师团队开展了现场踏勘和居民座谈，现将有关安排说明如下。</p>"
PICTURE = '<figure><img src="/media/00000000-0000-7000-8000-{:012}/picture" alt="{}"></figure>'
LIST = (
    "<table><tbody><tr><td>序号</td><td>名称</td><td>面积</td></tr>"
    "<tr><td>1</td><td>三角地</td><td>420平方米</td></tr></tbody></table>"
)
WIDE = "".join(
    f"<tr>{''.join(f'<td>第{column}列内容较长{row}</td>' for column in range(1, 13))}</tr>" for row in range(1, 6)
)
SIX = "".join(
    f"<p>第{n}处，现状与改造说明如下，请居民朋友看图。</p>" * 6 + PICTURE.format(n - 1, f"第{n}处改造前后的样子")
    for n in range(1, 7)
)
CHAPTERS = (
    "<h2>第一章 总则</h2><p>为规范步行环境改善工作，制定本导则，适用于辖区支路。</p>"
    "<h3>一、目的</h3><p>让老人走得稳，让孩子走得安全，让轮椅走得通。</p>"
    "<h3>二、原则</h3><p>先排险，再提升。</p><h2>第二章 附则</h2><p>自印发之日起施行。</p>"
)

#: File -> title, number, text, warnings.
EXPECTED: dict[str, tuple[str, str | None, str, list[str]]] = {
    "01-autonumbered-chinese-paragraphs.docx": (
        TITLE,
        None,
        f"{WHY}<h2>一、改造范围</h2><p>本次改造涉及三条支路，总长一千二百米，不含运河东大街主路。</p>"
        "<h2>二、实施步骤</h2><h3>（一）前期准备</h3><p>六月完成居民意见征集，七月完成设计。</p>"
        "<h3>（二）施工组织</h3><p>八月起分段施工，每段不超过二十天。</p>"
        "<h2>三、保障措施</h2><p>街道成立专班，每周通报进展。</p>",
        [],
    ),
    "02-list-resumed-after-paragraph.docx": (
        TITLE,
        None,
        f"{WHY}<p>居民需要准备的材料按顺序为：</p><ol><li>身份证原件；</li><li>房产证复印件；</li></ol>"
        "<p>以上两项缺一不可，由社区核对后进入第3项。</p>"
        '<ol start="3"><li>签字的意见表；</li><li>联系电话。</li></ol><p>上述第4项用于回访。</p>',
        [],
    ),
    "03-textboxes.docx": (
        TITLE,
        None,
        f"{WHY}<p>甲段文字在此。</p><p>文本框甲：咨询电话八一二三四五六七</p><p>乙段文字在此。</p>"
        "<p>文本框乙：办公时间周一至周五</p><p>丙段文字在此。</p><p>文本框丙：地点在社区一层大厅</p>"
        "<p>结尾段落文字在此。</p>",
        ["有 3 个文本框，文字放在了所在段落后面，请核对位置。"],
    ),
    "07-merged-nested-tables.docx": (
        TITLE,
        None,
        f'{WHY}<table><caption>表1 工程量一览</caption><thead><tr><th rowspan="2" scope="col">路段</th>'
        '<th colspan="2" scope="col">工程量</th><th rowspan="2" scope="col">备注</th></tr>'
        '<tr><th scope="col">铺装（㎡）</th><th scope="col">路灯（盏）</th></tr></thead>'
        "<tbody><tr><td>玉桥西路</td><td>１２００</td><td>12</td><td>含盲道</td></tr>"
        '<tr><td></td><td colspan="2">合计三条路</td><td></td></tr></tbody></table><p>下面是嵌套表：</p>'
        "<table><tbody><tr><td>外层<table><tbody><tr><td>内甲</td><td>内乙</td></tr></tbody></table></td>"
        "<td>右</td></tr></tbody></table><p>以上数据以竣工图为准。</p>",
        [],
    ),
    "11-outline-level-not-style.docx": (
        TITLE,
        None,
        f"{WHY}<h2>改造范围</h2><p>本次改造涉及三条支路，总长一千二百米。</p><h2>实施步骤</h2>"
        "<h3>前期准备</h3><p>六月完成居民意见征集，七月完成设计。</p>"
        "<h3>施工组织</h3><p>八月起分段施工，每段不超过二十天。</p>",
        [],
    ),
    "12-redhead-in-table-fullwidth-code.docx": (
        "关于玉桥街道步行环境改善的通知",
        "玉办发〔2026〕12号",
        f"<p>各社区居委会：</p>{WHY}<h2>一、改造范围</h2><p>本次改造涉及三条支路。</p><h3>（一）道路</h3>"
        "<p>玉桥西路长４００米。</p><h4>１．施工时间</h4><p>八月。</p><p>附件：１．工程量表</p><p>２．示意图</p>"
        '<p class="signature">玉桥街道办事处</p><p class="signature">二〇二六年五月一日</p>',
        ["红头没有带过来：“北京市通州区玉桥街道办事处文件”"],
    ),
    "13-fullwidth-code-and-numbers.docx": (
        "关于玉桥街道步行环境改善的通知",
        "玉办发〔2026〕12号",
        f"<p>各社区居委会：</p>{WHY}<h2>一、改造范围</h2><p>本次改造涉及三条支路，工程量如下文所述，请遵照执行。</p>"
        "<h3>（一）道路</h3><p>玉桥西路长４００米，铺装改为透水砖，人行道净宽不小于一米八。</p>"
        "<h4>１．施工时间</h4><p>八月上旬至九月中旬，避开早晚高峰，夜间不施工。</p>"
        "<h4>２、监督电话</h4><p>八一二三四五六七，工作日九点至十七点有人接听。</p>",
        [],
    ),
    "14-toc-numbered-heading-styles.docx": ("玉桥街道步行环境改善导则", None, CHAPTERS, ["去掉了目录。"]),
    "16-photo-table-and-heading-picture.docx": (
        TITLE,
        None,
        f"{WHY}<table><tbody><tr><td>{PICTURE.format(0, '')}<p>改造前</p></td>"
        f"<td>{PICTURE.format(1, '')}<p>改造后</p></td></tr></tbody></table>"
        f"<h2>现场情况</h2>{PICTURE.format(1, '')}<p>照片由社区提供。</p>",
        [],
    ),
    "18-two-line-title-draft-mark.docx": (
        "关于印发《玉桥街道步行环境改善三年行动方案》的通知（征求意见稿）",
        None,
        f"<p>各社区居委会，机关各科室：</p>{WHY}<p>特此通知。</p><p>附件：玉桥街道步行环境改善三年行动方案</p>"
        '<p class="signature">玉桥街道办事处</p><p class="signature">2026年5月1日</p>'
        "<p>（联系人：王主任；联系电话：81234567）</p><p>抄送：区规自分局。</p>",
        ["标题里的“（征求意见稿）”留下了，定稿后请去掉。"],
    ),
    "19-strict-ooxml.docx": (
        "玉桥街道小微空间更新管理办法（试行）",
        None,
        "<p>（2026年5月1日街道办事处主任办公会通过）</p><h2>第一章　总则</h2><p>第一条　为规范小微空间更新，制定"
        "本办法。</p><p>第二条　本办法适用于辖区内三千平方米以下的空间。</p><h2>第二章　程序</h2>"
        "<p>第三条　按下列步骤办理：</p>"
        "<p>（一）征集意见；</p><p>（二）方案公示；</p><p>（三）实施与回访。</p><p>第四条　由社区组织回访。</p>",
        [],
    ),
    "25-docx-with-plain-bmp-screenshot.docx": (
        TITLE,
        None,
        f"{WHY}<p>常住人口约五万人<sup>[1]</sup>，其中老人占三成<sup>[2]</sup>。</p>"
        '<p class="signature">玉桥街道办事处</p><p class="signature">2026年5月1日</p>'
        "<p>[1] 数据来源：二〇二五年街道台账。</p><p>[2] 尾注：以最终公示为准。</p>",
        [],
    ),
    "30-dos-end-of-file.txt": (
        "关于放假的通知",
        None,
        "<p>各社区：</p><p>现将放假安排通知如下，请遵照执行。</p>",
        [],
    ),
    "31-utf16-notepad.txt": ("玉桥街道口袋公园名单", None, LIST, []),
    "31b-utf16-excel-unicode-text.txt": ("玉桥街道口袋公园名单", None, LIST, []),
    "31c-gb18030.txt": ("玉桥街道口袋公园名单", None, LIST, []),
    "34-six-pictures-wide-table.docx": (
        "关于玉桥街道六处小空间的说明",
        None,
        f"{WHY}{SIX}<table><caption>表1 清单</caption><tbody>{WIDE}</tbody></table><p>全文结束。</p>",
        [],
    ),
}


@pytest.mark.parametrize("name", EXPECTED)
def test_a_real_file_becomes_what_a_clerk_expects(name: str) -> None:
    folder = HERE if (HERE / name).exists() else FILES
    found = import_document((folder / name).read_bytes(), name)
    assert (found.title, found.document_code, found.html, list(map(str, found.warnings))) == EXPECTED[name]
    assert sanitise(found.html) == found.html


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


@pytest.mark.parametrize(
    ("form", "pattern", "numbers"),
    [
        ("decimal", "%1.", ["1.", "2.", "3."]),
        ("chineseCounting", "（%1）", ["（一）", "（二）", "（三）"]),
        ("decimalEnclosedCircleChinese", "%1", ["①", "②", "③"]),
    ],
)
def test_a_number_among_paragraphs_stays_with_its_words(form: str, pattern: str, numbers: list[str]) -> None:
    numbering = (
        f'<w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="{form}"/>'
        f'<w:lvlText w:val="{pattern}"/></w:lvl></w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
    )
    listed = '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>'
    body = [
        piece
        for n in range(3)
        for piece in (
            paragraph(run(f"第{n}件事要说清楚；"), properties=listed),
            paragraph(run("这里是一段说明的话。")),
        )
    ]
    found = imported(paragraph(run("标题"), properties='<w:pStyle w:val="t"/>'), *body, numbering=numbering)
    lines = plain_text(found.html).split("\n")[::2]
    assert [re.sub(" ", "", line) for line in lines] == [
        f"{number}第{n}件事要说清楚；" for n, number in enumerate(numbers)
    ]


RIGHT, AS_TITLE = '<w:jc w:val="right"/>', '<w:pStyle w:val="t"/>'
#: Paragraphs with their properties -> title, number, text, warning.
LAYOUTS: dict[str, tuple[list[tuple[str, str]], tuple[str, str | None, str], str]] = {
    "a red head in paragraphs": (
        [
            ("特急", ""),
            ("玉桥街道办事处文件", ""),
            ("玉办发〔2026〕12号　　签发人：王某", ""),
            ("关于放假的通知", ""),
            ("放假三天。", ""),
        ],
        ("关于放假的通知", "玉办发〔2026〕12号", "<p>放假三天。</p>"),
        "红头没有带过来：“特急”“玉桥街道办事处文件”“签发人：王某”",
    ),
    "the number under the title": (
        [("关于放假的通知", ""), ("玉办发〔2026〕12号", ""), ("放假三天。", "")],
        ("关于放假的通知", "玉办发〔2026〕12号", "<p>放假三天。</p>"),
        "",
    ),
    "a draft mark under a title of its own style": (
        [("步行导则", AS_TITLE), ("（送审稿）", ""), ("正文在此。", "")],
        ("步行导则（送审稿）", None, "<p>正文在此。</p>"),
        "标题里的“（送审稿）”留下了，定稿后请去掉。",
    ),
    "the style of the title once more": (
        [("步行导则", AS_TITLE), ("正文在此。", ""), ("附录", AS_TITLE), ("又一段。", "")],
        ("步行导则", None, "<p>正文在此。</p><h2>附录</h2><p>又一段。</p>"),
        "",
    ),
    "annexes, signature, copies": (
        [
            ("关于放假的通知", ""),
            ("放假三天。", ""),
            ("附件：", ""),
            ("1.名单", ""),
            ("玉桥街道办事处", RIGHT),
            ("2026年5月1日", RIGHT),
            ("联系人：王某", ""),
            ("玉桥街道办事处办公室　2026年5月1日印发", ""),
        ],
        (
            "关于放假的通知",
            None,
            '<p>放假三天。</p><p>附件：</p><p>1.名单</p><p class="signature">玉桥街道办事处</p>'
            '<p class="signature">2026年5月1日</p><p>联系人：王某</p><p>玉桥街道办事处办公室　2026年5月1日印发</p>',
        ),
        "",
    ),
    "words after a line break are no part of the heading": (
        [("关于\n放假的通知", ""), ("一、时间\n三天", ""), ("其他另行通知。", "")],
        ("关于放假的通知", None, "<p>一、时间<br>三天</p><p>其他另行通知。</p>"),
        "",
    ),
}


@pytest.mark.parametrize("case", LAYOUTS)
def test_the_layout_of_official_letters_is_read(case: str) -> None:
    paragraphs, expected, told = LAYOUTS[case]
    found = imported(
        *(
            paragraph("<w:r><w:br/></w:r>".join(map(run, text.split("\n"))), properties=properties)
            for text, properties in paragraphs
        )
    )
    assert (found.title, found.document_code, found.html) == expected
    assert "".join(map(str, found.warnings)) == told


def test_numbers_set_off_by_tabs_are_no_table() -> None:
    found = import_document("关于放假的通知\n1.\t三天假\n2.\t照常值班\n".encode(), "x.txt")
    assert found.html == "<p>1. 三天假</p><p>2. 照常值班</p>"


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
NUMBERED = (
    '<w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:numFmt w:val="decimal"/><w:lvlText w:val="%1."/></w:lvl>'
    '</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
)
pieces = st.one_of(
    st.tuples(st.just(True), st.integers(0, len(SEEN) - 1)), st.tuples(st.just(False), st.integers(0, len(UNSEEN) - 1))
)
documents = st.lists(
    st.tuples(st.sampled_from(AROUND), st.lists(pieces, min_size=1, max_size=4)), min_size=1, max_size=6
)


@given(documents)
@settings(max_examples=80, deadline=None)
def test_every_word_seen_comes_over_or_is_named_and_no_other_does(
    document: list[tuple[Callable[[str], str], list[tuple[bool, int]]]],
) -> None:
    body: list[str] = [paragraph(run("题目", "<w:b/>"))]
    seen = ["题目", "页眉上的话"]
    unseen: list[str] = []
    for at, (around, kinds) in enumerate(document):
        runs = ""
        for number, (shown, kind) in enumerate(kinds):
            word = f"{'见' if shown else '隐'}{at}之{number}字"
            (seen if shown else unseen).append(word)
            runs += (SEEN if shown else UNSEEN)[kind](word)
        body.append(around(runs))
    found = imported(*body, numbering=NUMBERED, header="页眉上的话")
    text = everything(found)
    assert [word for word in seen if word not in text] == []
    assert [word for word in unseen if word in f"{text}{found.summary}{found.html}"] == []
    assert sanitise(found.html) == found.html
