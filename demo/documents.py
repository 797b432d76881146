"""Small real documents for the demonstration: PDF, Word, Excel.

The PDF names a Chinese font that every reader substitutes (STSong-Light) and holds real text, so
that it can be searched, and no font file is needed.
"""

from __future__ import annotations

from io import BytesIO

from docx import Document
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from demo.content import Paper

NOTE = "演示材料，内容为虚构的示例，不作为办事依据。"

_PAGE_WIDTH, _PAGE_HEIGHT, _MARGIN = 595, 842, 64
_LINE_CHARACTERS, _SIZE, _LEADING = 38, 12, 21


def pdf(paper: Paper) -> bytes:
    """The paper as A4 pages."""
    lines: list[tuple[str, int]] = [(paper.title, 18), ("", _SIZE)]
    for number, line in enumerate(paper.lines, 1):
        text = f"{number}．{line}"
        while text:
            lines.append((text[:_LINE_CHARACTERS], _SIZE))
            text = text[_LINE_CHARACTERS:]
        lines.append(("", 6))
    lines.append((NOTE, 10))
    per_page = (_PAGE_HEIGHT - 2 * _MARGIN) // _LEADING
    pages = [lines[i : i + per_page] for i in range(0, len(lines), per_page)]
    return _assemble([_page(page) for page in pages])


def _page(lines: list[tuple[str, int]]) -> bytes:
    y = _PAGE_HEIGHT - _MARGIN
    parts = ["BT"]
    for text, size in lines:
        y -= _LEADING
        if text:
            parts.append(f"/F1 {size} Tf 1 0 0 1 {_MARGIN} {y} Tm <{text.encode('utf-16-be').hex()}> Tj")
    return "\n".join([*parts, "ET"]).encode()


def _assemble(pages: list[bytes]) -> bytes:
    """Objects, cross-reference table and trailer of a PDF 1.4 file."""
    kids = " ".join(f"{5 + 2 * i} 0 R" for i in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R /Lang (zh-CN) >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        b"<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H /DescendantFonts [4 0 R] >>",
        b"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /DW 1000"
        b" /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 2 >>"
        b" /FontDescriptor << /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /FontBBox [-25 -254 1000 880]"
        b" /ItalicAngle 0 /Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >> >>",
    ]
    for i, content in enumerate(pages):
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {_PAGE_WIDTH} {_PAGE_HEIGHT}]"
            f" /Resources << /Font << /F1 3 0 R >> >> /Contents {6 + 2 * i} 0 R >>".encode()
        )
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content))
    out = BytesIO()
    out.write(b"%PDF-1.4\n%\xe6\x96\xb0\xe8\x8a\xbd\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    for place in places:
        out.write(b"%010d 00000 n \n" % place)
    out.write(b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start))
    return out.getvalue()


def docx(paper: Paper) -> bytes:
    """The paper as a Word document with a real heading and a numbered list."""
    document = Document()
    document.core_properties.author = ""
    document.core_properties.title = paper.title
    document.add_heading(paper.title, level=1)
    for line in paper.lines:
        document.add_paragraph(line, style="List Number")
    document.add_paragraph(NOTE)
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def xlsx(paper: Paper) -> bytes:
    """The paper's table with a fixed head."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = paper.title[:31].translate({ord(c): None for c in "[]:*?/\\"})
    for row in paper.rows:
        sheet.append(list(row))
    for cell in sheet[1]:
        cell.font = Font(bold=True, color="FFFFFF")
        cell.fill = PatternFill("solid", fgColor="2C7A4B")
        cell.alignment = Alignment(horizontal="center")
    for column in range(1, len(paper.rows[0]) + 1):
        widest = max(len(str(row[column - 1])) for row in paper.rows)
        sheet.column_dimensions[get_column_letter(column)].width = min(48, 4 + 2 * widest)
    sheet.freeze_panes = "A2"
    sheet.append([])
    sheet.append([NOTE])
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def make(name: str, papers: dict[str, Paper]) -> tuple[str, bytes]:
    """`"pdf:标题"` as (file name, content). Raises `KeyError` for a paper that nobody wrote."""
    form, title = name.split(":", 1)
    return f"{title}.{form}", {"pdf": pdf, "docx": docx, "xlsx": xlsx}[form](papers[title])
