"""The drawn pictures: the same from the same seed, different from another, grey before."""

from __future__ import annotations

from functools import cache
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageStat

from demo.content import district
from demo.newsroom import pictures_of
from demo.pictures import SCENES, Picture, draw, draw_all

#: Scenes whose two states are two drawings.
TWO_STATES = (
    "pocket_park",
    "canal",
    "playground",
    "street",
    "lane",
    "market",
    "bus_stop",
    "old_block",
    "parking",
)


#: Wide enough to tell pictures apart.
WIDTH = 480


@cache
def drawn(scene: str, seed: str = "一", *, before: bool = False) -> bytes:
    return draw(Picture(scene, seed, before=before, width=WIDTH))


def opened(picture: bytes) -> Image.Image:
    return Image.open(BytesIO(picture)).convert("RGB")


def difference(first: Image.Image, second: Image.Image) -> float:
    """Mean difference of two pictures, 0 to 255."""
    mean = ImageStat.Stat(ImageChops.difference(first, second)).mean
    return sum(mean) / len(mean)


def colourfulness(image: Image.Image) -> float:
    return float(ImageStat.Stat(image.convert("HSV").getchannel("S")).mean[0])


@pytest.mark.parametrize("scene", SCENES)
def test_a_seed_is_a_picture(scene: str) -> None:
    first = drawn(scene)
    assert first == draw(Picture(scene, "一", width=WIDTH))
    picture = Image.open(BytesIO(first))
    assert picture.size == (WIDTH, 300) and picture.format == "JPEG"
    assert difference(opened(first), opened(drawn(scene, "二"))) > 3


@pytest.mark.parametrize("scene", TWO_STATES)
def test_before_is_greyer(scene: str) -> None:
    before, after = opened(drawn(scene, before=True)), opened(drawn(scene))
    assert colourfulness(before) < 0.72 * colourfulness(after)
    assert difference(before, after) > 10


def test_no_two_pictures_of_the_district_are_the_same() -> None:
    wanted = [picture for tenant in district().tenants for picture in pictures_of(tenant)]
    assert len(wanted) == len({picture.file_name for picture in wanted})
    covers = {p.cover for tenant in district().tenants for p in tenant.publications}
    assert len(covers) >= 12, "the covers show too few kinds of scene"


def test_what_is_drawn_is_kept(tmp_path: Path) -> None:
    picture = Picture("poster", "一", width=480)
    told: list[tuple[int, int]] = []
    path = draw_all([picture], tmp_path, lambda done, total: told.append((done, total)))[picture]
    assert told == [(1, 1)]
    Image.open(path).verify()
    path.write_bytes(b"kept")
    assert draw_all([picture], tmp_path)[picture].read_bytes() == b"kept"
