"""A document becomes a publication's text: structure found, rubbish gone, no word lost."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from portal.publishing import official
from portal.publishing.importing import Imported, import_document, with_pictures
from portal.publishing.official import Line
from portal.publishing.richtext import outline, plain_text, sanitise
from tenants.rules import Invalid
from tests.tenants.files import samples, words

SEED = Path(__file__).parents[3] / "demo" / "seed" / "tongzhengbanfa-2021-10.txt"
MEDIA = "/media/01890000-0000-7000-8000-{:012d}/960"


class Store:
    """Takes pictures in and remembers them."""

    def __init__(self) -> None:
        self.taken: list[bytes] = []

    def __call__(self, data: bytes) -> str:
        self.taken.append(data)
        return MEDIA.format(len(self.taken))


def imported(
    content: bytes | str, filename: str = "x.txt", store: Callable[[bytes], str] | None = None
) -> Imported:
    data = content.encode() if isinstance(content, str) else content
    return with_pictures(import_document(data, filename), store or Store())


def word(make: Callable[[Any], None]) -> bytes:
    document = docx.Document()
    make(document)
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


class TestTheSeed:
    """The district's opinion on responsible planners, as it came."""

    seed = SEED.read_text(encoding="utf-8")
    found = imported(seed, "通政办发.txt")

    def test_title_and_code(self) -> None:
        assert self.found.title == (
            "北京市通州区人民政府办公室关于做好北京城市副中心及拓展区责任规划师、责任建筑师使用管理工作的意见"
        )
        assert self.found.document_code == "通政办发〔2021〕10号"

    def test_outline(self) -> None:
        assert [(h.level, h.text) for h in outline(self.found.html)] == [
            (2, "一、指导思想"),
            (2, "二、工作目标"),
            (2, "三、工作内容"),
            (3, "（一）组织架构和各部门职责分工"),
            (3, "（二）责任双师工作职责"),
            (3, "（三）责任双师权利与义务"),
            (3, "（四）责任双师工作机制"),
            (4, "1.聘用退出机制"),
            (4, "2.审查咨询机制"),
            (4, "3.会议台账机制"),
            (4, "4.预算监督机制"),
            (4, "5.考核评估机制"),
            (4, "6.奖惩问责机制"),
            (2, "四、附则"),
        ]

    def test_numbered_sentences_stay_paragraphs(self) -> None:
        assert "<p>1.加强责任双师组织领导，成立工作组。组长由区长担任" in self.found.html
        assert "<p>2.责任双师在签订保密协议后，可查阅相关规划及审批资料；" in self.found.html

    def test_no_word_is_lost_and_nothing_is_left_of_the_bookmarks(self) -> None:
        expected = squeezed(re.sub(r"\[bookmark:[^\]]*\]", "", self.seed))
        code = self.found.document_code
        assert squeezed(f"{code}{self.found.title}{plain_text(self.found.html)}") == expected
        assert "bookmark" not in self.found.html
        assert [str(w) for w in self.found.warnings] == [
            f"去掉了 {self.seed.count('[bookmark')} 处书签标记。"
        ]

    def test_the_issuing_body_closes_it(self) -> None:
        assert self.found.html.endswith('<p class="signature">北京市通州区人民政府办公室</p>')

    def test_the_summary_is_its_first_words(self) -> None:
        assert self.found.summary.startswith("为贯彻落实《北京城市总体规划")
        assert 20 <= len(self.found.summary) <= 120

    def test_it_is_publishable_as_it_is(self) -> None:
        assert sanitise(self.found.html) == self.found.html

    @pytest.mark.parametrize("encoding", ["gb18030", "utf-16", "utf-16-le", "utf-8-sig"])
    def test_any_encoding_an_office_uses_gives_the_same(self, encoding: str) -> None:
        assert imported(self.seed.encode(encoding), "x.txt") == self.found

    def test_the_same_as_a_word_file_without_styles_gives_the_same_text(self) -> None:
        lines = [re.sub(r"\[bookmark:[^\]]*\]", "", line).strip() for line in self.seed.split("\n")]

        def make(document: Any) -> None:
            for line in lines:
                paragraph = document.add_paragraph(line)
                if line == "北京市通州区人民政府办公室":
                    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT

        as_word = imported(word(make), "意见.docx")
        assert as_word.title == self.found.title
        assert as_word.document_code == self.found.document_code
        assert as_word.html == self.found.html


