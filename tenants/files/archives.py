"""Office containers read with care: ZIP packages that may swell, and the older compound files."""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from typing import BinaryIO

from tenants.files.prolog import Declared, Prolog
from tenants.rules import N_, Invalid

OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
END_OF_ZIP = b"PK\x05\x06"

#: An honest package has some hundred parts, pictures that hardly shrink, and XML that shrinks tenfold or so.
MAX_PARTS = 5_000
MAX_UNPACKED = 400 * 1024 * 1024
MAX_RATIO = 200
#: XML opened by the importers is held in memory many times over.
MAX_XML = 100 * 1024 * 1024
#: Pictures and films in a package: a plain screenshot as a bitmap shrinks a thousandfold.
_MEDIA = re.compile(r"(?:word|xl|ppt)/media/", re.IGNORECASE)
#: Drawings and pages, which Office keeps as they came, declare their type; no reader of ours opens one.
_OTHER_XML = re.compile(r".+\.(?:svg|x?html?)", re.IGNORECASE)
_OTHER_TYPES = frozenset({"svg", "html"})

_LEADS_OUT = re.compile(r"(^|/)\.\.(/|$)|^/|\\|\x00")

HIDDEN = N_("文件里藏有另一个文件，不能上传。")
STRANGE = N_("文件结构异常，不能上传。")
LOCKED = N_("文件有打开密码，请取消密码后再上传。")
DAMAGED = N_("文件已损坏，打不开。请用原来的软件重新保存后再上传。")


def _refuse(message: str) -> Invalid:
    return Invalid({"file": message})


def check_zip(content: BinaryIO) -> frozenset[str]:
    """The names in a package that is safe to open. Raises `Invalid` for one that is not.

    Refused are damaged and encrypted ones, bombs (by what really comes out, not by what
    the directory says), entries that lead out, DTDs, and files hidden before or behind.
    """
    size = content.seek(0, 2)
    try:
        with zipfile.ZipFile(content) as package:
            entries = package.infolist()
            if package.start_dir > size or (entries and min(e.header_offset for e in entries) != 0):
                raise _refuse(HIDDEN)
            _check_end(content, size, len(package.comment))
            if len(entries) > MAX_PARTS or len({e.filename for e in entries}) != len(entries):
                raise _refuse(STRANGE)
            total = 0
            for entry in entries:
                if entry.flag_bits & 0x1:
                    raise _refuse(LOCKED)
                strange = entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
                if strange or _LEADS_OUT.search(entry.filename):
                    raise _refuse(STRANGE)
                total += _measure(package, entry, MAX_UNPACKED - total)
            return frozenset(entry.filename for entry in entries)
    except (
        zipfile.BadZipFile,
        zlib.error,
        struct.error,
        EOFError,
        OSError,
        NotImplementedError,
        ValueError,
    ) as error:
        raise _refuse(DAMAGED) from error


def _check_end(content: BinaryIO, size: int, comment: int) -> None:
    """The directory's end record is the end of the file: nothing is appended."""
    content.seek(max(0, size - 22 - comment))
    if content.read(4) != END_OF_ZIP:
        raise _refuse(HIDDEN)


def _measure(package: zipfile.ZipFile, entry: zipfile.ZipInfo, left: int) -> int:
    """Unpack an entry to nowhere; its size. Stops as soon as it is too much, or XML that declares a document type."""
    usual = max(entry.compress_size, 4096) * MAX_RATIO
    prolog, size = Prolog(), 0
    with package.open(entry) as part:
        while True:
            chunk = part.read(64 * 1024)
            try:
                prolog.feed(chunk, final=not chunk)
            except Declared as declared:
                if not (_OTHER_XML.fullmatch(entry.filename) and declared.root.lower() in _OTHER_TYPES):
                    raise _refuse(STRANGE) from declared
            if not chunk:
                return size
            size += len(chunk)
            # by what it is, not by what it is called
            most = min(left, MAX_XML) if prolog.is_xml else left
            if prolog.is_xml or not _MEDIA.match(entry.filename):
                most = min(most, usual)
            if size > most:
                raise _refuse(N_("文件解开后大得异常，不能上传。"))


def ole_streams(data: bytes) -> frozenset[str]:
    """Names of the streams and storages in a compound file (the older Office formats), without their first mark."""
    names = set()
    # directory entries are 128 bytes long and sectors a multiple of that, so entries sit on that grid
    for at in range(512, len(data) - 127, 128):
        entry = data[at : at + 128]
        length = int.from_bytes(entry[64:66], "little")
        if (
            entry[66] in (1, 2, 5)
            and 2 < length <= 64
            and length % 2 == 0
            and entry[length - 2 : length] == b"\0\0"
        ):
            name = entry[: length - 2].decode("utf-16-le", "replace").lstrip("\1\2\3\5")
            if name.isprintable():
                names.add(name)
    return frozenset(names)
