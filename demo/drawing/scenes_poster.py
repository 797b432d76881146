"""Bold sheets: events, awards, the document."""

from __future__ import annotations

import math

from .buildings import arch_bridge, pagoda
from .canvas import BLUE, BRICK, GOLD, GREEN, HEIGHT, INK, LEAF, PAPER, WIDTH, Canvas, curve, mix, shade, tint
from .people import crowd, person
from .signs import leaf, pin, sprout


def poster(c: Canvas, before: bool = False) -> None:
    """A bold sheet for an event: one of four compositions."""
    c.rng.choice([_poster_sprout, _poster_waves, _poster_tiles, _poster_crowd])(c)


def _poster_sprout(c: Canvas) -> None:
    rng = c.rng
    back, disc = rng.choice(
        [
            (mix(PAPER, GOLD, 0.34), BRICK),
            (tint(BLUE, 0.3), PAPER),
            (GREEN, mix(PAPER, GOLD, 0.34)),
            (tint(BRICK, 0.3), mix(PAPER, GOLD, 0.4)),
        ]
    )
    c.rect(0, 0, WIDTH, HEIGHT, back)
    cx = rng.uniform(560, 1040)
    for k in range(7):
        c.circle(cx, 600, 640 - k * 62, mix(back, disc, (k + 1) / 7))
    hill = curve([(-40, 850), (400, 760), (800, 830), (1250, 750), (1640, 840)], 14)
    light = back == GREEN
    c.polygon([*hill, (1640, 1010), (-40, 1010)], shade(GREEN, 0.35))
    c.polygon([*[(x, y + 76) for x, y in hill], (1640, 1010), (-40, 1010)], shade(GREEN, 0.5))
    sprout(c, cx, 820, 520, mix(GREEN, PAPER, 0.14) if not light else shade(GREEN, 0.2))
    for k in range(11):
        x = 60 + k * 150 + rng.uniform(-30, 30)
        sprout(
            c, x, 900 + rng.uniform(-20, 60), rng.uniform(70, 130), mix(GREEN, PAPER, rng.uniform(0.1, 0.4))
        )
    for _ in range(26):
        c.circle(
            rng.uniform(0, WIDTH),
            rng.uniform(40, 640),
            rng.uniform(4, 11),
            rng.choice([PAPER, GOLD, BRICK, BLUE]),
            0.8,
        )


def _poster_waves(c: Canvas) -> None:
    rng = c.rng
    c.rect(0, 0, WIDTH, HEIGHT, rng.choice([mix(PAPER, GOLD, 0.2), tint(BRICK, 0.2), tint(GREEN, 0.2)]))
    sx = rng.uniform(350, 1250)
    c.circle(sx, 380, 270, rng.choice([BRICK, mix(GOLD, PAPER, 0.15)]))
    pagoda(c, sx + rng.choice([-1, 1]) * rng.uniform(140, 260), 700, 560, shade(GREEN, 0.3))
    arch_bridge(c, 800 - sx * 0.35, 710, 680, 120, shade(INK, 0.05), 3, BLUE)
    r = 74.0
    for row in range(6):
        y = 700 + row * r * 0.62
        for k in range(-1, 14):
            x = k * r * 2 + (r if row % 2 else 0) - 40
            for ring, share in enumerate((1.0, 0.78, 0.56, 0.34)):
                tone = (mix(BLUE, PAPER, 0.06 * row), PAPER, mix(BLUE, GREEN, 0.4), mix(PAPER, GOLD, 0.2))[
                    ring
                ]
                c.pie(x, y + r, r * share, 180, 360, tone)
        c.rect(0, y + r - 1, WIDTH, 60, mix(BLUE, PAPER, 0.06 * row))
    for _ in range(7):
        bx, by = rng.uniform(60, 1500), rng.uniform(90, 330)
        for side in (-1, 1):
            c.line(curve([(bx, by), (bx + side * 18, by - 13), (bx + side * 42, by - 6)], 5), 5, INK)


