"""An upload is what its content says; what lies, hides, swells or never ends is refused with a sentence."""

from __future__ import annotations

import time
import tracemalloc
import unicodedata
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tenants.files import archives
from tenants.files.inspect import TAKEN, Purpose, decode, inspect, receive
from tenants.files.names import LONGEST, display_name
from tenants.files.word.package import Package
from tenants.rules import Invalid
from tests.tenants.files import samples

INPUTS = Path(__file__).parent / "inputs"

HONEST = {
    "jpg": samples.jpeg(80, 60),
    "png": samples.png(),
    "webp": samples.webp(),
    "gif": samples.gif(),
    "pdf": samples.pdf(),
    "docx": samples.word(),
    "xlsx": samples.excel(),
    "pptx": samples.powerpoint(),
    "doc": samples.compound("WordDocument", "1Table"),
    "xls": samples.compound("Workbook"),
    "ppt": samples.compound("PowerPoint Document"),
    "txt": "通政办发〔2021〕10号\n一、指导思想".encode(),
}


def refused(content: bytes, filename: str = "x.pdf", purpose: Purpose = Purpose.ATTACHMENT) -> str:
    with pytest.raises(Invalid) as error:
        inspect(BytesIO(content), filename, purpose)
    return str(error.value.errors["file"])


@pytest.mark.parametrize("extension", HONEST)
def test_honest_files_are_known_by_their_content_whatever_they_are_called(extension: str) -> None:
    for name in (f"规划.{extension}", "规划", "规划.exe", "规划.pdf.scr", "规划.html"):
        found = inspect(BytesIO(HONEST[extension]), name, Purpose.ATTACHMENT)
        assert found.kind.extension == extension
        assert found.name == f"规划.{extension}" or found.name == f"规划.pdf.{extension}"


def test_a_table_as_text_is_known_by_its_name_only() -> None:
    assert (
        inspect(BytesIO("年,数\n2024,3".encode("gb18030")), "台账.CSV", Purpose.ATTACHMENT).name == "台账.csv"
    )


@pytest.mark.parametrize("purpose", Purpose)
def test_each_purpose_takes_its_types_and_says_which(purpose: Purpose) -> None:
    taken = {kind.extension for kind in TAKEN[purpose]}
    for extension, content in HONEST.items():
        if extension in taken:
            inspect(BytesIO(content), "x", purpose)
        else:
            assert "请上传" in refused(content, "x.jpg", purpose)


