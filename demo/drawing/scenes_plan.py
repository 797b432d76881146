"""Drawings of the trade: plan, axonometric view, street section, indicator sheet."""

from __future__ import annotations

import math
from collections.abc import Callable

from .canvas import (
    BLUE, BRICK, GOLD, GREEN, GREY, HEIGHT, INK, PAPER, SAND, STONE, WARM, WIDTH,
    Canvas, Colour, Point, blob, curve, mix, shade, tint,
)  # fmt: skip
from .nature import tree
from .scenes_street import tree_above
from .town import apartment, car, cyclist, lamp, person, shop

LAND = (tint(GOLD, 0.4), tint(BRICK, 0.4), tint(BRICK, 0.22), tint(BLUE, 0.3), mix(SAND, BRICK, 0.2), tint(INK, 0.16), tint(GOLD, 0.22))


def pin(c: Canvas, x: float, y: float, h: float, fill: Colour) -> None:
    """A map pin with its tip at (x, y)."""
    r = h * 0.34
    c.ellipse(x + h * 0.1, y, h * 0.2, h * 0.06, INK, 0.2)
    c.polygon([(x - r * 0.86, y - h * 0.52), (x, y), (x + r * 0.86, y - h * 0.52)], fill)
    c.circle(x, y - h * 0.66, r, fill)
    c.circle(x, y - h * 0.66, r * 0.46, PAPER)


def _compass(c: Canvas, x: float, y: float, r: float) -> None:
    c.ring(x, y, r, r, 3, INK)
    c.polygon([(x, y - r * 1.25), (x + r * 0.36, y + r * 0.5), (x, y + r * 0.2)], INK)
    c.polygon([(x, y - r * 1.25), (x - r * 0.36, y + r * 0.5), (x, y + r * 0.2)], GREY)


def _scale_bar(c: Canvas, x: float, y: float, w: float) -> None:
    for k in range(4):
        c.rect(x + k * w / 4, y, w / 4, 10, INK if k % 2 == 0 else PAPER)
    c.rect(x, y, w, 1.6, INK)
    c.rect(x, y + 9, w, 1.6, INK)


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
    for i, (u1, u2) in enumerate(zip(cols, cols[1:], strict=False)):
        for j, (v1, v2) in enumerate(zip(rows, rows[1:], strict=False)):
            gap = 13 if (i + j) % 3 else 20
            a, b, d, e = u1 + gap, v1 + gap, u2 - gap, v2 - gap
            green = (i, j) in green_cells
            fill = mix(tint(GREEN, 0.42), GOLD, 0.1) if green else mix(rng.choice(LAND), PAPER, 0.25)
            c.polygon([at(a, b), at(d, b), at(d, e), at(a, e)], fill)
            if green:
                trees += [at(rng.uniform(a + 20, d - 20), rng.uniform(b + 20, e - 20)) for _ in range(8)]
                c.line(curve([at(a, b + 30), at((a + d) / 2, (b + e) / 2 + rng.uniform(-40, 40)), at(d, e - 30)], 8), 9, PAPER)
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
    river = curve([at(-420, river_v + 40), at(200, river_v - 60), at(760, river_v + 60), at(1300, river_v - 50), at(2100, river_v + 30)], 16)
    c.line(river, 196, mix(tint(GREEN, 0.5), GOLD, 0.1), round_ends=False)
    c.line(river, 116, mix(tint(BLUE, 0.45), PAPER, 0.1), round_ends=False)
    for off in (-30, 0, 30):
        c.dashes([(x, y + off) for x, y in river], 2.4, PAPER, rng.uniform(50, 90), 46)
    trees += [(x + rng.uniform(-16, 16), y + rng.choice([-82, 82])) for x, y in river[::2]]
    for k in rng.sample(range(1, len(cols) - 1), 2):
        c.line([at(cols[k], river_v - 130), at(cols[k], river_v + 130)], 30, PAPER, round_ends=False)
        for side in (-17, 17):
            c.line([at(cols[k] + side, river_v - 110), at(cols[k] + side, river_v + 110)], 3, GREY, round_ends=False)
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
    route = curve([at(-100, 520), (focus[0] - 260, focus[1] + 70), focus, (focus[0] + 250, focus[1] - 90), at(1800, 440)], 14)
    c.line(route, 14, PAPER)
    c.dashes(route, 8, BRICK, 26, 15)
    pin(c, *focus, 120, BRICK)
    for _ in range(3):
        pin(c, focus[0] + rng.choice([-1, 1]) * rng.uniform(230, 480), focus[1] + rng.uniform(-190, 190), 74, rng.choice([GREEN, BLUE, GOLD]))
    side = rng.choice([70, 1330])
    c.shadow([(side, 790), (side + 200, 790), (side + 200, 940), (side, 940)], 10, 0.25)
    c.rect(side, 790, 200, 150, PAPER, 0.95, radius=10)
    _compass(c, side + 46, 850, 24)
    _scale_bar(c, side + 90, 902, 90)
    for k, fill in enumerate((GREEN, BLUE, BRICK)):
        c.circle(side + 100, 822 + k * 24, 7, fill)
        c.rect(side + 116, 818 + k * 24, 56 - 10 * k, 7, tint(INK, 0.3), radius=3)