def _poster_tiles(c: Canvas) -> None:
    rng = c.rng
    cell, colours = (
        200.0,
        [
            GREEN,
            BLUE,
            BRICK,
            GOLD,
            tint(GREEN, 0.4),
            tint(BLUE, 0.35),
            tint(BRICK, 0.35),
            mix(PAPER, GOLD, 0.3),
            PAPER,
        ],
    )
    for i in range(8):
        for j in range(5):
            x, y = i * cell, j * cell
            back, front = rng.sample(colours, 2)
            c.rect(x, y, cell, cell, back)
            form = rng.randrange(8)
            if form == 0:
                c.pie(
                    *rng.choice(
                        [
                            (x, y, cell, 0, 90),
                            (x + cell, y, cell, 90, 180),
                            (x + cell, y + cell, cell, 180, 270),
                            (x, y + cell, cell, 270, 360),
                        ]
                    ),
                    front,
                )
            elif form == 1:
                c.circle(x + 100, y + 100, 74, front)
                c.circle(x + 100, y + 100, 34, back)
            elif form == 2:
                for k in range(5):
                    c.rect(x, y + k * 40, cell, 20, front)
            elif form == 3:
                leaf(c, x + 22, y + 178, 220, 45, front)
            elif form == 4:
                c.polygon(
                    [
                        (x + 24, y + 200),
                        (x + 24, y + 100),
                        (x + 100, y + 36),
                        (x + 176, y + 100),
                        (x + 176, y + 200),
                    ],
                    front,
                )
                c.rect(x + 76, y + 124, 48, 76, back)
            elif form == 5:
                c.pie(x + 100, y + 100, 100, 180, 360, front)
                c.pie(x + 100, y + 200, 100, 180, 360, mix(front, back, 0.4))
            elif form == 6:
                c.rect(x + 90, y + 100, 20, 100, mix(INK, BRICK, 0.4))
                c.circle(x + 100, y + 84, 66, front)
            else:
                for k in range(3):
                    c.line(
                        curve(
                            [
                                (x, y + 50 + k * 52),
                                (x + 50, y + 30 + k * 52),
                                (x + 100, y + 50 + k * 52),
                                (x + 150, y + 70 + k * 52),
                                (x + 200, y + 50 + k * 52),
                            ],
                            6,
                        ),
                        13,
                        front,
                        round_ends=False,
                    )


def _poster_crowd(c: Canvas) -> None:
    rng = c.rng
    back = rng.choice([tint(BLUE, 0.4), mix(PAPER, GOLD, 0.4), tint(GREEN, 0.45), tint(BRICK, 0.4)])
    c.rect(0, 0, WIDTH, HEIGHT, back)
    for k in range(18):
        a1, a2 = math.radians(180 + k * 10), math.radians(185 + k * 10)
        c.polygon(
            [
                (800, 760),
                (800 + math.cos(a1) * 1200, 760 + math.sin(a1) * 1200),
                (800 + math.cos(a2) * 1200, 760 + math.sin(a2) * 1200),
            ],
            mix(back, PAPER, 0.45),
        )
    c.circle(800, 760, 350, mix(PAPER, GOLD, 0.2))
    for line in range(2):
        y0 = 110 + line * 110
        flags = [(x, y0 + 80 * math.sin((x + line * 400) / 500)) for x in range(-20, 1660, 70)]
        c.line(flags, 4, INK, round_ends=False)
        for k, (x, y) in enumerate(flags[:-1]):
            c.polygon(
                [(x + 8, y + 2), (x + 58, y + 6), (x + 34, y + 74)],
                (BRICK, GREEN, GOLD, BLUE, PAPER)[(k + line) % 5],
            )
    bubbles = [(330, 420, 120), (1260, 400, 130), (800, 330, 150)]
    for k, (x, y, r) in enumerate(bubbles):
        fill = (PAPER, PAPER, GREEN)[k]
        c.ellipse(x, y, r, r * 0.7, fill)
        c.polygon(
            [(x - 30, y + r * 0.5), (x + 34, y + r * 0.58), (x + (40 if x < 700 else -50), y + r * 1.05)],
            fill,
        )
        if k == 2:
            sprout(c, x, y + 76, 150, PAPER)
        elif k == 0:
            pin(c, x, y + 56, 110, BRICK)
        else:
            for j in range(3):
                c.rect(x - 70, y - 36 + j * 30, 140 - j * 36, 13, tint(INK, 0.35), radius=6)
    for row in range(3):
        crowd(c, -20, 1620, 850 + row * 90, 250 + row * 50, 9 - row)


