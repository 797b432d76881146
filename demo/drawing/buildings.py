"""What is built: flats, shops, courtyard houses, the pagoda and the bridge."""

from __future__ import annotations

import math

from .canvas import (
    BLUE,
    BRICK,
    GOLD,
    GREEN,
    GREY,
    INK,
    LEAF,
    PAPER,
    SAND,
    STONE,
    WARM,
    Canvas,
    Colour,
    mix,
    shade,
    tint,
)
from .furniture import GLASS, TIMBER

WALLS = (
    mix(PAPER, GOLD, 0.22),
    mix(PAPER, BRICK, 0.2),
    mix(PAPER, BRICK, 0.34),
    mix(PAPER, INK, 0.12),
    SAND,
    mix(PAPER, GREEN, 0.14),
)

TILE = mix(INK, PAPER, 0.34)


def apartment(
    c: Canvas,
    x: float,
    base: float,
    w: float,
    floors: int,
    floor_h: float,
    fill: Colour,
    lit: float = 0,
    tidy: bool = True,
) -> None:
    """A slab of flats, front on. `lit` is the share of lighted windows."""
    rng = c.rng
    h = floors * floor_h + floor_h * 0.35
    top = base - h
    c.rect(x, top, w, h, fill)
    c.polygon([(x + w, top), (x + w + 16, top + 10), (x + w + 16, base), (x + w, base)], shade(fill, 0.22))
    c.rect(x - 5, top - 9, w + 24, 12, shade(fill, 0.3))
    columns = max(2, int(w / (floor_h * 0.95)))
    cell = w / columns
    stair = rng.randrange(columns)
    for row in range(floors):
        y = top + floor_h * 0.3 + row * floor_h
        for col in range(columns):
            wx = x + col * cell + cell * 0.2
            lamp_on = rng.random() < lit
            pane = (
                mix(PAPER, GOLD, rng.uniform(0.4, 0.62))
                if lamp_on
                else mix(GLASS, PAPER if rng.random() < 0.5 else INK, 0.16)
            )
            if col == stair:
                c.rect(wx + cell * 0.12, y + floor_h * 0.1, cell * 0.36, floor_h * 0.5, mix(pane, INK, 0.1))
                continue
            c.rect(wx - 3, y - 3, cell * 0.6 + 6, floor_h * 0.56 + 6, mix(fill, PAPER, 0.5))
            c.rect(wx, y, cell * 0.6, floor_h * 0.56, pane)
            c.rect(wx + cell * 0.285, y, 3, floor_h * 0.56, mix(fill, PAPER, 0.5))
            c.rect(wx - 5, y + floor_h * 0.56, cell * 0.6 + 10, 5, shade(fill, 0.22))
            roll = rng.random()
            if not tidy and roll < 0.55:
                c.rect(wx + cell * 0.05, y + floor_h * 0.62, cell * 0.3, floor_h * 0.26, STONE)
                c.circle(wx + cell * 0.2, y + floor_h * 0.75, floor_h * 0.09, GREY)
                for i in range(4):
                    c.rect(wx - 2 + i * cell * 0.2, y - 4, 2.4, floor_h * 0.6, mix(INK, BRICK, 0.3))
            elif tidy and roll < 0.28:
                c.rect(
                    wx - 4,
                    y + floor_h * 0.5,
                    cell * 0.6 + 8,
                    floor_h * 0.12,
                    mix(TIMBER, PAPER, 0.2),
                    radius=2,
                )
                for _ in range(7):
                    c.circle(
                        wx + rng.uniform(0, cell * 0.6),
                        y + floor_h * 0.49,
                        5,
                        rng.choice([GREEN, LEAF, BRICK]),
                    )
    dx = x + stair * cell + cell * 0.16
    c.rect(dx, base - floor_h * 0.72, cell * 0.62, floor_h * 0.72, shade(fill, 0.45))
    c.rect(dx - 10, base - floor_h * 0.82, cell * 0.62 + 20, 8, shade(fill, 0.3))


def lift_shaft(c: Canvas, x: float, base: float, floors: int, floor_h: float) -> None:
    """The glazed lift added in front of an old block."""
    h, w = floors * floor_h + floor_h * 0.75, floor_h * 0.95
    c.rect(x, base - h, w, h, mix(tint(BLUE, 0.3), PAPER, 0.25))
    c.rect(x, base - h, w * 0.5, h, PAPER, 0.32)
    for i in range(floors + 1):
        c.rect(x - 3, base - h + i * floor_h * (h / (floors * floor_h + floor_h * 0.75)), w + 6, 5, INK)
    for lx in (x - 3, x + w - 3):
        c.rect(lx, base - h, 6, h, INK)
    c.rect(
        x + w * 0.18,
        base - floor_h * (1.9 + c.rng.randrange(max(1, floors - 1))),
        w * 0.64,
        floor_h * 0.72,
        BRICK,
        radius=3,
    )
    c.rect(x + w * 0.2, base - floor_h * 0.7, w * 0.6, floor_h * 0.7, GLASS)
    c.rect(x - 8, base - h - 9, w + 16, 11, INK)


