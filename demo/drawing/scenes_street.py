"""Scenes of streets, lanes, markets and squares. `before` shows the same place, cluttered and grey."""

from __future__ import annotations

import math
from collections.abc import Callable

from .canvas import (
    BLUE, BRICK, GOLD, GREEN, GREY, HEIGHT, INK, PAPER, SAND, STONE, WARM, WIDTH,
    Canvas, Colour, Point, curve, mix, shade, tint,
)  # fmt: skip
from .nature import MOODS, Mood, flowers, grass, hedge, shrub, skyline, sky, tree, treeline
from .town import (
    CLOTHES, GLASS, SKIN, TIMBER, apartment, awning, bench, bin_and_waste, bus, car, courtyard_house, crowd, cyclist,
    lamp, lift_shaft, pagoda, parked_bikes, person, shop, sitter, tiled_roof, wires,
)  # fmt: skip

WALLS = (mix(PAPER, GOLD, 0.22), mix(PAPER, BRICK, 0.2), mix(PAPER, BRICK, 0.34), mix(PAPER, INK, 0.12), SAND, mix(PAPER, GREEN, 0.14))
ROAD = mix(GREY, PAPER, 0.28)
PAVING = mix(WARM, BRICK, 0.08)

Wall = Callable[[int, float, float], Point]
"""Side (-1 left, 1 right), depth (0 to 1) and height on a lane's wall, as a place on the sheet."""


def _mood(c: Canvas, before: bool, *names: str) -> Mood:
    chosen = c.rng.choice(names or ("morning", "noon", "evening", "spring"))
    return MOODS["overcast"] if before else MOODS[chosen]


def _pavement(c: Canvas, y: float, h: float, fill: Colour = PAVING, cell: float = 84) -> None:
    """Slabs seen at a low angle, larger towards the eye."""
    c.gradient(y, h, mix(fill, PAPER, 0.3), fill)
    row, k = y, 12.0
    while row < y + h:
        c.rect(0, row, WIDTH, 1.6, shade(fill, 0.12))
        for x in range(-9, 10):
            far, near = 800 + x * cell * (0.7 + 0.5 * (row - y) / max(1, h)) * 1.2, 0.0
            c.line([(far + near, row), (far + (x * k * 0.09), min(row + k, y + h))], 1.4, shade(fill, 0.1), round_ends=False)
        row += k
        k *= 1.32


def street(c: Canvas, before: bool = False) -> None:
    """A shopping street with wide pavement, cycle lane and trees."""
    rng = c.rng
    mood = _mood(c, before)
    base = 640.0
    sky(c, mood, base)
    skyline(c, mood, 430, 250, 16)
    x = -30.0
    while x < WIDTH:
        w, floors = rng.uniform(250, 360), rng.randint(2, 4)
        shop_h, wall = rng.uniform(165, 190), rng.choice(WALLS)
        apartment(c, x, base - shop_h, w - 12, floors, rng.uniform(62, 74), wall, tidy=not before)
        half = w / 2
        for k in range(2):
            shop(c, x + k * half, base, half - 8, shop_h, tidy=not before)
        x += w + rng.choice([0, 0, 40])
    _pavement(c, base, 150)
    kerb = base + 150
    if before:
        c.gradient(kerb, HEIGHT - kerb, shade(STONE, 0.2), shade(STONE, 0.3))
        for k in range(4):
            car(c, -60 + k * 430 + rng.uniform(-30, 30), kerb + 6 + 14 * (k % 2), 370)
        parked_bikes(c, rng.uniform(100, 300), base + 84, 7, 90, fallen=True)
        parked_bikes(c, rng.uniform(1000, 1150), base + 84, 4, 90, fallen=True)
        bin_and_waste(c, rng.uniform(640, 820), base + 120, 96)
        wires(c, 130, 5)
        person(c, rng.uniform(420, 560), kerb + 120, 200)
        cyclist(c, rng.uniform(900, 1100), kerb + 150, 220)
        return
    for k in range(4):
        tx = 120 + k * 440 + rng.uniform(-40, 40)
        c.rect(tx - 58, kerb - 30, 116, 22, shade(GREEN, 0.1), radius=6)
        tree(c, tx, kerb - 22, rng.uniform(400, 470), rng.choice(["round", "ginkgo", "round"]))
        flowers(c, tx - 50, kerb - 40, 100, 14, 14)
    crowd(c, 220, 1500, base + 88, 165, rng.randint(6, 8))
    bench(c, 520 + rng.uniform(-60, 60), base + 122, 190)
    sitter(c, 600, base + 74, 140)
    parked_bikes(c, rng.uniform(1050, 1150), base + 130, 4, 84)
    c.rect(0, kerb, WIDTH, 12, STONE)
    c.rect(0, kerb + 12, WIDTH, 86, mix(tint(GREEN, 0.62), BLUE, 0.08))
    c.rect(0, kerb + 94, WIDTH, 6, PAPER)
    c.gradient(kerb + 100, HEIGHT - kerb - 100, ROAD, shade(ROAD, 0.1))
    for k in range(6):
        c.rect(k * 300 + 40, 962, 150, 9, PAPER, 0.85)
    for k in range(3):
        cyclist(c, 240 + k * 500 + rng.uniform(-90, 90), kerb + 84, 190)