def award(c: Canvas, before: bool = False) -> None:
    """A wreath of leaves around the sprout, for results and honours."""
    rng = c.rng
    back = rng.choice([shade(GREEN, 0.45), mix(PAPER, GOLD, 0.3), shade(BLUE, 0.35), mix(BRICK, INK, 0.2)])
    dark = back != mix(PAPER, GOLD, 0.3)
    c.rect(0, 0, WIDTH, HEIGHT, back)
    for k in range(36):
        a1, a2 = math.radians(k * 10), math.radians(k * 10 + 5)
        c.polygon(
            [
                (800, 500),
                (800 + math.cos(a1) * 1100, 500 + math.sin(a1) * 1100),
                (800 + math.cos(a2) * 1100, 500 + math.sin(a2) * 1100),
            ],
            mix(back, PAPER, 0.06),
        )
    gold = mix(GOLD, PAPER, 0.3 if dark else 0.05)
    c.circle(800, 490, 250, mix(PAPER, GOLD, 0.14))
    c.ring(800, 490, 250, 250, 10, gold)
    c.ring(800, 490, 226, 226, 3, gold)
    sprout(c, 800, 650, 330)
    for side in (-1, 1):
        for k in range(12):
            a = math.radians(90 + side * (16 + k * 12.5))
            x, y = 800 + math.cos(a) * 326, 490 + math.sin(a) * 326
            heading = -math.degrees(a) + (90 if side < 0 else -90)
            leaf(c, x, y, 116 - k * 3, heading + side * 32, mix(gold, LEAF, 0.55 if k % 2 else 0.2))
            leaf(c, x, y, 96 - k * 3, heading - side * 34, gold)
    for side in (-1, 1):
        c.polygon(
            [
                (800, 800),
                (800 + side * 60, 810),
                (800 + side * 110, 950),
                (800 + side * 66, 926),
                (800 + side * 36, 966),
            ],
            BRICK,
        )
    c.circle(800, 806, 44, shade(BRICK, 0.15))
    c.circle(800, 806, 26, gold)
    for _ in range(60):
        x, y = rng.uniform(0, WIDTH), rng.uniform(0, HEIGHT)
        if math.hypot(x - 800, y - 500) > 480:
            angle, s = rng.uniform(0, 6.28), rng.uniform(8, 18)
            c.line(
                [(x, y), (x + math.cos(angle) * s, y + math.sin(angle) * s)],
                7,
                rng.choice([gold, PAPER, BRICK, tint(GREEN, 0.7)]),
            )


def document(c: Canvas, before: bool = False) -> None:
    """Sheets with a red head and a seal, a sprout growing from them."""
    rng = c.rng
    back = rng.choice([tint(BLUE, 0.3), mix(PAPER, GOLD, 0.26), tint(GREEN, 0.3), tint(BRICK, 0.22)])
    c.rect(0, 0, WIDTH, HEIGHT, back)
    c.circle(1180, 420, 420, mix(back, PAPER, 0.5))
    skyline_tone = mix(back, INK, 0.1)
    for k in range(20):
        h = rng.uniform(60, 260)
        c.rect(k * 84 - 20, 880 - h, 66, h, skyline_tone)
    pagoda(c, 1320, 880, 430, mix(back, INK, 0.2))
    c.rect(0, 880, WIDTH, 120, mix(back, INK, 0.12))
    for k in (2, 1, 0):
        a = math.radians(-4 + 5 * k)
        cx, cy, w, h = 560 + 26 * k, 500 - 6 * k, 560.0, 760.0
        corners = [
            (cx + x * math.cos(a) - y * math.sin(a), cy + x * math.sin(a) + y * math.cos(a))
            for x, y in ((-w / 2, -h / 2), (w / 2, -h / 2), (w / 2, h / 2), (-w / 2, h / 2))
        ]
        c.shadow([(x + 10, y + 18) for x, y in corners], 16, 0.25)
        c.polygon(corners, mix(PAPER, INK, 0.04 * k))
        if k:
            continue

        def at(x: float, y: float, cx: float = cx, cy: float = cy, a: float = a) -> tuple[float, float]:
            return cx + x * math.cos(a) - y * math.sin(a), cy + x * math.sin(a) + y * math.cos(a)

        for j in range(7):
            c.line([at(-190 + j * 56, -290), at(-156 + j * 56, -290)], 34, BRICK, round_ends=False)
        c.line([at(-220, -232), at(220, -232)], 6, BRICK, round_ends=False)
        c.line([at(-90, -190), at(90, -190)], 16, INK, round_ends=False)
        for j in range(14):
            end = 220 if j % 5 != 4 else rng.uniform(-60, 120)
            c.line(
                [at(-220 + (40 if j % 5 == 0 else 0), -140 + j * 30), at(end, -140 + j * 30)],
                8,
                tint(INK, 0.45),
                round_ends=False,
            )
        sx, sy = at(140, 300)
        c.ring(sx, sy, 62, 62, 8, BRICK, 0.85)
        sprout(c, sx, sy + 34, 66, BRICK)
    sprout(c, 1040, 884, 380)
    sprout(c, 1160, 890, 170, LEAF)
    for k in range(3):
        person(c, 1250 + k * 105, 950, 210, ("adult", "child", "elder")[k])
