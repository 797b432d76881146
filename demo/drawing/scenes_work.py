"""People at work together: site, round table, exhibition."""

from __future__ import annotations

import math

from .buildings import pagoda
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
    WARM,
    WIDTH,
    Canvas,
    curve,
    mix,
    shade,
    tint,
)
from .furniture import TIMBER
from .nature import MOODS, sky, skyline, tree
from .people import CLOTHES, crowd, person
from .signs import leaf, pin, sprout


def building_site(c: Canvas, before: bool = False) -> None:
    """Works in progress behind a tidy hoarding."""
    rng = c.rng
    mood = MOODS["overcast" if before else rng.choice(["morning", "noon", "paper", "evening"])]
    base = 700.0
    sky(c, mood, base)
    skyline(c, mood, base - 40, 320, 15)
    x = rng.uniform(120, 380)
    for floor in range(5):
        y = base - 96 * (floor + 1)
        c.rect(x, y, 520, 14, GREY)
        for k in range(6):
            c.rect(x + 8 + k * 100, y + 14, 12, 82, mix(GREY, PAPER, 0.2))
        if floor < 3:
            for k in range(5):
                if rng.random() < 0.7:
                    c.rect(x + 24 + k * 100, y + 18, 80, 76, mix(PAPER, BRICK, 0.3))
    for k in range(8):
        c.rect(x - 34 + k * 84, base - 520, 4, 520, mix(GREEN, INK, 0.2))
    for k in range(7):
        c.rect(x - 34, base - 500 + k * 74, 592, 4, mix(GREEN, INK, 0.2))
    tx = rng.uniform(960, 1120)
    crane = mix(GOLD, BRICK, 0.14)
    for side in (-16, 16):
        c.rect(tx + side - 3, 150, 6, base - 150, crane)
    for k in range(17):
        y = 160 + k * 32
        c.line([(tx - 16, y), (tx + 16, y + 32)], 3.5, crane, round_ends=False)
        c.line([(tx + 16, y), (tx - 16, y + 32)], 3.5, crane, round_ends=False)
    c.line([(tx - 560, 168), (tx + 200, 168)], 7, crane)
    c.line([(tx - 560, 168), (tx, 92), (tx + 200, 168)], 4, crane)
    c.line([(tx - 540, 190), (tx + 190, 190)], 4, crane)
    for k in range(25):
        c.line(
            [(tx - 540 + k * 30, 190 if k % 2 else 168), (tx - 510 + k * 30, 168 if k % 2 else 190)],
            3,
            crane,
            round_ends=False,
        )
    c.rect(tx + 130, 190, 66, 60, GREY)
    hook = tx - rng.uniform(280, 420)
    c.rect(hook, 190, 3, 150, INK)
    c.rect(hook - 70, 340, 144, 16, TIMBER)
    c.rect(tx - 26, 186, 52, 46, mix(BLUE, PAPER, 0.4), radius=5)
    for _ in range(4):
        tree(c, rng.uniform(1180, 1580), base + 10, rng.uniform(230, 340))
    c.gradient(base, HEIGHT - base, WARM, SAND)
    c.rect(0, base - 60, WIDTH, 170, rng.choice([tint(GREEN, 0.75), tint(BLUE, 0.7), PAPER]))
    for k in range(9):
        px = k * 190 - 20
        c.rect(px, base - 66, 8, 180, INK)
        leafy = k % 2
        c.rect(px + 24, base - 40, 150, 128, mix(PAPER, GOLD, 0.1), radius=6)
        if leafy:
            skyline_y = base + 70
            for j in range(4):
                c.rect(
                    px + 36 + j * 34,
                    skyline_y - 30 - 20 * (j % 3),
                    26,
                    40 + 20 * (j % 3),
                    (tint(BLUE, 0.5), tint(BRICK, 0.5), tint(GOLD, 0.6), tint(GREEN, 0.6))[j],
                )
        else:
            from_sprout = px + 98
            sprout(c, from_sprout, base + 74, 96)
    c.rect(0, base - 70, WIDTH, 12, mix(GREEN, INK, 0.2))
    for k in range(7):
        cx = 140 + k * 230 + rng.uniform(-20, 20)
        c.polygon([(cx - 26, 930), (cx + 26, 930), (cx + 8, 850), (cx - 8, 850)], BRICK)
        c.polygon([(cx - 18, 904), (cx + 18, 904), (cx + 12, 880), (cx - 12, 880)], PAPER)
        c.rect(cx - 36, 928, 72, 10, BRICK, radius=3)
    for k in range(3):
        stand = 300.0 + k * 420 + rng.uniform(-60, 60)
        person(c, stand, 930, 210)
        c.pie(stand, 930 - 210 * 0.935, 26, 180, 360, GOLD)
        c.rect(stand - 32, 930 - 210 * 0.945, 64, 7, GOLD, radius=3)


