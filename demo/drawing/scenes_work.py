"""Scenes of people at work together, and sheets for events and awards."""

from __future__ import annotations

import math

from .canvas import (
    BLUE, BRICK, GOLD, GREEN, GREY, HEIGHT, INK, LEAF, PAPER, SAND, SKIN, STONE, WARM, WIDTH,
    Canvas, Colour, curve, mix, shade, tint,
)  # fmt: skip
from .nature import MOODS, skyline, sky, tree, treeline
from .scenes_plan import pin
from .town import CLOTHES, GLASS, TIMBER, apartment, arch_bridge, crowd, lamp, pagoda, person


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


def poster(c: Canvas, before: bool = False) -> None:
    """A bold sheet for an event: one of four compositions."""
    c.rng.choice([_poster_sprout, _poster_waves, _poster_tiles, _poster_crowd])(c)


def _poster_sprout(c: Canvas) -> None:
    rng = c.rng
    back, disc = rng.choice([(mix(PAPER, GOLD, 0.34), BRICK), (tint(BLUE, 0.3), PAPER), (GREEN, mix(PAPER, GOLD, 0.34)), (tint(BRICK, 0.3), mix(PAPER, GOLD, 0.4))])
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
        sprout(c, x, 900 + rng.uniform(-20, 60), rng.uniform(70, 130), mix(GREEN, PAPER, rng.uniform(0.1, 0.4)))
    for _ in range(26):
        c.circle(rng.uniform(0, WIDTH), rng.uniform(40, 640), rng.uniform(4, 11), rng.choice([PAPER, GOLD, BRICK, BLUE]), 0.8)


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
                tone = (mix(BLUE, PAPER, 0.06 * row), PAPER, mix(BLUE, GREEN, 0.4), mix(PAPER, GOLD, 0.2))[ring]
                c.pie(x, y + r, r * share, 180, 360, tone)
        c.rect(0, y + r - 1, WIDTH, 60, mix(BLUE, PAPER, 0.06 * row))
    for _ in range(7):
        bx, by = rng.uniform(60, 1500), rng.uniform(90, 330)
        for side in (-1, 1):
            c.line(curve([(bx, by), (bx + side * 18, by - 13), (bx + side * 42, by - 6)], 5), 5, INK)


def _poster_tiles(c: Canvas) -> None:
    rng = c.rng
    cell, colours = 200.0, [GREEN, BLUE, BRICK, GOLD, tint(GREEN, 0.4), tint(BLUE, 0.35), tint(BRICK, 0.35), mix(PAPER, GOLD, 0.3), PAPER]
    for i in range(8):
        for j in range(5):
            x, y = i * cell, j * cell
            back, front = rng.sample(colours, 2)
            c.rect(x, y, cell, cell, back)
            form = rng.randrange(8)
            if form == 0:
                c.pie(*rng.choice([(x, y, cell, 0, 90), (x + cell, y, cell, 90, 180), (x + cell, y + cell, cell, 180, 270), (x, y + cell, cell, 270, 360)]), front)
            elif form == 1:
                c.circle(x + 100, y + 100, 74, front)
                c.circle(x + 100, y + 100, 34, back)
            elif form == 2:
                for k in range(5):
                    c.rect(x, y + k * 40, cell, 20, front)
            elif form == 3:
                leaf(c, x + 22, y + 178, 220, 45, front)
            elif form == 4:
                c.polygon([(x + 24, y + 200), (x + 24, y + 100), (x + 100, y + 36), (x + 176, y + 100), (x + 176, y + 200)], front)
                c.rect(x + 76, y + 124, 48, 76, back)
            elif form == 5:
                c.pie(x + 100, y + 100, 100, 180, 360, front)
                c.pie(x + 100, y + 200, 100, 180, 360, mix(front, back, 0.4))
            elif form == 6:
                c.rect(x + 90, y + 100, 20, 100, mix(INK, BRICK, 0.4))
                c.circle(x + 100, y + 84, 66, front)
            else:
                for k in range(3):
                    c.line(curve([(x, y + 50 + k * 52), (x + 50, y + 30 + k * 52), (x + 100, y + 50 + k * 52), (x + 150, y + 70 + k * 52), (x + 200, y + 50 + k * 52)], 6), 13, front, round_ends=False)


