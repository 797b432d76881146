"""Market and housing block: what a quarter lives by."""

from __future__ import annotations

import math

from .buildings import WALLS, apartment, awning, lift_shaft
from .canvas import (
    BLUE,
    BRICK,
    GOLD,
    GREEN,
    GREY,
    HEIGHT,
    INK,
    PAPER,
    SAND,
    STONE,
    WIDTH,
    Canvas,
    Colour,
    mix,
    shade,
    tint,
)
from .furniture import TIMBER, bench, bin_and_waste, car, parked_bikes, wires
from .ground import PAVING, pavement
from .nature import flowers, hedge, mood_of, sky, skyline, tree
from .people import crowd, person, sitter

FLATS = (
    mix(PAPER, BRICK, 0.3),
    mix(PAPER, GOLD, 0.28),
    mix(PAPER, BRICK, 0.42),
    SAND,
    mix(PAPER, GREEN, 0.26),
    mix(PAPER, BLUE, 0.22),
    mix(PAPER, INK, 0.12),
)


def market(c: Canvas, before: bool = False) -> None:
    """Stalls under awnings, or heaps on the pavement."""
    rng = c.rng
    mood = mood_of(c, before, "morning", "noon", "paper")
    base = 560.0
    sky(c, mood, base)
    skyline(c, mood, 380, 200, 18)
    x = -60.0
    while x < WIDTH:
        w = rng.uniform(280, 420)
        apartment(c, x, base, w, rng.randint(3, 5), 62, rng.choice(WALLS), tidy=not before)
        x += w + 14
    pavement(c, base, HEIGHT - base, mix(PAVING, STONE, 0.5) if before else PAVING)
    if before:
        for k in range(6):
            ux = 100 + k * 270 + rng.uniform(-40, 40)
            c.rect(ux - 4, base - 40, 8, 200, INK)
            c.pie(
                ux,
                base,
                rng.uniform(110, 150),
                190,
                350,
                rng.choice([tint(BLUE, 0.6), tint(BRICK, 0.6), GREY, STONE]),
            )
            for _ in range(6):
                c.rect(
                    ux + rng.uniform(-120, 70),
                    base + 160 + rng.uniform(-30, 30),
                    rng.uniform(46, 84),
                    rng.uniform(30, 50),
                    rng.choice([SAND, TIMBER, STONE, PAPER]),
                )
        crowd(c, 60, 1540, 830, 185, 7)
        car(c, rng.uniform(700, 1000), 940, 380)
        bin_and_waste(c, rng.uniform(200, 400), 950, 110)
        wires(c, 110, 5)
        return
    stalls, awnings = 5, [BRICK, GREEN, BLUE, GOLD, shade(GREEN, 0.2)]
    rng.shuffle(awnings)
    for row in range(2):
        y, size = 700 + row * 150, 1 + row * 0.25
        if row:
            crowd(c, 60, 1560, 800, 165, rng.randint(5, 7))
        for i in range(stalls - row):
            sx, w = -60 + row * 210 + i * 345, 290 * size
            if row and i % 2 == rng.randint(0, 1):
                continue
            _stall(c, sx, y + row * 70, w, 215 * size, awnings[(i + 2 * row) % 5])
    for i in range(46):
        bx = -10 + i * 36
        c.line(
            [(bx, 118 + 26 * math.sin(i / 4)), (bx + 36, 118 + 26 * math.sin((i + 1) / 4))],
            2,
            INK,
            round_ends=False,
        )
        if i % 2:
            c.polygon(
                [
                    (bx, 118 + 26 * math.sin(i / 4)),
                    (bx + 30, 118 + 26 * math.sin(i / 4)),
                    (bx + 15, 158 + 26 * math.sin(i / 4)),
                ],
                rng.choice(awnings),
            )