def lane(c: Canvas, before: bool = False) -> None:
    """A village or old-town lane running away from the eye."""
    rng = c.rng
    mood = _mood(c, before, "morning", "evening", "noon", "paper")
    vx, vy = rng.uniform(640, 960), 520.0
    sky(c, mood, 720)
    skyline(c, mood, vy + 10, 120, 20)
    treeline(c, vy + 30, 110, mix(mood.haze, GREEN, 0.45), vx - 260, vx + 260)
    if rng.random() < 0.6:
        pagoda(c, vx + rng.uniform(-60, 60), vy + 14, 240, mix(shade(mood.haze, 0.2), BRICK, 0.3))
    ground = mix(STONE, SAND, 0.3) if before else mix(WARM, INK, 0.07)

    def at(side: int, depth: float, up: float) -> Point:
        """A point on a wall: depth 0 at the eye, 1 at the vanishing point; `up` units above ground."""
        k = 1 - depth
        return vx + side * (60 + 700 * k), vy + 16 + (520 - up) * k

    c.polygon([at(-1, -0.5, 0), at(1, -0.5, 0), at(1, 0.97, 0), at(-1, 0.97, 0)], ground)
    for k in range(1, 20):
        d = 1 - 0.82**k
        c.line([at(-1, d, 0), at(1, d, 0)], 5 * (1 - d) + 0.8, shade(ground, 0.1), round_ends=False)
    for share in (-0.6, -0.25, 0.25, 0.6):
        a, b = at(1, 0, 0), at(1, 0.97, 0)
        c.line([(vx + (a[0] - vx) * share, a[1]), (vx + (b[0] - vx) * share, b[1])], 2, shade(ground, 0.1), round_ends=False)
    if not before:
        a, b = at(1, 0, 0), at(1, 0.97, 0)
        strip = [(vx + (p[0] - vx) * share, p[1]) for p, share in ((a, -0.12), (a, 0.12), (b, 0.12), (b, -0.12))]
        c.polygon(strip, mix(STONE, PAPER, 0.2))
    for side in (-1, 1):
        cuts = [-0.5, rng.uniform(0.22, 0.34), rng.uniform(0.5, 0.6), rng.uniform(0.72, 0.78), 0.97]
        for i in range(len(cuts) - 2, -1, -1):
            _lane_house(c, at, side, cuts[i], cuts[i + 1], rng.uniform(640, 800), before)
    if before:
        car(c, vx - 330, 860, 330)
        bin_and_waste(c, vx + 190, 900, 110)
        parked_bikes(c, vx - 70, 690, 4, 70, fallen=True)
        wires(c, 170, 5)
        return
    for side in (-1, 1):
        for d in (0.3, 0.42, 0.62):
            x, y = at(side, d, 0)
            shrub(c, x - side * 60 * (1 - d), y + 8, 150 * (1 - d))
    tx, ty = at(rng.choice([-1, 1]), 0.5, 0)
    tree(c, tx, ty, 430, rng.choice(["round", "ginkgo", "blossom"]))
    crowd(c, vx - 160, vx + 160, 680, 118, 3)
    crowd(c, vx - 300, vx + 320, 860, 215, rng.randint(3, 4))
    cyclist(c, vx + rng.uniform(-120, 120), 780, 165)


