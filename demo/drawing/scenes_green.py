"""Scenes of parks, water and fields. `before` shows the same place, grey and neglected."""

from __future__ import annotations

import math

from .canvas import (
    BLUE, BRICK, GOLD, GREEN, GREY, HEIGHT, INK, LEAF, PAPER, SAND, SPRING, STONE, WARM, WIDTH,
    Canvas, blob, curve, mix, shade, tint,
)  # fmt: skip
from .nature import (
    MOODS, Mood, cloud, flowers, grass, hedge, reeds, shrub, skyline, sky, tree, treeline, water,
)  # fmt: skip
from .town import (
    TIMBER, apartment, arch_bridge, bench, bin_and_waste, car, crowd, cyclist, lamp, pagoda, parked_bikes,
    person, sitter, wires,
)  # fmt: skip

WALLS = (mix(PAPER, GOLD, 0.2), mix(PAPER, BRICK, 0.16), mix(PAPER, BRICK, 0.3), mix(PAPER, INK, 0.1), SAND, mix(PAPER, BLUE, 0.12))


def _mood(c: Canvas, before: bool, *names: str) -> Mood:
    chosen = c.rng.choice(names or ("morning", "noon", "evening", "spring"))
    return MOODS["overcast"] if before else MOODS[chosen]


def pocket_park(c: Canvas, before: bool = False) -> None:
    """A corner between blocks of flats: path, trees, benches."""
    rng = c.rng
    mood = _mood(c, before)
    horizon = rng.uniform(500, 560)
    sky(c, mood, horizon)
    skyline(c, mood, horizon, 240, rng.randint(12, 20))
    x = -60.0
    while x < WIDTH:
        w = rng.uniform(240, 380)
        apartment(c, x, horizon + 20, w, rng.randint(4, 6), rng.uniform(54, 62), rng.choice(WALLS), tidy=not before)
        x += w + rng.uniform(40, 150)
    ground = mix(STONE, SAND, 0.4) if before else mix(tint(GREEN, 0.55), GOLD, 0.16)
    c.gradient(horizon, HEIGHT - horizon, mix(ground, PAPER, 0.25), ground)
    path_x, bend = rng.uniform(500, 1000), rng.uniform(-420, 420)
    if before:
        for _ in range(14):
            c.polygon(blob(rng, rng.uniform(0, WIDTH), rng.uniform(horizon + 30, 980), rng.uniform(60, 180), rng.uniform(12, 34)), shade(ground, rng.uniform(0.06, 0.2)))
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
        c.polygon(blob(rng, rng.uniform(0, WIDTH), rng.uniform(horizon + 60, 940), rng.uniform(180, 380), rng.uniform(26, 60)), mix(ground, PAPER, rng.uniform(0.1, 0.3)), 0.8)
    left = curve([(path_x - 24, horizon + 36), (path_x + bend * 0.35 - 80, 690), (path_x + bend - 330, HEIGHT + 20)], 14)
    right = curve([(path_x + 24, horizon + 36), (path_x + bend * 0.35 + 110, 690), (path_x + bend + 330, HEIGHT + 20)], 14)
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


