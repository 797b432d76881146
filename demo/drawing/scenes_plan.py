"""Drawings of the trade in two and three dimensions."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise

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
    WARM,
    WIDTH,
    Canvas,
    Colour,
    Point,
    curve,
    mix,
    shade,
    tint,
)
from .signs import compass, pin, scale_bar, small_tree, tree_above

LAND = (
    tint(GOLD, 0.4),
    tint(BRICK, 0.4),
    tint(BRICK, 0.22),
    tint(BLUE, 0.3),
    mix(SAND, BRICK, 0.2),
    tint(INK, 0.16),
    tint(GOLD, 0.22),
)


def plan(c: Canvas, before: bool = False) -> None:
    """A quarter plan: parcels in land-use tints, water, green, routes and pins."""
    rng = c.rng
    c.rect(0, 0, WIDTH, HEIGHT, mix(PAPER, INK, 0.07))
    turn = math.radians(rng.uniform(-16, 16))

    def at(u: float, v: float) -> Point:
        x, y = u - 800, v - 500
        return 800 + x * math.cos(turn) - y * math.sin(turn), 500 + x * math.sin(turn) + y * math.cos(turn)

    cols, rows = [-260.0], [-260.0]
    while cols[-1] < 1860:
        cols.append(cols[-1] + rng.uniform(170, 320))
    while rows[-1] < 1260:
        rows.append(rows[-1] + rng.uniform(150, 250))
    green_cells = {(rng.randrange(1, len(cols) - 1), rng.randrange(1, len(rows) - 1)) for _ in range(5)}
    trees: list[Point] = []
    for i, (u1, u2) in enumerate(pairwise(cols)):
        for j, (v1, v2) in enumerate(pairwise(rows)):
            gap = 13 if (i + j) % 3 else 20
            a, b, d, e = u1 + gap, v1 + gap, u2 - gap, v2 - gap
            green = (i, j) in green_cells
            fill = mix(tint(GREEN, 0.42), GOLD, 0.1) if green else mix(rng.choice(LAND), PAPER, 0.25)
            c.polygon([at(a, b), at(d, b), at(d, e), at(a, e)], fill)
            if green:
                trees += [at(rng.uniform(a + 20, d - 20), rng.uniform(b + 20, e - 20)) for _ in range(8)]
                c.line(
                    curve(
                        [at(a, b + 30), at((a + d) / 2, (b + e) / 2 + rng.uniform(-40, 40)), at(d, e - 30)], 8
                    ),
                    9,
                    PAPER,
                )
                continue
            u = a + 16
            while u < d - 50:
                w = rng.uniform(40, 84)
                v = b + 16
                while v < e - 36:
                    h = rng.uniform(26, 60)
                    if rng.random() < 0.78 and u + w < d - 8 and v + h < e - 8:
                        lift = rng.uniform(7, 17)
                        base = [at(u, v), at(u + w, v), at(u + w, v + h), at(u, v + h)]
                        c.polygon([(x + lift, y + lift) for x, y in base], INK, 0.17)
                        c.polygon(base, mix(fill, PAPER, 0.62))
                        c.line([*base, base[0]], 1.6, shade(fill, 0.28), round_ends=False)
                    v += h + 16
                u += w + 18
    river_v = rng.choice([rng.uniform(120, 280), rng.uniform(700, 860)])
    river = curve(
        [
            at(-420, river_v + 40),
            at(200, river_v - 60),
            at(760, river_v + 60),
            at(1300, river_v - 50),
            at(2100, river_v + 30),
        ],
        16,
    )
    c.line(river, 196, mix(tint(GREEN, 0.5), GOLD, 0.1), round_ends=False)
    c.line(river, 116, mix(tint(BLUE, 0.45), PAPER, 0.1), round_ends=False)
    for off in (-30, 0, 30):
        c.dashes([(x, y + off) for x, y in river], 2.4, PAPER, rng.uniform(50, 90), 46)
    trees += [(x + rng.uniform(-16, 16), y + rng.choice([-82, 82])) for x, y in river[::2]]
    for k in rng.sample(range(1, len(cols) - 1), 2):
        c.line([at(cols[k], river_v - 130), at(cols[k], river_v + 130)], 30, PAPER, round_ends=False)
        for side in (-17, 17):
            c.line(
                [at(cols[k] + side, river_v - 110), at(cols[k] + side, river_v + 110)],
                3,
                GREY,
                round_ends=False,
            )
    for k in range(2, len(cols) - 1, 2):
        trees += [at(cols[k], v) for v in range(-200, 1200, 62) if abs(v - river_v) > 120]
    for x, y in trees:
        tree_above(c, x, y, rng.uniform(13, 23))
    focus = at(rng.uniform(600, 1000), 500 + (200 if river_v < 500 else -180))
    c.circle(*focus, 196, rng.choice([GREEN, BRICK, BLUE]), 0.14)
    c.ring(*focus, 196, 196, 5, INK, 0.7)
    for r in (300, 420):
        for k in range(36):
            a1 = k * 10 * math.pi / 180
            c.circle(focus[0] + math.cos(a1) * r, focus[1] + math.sin(a1) * r, 2.6, INK, 0.55)
    route = curve(
        [
            at(-100, 520),
            (focus[0] - 260, focus[1] + 70),
            focus,
            (focus[0] + 250, focus[1] - 90),
            at(1800, 440),
        ],
        14,
    )
    c.line(route, 14, PAPER)
    c.dashes(route, 8, BRICK, 26, 15)
    pin(c, *focus, 120, BRICK)
    for _ in range(3):
        pin(
            c,
            focus[0] + rng.choice([-1, 1]) * rng.uniform(230, 480),
            focus[1] + rng.uniform(-190, 190),
            74,
            rng.choice([GREEN, BLUE, GOLD]),
        )
    side = rng.choice([70, 1330])
    c.shadow([(side, 790), (side + 200, 790), (side + 200, 940), (side, 940)], 10, 0.25)
    c.rect(side, 790, 200, 150, PAPER, 0.95, radius=10)
    compass(c, side + 46, 850, 24)
    scale_bar(c, side + 90, 902, 90)
    for k, fill in enumerate((GREEN, BLUE, BRICK)):
        c.circle(side + 100, 822 + k * 24, 7, fill)
        c.rect(side + 116, 818 + k * 24, 56 - 10 * k, 7, tint(INK, 0.3), radius=3)


def axonometric(c: Canvas, before: bool = False) -> None:
    """A quarter from above at an angle: blocks, trees, water, a park in the middle."""
    rng = c.rng
    c.gradient(
        0,
        HEIGHT,
        *rng.choice(
            [(tint(BLUE, 0.14), PAPER), (WARM, PAPER), (tint(GREEN, 0.16), PAPER), (tint(BRICK, 0.14), PAPER)]
        ),
    )
    size, n = 62.0, 12
    ox, oy = 800.0, 190.0

    def at(i: float, j: float, z: float = 0) -> Point:
        return ox + (i - j) * size, oy + (i + j) * size * 0.5 - z

    plate = [at(0, 0), at(n, 0), at(n, n), at(0, n)]
    c.shadow([(x + 10, y + 50) for x, y in plate], 30, 0.3)
    c.polygon([at(0, n), at(n, n), at(n, n, -34), at(0, n, -34)], mix(SAND, BRICK, 0.35))
    c.polygon([at(n, 0), at(n, n), at(n, n, -34), at(n, 0, -34)], shade(mix(SAND, BRICK, 0.35), 0.2))
    ground = mix(tint(GREEN, 0.34), GOLD, 0.12)
    c.polygon(plate, ground)
    road_i, road_j = rng.choice([3, 4, 8]), rng.choice([4, 7, 8])
    river = rng.random() < 0.55
    for a, b in (((road_i, 0), (road_i, n)), ((0, road_j), (n, road_j))):
        along = a[0] == b[0]
        p = [
            at(a[0], a[1]),
            at(b[0], b[1]),
            at(b[0] + along, b[1] + (not along)),
            at(a[0] + along, a[1] + (not along)),
        ]
        c.polygon(p, mix(GREY, PAPER, 0.5))
        c.dashes(
            [
                at(a[0] + 0.5 * along, a[1] + 0.5 * (not along)),
                at(b[0] + 0.5 * along, b[1] + 0.5 * (not along)),
            ],
            3,
            PAPER,
            20,
            16,
        )
    lane = [at(n - 2.2, k / 4) for k in range(n * 4 + 1)]
    if river:
        c.polygon(
            [at(n - 2.1 + 0.3 * math.sin(k / 5), k / 4) for k in range(n * 4 + 1)]
            + [at(n - 0.5 + 0.3 * math.sin(k / 5), k / 4) for k in range(n * 4, -1, -1)],
            mix(tint(BLUE, 0.55), GREEN, 0.06),
        )
        for _ in range(18):
            i, j = n - rng.uniform(0.9, 1.8), rng.uniform(0.4, n - 1)
            c.line([at(i, j), at(i, j + 0.5)], 2.4, PAPER, 0.6, round_ends=False)
        c.dashes(lane, 5, BRICK, 16, 10)
    pi, pj = rng.choice([5, 6]), rng.choice([5, 6])
    park = [at(pi, pj), at(pi + 2.6, pj), at(pi + 2.6, pj + 2.6), at(pi, pj + 2.6)]
    c.polygon(park, mix(tint(GREEN, 0.7), GOLD, 0.12))
    centre = at(pi + 1.3, pj + 1.3)
    c.ellipse(*centre, 62, 31, WARM)
    c.ellipse(*centre, 30, 15, tint(BLUE, 0.5))
    c.line([at(pi, pj + 1.3), at(pi + 2.6, pj + 1.3)], 7, WARM)
    c.line([at(pi + 1.3, pj), at(pi + 1.3, pj + 2.6)], 7, WARM)
    tops = [
        mix(PAPER, BRICK, 0.2),
        mix(PAPER, GOLD, 0.3),
        mix(PAPER, BLUE, 0.16),
        PAPER,
        mix(PAPER, BRICK, 0.4),
        mix(PAPER, INK, 0.1),
    ]
    for total in range(2 * n):
        for i in range(n):
            j = total - i
            if not 0 <= j < n or i == road_i or j == road_j or (river and i >= n - 3):
                continue
            if pi - 0.9 < i < pi + 2.6 and pj - 0.9 < j < pj + 2.6:
                if i >= pi and j >= pj:
                    for _ in range(2):
                        small_tree(
                            c, *at(i + rng.uniform(0.1, 0.8), j + rng.uniform(0.1, 0.8)), rng.uniform(34, 54)
                        )
                continue
            if rng.random() < 0.26:
                for _ in range(rng.randint(1, 3)):
                    small_tree(
                        c, *at(i + rng.uniform(0.2, 0.8), j + rng.uniform(0.2, 0.8)), rng.uniform(34, 56)
                    )
                continue
            z = rng.choice([28, 40, 40, 62, 88, 120, 168]) * (0.6 if abs(i - pi) + abs(j - pj) < 4 else 1)
            _box(c, at, i + 0.14, j + 0.14, i + 0.86, j + 0.86, z, rng.choice(tops), before)
    pin(c, centre[0], centre[1] - 16, 110, BRICK)


def _box(
    c: Canvas,
    at: Callable[..., Point],
    i1: float,
    j1: float,
    i2: float,
    j2: float,
    z: float,
    top: Colour,
    plain: bool,
) -> None:
    rng = c.rng
    c.polygon([at(i2, j2), at(i2, j1), at(i2 + 0.3, j1 + 0.12), at(i2 + 0.3, j2 + 0.12)], INK, 0.15)
    left, right = mix(top, INK, 0.12), mix(top, INK, 0.3)
    c.polygon([at(i1, j2), at(i2, j2), at(i2, j2, z), at(i1, j2, z)], left)
    c.polygon([at(i2, j1), at(i2, j2), at(i2, j2, z), at(i2, j1, z)], right)
    green = not plain and rng.random() < 0.24
    c.polygon(
        [at(i1, j1, z), at(i2, j1, z), at(i2, j2, z), at(i1, j2, z)],
        tint(GREEN, 0.6) if green else mix(top, PAPER, 0.4),
    )
    level = 14.0
    while level < z - 8:
        for k in range(3):
            f, g = i1 + (i2 - i1) * (0.16 + k * 0.28), j1 + (j2 - j1) * (0.16 + k * 0.28)
            wide = (i2 - i1) * 0.15
            pane = (
                mix(tint(BLUE, 0.5), PAPER, rng.uniform(0, 0.3))
                if rng.random() < 0.85
                else mix(PAPER, GOLD, 0.5)
            )
            c.polygon(
                [
                    at(f, j2, level),
                    at(f + wide, j2, level),
                    at(f + wide, j2, level + 9),
                    at(f, j2, level + 9),
                ],
                pane,
            )
            c.polygon(
                [
                    at(i2, g, level),
                    at(i2, g + wide, level),
                    at(i2, g + wide, level + 9),
                    at(i2, g, level + 9),
                ],
                shade(pane, 0.24),
            )
        level += 19
    if green:
        for _ in range(3):
            x, y = at(rng.uniform(i1 + 0.2, i2 - 0.2), rng.uniform(j1 + 0.2, j2 - 0.2), z)
            c.circle(x, y - 4, 6, GREEN)