def round_table(c: Canvas, before: bool = False) -> None:
    """Neighbours, planner and staff around a drawing, seen from above."""
    rng = c.rng
    floor = rng.choice([mix(PAPER, GOLD, 0.24), tint(GREEN, 0.24), tint(BLUE, 0.22), mix(PAPER, BRICK, 0.16)])
    c.rect(0, 0, WIDTH, HEIGHT, floor)
    for k in range(17):
        c.rect(k * 100 - 20, 0, 3, HEIGHT, shade(floor, 0.07))
        for j in range(5):
            c.rect(k * 100 - 20, j * 240 + (k % 2) * 120, 100, 3, shade(floor, 0.07))
    table = [(330, 270), (1270, 270), (1270, 730), (330, 730)]
    seats = (
        [(430 + k * 185, 190, 90) for k in range(5)]
        + [(430 + k * 185, 812, 270) for k in range(5)]
        + [(240, 500, 0), (1360, 500, 180)]
    )
    for x, y, facing in seats:
        coat, a = rng.choice(CLOTHES), math.radians(facing)
        fx, fy = math.cos(a), math.sin(a)
        c.ellipse(x + 12, y + 16, 84, 62 if facing in (90, 270) else 84, INK, 0.16)
        c.ellipse(x - fx * 44, y - fy * 44, 62, 62, TIMBER)
        wide, deep = (78, 46) if facing in (90, 270) else (46, 78)
        c.ellipse(x, y, wide, deep, coat)
        for side in (-1, 1):
            sx, sy = x - fy * side * 60, y + fx * side * 60
            c.line(
                [(sx, sy), (sx + fx * 66 + fy * side * 16, sy + fy * 66 - fx * side * 16)],
                28,
                shade(coat, 0.14),
            )
            c.circle(sx + fx * 72 + fy * side * 18, sy + fy * 72 - fx * side * 18, 15, SKIN)
        c.circle(x + fx * 6, y + fy * 6, 38, rng.choice([INK, INK, GREY, mix(INK, BRICK, 0.4)]))
        c.circle(x + fx * 20, y + fy * 20, 22, SKIN, 0.0)
    c.shadow([(x + 12, y + 18) for x, y in table], 16, 0.3)
    c.rect(330, 270, 940, 460, mix(TIMBER, PAPER, 0.35), radius=26)
    c.rect(344, 284, 912, 432, mix(TIMBER, PAPER, 0.45), radius=20)
    c.rect(470, 330, 660, 340, PAPER, radius=4)
    river = curve([(470, 600), (640, 540), (820, 590), (1130, 520)], 8)
    c.line(river, 44, tint(BLUE, 0.45), round_ends=False)
    for i in range(6):
        for j in range(2):
            if rng.random() < 0.8:
                c.rect(
                    500 + i * 100,
                    352 + j * 84,
                    74,
                    60,
                    mix(PAPER, rng.choice([GOLD, BRICK, GREEN, BLUE]), 0.35),
                    radius=4,
                )
    for _ in range(12):
        c.circle(
            rng.uniform(500, 1100),
            rng.uniform(620, 656),
            rng.uniform(7, 13),
            mix(GREEN, PAPER, rng.uniform(0, 0.3)),
        )
    pin(c, rng.uniform(600, 1000), rng.uniform(440, 520), 66, BRICK)
    for _ in range(9):
        nx, ny = rng.choice([rng.uniform(360, 440), rng.uniform(1150, 1220)]), rng.uniform(310, 660)
        c.rect(
            nx,
            ny,
            40,
            40,
            rng.choice([tint(GOLD, 0.7), tint(GREEN, 0.6), tint(BRICK, 0.5), tint(BLUE, 0.5)]),
            radius=2,
        )
    for _ in range(5):
        cx, cy = rng.uniform(380, 1220), rng.choice([rng.uniform(292, 312), rng.uniform(690, 704)])
        c.circle(cx, cy, 17, PAPER)
        c.circle(cx, cy, 12, mix(GOLD, BRICK, 0.5))
    for k in range(4):
        px, py = rng.uniform(480, 1100), rng.uniform(350, 650)
        a = rng.uniform(0, 6.28)
        c.line([(px, py), (px + math.cos(a) * 60, py + math.sin(a) * 60)], 7, (BRICK, GREEN, BLUE, GOLD)[k])
    for x, y in ((90, 110), (1500, 880), (1490, 130)):
        for k in range(9):
            leaf(c, x, y, 92, k * 40 + rng.uniform(-10, 10), mix(GREEN, PAPER, rng.uniform(0, 0.3)))
        c.circle(x, y, 20, mix(GREEN, GOLD, 0.3))


