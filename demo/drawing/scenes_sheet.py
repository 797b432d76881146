"""Street section and indicator sheet."""

from __future__ import annotations

import math

from .buildings import apartment, shop
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
    WARM,
    WIDTH,
    Canvas,
    Point,
    mix,
    shade,
    tint,
)
from .furniture import car, lamp
from .nature import tree
from .people import cyclist, person
from .signs import icon


def section(c: Canvas, before: bool = False) -> None:
    """A street cut across: who has how much room, with dimension lines."""
    rng = c.rng
    c.gradient(0, 1000, rng.choice([tint(BLUE, 0.18), WARM, tint(GREEN, 0.14)]), PAPER)
    for k in range(33):
        c.rect(k * 50, 0, 1, HEIGHT, INK, 0.05)
        if k < 20:
            c.rect(0, k * 50, WIDTH, 1, INK, 0.05)
    base = 720.0
    c.rect(0, base, WIDTH, 46, mix(STONE, INK, 0.1))
    c.rect(0, base + 46, WIDTH, 84, mix(SAND, BRICK, 0.3))
    for _ in range(140):
        c.ellipse(
            rng.uniform(0, WIDTH),
            rng.uniform(base + 52, base + 124),
            rng.uniform(2, 6),
            rng.uniform(1.5, 4),
            mix(SAND, INK, 0.25),
            0.6,
        )
    for px, r, fill in ((420, 20, BLUE), (760, 26, GREY), (1060, 16, BRICK), (1180, 16, GOLD)):
        c.circle(px + rng.uniform(-20, 20), base + 88, r, PAPER)
        c.ring(px, base + 88, r, r, 5, fill)
    wall = mix(PAPER, BRICK, rng.uniform(0.15, 0.35))
    apartment(c, -130, base, 300, 5, 88, wall)
    shop(c, -130, base, 300, 150)
    apartment(c, 1440, base, 300, 6, 84, mix(PAPER, GOLD, 0.3))
    shop(c, 1440, base, 300, 150)
    widths: list[float] = (
        [190, 100, 130, 330, 130, 100, 190] if rng.random() < 0.5 else [230, 90, 110, 320, 110, 90, 230]
    )
    fills = [
        mix(WARM, BRICK, 0.14),
        tint(GREEN, 0.8),
        tint(GREEN, 0.5),
        mix(GREY, PAPER, 0.3),
        tint(GREEN, 0.5),
        tint(GREEN, 0.8),
        mix(WARM, BRICK, 0.14),
    ]
    x = 186.0
    for k, (w, fill) in enumerate(zip(widths, fills, strict=True)):
        w *= 1236 / sum(widths)
        c.rect(x, base - (8 if k in (0, 6) else 0), w - 3, 22, fill)
        middle = x + w / 2
        if k in (0, 6):
            for m in range(2):
                person(
                    c,
                    x + w * (0.28 + 0.42 * m),
                    base - 8,
                    148,
                    rng.choice(["adult", "child", "elder", "wheelchair"]),
                )
        elif k in (1, 5):
            c.rect(x, base - 14, w - 3, 16, shade(GREEN, 0.1), radius=6)
            tree(c, middle, base - 8, rng.uniform(370, 450), rng.choice(["round", "ginkgo"]))
        elif k in (2, 4):
            cyclist(c, middle, base, 152)
        else:
            car(c, middle - 145, base, 250)
            c.rect(middle - 2, base + 3, 4, 14, PAPER)
        y = 880
        c.rect(x + 2, y, w - 6, 3, INK)
        for ex in (x + 2, x + w - 5):
            c.rect(ex, y - 13, 3, 29, INK)
            c.line([(ex - 7, y + 10), (ex + 10, y - 8)], 3, BRICK, round_ends=False)
        c.rect(middle - min(36, w * 0.3), y + 26, min(72, w * 0.6), 10, tint(INK, 0.4), radius=5)
        c.rect(x + w - 3, 300, 1.6, 580, INK, 0.16)
        x += w
    lamp(c, 186 + 1236 * 0.165, base, 400)
    for k, fill in enumerate((BRICK, GREEN, BLUE, GREEN, BRICK)):
        c.circle(480 + k * 160, 950, 12, fill)
        c.rect(500 + k * 160, 945, 70, 9, tint(INK, 0.25), radius=4)


