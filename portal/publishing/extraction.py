"""The words of documents, page by page, for search. A document that breaks its parser has no words."""

from __future__ import annotations

import logging
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from itertools import islice

from openpyxl import load_workbook
from pypdf import PdfReader

from tenants.files.hidden_cells import hidden_cells
from tenants.files.inspect import decode
from tenants.files.word.model import lines
from tenants.files.word.reader import read
from webkit.text import clean

log = logging.getLogger(__name__)

MAX_BYTES = 60 * 1024 * 1024
MAX_PARTS = 500
MAX_CHARACTERS_A_PART = 20_000
MAX_CHARACTERS = 600_000
MAX_ROWS = 20_000

#: The label of a page.
PAGE = re.compile(r"第 (\d+) 页")
#: How the strict dialect of Office begins its names, and what the other one has instead.
_STRICT = b"http://purl.oclc.org/ooxml/"
_STRICT_NAME = re.compile(re.escape(_STRICT) + rb"(\w+)/")
_USUAL_NAME = rb"http://schemas.openxmlformats.org/\1/2006/"


@dataclass(frozen=True)
class Part:
    """A page or sheet: where it is (第 3 页, the name of the sheet, empty for a text without pages) and its words."""

    label: str
    text: str


def extract(content: bytes, content_type: str) -> list[Part]:
    """The words of a document; none for a type without words, a damaged or an overlong document.

    Work for `tenants.limited`.
    """
    if content_type not in _READERS or len(content) > MAX_BYTES:
        return []
    try:
        return list(_cut(_READERS[content_type](content)))
    except MemoryError:
        raise
    except Exception as error:  # a damaged document may raise anything
        log.warning("a document of type %s cannot be read: %r", content_type, error)
        return []


def _pdf(content: bytes) -> Iterator[tuple[str, str]]:
    for number, page in enumerate(PdfReader(BytesIO(content)).pages, 1):
        yield f"第 {number} 页", page.extract_text()


def _docx(content: bytes) -> Iterator[tuple[str, str]]:
    document, _package = read(BytesIO(content))
    shown = (line for blocks in (document.blocks, *document.notes) for line in lines(blocks))
    yield from _in_parts("\n".join(line for line in shown if line.strip()))


def _xlsx(content: bytes) -> Iterator[tuple[str, str]]:
    book = load_workbook(_transitional(content), read_only=True, data_only=True)
    hidden = hidden_cells(content)
    for sheet in book.worksheets:
        if sheet.sheet_state != "visible":
            continue
        sheet.reset_dimensions()  # some programs write a wrong one, and its reader believes it
        rows = islice(enumerate(sheet.iter_rows(values_only=True), 1), MAX_ROWS)
        written = ("\t".join(map(str, hidden[sheet.title].shown(*row))) for row in rows)
        yield sheet.title, "\n".join(line for line in written if line)


def _transitional(content: bytes) -> BytesIO:
    """A workbook in the dialect that its reader knows; the strict one has other names for the same."""
    with zipfile.ZipFile(BytesIO(content)) as package:
        if _STRICT not in package.read("xl/workbook.xml"):
            return BytesIO(content)
        written = BytesIO()
        with zipfile.ZipFile(written, "w") as other:
            for name in package.namelist():
                other.writestr(name, _STRICT_NAME.sub(_USUAL_NAME, package.read(name)))
    written.seek(0)
    return written


def _plain(content: bytes) -> Iterator[tuple[str, str]]:
    yield from _in_parts(decode(content) or "")


def _in_parts(text: str) -> Iterator[tuple[str, str]]:
    for start in range(0, len(text), MAX_CHARACTERS_A_PART):
        yield "", text[start : start + MAX_CHARACTERS_A_PART]


_OFFICE = "application/vnd.openxmlformats-officedocument"
_READERS: dict[str, Callable[[bytes], Iterator[tuple[str, str]]]] = {
    "application/pdf": _pdf,
    f"{_OFFICE}.wordprocessingml.document": _docx,
    f"{_OFFICE}.spreadsheetml.sheet": _xlsx,
    "text/plain": _plain,
    "text/csv": _plain,
}


def _cut(parts: Iterator[tuple[str, str]]) -> Iterator[Part]:
    left = MAX_CHARACTERS
    for label, text in islice(parts, MAX_PARTS):
        text = clean(text)[: min(MAX_CHARACTERS_A_PART, left)].strip()
        if text:
            left -= len(text)
            yield Part(label, text)
        if left <= 0:
            return