def test_a_word_file_with_styles_keeps_them() -> None:
    def make(document: Any) -> None:
        document.add_heading("玉桥东里三角地微更新规划解读", 0)
        document.add_heading("为什么改", 1)
        paragraph = document.add_paragraph("这里")
        paragraph.add_run("一直").bold = True
        paragraph.add_run("堆着").italic = True
        paragraph.add_run("杂物。")
        document.add_heading("居民怎么说", 2)
        document.add_paragraph("要座椅", style="List Bullet")
        document.add_paragraph("要树荫", style="List Bullet")
        document.add_heading("怎么改", 1)
        document.add_paragraph("一、这一行有编号")
        document.add_paragraph("先清杂物", style="List Number")

    found = imported(word(make), "解读.docx")
    assert found.title == "玉桥东里三角地微更新规划解读"
    assert found.html == (
        "<h2>为什么改</h2><p>这里<strong>一直</strong><em>堆着</em>杂物。</p><h3>居民怎么说</h3>"
        "<ul><li>要座椅</li><li>要树荫</li></ul><h2>怎么改</h2><p>一、这一行有编号</p><ol><li>先清杂物</li></ol>"
    )


@pytest.mark.parametrize(
    "names", [("标题 1", "标题 2"), ("标题1", "标题2"), ("一级标题", "二级标题"), ("heading 1", "HEADING 2")]
)
def test_styles_are_known_under_the_names_of_word_and_wps(names: tuple[str, str]) -> None:
    def make(document: Any) -> None:
        title = document.styles.add_style("公文标题", 1)
        document.add_paragraph("关于试点工作的方案", style=title)
        for name in names:
            known = [style.name.lower() for style in document.styles]
            style = (
                document.styles[name.title()] if name.lower() in known else document.styles.add_style(name, 1)
            )
            document.add_paragraph(f"段落的标题 {name}", style=style)
            document.add_paragraph("这里是正文的一段话。")

    found = imported(word(make), "方案.docx")
    assert found.title == "关于试点工作的方案"
    assert [h.level for h in outline(found.html)] == [2, 3]


def test_a_single_first_level_heading_on_top_is_the_title() -> None:
    def make(document: Any) -> None:
        document.add_heading("口袋公园建成啦", 1)
        document.add_paragraph("五月二十日，玉桥东里口袋公园向居民开放。")
        document.add_heading("大家的话", 2)
        document.add_paragraph("很好。")

    found = imported(word(make), "x.docx")
    assert found.title == "口袋公园建成啦"
    assert [(h.level, h.text) for h in outline(found.html)] == [(2, "大家的话")]
    assert found.summary == "五月二十日，玉桥东里口袋公园向居民开放。"


def test_pictures_are_stored_with_their_words_and_captions() -> None:
    def make(document: Any) -> None:
        document.add_heading("改造前后", 0)
        document.add_picture(BytesIO(samples.jpeg(300, 200)))
        document.inline_shapes[0]._inline.docPr.set("descr", "改造前的三角地")
        document.add_paragraph("图1 改造前")
        document.add_picture(BytesIO(samples.png()))
        document.add_paragraph("图 2：改造后", style="Caption")
        document.add_paragraph("图纸已经公布，欢迎大家来看。")

    store = Store()
    found = imported(word(make), "x.docx", store)
    assert store.taken == [samples.jpeg(300, 200), samples.png()]
    assert found.html == (
        f'<figure><img src="{MEDIA.format(1)}" alt="改造前的三角地"><figcaption>图1 改造前</figcaption></figure>'
        f'<figure><img src="{MEDIA.format(2)}" alt=""><figcaption>图 2：改造后</figcaption></figure>'
        "<p>图纸已经公布，欢迎大家来看。</p>"
    )


def test_tables_keep_their_shape_and_caption() -> None:
    def make(document: Any) -> None:
        document.add_paragraph("台账情况的报告", style="Title")
        document.add_paragraph("表1 驻场天数")
        table = document.add_table(rows=3, cols=2)
        for row, (place, days) in zip(
            table.rows, [("单位", "天数"), ("玉桥", "12"), ("合计", "12")], strict=True
        ):
            row.cells[0].text, row.cells[1].text = place, days
        table.cell(2, 0).merge(table.cell(2, 1))
        header = OxmlElement("w:tblHeader")
        header.set(qn("w:val"), "true")
        table.rows[0]._tr.get_or_add_trPr().append(header)
        document.add_paragraph("以上。")

    html = imported(word(make), "x.docx").html
    assert html.startswith('<table><caption>表1 驻场天数</caption><thead><tr><th scope="col">单位</th>')
    assert 'colspan="2"' in html and html.endswith("<p>以上。</p>")