def shop(c: Canvas, x: float, base: float, w: float, h: float, tidy: bool = True) -> None:
    """A shop front with awning; untidy ones have a patchwork of boards."""
    rng = c.rng
    wall = rng.choice([WARM, SAND, mix(PAPER, BRICK, 0.14), mix(PAPER, INK, 0.08)])
    c.rect(x, base - h, w, h, wall)
    if tidy:
        c.rect(x, base - h, w, h * 0.16, rng.choice([INK, GREEN, BLUE, BRICK, TIMBER]))
        for i in range(4):
            c.rect(
                x + w * (0.3 + 0.1 * i),
                base - h * 0.95,
                w * 0.07,
                h * 0.065,
                mix(PAPER, GOLD, 0.25),
                0.95,
                radius=2,
            )
    else:
        for _ in range(3):
            c.rect(
                x + w * rng.uniform(0, 0.5),
                base - h * rng.uniform(0.9, 1.12),
                w * rng.uniform(0.3, 0.6),
                h * rng.uniform(0.12, 0.24),
                rng.choice([BRICK, GOLD, BLUE, PAPER]),
            )
    c.rect(x + w * 0.06, base - h * 0.66, w * 0.5, h * 0.5, GLASS, radius=3)
    c.polygon(
        [
            (x + w * 0.1, base - h * 0.2),
            (x + w * 0.3, base - h * 0.64),
            (x + w * 0.38, base - h * 0.64),
            (x + w * 0.18, base - h * 0.2),
        ],
        PAPER,
        0.3,
    )
    c.rect(x + w * 0.64, base - h * 0.68, w * 0.26, h * 0.68, shade(wall, 0.5))
    c.rect(x + w * 0.67, base - h * 0.64, w * 0.2, h * 0.5, GLASS)
    if tidy:
        awning(c, x - w * 0.02, base - h * 0.8, w * 1.04, h * 0.17, rng.choice([BRICK, GREEN, BLUE, GOLD]))
        c.rect(x + w * 0.1, base - h * 0.12, w * 0.4, h * 0.12, TIMBER)
        for i in range(6):
            c.circle(
                x + w * (0.13 + 0.068 * i),
                base - h * 0.13,
                w * 0.04,
                rng.choice([GREEN, LEAF, tint(GREEN, 0.7)]),
            )


def awning(c: Canvas, x: float, y: float, w: float, h: float, fill: Colour) -> None:
    n = max(4, round(w / 26))
    step = w / n
    c.rect(x + 6, y + h * 0.9, w - 6, h * 0.4, INK, 0.14)
    for i in range(n):
        tone = fill if i % 2 == 0 else mix(PAPER, fill, 0.08)
        c.polygon(
            [
                (x + i * step, y),
                (x + (i + 1) * step, y),
                (x + (i + 1) * step, y + h * 0.75),
                (x + i * step, y + h * 0.75),
            ],
            tone,
        )
        c.pie(x + (i + 0.5) * step, y + h * 0.74, step / 2, 0, 180, tone)
    c.rect(x, y - 4, w, 7, shade(fill, 0.3))


def tiled_roof(c: Canvas, x: float, y: float, w: float, h: float, fill: Colour = TILE) -> None:
    """A grey tiled roof with lifted ridge ends, eaves at y."""
    c.polygon([(x - w * 0.05, y), (x + w * 0.04, y - h), (x + w * 0.96, y - h), (x + w * 1.05, y)], fill)
    n = max(6, int(w / 17))
    for i in range(n + 1):
        k = i / n
        c.line(
            [(x - w * 0.05 + w * 1.1 * k, y), (x + w * 0.04 + w * 0.92 * k, y - h)],
            3.2,
            shade(fill, 0.26),
            round_ends=False,
        )
        c.circle(x - w * 0.05 + w * 1.1 * k, y, 5, mix(fill, PAPER, 0.2))
    c.rect(x + w * 0.03, y - h - 9, w * 0.94, 13, shade(fill, 0.35), radius=4)
    for side, ex in ((-1, x + w * 0.04), (1, x + w * 0.96)):
        c.polygon(
            [(ex - side * 8, y - h + 2), (ex + side * 16, y - h - 22), (ex + side * 8, y - h + 4)],
            shade(fill, 0.35),
        )


