"""The sheet that scenes draw on: units, colours, soft edges, light and paper grain.

A sheet is 1600 × 1000 units, however many pixels wide it becomes. It is drawn at twice its size and halved at the
end, which smooths every edge. The origin is top left, as on paper.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from functools import lru_cache
from io import BytesIO
from itertools import pairwise

from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter

WIDTH = 1600
HEIGHT = 1000
_SMOOTH = 2

Colour = tuple[int, int, int]
Point = tuple[float, float]


def colour(code: str) -> Colour:
    """`"#2C7A4B"` as numbers."""
    return int(code[1:3], 16), int(code[3:5], 16), int(code[5:7], 16)


PAPER = colour("#FBFAF6")
INK = colour("#1E2A2E")
GREEN = colour("#2C7A4B")
BLUE = colour("#23588C")
BRICK = colour("#A8432D")
GOLD = colour("#B98A1E")


def mix(first: Colour, second: Colour, share: float) -> Colour:
    """`share` of the second colour in the first, 0 to 1."""
    return (
        round(first[0] + (second[0] - first[0]) * share),
        round(first[1] + (second[1] - first[1]) * share),
        round(first[2] + (second[2] - first[2]) * share),
    )


def tint(base: Colour, share: float) -> Colour:
    """The colour thinned with paper; 0 is pure paper, 1 the colour itself."""
    return mix(PAPER, base, share)


def shade(base: Colour, share: float) -> Colour:
    """The colour darkened with ink by `share`."""
    return mix(base, INK, share)


GREY = tint(INK, 0.45)
STONE = mix(tint(INK, 0.22), GOLD, 0.06)
WARM = mix(PAPER, GOLD, 0.16)
SAND = mix(PAPER, GOLD, 0.3)
SKIN = mix(SAND, BRICK, 0.22)
LEAF = mix(GREEN, GOLD, 0.25)
SPRING = mix(tint(GREEN, 0.75), GOLD, 0.3)


class Canvas:
    """One picture in the making, `width` pixels wide. `rng` gives every chance of the scene, so a seed is a picture."""

    def __init__(self, seed: str, width: int = WIDTH) -> None:
        self.rng = random.Random(seed)
        self._size = width, width * HEIGHT // WIDTH
        self._scale = _SMOOTH * width / WIDTH
        self.image = Image.new("RGB", (self._size[0] * _SMOOTH, self._size[1] * _SMOOTH), PAPER)
        self._pen = ImageDraw.Draw(self.image, "RGBA")

    # -- plain shapes ---------------------------------------------------------------------

    def polygon(self, points: Sequence[Point], fill: Colour, opacity: float = 1.0) -> None:
        self._pen.polygon([(x * self._scale, y * self._scale) for x, y in points], fill=_ink(fill, opacity))

    def rect(
        self, x: float, y: float, w: float, h: float, fill: Colour, opacity: float = 1.0, radius: float = 0
    ) -> None:
        if w <= 0 or h <= 0:
            return
        left, top = x * self._scale, y * self._scale
        right, bottom = (x + w) * self._scale - 1, (y + h) * self._scale - 1
        box = (left, top, max(left, right), max(top, bottom))
        if radius:
            self._pen.rounded_rectangle(box, radius * self._scale, fill=_ink(fill, opacity))
        else:
            self._pen.rectangle(box, fill=_ink(fill, opacity))

    def ellipse(self, cx: float, cy: float, rx: float, ry: float, fill: Colour, opacity: float = 1.0) -> None:
        box = ((cx - rx) * self._scale, (cy - ry) * self._scale, (cx + rx) * self._scale, (cy + ry) * self._scale)
        self._pen.ellipse(box, fill=_ink(fill, opacity))

    def circle(self, cx: float, cy: float, r: float, fill: Colour, opacity: float = 1.0) -> None:
        self.ellipse(cx, cy, r, r, fill, opacity)

    def ring(
        self, cx: float, cy: float, rx: float, ry: float, width: float, fill: Colour, opacity: float = 1.0
    ) -> None:
        box = ((cx - rx) * self._scale, (cy - ry) * self._scale, (cx + rx) * self._scale, (cy + ry) * self._scale)
        self._pen.ellipse(box, outline=_ink(fill, opacity), width=max(1, round(width * self._scale)))

    def arc(
        self,
        cx: float,
        cy: float,
        r: float,
        start: float,
        end: float,
        width: float,
        fill: Colour,
        opacity: float = 1.0,
    ) -> None:
        """Degrees, clockwise from three o'clock."""
        box = ((cx - r) * self._scale, (cy - r) * self._scale, (cx + r) * self._scale, (cy + r) * self._scale)
        self._pen.arc(box, start, end, fill=_ink(fill, opacity), width=max(1, round(width * self._scale)))

    def pie(
        self, cx: float, cy: float, r: float, start: float, end: float, fill: Colour, opacity: float = 1.0
    ) -> None:
        box = ((cx - r) * self._scale, (cy - r) * self._scale, (cx + r) * self._scale, (cy + r) * self._scale)
        self._pen.pieslice(box, start, end, fill=_ink(fill, opacity))

    def line(
        self,
        points: Sequence[Point],
        width: float,
        fill: Colour,
        opacity: float = 1.0,
        round_ends: bool = True,
    ) -> None:
        self._pen.line(
            [(x * self._scale, y * self._scale) for x, y in points],
            fill=_ink(fill, opacity),
            width=max(1, round(width * self._scale)),
            joint="curve",
        )
        if round_ends and opacity >= 1 and width > 2:
            for x, y in (points[0], points[-1]):
                self.circle(x, y, width / 2, fill)

    def dashes(
        self, points: Sequence[Point], width: float, fill: Colour, dash: float = 16, gap: float = 12
    ) -> None:
        """A dashed line along the points."""
        carried = 0.0
        for (x1, y1), (x2, y2) in pairwise(points):
            length = math.hypot(x2 - x1, y2 - y1)
            at = -carried
            while at < length:
                start, end = max(at, 0), min(at + dash, length)
                if end > start:
                    a, b = start / length, end / length
                    self.line(
                        [(x1 + (x2 - x1) * a, y1 + (y2 - y1) * a), (x1 + (x2 - x1) * b, y1 + (y2 - y1) * b)],
                        width,
                        fill,
                        round_ends=False,
                    )
                at += dash + gap
            carried = length - (at - dash - gap)
            carried = carried if carried < dash + gap else 0.0

    # -- light ----------------------------------------------------------------------------

    def gradient(
        self, y: float, h: float, top: Colour, bottom: Colour, x: float = 0, w: float = WIDTH
    ) -> None:
        """A band that runs from one colour to another downwards."""
        column = Image.new("RGB", (1, 64))
        column.putdata([mix(top, bottom, i / 63) for i in range(64)])
        band = column.resize(self._pixels(w, h), Image.Resampling.BILINEAR)
        self.image.paste(band, self._place(x, y))

    def glow(self, cx: float, cy: float, r: float, fill: Colour, opacity: float = 0.5) -> None:
        """A soft round light."""
        mask = _soft_disc().resize(self._pixels(2 * r, 2 * r), Image.Resampling.BILINEAR)
        self.image.paste(fill, self._place(cx - r, cy - r), mask.point(lambda v: v * opacity))

    def shadow(
        self, points: Sequence[Point], blur: float = 10, opacity: float = 0.25, fill: Colour = INK
    ) -> None:
        """A soft shadow of a shape; drawn small and enlarged, because a blur at full size is slow."""
        x1, y1 = min(p[0] for p in points) - 3 * blur, min(p[1] for p in points) - 3 * blur
        x2, y2 = max(p[0] for p in points) + 3 * blur, max(p[1] for p in points) + 3 * blur
        k = self._scale / 8
        mask = Image.new("L", (max(1, round((x2 - x1) * k)), max(1, round((y2 - y1) * k))), 0)
        ImageDraw.Draw(mask).polygon(
            [((x - x1) * k, (y - y1) * k) for x, y in points], fill=round(255 * opacity)
        )
        mask = mask.filter(ImageFilter.GaussianBlur(max(0.5, blur * k)))
        mask = mask.resize(self._pixels(x2 - x1, y2 - y1), Image.Resampling.BILINEAR)
        self.image.paste(fill, self._place(x1, y1), mask)

    def ground_shadow(self, cx: float, cy: float, rx: float, ry: float | None = None) -> None:
        """What stands on the ground darkens it a little, away from the light at the upper left."""
        ry = rx * 0.16 if ry is None else ry
        self.ellipse(cx + rx * 0.25, cy, rx, ry, INK, 0.13)

    def mirror(self) -> None:
        self.image = self.image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        self._pen = ImageDraw.Draw(self.image, "RGBA")

    def _pixels(self, w: float, h: float) -> tuple[int, int]:
        """A size on the sheet."""
        return max(1, round(w * self._scale)), max(1, round(h * self._scale))

    def _place(self, x: float, y: float) -> tuple[int, int]:
        return round(x * self._scale), round(y * self._scale)

    # -- finish ---------------------------------------------------------------------------

    def finish(self, *, faded: bool = False) -> bytes:
        """Halve, tone, lay on paper and encode. `faded` is the grey mood of a picture "before"."""
        image = self.image.reduce(_SMOOTH)
        if faded:
            image = ImageEnhance.Color(image).enhance(0.55)
            image = Image.blend(image, Image.new("RGB", image.size, mix(STONE, INK, 0.2)), 0.1)
        image = ImageChops.overlay(image, _grain(image.size))
        out = BytesIO()
        image.save(out, "JPEG", quality=86, optimize=False, subsampling=0)
        return out.getvalue()