def _lane_house(c: Canvas, at: Wall, side: int, near: float, far: float, height: float, before: bool) -> None:
    rng = c.rng
    wall = rng.choice([mix(STONE, INK, 0.2), mix(PAPER, GOLD, 0.16), mix(STONE, BRICK, 0.3), mix(PAPER, INK, 0.1)])
    wall = shade(wall, 0.12) if side > 0 else wall
    c.polygon([at(side, near, 0), at(side, far, 0), at(side, far, height), at(side, near, height)], wall)
    for up in range(30, int(height), 34):
        c.line([at(side, near, up), at(side, far, up)], 1.6, shade(wall, 0.1), round_ends=False)
    c.polygon([at(side, near, 0), at(side, far, 0), at(side, far, 60), at(side, near, 60)], shade(wall, 0.2))
    span = far - near
    d1, d2 = near + span * 0.34, near + span * 0.56
    door = shade(BRICK, 0.12) if rng.random() < 0.7 else shade(GREEN, 0.35)
    c.polygon([at(side, d1 - span * 0.05, 0), at(side, d2 + span * 0.05, 0), at(side, d2 + span * 0.05, 330), at(side, d1 - span * 0.05, 330)], shade(wall, 0.42))
    c.polygon([at(side, d1, 0), at(side, d2, 0), at(side, d2, 300), at(side, d1, 300)], door)
    middle = (d1 + d2) / 2
    c.line([at(side, middle, 0), at(side, middle, 300)], 3, shade(door, 0.5), round_ends=False)
    for d in (middle - span * 0.025, middle + span * 0.025):
        c.circle(*at(side, d, 150), 7 * (1 - near), GOLD)
    w1, w2 = near + span * 0.7, near + span * 0.88
    c.polygon([at(side, w1, 190), at(side, w2, 190), at(side, w2, 300), at(side, w1, 300)], GLASS)
    c.line([at(side, (w1 + w2) / 2, 190), at(side, (w1 + w2) / 2, 300)], 3, PAPER, round_ends=False)
    if before and rng.random() < 0.8:
        b1, b2 = near + span * 0.08, near + span * 0.27
        c.polygon([at(side, b1, 330), at(side, b2, 330), at(side, b2, 420), at(side, b1, 420)], rng.choice([BRICK, GOLD, BLUE]))
    elif not before:
        lx, ly = at(side, d1 - span * 0.1, 300)
        r = 26 * (1 - near)
        c.ellipse(lx, ly, r * 0.9, r, BRICK)
        c.rect(lx - r * 0.4, ly - r * 1.2, r * 0.8, r * 0.3, GOLD)
        c.rect(lx - r * 0.4, ly + r * 0.9, r * 0.8, r * 0.3, GOLD)
    roof = mix(INK, PAPER, 0.32)
    c.polygon([at(side, near, height), at(side, far, height), at(side, far, height + 120), at(side, near, height + 120)], roof)
    for k in range(14):
        d = near + span * k / 13
        c.line([at(side, d, height), at(side, d, height + 120)], 4 * (1 - d) + 1, shade(roof, 0.25), round_ends=False)
    eave_near, eave_far = at(side, near, height), at(side, far, height)
    c.line([(eave_near[0] - side * 22 * (1 - near), eave_near[1] + 6), (eave_far[0] - side * 22 * (1 - far), eave_far[1] + 2)], 13 * (1 - near) + 2, shade(roof, 0.3), round_ends=False)
    c.line([at(side, near, height + 122), at(side, far, height + 122)], 9 * (1 - near) + 2, shade(roof, 0.35), round_ends=False)


