"""Pictures made anew for the web: sensible sizes, upright, and nothing in them but the picture.

What is stored is never the file that was sent: location, camera, thumbnails, comments and
whatever was hidden behind the pixels stay out.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from io import BytesIO
from math import ceil
from typing import BinaryIO

from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError, WebPImagePlugin  # noqa: F401 - is registered

from tenants.files.inspect import refuse
from tenants.rules import N_

Image.preinit()  # the other formats, once and not in each process that is forked from this one

#: Widths in pixels: a phone, a column of text, a wide screen.
WIDTHS = (480, 960, 1600)
#: WebP holds 16,383 pixels a side; long infographics (长图) come close.
_TALLEST = 16_000
_MOST_STORED_PIXELS = 30_000_000
_QUALITY = 82
#: Programs write a progressive JPEG in about ten scans, with some more in its thumbnails; each is all of it once more.
_MOST_SCANS = 100
_SCAN = b"\xff\xda"
_FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
CONTENT_TYPE = "image/webp"

#: What is cut off of a picture at the left, the top, the right and the bottom, as shares of its width and height.
Cut = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Variant:
    """The picture in one width: pixels and WebP bytes."""

    width: int
    height: int
    data: bytes


def reencode(content: BinaryIO, *, limit_pixels: int, widths: tuple[int, ...] = WIDTHS) -> list[Variant]:
    """The picture in every width up to its own, ascending; the last is the largest.

    Raises `Invalid` for one that is damaged or has more than `limit_pixels`. Of an
    animation the first frame is kept.
    """
    picture = _upright(content, limit_pixels)
    wide, high = picture.size
    storable = wide * min(1.0, _TALLEST / high, (_MOST_STORED_PIXELS / (wide * high)) ** 0.5)
    largest = max(1, int(min(max(widths), storable)))
    wanted = sorted({min(width, largest) for width in widths})
    return [_variant(picture, width) for width in wanted]


def cropped(content: BinaryIO, cut: Cut, *, limit_pixels: int) -> bytes:
    """What is left of the picture when that is cut off, as a PNG no wider than needed.

    Raises `Invalid` as `reencode` does.
    """
    out = BytesIO()
    shown = _upright(content, limit_pixels, cut)
    shown.thumbnail((max(WIDTHS), _TALLEST))
    _clean(shown).save(out, "PNG")
    return out.getvalue()


def left_of(size: tuple[int, int], cut: Cut) -> tuple[int, int, int, int]:
    """Left, top, right and bottom, in pixels, of what is left of a picture so large (width, height)."""
    (wide, high), (left, top, right, bottom) = size, cut
    return ceil(wide * left), ceil(high * top), int(wide * (1 - right)), int(high * (1 - bottom))


def _upright(content: BinaryIO, limit_pixels: int, cut: Cut = (0, 0, 0, 0)) -> Image.Image:
    content.seek(0)
    left, top, right, bottom = cut
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow warns of what is refused or harmless here
        try:
            with Image.open(content, formats=_FORMATS) as picture:
                if picture.width * picture.height > limit_pixels:
                    raise refuse(
                        N_("图片太大，最多 %(limit)s 万像素，请缩小后再上传。"), limit=limit_pixels // 10_000
                    )
                if picture.format == "JPEG" and _scans(content) > _MOST_SCANS:
                    raise refuse(N_("这张图片的结构异常，请另存为普通的 JPG 或 PNG 后再上传。"))
                needed = int(max(WIDTHS) / max(0.01, 1 - max(left + right, top + bottom)))
                picture.draft("RGB", (needed, needed))  # a JPEG is decoded no larger than needed
                picture.load()
                shown = picture.crop(left_of(picture.size, cut)) if any(cut) else picture
                if not all(shown.size):
                    raise ValueError("nothing is left of it")
                return _in_plain_colours(ImageOps.exif_transpose(shown))
        except Image.DecompressionBombError:
            raise refuse(
                N_("图片太大，最多 %(limit)s 万像素，请缩小后再上传。"), limit=limit_pixels // 10_000
            ) from None
        except (
            UnidentifiedImageError,
            OSError,
            SyntaxError,
            ValueError,
            EOFError,
            TypeError,
        ) as error:
            raise refuse(N_("图片已损坏，打不开。请重新导出后再上传。")) from error


def _scans(content: BinaryIO) -> int:
    at = content.tell()
    content.seek(0)
    count = content.read().count(_SCAN)
    content.seek(at)
    return count


def _in_plain_colours(picture: Image.Image) -> Image.Image:
    """sRGB of eight bits, with transparency only where there is some."""
    if picture.mode.startswith("I;16"):
        picture = _in_eight_bits(picture)
    transparent = "A" in picture.getbands() or "transparency" in picture.info
    profile = picture.info.get("icc_profile")
    if profile and picture.mode in ("RGB", "CMYK"):
        try:
            source = ImageCms.ImageCmsProfile(BytesIO(profile))
            converted = ImageCms.profileToProfile(
                picture, source, ImageCms.createProfile("sRGB"), outputMode="RGB"
            )
            if converted is not None:
                return converted
        except (ImageCms.PyCMSError, OSError, ValueError):
            pass  # a broken profile: the colours as they are
    return picture.convert("RGBA" if transparent else "RGB")


def _in_eight_bits(picture: Image.Image) -> Image.Image:
    """A grey picture of sixteen bits scaled down; left to itself the conversion cuts off everything bright."""
    scaled = picture.point(lambda value: value * (1 / 256)).convert("L")
    if (clear := picture.info.get("transparency")) is not None:
        scaled.info["transparency"] = clear >> 8
    return scaled


def _variant(picture: Image.Image, width: int) -> Variant:
    height = max(1, round(picture.height * width / picture.width))
    sized = picture if width == picture.width else picture.resize((width, height), Image.Resampling.LANCZOS)
    out = BytesIO()
    # drawings and maps have few colours: without loss they are sharper and smaller
    drawing = sized.getcolors(256) is not None
    _clean(sized).save(out, "WEBP", quality=_QUALITY, method=4, lossless=drawing)
    return Variant(sized.width, sized.height, out.getvalue())


def _clean(picture: Image.Image) -> Image.Image:
    """The pixels alone."""
    clean = Image.new(picture.mode, picture.size)
    clean.paste(picture)
    return clean
