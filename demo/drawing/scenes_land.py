"""Water, woodland, fields. `before` shows the bare bank."""

from __future__ import annotations

from itertools import pairwise

from .buildings import arch_bridge, pagoda
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
    blob,
    curve,
    mix,
    shade,
    tint,
)
from .furniture import TIMBER, bin_and_waste, lamp
from .nature import flowers, grass, mood_of, reeds, sky, skyline, tree, treeline, water
from .people import crowd, cyclist, person


def canal(c: Canvas, before: bool = False) -> None:
    """The canal with bridge, pagoda and willows, or its bare bank."""
    rng = c.rng
    mood = mood_of(c, before, "morning", "evening", "spring", "paper")
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
    arch_bridge(
        c, bx, horizon + 12, w, rng.uniform(110, 150), bridge, rng.choice([1, 3, 3, 5]), tint(BLUE, 0.6)
    )
    for _ in range(4):
        person(c, bx + w * rng.uniform(0.35, 0.65), horizon - 116 + rng.uniform(0, 6), 46)
    water(c, horizon + 10, 330, mood)
    c.ellipse(px, horizon + 110, 46, 96, shade(mood.haze, 0.2), 0.2)
    c.ellipse(bx + w / 2, horizon + 46, w * 0.42, 32, shade(bridge, 0.3), 0.25)
    bank_y = 800
    edge = curve(
        [
            (-20, bank_y + 30),
            (350, bank_y - 24),
            (820, bank_y + 16),
            (1260, bank_y - 36),
            (1620, bank_y + 10),
        ],
        12,
    )
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
            c.ellipse(
                rng.uniform(0, WIDTH),
                rng.uniform(700, 770),
                rng.uniform(10, 30),
                6,
                rng.choice([PAPER, GREY, SAND]),
            )
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
    c.polygon(
        curve(
            [
                (x, y - 20),
                (x + w * 0.12, y + 6),
                (x + w * 0.85, y + 6),
                (x + w, y - 26),
                (x + w * 0.8, y - 10),
                (x + w * 0.2, y - 10),
            ],
            5,
            closed=True,
        ),
        shade(TIMBER, 0.3),
    )
    c.rect(x + w * 0.28, y - 62, w * 0.42, 50, mix(PAPER, GOLD, 0.25))
    for i in range(4):
        c.rect(x + w * (0.31 + 0.1 * i), y - 54, w * 0.06, 28, shade(BRICK, 0.2))
    c.polygon(
        [(x + w * 0.22, y - 60), (x + w * 0.32, y - 86), (x + w * 0.66, y - 86), (x + w * 0.76, y - 60)],
        shade(INK, 0.1),
    )
    c.circle(x + w * 0.22, y - 48, 7, BRICK)


def green_heart(c: Canvas, before: bool = False) -> None:
    """Woodland with a greenway; trees stand in three depths of haze."""
    rng = c.rng
    mood = mood_of(c, before, "morning", "spring", "evening")
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
    for x, y, h in sorted(
        ((rng.uniform(900, 1580), rng.uniform(600, 720), rng.uniform(260, 400)) for _ in range(7)),
        key=lambda t: t[1],
    ):
        if not 960 < x < 1200:
            tree(c, x, y, h, rng.choice(["poplar", "round", "pine", "ginkgo"]))
    for x, y, h in sorted(
        ((rng.uniform(0, 330), rng.uniform(600, 660), rng.uniform(240, 330)) for _ in range(4)),
        key=lambda t: t[1],
    ):
        tree(c, x, y, h, rng.choice(["pine", "poplar", "round"]))
    cyclist(c, 900, 770, 140)
    cyclist(c, 640, 900, 190)
    crowd(c, 900, 1080, 690, 92, 3)
    tree(c, 1440, 960, 760, rng.choice(["round", "ginkgo"]))
    flowers(c, 960, 870, 560, 110, 90, (GOLD, PAPER, BRICK, tint(BLUE, 0.6)))
    for _ in range(12):
        grass(c, rng.uniform(0, WIDTH), 1006, 12, 70, 74, GREEN)


def fields(c: Canvas, before: bool = False) -> None:
    """Farmland, windbreaks and a village at its edge."""
    rng = c.rng
    mood = mood_of(c, before, "morning", "evening", "paper", "noon")
    horizon = rng.uniform(400, 470)
    sky(c, mood, horizon)
    treeline(c, horizon + 4, 60, mix(mood.haze, GREEN, 0.3))
    x = rng.uniform(150, 420)
    for _ in range(rng.randint(7, 10)):
        w, h = rng.uniform(70, 130), rng.uniform(38, 56)
        wall = rng.choice([PAPER, mix(PAPER, GOLD, 0.25), mix(PAPER, BRICK, 0.2)])
        c.rect(x, horizon + 24 - h, w, h, wall)
        c.polygon(
            [
                (x - 8, horizon + 24 - h),
                (x + 10, horizon - h),
                (x + w - 10, horizon - h),
                (x + w + 8, horizon + 24 - h),
            ],
            rng.choice([GREY, mix(BRICK, PAPER, 0.2), mix(INK, PAPER, 0.3)]),
        )
        c.rect(x + w * 0.4, horizon + 24 - h * 0.6, 14, h * 0.6, shade(BRICK, 0.2))
        x += w * rng.uniform(0.8, 1.3)
    for _ in range(12):
        tree(
            c,
            rng.uniform(0, WIDTH),
            horizon + 28,
            rng.uniform(90, 190),
            rng.choice(["poplar", "round", "poplar"]),
        )
    tones = [
        mix(tint(GREEN, 0.6), GOLD, 0.25),
        tint(GOLD, 0.5),
        tint(GREEN, 0.7),
        mix(SAND, BRICK, 0.2),
        tint(GREEN, 0.42),
        mix(SAND, GOLD, 0.4),
    ]
    vx, top = rng.uniform(500, 1100), horizon + 24
    c.rect(0, top, WIDTH, HEIGHT - top, tones[0])
    edges = sorted(rng.uniform(-2600, 4200) for _ in range(9))
    edges = [-4200, *edges, 5800]
    for (e1, e2), tone in zip(pairwise(edges), tones * 3, strict=False):
        a1, a2 = vx + (e1 - vx) * 0.16, vx + (e2 - vx) * 0.16
        c.polygon([(a1, top), (a2, top), (e2, HEIGHT + 10), (e1, HEIGHT + 10)], tone)
        rows = max(3, int((e2 - e1) / 90))
        for k in range(rows):
            f = (k + 0.5) / rows
            c.line(
                [(a1 + (a2 - a1) * f, top), (e1 + (e2 - e1) * f, HEIGHT + 10)],
                3.5,
                shade(tone, 0.1),
                round_ends=False,
            )
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
