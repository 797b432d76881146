"""Formats that are not taken but often sent, mostly under the name of one that is: called by their names."""

from __future__ import annotations

import re
import zipfile
from typing import BinaryIO

from tenants.rules import N_, Invalid

_OFFICE_NAME = re.compile(r"\.(?:docx?|xlsx?|pptx?|wps|et|dps)[. ]*$", re.IGNORECASE)
_RTF = N_("这其实是 RTF 文件，不是它的名字说的格式。请用 Word 或 WPS 打开，另存为 .docx 再上传。")
_MHTML = N_("这其实是网页存档（MHTML）。请用 Word 或 WPS 打开，另存为 .docx 或 .xlsx 再上传。")
_HTML = N_("这其实是网页（HTML）。请用 Word 或 WPS 打开，另存为 .docx 或 .xlsx 再上传。")
_XML = N_("这其实是 XML 文件。请用 Word 或 WPS 打开，另存为 .docx 或 .xlsx 再上传。")
_OFD = N_("这是 OFD 文件，请转成 PDF 再上传。")
_ODF = N_("这是 OpenDocument 文件。请另存为 .docx、.xlsx 或 .pptx 再上传。")
_ARCHIVE = N_("这是压缩包，请解压后上传里面的文件。")
_MULTIPART = re.compile(rb"^content-type:\s*multipart/related", re.IGNORECASE | re.MULTILINE)


def refuse_by_name(head: bytes, filename: str) -> None:
    """Refuse one of these formats by its first bytes. Raises `Invalid`."""
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith(rb"{\rt"):
        raise Invalid({"file": _RTF})
    if start.lower().startswith((b"mime-version:", b"from:")) and _MULTIPART.search(start):
        raise Invalid({"file": _MHTML})
    if start.startswith((b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b\x08")):
        raise Invalid({"file": _ARCHIVE})
    if _OFFICE_NAME.search(filename) and start.startswith(b"<"):
        raise Invalid({"file": _XML if start.lower().startswith(b"<?xml") else _HTML})


def refuse_archive(content: BinaryIO, names: frozenset[str]) -> None:
    """Refuse a ZIP that is no package of Office; `names` are its files. Raises `Invalid`."""
    if "OFD.xml" in names:
        raise Invalid({"file": _OFD})
    with zipfile.ZipFile(content) as package:
        if "mimetype" in names and package.read("mimetype")[:60].startswith(b"application/vnd.oasis."):
            raise Invalid({"file": _ODF})
    raise Invalid({"file": _ARCHIVE})
