"""A corner between houses: pocket park, playground, rain garden. `before`: neglected."""

from __future__ import annotations

import math

from .buildings import WALLS, apartment
from .canvas import (
    BLUE,
    BRICK,
    GOLD,
    GREEN,
    GREY,
    HEIGHT,
    INK,
    LEAF,
    PAPER,
    SAND,
    SPRING,
    STONE,
    WARM,
    WIDTH,
    Canvas,
    blob,
    curve,
    mix,
    shade,
    tint,
)
from .furniture import TIMBER, bench, bin_and_waste, car, lamp, parked_bikes, wires
from .nature import MOODS, cloud, flowers, grass, hedge, mood_of, reeds, shrub, sky, skyline, tree, treeline
from .people import crowd, person, sitter


def pocket_park(c: Canvas, before: bool = False) -> None:
    """A corner between blocks of flats: path, trees, benches."""
    rng = c.rng
    mood = mood_of(c, before)
    horizon = rng.uniform(500, 560)
    sky(c, mood, horizon)
    skyline(c, mood, horizon, 240, rng.randint(12, 20))
    x = -60.0
    while x < WIDTH:
        w = rng.uniform(240, 380)
        apartment(
            c, x, horizon + 20, w, rng.randint(4, 6), rng.uniform(54, 62), rng.choice(WALLS), tidy=not before
        )
        x += w + rng.uniform(40, 150)
    ground = mix(STONE, SAND, 0.4) if before else mix(tint(GREEN, 0.55), GOLD, 0.16)
    c.gradient(horizon, HEIGHT - horizon, mix(ground, PAPER, 0.25), ground)
    path_x, bend = rng.uniform(500, 1000), rng.uniform(-420, 420)
    if before:
        for _ in range(14):
            c.polygon(
                blob(
                    rng,
                    rng.uniform(0, WIDTH),
                    rng.uniform(horizon + 30, 980),
                    rng.uniform(60, 180),
                    rng.uniform(12, 34),
                ),
                shade(ground, rng.uniform(0.06, 0.2)),
            )
        for _ in range(9):
            grass(c, rng.uniform(0, WIDTH), rng.uniform(horizon + 60, 960), 16, 46, 44, mix(GOLD, GREEN, 0.4))
        for tx in sorted(rng.uniform(100, 1500) for _ in range(3)):
            tree(c, tx, horizon + rng.uniform(40, 110), rng.uniform(300, 380), "bare")
        c.rect(0, horizon + 50, WIDTH, 10, GREY)
        for fx in range(0, WIDTH, 46):
            c.rect(fx, horizon + 8, 7, 66, GREY)
        for k in range(3):
            car(c, 90 + k * 520 + rng.uniform(-50, 50), 800 + rng.uniform(-20, 70), 350)
        bin_and_waste(c, rng.uniform(900, 1300), 930, 110)
        parked_bikes(c, rng.uniform(60, 500), 940, 6, 92, fallen=True)
        wires(c, 120, 4)
        return
    hedge(c, -20, horizon + 40, WIDTH + 40, 42, mix(GREEN, BLUE, 0.15))
    for _ in range(5):
        c.polygon(
            blob(
                rng,
                rng.uniform(0, WIDTH),
                rng.uniform(horizon + 60, 940),
                rng.uniform(180, 380),
                rng.uniform(26, 60),
            ),
            mix(ground, PAPER, rng.uniform(0.1, 0.3)),
            0.8,
        )
    left = curve(
        [(path_x - 24, horizon + 36), (path_x + bend * 0.35 - 80, 690), (path_x + bend - 330, HEIGHT + 20)],
        14,
    )
    right = curve(
        [(path_x + 24, horizon + 36), (path_x + bend * 0.35 + 110, 690), (path_x + bend + 330, HEIGHT + 20)],
        14,
    )
    paving = mix(WARM, BRICK, 0.1)
    c.polygon([*left, *reversed(right)], paving)
    for k in range(2, len(left), 2):
        c.line([left[k], right[k]], 1 + k * 0.12, shade(paving, 0.1), round_ends=False)
    c.line(left, 7, mix(paving, PAPER, 0.5))
    c.line(right, 7, mix(paving, PAPER, 0.5))
    for _ in range(rng.randint(4, 6)):
        tx = rng.choice([rng.uniform(30, path_x - 200), rng.uniform(path_x + 200, 1570)])
        tree(c, tx, horizon + rng.uniform(50, 120), rng.uniform(330, 450))
    for _ in range(5):
        shrub(c, rng.uniform(0, WIDTH), horizon + rng.uniform(80, 130), rng.uniform(70, 120))
    side = -1 if bend > 0 else 1
    bx = path_x + bend * 0.5 + side * 360
    bench(c, bx - 110, 800, 240)
    sitter(c, bx - 40, 738, 150)
    if rng.random() < 0.7:
        sitter(c, bx + 55, 738, 146)
    lamp(c, bx + side * 190, 790, 330, style=1)
    crowd(c, path_x + bend * 0.2 - 130, path_x + bend * 0.6 + 170, 770, 150, rng.randint(3, 5))
    flowers(c, bx - 250, 850, 500, 90, 70)
    tree(c, 100 if side > 0 else 1500, 930, rng.uniform(620, 720), rng.choice(["round", "ginkgo", "blossom"]))
    for _ in range(10):
        grass(c, rng.uniform(0, WIDTH), HEIGHT + 6, 10, 60, 60, GREEN)


