"""The words of documents: found by search, gone with what showed them."""

from __future__ import annotations

import re
import zipfile
from io import BytesIO

import pytest
from docx import Document
from openpyxl import Workbook
from sqlalchemy import select, text

from portal.publishing import extraction, service
from portal.publishing.content import Attachment
from portal.publishing.extraction import Part, extract
from portal.publishing.models import FileText
from search.queries import SearchRequest, State, public_search, workspace_search
from tenants import deployment as running
from tenants import jobs
from tenants.files import service as files
from tenants.files.inspect import Purpose
from tenants.limited import places
from tenants.rules import AS_IT_IS
from tests.conftest import Deployment
from tests.factories import publishing as make
from tests.factories.publishing import Newsroom
from tests.support.html import StrictClient
from tests.tenants.files import peopled, samples, words

OFFICE = "application/vnd.openxmlformats-officedocument"


def pdf(*pages: str) -> bytes:
    """A PDF with a line of Latin letters on each page."""
    kids = " ".join(f"{4 + 2 * n} 0 R" for n in range(len(pages)))
    objects = [
        "<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Kids[{kids}]/Count {len(pages)}>>",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    for number, line in enumerate(pages):
        stream = f"BT /F1 24 Tf 72 700 Td ({line}) Tj ET"
        objects += [
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents {5 + 2 * number} 0 R"
            "/Resources<</Font<</F1 3 0 R>>>>>>",
            f"<</Length {len(stream)}>>stream\n{stream}\nendstream",
        ]
    file, offsets = "%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        offsets.append(len(file))
        file += f"{number} 0 obj\n{body}\nendobj\n"
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    size = len(objects) + 1
    return (
        f"{file}xref\n0 {size}\n0000000000 65535 f \n{table}"
        f"trailer<</Size {size}/Root 1 0 R>>\nstartxref\n{len(file)}\n%%EOF"
    ).encode()


def docx() -> bytes:
    document = Document()
    document.add_paragraph("三角地改造方案")
    table = document.add_table(1, 2)
    table.cell(0, 0).text, table.cell(0, 1).text = "座椅", "十二把"
    stream = BytesIO()
    document.save(stream)
    return stream.getvalue()


def xlsx() -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "工程量"
    sheet.append(["花池", 3, "内部单价"])
    sheet.append(["合并后看得见"])
    sheet.append([])
    sheet.append(["收起的一行"])
    sheet.append(["座椅", 12])
    sheet.merge_cells("A2:A3")
    sheet.row_dimensions[2].hidden = sheet.row_dimensions[4].hidden = sheet.column_dimensions["C"].hidden = True
    for state in ("hidden", "veryHidden"):
        unseen = book.create_sheet(state)
        unseen.append(["底价", 9_876_543])
        unseen.sheet_state = state
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def strict(workbook: bytes) -> bytes:
    """The workbook as Excel saves it for those who ask for "Strict Open XML"."""
    names = re.compile(rb"http://schemas\.openxmlformats\.org/(spreadsheetml|drawingml|officeDocument)/2006/")
    with zipfile.ZipFile(BytesIO(workbook)) as package:
        return samples.zipped(
            {name: names.sub(rb"http://purl.oclc.org/ooxml/\1/", package.read(name)) for name in package.namelist()}
        )


def test_pages_sheets_and_tables_give_their_words() -> None:
    assert extract(pdf("pocket park", "second page"), "application/pdf") == [
        Part("第 1 页", "pocket park"),
        Part("第 2 页", "second page"),
    ]
    assert extract(docx(), f"{OFFICE}.wordprocessingml.document") == [
        Part("", "三角地改造方案\n座椅\t十二把")
    ]
    small = peopled.changed(
        xlsx(), {"xl/worksheets/sheet1.xml": lambda xml: re.sub('<dimension ref="[^"]+"', '<dimension ref="A1"', xml)}
    )
    for workbook in (xlsx(), strict(xlsx()), small):
        assert extract(workbook, f"{OFFICE}.spreadsheetml.sheet") == [Part("工程量", "花池\t3\n合并后看得见\n座椅\t12")]
    for encoding in ("utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"):
        assert extract("街道的一份名单\n纯文本".encode(encoding), "text/plain") == [Part("", "街道的一份名单\n纯文本")]


@pytest.mark.parametrize("in_strict", [False, True])
def test_search_reads_of_a_word_file_what_is_seen_and_nothing_else(in_strict: bool) -> None:
    document = words.file(
        words.paragraph(
            words.run("看得见"),
            f"<w:ins w:author='甲'>{words.run('新增的话')}</w:ins>",
            "<w:del w:author='甲'><w:r><w:delText>删除的话</w:delText></w:r></w:del>",
            words.run("隐藏的话", "<w:vanish/>"),
            "<w:r><w:footnoteReference w:id='1'/></w:r>",
            words.text_box(words.paragraph(words.run("文本框的话"))),
            '<w:r><w:commentReference w:id="1"/></w:r>',
        ),
        words.table([words.paragraph(words.run("甲")), words.paragraph(words.run("乙"))]),
        footnotes=["脚注的话"],
        comments=["批注的话"],
        strict=in_strict,
    )
    assert extract(document, f"{OFFICE}.wordprocessingml.document") == [
        Part("", "看得见新增的话[1]\n文本框的话\n甲\t乙\n脚注的话")
    ]


@pytest.mark.parametrize("content", [b"", b"%PDF-1.4 broken", b"PK\x03\x04", b"\x00" * 1000])
def test_a_damaged_document_has_no_words(content: bytes) -> None:
    for kind in ("application/pdf", f"{OFFICE}.wordprocessingml.document", f"{OFFICE}.spreadsheetml.sheet"):
        assert extract(content, kind) == []


def test_an_endless_document_is_cut() -> None:
    parts = extract(("字" * 3_000_000).encode(), "text/plain")
    assert sum(len(part.text) for part in parts) == extraction.MAX_CHARACTERS


def test_a_published_document_is_found_by_its_words_until_it_is_withdrawn(
    deployment: Deployment, room: Newsroom, visitor: StrictClient
) -> None:
    planner, clerk = room.planner.actor(), room.clerk.actor()
    with deployment.session(clerk) as session, session.begin():
        running.use(deployment.settings)
        file = files.store_upload(
            session, clerk, BytesIO(pdf("cover", "rainwater sponge")), "方案.pdf", purpose=Purpose.ATTACHMENT
        )
        document = (Attachment(file.id, "绿地率35%的方案"),)
        code = make.published(session, planner, clerk, documents=document).code
    deployment.run_jobs()
    with deployment.public_session() as public:
        found = public_search(public, SearchRequest("rainwater sponge"))
        assert [hit.address for hit in found.hits] == [f"/a/{code}"]
        assert "附件《绿地率35%的方案》第 2 页：" in visitor.get("/search?q=rainwater+sponge").text
        visitor.set_cookie("xinya_lang", "en")
        assert "Attachment “绿地率35%的方案”, page 2: " in visitor.get("/search?q=rainwater+sponge").text
        assert public.scalars(select(FileText.file_id)).all()
    with deployment.session(clerk) as session, session.begin():
        service.withdraw(session, code, AS_IT_IS, "方案有变，更正后再发")
    deployment.run_jobs()
    with deployment.public_session() as public:
        assert public_search(public, SearchRequest("rainwater sponge")).state is State.NOTHING
        assert not public.scalars(select(FileText.file_id)).all(), "the words are as private as the file"
    with deployment.session(clerk) as session:
        kinds = {hit.source for hit in workspace_search(session, SearchRequest("rainwater sponge")).hits}
    assert kinds == {"publication", "file"}


def test_a_document_that_finds_no_place_gives_its_words_later(
    deployment: Deployment, room: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    clerk = room.clerk.actor()
    running.use(deployment.settings)
    with deployment.session(clerk) as session, session.begin():
        file = files.store_upload(session, clerk, BytesIO(pdf("later")), "稍后.pdf", purpose=Purpose.ATTACHMENT)
        jobs.defer(session, service.EXTRACT_JOB, tenant_id=file.tenant_id, file_id=str(file.id))
    monkeypatch.setattr(places, "AT_ONCE", 2)
    monkeypatch.setattr(places, "PATIENCE", 0.0)
    with places.place(None, background=True), places.place(file.id, background=True):
        deployment.run_jobs()
    with deployment.session(clerk) as session:
        assert not session.scalar(select(FileText.text).where(FileText.file_id == file.id))
    with deployment.session() as session:  # the queue is the worker's
        waiting = text("SELECT args->>'file_id' FROM procrastinate_jobs WHERE status = 'todo' AND scheduled_at > now()")
        assert session.scalars(waiting).all() == [str(file.id)]
