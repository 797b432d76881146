"""A village or old-town lane, running away from the eye."""

from __future__ import annotations

from collections.abc import Callable

from .buildings import pagoda
from .canvas import BLUE, BRICK, GOLD, GREEN, INK, PAPER, SAND, STONE, WARM, Canvas, Point, mix, shade
from .furniture import GLASS, bin_and_waste, car, parked_bikes, wires
from .nature import mood_of, shrub, sky, skyline, tree, treeline
from .people import crowd, cyclist

Wall = Callable[[int, float, float], Point]
"""Side (-1 left, 1 right), depth (0 to 1) and height on a lane's wall, as a place on the sheet."""


def lane(c: Canvas, before: bool = False) -> None:
    """A village or old-town lane running away from the eye."""
    rng = c.rng
    mood = mood_of(c, before, "morning", "evening", "noon", "paper")
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
        c.line(
            [(vx + (a[0] - vx) * share, a[1]), (vx + (b[0] - vx) * share, b[1])],
            2,
            shade(ground, 0.1),
            round_ends=False,
        )
    if not before:
        a, b = at(1, 0, 0), at(1, 0.97, 0)
        strip = [
            (vx + (p[0] - vx) * share, p[1]) for p, share in ((a, -0.12), (a, 0.12), (b, 0.12), (b, -0.12))
        ]
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
    wall = rng.choice(
        [mix(STONE, INK, 0.2), mix(PAPER, GOLD, 0.16), mix(STONE, BRICK, 0.3), mix(PAPER, INK, 0.1)]
    )
    wall = shade(wall, 0.12) if side > 0 else wall
    c.polygon([at(side, near, 0), at(side, far, 0), at(side, far, height), at(side, near, height)], wall)
    for up in range(30, int(height), 34):
        c.line([at(side, near, up), at(side, far, up)], 1.6, shade(wall, 0.1), round_ends=False)
    c.polygon([at(side, near, 0), at(side, far, 0), at(side, far, 60), at(side, near, 60)], shade(wall, 0.2))
    span = far - near
    d1, d2 = near + span * 0.34, near + span * 0.56
    door = shade(BRICK, 0.12) if rng.random() < 0.7 else shade(GREEN, 0.35)
    c.polygon(
        [
            at(side, d1 - span * 0.05, 0),
            at(side, d2 + span * 0.05, 0),
            at(side, d2 + span * 0.05, 330),
            at(side, d1 - span * 0.05, 330),
        ],
        shade(wall, 0.42),
    )
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
        c.polygon(
            [at(side, b1, 330), at(side, b2, 330), at(side, b2, 420), at(side, b1, 420)],
            rng.choice([BRICK, GOLD, BLUE]),
        )
    elif not before:
        lx, ly = at(side, d1 - span * 0.1, 300)
        r = 26 * (1 - near)
        c.ellipse(lx, ly, r * 0.9, r, BRICK)
        c.rect(lx - r * 0.4, ly - r * 1.2, r * 0.8, r * 0.3, GOLD)
        c.rect(lx - r * 0.4, ly + r * 0.9, r * 0.8, r * 0.3, GOLD)
    roof = mix(INK, PAPER, 0.32)
    c.polygon(
        [
            at(side, near, height),
            at(side, far, height),
            at(side, far, height + 120),
            at(side, near, height + 120),
        ],
        roof,
    )
    for k in range(14):
        d = near + span * k / 13
        c.line(
            [at(side, d, height), at(side, d, height + 120)],
            4 * (1 - d) + 1,
            shade(roof, 0.25),
            round_ends=False,
        )
    eave_near, eave_far = at(side, near, height), at(side, far, height)
    c.line(
        [
            (eave_near[0] - side * 22 * (1 - near), eave_near[1] + 6),
            (eave_far[0] - side * 22 * (1 - far), eave_far[1] + 2),
        ],
        13 * (1 - near) + 2,
        shade(roof, 0.3),
        round_ends=False,
    )
    c.line(
        [at(side, near, height + 122), at(side, far, height + 122)],
        9 * (1 - near) + 2,
        shade(roof, 0.35),
        round_ends=False,
    )