def rain_garden(c: Canvas, before: bool = False) -> None:
    """A cut through the ground: how rain is held, cleaned and given back."""
    rng = c.rng
    mood = MOODS["overcast"] if before else MOODS[rng.choice(["morning", "spring", "paper"])]
    c.gradient(0, 620, mood.sky_top, mix(mood.sky_low, PAPER, 0.4))
    for _ in range(5):
        cloud(
            c,
            rng.uniform(0, 1500),
            rng.uniform(40, 150),
            rng.uniform(160, 280),
            mix(tint(BLUE, 0.3), INK, 0.1),
        )
    for _ in range(110):
        x, y = rng.uniform(0, WIDTH), rng.uniform(90, 520)
        c.line([(x, y), (x - 9, y + rng.uniform(20, 46))], 2.4, tint(BLUE, 0.6), round_ends=False)
    low, high = 640.0, 560.0
    a, b = rng.uniform(360, 470), rng.uniform(1120, 1230)
    surface = curve(
        [
            (-20, high),
            (a - 60, high),
            (a + 60, low + 46),
            ((a + b) / 2, low + 66),
            (b - 60, low + 40),
            (b + 60, high),
            (1620, high),
        ],
        14,
    )
    layers = [
        (0, mix(INK, BRICK, 0.4)),
        (70, mix(mix(INK, BRICK, 0.5), PAPER, 0.22)),
        (150, mix(SAND, GOLD, 0.3)),
        (230, mix(STONE, PAPER, 0.1)),
        (320, mix(SAND, BRICK, 0.35)),
    ]
    for drop, fill in layers:
        flat = [
            (x, (y if drop == 0 else high + (y - high) * max(0.0, 1 - drop / 330)) + drop) for x, y in surface
        ]
        c.polygon([*flat, (1620, 1010), (-20, 1010)], fill)
        for _ in range(70):
            gx = rng.uniform(0, WIDTH)
            gy = high + drop + rng.uniform(84, 150)
            c.ellipse(gx, gy, rng.uniform(2, 5), rng.uniform(1.5, 4), mix(fill, PAPER, 0.25), 0.6)
    for _ in range(230):
        c.ellipse(
            rng.uniform(a - 40, b + 40),
            rng.uniform(826, 876),
            rng.uniform(6, 13),
            rng.uniform(5, 10),
            rng.choice([STONE, GREY, mix(STONE, PAPER, 0.5)]),
        )
    c.rect(-20, 900, WIDTH + 40, 34, mix(tint(BLUE, 0.5), GREEN, 0.1))
    c.ring(b + 30, 915, 30, 30, 9, INK)
    if not before:
        c.polygon([p for p in surface if a < p[0] < b] + [(b - 22, low), (a + 22, low)], tint(BLUE, 0.5), 0.6)
    for x in (a + 120, (a + b) / 2, b - 120):
        for k in range(3):
            y = 710 + k * 58
            c.line([(x, y), (x, y + 34)], 5, tint(BLUE, 0.45))
            c.polygon([(x - 10, y + 30), (x + 10, y + 30), (x, y + 46)], tint(BLUE, 0.45))
    pavement = mix(WARM, BRICK, 0.1)
    for x1, x2 in ((-20, a - 66), (b + 66, 1620)):
        c.rect(x1, high - 12, x2 - x1, 22, pavement, radius=4)
        for k in range(int((x2 - x1) / 58)):
            c.rect(x1 + k * 58, high - 12, 3, 22, shade(pavement, 0.2))
    for x, y in surface[::1]:
        if a < x < b and not before:
            reeds(c, x, y + 6, 5, 26, rng.uniform(110, 210))
            grass(c, x, y + 6, 8, 28, 74, rng.choice([GREEN, LEAF, SPRING]))
    tree(c, b + 220, high - 8, 400, "round")
    if not before:
        flowers(c, a + 40, low + 8, b - a - 80, 36, 60, (GOLD, BRICK, tint(BLUE, 0.6), PAPER))
        for k in range(3):
            person(c, 90 + 92 * k, high - 12, 150, ("adult", "child", "elder")[k])
    else:
        c.ellipse(a - 190, high - 12, 150, 12, tint(BLUE, 0.5))
        car(c, 40, high - 12, 280)