def axonometric(c: Canvas, before: bool = False) -> None:
    """A quarter from above at an angle: blocks, trees, water, a park in the middle."""
    rng = c.rng
    c.gradient(0, HEIGHT, *rng.choice([(tint(BLUE, 0.14), PAPER), (WARM, PAPER), (tint(GREEN, 0.16), PAPER), (tint(BRICK, 0.14), PAPER)]))
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
        p = [at(a[0], a[1]), at(b[0], b[1]), at(b[0] + along, b[1] + (not along)), at(a[0] + along, a[1] + (not along))]
        c.polygon(p, mix(GREY, PAPER, 0.5))
        c.dashes([at(a[0] + 0.5 * along, a[1] + 0.5 * (not along)), at(b[0] + 0.5 * along, b[1] + 0.5 * (not along))], 3, PAPER, 20, 16)
    lane = [at(n - 2.2, k / 4) for k in range(n * 4 + 1)]
    if river:
        c.polygon([at(n - 2.1 + 0.3 * math.sin(k / 5), k / 4) for k in range(n * 4 + 1)] + [at(n - 0.5 + 0.3 * math.sin(k / 5), k / 4) for k in range(n * 4, -1, -1)], mix(tint(BLUE, 0.55), GREEN, 0.06))
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
    tops = [mix(PAPER, BRICK, 0.2), mix(PAPER, GOLD, 0.3), mix(PAPER, BLUE, 0.16), PAPER, mix(PAPER, BRICK, 0.4), mix(PAPER, INK, 0.1)]
    for total in range(2 * n):
        for i in range(n):
            j = total - i
            if not 0 <= j < n or i == road_i or j == road_j or (river and i >= n - 3):
                continue
            if pi - 0.9 < i < pi + 2.6 and pj - 0.9 < j < pj + 2.6:
                if i >= pi and j >= pj:
                    for _ in range(2):
                        _small_tree(c, *at(i + rng.uniform(0.1, 0.8), j + rng.uniform(0.1, 0.8)), rng.uniform(34, 54))
                continue
            if rng.random() < 0.26:
                for _ in range(rng.randint(1, 3)):
                    _small_tree(c, *at(i + rng.uniform(0.2, 0.8), j + rng.uniform(0.2, 0.8)), rng.uniform(34, 56))
                continue
            z = rng.choice([28, 40, 40, 62, 88, 120, 168]) * (0.6 if abs(i - pi) + abs(j - pj) < 4 else 1)
            _box(c, at, i + 0.14, j + 0.14, i + 0.86, j + 0.86, z, rng.choice(tops), before)
    pin(c, centre[0], centre[1] - 16, 110, BRICK)


def _box(
    c: Canvas, at: Callable[..., Point], i1: float, j1: float, i2: float, j2: float, z: float, top: Colour, plain: bool
) -> None:
    rng = c.rng
    c.polygon([at(i2, j2), at(i2, j1), at(i2 + 0.3, j1 + 0.12), at(i2 + 0.3, j2 + 0.12)], INK, 0.15)
    left, right = mix(top, INK, 0.12), mix(top, INK, 0.3)
    c.polygon([at(i1, j2), at(i2, j2), at(i2, j2, z), at(i1, j2, z)], left)
    c.polygon([at(i2, j1), at(i2, j2), at(i2, j2, z), at(i2, j1, z)], right)
    green = not plain and rng.random() < 0.24
    c.polygon([at(i1, j1, z), at(i2, j1, z), at(i2, j2, z), at(i1, j2, z)], tint(GREEN, 0.6) if green else mix(top, PAPER, 0.4))
    level = 14.0
    while level < z - 8:
        for k in range(3):
            f, g = i1 + (i2 - i1) * (0.16 + k * 0.28), j1 + (j2 - j1) * (0.16 + k * 0.28)
            wide = (i2 - i1) * 0.15
            pane = mix(tint(BLUE, 0.5), PAPER, rng.uniform(0, 0.3)) if rng.random() < 0.85 else mix(PAPER, GOLD, 0.5)
            c.polygon([at(f, j2, level), at(f + wide, j2, level), at(f + wide, j2, level + 9), at(f, j2, level + 9)], pane)
            c.polygon([at(i2, g, level), at(i2, g + wide, level), at(i2, g + wide, level + 9), at(i2, g, level + 9)], shade(pane, 0.24))
        level += 19
    if green:
        for _ in range(3):
            x, y = at(rng.uniform(i1 + 0.2, i2 - 0.2), rng.uniform(j1 + 0.2, j2 - 0.2), z)
            c.circle(x, y - 4, 6, GREEN)


