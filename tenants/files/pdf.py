"""What makes a PDF one that everybody can open, whatever stands before and after it."""

from __future__ import annotations

import re
from typing import BinaryIO

from pypdf import PasswordType, PdfReader

from tenants.files import archives
from tenants.rules import N_, Invalid

#: Some programs write a byte-order mark or blanks first; readers skip them.
HEAD = re.compile(rb"(?:\xef\xbb\xbf)?\s*%PDF-")
_END = b"%%EOF"
_CHUNK = 64 * 1024


def check_pdf(content: BinaryIO) -> None:
    """Refuse what is not whole, hides an archive behind its end, or asks for a password. Raises `Invalid`.

    Zeros behind the end are padding of scanners and mail gateways.
    """
    end = _end(content)
    content.seek(max(0, end - _CHUNK))
    tail = content.read(min(end, _CHUNK))
    if _END not in tail[-4096:]:
        raise Invalid({"file": N_("这个 PDF 不完整，请重新导出后再上传。")})
    if archives.END_OF_ZIP in tail:
        raise Invalid({"file": archives.HIDDEN})
    content.seek(0)
    # the trailer that names the encryption stands in the clear, compressed or not
    if b"/Encrypt" in content.read() and _asks_for_password(content):
        raise Invalid({"file": archives.LOCKED})


def _end(content: BinaryIO) -> int:
    """Where the content ends when the zeros behind it are left out."""
    at = content.seek(0, 2)
    while at:
        start = max(0, at - _CHUNK)
        content.seek(start)
        if chunk := content.read(at - start).rstrip(b"\0"):
            return start + len(chunk)
        at = start
    return 0


def _asks_for_password(content: BinaryIO) -> bool:
    """Whether it opens for nobody without one. A password of its owner only keeps from changing and printing."""
    try:
        reader = PdfReader(content)
        return reader.is_encrypted and reader.decrypt("") == PasswordType.NOT_DECRYPTED
    except NotImplementedError:
        return True  # locked by certificates
    except Exception:  # a damaged file may raise anything; viewers may still open it
        return False
