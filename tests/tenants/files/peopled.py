"""Documents as offices make them: with things in them that their readers do not see."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Mapping
from io import BytesIO

import docx
import openpyxl
import pypdf
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from openpyxl.comments import Comment
from openpyxl.worksheet.datavalidation import DataValidation
from pypdf.annotations import Text
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    IndirectObject,
    NameObject,
    NumberObject,
    PdfObject,
    StreamObject,
    TextStringObject,
)

from tests.tenants.files import samples

_W = nsdecls("w")
_OFFICE = "application/vnd.openxmlformats-officedocument"
_PRESENTATION = f"{_OFFICE}.presentationml"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PML = (
    'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    f'xmlns:r="{_RELATIONS}"'
)


def changed(package: bytes, parts: Mapping[str, Callable[[str], str] | str | bytes]) -> bytes:
    """A package with parts replaced (a text or bytes) or edited (a function of their text)."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(package)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            edit = parts.get(name)
            data = old.read(name)
            new.writestr(name, edit(data.decode()) if callable(edit) else data if edit is None else edit)
        for name, text in parts.items():
            if name not in old.namelist() and isinstance(text, str):
                new.writestr(name, text)
    return out.getvalue()


def related(xml: str, purpose: str, target: str, *, outside: bool = False, name: str = "rIdX") -> str:
    """A list of relations with one more."""
    mode = ' TargetMode="External"' if outside else ""
    entry = f'<Relationship Id="{name}" Type="{_RELATIONS}/{purpose}" Target="{target}"{mode}/>'
    return xml.replace("</Relationships>", f"{entry}</Relationships>")


def word() -> bytes:
    """A Word file with every kind of thing that is not in sight; 可见 marks what is."""
    document = docx.Document()
    document.core_properties.author, document.core_properties.last_modified_by = "张三", "李四"
    hidden_style = document.styles.add_style("Quiet", 2)
    hidden_style.font.hidden = True
    document.add_paragraph("可见的开头")
    mixed = document.add_paragraph("可见甲")
    mixed.add_run("内部意见一").font.hidden = True
    mixed.add_run("可见乙")
    mixed.add_run("内部意见二", style="Quiet")
    whole = document.add_paragraph()
    whole.add_run("整段隐藏").font.hidden = True
    whole.paragraph_format.element.get_or_add_pPr().append(parse_xml(f"<w:rPr {_W}><w:vanish/></w:rPr>"))
    revised = document.add_paragraph("可见丙")
    for xml in (
        '<w:ins w:id="1" w:author="王五"><w:r><w:t>可见的新增</w:t></w:r></w:ins>',
        '<w:del w:id="2" w:author="赵六"><w:r><w:delText>删掉的预算</w:delText></w:r></w:del>',
        '<w:r><w:rPr><w:rPrChange w:id="3" w:author="钱七"><w:rPr/></w:rPrChange></w:rPr><w:t>可见丁</w:t></w:r>',
        '<w:moveFrom w:id="4" w:author="王五"><w:r><w:t>移走的旧文</w:t></w:r></w:moveFrom>',
    ):
        revised._p.append(parse_xml(xml.replace(">", f" {_W}>", 1)))
    former = document.add_paragraph()  # deleted with its mark
    former._p.get_or_add_pPr().append(
        parse_xml(f'<w:rPr {_W}><w:del w:id="5" w:author="赵六"/></w:rPr>')
    )
    deleted = '<w:r><w:delText>删掉的一段</w:delText></w:r>'
    former._p.append(parse_xml(f'<w:del {_W} w:id="6" w:author="赵六">{deleted}</w:del>'))
    noted = document.add_paragraph("可见戊")
    document.add_comment(noted.runs[0], text="批注里的话", author="孙八", initials="孙")
    table = document.add_table(2, 1)
    table.cell(0, 0).text, table.cell(1, 0).text = "可见的一行", "隐藏的一行"
    table.rows[1]._tr.get_or_add_trPr().append(parse_xml(f"<w:hidden {_W}/>"))
    document.add_paragraph("可见的结尾")
    out = BytesIO()
    document.save(out)
    return changed(
        out.getvalue(),
        {
            "docProps/app.xml": lambda xml: xml.replace("</Properties>", "<Company>某某公司</Company></Properties>"),
            "word/_rels/settings.xml.rels": related(
                '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"></Relationships>',
                "attachedTemplate",
                "file:///C:\\Users\\zhangsan\\Normal.dotm",
                outside=True,
            ),
            "word/settings.xml": lambda xml: xml.replace(
                "</w:settings>", f'<w:attachedTemplate xmlns:r="{_RELATIONS}" r:id="rIdX"/></w:settings>'
            ),
        },
    )