PDF, DOCX, PNG = HONEST["pdf"], HONEST["docx"], HONEST["png"]
LIARS: dict[str, Callable[[], tuple[bytes, str]]] = {
    "a web page called a picture": lambda: (b"<!DOCTYPE html><script>1</script>", "x.png"),
    "a web page called a text": lambda: (b"\xef\xbb\xbf \n<html><body onload=x>", "x.txt"),
    "a vector picture": lambda: (b'<svg xmlns="http://www.w3.org/2000/svg" onload="x"/>', "x.png"),
    "a program": lambda: (b"MZ\x90\x00" + bytes(200), "x.pdf"),
    "a shell script with nulls": lambda: (b"#!/bin/sh\0\0rm", "x.txt"),
    "an archive": lambda: (samples.archive({}).replace(b"[Content_Types].xml", b"[Content-Types].xml"), "x.docx"),
    "a java archive": lambda: (samples.archive({"META-INF/MANIFEST.MF": b"x"}), "x.docx"),
    "half a PDF": lambda: (samples.broken(PDF), "x.pdf"),
    "half a Word file": lambda: (samples.broken(DOCX), "x.docx"),
    "a PDF with an archive behind": lambda: (PDF + samples.archive({}) + b"%%EOF", "x.pdf"),
    "an archive with a page before": lambda: (b"PK\x03\x04<script>" + DOCX, "x.docx"),
    "an archive with a page behind": lambda: (DOCX + b"<script>1</script>" * 9, "x.docx"),
    "two archives, one in front": lambda: (samples.archive({"a.txt": b"x"}) + DOCX, "x.docx"),
    "Word and Excel at once": lambda: (
        samples.archive({"word/document.xml": b"<a/>", "xl/workbook.xml": b"<a/>"}),
        "x.docx",
    ),
    "macros by their type, under another name": lambda: (
        samples.office({"word/x.bin": b"x"}, types={"word/x.bin": "application/vnd.ms-office.vbaProject"}),
        "x.docx",
    ),
    "macros by their type, given to every .bin": lambda: (
        samples.office({"word/x.bin": b"x"}, types={"bin": "application/vnd.ms-office.vbaProject"}),
        "x.docx",
    ),
    "macros by their relation": lambda: (
        samples.office({"word/x.dat": b"x"}, relations=[("vbaProject", "x.dat", False)]),
        "x.docx",
    ),
    "macros allowed by the type of the document": lambda: (
        samples.office(types={"word/document.xml": "application/vnd.ms-word.document.macroEnabled.main+xml"}),
        "x.docx",
    ),
    "macros in a sheet of the oldest kind": lambda: (
        samples.archive(
            {
                "[Content_Types].xml": samples.content_types(
                    {"xl/macrosheets/1.xml": "application/vnd.ms-excel.macrosheet+xml"}
                ),
                "xl/workbook.xml": b"<a/>",
                "xl/macrosheets/1.xml": b"<a/>",
            }
        ),
        "x.xlsx",
    ),
    "macros in a file inside": lambda: (
        samples.office(
            {
                "word/embeddings/1.docx": samples.office(
                    {"word/x.dat": b"x"}, relations=[("vbaProject", "x.dat", False)]
                )
            }
        ),
        "x.docx",
    ),
    "a template from elsewhere": lambda: (
        samples.office(relations=[("attachedTemplate", "https://example.com/t.dotm", True)]),
        "x.docx",
    ),
    "a template from a server of the house": lambda: (
        samples.office(relations=[("attachedTemplate", "file:///\\\\server\\share\\t.dotx", True)]),
        "x.docx",
    ),
    "an object from elsewhere": lambda: (
        samples.office(relations=[("oleObject", "HTTP://example.com/x.hta", True)]),
        "x.docx",
    ),
    "a program inside": lambda: (samples.office({"word/embeddings/1.bin": b"MZ\x90\0" + bytes(99)}), "x.docx"),
    "a packed program inside": lambda: (
        samples.office({"word/embeddings/1.bin": samples.packed("setup.exe", b"x")}),
        "x.docx",
    ),
    "a packed program in an older file": lambda: (samples.packed("开始.vbs", b"x", "WordDocument"), "x.doc"),
    "macros in an older file": lambda: (samples.compound("WordDocument", "Macros", "_VBA_PROJECT"), "x.doc"),
    "a password": lambda: (samples.compound("EncryptedPackage", "EncryptionInfo"), "x.docx"),
    "an installer as a compound file": lambda: (samples.compound("SummaryInformation"), "x.doc"),
    "an entry that leads out": lambda: (
        samples.archive({"word/document.xml": b"<a/>", "../../etc/x": b"x"}),
        "x.docx",
    ),
    "an entry with a backslash": lambda: (samples.archive({"word/document.xml": b"<a/>", "..\\x": b"x"}), "x.docx"),
    "entities that swell": lambda: (
        samples.archive(
            {"word/document.xml": b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "b">]><a>&b;</a>'}
        ),
        "x.docx",
    ),
    "entities in UTF-16": lambda: (
        samples.archive(
            {"word/document.xml": '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "b">]><a/>'.encode("utf-16")}
        ),
        "x.docx",
    ),
    "a bomb": lambda: (
        samples.archive({"word/document.xml": b"<a/>", "word/x/1.bin": bytes(60_000_000)}),
        "x.docx",
    ),
    "too many parts": lambda: (
        samples.archive({f"word/{n}.xml": b"<a/>" for n in range(archives.MAX_PARTS + 1)}),
        "x.docx",
    ),
    "a photo of a phone that browsers cannot show": lambda: (b"\0\0\0\x18ftypheic" + bytes(100), "x.jpg"),
    "nothing known": lambda: (bytes(range(256)) * 4, "x.docx"),
}