def test_pictures_that_are_not_taken_are_told_and_the_words_stay() -> None:
    def make(document: Any) -> None:
        document.add_heading("现场照片", 0)
        document.add_picture(BytesIO(samples.jpeg(50, 40)))
        document.add_paragraph("照片说明了情况。")

    def refuse(data: bytes) -> str:
        raise Invalid({"file": "不是图片"})

    found = imported(word(make), "x.docx", refuse)
    assert found.html == "<p>照片说明了情况。</p>"
    assert ["有 1 张图片没有带过来" in str(w) for w in found.warnings] == [True]


def test_what_is_cut_off_of_a_picture_does_not_come_over() -> None:
    def make(document: Any) -> None:
        document.add_heading("现场照片", 0)
        document.add_picture(BytesIO(samples.jpeg(300, 200)))
        fill = document.inline_shapes[0]._inline.graphic.graphicData.pic.blipFill
        fill.insert(1, parse_xml(f'<a:srcRect {nsdecls("a")} r="60000"/>'))
        older = (
            f'<w:pict {nsdecls("w", "r")} xmlns:v="urn:schemas-microsoft-com:vml"><v:shape>'
            f'<v:imagedata r:id="{fill.blip.embed}" cropright="40000f"/></v:shape></w:pict>'
        )
        document.add_paragraph("中间").add_run()._r.append(parse_xml(older))
        document.add_picture(BytesIO(samples.png()))
        gone = document.inline_shapes[1]._inline.graphic.graphicData.pic.blipFill
        gone.insert(1, parse_xml(f'<a:srcRect {nsdecls("a")} l="100%"/>'))

    store = Store()
    found = imported(word(make), "x.docx", store)
    assert ["有 1 张图片没有带过来" in str(w) for w in found.warnings] == [True] and len(store.taken) == 2
    for taken in store.taken:
        picture = Image.open(BytesIO(taken)).convert("RGB")
        assert 100 < picture.width <= 120 and picture.height == 200
        red, green, _blue = picture.getpixel((picture.width - 1, 100))  # type: ignore[misc]
        assert green > red  # the brick half is gone


def test_words_for_pictures_that_nobody_wrote_do_not_come_over() -> None:
    alternatives = (r"C:\Users\张三\a.jpg", "微信图片_1.PNG", "图片包含 室内\n\n描述已自动生成", "改造前/后")

    def make(document: Any) -> None:
        document.add_heading("现场照片", 0)
        for number, alternative in enumerate(alternatives):
            document.add_picture(BytesIO(samples.png(40 + number)))
            document.inline_shapes[number]._inline.docPr.set("descr", alternative)

    assert re.findall('alt="([^"]*)"', imported(word(make), "x.docx").html) == ["", "", "", "改造前/后"]


def test_a_picture_linked_from_outside_is_not_fetched() -> None:
    def make(document: Any) -> None:
        document.add_paragraph("关于照片的说明")
        document.add_picture(BytesIO(samples.jpeg(50, 40)))
        blip = document.inline_shapes[0]._inline.graphic.graphicData.pic.blipFill.blip
        relation = document.part.relate_to("file:///etc/passwd", "http://x/image", is_external=True)
        blip.embed = None
        blip.set(qn("r:link"), relation)

    store = Store()
    imported(word(make), "x.docx", store)
    assert not store.taken