def playground(c: Canvas, before: bool = False) -> None:
    """A play place with slide, swings and soft ground in waves of colour."""
    rng = c.rng
    mood = mood_of(c, before, "morning", "noon", "spring")
    horizon = 520.0
    sky(c, mood, horizon)
    x = -40.0
    while x < WIDTH:
        w = rng.uniform(260, 420)
        apartment(c, x, horizon + 14, w, rng.randint(4, 7), 52, rng.choice(WALLS), tidy=not before)
        x += w + rng.uniform(60, 170)
    ground = STONE if before else mix(tint(GREEN, 0.5), GOLD, 0.2)
    c.gradient(horizon, HEIGHT - horizon, mix(ground, PAPER, 0.3), ground)
    treeline(c, horizon + 24, 84, GREY if before else mix(GREEN, PAPER, 0.16))
    if before:
        for _ in range(9):
            c.polygon(
                blob(
                    rng,
                    rng.uniform(100, 1500),
                    rng.uniform(620, 940),
                    rng.uniform(90, 190),
                    rng.uniform(14, 34),
                ),
                shade(ground, 0.13),
            )
        _swings(c, 940, 760, 210, GREY)
        parked_bikes(c, 120, 840, 8, 96, fallen=True)
        car(c, 760, 900, 360)
        bin_and_waste(c, 1300, 900, 110)
        wires(c, 100, 4)
        return
    tones = [tint(BRICK, 0.6), tint(GOLD, 0.6), tint(BLUE, 0.48), tint(GREEN, 0.62)]
    rng.shuffle(tones)
    c.polygon(blob(rng, 800, 800, 760, 190, 0.07), mix(PAPER, GOLD, 0.3))
    for k, tone in enumerate(tones):
        c.polygon(
            blob(
                rng,
                330 + k * 310,
                790 + rng.uniform(-40, 60),
                rng.uniform(210, 280),
                rng.uniform(70, 110),
                0.16,
            ),
            tone,
            0.92,
        )
    for k in range(4):
        c.ellipse(300 + k * 62, 880 + 14 * (k % 2), 22, 9, PAPER)
    _slide(c, rng.uniform(330, 480), 800, 330, rng.choice([BRICK, BLUE, GOLD]))
    _swings(c, rng.uniform(880, 960), 770, 250, rng.choice([BLUE, GREEN, BRICK]))
    hill = rng.uniform(1260, 1320)
    c.pie(hill, 850, 170, 180, 360, tint(GREEN, 0.75))
    c.pie(hill - 20, 850, 120, 180, 360, tint(GREEN, 0.62))
    c.circle(hill + 10, 806, 34, shade(GREEN, 0.5))
    for k in range(4):
        c.circle(hill - 110 + k * 26, 770 - 30 * math.sin(k), 9, rng.choice([GOLD, BRICK, PAPER]))
    for px, py, kind in (
        (560, 880, "child"),
        (680, 850, "child"),
        (820, 930, "child"),
        (1120, 900, "child"),
        (760, 850, "adult"),
        (1490, 880, "elder"),
        (200, 900, "adult"),
    ):
        person(c, px + rng.uniform(-30, 30), py, 158, kind)
    bench(c, 1380, 930, 200)
    sitter(c, 1450, 878, 148)
    tree(c, 60, 900, 600, rng.choice(["round", "blossom"]))
    tree(c, 1560, 760, 470)


def _swings(c: Canvas, x: float, y: float, h: float, fill: tuple[int, int, int]) -> None:
    w = h * 1.35
    for ex in (x, x + w):
        c.line([(ex - h * 0.22, y), (ex, y - h), (ex + h * 0.22, y)], h * 0.045, fill)
    c.line([(x, y - h), (x + w, y - h)], h * 0.05, fill)
    for k, swing in ((0.3, 0.14), (0.7, -0.1)):
        sx, lean = x + w * k, h * swing
        for off in (-h * 0.09, h * 0.09):
            c.line([(sx + off, y - h), (sx + off + lean, y - h * 0.3)], 3, INK, round_ends=False)
        c.rect(sx - h * 0.12 + lean, y - h * 0.31, h * 0.24, h * 0.05, TIMBER, radius=3)
    c.ellipse(x + w / 2, y + 6, w * 0.5, 10, INK, 0.12)


def _slide(c: Canvas, x: float, y: float, h: float, fill: tuple[int, int, int]) -> None:
    c.ellipse(x + h * 0.2, y + 6, h * 0.7, 14, INK, 0.14)
    for lx in (x - h * 0.2, x + h * 0.14):
        c.rect(lx, y - h * 0.95, h * 0.045, h * 0.95, INK)
    for k in range(6):
        c.rect(x - h * 0.2, y - h * (0.1 + 0.1 * k), h * 0.36, h * 0.025, GREY)
    c.rect(x - h * 0.24, y - h * 0.66, h * 0.46, h * 0.05, TIMBER)
    c.polygon([(x - h * 0.3, y - h * 0.92), (x - h * 0.02, y - h * 1.22), (x + h * 0.28, y - h * 0.92)], fill)
    chute = curve(
        [
            (x + h * 0.16, y - h * 0.62),
            (x + h * 0.4, y - h * 0.42),
            (x + h * 0.62, y - h * 0.1),
            (x + h * 0.86, y - h * 0.05),
        ],
        8,
    )
    c.line([(px, py + h * 0.03) for px, py in chute], h * 0.09, shade(GOLD, 0.2))
    c.line(chute, h * 0.06, mix(GOLD, PAPER, 0.3))