_DECLARED = '{}<!DOCTYPE a [<!ENTITY b "b">]><a>&b;</a>'
_BEFORE = {
    "at the beginning": "",
    "late": f"<!--{'x' * 70_000}-->",
    "across two pieces": f"<!--{'x' * (65_536 - 12)}-->",  # of 64 KB, as parts are read
}


@pytest.mark.parametrize("before", _BEFORE)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-be", "utf-32", "utf-32-be"])
@pytest.mark.parametrize("name", ["word/document.xml", "word/media/image1.jpeg", "customXml/item", "word/x.SVG"])
def test_a_declared_document_type_is_refused_wherever_it_stands(name: str, encoding: str, before: str) -> None:
    part = _DECLARED.format(_BEFORE[before]).encode(encoding)
    content = samples.office({name: part})
    assert "结构异常" in refused(content, "x.docx")
    # and the parser itself refuses it, should it ever get so far
    with pytest.raises(Invalid) as error:
        Package(BytesIO(content)).xml(name)
    assert "结构异常" in str(error.value.errors["file"])


def test_xml_called_a_picture_may_swell_no_more_than_xml() -> None:
    part = b"<a>" + b" " * 30_000_000 + b"</a>"
    assert "大得异常" in refused(samples.office({"word/media/image1.bmp": part}), "x.docx")


def test_drawings_and_pages_inside_may_declare_what_they_are() -> None:
    svg = b'<?xml version="1.0"?><!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "x.dtd"><svg/>'
    parts = {"word/media/image1.svg": svg, "word/afchunk.htm": b"<!DOCTYPE html><html></html>"}
    assert inspect(BytesIO(samples.office(parts)), "x.docx", Purpose.ATTACHMENT).kind.extension == "docx"


@pytest.mark.parametrize("liar", LIARS)
def test_liars_are_refused_with_a_sentence(liar: str) -> None:
    sentence = refused(*LIARS[liar]())
    assert sentence.endswith("。") and "Error" not in sentence


def test_the_reason_is_the_right_one() -> None:
    sentences = {liar: refused(*make()) for liar, make in LIARS.items()}
    for liar, sentence in sentences.items():
        assert ("宏" in sentence) == liar.startswith("macros"), liar
        assert ("程序" in sentence) == ("program inside" in liar or "packed program" in liar), liar
        assert ("外部" in sentence) == ("from " in liar), liar
    assert "密码" in sentences["a password"]
    assert "大得异常" in sentences["a bomb"]
    assert "藏有另一个文件" in sentences["an archive with a page behind"]
    assert "已损坏" in sentences["half a Word file"]
    assert "HEIC" in sentences["a photo of a phone that browsers cannot show"]


#: Files as offices make them: what they are taken for, or what the sender is told.
OF_OFFICES = {
    "20-pdf-with-open-password.pdf": "打开密码",
    "21-pdf-with-bom-first.pdf": "pdf",
    "22-pdf-zero-padded.pdf": "pdf",
    "25-docx-with-plain-bmp-screenshot.docx": "docx",
    "28-rtf-named.doc": "RTF",
    "29-mhtml-named.doc": "MHTML",
    "30-dos-end-of-file.txt": "txt",
    "31-utf16-notepad.txt": "txt",
    "31b-utf16-excel-unicode-text.txt": "txt",
    "31c-gb18030.txt": "txt",
}


@pytest.mark.parametrize("name", OF_OFFICES)
def test_files_as_offices_make_them_are_taken_or_told_by_name(name: str) -> None:
    content, expected = (INPUTS / name).read_bytes(), OF_OFFICES[name]
    if expected in {kind.extension for kind in TAKEN[Purpose.ATTACHMENT]}:
        assert inspect(BytesIO(content), name, Purpose.ATTACHMENT).kind.extension == expected
    else:
        assert expected in refused(content, name)