def market(c: Canvas, before: bool = False) -> None:
    """Stalls under awnings, or heaps on the pavement."""
    rng = c.rng
    mood = _mood(c, before, "morning", "noon", "paper")
    base = 560.0
    sky(c, mood, base)
    skyline(c, mood, 380, 200, 18)
    x = -60.0
    while x < WIDTH:
        w = rng.uniform(280, 420)
        apartment(c, x, base, w, rng.randint(3, 5), 62, rng.choice(WALLS), tidy=not before)
        x += w + 14
    _pavement(c, base, HEIGHT - base, mix(PAVING, STONE, 0.5) if before else PAVING)
    if before:
        for k in range(6):
            ux = 100 + k * 270 + rng.uniform(-40, 40)
            c.rect(ux - 4, base - 40, 8, 200, INK)
            c.pie(ux, base, rng.uniform(110, 150), 190, 350, rng.choice([tint(BLUE, 0.6), tint(BRICK, 0.6), GREY, STONE]))
            for _ in range(6):
                c.rect(ux + rng.uniform(-120, 70), base + 160 + rng.uniform(-30, 30), rng.uniform(46, 84), rng.uniform(30, 50), rng.choice([SAND, TIMBER, STONE, PAPER]))
        crowd(c, 60, 1540, 830, 185, 7)
        car(c, rng.uniform(700, 1000), 940, 380)
        bin_and_waste(c, rng.uniform(200, 400), 950, 110)
        wires(c, 110, 5)
        return
    stalls, awnings = 5, [BRICK, GREEN, BLUE, GOLD, shade(GREEN, 0.2)]
    rng.shuffle(awnings)
    for row in range(2):
        y, k = 700 + row * 150, 1 + row * 0.25
        if row:
            crowd(c, 60, 1560, 800, 165, rng.randint(5, 7))
        for i in range(stalls - row):
            sx, w = -60 + row * 210 + i * 345, 290 * k
            if row and i % 2 == rng.randint(0, 1):
                continue
            _stall(c, sx, y + row * 70, w, 215 * k, awnings[(i + 2 * row) % 5])
    for i in range(46):
        bx = -10 + i * 36
        c.line([(bx, 118 + 26 * math.sin(i / 4)), (bx + 36, 118 + 26 * math.sin((i + 1) / 4))], 2, INK, round_ends=False)
        if i % 2:
            c.polygon([(bx, 118 + 26 * math.sin(i / 4)), (bx + 30, 118 + 26 * math.sin(i / 4)), (bx + 15, 158 + 26 * math.sin(i / 4))], rng.choice(awnings))


def _stall(c: Canvas, x: float, y: float, w: float, h: float, fill: Colour) -> None:
    rng = c.rng
    c.ground_shadow(x + w / 2, y, w * 0.52, w * 0.05)
    for px in (x + 6, x + w - 14):
        c.rect(px, y - h, 8, h, TIMBER)
    person(c, x + w * rng.uniform(0.35, 0.6), y - h * 0.12, h * 0.74)
    c.rect(x, y - h * 0.4, w, h * 0.4, mix(TIMBER, PAPER, 0.3))
    for i in range(4):
        c.rect(x, y - h * 0.4 + i * h * 0.1, w, 2, shade(TIMBER, 0.2))
    heaps = [(GREEN, BRICK), (GOLD, mix(GOLD, BRICK, 0.5)), (BRICK, tint(BRICK, 0.7)), (tint(GREEN, 0.6), GREEN), (mix(GOLD, PAPER, 0.4), GOLD)]
    rng.shuffle(heaps)
    for i, pair in enumerate(heaps[:4]):
        cx = x + w * (0.14 + 0.24 * i)
        c.polygon([(cx - w * 0.11, y - h * 0.41), (cx + w * 0.11, y - h * 0.41), (cx + w * 0.09, y - h * 0.3), (cx - w * 0.09, y - h * 0.3)], SAND)
        for j in range(11):
            row = j // 5
            c.circle(cx + (j % 5 - 2 + row * 0.5) * w * 0.034, y - h * 0.43 - row * h * 0.05, w * 0.023, rng.choice(pair))
    awning(c, x - 14, y - h * 1.05, w + 28, h * 0.2, fill)