def courtyard_house(c: Canvas, x: float, base: float, w: float, h: float, wall: Colour | None = None) -> None:
    wall = wall or c.rng.choice([mix(STONE, INK, 0.16), mix(PAPER, GOLD, 0.2), mix(STONE, BRICK, 0.3)])
    c.rect(x, base - h, w, h, wall)
    for row in range(int(h / 15)):
        c.rect(x, base - row * 15, w, 1.5, shade(wall, 0.14), 0.8)
    c.rect(x, base - h * 0.16, w, h * 0.16, shade(wall, 0.2))
    bays = max(2, round(w / 115))
    for i in range(bays):
        bx = x + w * (i + 0.5) / bays
        if i == bays // 2:
            c.rect(bx - 27, base - h * 0.74, 54, h * 0.74, shade(BRICK, 0.1))
            c.rect(bx - 1, base - h * 0.7, 2.5, h * 0.7, INK)
            for side in (-1, 1):
                c.circle(bx + side * 7, base - h * 0.38, 3.2, GOLD)
        else:
            c.rect(bx - 25, base - h * 0.72, 50, h * 0.36, shade(TIMBER, 0.3))
            for j in range(3):
                c.rect(bx - 21 + j * 15, base - h * 0.69, 11, h * 0.3, mix(GLASS, PAPER, 0.3))
    tiled_roof(c, x - 8, base - h, w + 16, h * 0.5)


def pagoda(
    c: Canvas, x: float, base: float, h: float, fill: Colour, tiers: int = 13, lit: bool = False
) -> None:
    """The many-eaved brick pagoda that is the sign of the canal town."""
    foot = h * 0.13
    c.polygon(
        [
            (x - foot * 1.35, base),
            (x - foot * 1.1, base - h * 0.07),
            (x + foot * 1.1, base - h * 0.07),
            (x + foot * 1.35, base),
        ],
        shade(fill, 0.18),
    )
    c.rect(x - foot, base - h * 0.2, foot * 2, h * 0.14, fill)
    c.rect(x + foot * 0.25, base - h * 0.2, foot * 0.75, h * 0.14, shade(fill, 0.12))
    c.pie(x, base - h * 0.1, foot * 0.3, 180, 360, shade(fill, 0.5))
    c.rect(x - foot * 0.3, base - h * 0.1, foot * 0.6, h * 0.04, shade(fill, 0.5))
    y, step = base - h * 0.2, h * 0.64 / tiers
    for i in range(tiers):
        half = foot * (1 - 0.52 * (i / tiers) ** 1.3)
        c.rect(
            x - half * 0.86,
            y - step,
            half * 1.72,
            step,
            mix(fill, PAPER, 0.3) if not lit else mix(PAPER, GOLD, 0.5),
        )
        c.rect(x + half * 0.2, y - step, half * 0.66, step, shade(fill, 0.06), 0.6)
        c.polygon(
            [
                (x - half * 1.22, y - step * 0.98),
                (x - half * 0.9, y - step * 1.42),
                (x + half * 0.9, y - step * 1.42),
                (x + half * 1.22, y - step * 0.98),
            ],
            shade(fill, 0.2),
        )
        y -= step
    c.polygon(
        [(x - foot * 0.46, y - step * 0.4), (x, y - h * 0.075), (x + foot * 0.46, y - step * 0.4)],
        shade(fill, 0.2),
    )
    c.line([(x, y - h * 0.05), (x, y - h * 0.14)], max(2, h * 0.009), shade(fill, 0.3))
    for k in (0.085, 0.105, 0.123):
        c.circle(x, y - h * k, h * 0.0085, shade(fill, 0.3))


def arch_bridge(
    c: Canvas, x: float, y: float, w: float, rise: float, fill: Colour, arches: int = 3, water: Colour = BLUE
) -> None:
    """A stone bridge over the water line y."""
    deck = [(x + w * k / 24, y - rise * math.sin(math.pi * k / 24) - rise * 0.22) for k in range(25)]
    c.polygon([*deck, (x + w, y), (x, y)], fill)
    for i in range(arches):
        cx = x + w * (i + 1) / (arches + 1)
        near = 1 - abs((i + 1) / (arches + 1) - 0.5) * 1.2
        r = w / (arches + 1) * 0.41 * (0.72 + 0.28 * near)
        high = min(r, rise * 0.78 * near)
        for grow, tone in ((8, shade(fill, 0.2)), (0, shade(water, 0.45))):
            c.polygon(
                [
                    (
                        cx - (r + grow) * math.cos(math.pi * k / 18),
                        y - (high + grow) * math.sin(math.pi * k / 18),
                    )
                    for k in range(19)
                ],
                tone,
            )
    c.line([(px, py - 4) for px, py in deck], 8, shade(fill, 0.18))
    for px, py in deck[1:-1:1]:
        c.rect(px - 3, py - rise * 0.2 - 6, 6, rise * 0.2 + 4, mix(fill, PAPER, 0.3))
    c.line([(px, py - rise * 0.2 - 4) for px, py in deck], 5, mix(fill, PAPER, 0.3))
