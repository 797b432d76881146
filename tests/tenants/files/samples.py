"""Files made for tests: honest ones, and ones that lie."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Sequence
from io import BytesIO

import docx
import openpyxl
import pypdf
from PIL import Image

_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"


def jpeg(
    width: int = 800,
    height: int = 600,
    *,
    located: bool = False,
    orientation: int | None = None,
    artist: str = "",
) -> bytes:
    """A photo, left half green and right half brick; with camera and place when `located`."""
    picture = Image.new("RGB", (width, height), "#2c7a4b")
    picture.paste("#a8432d", (width // 2, 0, width, height))
    exif = Image.Exif()
    if orientation:
        exif[0x0112] = orientation
    if artist:
        exif[0x013B] = artist.encode()
    if located:
        exif[0x0110] = "Camera of a resident"
        exif.get_ifd(0x8825).update({1: "N", 2: (39.0, 54.0, 9.0), 3: "E", 4: (116.0, 39.0, 25.0)})
    out = BytesIO()
    picture.save(out, "JPEG", exif=exif, comment=b"taken at home" if located else b"")
    return out.getvalue()


def scanned_jpeg(scans: int) -> bytes:
    """A large plain photo whose last scan comes again and again: each costs the whole picture once more."""
    out = BytesIO()
    Image.new("RGB", (4000, 3000), "#2c7a4b").save(out, "JPEG", progressive=True)
    whole = out.getvalue()
    last = whole[whole.rindex(b"\xff\xda") : -2]
    return whole[:-2] + last * scans + whole[-2:]


def png(width: int = 40, height: int = 30, mode: str = "RGB") -> bytes:
    out = BytesIO()
    Image.new(mode, (width, height)).save(out, "PNG")
    return out.getvalue()


def gif(frames: int = 3) -> bytes:
    out = BytesIO()
    pictures = [Image.new("P", (50, 40), n) for n in range(frames)]
    pictures[0].save(out, "GIF", save_all=True, append_images=pictures[1:])
    return out.getvalue()


def webp() -> bytes:
    out = BytesIO()
    Image.new("RGB", (60, 50), "red").save(out, "WEBP")
    return out.getvalue()


def png_bomb(side: int = 30_000) -> bytes:
    """A few hundred bytes a row of nothing, `side` squared pixels when opened."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    squeezed = zlib.compress(bytes((side // 8 + 1) * side), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", squeezed) + chunk(b"IEND", b"")


def pdf() -> bytes:
    return (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n"
        b"xref\n0 3\n0000000000 65535 f \n0000000009 00000 n \n0000000052 00000 n \n"
        b"trailer<</Size 3/Root 1 0 R>>\nstartxref\n101\n%%EOF\n"
    )


def word(*paragraphs: str) -> bytes:
    document = docx.Document()
    for paragraph in paragraphs or ("一、工作目标",):
        document.add_paragraph(paragraph)
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def excel() -> bytes:
    out = BytesIO()
    book = openpyxl.Workbook()
    book.active["A1"] = "台账"  # type: ignore[index]
    book.save(out)
    return out.getvalue()


def zipped(parts: dict[str, bytes]) -> bytes:
    """A ZIP archive of these files."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as container:
        for name, data in parts.items():
            container.writestr(name, data)
    return out.getvalue()


def archive(parts: dict[str, bytes]) -> bytes:
    """A package of Office with these parts."""
    return zipped({"[Content_Types].xml": b"<Types/>", **parts})


def content_types(of: dict[str, str]) -> bytes:
    """The list of content types of a package: of a part (its name) or of every part with an extension."""
    entries = "".join(
        f'<Override PartName="/{name}" ContentType="{content_type}"/>'
        if "/" in name
        else f'<Default Extension="{name}" ContentType="{content_type}"/>'
        for name, content_type in of.items()
    )
    return f'<Types xmlns="{_PACKAGE}/content-types">{entries}</Types>'.encode()


def office(
    parts: dict[str, bytes] | None = None,
    *,
    types: dict[str, str] | None = None,
    relations: Sequence[tuple[str, str, bool]] = (),
) -> bytes:
    """A Word file with further parts, content types, and relations: what for, target, whether outside."""
    entries = "".join(
        f'<Relationship Id="r{n}" Type="{_OFFICE}/relationships/{purpose}" Target="{target}"'
        f' TargetMode="{"External" if outside else "Internal"}"/>'
        for n, (purpose, target, outside) in enumerate(relations)
    )
    return archive(
        {
            "[Content_Types].xml": content_types(types or {}),
            "word/document.xml": b"<a/>",
            "word/_rels/document.xml.rels": (
                f'<Relationships xmlns="{_PACKAGE}/relationships">{entries}</Relationships>'
            ).encode(),
            **(parts or {}),
        }
    )


def packed(name: str, data: bytes, *streams: str) -> bytes:
    """A compound file with a file put into it as Windows does (Packager)."""
    native = b"\x02\0" + (name.encode("gb18030") + b"\0") * 2 + bytes(8) + data
    return compound("\x01Ole10Native", *streams) + native.ljust(-(-len(native) // 512) * 512, b"\0")


def locked_pdf(*, owner: str, user: str = "") -> bytes:
    """A PDF with a page and the password of its owner; with `user`, also one for opening."""
    writer = pypdf.PdfWriter()
    writer.add_blank_page(200, 200)
    writer.encrypt(user_password=user, owner_password=owner, algorithm="AES-256")
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def powerpoint() -> bytes:
    return archive({"ppt/presentation.xml": b"<p:presentation/>"})


def compound(*streams: str) -> bytes:
    """An older Office file as far as its directory goes: the header, then entries of 128 bytes."""
    entries = b""
    for number, name in enumerate(("Root Entry", *streams)):
        written = name.encode("utf-16-le") + b"\0\0"
        entries += (
            written.ljust(64, b"\0") + struct.pack("<HBB", len(written), 2 if number else 5, 1) + bytes(60)
        )
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
    return header + entries + bytes(-len(entries) % 512)


def broken(data: bytes) -> bytes:
    """Cut off in the middle, as when the line went down."""
    return data[: len(data) // 2]