def bus_stop(c: Canvas, before: bool = False) -> None:
    """A bus stop: a lone pole in the dust, or a shelter with level boarding."""
    rng = c.rng
    mood = _mood(c, before)
    base = 600.0
    sky(c, mood, base)
    skyline(c, mood, base, 330, 14)
    treeline(c, base + 8, 120, mix(mood.haze, GREEN, 0.5))
    _pavement(c, base, 220, mix(STONE, SAND, 0.4) if before else PAVING)
    c.gradient(820, 180, ROAD, shade(ROAD, 0.15))
    c.rect(0, 816, WIDTH, 14, STONE)
    if before:
        c.rect(760, 300, 12, 480, GREY)
        c.rect(716, 300, 100, 130, tint(BLUE, 0.5))
        crowd(c, 560, 1040, 790, 200, 5)
        parked_bikes(c, 1080, 790, 7, 100, fallen=True)
        car(c, 120, 850, 400)
        bin_and_waste(c, 420, 790, 100)
        wires(c, 130, 4)
        bus(c, 1010, 970, 620, GREY)
        return
    for _ in range(5):
        tree(c, rng.uniform(0, WIDTH), base + rng.uniform(20, 50), rng.uniform(320, 420))
    left, right, top = rng.uniform(330, 420), rng.uniform(1130, 1230), 380.0
    frame = rng.choice([GREEN, INK, shade(BLUE, 0.2), TIMBER])
    c.rect(left + 20, top + 40, right - left - 40, 340, tint(BLUE, 0.24), 0.62)
    for k in range(5):
        x = left + 20 + (right - left - 40) * k / 4
        c.rect(x - 3, top + 30, 6, 360, frame)
    c.polygon([(left + 90, 770), (left + 210, 420), (left + 260, 420), (left + 140, 770)], PAPER, 0.34)
    c.rect(right - 230, top + 90, 150, 210, PAPER, radius=6)
    for k in range(5):
        c.line([(right - 214, top + 122 + k * 34), (right - 100, top + 122 + k * 34)], 5, (BLUE, GREEN, BRICK, GOLD, GREY)[k])
        for j in range(5):
            c.circle(right - 212 + j * 27, top + 122 + k * 34, 6, PAPER)
            c.circle(right - 212 + j * 27, top + 122 + k * 34, 4, (BLUE, GREEN, BRICK, GOLD, GREY)[k])
    bench(c, left + 90, 778, 300)
    sitter(c, left + 160, 700, 180)
    sitter(c, left + 300, 700, 176)
    for x in (left, right - 16):
        c.rect(x, top + 10, 16, 400, frame, radius=4)
    c.rect(left - 50, top - 24, right - left + 100, 40, frame, radius=12)
    c.rect(left - 40, top - 42, right - left + 80, 22, mix(tint(GREEN, 0.8), GOLD, 0.1), radius=10)
    for _ in range(40):
        grass(c, rng.uniform(left - 20, right + 20), top - 38, 2, 8, 34, GREEN)
    crowd(c, left + 420, right + 160, 796, 205, rng.randint(4, 5))
    person(c, left - 130, 800, 205, "wheelchair")
    for k in range(26):
        c.rect(k * 64, 800, 40, 10, mix(GOLD, PAPER, 0.2), radius=4)
    bus(c, rng.uniform(-260, 40), 985, 760, rng.choice([GREEN, BLUE, BRICK]))


