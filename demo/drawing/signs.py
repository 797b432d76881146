"""Signs of the trade: leaf and sprout, pins, compass, trees and cars from above."""

from __future__ import annotations

import math

from .canvas import BLUE, BRICK, GOLD, GREEN, GREY, INK, PAPER, Canvas, Colour, Point, curve, mix, shade
from .furniture import GLASS


def leaf(c: Canvas, x: float, y: float, length: float, angle: float, fill: Colour) -> None:
    """A leaf with its foot at (x, y); `angle` in degrees, 0 to the right, 90 up."""
    a = math.radians(angle)
    ux, uy, vx, vy = math.cos(a), -math.sin(a), math.sin(a), math.cos(a)

    def at(along: float, across: float) -> tuple[float, float]:
        return x + ux * along * length + vx * across * length, y + uy * along * length + vy * across * length

    upper = curve([at(0, 0), at(0.28, 0.19), at(0.62, 0.19), at(1, 0)], 8)
    lower = curve([at(1, 0), at(0.62, -0.19), at(0.28, -0.19), at(0, 0)], 8)
    c.polygon([*upper, *lower], fill)
    c.polygon([*lower, at(0, 0)], mix(fill, PAPER, 0.16))
    c.line([at(0, 0), at(0.9, 0)], length * 0.02, mix(fill, PAPER, 0.4), round_ends=False)


def sprout(c: Canvas, x: float, y: float, h: float, fill: Colour = GREEN) -> None:
    """The project's sign: two leaves on a stem."""
    stem = curve([(x, y), (x + h * 0.02, y - h * 0.35), (x, y - h * 0.6)], 8)
    c.line(stem, h * 0.05, shade(fill, 0.15))
    leaf(c, x, y - h * 0.56, h * 0.55, 42, fill)
    leaf(c, x, y - h * 0.56, h * 0.46, 138, mix(fill, GOLD, 0.3))


def pin(c: Canvas, x: float, y: float, h: float, fill: Colour) -> None:
    """A map pin with its tip at (x, y)."""
    r = h * 0.34
    c.ellipse(x + h * 0.1, y, h * 0.2, h * 0.06, INK, 0.2)
    c.polygon([(x - r * 0.86, y - h * 0.52), (x, y), (x + r * 0.86, y - h * 0.52)], fill)
    c.circle(x, y - h * 0.66, r, fill)
    c.circle(x, y - h * 0.66, r * 0.46, PAPER)


def compass(c: Canvas, x: float, y: float, r: float) -> None:
    c.ring(x, y, r, r, 3, INK)
    c.polygon([(x, y - r * 1.25), (x + r * 0.36, y + r * 0.5), (x, y + r * 0.2)], INK)
    c.polygon([(x, y - r * 1.25), (x - r * 0.36, y + r * 0.5), (x, y + r * 0.2)], GREY)


def scale_bar(c: Canvas, x: float, y: float, w: float) -> None:
    for k in range(4):
        c.rect(x + k * w / 4, y, w / 4, 10, INK if k % 2 == 0 else PAPER)
    c.rect(x, y, w, 1.6, INK)
    c.rect(x, y + 9, w, 1.6, INK)


def icon(c: Canvas, x: float, y: float, r: float, k: int, fill: Colour) -> None:
    """Tree, drop, house, person: enough to say what an indicator is about."""
    k %= 4
    if k == 0:
        c.circle(x, y - r * 0.25, r * 0.65, fill)
        c.rect(x - r * 0.1, y, r * 0.2, r, fill)
    elif k == 1:
        c.polygon(
            curve(
                [(x, y - r), (x + r * 0.66, y + r * 0.3), (x, y + r * 0.9), (x - r * 0.66, y + r * 0.3)],
                6,
                closed=True,
            ),
            fill,
        )
    elif k == 2:
        c.polygon([(x - r, y), (x, y - r * 0.9), (x + r, y)], fill)
        c.rect(x - r * 0.65, y - r * 0.05, r * 1.3, r * 0.85, fill)
    else:
        c.circle(x, y - r * 0.5, r * 0.38, fill)
        c.pie(x, y + r * 0.85, r * 0.8, 180, 360, fill)


def tree_above(c: Canvas, x: float, y: float, r: float, fill: Colour | None = None) -> None:
    """A tree as on a planting plan, with its shadow."""
    rng = c.rng
    fill = fill or rng.choice([GREEN, mix(GREEN, GOLD, 0.3), mix(GREEN, PAPER, 0.2), mix(GREEN, BLUE, 0.15)])
    c.circle(x + r * 0.3, y + r * 0.34, r, INK, 0.16)
    for k in range(8):
        a = k * math.pi / 4 + rng.uniform(-0.2, 0.2)
        c.circle(x + math.cos(a) * r * 0.6, y + math.sin(a) * r * 0.6, r * 0.44, shade(fill, 0.1))
    c.circle(x, y, r * 0.78, fill)
    for _ in range(5):
        c.circle(
            x + rng.uniform(-0.5, 0.3) * r,
            y + rng.uniform(-0.5, 0.3) * r,
            r * rng.uniform(0.14, 0.26),
            mix(fill, PAPER, 0.22),
            0.8,
        )


def small_tree(c: Canvas, x: float, y: float, h: float) -> None:
    fill = c.rng.choice([GREEN, mix(GREEN, GOLD, 0.3), mix(GREEN, BLUE, 0.16), mix(GOLD, GREEN, 0.25)])
    c.ellipse(x + h * 0.16, y + 1, h * 0.34, h * 0.14, INK, 0.15)
    c.rect(x - 2, y - h * 0.4, 4, h * 0.4, mix(INK, BRICK, 0.35))
    c.circle(x, y - h * 0.62, h * 0.34, fill)
    c.circle(x - h * 0.09, y - h * 0.72, h * 0.19, mix(fill, PAPER, 0.22))


def car_above(c: Canvas, x: float, y: float, angle: float, fill: Colour, length: float = 118) -> None:
    a = math.radians(angle)
    half, w = length / 2, length * 0.23

    def box(l1: float, l2: float, width: float) -> list[Point]:
        corners = [(-width, l1), (width, l1), (width, l2), (-width, l2)]
        return [
            (x + px * math.cos(a) - py * math.sin(a), y + px * math.sin(a) + py * math.cos(a))
            for px, py in corners
        ]

    c.polygon([(px + 8, py + 9) for px, py in box(-half, half, w)], INK, 0.2)
    c.polygon(curve(box(-half, half, w), 6, closed=True), fill)
    c.polygon(box(-half * 0.86, half * 0.86, w * 0.98), fill)
    c.polygon(box(-half * 0.42, -half * 0.16, w * 0.8), GLASS)
    c.polygon(box(half * 0.42, half * 0.6, w * 0.76), GLASS)
    c.polygon(box(-half * 0.16, half * 0.42, w * 0.82), mix(fill, PAPER, 0.3))