def _stall(c: Canvas, x: float, y: float, w: float, h: float, fill: Colour) -> None:
    rng = c.rng
    c.ground_shadow(x + w / 2, y, w * 0.52, w * 0.05)
    for px in (x + 6, x + w - 14):
        c.rect(px, y - h, 8, h, TIMBER)
    person(c, x + w * rng.uniform(0.35, 0.6), y - h * 0.12, h * 0.74)
    c.rect(x, y - h * 0.4, w, h * 0.4, mix(TIMBER, PAPER, 0.3))
    for i in range(4):
        c.rect(x, y - h * 0.4 + i * h * 0.1, w, 2, shade(TIMBER, 0.2))
    heaps = [
        (GREEN, BRICK),
        (GOLD, mix(GOLD, BRICK, 0.5)),
        (BRICK, tint(BRICK, 0.7)),
        (tint(GREEN, 0.6), GREEN),
        (mix(GOLD, PAPER, 0.4), GOLD),
    ]
    rng.shuffle(heaps)
    for i, pair in enumerate(heaps[:4]):
        cx = x + w * (0.14 + 0.24 * i)
        c.polygon(
            [
                (cx - w * 0.11, y - h * 0.41),
                (cx + w * 0.11, y - h * 0.41),
                (cx + w * 0.09, y - h * 0.3),
                (cx - w * 0.09, y - h * 0.3),
            ],
            SAND,
        )
        for j in range(11):
            row = j // 5
            c.circle(
                cx + (j % 5 - 2 + row * 0.5) * w * 0.034,
                y - h * 0.43 - row * h * 0.05,
                w * 0.023,
                rng.choice(pair),
            )
    awning(c, x - 14, y - h * 1.05, w + 28, h * 0.2, fill)


def old_block(c: Canvas, before: bool = False) -> None:
    """An old housing block, or two: with lifts, a ramp and a garden, or without."""
    rng = c.rng
    mood = mood_of(c, before, "morning", "noon", "spring", "evening", "paper")
    base = 720.0
    sky(c, mood, base)
    skyline(c, mood, base - 60, 420, 12)
    floors, fh = rng.choice([4, 5, 6]), rng.uniform(80, 92)
    wall = rng.choice(FLATS)
    pale = mix(wall, PAPER, 0.4)
    two = rng.random() < 0.5
    x, w = (
        (rng.uniform(60, 130), rng.uniform(600, 680))
        if two
        else (rng.uniform(170, 260), rng.uniform(980, 1120))
    )
    apartment(c, -220, base, 250 if two else 330, floors - 1, fh, pale, tidy=not before)
    apartment(c, x, base, w, floors, fh, wall, tidy=not before)
    beside = x + w + (130 if two else 90)
    apartment(
        c, beside, base, 600 if two else 400, floors + (1 if two else -1), fh * 0.94, pale, tidy=not before
    )
    pavement(c, base, HEIGHT - base, mix(STONE, SAND, 0.3) if before else PAVING)
    lifts = [
        x + w * share for share in ((0.5,) if two else rng.choice([(0.24, 0.7), (0.5,), (0.18, 0.48, 0.78)]))
    ]
    ramp = x + w * 0.36 if len(lifts) != 1 else lifts[0] + 90
    if before:
        parked_bikes(c, x + 60, base + 62, 9, 96, fallen=True)
        car(c, 130, 900, 400)
        car(c, 980, 930, 420)
        bin_and_waste(c, x + w - 200, base + 60, 110)
        for k in range(5):
            c.rect(ramp + 6 * k, base - 14 - k * 14, 180 - k * 12, 14, STONE)
        person(c, 760, 900, 220, "elder")
        wires(c, 90, 4)
        return
    for left in lifts:
        lift_shaft(c, left, base, floors, fh)
    if two:
        tree(c, x + w + 66, base + 8, 430, rng.choice(["round", "poplar", "ginkgo"]))
    _ramp(c, ramp, base)
    for k in range(5):
        hedge(c, 20 + k * 330, base + 66, 210, 40, mix(GREEN, GOLD, 0.1))
    flowers(c, 40, base + 36, 1500, 24, 80)
    tree(c, 90, base + 90, rng.uniform(400, 500), rng.choice(["ginkgo", "round", "willow"]))
    tree(c, 1500, base + 110, rng.uniform(430, 540), rng.choice(["blossom", "round", "pine"]))
    seat = rng.choice([160, 1080])
    bench(c, seat, 900, 240)
    sitter(c, seat + 60, 838, 165)
    sitter(c, seat + 160, 838, 160)
    away = 480 if seat < 800 else 220
    crowd(c, away, away + 760, 900, 185, rng.randint(4, 6))


def _ramp(c: Canvas, x: float, base: float) -> None:
    """A ramp with red handrail, and somebody on it in a wheelchair."""
    c.polygon(
        [(x, base + 4), (x + 330, base + 4), (x + 330, base - 2), (x, base - 58)], mix(STONE, PAPER, 0.3)
    )
    for k in range(7):
        c.rect(x + 10 + k * 52, base - 116 + k * 9.2, 6, 66, INK)
    c.line([(x, base - 118), (x + 330, base - 58)], 7, BRICK)
    person(c, x + 190, base - 26, 150, "wheelchair")