def workbook(*, valued: bool = True) -> bytes:
    """A workbook with hidden sheets, rows and columns that formulas refer to; `valued`: with the formulas' values."""
    book = openpyxl.Workbook()
    book.properties.creator = "张三"
    shown = book.active
    assert shown is not None
    shown.title = "名单"
    for row in (["姓名", "电话", "人数"], ["可见甲", "13800001111", 3], ["可见乙", "13800002222", 4]):
        shown.append(row)
    shown.append(["隐藏的备注"])
    shown["D2"] = "=底稿!A2*2"
    shown["A2"].comment = Comment("批注里的话", "孙八")
    shown.column_dimensions["B"].hidden = True
    shown.row_dimensions[4].hidden = True
    draft = book.create_sheet("底稿")
    draft.append(["内部单价"])
    draft.append([21])
    draft.sheet_state = "hidden"
    very = book.create_sheet("口令")
    very.append(["极隐藏的话"])
    very.sheet_state = "veryHidden"
    book.create_sheet("汇总")["A1"] = "可见丙"
    offered = DataValidation("list", "=底稿!$A$1:$A$2")
    shown.add_data_validation(offered)
    offered.add("C2")
    out = BytesIO()
    book.save(out)
    return _as_excel_writes(out.getvalue(), "42" if valued else "")


def _as_excel_writes(book: bytes, value: str) -> bytes:
    """The words of the cells in a part of their own, and formulas with a value."""
    strings: list[str] = []

    def shared(found: re.Match[str]) -> str:
        strings.append(f"<si>{found[1]}</si>")
        return f't="s"><v>{len(strings) - 1}</v>'

    def edit(xml: str) -> str:
        xml = re.sub('t="inlineStr"><is>(.*?)</is>', shared, xml)
        return re.sub("</f><v ?/>|</f><v></v>", f"</f><v>{value}</v>", xml)

    edited = changed(book, {f"xl/worksheets/sheet{n}.xml": edit for n in range(1, 5)})
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    kind = f"{_OFFICE}.spreadsheetml.sharedStrings+xml"
    listed = f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kind}"/></Types>'
    return changed(
        edited,
        {
            "xl/sharedStrings.xml": f'<sst xmlns="{main}">{"".join(strings)}</sst>',
            "xl/_rels/workbook.xml.rels": lambda xml: related(xml, "sharedStrings", "sharedStrings.xml"),
            "[Content_Types].xml": lambda xml: xml.replace("</Types>", listed),
        },
    )


def _slide(words: str, *, hidden: bool = False, further: str = "") -> bytes:
    show = ' show="0"' if hidden else ""
    return (
        f"<p:sld {_PML}{show}><p:cSld><p:spTree><p:sp><p:nvSpPr><p:cNvPr id='2' name='a'/></p:nvSpPr>"
        f"<p:txBody><a:p><a:r><a:t>{words}</a:t></a:r></a:p></p:txBody></p:sp>{further}</p:spTree></p:cSld></p:sld>"
    ).encode()