def canal(c: Canvas, before: bool = False) -> None:
    """The canal with bridge, pagoda and willows, or its bare bank."""
    rng = c.rng
    mood = _mood(c, before, "morning", "evening", "spring", "paper")
    horizon = rng.uniform(470, 540)
    sky(c, mood, horizon)
    skyline(c, mood, horizon, 170, rng.randint(16, 26))
    far = mix(mood.haze, GREEN, 0.35)
    treeline(c, horizon + 6, 70, mix(far, PAPER, 0.2))
    px = rng.uniform(260, 640)
    pagoda(c, px, horizon + 8, rng.uniform(360, 440), mix(shade(mood.haze, 0.2), BRICK, 0.35))
    treeline(c, horizon + 14, 56, mix(far, INK, 0.08), px - 260, px + 280)
    bridge = mix(STONE, GOLD, 0.16)
    bx, w = rng.uniform(640, 820), rng.uniform(660, 780)
    arch_bridge(c, bx, horizon + 12, w, rng.uniform(110, 150), bridge, rng.choice([1, 3, 3, 5]), tint(BLUE, 0.6))
    for _ in range(4):
        person(c, bx + w * rng.uniform(0.35, 0.65), horizon - 116 + rng.uniform(0, 6), 46)
    water(c, horizon + 10, 330, mood)
    c.ellipse(px, horizon + 110, 46, 96, shade(mood.haze, 0.2), 0.2)
    c.ellipse(bx + w / 2, horizon + 46, w * 0.42, 32, shade(bridge, 0.3), 0.25)
    bank_y = 800
    edge = curve([(-20, bank_y + 30), (350, bank_y - 24), (820, bank_y + 16), (1260, bank_y - 36), (1620, bank_y + 10)], 12)
    if before:
        c.polygon([*edge, (1620, 1010), (-20, 1010)], mix(STONE, GOLD, 0.12))
        c.line(edge, 26, GREY)
        for k in range(0, len(edge) - 1, 3):
            c.line([edge[k], (edge[k][0] + 10, edge[k][1] + 60)], 4, shade(GREY, 0.2), round_ends=False)
        for _ in range(22):
            grass(c, rng.uniform(0, WIDTH), rng.uniform(860, 990), 8, 40, 42, mix(GOLD, INK, 0.2))
        for _ in range(3):
            tree(c, rng.uniform(80, 1500), rng.uniform(810, 850), rng.uniform(300, 420), "bare")
        bin_and_waste(c, rng.uniform(300, 1100), 940, 100)
        for _ in range(12):
            c.ellipse(rng.uniform(0, WIDTH), rng.uniform(700, 770), rng.uniform(10, 30), 6, rng.choice([PAPER, GREY, SAND]))
        return
    boat_x = rng.uniform(180, 700)
    _boat(c, boat_x, horizon + 170, rng.uniform(150, 210))
    for _ in range(6):
        reeds(c, rng.uniform(0, WIDTH), bank_y + 14, 12, 60, 110)
    c.polygon([*edge, (1620, 1010), (-20, 1010)], mix(tint(GREEN, 0.62), GOLD, 0.14))
    walk = [(x, y + 74) for x, y in edge]
    c.polygon([*walk, *[(x, y + 176) for x, y in reversed(edge)]], mix(WARM, BRICK, 0.12))
    c.line([(x, y + 74) for x, y in edge], 6, mix(WARM, PAPER, 0.6))
    c.dashes([(x, y + 128) for x, y in edge], 4, tint(BRICK, 0.55), 26, 20)
    for k in range(0, len(edge), 3):
        x, y = edge[k]
        c.rect(x - 4, y + 8, 8, 46, mix(STONE, PAPER, 0.35), radius=3)
    c.line([(x, y + 16) for x, y in edge], 6, mix(STONE, PAPER, 0.35))
    tree(c, rng.uniform(1270, 1460), 890, 640, "willow")
    tree(c, rng.uniform(40, 160), 870, rng.uniform(420, 520), rng.choice(["willow", "blossom", "round"]))
    crowd(c, 260, 1180, 912, 132, rng.randint(4, 6))
    cyclist(c, rng.uniform(500, 1100), 960, 150)
    lamp(c, rng.uniform(850, 1180), 880, 260, style=1)


def _boat(c: Canvas, x: float, y: float, w: float) -> None:
    c.ellipse(x + w / 2, y + 10, w * 0.55, 9, INK, 0.2)
    c.polygon(curve([(x, y - 20), (x + w * 0.12, y + 6), (x + w * 0.85, y + 6), (x + w, y - 26), (x + w * 0.8, y - 10), (x + w * 0.2, y - 10)], 5, closed=True), shade(TIMBER, 0.3))
    c.rect(x + w * 0.28, y - 62, w * 0.42, 50, mix(PAPER, GOLD, 0.25))
    for i in range(4):
        c.rect(x + w * (0.31 + 0.1 * i), y - 54, w * 0.06, 28, shade(BRICK, 0.2))
    c.polygon([(x + w * 0.22, y - 60), (x + w * 0.32, y - 86), (x + w * 0.66, y - 86), (x + w * 0.76, y - 60)], shade(INK, 0.1))
    c.circle(x + w * 0.22, y - 48, 7, BRICK)


