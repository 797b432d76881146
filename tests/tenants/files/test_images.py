"""Pictures are made anew: upright, in sensible sizes, with nothing in them but the picture."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tenants.files.images import WIDTHS, reencode
from tenants.rules import Invalid
from tests.tenants.files import samples

LIMIT = 50_000_000


def opened(data: bytes) -> Image.Image:
    picture = Image.open(BytesIO(data))
    picture.load()
    return picture


def test_a_large_photo_comes_in_three_widths() -> None:
    variants = reencode(BytesIO(samples.jpeg(4000, 3000)), limit_pixels=LIMIT)
    assert [(v.width, v.height) for v in variants] == [(480, 360), (960, 720), (1600, 1200)]
    for variant in variants:
        picture = opened(variant.data)
        assert picture.format == "WEBP" and picture.size == (variant.width, variant.height)


@pytest.mark.parametrize(
    ("width", "expected"), [(100, [100]), (480, [480]), (700, [480, 700]), (1600, list(WIDTHS))]
)
def test_a_picture_is_never_enlarged(width: int, expected: list[int]) -> None:
    assert [v.width for v in reencode(BytesIO(samples.jpeg(width, 90)), limit_pixels=LIMIT)] == expected


def test_place_camera_and_comment_stay_out() -> None:
    sent = samples.jpeg(900, 600, located=True)
    assert b"Camera of a resident" in sent and b"taken at home" in sent
    for variant in reencode(BytesIO(sent), limit_pixels=LIMIT):
        assert b"Camera" not in variant.data and b"home" not in variant.data
        picture = opened(variant.data)
        assert not picture.getexif() and not {"exif", "xmp", "icc_profile", "comment"} & set(picture.info)


UPRIGHT = [
    (1, (80, 60), (10, 30)), (3, (80, 60), (70, 30)), (6, (60, 80), (30, 10)), (8, (60, 80), (30, 70)),
]  # fmt: skip


@pytest.mark.parametrize(("orientation", "size", "green"), UPRIGHT)
def test_a_photo_held_sideways_is_set_upright(
    orientation: int, size: tuple[int, int], green: tuple[int, int]
) -> None:
    [variant] = reencode(BytesIO(samples.jpeg(80, 60, orientation=orientation)), limit_pixels=LIMIT)
    picture = opened(variant.data)
    assert picture.size == size
    red, other, _ = picture.getpixel(green)  # type: ignore[misc]
    assert other > red


def test_transparency_is_kept_and_drawings_lose_nothing() -> None:
    drawing = Image.new("RGBA", (500, 300), (0, 0, 0, 0))
    drawing.paste((35, 88, 140, 255), (50, 50, 200, 200))
    out = BytesIO()
    drawing.save(out, "PNG")
    largest = opened(reencode(out, limit_pixels=LIMIT)[-1].data)
    assert largest.mode == "RGBA"
    assert largest.getpixel((100, 100)) == (35, 88, 140, 255)
    assert largest.getpixel((10, 10))[3] == 0  # type: ignore[index]


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_kind_of_png_is_taken(mode: str) -> None:
    assert reencode(BytesIO(samples.png(50, 40, mode)), limit_pixels=LIMIT)[-1].width == 50


def test_a_grey_scan_of_sixteen_bits_keeps_its_shades() -> None:
    scan = (Path(__file__).parent / "inputs" / "23-grey16-scan.png").read_bytes()
    with Image.open(BytesIO(scan)) as source:
        expected = [source.getpixel((x, 100)) // 256 for x in range(0, 200, 10)]  # type: ignore[operator]
    stored = Image.open(BytesIO(reencode(BytesIO(scan), limit_pixels=LIMIT)[-1].data)).convert("L")
    shown = [stored.getpixel((x, 100)) for x in range(0, 200, 10)]
    assert len(set(shown)) > 10
    assert all(abs(a - b) <= 3 for a, b in zip(shown, expected, strict=True))  # type: ignore[operator]


def test_printers_colours_are_turned_into_screens_colours() -> None:
    out = BytesIO()
    Image.new("CMYK", (60, 40), (0, 255, 255, 0)).save(out, "JPEG")
    red, green, blue = opened(reencode(out, limit_pixels=LIMIT)[0].data).convert("RGB").getpixel((20, 20))  # type: ignore[misc]
    assert red > 180 and green < 80 and blue < 80


def test_of_an_animation_the_first_frame_is_kept() -> None:
    picture = opened(reencode(BytesIO(samples.gif()), limit_pixels=LIMIT)[0].data)
    assert not getattr(picture, "is_animated", False)


def test_a_long_infographic_stays_within_what_a_browser_can_show() -> None:
    variants = reencode(BytesIO(samples.png(1080, 20_000)), limit_pixels=LIMIT)
    assert max(v.height for v in variants) <= 16_000
    assert variants[-1].width > 480


def test_a_picture_that_swells_when_opened_is_refused() -> None:
    bomb = samples.png_bomb()
    assert len(bomb) < 300_000
    with pytest.raises(Invalid, match="5000 万像素"):
        reencode(BytesIO(bomb), limit_pixels=LIMIT)


def test_a_web_page_behind_the_pixels_is_gone() -> None:
    sent = samples.jpeg(100, 80) + b"<script>alert(1)</script>" + samples.archive({})
    [variant] = reencode(BytesIO(sent), limit_pixels=LIMIT)
    assert b"script" not in variant.data and b"PK" not in variant.data


@pytest.mark.parametrize("make", [samples.jpeg, samples.png, samples.gif, samples.webp])
def test_half_a_picture_is_refused_with_a_sentence(make) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(Invalid, match="图片已损坏"):
        reencode(BytesIO(samples.broken(make())), limit_pixels=LIMIT)


SENT = [samples.jpeg(60, 40), samples.png(), samples.gif(), samples.webp()]


@given(st.sampled_from(SENT), st.integers(0, 2**31), st.binary(min_size=1, max_size=16))
def test_a_damaged_picture_is_taken_or_refused_but_nothing_else(data: bytes, at: int, noise: bytes) -> None:
    at %= len(data)
    try:
        reencode(BytesIO(data[:at] + noise + data[at + len(noise) :]), limit_pixels=1_000_000)
    except Invalid as error:
        assert set(error.errors) == {"file"}


def test_a_photo_that_is_drawn_a_thousand_times_over_is_refused() -> None:
    assert len(reencode(BytesIO(samples.scanned_jpeg(3)), limit_pixels=LIMIT)) == 3
    with pytest.raises(Invalid, match="另存为普通的 JPG"):
        reencode(BytesIO(samples.scanned_jpeg(1000)), limit_pixels=LIMIT)