def slides() -> bytes:
    """A presentation with a hidden slide, notes, a comment and an object that is hidden."""
    unseen = (
        "<p:sp><p:nvSpPr><p:cNvPr id='3' name='b' hidden='1'/></p:nvSpPr>"
        "<p:txBody><a:p><a:r><a:t>藏起来的方框</a:t></a:r></a:p></p:txBody></p:sp>"
    )
    notes = (
        f"<p:notes {_PML}><p:cSld><p:spTree><p:sp><p:nvSpPr><p:cNvPr id='2' name='n'/><p:cNvSpPr/><p:nvPr>"
        "<p:ph type='body'/></p:nvPr></p:nvSpPr><p:txBody><a:p><a:r><a:t>讲稿里的话</a:t></a:r></a:p></p:txBody>"
        "</p:sp></p:spTree></p:cSld></p:notes>"
    ).encode()
    presentation = (
        f"<p:presentation {_PML}><p:sldIdLst><p:sldId id='256' r:id='r1'/><p:sldId id='257' r:id='r2'/>"
        "</p:sldIdLst></p:presentation>"
    ).encode()
    main = f"{_PRESENTATION}.presentation.main+xml"
    return samples.zipped(
        {
            "[Content_Types].xml": samples.content_types(
                {
                    "rels": "application/vnd.openxmlformats-package.relationships+xml",
                    "ppt/presentation.xml": main,
                    **{f"ppt/slides/slide{n}.xml": f"{_PRESENTATION}.slide+xml" for n in (1, 2)},
                    "ppt/notesSlides/notesSlide1.xml": f"{_PRESENTATION}.notesSlide+xml",
                    "ppt/comments/comment1.xml": f"{_PRESENTATION}.comments+xml",
                    "ppt/commentAuthors.xml": f"{_PRESENTATION}.commentAuthors+xml",
                }
            ),
            "_rels/.rels": _listed(("officeDocument", "ppt/presentation.xml")),
            "ppt/presentation.xml": presentation,
            "ppt/_rels/presentation.xml.rels": _listed(
                ("slide", "slides/slide1.xml"), ("slide", "slides/slide2.xml"), ("commentAuthors", "commentAuthors.xml")
            ),
            "ppt/slides/slide1.xml": _slide("可见的标题", further=unseen),
            "ppt/slides/slide2.xml": _slide("隐藏的一页", hidden=True),
            "ppt/slides/_rels/slide1.xml.rels": _listed(
                ("notesSlide", "../notesSlides/notesSlide1.xml"), ("comments", "../comments/comment1.xml")
            ),
            "ppt/notesSlides/notesSlide1.xml": notes,
            "ppt/comments/comment1.xml": (
                f"<p:cmLst {_PML}><p:cm authorId='0'><p:text>批注里的话</p:text></p:cm></p:cmLst>".encode()
            ),
            "ppt/commentAuthors.xml": (
                f"<p:cmAuthorLst {_PML}><p:cmAuthor id='0' name='孙八'/></p:cmAuthorLst>".encode()
            ),
        }
    )


def _listed(*relations: tuple[str, str]) -> bytes:
    xml = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"></Relationships>'
    for number, (purpose, target) in enumerate(relations, 1):
        xml = related(xml, purpose, target, name=f"r{number}")
    return xml.encode()


def pdf(shown: str = "") -> bytes:
    """A PDF with a line in Latin letters, its author's name, a remark and a file inside."""
    writer = pypdf.PdfWriter()
    page = writer.add_blank_page(200, 200)
    line = StreamObject()
    line.set_data(f"BT /F1 12 Tf 10 100 Td ({shown}) Tj ET".encode())
    kind = {"/Type": "/Font", "/Subtype": "/Type1", "/BaseFont": "/Helvetica"}
    font = DictionaryObject({NameObject(key): NameObject(value) for key, value in kind.items()})
    fonts = DictionaryObject({NameObject("/F1"): font})
    page[NameObject("/Contents")] = writer._add_object(line)
    page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
    writer.add_metadata({"/Author": "张三", "/Title": "方案"})
    remark = Text(rect=(10, 10, 30, 30), text="批注里的话", open=False)
    writer.add_annotation(0, remark)
    writer.add_attachment("底稿.txt", "附着的底稿".encode())
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def photo_in_word(photo: bytes) -> bytes:
    """A Word file with a picture as it came from the camera."""
    document = docx.Document()
    document.add_picture(BytesIO(samples.jpeg()))
    out = BytesIO()
    document.save(out)
    return changed(out.getvalue(), {"word/media/image1.jpg": photo})


