"""What an upload really is: by its content, never by its name or the header it came with.

Everything that lies about itself, hides a second file, carries macros or would swell
when opened is refused with a sentence for the person who sent it.
"""

from __future__ import annotations

import hashlib
import re
import tempfile
import zipfile
from dataclasses import dataclass
from enum import StrEnum
from typing import BinaryIO, Protocol

from tenants.files import archives, foreign, packages, pdf
from tenants.files.names import display_name
from tenants.rules import N_, Invalid, Refusal

_CHUNK = 256 * 1024
_IN_MEMORY = 2 * 1024 * 1024


class Purpose(StrEnum):
    """What an upload is for; decides which types are taken."""

    PICTURE = "picture"
    ATTACHMENT = "attachment"
    IMPORT = "import"


@dataclass(frozen=True, slots=True)
class Kind:
    """A type of content: its usual file extension and its media type."""

    extension: str
    content_type: str

    @property
    def is_image(self) -> bool:
        return self.content_type.startswith("image/")


_OOXML = "application/vnd.openxmlformats-officedocument."
JPEG, PNG = Kind("jpg", "image/jpeg"), Kind("png", "image/png")
WEBP, GIF = Kind("webp", "image/webp"), Kind("gif", "image/gif")
PDF = Kind("pdf", "application/pdf")
DOCX = Kind("docx", f"{_OOXML}wordprocessingml.document")
XLSX = Kind("xlsx", f"{_OOXML}spreadsheetml.sheet")
PPTX = Kind("pptx", f"{_OOXML}presentationml.presentation")
DOC = Kind("doc", "application/msword")
XLS = Kind("xls", "application/vnd.ms-excel")
PPT = Kind("ppt", "application/vnd.ms-powerpoint")
TXT, CSV = Kind("txt", "text/plain"), Kind("csv", "text/csv")

_IMAGES = frozenset({JPEG, PNG, WEBP, GIF})
TAKEN = {
    Purpose.PICTURE: _IMAGES,
    Purpose.ATTACHMENT: _IMAGES | {PDF, DOCX, XLSX, PPTX, DOC, XLS, PPT, TXT, CSV},
    Purpose.IMPORT: frozenset({DOCX, TXT}),
}
_WANTED = {
    Purpose.PICTURE: N_("请上传 JPG、PNG、WebP 或 GIF 图片。"),
    Purpose.ATTACHMENT: N_("请上传 PDF、Word、Excel、PowerPoint、文本或图片文件。"),
    Purpose.IMPORT: N_("请上传 Word（.docx）或文本（.txt）文件。旧版 .doc 请先另存为 .docx。"),
}
#: The main part of a package, by its name as a rule; by its type wherever it lies.
_OOXML_PARTS = {"word/document.xml": DOCX, "xl/workbook.xml": XLSX, "ppt/presentation.xml": PPTX}
_OOXML_TYPES = {f"{kind.content_type}.main+xml": kind for kind in (DOCX, XLSX, PPTX)}
_ACTIVE_TEXT = re.compile(
    rb"^\s*<(?:!doctype|html|head|body|script|svg|\?xml|\?php|!--|iframe|img)", re.IGNORECASE
)
#: Of what text in this country is made, by far the most.
_USUAL = re.compile(r"[\s\x20-\x7e\u2010-\u2030\u3000-\u30ff\u4e00-\u9fff\uff00-\uffef]")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")


