"""What is in a document and not in sight is named, and not in the copy that was cleaned."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from io import BytesIO

import docx
import openpyxl
import pypdf
import pytest
from openpyxl.worksheet.worksheet import Worksheet
from PIL import Image, ImageOps
from pypdf.generic import NameObject, NumberObject, TextStringObject

from tenants.files import inspect
from tenants.files.findings import Finding, Trace, findings_of
from tenants.files.inspect import DOC, DOCX, PDF, PPTX, TXT, XLSX, Kind, Purpose
from tenants.files.sweeping import cleaned, look
from tenants.rules import Invalid
from tests.tenants.files import peopled, samples
from tests.tenants.files.words import field, file, paragraph, run, text_box


def counts(content: bytes, kind: Kind) -> dict[Trace, int]:
    return {finding.trace: finding.count for finding in look(content, kind.content_type)}


def words(content: bytes, kind: Kind, trace: Trace) -> tuple[str, ...]:
    return next(finding.words for finding in look(content, kind.content_type) if finding.trace is trace)


def unpacked(package: bytes) -> str:
    with zipfile.ZipFile(BytesIO(package)) as parts:
        return "\n".join(name + parts.read(name).decode("utf-8", "replace") for name in parts.namelist())


def test_a_word_file_names_everything_that_is_not_in_sight() -> None:
    sent = peopled.word()
    assert counts(sent, DOCX) == {
        Trace.HIDDEN_TEXT: 4,
        Trace.REVISIONS: 6,
        Trace.COMMENTS: 1,
        Trace.PEOPLE: 7,
        Trace.PATHS: 1,
    }
    assert set(words(sent, DOCX, Trace.HIDDEN_TEXT)) == {"内部意见一", "内部意见二", "整段隐藏", "隐藏的一行"}
    assert "删掉的预算" in words(sent, DOCX, Trace.REVISIONS)
    assert words(sent, DOCX, Trace.PEOPLE)[:3] == ("张三", "李四", "某某公司")


def test_a_workbook_names_everything_that_is_not_in_sight() -> None:
    sent = peopled.workbook()
    assert counts(sent, XLSX) == {
        Trace.COMMENTS: 1,
        Trace.HIDDEN_SHEETS: 2,
        Trace.HIDDEN_CELLS: 2,
        Trace.PEOPLE: 2,
    }
    assert words(sent, XLSX, Trace.HIDDEN_SHEETS) == ("底稿", "口令")
    assert words(sent, XLSX, Trace.HIDDEN_CELLS) == ("名单 B列", "名单 第4行")


def test_a_presentation_and_a_pdf_name_everything_that_is_not_in_sight() -> None:
    assert counts(peopled.slides(), PPTX) == {
        Trace.HIDDEN_SLIDES: 1,
        Trace.NOTES: 1,
        Trace.COMMENTS: 1,
        Trace.HIDDEN_OBJECTS: 1,
        Trace.PEOPLE: 1,
    }
    assert counts(peopled.pdf(), PDF) == {Trace.COMMENTS: 1, Trace.EMBEDDED: 1, Trace.PEOPLE: 1}


#: What is to be in no part of a cleaned copy.
_SECRETS = (
    "内部", "隐藏", "删掉", "移走", "批注里的话", "张三", "李四", "王五", "赵六", "钱七", "孙八", "某某公司",
    "zhangsan", "13800001111", "底稿", "口令", "讲稿", "藏起来", "附着",
)  # fmt: skip


@pytest.mark.parametrize(
    ("made", "kind", "shown"),
    [
        (peopled.word, DOCX, 9),
        (peopled.workbook, XLSX, 3),
        (peopled.slides, PPTX, 1),
    ],
)
def test_a_cleaned_copy_holds_what_is_in_sight_and_nothing_else(
    made: Callable[[], bytes], kind: Kind, shown: int
) -> None:
    sent = made()
    copy = cleaned(sent, kind.content_type)
    inside = unpacked(copy)
    assert [secret for secret in _SECRETS if secret in inside] == []
    assert inside.count("可见") == shown
    assert look(copy, kind.content_type) == ()
    assert inspect.inspect(BytesIO(copy), f"a.{kind.extension}", Purpose.ATTACHMENT).kind == kind


def test_a_cleaned_word_file_reads_as_with_all_changes_taken() -> None:
    document = docx.Document(BytesIO(cleaned(peopled.word(), DOCX.content_type)))
    assert [paragraph.text for paragraph in document.paragraphs] == [
        "可见的开头",
        "可见甲可见乙",
        "可见丙可见的新增可见丁",
        "可见戊",
        "可见的结尾",
    ]
    assert [row.cells[0].text for row in document.tables[0].rows] == ["可见的一行"]


def test_a_cleaned_workbook_shows_the_same_values() -> None:
    book = openpyxl.load_workbook(BytesIO(cleaned(peopled.workbook(), XLSX.content_type)))
    assert book.sheetnames == ["名单", "汇总"]
    rows = [[cell.value for cell in row] for row in book["名单"].iter_rows()]
    assert rows[:3] == [["姓名", None, "人数", None], ["可见甲", None, 3, 42], ["可见乙", None, 4, None]]
    assert book["名单"].data_validations.dataValidation == []


def test_nothing_is_taken_from_under_formulas_whose_values_nobody_knows() -> None:
    copy = cleaned(peopled.workbook(valued=False), XLSX.content_type)
    assert counts(copy, XLSX) == {Trace.HIDDEN_SHEETS: 2, Trace.HIDDEN_CELLS: 2}
    assert openpyxl.load_workbook(BytesIO(copy))["名单"]["D2"].value == "=底稿!A2*2"


def test_a_cleaned_pdf_has_its_pages_and_neither_names_nor_remarks() -> None:
    copy = cleaned(peopled.pdf(), PDF.content_type)
    assert look(copy, PDF.content_type) == ()
    assert len(pypdf.PdfReader(BytesIO(copy)).pages) == 1
    assert b"EmbeddedFile" not in copy
    with pytest.raises(Invalid):
        cleaned(samples.locked_pdf(owner="geheim"), PDF.content_type)


def photographed(content: bytes) -> bytes:
    """The one photo in a document."""
    if content.startswith(b"%PDF"):
        page = pypdf.PdfReader(BytesIO(content)).pages[0]
        return bytes(page["/Resources"]["/XObject"]["/Im0"].get_data())  # type: ignore[index]
    with zipfile.ZipFile(BytesIO(content)) as parts:
        (name,) = (name for name in parts.namelist() if "/media/" in name)
        return parts.read(name)


@pytest.mark.parametrize(("made", "kind"), [(peopled.photo_in_word, DOCX), (peopled.photo_in_pdf, PDF)])
def test_where_a_photo_was_taken_and_by_whom_is_named_and_only_the_photo_kept(
    made: Callable[[bytes], bytes], kind: Kind
) -> None:
    taken = samples.jpeg(located=True, orientation=6, artist="周九")
    sent = made(taken + samples.jpeg(located=True))  # some cameras put a second picture behind the first
    assert counts(sent, kind) == {Trace.PLACES: 1, Trace.PEOPLE: 1}
    assert words(sent, kind, Trace.PLACES) == ("39.90250, 116.65694",)
    assert words(sent, kind, Trace.PEOPLE) == ("周九",)
    copy = cleaned(sent, kind.content_type)
    assert look(copy, kind.content_type) == ()
    kept = photographed(copy)
    assert [word for word in (b"Camera", "周九".encode(), b"at home") if word in kept] == []
    upright, same = (ImageOps.exif_transpose(Image.open(BytesIO(data))) for data in (taken, kept))
    assert upright.size == (600, 800) and upright.tobytes() == same.tobytes()


def test_text_that_a_merged_cell_brings_into_sight_is_not_hidden() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["A1"] = "跨列的标题"
    sheet.merge_cells("A1:C1")
    sheet.column_dimensions["A"].hidden = True
    out = BytesIO()
    book.save(out)
    assert counts(out.getvalue(), XLSX) == {}


@pytest.mark.parametrize(
    ("content", "kind", "trace"),
    [
        (samples.compound("WordDocument"), DOC, Trace.OPAQUE),
        (samples.broken(samples.word()), DOCX, Trace.OPAQUE),
        (b"%PDF-1.4 nothing %%EOF", PDF, Trace.OPAQUE),
        (
            peopled.changed(
                samples.word(),
                {
                    "word/_rels/document.xml.rels": lambda xml: peopled.related(
                        xml, "image", "https://elsewhere.example/counted.png", outside=True
                    )
                },
            ),
            DOCX,
            Trace.OUTSIDE,
        ),
    ],
)
def test_what_cannot_be_seen_or_lies_elsewhere_is_said(content: bytes, kind: Kind, trace: Trace) -> None:
    assert counts(content, kind) == {trace: 1}


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (samples.word("一、工作目标"), DOCX),
        (samples.excel(), XLSX),
        (samples.pdf(), PDF),
        ("一、工作目标".encode(), TXT),
    ],
)
def test_a_plain_document_is_nothing_to_speak_of(content: bytes, kind: Kind) -> None:
    assert look(content, kind.content_type) == ()


def test_findings_are_kept_as_they_are() -> None:
    found = (Finding(Trace.COMMENTS, 2, ("批注里的话",)), Finding(Trace.OPAQUE))
    assert findings_of([finding.plain() for finding in found]) == found


def test_a_file_that_does_not_say_what_its_parts_are_is_looked_into_all_the_same() -> None:
    document = file(paragraph(run("可见"), run("内部意见", "<w:vanish/>")))
    assert [found.trace for found in look(document, DOCX.content_type)] == [Trace.HIDDEN_TEXT]
    assert look(cleaned(document, DOCX.content_type), DOCX.content_type) == ()


#: As WPS and Word note pictures that were pasted from a chat.
_PASTED = 'INCLUDEPICTURE "C:\\\\Users\\\\zhangsan\\\\QQ\\\\1.png" \\* MERGEFORMATINET'
_DESCRIBED = '<w:r><w:drawing><wp:inline><wp:docPr id="1" name="1" descr="C:/Users/zhangsan/a.png"/></wp:inline>'


def _entry(package: bytes, name: str, words: str) -> bytes:
    return peopled.changed(package, {name: words})


def _webpage_inside() -> bytes:
    relations = {"word/_rels/document.xml.rels": lambda xml: peopled.related(xml, "aFChunk", "chunk.html")}
    return peopled.changed(_entry(samples.word(), "word/chunk.html", "<p>底稿</p>"), relations)


def _variable() -> bytes:
    variable = '<w:docVars><w:docVar w:name="n" w:val="内部"/></w:docVars></w:settings>'
    return peopled.changed(
        samples.word(), {"word/settings.xml": lambda xml: xml.replace("</w:settings>", variable)}
    )


def _unseen_cells(hide: Callable[[Worksheet], None]) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["A1"], sheet["B2"] = "可见", "内部"
    hide(sheet)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "kind", "trace"),
    [
        (file(paragraph(field(_PASTED, run("可见")))), DOCX, Trace.PATHS),
        (file(paragraph(_DESCRIBED + "</w:drawing></w:r>")), DOCX, Trace.PATHS),
        (_variable(), DOCX, Trace.PROPERTIES),
        (_entry(samples.word(), "word/former.xml", "<a>内部</a>"), DOCX, Trace.EMBEDDED),
        (_unseen_cells(lambda sheet: setattr(sheet["B2"], "number_format", ";;;")), XLSX, Trace.HIDDEN_CELLS),
        (_unseen_cells(lambda sheet: setattr(sheet.column_dimensions["B"], "width", 0.1)), XLSX, Trace.HIDDEN_CELLS),
        (_unseen_cells(lambda sheet: setattr(sheet.row_dimensions[2], "height", 0.2)), XLSX, Trace.HIDDEN_CELLS),
        (peopled.changed_pdf(), PDF, Trace.REVISIONS),
        (peopled.pdf_with(peopled.with_working_copy), PDF, Trace.EMBEDDED),
        (peopled.pdf_with(peopled.with_associated_file), PDF, Trace.EMBEDDED),
        (
            peopled.with_annotation(
                Subtype=NameObject("/FreeText"), F=NumberObject(2), Contents=TextStringObject("内部")
            ),
            PDF,
            Trace.HIDDEN_OBJECTS,
        ),
        (
            peopled.with_annotation(Subtype=NameObject("/Text"), RC=TextStringObject("<p>内部</p>")),
            PDF,
            Trace.COMMENTS,
        ),
    ],
    ids=lambda value: value.value if isinstance(value, Trace) else "",
)
def test_what_programs_put_aside_is_named_and_taken_out(content: bytes, kind: Kind, trace: Trace) -> None:
    assert counts(content, kind) == {trace: 1}
    copy = cleaned(content, kind.content_type)
    assert counts(copy, kind) == {}
    left = unpacked(copy) if kind is not PDF else str(pypdf.PdfReader(BytesIO(copy)).pages[0]) + repr(copy)
    assert [secret for secret in (*_SECRETS, "former") if secret in left] == []


@pytest.mark.parametrize(
    ("content", "kind", "trace"),
    [
        (peopled.pdf_with(peopled.with_all_layers_off), PDF, Trace.HIDDEN_LAYERS),
        (_webpage_inside(), DOCX, Trace.EMBEDDED),
    ],
)
def test_what_cannot_be_taken_out_is_still_named_in_the_copy(content: bytes, kind: Kind, trace: Trace) -> None:
    assert counts(content, kind) == {trace: 1}
    assert counts(cleaned(content, kind.content_type), kind) == {trace: 1}


def _cropped(by: str, *, twice: bool = False) -> bytes:
    """A Word file with a picture, the left half red and the right half green, that is cropped at the right."""
    picture = Image.new("RGB", (200, 100), "green")
    picture.paste("red", (0, 0, 100, 100))
    out, document = BytesIO(), docx.Document()
    picture.save(out, "PNG")
    for _ in range(1 + twice):
        document.add_picture(out)
    made = BytesIO()
    document.save(made)
    rectangle = f'<a:srcRect r="{by}"/><a:stretch>'
    edit = {"word/document.xml": lambda xml: xml.replace("<a:stretch>", rectangle, 1)}
    return peopled.changed(made.getvalue(), edit)


def test_what_was_cropped_off_a_picture_is_named_and_taken_out() -> None:
    sent = _cropped("50000")
    assert counts(sent, DOCX) == {Trace.CROPPED: 1}
    copy = cleaned(sent, DOCX.content_type)
    assert look(copy, DOCX.content_type) == () and "srcRect" not in unpacked(copy)
    left = Image.open(BytesIO(photographed(copy)))
    assert left.size == (100, 100) and left.getcolors() == [(10_000, (255, 0, 0))]
    assert counts(_cropped("500"), DOCX) == {}  # a trimmed edge


def test_a_picture_that_is_shown_whole_elsewhere_stays_whole() -> None:
    sent = _cropped("50000", twice=True)
    copy = cleaned(sent, DOCX.content_type)
    assert Image.open(BytesIO(photographed(copy))).size == (200, 100)
    assert counts(sent, DOCX) == counts(copy, DOCX) == {Trace.CROPPED: 1}


_OLDER = (
    '<w:r><w:pict><v:shape style="visibility: hidden"><v:textbox><w:txbxContent>{}</w:txbxContent></v:textbox>'
    "</v:shape></w:pict></w:r>"
)


@pytest.mark.parametrize(
    "hidden",
    [
        text_box(paragraph(run("内部"))).replace('name="7"', 'name="7" hidden="1"'),
        _OLDER.format(paragraph(run("内部"))),
    ],
    ids=["both", "older"],
)
def test_a_hidden_text_box_is_taken_out_for_older_programs_too(hidden: str) -> None:
    sent = file(paragraph(run("可见"), hidden))
    assert counts(sent, DOCX) == {Trace.HIDDEN_OBJECTS: 1}
    copy = cleaned(sent, DOCX.content_type)
    assert "内部" not in unpacked(copy) and "可见" in unpacked(copy)


def test_a_slide_that_is_in_the_file_and_in_no_list_is_named_and_taken_out() -> None:
    relations = {"ppt/_rels/presentation.xml.rels": lambda xml: peopled.related(xml, "slide", "slides/slide9.xml")}
    slide = {"ppt/slides/slide9.xml": '<p:sld xmlns:p="p" xmlns:a="a"><a:t>底稿</a:t></p:sld>'}
    sent = peopled.changed(peopled.changed(peopled.slides(), relations), slide)
    before = counts(peopled.slides(), PPTX)
    assert counts(sent, PPTX) == {**before, Trace.HIDDEN_SLIDES: before[Trace.HIDDEN_SLIDES] + 1}
    assert "底稿" not in unpacked(cleaned(sent, PPTX.content_type))