def old_block(c: Canvas, before: bool = False) -> None:
    """An old housing block: with a lift, a ramp and a garden, or without."""
    rng = c.rng
    mood = _mood(c, before, "morning", "noon", "spring", "evening")
    base = 720.0
    sky(c, mood, base)
    skyline(c, mood, base - 60, 420, 12)
    floors, fh = rng.choice([5, 6]), rng.uniform(82, 90)
    wall = rng.choice([mix(PAPER, BRICK, 0.3), mix(PAPER, GOLD, 0.28), mix(PAPER, BRICK, 0.42), SAND])
    x, w = rng.uniform(170, 260), rng.uniform(980, 1120)
    apartment(c, -220, base, 330, floors - 1, fh, mix(wall, PAPER, 0.4), tidy=not before)
    apartment(c, x, base, w, floors, fh, wall, tidy=not before)
    apartment(c, x + w + 90, base, 400, floors - 1, fh, mix(wall, PAPER, 0.4), tidy=not before)
    _pavement(c, base, HEIGHT - base, mix(STONE, SAND, 0.3) if before else PAVING)
    if before:
        parked_bikes(c, x + 60, base + 62, 9, 96, fallen=True)
        car(c, 130, 900, 400)
        car(c, 980, 930, 420)
        bin_and_waste(c, x + w - 260, base + 60, 110)
        for k in range(5):
            c.rect(x + 470 + k * 6, base - 14 - k * 14, 180 - k * 12, 14, STONE)
        person(c, 760, 900, 220, "elder")
        wires(c, 90, 4)
        return
    for k in range(2):
        lift_shaft(c, x + w * (0.24 + 0.46 * k), base, floors, fh)
    rx = x + w * 0.36
    c.polygon([(rx, base + 4), (rx + 330, base + 4), (rx + 330, base - 2), (rx, base - 58)], mix(STONE, PAPER, 0.3))
    for k in range(7):
        px = rx + 10 + k * 52
        c.rect(px, base - 116 + k * 9.2, 6, 66, INK)
    c.line([(rx, base - 118), (rx + 330, base - 58)], 7, BRICK)
    person(c, rx + 190, base - 26, 150, "wheelchair")
    for k in range(5):
        hedge(c, 20 + k * 330, base + 66, 210, 40, mix(GREEN, GOLD, 0.1))
    flowers(c, 40, base + 36, 1500, 24, 80)
    tree(c, 90, base + 90, 470, "ginkgo" if rng.random() < 0.5 else "round")
    tree(c, 1500, base + 110, 520, "blossom" if rng.random() < 0.5 else "round")
    bench(c, 1080, 900, 240)
    sitter(c, 1140, 838, 165)
    sitter(c, 1240, 838, 160)
    crowd(c, 260, 1000, 900, 185, rng.randint(4, 6))


