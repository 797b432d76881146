"""Pictures in documents: where they were taken and by whom, which cameras and telephones write beside the pixels."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from PIL import Image

from tenants.files.findings import Trace, Traces
from tenants.files.sweeping.parts import Parts

_JPEG, _PNG = b"\xff\xd8", b"\x89PNG\r\n\x1a\n"
ORIENTATION = 0x0112
_GPS, _LATITUDE, _LONGITUDE = 0x8825, 2, 4
#: Artist, owner and the author as Windows notes it.
_NAMES = (0x013B, 0x9C9D)
_EXIF, _OWNER = 0x8769, 0xA430
#: The segments of a JPEG that the pixels need: JFIF, colours (ICC), Adobe's colour space.
_NEEDED = re.compile(rb"\xff(?:\xe0..JFIF|\xe2..ICC_PROFILE|\xee..Adobe|[^\xe0-\xef\xfe])", re.DOTALL)
#: What ends the data of a scan: any mark but a byte that was made up to look like one, and a restart.
_MARK = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_SCAN, _END = 0xDA, 0xD9
_REMARKS = frozenset({b"tEXt", b"zTXt", b"iTXt", b"eXIf", b"tIME"})


def sweep(parts: Parts, traces: Traces) -> None:
    """Note and take out what the pictures of a package hold besides their pixels."""
    for part in parts.reached():
        data = parts.content(part) if parts.types.get(part, "").startswith("image/") else b""
        if note(data, traces):
            parts.replace(part, bare(data))


def note(data: bytes, traces: Traces) -> bool:
    """Note where a picture was taken and by whom; true for a picture from which something can be taken out."""
    if not data.startswith((_JPEG, _PNG)):
        return False
    known = _known(data)
    if known.located:
        traces.add(Trace.PLACES, _coordinates(known.place))
    for name in known.names:
        traces.name(_text(name))
    return True


def bare(data: bytes) -> bytes:
    """The same pixels, as upright as before, and nothing else; as it was where it is made oddly, or another kind."""
    if not data.startswith((_JPEG, _PNG)):
        return data
    try:
        return b"".join(_segments(data)) if data.startswith(_JPEG) else b"".join(_chunks(data))
    except ValueError:
        return data


@dataclass(frozen=True, slots=True)
class _Known:
    """What a picture says of itself."""

    turned: int = 1
    located: bool = False
    place: Mapping[int, Any] = field(default_factory=dict)
    names: tuple[Any, ...] = ()


def _known(data: bytes) -> _Known:
    try:
        with Image.open(BytesIO(data), formats=("JPEG", "PNG")) as picture:
            exif, described = picture.getexif(), picture.info.get("xmp")
            place = exif.get_ifd(_GPS)
            located = bool(place.get(_LATITUDE)) or b"GPSLatitude" in bytes(described or b"")
            names = (*map(exif.get, _NAMES), exif.get_ifd(_EXIF).get(_OWNER))
            return _Known(exif.get(ORIENTATION, 1), located, place, names)
    except Exception:  # damaged notes may raise anything, and say nothing to anybody
        return _Known()


def _text(value: Any) -> str:
    """A name as it was written: Windows notes it in UTF-16, and everybody else in UTF-8, which is read as Latin-1."""
    if isinstance(value, bytes):
        return value.decode("utf-16-le", "ignore").strip("\0 ")
    words = str(value or "").strip("\0 ")
    try:
        return words.encode("latin-1").decode()
    except UnicodeError:
        return words


def _coordinates(place: Mapping[int, Any]) -> str:
    """Latitude and longitude in degrees; nothing where they are noted in some other way."""
    try:
        degrees = [
            sum(float(part) / 60**n for n, part in enumerate(place[tag])) for tag in (_LATITUDE, _LONGITUDE)
        ]
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return ""
    signs = [-1 if place.get(tag - 1) in ("S", "W") else 1 for tag in (_LATITUDE, _LONGITUDE)]
    return ", ".join(f"{sign * degree:.5f}" for sign, degree in zip(signs, degrees, strict=True))


def _segments(data: bytes) -> Iterator[bytes]:
    """The needed segments of a JPEG up to its end; what cameras put behind that is another picture."""
    yield _JPEG
    yield _upright(data)
    at = 2
    while at + 4 <= len(data) and data[at + 1] != _END:
        if data[at] != 0xFF:
            raise ValueError("no mark of a segment")
        length = 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        if _NEEDED.match(data, at):
            yield data[at : at + length]
        if data[at + 1] == _SCAN:
            found = _MARK.search(data, at + length)
            yield data[at + length : found.start() if found else len(data)]
            length = (found.start() if found else len(data)) - at
        at += length
        while data[at + 1 : at + 2] == b"\xff":  # filling
            at += 1
    yield bytes((0xFF, _END))


def _upright(data: bytes) -> bytes:
    """A segment that says how the picture is to be turned, where it is."""
    turned = _known(data).turned
    if turned not in range(2, 9):
        return b""
    exif = Image.Exif()
    exif[ORIENTATION] = turned
    said = exif.tobytes()
    return b"\xff\xe1" + struct.pack(">H", len(said) + 2) + said


def _chunks(data: bytes) -> Iterator[bytes]:
    """The chunks of a PNG without remarks, up to its end."""
    yield _PNG
    at = len(_PNG)
    while at + 12 <= len(data):
        length = 12 + int.from_bytes(data[at : at + 4], "big")
        name = data[at + 4 : at + 8]
        if name not in _REMARKS:
            yield data[at : at + length]
        if name == b"IEND":
            return
        at += length
