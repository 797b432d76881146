"""A square with a stage, and a street seen from above."""

from __future__ import annotations

import math

from .buildings import courtyard_house, tiled_roof
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
    SKIN,
    STONE,
    WIDTH,
    Canvas,
    Colour,
    curve,
    mix,
    shade,
    tint,
)
from .furniture import TIMBER
from .ground import PAVING, ROAD, pavement
from .nature import MOODS, sky, skyline
from .people import CLOTHES
from .signs import car_above, tree_above


def stage(c: Canvas, before: bool = False) -> None:
    """An evening square with a stage, lanterns and people watching."""
    rng = c.rng
    mood = MOODS["overcast"] if before else MOODS[rng.choice(["evening", "night", "paper"])]
    base = 700.0
    sky(c, mood, base)
    skyline(c, mood, base - 30, 360, 14)
    night = mood.night
    for k in range(3):
        hx = 60 + k * 560 + rng.uniform(-60, 60)
        courtyard_house(c, hx, base, rng.uniform(330, 430), 150)
    pavement(c, base, HEIGHT - base, shade(BLUE, 0.5) if night else mix(PAVING, STONE, 0.3))
    cx, w = rng.uniform(700, 900), 620
    for px in (cx - w / 2, cx + w / 2 - 26):
        c.rect(px, 330, 26, 420, BRICK)
        c.rect(px, 330, 26, 26, GOLD)
    c.rect(cx - w / 2, 380, w, 350, mix(shade(BRICK, 0.3), GOLD, 0.1) if not before else GREY)
    backdrop = mix(PAPER, GOLD, 0.22)
    c.circle(cx, 600, 150, backdrop)
    c.polygon(
        curve([(cx - 280, 730), (cx - 130, 640), (cx, 690), (cx + 120, 610), (cx + 280, 730)], 8),
        tint(GREEN, 0.6),
    )
    tiled_roof(c, cx - w / 2 - 40, 370, w + 80, 130, mix(INK, GREEN, 0.2))
    c.rect(cx - w / 2 - 30, 730, w + 60, 54, TIMBER)
    for k in range(12):
        c.rect(cx - w / 2 - 30 + k * (w + 60) / 12, 730, 3, 54, shade(TIMBER, 0.3))
    if not before:
        for k in (-1, 0, 1):
            _performer(c, cx + k * 150, 732, 190, (BRICK, GOLD, BLUE)[k + 1])
        for k in range(13):
            lx = 60 + k * 125
            ly = 190 + 60 * math.sin(k / 2) + 20
            c.line([(lx, ly - 60), (lx, ly - 20)], 2, INK if not night else STONE, round_ends=False)
            if night:
                c.glow(lx, ly, 70, mix(PAPER, GOLD, 0.4), 0.6)
            c.ellipse(lx, ly, 26, 22, BRICK)
            c.rect(lx - 11, ly - 26, 22, 7, GOLD)
            c.rect(lx - 11, ly + 19, 22, 7, GOLD)
    for row in range(2):
        for k in range(11 - row):
            x, y = 70 + row * 60 + k * 148 + rng.uniform(-20, 20), 930 + row * 100
            coat = rng.choice(CLOTHES)
            c.polygon(
                curve(
                    [(x - 48, y + 80), (x - 42, y - 14), (x, y - 34), (x + 42, y - 14), (x + 48, y + 80)], 6
                ),
                shade(coat, 0.45 if night else 0.15),
            )
            c.circle(x, y - 64, 30, SKIN)
            c.circle(x, y - 68, 31, INK if rng.random() < 0.75 else GREY)


def _performer(c: Canvas, x: float, y: float, h: float, robe: Colour) -> None:
    c.polygon(
        curve(
            [
                (x - h * 0.05, y - h * 0.78),
                (x + h * 0.05, y - h * 0.78),
                (x + h * 0.24, y),
                (x - h * 0.24, y),
            ],
            5,
            closed=True,
        ),
        robe,
    )
    c.rect(x - h * 0.2, y - h * 0.1, h * 0.4, h * 0.04, GOLD)
    for side in (-1, 1):
        sleeve = curve(
            [
                (x + side * h * 0.05, y - h * 0.7),
                (x + side * h * 0.24, y - h * 0.66),
                (x + side * h * 0.34, y - h * 0.44),
                (x + side * h * 0.3, y - h * 0.2),
            ],
            6,
        )
        c.line(sleeve, h * 0.07, mix(robe, PAPER, 0.65))
    c.circle(x, y - h * 0.86, h * 0.08, SKIN)
    c.pie(x, y - h * 0.88, h * 0.095, 180, 360, INK)
    for side in (-1, 0, 1):
        c.circle(x + side * h * 0.07, y - h * 0.98, h * 0.025, GOLD if side else BRICK)