def diagram(c: Canvas, before: bool = False) -> None:
    """An indicator sheet: radar, rings, bars and a path, without a word."""
    rng = c.rng
    back = rng.choice([mix(PAPER, GOLD, 0.14), tint(GREEN, 0.16), tint(BLUE, 0.16), tint(BRICK, 0.13)])
    c.rect(0, 0, WIDTH, HEIGHT, back)
    cards = [(90, 90, 700, 820), (830, 90, 680, 390), (830, 520, 680, 390)]
    for x, y, w, h in cards:
        c.shadow([(x + 6, y + 12), (x + w + 6, y + 12), (x + w + 6, y + h + 12), (x, y + h + 12)], 18, 0.16)
        c.rect(x, y, w, h, PAPER, radius=22)
    c.rect(90, 90, 700, 14, GREEN, radius=7)
    _radar(c, 440, 510, 290)
    for k in range(3):
        cx, share, fill = 960 + k * 210, rng.uniform(0.45, 0.95), (GREEN, BLUE, GOLD)[k]
        c.arc(cx, 260, 82, 0, 360, 22, tint(INK, 0.1))
        c.arc(cx, 260, 82, -90, -90 + 360 * share, 22, fill)
        c.circle(cx, 260, 40, tint(fill, 0.2))
        icon(c, cx, 260, 24, k, fill)
        c.rect(cx - 44, 376, 88, 12, tint(INK, 0.35), radius=6)
        c.rect(cx - 28, 402, 56, 9, tint(INK, 0.2), radius=4)
    high = 60.0
    for k in range(8):
        left = 890 + k * 72
        high = min(240, max(40, high + rng.uniform(-14, 44)))
        c.rect(left, 840 - high, 44, high, mix(tint(GREEN, 0.55), GREEN, k / 8), radius=8)
        c.rect(left, 840 - high * rng.uniform(0.3, 0.6), 44, 4, PAPER, 0.8)
        c.circle(left + 22, 820 - high, 7, BRICK)
    c.rect(870, 842, 600, 4, INK)
    for k in range(5):
        c.rect(870, 842 - 54 * (k + 1), 600, 1, INK, 0.12)


def _radar(c: Canvas, cx: float, cy: float, r: float) -> None:
    rng = c.rng
    n = rng.choice([6, 7, 8])

    def at(k: int, share: float) -> Point:
        a = 2 * math.pi * k / n - math.pi / 2
        return cx + math.cos(a) * r * share, cy + math.sin(a) * r * share

    for level in (1.0, 0.75, 0.5, 0.25):
        ring = [at(k, level) for k in range(n)]
        c.polygon(ring, tint(INK, 0.04 + 0.05 * (1 - level)))
        c.line([*ring, ring[0]], 2, tint(INK, 0.3), round_ends=False)
    for k in range(n):
        c.line([(cx, cy), at(k, 1)], 2, tint(INK, 0.25), round_ends=False)
    was = [at(k, rng.uniform(0.25, 0.55)) for k in range(n)]
    now = [at(k, rng.uniform(0.55, 0.95)) for k in range(n)]
    c.polygon(now, GREEN, 0.3)
    c.line([*now, now[0]], 6, GREEN)
    c.polygon(was, BRICK, 0.25)
    c.line([*was, was[0]], 5, BRICK)
    for k, (x, y) in enumerate(now):
        c.circle(x, y, 10, GREEN)
        c.circle(x, y, 5, PAPER)
        ex, ey = at(k, 1.16)
        c.circle(ex, ey, 27, tint((GREEN, BLUE, BRICK, GOLD)[k % 4], 0.25))
        icon(c, ex, ey, 16, k, (GREEN, BLUE, BRICK, GOLD)[k % 4])