BROKEN: dict[str, Callable[[], tuple[bytes, str]]] = {
    "a web page": lambda: (b"<html><script>x</script>", "网页"),
    "an older Word file": lambda: (samples.compound("WordDocument"), "旧版 .doc 请先另存为 .docx"),
    "a password": lambda: (samples.compound("EncryptedPackage"), "密码"),
    "macros": lambda: (samples.office(relations=[("vbaProject", "x.bin", False)]), "宏"),
    "half a file": lambda: (samples.broken(samples.word("x")), "已损坏"),
    "a package without a document": lambda: (samples.archive({"word/document.xml": b"<not-word/>"}), "已损坏"),
    "a document that is no XML": lambda: (samples.archive({"word/document.xml": b"hello"}), "已损坏"),
    "a bomb": lambda: (samples.archive({"word/document.xml": b"<a/>" + b" " * 90_000_000}), "大得异常"),
    "too many pieces": lambda: (
        samples.archive(
            {"word/document.xml": "".join(f"<p>{n * 7919}</p>" for n in range(400_000)).encode()}
        ),
        "太长",
    ),
    "nothing but blanks": lambda: ("\n\n　　\n".encode(), "没有文字"),
    "a picture": lambda: (samples.png(), "请上传 Word"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_what_cannot_be_read_is_refused_with_the_reason(case: str) -> None:
    content, reason = BROKEN[case]()
    with pytest.raises(Invalid) as refused:
        imported(content, "x.docx")
    assert reason in str(refused.value.errors["file"])


def test_a_document_nested_without_end_is_refused() -> None:
    nested = b"<w:tbl><w:tr><w:tc>" * 3000 + b"</w:tc></w:tr></w:tbl>" * 3000
    head = b'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>'
    with pytest.raises(Invalid):
        imported(samples.archive({"word/document.xml": head + nested + b"</w:body></w:document>"}), "x.docx")


def test_a_text_broken_at_a_fixed_width_is_whole_again() -> None:
    paragraph = (
        "通过全面开展北京城市副中心及拓展区责任规划师、责任建筑师制度研究，高质量推进北京城市总体规划、副中心规划实施。"
        * 3
    )
    wrapped = "\n".join(paragraph[at : at + 38] for at in range(0, len(paragraph), 38))
    found = imported(f"关于试点工作的方案\n\n{wrapped}\n\n{wrapped}\n")
    assert found.html == f"<p>{paragraph}</p><p>{paragraph}</p>"


def test_page_numbers_and_indents_go() -> None:
    found = imported(
        "关于试点的通知\n\n　　第一段话在这里。\n- 3 -\n\f　　第二段话在这里。\n第 4 页 共 9 页\n"
    )
    assert found.html == "<p>第一段话在这里。</p><p>第二段话在这里。</p>"


def test_closing_lines_are_kept_as_such() -> None:
    found = imported(
        "关于放假的通知\n\n现将安排通知如下。\n\n          玉桥街道办事处\n          2026年3月1日\n"
    )
    assert found.html.endswith('<p class="signature">玉桥街道办事处</p><p class="signature">2026年3月1日</p>')


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("通政办发〔2021〕10号", "通政办发〔2021〕10号"),
        ("京规自发[2019] 182 号", "京规自发〔2019〕182号"),
        ("通政发（2020）第3号", "通政发〔2020〕3号"),
        ("2021年10号楼", None),
        ("（2021）年度", None),
    ],
)
def test_document_codes_are_found_however_they_are_written(written: str, code: str | None) -> None:
    assert official.document_code(written) == code


def test_numbered_short_lines_in_a_row_are_a_list_not_headings() -> None:
    lines = [
        Line(t)
        for t in (
            "一、报名材料",
            "1.报名表",
            "2.身份证复印件",
            "3.学历证明",
            "以上材料一式两份。",
            "二、其他",
        )
    ]
    assert official.headings(lines) == [2, None, None, None, None, None]


def test_a_text_without_a_title_says_so() -> None:
    found = imported(
        "这是一段没有标题的话，它一开头就是正文，说明了情况，也交代了原因，还有后续的安排。\n第二段。"
    )
    assert found.title == ""
    assert ["标题" in str(w) for w in found.warnings] == [True]
    assert found.html.startswith("<p>这是一段没有标题的话")


lines = st.lists(
    st.text(
        "一二三、（）1.2责任双师规划。；：，图表 \u3000〔〕2021号年月日意见通知ab[]:bookmark_", max_size=30
    ),
    min_size=1,
    max_size=15,
)


@given(lines)
def test_no_word_of_a_text_is_lost(written: list[str]) -> None:
    text = "\n".join(written)
    try:
        found = imported(text)
    except Invalid:
        return
    kept = squeezed(f"{found.title}{plain_text(found.html)}")
    wanted = re.sub(r"\[bookmark:[^\]\n]{0,200}\]", "", text)
    for line in map(squeezed, wanted.split("\n")):
        coded = found.document_code and official.document_code(line)
        if not coded and not re.fullmatch(r"[-—–－]*\d{1,4}[-—–－]*", line):
            assert line in kept


@given(lines)
def test_no_word_of_a_word_file_is_lost(written: list[str]) -> None:
    looks = ["", *(f'<w:pStyle w:val="{style}"/>' for style in ("2", "t", "own")), '<w:outlineLvl w:val="1"/>']
    body = (words.paragraph(words.run(line), properties=looks[n % len(looks)]) for n, line in enumerate(written))
    try:
        found = imported(words.file(*body), "x.docx")
    except Invalid:
        return
    told = "".join(map(str, found.warnings))
    kept = squeezed(f"{found.title}{plain_text(found.html)}{told}")
    for line in written:
        if not (found.document_code and official.document_code(line)):
            assert squeezed(line) in kept


@given(st.binary(max_size=600))
def test_any_bytes_are_imported_or_refused_but_nothing_else(data: bytes) -> None:
    try:
        found = imported(data)
    except Invalid as error:
        assert set(error.errors) <= {"file", "body"}
    else:
        assert sanitise(found.html) == found.html