def night_street(c: Canvas, before: bool = False) -> None:
    """The same way home after dark: unlit, or with low warm light."""
    rng = c.rng
    mood = MOODS["night"]
    base = 620.0
    sky(c, mood, base)
    skyline(c, mood, base - 20, 330, 14)
    x = -50.0
    while x < WIDTH:
        w = rng.uniform(230, 360)
        apartment(c, x, base, w, rng.randint(3, 6), 66, mix(shade(BLUE, 0.55), BRICK, rng.uniform(0, 0.14)), lit=0.12 if before else 0.5)
        x += w + rng.uniform(10, 90)
    c.gradient(base, HEIGHT - base, shade(BLUE, 0.62), shade(BLUE, 0.76))
    path = [(620, base + 10), (980, base + 10), (1500, HEIGHT + 10), (60, HEIGHT + 10)]
    c.polygon(path, shade(GREY, 0.55) if before else mix(shade(BLUE, 0.35), GOLD, 0.3))
    if before:
        car(c, 180, 880, 360, shade(GREY, 0.5))
        person(c, 840, 820, 170)
        lamp(c, 1180, 830, 420)
        tree(c, 300, 780, 420, "bare", shade(BLUE, 0.7))
        tree(c, 1400, 900, 620, "bare", shade(BLUE, 0.7))
        return
    for k in range(1, 12):
        y = base + 10 + 370 * (k / 12) ** 1.6
        half = 180 + (y - base) * 1.42
        c.line([(790 - half, y), (790 + half, y)], 2, shade(BLUE, 0.5), round_ends=False)
    style = rng.randint(0, 1)
    for k, (y, h) in enumerate(((660, 230), (720, 320), (830, 460))):
        for side in (-1, 1):
            px = 800 + side * (190 + (y - base) * 1.4)
            tree(c, px + side * (90 + 40 * k), y, h * 1.05, rng.choice(["round", "poplar", "ginkgo"]), mix(shade(GREEN, 0.45), GOLD, 0.12))
            lamp(c, px, y, h, lit=True, style=style)
    for side in (-1, 1):
        for k in range(9):
            y = base + 30 + 36 * k
            px = 800 + side * (165 + (y - base) * 1.3)
            c.glow(px, y, 22 + 4 * k, mix(PAPER, GOLD, 0.5), 0.6)
            c.circle(px, y, 3 + 0.5 * k, mix(PAPER, GOLD, 0.3))
    crowd(c, 560, 1060, 780, 165, rng.randint(5, 6))
    cyclist(c, rng.uniform(560, 980), 930, 210)


def parking(c: Canvas, before: bool = False) -> None:
    """A street from above: cars anywhere, or bays, a footway and trees."""
    rng = c.rng
    ground = mix(tint(GREEN, 0.36), GOLD, 0.12) if not before else mix(STONE, SAND, 0.3)
    c.rect(0, 0, WIDTH, HEIGHT, ground)
    roofs = [mix(PAPER, BRICK, 0.34), mix(PAPER, INK, 0.24), SAND, mix(PAPER, BLUE, 0.2), mix(PAPER, BRICK, 0.18)]
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
                c.rect(x + rng.uniform(20, w - 60), y + rng.uniform(20, h - 50), rng.uniform(14, 40), rng.uniform(12, 26), shade(fill, 0.22), radius=2)
            x += w + rng.uniform(40, 90)
    c.rect(0, 340, WIDTH, 320, shade(ROAD, 0.08) if before else ROAD)
    paints = [PAPER, GREY, tint(BLUE, 0.6), shade(INK, 0.1), tint(BRICK, 0.75), mix(GOLD, PAPER, 0.5), STONE]
    if before:
        for k in range(15):
            _car_above(c, rng.uniform(20, 1560), rng.choice([rng.uniform(240, 330), rng.uniform(380, 620), rng.uniform(670, 760)]), rng.choice([0, 90, 20, -25, 70, 180]), rng.choice(paints))
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
    bay, k = 0, -10.0
    while k < WIDTH:
        if bay % 4 == 3:
            c.rect(k + 6, 344, 112, 86, mix(tint(GREEN, 0.72), GOLD, 0.12), radius=12)
        else:
            c.rect(k, 342, 5, 92, PAPER)
            if rng.random() < 0.72:
                _car_above(c, k + 66, 388, 90, rng.choice(paints), 104)
        k += 128
        bay += 1
    for j in range(8):
        c.rect(j * 210 + 30, 505, 110, 8, PAPER)
    zebra = rng.uniform(600, 1000)
    c.rect(zebra - 10, 340, 190, 320, ROAD)
    for j in range(9):
        c.rect(zebra, 350 + j * 34, 168, 19, PAPER)
    for j in range(3):
        _car_above(c, 160 + j * 560 + rng.uniform(-60, 60), 467, 90, rng.choice(paints), 120)
    for tx, ty, r in [(60 + i * 160 + rng.uniform(-20, 20), rng.choice([244, 744]), rng.uniform(46, 66)) for i in range(10)]:
        tree_above(c, tx, ty, r)
    bay, k = 0, -10.0
    while k < WIDTH:
        if bay % 4 == 3:
            tree_above(c, k + 62, 388, 50)
        k += 128
        bay += 1
    for _ in range(26):
        px, py = rng.uniform(0, WIDTH), rng.choice([rng.uniform(270, 330), rng.uniform(668, 730)])
        c.ellipse(px + 5, py + 6, 12, 8, INK, 0.2)
        c.ellipse(px, py, 12, 8, rng.choice(CLOTHES))
        c.circle(px, py, 5.5, INK)


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
        c.circle(x + rng.uniform(-0.5, 0.3) * r, y + rng.uniform(-0.5, 0.3) * r, r * rng.uniform(0.14, 0.26), mix(fill, PAPER, 0.22), 0.8)