def photo_in_pdf(photo: bytes) -> bytes:
    """A PDF with a picture as it came from the camera."""
    writer = pypdf.PdfWriter()
    page = writer.add_blank_page(200, 200)
    picture = StreamObject()
    picture.set_data(photo)
    picture.update(
        {
            NameObject("/Type"): NameObject("/XObject"),
            NameObject("/Subtype"): NameObject("/Image"),
            NameObject("/Width"): NumberObject(800),
            NameObject("/Height"): NumberObject(600),
            NameObject("/ColorSpace"): NameObject("/DeviceRGB"),
            NameObject("/BitsPerComponent"): NumberObject(8),
            NameObject("/Filter"): NameObject("/DCTDecode"),
        }
    )
    drawn = DictionaryObject({NameObject("/Im0"): writer._add_object(picture)})
    page[NameObject("/Resources")] = DictionaryObject({NameObject("/XObject"): drawn})
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def pdf_with(change: Callable[[pypdf.PdfWriter, pypdf.PageObject], None]) -> bytes:
    """A PDF of one page, changed."""
    writer = pypdf.PdfWriter()
    page = writer.add_blank_page(200, 200)
    change(writer, page)
    writer.metadata = None
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def stream(writer: pypdf.PdfWriter, data: bytes) -> IndirectObject:
    """Data in a PDF."""
    made = StreamObject()
    made.set_data(data)
    return writer._add_object(made)


def with_annotation(**said: PdfObject) -> bytes:
    """A PDF with an annotation on its page."""

    def change(writer: pypdf.PdfWriter, page: pypdf.PageObject) -> None:
        entries = {"Type": NameObject("/Annot"), "Rect": ArrayObject([NumberObject(9)] * 4), **said}
        annotation = DictionaryObject({NameObject(f"/{name}"): value for name, value in entries.items()})
        page[NameObject("/Annots")] = ArrayObject([writer._add_object(annotation)])

    return pdf_with(change)


def with_working_copy(writer: pypdf.PdfWriter, page: pypdf.PageObject) -> None:
    """Put in what a drawing program would work on further."""
    private = DictionaryObject({NameObject("/Private"): stream(writer, "藏起来的图".encode())})
    page[NameObject("/PieceInfo")] = DictionaryObject({NameObject("/Illustrator"): private})


def with_all_layers_off(writer: pypdf.PdfWriter, _page: pypdf.PageObject) -> None:
    """Give it a layer, and have none of them shown."""
    entries = {NameObject("/Type"): NameObject("/OCG"), NameObject("/Name"): TextStringObject("底稿")}
    layer = writer._add_object(DictionaryObject(entries))
    shown = DictionaryObject({NameObject("/BaseState"): NameObject("/OFF"), NameObject("/ON"): ArrayObject()})
    layers = {NameObject("/OCGs"): ArrayObject([layer]), NameObject("/D"): shown}
    writer.root_object[NameObject("/OCProperties")] = DictionaryObject(layers)


def with_associated_file(writer: pypdf.PdfWriter, _page: pypdf.PageObject) -> None:
    """Put in a file that only the document itself leads to."""
    content = DictionaryObject({NameObject("/F"): stream(writer, "附着".encode())})
    entries = {NameObject("/Type"): NameObject("/Filespec"), NameObject("/EF"): content}
    writer.root_object[NameObject("/AF")] = ArrayObject([writer._add_object(DictionaryObject(entries))])


def changed_pdf() -> bytes:
    """A PDF whose text was changed as editors do it: the former one is still there."""

    def write(writer: pypdf.PdfWriter, page: pypdf.PageObject, words: bytes) -> None:
        page[NameObject("/Contents")] = stream(writer, words)

    before = pdf_with(lambda writer, page: write(writer, page, b"(13800001111) Tj"))
    writer = pypdf.PdfWriter(BytesIO(before), incremental=True)
    write(writer, writer.pages[0], b"(shown) Tj")
    out = BytesIO()
    writer.write(out)
    return out.getvalue()