NOT_TAKEN = {
    "a web page saved as Word": (b"<html xmlns:o='urn:schemas-microsoft-com:office:office'>", "x.doc", "HTML"),
    "Word's XML of 2003": (b'<?xml version="1.0"?><?mso-application progid="Word.Document"?>', "x.doc", "XML"),
    "a fixed document of the state's format": (samples.zipped({"OFD.xml": b"<a/>"}), "x.ofd", "OFD"),
    "a text of LibreOffice": (
        samples.zipped({"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": b"<a/>"}),
        "x.odt",
        "OpenDocument",
    ),
    "an archive": (samples.zipped({"a.txt": b"x"}), "x.zip", "压缩包"),
    "an archive of another kind": (b"Rar!\x1a\x07\x01\0" + bytes(99), "x.docx", "压缩包"),
}


@pytest.mark.parametrize("what", NOT_TAKEN)
def test_what_is_not_taken_is_called_by_its_name(what: str) -> None:
    content, name, word = NOT_TAKEN[what]
    assert word in refused(content, name)


def test_only_a_password_for_opening_closes_a_pdf() -> None:
    assert inspect(BytesIO(samples.locked_pdf(owner="秘密")), "x.pdf", Purpose.ATTACHMENT).kind.extension == "pdf"
    assert "打开密码" in refused(samples.locked_pdf(owner="秘密", user="开"))


def test_whatever_is_wrong_with_a_pdf_an_import_says_what_it_takes() -> None:
    for content in (PDF, samples.broken(PDF), samples.locked_pdf(owner="a", user="b")):
        assert ".docx" in refused(content, "x.pdf", Purpose.IMPORT)


def test_a_document_is_known_by_its_type_wherever_it_lies_in_the_package() -> None:
    main = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    content = samples.archive(
        {"[Content_Types].xml": samples.content_types({"word/document2.xml": main}), "word/document2.xml": b"<a/>"}
    )
    assert inspect(BytesIO(content), "x", Purpose.ATTACHMENT).kind.extension == "docx"


HARMLESS = {
    "a template of one's own computer": [("attachedTemplate", "file:///C:\\Users\\li\\公文.dotm", True)],
    "a link to the web": [("hyperlink", "https://example.com/", True)],
    "a table linked from one's own computer": [("oleObject", "file:///D:/台账.xlsx", True)],
}


@pytest.mark.parametrize("what", HARMLESS)
def test_what_leads_nowhere_by_itself_is_taken(what: str) -> None:
    content = samples.office(
        {"word/embeddings/1.bin": samples.packed("附件.pdf", PDF)}, relations=HARMLESS[what]
    )
    assert inspect(BytesIO(content), "x", Purpose.ATTACHMENT).kind.extension == "docx"


def test_the_mark_at_the_end_of_a_text_from_dos_is_not_read() -> None:
    content = (INPUTS / "30-dos-end-of-file.txt").read_bytes()
    text = decode(content)
    assert content.endswith(b"\x1a") and text and text.endswith("。\r\n")
    assert decode("正文\x1a".encode("utf-16")) == "正文"
    assert decode("正\x1a文".encode()) is None


def test_a_directory_that_understates_a_bomb_is_seen_through() -> None:
    content = bytearray(samples.archive({"word/document.xml": b"<a/>" + bytes(30_000_000)}))
    for signature, at in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        start = 0
        while (start := content.find(signature, start)) >= 0:
            content[start + at : start + at + 4] = (100).to_bytes(4, "little")
            start += 4
    assert refused(bytes(content), "x.docx")


def test_a_large_honest_package_is_taken() -> None:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", b"<Types/>")
        package.writestr("word/document.xml", "".join(f"<p>第{n}段，{n * 7919}</p>" for n in range(300_000)))
    assert inspect(out, "长.docx", Purpose.IMPORT).name == "长.docx"