def parking(c: Canvas, before: bool = False) -> None:
    """A street from above: cars anywhere, or bays, a footway and trees."""
    rng = c.rng
    ground = mix(tint(GREEN, 0.36), GOLD, 0.12) if not before else mix(STONE, SAND, 0.3)
    c.rect(0, 0, WIDTH, HEIGHT, ground)
    roofs = [
        mix(PAPER, BRICK, 0.34),
        mix(PAPER, INK, 0.24),
        SAND,
        mix(PAPER, BLUE, 0.2),
        mix(PAPER, BRICK, 0.18),
    ]
    for y, h in ((-60, 250), (800, 300)):
        x = -70.0
        while x < WIDTH:
            w = rng.uniform(220, 420)
            box = [(x, y), (x + w, y), (x + w, y + h), (x, y + h)]
            c.shadow([(px + 26, py + 30) for px, py in box], 14, 0.3)
            fill = rng.choice(roofs)
            c.rect(x, y, w, h, fill, radius=4)
            c.rect(x + 12, y + 12, w - 24, h - 24, mix(fill, PAPER, 0.3), radius=3)
            for _ in range(5):
                c.rect(
                    x + rng.uniform(20, w - 60),
                    y + rng.uniform(20, h - 50),
                    rng.uniform(14, 40),
                    rng.uniform(12, 26),
                    shade(fill, 0.22),
                    radius=2,
                )
            x += w + rng.uniform(40, 90)
    c.rect(0, 340, WIDTH, 320, shade(ROAD, 0.08) if before else ROAD)
    paints = [PAPER, GREY, tint(BLUE, 0.6), shade(INK, 0.1), tint(BRICK, 0.75), mix(GOLD, PAPER, 0.5), STONE]
    if before:
        for _ in range(15):
            car_above(
                c,
                rng.uniform(20, 1560),
                rng.choice([rng.uniform(240, 330), rng.uniform(380, 620), rng.uniform(670, 760)]),
                rng.choice([0, 90, 20, -25, 70, 180]),
                rng.choice(paints),
            )
        for k in range(3):
            tree_x = 220 + k * 520
            c.circle(tree_x, 250 + (k % 2) * 480, 46, mix(GREEN, GREY, 0.4))
        return
    for y in (262, 660):
        c.rect(0, y, WIDTH, 78, PAVING)
        for k in range(40):
            c.rect(k * 40, y, 1.6, 78, shade(PAVING, 0.12))
        c.rect(0, y + 36, WIDTH, 1.6, shade(PAVING, 0.12))
    c.rect(0, 340, WIDTH, 96, mix(ROAD, PAPER, 0.16))
    c.rect(0, 580, WIDTH, 80, mix(tint(GREEN, 0.7), BLUE, 0.1))
    c.rect(0, 576, WIDTH, 6, PAPER)
    bay, left = 0, -10.0
    while left < WIDTH:
        if bay % 4 == 3:
            c.rect(left + 6, 344, 112, 86, mix(tint(GREEN, 0.72), GOLD, 0.12), radius=12)
        else:
            c.rect(left, 342, 5, 92, PAPER)
            if rng.random() < 0.72:
                car_above(c, left + 66, 388, 90, rng.choice(paints), 104)
        left += 128
        bay += 1
    for j in range(8):
        c.rect(j * 210 + 30, 505, 110, 8, PAPER)
    zebra = rng.uniform(600, 1000)
    c.rect(zebra - 10, 340, 190, 320, ROAD)
    for j in range(9):
        c.rect(zebra, 350 + j * 34, 168, 19, PAPER)
    for j in range(3):
        car_above(c, 160 + j * 560 + rng.uniform(-60, 60), 467, 90, rng.choice(paints), 120)
    for tx, ty, r in [
        (60 + i * 160 + rng.uniform(-20, 20), rng.choice([244, 744]), rng.uniform(46, 66)) for i in range(10)
    ]:
        tree_above(c, tx, ty, r)
    bay, left = 0, -10.0
    while left < WIDTH:
        if bay % 4 == 3:
            tree_above(c, left + 62, 388, 50)
        left += 128
        bay += 1
    for _ in range(26):
        px, py = rng.uniform(0, WIDTH), rng.choice([rng.uniform(270, 330), rng.uniform(668, 730)])
        c.ellipse(px + 5, py + 6, 12, 8, INK, 0.2)
        c.ellipse(px, py, 12, 8, rng.choice(CLOTHES))
        c.circle(px, py, 5.5, INK)