def green_heart(c: Canvas, before: bool = False) -> None:
    """Woodland with a greenway; trees stand in three depths of haze."""
    rng = c.rng
    mood = _mood(c, before, "morning", "spring", "evening")
    sky(c, mood, 560)
    for depth in range(3):
        base = 470 + depth * 60
        treeline(c, base + 30, 170 - depth * 30, mix(mood.haze, GREEN, 0.2 + depth * 0.2))
    ground = mix(tint(GREEN, 0.5), GOLD, 0.2)
    c.gradient(560, 450, mix(ground, PAPER, 0.3), ground)
    pond = blob(rng, rng.uniform(350, 600), 700, 330, 62, 0.1)
    c.polygon([(x, y + 8) for x, y in pond], shade(ground, 0.2))
    c.polygon(pond, mix(tint(BLUE, 0.5), GREEN, 0.1))
    for _ in range(14):
        x = rng.uniform(300, 700)
        c.rect(x, rng.uniform(670, 735), rng.uniform(30, 90), 3, PAPER, 0.6, radius=1)
    for x in (rng.uniform(90, 250), rng.uniform(700, 860)):
        reeds(c, x, 730, 16, 60, 90)
    left = curve([(980, 580), (1090, 660), (760, 800), (240, 1010)], 16)
    right = curve([(1012, 580), (1190, 665), (1010, 815), (760, 1010)], 16)
    lane = tint(BRICK, 0.62)
    c.polygon([*left, *reversed(right)], lane)
    middle = [((a[0] + b[0]) / 2, (a[1] + b[1]) / 2) for a, b in zip(left, right, strict=True)]
    c.dashes(middle, 5, PAPER, 24, 22)
    for edge in (left, right):
        c.line(edge, 6, mix(PAPER, BRICK, 0.16))
    for x, y, h in sorted(((rng.uniform(900, 1580), rng.uniform(600, 720), rng.uniform(260, 400)) for _ in range(7)), key=lambda t: t[1]):
        if not 960 < x < 1200:
            tree(c, x, y, h, rng.choice(["poplar", "round", "pine", "ginkgo"]))
    for x, y, h in sorted(((rng.uniform(0, 330), rng.uniform(600, 660), rng.uniform(240, 330)) for _ in range(4)), key=lambda t: t[1]):
        tree(c, x, y, h, rng.choice(["pine", "poplar", "round"]))
    cyclist(c, 900, 770, 140)
    cyclist(c, 640, 900, 190)
    crowd(c, 900, 1080, 690, 92, 3)
    tree(c, 1440, 960, 760, rng.choice(["round", "ginkgo"]))
    flowers(c, 960, 870, 560, 110, 90, (GOLD, PAPER, BRICK, tint(BLUE, 0.6)))
    for _ in range(12):
        grass(c, rng.uniform(0, WIDTH), 1006, 12, 70, 74, GREEN)


def rain_garden(c: Canvas, before: bool = False) -> None:
    """A cut through the ground: how rain is held, cleaned and given back."""
    rng = c.rng
    mood = MOODS["overcast"] if before else MOODS[rng.choice(["morning", "spring", "paper"])]
    c.gradient(0, 620, mood.sky_top, mix(mood.sky_low, PAPER, 0.4))
    for _ in range(5):
        cloud(c, rng.uniform(0, 1500), rng.uniform(40, 150), rng.uniform(160, 280), mix(tint(BLUE, 0.3), INK, 0.1))
    for _ in range(110):
        x, y = rng.uniform(0, WIDTH), rng.uniform(90, 520)
        c.line([(x, y), (x - 9, y + rng.uniform(20, 46))], 2.4, tint(BLUE, 0.6), round_ends=False)
    low, high = 640.0, 560.0
    a, b = rng.uniform(360, 470), rng.uniform(1120, 1230)
    surface = curve([(-20, high), (a - 60, high), (a + 60, low + 46), ((a + b) / 2, low + 66), (b - 60, low + 40), (b + 60, high), (1620, high)], 14)
    layers = [(0, mix(INK, BRICK, 0.4)), (70, mix(mix(INK, BRICK, 0.5), PAPER, 0.22)), (150, mix(SAND, GOLD, 0.3)), (230, mix(STONE, PAPER, 0.1)), (320, mix(SAND, BRICK, 0.35))]
    for drop, fill in layers:
        flat = [(x, (y if drop == 0 else high + (y - high) * max(0.0, 1 - drop / 330)) + drop) for x, y in surface]
        c.polygon([*flat, (1620, 1010), (-20, 1010)], fill)
        for _ in range(70):
            gx = rng.uniform(0, WIDTH)
            gy = high + drop + rng.uniform(84, 150)
            c.ellipse(gx, gy, rng.uniform(2, 5), rng.uniform(1.5, 4), mix(fill, PAPER, 0.25), 0.6)
    for _ in range(230):
        c.ellipse(rng.uniform(a - 40, b + 40), rng.uniform(826, 876), rng.uniform(6, 13), rng.uniform(5, 10), rng.choice([STONE, GREY, mix(STONE, PAPER, 0.5)]))
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
    mood = _mood(c, before, "morning", "noon", "spring")
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
            c.polygon(blob(rng, rng.uniform(100, 1500), rng.uniform(620, 940), rng.uniform(90, 190), rng.uniform(14, 34)), shade(ground, 0.13))
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
        c.polygon(blob(rng, 330 + k * 310, 790 + rng.uniform(-40, 60), rng.uniform(210, 280), rng.uniform(70, 110), 0.16), tone, 0.92)
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
    for px, py, kind in ((560, 880, "child"), (680, 850, "child"), (820, 930, "child"), (1120, 900, "child"), (760, 850, "adult"), (1490, 880, "elder"), (200, 900, "adult")):
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
    chute = curve([(x + h * 0.16, y - h * 0.62), (x + h * 0.4, y - h * 0.42), (x + h * 0.62, y - h * 0.1), (x + h * 0.86, y - h * 0.05)], 8)
    c.line([(px, py + h * 0.03) for px, py in chute], h * 0.09, shade(GOLD, 0.2))
    c.line(chute, h * 0.06, mix(GOLD, PAPER, 0.3))