def _ink(fill: Colour, opacity: float) -> tuple[int, int, int, int]:
    return (*fill, round(255 * opacity))


@lru_cache(maxsize=4)
def _grain(size: tuple[int, int]) -> Image.Image:
    """Paper: fine noise over broad, faint clouds."""
    rng = random.Random("paper")
    fine = Image.frombytes("L", size, rng.randbytes(size[0] * size[1]))
    fine = fine.filter(ImageFilter.GaussianBlur(0.8)).point(lambda v: 128 + (v - 128) * 0.1)
    broad = Image.frombytes("L", (40, 25), rng.randbytes(1000)).resize(size, Image.Resampling.BICUBIC)
    broad = broad.point(lambda v: 128 + (v - 128) * 0.05)
    return Image.merge("RGB", [ImageChops.add(fine, broad, 1, -128)] * 3)


@lru_cache(maxsize=1)
def _soft_disc() -> Image.Image:
    side = 96
    disc = Image.new("L", (side, side))
    middle = (side - 1) / 2
    disc.putdata(
        [
            round(255 * max(0.0, 1 - math.hypot(x - middle, y - middle) / middle) ** 1.6)
            for y in range(side)
            for x in range(side)
        ]
    )
    return disc


def curve(points: Sequence[Point], steps: int = 10, closed: bool = False) -> list[Point]:
    """A smooth line through the points (Catmull-Rom)."""
    pts = list(points)
    pts = [pts[-1], *pts, pts[0], pts[1]] if closed else [pts[0], *pts, pts[-1]]
    out: list[Point] = []
    for p0, p1, p2, p3 in zip(pts, pts[1:], pts[2:], pts[3:], strict=False):
        for i in range(steps):
            t = i / steps
            out.append((_spline(p0[0], p1[0], p2[0], p3[0], t), _spline(p0[1], p1[1], p2[1], p3[1], t)))
    if not closed:
        out.append(pts[-2])
    return out


def _spline(a: float, b: float, c: float, d: float, t: float) -> float:
    return 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t * t + (3 * b - a - 3 * c + d) * t**3)


def blob(
    rng: random.Random, cx: float, cy: float, rx: float, ry: float, wobble: float = 0.12, n: int = 11
) -> list[Point]:
    """A closed, uneven round: crowns, ponds, lawns, clouds."""
    points = []
    for i in range(n):
        angle = 2 * math.pi * i / n
        k = 1 + rng.uniform(-wobble, wobble)
        points.append((cx + math.cos(angle) * rx * k, cy + math.sin(angle) * ry * k))
    return curve(points, 6, closed=True)