def _poster_crowd(c: Canvas) -> None:
    rng = c.rng
    back = rng.choice([tint(BLUE, 0.4), mix(PAPER, GOLD, 0.4), tint(GREEN, 0.45), tint(BRICK, 0.4)])
    c.rect(0, 0, WIDTH, HEIGHT, back)
    for k in range(18):
        a1, a2 = math.radians(180 + k * 10), math.radians(185 + k * 10)
        c.polygon([(800, 760), (800 + math.cos(a1) * 1200, 760 + math.sin(a1) * 1200), (800 + math.cos(a2) * 1200, 760 + math.sin(a2) * 1200)], mix(back, PAPER, 0.45))
    c.circle(800, 760, 350, mix(PAPER, GOLD, 0.2))
    for line in range(2):
        y0 = 110 + line * 110
        flags = [(x, y0 + 80 * math.sin((x + line * 400) / 500)) for x in range(-20, 1660, 70)]
        c.line(flags, 4, INK, round_ends=False)
        for k, (x, y) in enumerate(flags[:-1]):
            c.polygon([(x + 8, y + 2), (x + 58, y + 6), (x + 34, y + 74)], (BRICK, GREEN, GOLD, BLUE, PAPER)[(k + line) % 5])
    bubbles = [(330, 420, 120), (1260, 400, 130), (800, 330, 150)]
    for k, (x, y, r) in enumerate(bubbles):
        fill = (PAPER, PAPER, GREEN)[k]
        c.ellipse(x, y, r, r * 0.7, fill)
        c.polygon([(x - 30, y + r * 0.5), (x + 34, y + r * 0.58), (x + (40 if x < 700 else -50), y + r * 1.05)], fill)
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
        c.polygon([(800, 500), (800 + math.cos(a1) * 1100, 500 + math.sin(a1) * 1100), (800 + math.cos(a2) * 1100, 500 + math.sin(a2) * 1100)], mix(back, PAPER, 0.06))
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
        c.polygon([(800, 800), (800 + side * 60, 810), (800 + side * 110, 950), (800 + side * 66, 926), (800 + side * 36, 966)], BRICK)
    c.circle(800, 806, 44, shade(BRICK, 0.15))
    c.circle(800, 806, 26, gold)
    for _ in range(60):
        x, y = rng.uniform(0, WIDTH), rng.uniform(0, HEIGHT)
        if math.hypot(x - 800, y - 500) > 480:
            angle, s = rng.uniform(0, 6.28), rng.uniform(8, 18)
            c.line([(x, y), (x + math.cos(angle) * s, y + math.sin(angle) * s)], 7, rng.choice([gold, PAPER, BRICK, tint(GREEN, 0.7)]))


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
        c.line([(tx - 540 + k * 30, 190 if k % 2 else 168), (tx - 510 + k * 30, 168 if k % 2 else 190)], 3, crane, round_ends=False)
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
                c.rect(px + 36 + j * 34, skyline_y - 30 - 20 * (j % 3), 26, 40 + 20 * (j % 3), (tint(BLUE, 0.5), tint(BRICK, 0.5), tint(GOLD, 0.6), tint(GREEN, 0.6))[j])
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
        px = 300 + k * 420 + rng.uniform(-60, 60)
        person(c, px, 930, 210)
        c.pie(px, 930 - 210 * 0.935, 26, 180, 360, GOLD)
        c.rect(px - 32, 930 - 210 * 0.945, 64, 7, GOLD, radius=3)


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
    seats = [(430 + k * 185, 190, 90) for k in range(5)] + [(430 + k * 185, 812, 270) for k in range(5)] + [(240, 500, 0), (1360, 500, 180)]
    for x, y, facing in seats:
        coat, a = rng.choice(CLOTHES), math.radians(facing)
        fx, fy = math.cos(a), math.sin(a)
        c.ellipse(x + 12, y + 16, 84, 62 if facing in (90, 270) else 84, INK, 0.16)
        c.ellipse(x - fx * 44, y - fy * 44, 62, 62, TIMBER)
        wide, deep = (78, 46) if facing in (90, 270) else (46, 78)
        c.ellipse(x, y, wide, deep, coat)
        for side in (-1, 1):
            sx, sy = x - fy * side * 60, y + fx * side * 60
            c.line([(sx, sy), (sx + fx * 66 + fy * side * 16, sy + fy * 66 - fx * side * 16)], 28, shade(coat, 0.14))
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
                c.rect(500 + i * 100, 352 + j * 84, 74, 60, mix(PAPER, rng.choice([GOLD, BRICK, GREEN, BLUE]), 0.35), radius=4)
    for _ in range(12):
        c.circle(rng.uniform(500, 1100), rng.uniform(620, 656), rng.uniform(7, 13), mix(GREEN, PAPER, rng.uniform(0, 0.3)))
    pin(c, rng.uniform(600, 1000), rng.uniform(440, 520), 66, BRICK)
    for _ in range(9):
        nx, ny = rng.choice([rng.uniform(360, 440), rng.uniform(1150, 1220)]), rng.uniform(310, 660)
        c.rect(nx, ny, 40, 40, rng.choice([tint(GOLD, 0.7), tint(GREEN, 0.6), tint(BRICK, 0.5), tint(BLUE, 0.5)]), radius=2)
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
        c.shadow([(x + 6, y + 10), (x + w + 6, y + 10), (x + w + 6, y + h + 10), (x + 6, y + h + 10)], 10, 0.25)
        c.rect(x, y, w, h, PAPER)
        tone = (GREEN, BLUE, BRICK, GOLD, mix(GREEN, BLUE, 0.5))[(k + rng.randrange(5)) % 5]
        c.rect(x + 16, y + 16, w - 32, 170, tint(tone, 0.4))
        form = rng.randrange(4)
        if form == 0:
            pagoda(c, x + w / 2, y + 184, 150, shade(tone, 0.1))
        elif form == 1:
            for j in range(5):
                c.rect(x + 30 + j * 38, y + 186 - (40 + 26 * ((j * 3 + k) % 4)), 28, 40 + 26 * ((j * 3 + k) % 4), tone)
        elif form == 2:
            sprout(c, x + w / 2, y + 182, 150, tone)
        else:
            c.circle(x + w * 0.62, y + 70, 30, tone)
            c.polygon(curve([(x + 16, y + 186), (x + 80, y + 110), (x + 150, y + 150), (x + w - 16, y + 100), (x + w - 16, y + 186)], 6), shade(tone, 0.2))
        for j in range(4):
            c.rect(x + 16, y + 206 + j * 26, (w - 32) * rng.uniform(0.5, 1), 10, tint(INK, 0.3), radius=4)
    mx = rng.uniform(620, 760)
    c.polygon([(mx, 800), (mx + 420, 800), (mx + 380, 940), (mx + 40, 940)], TIMBER)
    c.rect(mx - 20, 780, 460, 26, mix(TIMBER, PAPER, 0.3))
    for k in range(13):
        h = rng.uniform(24, 110)
        c.rect(mx + 10 + k * 31, 780 - h, 22, h, rng.choice([PAPER, mix(PAPER, GOLD, 0.3), tint(BRICK, 0.4), tint(BLUE, 0.4)]))
        c.circle(mx + 34 + k * 31, 772, 9, GREEN)
    c.rect(mx - 10, 650, 440, 130, tint(BLUE, 0.4), 0.2)
    crowd(c, 60, mx - 40, 880, 240, 4)
    crowd(c, mx + 480, 1560, 900, 245, 4)


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
        corners = [(cx + x * math.cos(a) - y * math.sin(a), cy + x * math.sin(a) + y * math.cos(a)) for x, y in ((-w / 2, -h / 2), (w / 2, -h / 2), (w / 2, h / 2), (-w / 2, h / 2))]
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
            c.line([at(-220 + (40 if j % 5 == 0 else 0), -140 + j * 30), at(end, -140 + j * 30)], 8, tint(INK, 0.45), round_ends=False)
        sx, sy = at(140, 300)
        c.ring(sx, sy, 62, 62, 8, BRICK, 0.85)
        sprout(c, sx, sy + 34, 66, BRICK)
    sprout(c, 1040, 884, 380)
    sprout(c, 1160, 890, 170, LEAF)
    for k in range(3):
        person(c, 1250 + k * 105, 950, 210, ("adult", "child", "elder")[k])
