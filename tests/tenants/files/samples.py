"""Files made for tests: honest ones, and ones that lie."""

from __future__ import annotations

import struct
import zipfile
import zlib
from io import BytesIO

import docx
import openpyxl
from PIL import Image


def jpeg(
    width: int = 800, height: int = 600, *, located: bool = False, orientation: int | None = None
) -> bytes:
    """A photo, left half green and right half brick; with camera and place when `located`."""
    picture = Image.new("RGB", (width, height), "#2c7a4b")
    picture.paste("#a8432d", (width // 2, 0, width, height))
    exif = Image.Exif()
    if orientation:
        exif[0x0112] = orientation
    if located:
        exif[0x0110] = "Camera of a resident"
        exif.get_ifd(0x8825).update({1: "N", 2: (39.0, 54.0, 9.0), 3: "E", 4: (116.0, 39.0, 25.0)})
    out = BytesIO()
    picture.save(out, "JPEG", exif=exif, comment=b"taken at home" if located else b"")
    return out.getvalue()


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


def archive(parts: dict[str, bytes]) -> bytes:
    """A ZIP package with these parts."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as container:
        for name, data in {"[Content_Types].xml": b"<Types/>", **parts}.items():
            container.writestr(name, data)
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