def exhibition(c: Canvas, before: bool = False) -> None:
    """A hall with boards on the wall, a model under glass, visitors."""
    rng = c.rng
    wall = rng.choice([mix(PAPER, GOLD, 0.16), tint(GREEN, 0.2), tint(BLUE, 0.2), tint(BRICK, 0.16)])
    c.gradient(0, 700, mix(wall, PAPER, 0.4), wall)
    c.gradient(700, 300, mix(SAND, INK, 0.06), mix(SAND, INK, 0.16))
    for k in range(-8, 25):
        c.line([(800 + (k - 8) * 66, 700), (800 + (k - 8) * 200, 1000)], 1.6, INK, 0.1, round_ends=False)
    for k in range(6):
        lx = 140 + k * 270
        c.rect(lx - 2, 0, 4, 66, INK)
        c.polygon([(lx - 30, 90), (lx + 30, 90), (lx + 15, 62), (lx - 15, 62)], INK)
        c.polygon([(lx - 28, 90), (lx + 28, 90), (lx + 150, 600), (lx - 150, 600)], PAPER, 0.3)
    for k in range(5):
        x, y, w, h = 70 + k * 300, 190.0, 240.0, 330.0
        c.shadow(
            [(x + 6, y + 10), (x + w + 6, y + 10), (x + w + 6, y + h + 10), (x + 6, y + h + 10)], 10, 0.25
        )
        c.rect(x, y, w, h, PAPER)
        tone = (GREEN, BLUE, BRICK, GOLD, mix(GREEN, BLUE, 0.5))[(k + rng.randrange(5)) % 5]
        c.rect(x + 16, y + 16, w - 32, 170, tint(tone, 0.4))
        form = rng.randrange(4)
        if form == 0:
            pagoda(c, x + w / 2, y + 184, 150, shade(tone, 0.1))
        elif form == 1:
            for j in range(5):
                c.rect(
                    x + 30 + j * 38,
                    y + 186 - (40 + 26 * ((j * 3 + k) % 4)),
                    28,
                    40 + 26 * ((j * 3 + k) % 4),
                    tone,
                )
        elif form == 2:
            sprout(c, x + w / 2, y + 182, 150, tone)
        else:
            c.circle(x + w * 0.62, y + 70, 30, tone)
            c.polygon(
                curve(
                    [
                        (x + 16, y + 186),
                        (x + 80, y + 110),
                        (x + 150, y + 150),
                        (x + w - 16, y + 100),
                        (x + w - 16, y + 186),
                    ],
                    6,
                ),
                shade(tone, 0.2),
            )
        for j in range(4):
            c.rect(x + 16, y + 206 + j * 26, (w - 32) * rng.uniform(0.5, 1), 10, tint(INK, 0.3), radius=4)
    mx = rng.uniform(620, 760)
    c.polygon([(mx, 800), (mx + 420, 800), (mx + 380, 940), (mx + 40, 940)], TIMBER)
    c.rect(mx - 20, 780, 460, 26, mix(TIMBER, PAPER, 0.3))
    for k in range(13):
        h = rng.uniform(24, 110)
        c.rect(
            mx + 10 + k * 31,
            780 - h,
            22,
            h,
            rng.choice([PAPER, mix(PAPER, GOLD, 0.3), tint(BRICK, 0.4), tint(BLUE, 0.4)]),
        )
        c.circle(mx + 34 + k * 31, 772, 9, GREEN)
    c.rect(mx - 10, 650, 440, 130, tint(BLUE, 0.4), 0.2)
    crowd(c, 60, mx - 40, 880, 240, 4)
    crowd(c, mx + 480, 1560, 900, 245, 4)