def fields(c: Canvas, before: bool = False) -> None:
    """Farmland, windbreaks and a village at its edge."""
    rng = c.rng
    mood = _mood(c, before, "morning", "evening", "paper", "noon")
    horizon = rng.uniform(400, 470)
    sky(c, mood, horizon)
    treeline(c, horizon + 4, 60, mix(mood.haze, GREEN, 0.3))
    x = rng.uniform(150, 420)
    for _ in range(rng.randint(7, 10)):
        w, h = rng.uniform(70, 130), rng.uniform(38, 56)
        wall = rng.choice([PAPER, mix(PAPER, GOLD, 0.25), mix(PAPER, BRICK, 0.2)])
        c.rect(x, horizon + 24 - h, w, h, wall)
        c.polygon([(x - 8, horizon + 24 - h), (x + 10, horizon - h), (x + w - 10, horizon - h), (x + w + 8, horizon + 24 - h)], rng.choice([GREY, mix(BRICK, PAPER, 0.2), mix(INK, PAPER, 0.3)]))
        c.rect(x + w * 0.4, horizon + 24 - h * 0.6, 14, h * 0.6, shade(BRICK, 0.2))
        x += w * rng.uniform(0.8, 1.3)
    for _ in range(12):
        tree(c, rng.uniform(0, WIDTH), horizon + 28, rng.uniform(90, 190), rng.choice(["poplar", "round", "poplar"]))
    tones = [mix(tint(GREEN, 0.6), GOLD, 0.25), tint(GOLD, 0.5), tint(GREEN, 0.7), mix(SAND, BRICK, 0.2), tint(GREEN, 0.42), mix(SAND, GOLD, 0.4)]
    vx, top = rng.uniform(500, 1100), horizon + 24
    c.rect(0, top, WIDTH, HEIGHT - top, tones[0])
    edges = sorted(rng.uniform(-2600, 4200) for _ in range(9))
    edges = [-4200, *edges, 5800]
    for (e1, e2), tone in zip(zip(edges, edges[1:], strict=False), tones * 3, strict=False):
        a1, a2 = vx + (e1 - vx) * 0.16, vx + (e2 - vx) * 0.16
        c.polygon([(a1, top), (a2, top), (e2, HEIGHT + 10), (e1, HEIGHT + 10)], tone)
        rows = max(3, int((e2 - e1) / 90))
        for k in range(rows):
            f = (k + 0.5) / rows
            c.line([(a1 + (a2 - a1) * f, top), (e1 + (e2 - e1) * f, HEIGHT + 10)], 3.5, shade(tone, 0.1), round_ends=False)
    y = top + rng.uniform(120, 170)
    road = curve([(-30, y + 60), (500, y + 10), (1000, y + 50), (1630, y - 10)], 12)
    c.line(road, 40, mix(PAPER, GOLD, 0.2))
    for k in range(4, len(road), 6):
        tree(c, road[k][0], road[k][1] - 16, rng.uniform(170, 230), "poplar")
    cyclist(c, rng.uniform(500, 900), y + 44, 100)
    crowd(c, 950, 1300, y + 56, 92, 4)
    if rng.random() < 0.6:
        for _ in range(50):
            fx, fy = rng.uniform(0, WIDTH), rng.uniform(840, 990)
            c.line([(fx, fy + 60), (fx, fy)], 3, GREEN)
            c.circle(fx, fy, 13, GOLD)
            c.circle(fx, fy, 6, mix(BRICK, INK, 0.4))
    tree(c, rng.choice([140, 1470]), 960, 700, "round")