class Stream(Protocol):
    """What an upload is read from."""

    def read(self, size: int = ..., /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Received:
    """An upload taken in: its content, rewound, its size in bytes and its SHA-256 in hex."""

    content: BinaryIO
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Inspected:
    """What an upload is: its real type and a name that is safe to show."""

    kind: Kind
    name: str


def refuse(message: str, field: str = "file", **values: object) -> Invalid:
    """The error for an upload that is not taken."""
    return Invalid({field: Refusal(message, values)})


def receive(stream: Stream, *, limit: int) -> Received:
    """Take in at most `limit` bytes; the first byte more ends it, so no sender can fill memory or disk.

    Raises `Invalid` for an upload that is too large or empty.
    """
    content = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - handed on
    digest, size = hashlib.sha256(), 0
    while chunk := stream.read(min(_CHUNK, limit + 1 - size)):
        size += len(chunk)
        if size > limit:
            content.close()
            raise refuse(N_("文件太大，最多 %(limit)s MB。"), limit=max(1, limit // (1024 * 1024)))
        digest.update(chunk)
        content.write(chunk)
    if not size:
        content.close()
        raise refuse(N_("文件是空的。"))
    content.seek(0)
    return Received(content, size, digest.hexdigest())  # type: ignore[arg-type] # a file in all but name


def inspect(content: BinaryIO, filename: str, purpose: Purpose) -> Inspected:
    """Find out what `content` is. Raises `Invalid` for anything not taken for this purpose."""
    kind = _kind(content, filename, purpose)
    content.seek(0)
    if kind not in TAKEN[purpose]:
        raise refuse(_WANTED[purpose])
    return Inspected(kind, display_name(filename, kind.extension))


def _kind(content: BinaryIO, filename: str, purpose: Purpose) -> Kind | None:
    content.seek(0)
    head = content.read(4096)
    if head.startswith(b"\xff\xd8\xff"):
        return JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return WEBP
    if head.startswith((b"GIF87a", b"GIF89a")):
        return GIF
    if head[4:8] == b"ftyp" and head[8:12] in (b"heic", b"heix", b"mif1", b"msf1", b"heim", b"heis"):
        raise refuse(N_("这是 HEIC 照片，请先转成 JPG 再上传。"))
    if pdf.HEAD.match(head):
        if PDF in TAKEN[purpose]:  # else what is wrong with it does not matter
            pdf.check_pdf(content)
        return PDF
    if head.startswith(b"PK\x03\x04"):
        return _ooxml(content)
    if head.startswith(archives.OLE_MAGIC):
        return _ole(content)
    return _text(content, filename)


def _ooxml(content: BinaryIO) -> Kind | None:
    names = archives.check_zip(content)
    if packages.CONTENT_TYPES not in names:
        foreign.refuse_archive(content, names)
    packages.refuse_active(content)
    with zipfile.ZipFile(content) as package:
        types = packages.content_types(package).values()
    found = {kind for part, kind in _OOXML_PARTS.items() if part in names}
    found |= {kind for main, kind in _OOXML_TYPES.items() if main in types}
    return found.pop() if len(found) == 1 else None


def _ole(content: BinaryIO) -> Kind | None:
    content.seek(0)
    streams = packages.check_compound(content.read())
    if "EncryptedPackage" in streams:
        raise Invalid({"file": archives.LOCKED})
    if "WordDocument" in streams:
        return DOC
    if streams & {"Workbook", "Book"}:
        return XLS
    return PPT if "PowerPoint Document" in streams else None


def _text(content: BinaryIO, filename: str) -> Kind | None:
    """Readable text all through, and not a web page under another name."""
    content.seek(0)
    data = content.read()
    foreign.refuse_by_name(data[:4096], filename)
    if _ACTIVE_TEXT.match(data.removeprefix(b"\xef\xbb\xbf")) or decode(data) is None:
        return None
    return CSV if filename.lower().rstrip(". ").endswith(".csv") else TXT


def decode(data: bytes) -> str | None:
    """The text of `data` in UTF-8, UTF-16 or GB18030, without the mark with which DOS ended texts (^Z).

    None when it is not text at all.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _decoded(data, "utf-16")
    if 0 in data[:4096]:  # in the other encodings no character has a zero byte
        found = [text for order in ("le", "be") if (text := _decoded(data, f"utf-16-{order}"))]
        text = max(found, key=_usual, default="")
        return text if _usual(text) > 0.9 else None
    text = _decoded(data, "utf-8-sig")
    return _decoded(data, "gb18030") if text is None else text


def _usual(text: str) -> float:
    """The share of usual characters in a text, from 0 to 1."""
    return len(_USUAL.findall(text)) / max(1, len(text))


def _decoded(data: bytes, encoding: str) -> str | None:
    try:
        text = data.decode(encoding).rstrip("\x1a")
    except UnicodeDecodeError:
        return None
    return None if _CONTROL.search(text) else text