class Endless:
    """A sender who never stops; counts what was taken."""

    def __init__(self, head: bytes = b"%PDF-1.7") -> None:
        self.head, self.sent = head, 0

    def read(self, size: int = 1, /) -> bytes:
        piece, self.head = (self.head + bytes(size))[:size], b""
        self.sent += size
        return piece


def test_two_gigabytes_are_cut_off_after_the_limit() -> None:
    sender, limit = Endless(), 50 * 1024 * 1024
    tracemalloc.start()
    with pytest.raises(Invalid) as error:
        receive(sender, limit=limit)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert str(error.value.errors["file"]) == "文件太大，最多 50 MB。"
    assert sender.sent == limit + 1
    assert peak < 10 * 1024 * 1024


def test_an_empty_upload_is_refused() -> None:
    with pytest.raises(Invalid, match="空"):
        receive(BytesIO(b""), limit=10)


@given(st.binary(min_size=1, max_size=3000), st.integers(1, 3000))
def test_what_fits_is_received_whole(data: bytes, limit: int) -> None:
    if len(data) > limit:
        with pytest.raises(Invalid):
            receive(BytesIO(data), limit=limit)
    else:
        received = receive(BytesIO(data), limit=limit)
        assert received.content.read() == data and received.size == len(data)
        received.content.close()


@given(
    st.sampled_from(sorted(HONEST)),
    st.integers(0, 2**31),
    st.binary(max_size=12),
    st.sampled_from(list(Purpose)),
)
def test_a_damaged_file_is_taken_or_refused_but_nothing_else(
    extension: str, at: int, noise: bytes, purpose: Purpose
) -> None:
    data = HONEST[extension]
    at %= len(data)
    try:
        inspect(BytesIO(data[:at] + noise + data[at + len(noise) :]), "x", purpose)
    except Invalid as error:
        assert set(error.errors) == {"file"}


@given(st.binary(max_size=400))
def test_any_bytes_are_taken_or_refused_but_nothing_else(data: bytes) -> None:
    for head in (b"", b"PK\x03\x04", archives.OLE_MAGIC, b"%PDF-"):
        try:
            inspect(BytesIO(head + data), "x", Purpose.ATTACHMENT)
        except Invalid as error:
            assert set(error.errors) == {"file"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
def test_text_is_read_in_the_encodings_offices_use(encoding: str) -> None:
    text = "通政办发〔2021〕10号\n各街道办事处：Xinya 2035"
    assert decode(text.encode(encoding)) == text


@given(st.text())
@example("../../etc/passwd")
@example("C:\\Users\\a\\规划\u202efdp.exe")
@example("a" * 300 + ".pdf")
@example("责" * 300)
@example("..")
@example("CON.txt")
@example("a\r\nSet-Cookie: x=1.pdf")
@example('a"; filename="b.html')
@example("\ud800.pdf")
def test_any_name_becomes_one_that_is_safe_to_show(sent: str) -> None:
    name = display_name(sent, "pdf")
    assert name.endswith(".pdf") and 5 <= len(name) <= LONGEST
    assert not set(name) & set('/\\<>:"|?*\r\n\0')
    assert not name.startswith((".", " "))
    assert all(unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Zl", "Zp") for c in name)
    assert display_name(name, "pdf") == name


def test_a_name_keeps_what_people_called_the_file() -> None:
    assert display_name("C:\\文档\\副中心 规划（终稿 v2.1）.DOCX", "docx") == "副中心 规划（终稿 v2.1）.docx"
    assert display_name("照片.jpeg", "webp") == "照片.webp"
    assert display_name("规划\u202efdp.exe", "pdf") == "规划fdp.pdf"


def test_inspecting_is_quick_even_for_the_largest_bomb() -> None:
    started = time.process_time()
    refused(samples.archive({"word/document.xml": b"<a/>", "word/media/a.bmp": bytes(450_000_000)}), "x.docx")
    assert time.process_time() - started < 10