def _small_tree(c: Canvas, x: float, y: float, h: float) -> None:
    fill = c.rng.choice([GREEN, mix(GREEN, GOLD, 0.3), mix(GREEN, BLUE, 0.16), mix(GOLD, GREEN, 0.25)])
    c.ellipse(x + h * 0.16, y + 1, h * 0.34, h * 0.14, INK, 0.15)
    c.rect(x - 2, y - h * 0.4, 4, h * 0.4, mix(INK, BRICK, 0.35))
    c.circle(x, y - h * 0.62, h * 0.34, fill)
    c.circle(x - h * 0.09, y - h * 0.72, h * 0.19, mix(fill, PAPER, 0.22))


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
        c.ellipse(rng.uniform(0, WIDTH), rng.uniform(base + 52, base + 124), rng.uniform(2, 6), rng.uniform(1.5, 4), mix(SAND, INK, 0.25), 0.6)
    for px, r, fill in ((420, 20, BLUE), (760, 26, GREY), (1060, 16, BRICK), (1180, 16, GOLD)):
        c.circle(px + rng.uniform(-20, 20), base + 88, r, PAPER)
        c.ring(px, base + 88, r, r, 5, fill)
    wall = mix(PAPER, BRICK, rng.uniform(0.15, 0.35))
    apartment(c, -130, base, 300, 5, 88, wall)
    shop(c, -130, base, 300, 150)
    apartment(c, 1440, base, 300, 6, 84, mix(PAPER, GOLD, 0.3))
    shop(c, 1440, base, 300, 150)
    widths = [190, 100, 130, 330, 130, 100, 190] if rng.random() < 0.5 else [230, 90, 110, 320, 110, 90, 230]
    fills = [mix(WARM, BRICK, 0.14), tint(GREEN, 0.8), tint(GREEN, 0.5), mix(GREY, PAPER, 0.3), tint(GREEN, 0.5), tint(GREEN, 0.8), mix(WARM, BRICK, 0.14)]
    x = 186.0
    for k, (w, fill) in enumerate(zip(widths, fills, strict=True)):
        w = w * 1236 / sum(widths)
        c.rect(x, base - (8 if k in (0, 6) else 0), w - 3, 22, fill)
        middle = x + w / 2
        if k in (0, 6):
            for m in range(2):
                person(c, x + w * (0.28 + 0.42 * m), base - 8, 148, rng.choice(["adult", "child", "elder", "wheelchair"]))
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
        _icon(c, cx, 260, 24, k, fill)
        c.rect(cx - 44, 376, 88, 12, tint(INK, 0.35), radius=6)
        c.rect(cx - 28, 402, 56, 9, tint(INK, 0.2), radius=4)
    h = 60.0
    for k in range(8):
        x = 890 + k * 72
        h = min(240, max(40, h + rng.uniform(-14, 44)))
        c.rect(x, 840 - h, 44, h, mix(tint(GREEN, 0.55), GREEN, k / 8), radius=8)
        c.rect(x, 840 - h * rng.uniform(0.3, 0.6), 44, 4, PAPER, 0.8)
        c.circle(x + 22, 820 - h, 7, BRICK)
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
        _icon(c, ex, ey, 16, k, (GREEN, BLUE, BRICK, GOLD)[k % 4])


def _icon(c: Canvas, x: float, y: float, r: float, k: int, fill: Colour) -> None:
    """Tree, drop, house, person: enough to say what an indicator is about."""
    k %= 4
    if k == 0:
        c.circle(x, y - r * 0.25, r * 0.65, fill)
        c.rect(x - r * 0.1, y, r * 0.2, r, fill)
    elif k == 1:
        c.polygon(curve([(x, y - r), (x + r * 0.66, y + r * 0.3), (x, y + r * 0.9), (x - r * 0.66, y + r * 0.3)], 6, closed=True), fill)
    elif k == 2:
        c.polygon([(x - r, y), (x, y - r * 0.9), (x + r, y)], fill)
        c.rect(x - r * 0.65, y - r * 0.05, r * 1.3, r * 0.85, fill)
    else:
        c.circle(x, y - r * 0.5, r * 0.38, fill)
        c.pie(x, y + r * 0.85, r * 0.8, 180, 360, fill)