def _car_above(c: Canvas, x: float, y: float, angle: float, fill: Colour, length: float = 118) -> None:
    a = math.radians(angle)
    half, w = length / 2, length * 0.23

    def box(l1: float, l2: float, width: float) -> list[Point]:
        corners = [(-width, l1), (width, l1), (width, l2), (-width, l2)]
        return [(x + px * math.cos(a) - py * math.sin(a), y + px * math.sin(a) + py * math.cos(a)) for px, py in corners]

    c.polygon([(px + 8, py + 9) for px, py in box(-half, half, w)], INK, 0.2)
    c.polygon(curve(box(-half, half, w), 6, closed=True), fill)
    c.polygon(box(-half * 0.86, half * 0.86, w * 0.98), fill)
    c.polygon(box(-half * 0.42, -half * 0.16, w * 0.8), GLASS)
    c.polygon(box(half * 0.42, half * 0.6, w * 0.76), GLASS)
    c.polygon(box(-half * 0.16, half * 0.42, w * 0.82), mix(fill, PAPER, 0.3))


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
    _pavement(c, base, HEIGHT - base, shade(BLUE, 0.5) if night else mix(PAVING, STONE, 0.3))
    cx, w = rng.uniform(700, 900), 620
    for px in (cx - w / 2, cx + w / 2 - 26):
        c.rect(px, 330, 26, 420, BRICK)
        c.rect(px, 330, 26, 26, GOLD)
    c.rect(cx - w / 2, 380, w, 350, mix(shade(BRICK, 0.3), GOLD, 0.1) if not before else GREY)
    backdrop = mix(PAPER, GOLD, 0.22)
    c.circle(cx, 600, 150, backdrop)
    c.polygon(curve([(cx - 280, 730), (cx - 130, 640), (cx, 690), (cx + 120, 610), (cx + 280, 730)], 8), tint(GREEN, 0.6))
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
            c.polygon(curve([(x - 48, y + 80), (x - 42, y - 14), (x, y - 34), (x + 42, y - 14), (x + 48, y + 80)], 6), shade(coat, 0.45 if night else 0.15))
            c.circle(x, y - 64, 30, SKIN)
            c.circle(x, y - 68, 31, INK if rng.random() < 0.75 else GREY)


def _performer(c: Canvas, x: float, y: float, h: float, robe: Colour) -> None:
    c.polygon(curve([(x - h * 0.05, y - h * 0.78), (x + h * 0.05, y - h * 0.78), (x + h * 0.24, y), (x - h * 0.24, y)], 5, closed=True), robe)
    c.rect(x - h * 0.2, y - h * 0.1, h * 0.4, h * 0.04, GOLD)
    for side in (-1, 1):
        sleeve = curve([(x + side * h * 0.05, y - h * 0.7), (x + side * h * 0.24, y - h * 0.66), (x + side * h * 0.34, y - h * 0.44), (x + side * h * 0.3, y - h * 0.2)], 6)
        c.line(sleeve, h * 0.07, mix(robe, PAPER, 0.65))
    c.circle(x, y - h * 0.86, h * 0.08, SKIN)
    c.pie(x, y - h * 0.88, h * 0.095, 180, 360, INK)
    for side in (-1, 0, 1):
        c.circle(x + side * h * 0.07, y - h * 0.98, h * 0.025, GOLD if side else BRICK)
