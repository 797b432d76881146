"""Who is there: neighbours of every age, walking, sitting, cycling."""

from __future__ import annotations

from .canvas import (
    BLUE,
    BRICK,
    GOLD,
    GREEN,
    GREY,
    INK,
    PAPER,
    SKIN,
    Canvas,
    Colour,
    Point,
    curve,
    mix,
    shade,
    tint,
)
from .furniture import TIMBER

CLOTHES = (
    BRICK,
    BLUE,
    GREEN,
    GOLD,
    tint(BLUE, 0.6),
    tint(BRICK, 0.65),
    mix(PAPER, GOLD, 0.45),
    GREY,
    tint(GREEN, 0.6),
    PAPER,
)


def person(c: Canvas, x: float, y: float, h: float, kind: str = "adult") -> None:
    """Someone standing or walking with the feet at (x, y); `h` is an adult's height."""
    rng = c.rng
    coat, trousers = rng.choice(CLOTHES), rng.choice([INK, shade(BLUE, 0.4), GREY, shade(BRICK, 0.55)])
    hair = GREY if kind == "elder" else rng.choice([INK, mix(INK, BRICK, 0.3)])
    facing = rng.choice([-1, 1])
    if kind == "child":
        h *= 0.62
    c.ground_shadow(x, y, h * 0.17, h * 0.03)
    if kind == "wheelchair":
        _wheelchair(c, x, y, h, coat, hair, facing)
        return
    stride = rng.uniform(0.03, 0.09) * h
    hip, neck = y - h * 0.46, y - h * 0.82
    for side, tone in ((1, shade(trousers, 0.25)), (-1, trousers)):
        c.polygon(
            [
                (x - h * 0.07, hip),
                (x + h * 0.07, hip),
                (x + side * stride + h * 0.035, y),
                (x + side * stride - h * 0.03, y),
            ],
            tone,
        )
        c.ellipse(x + side * stride + facing * h * 0.02, y - h * 0.008, h * 0.042, h * 0.018, shade(INK, 0.2))
    long = rng.random() < 0.35
    low = hip + (h * 0.16 if long else h * 0.03)
    c.line(
        [(x + facing * h * 0.09, neck + h * 0.06), (x + facing * h * 0.13, neck + h * 0.32)],
        h * 0.05,
        shade(coat, 0.18),
    )
    c.polygon(
        curve(
            [
                (x - h * 0.095, neck + h * 0.02),
                (x, neck - h * 0.015),
                (x + h * 0.095, neck + h * 0.02),
                (x + h * (0.13 if long else 0.1), low),
                (x - h * (0.13 if long else 0.1), low),
            ],
            4,
            closed=True,
        ),
        coat,
    )
    arm: Point = (x - facing * h * 0.12, neck + h * 0.3)
    c.line([(x - facing * h * 0.085, neck + h * 0.06), arm], h * 0.05, mix(coat, INK, 0.1))
    c.circle(arm[0], arm[1] + h * 0.02, h * 0.022, SKIN)
    head = h * (0.1 if kind == "child" else 0.082)
    c.rect(x - h * 0.022, neck - h * 0.03, h * 0.044, h * 0.05, shade(SKIN, 0.12))
    c.circle(x, neck - head * 0.95, head, SKIN)
    c.pie(
        x - facing * head * 0.06,
        neck - head * 1.05,
        head * 1.06,
        180 if facing > 0 else 160,
        380 if facing < 0 else 360,
        hair,
    )
    if rng.random() < 0.4:
        c.circle(x - facing * head * 0.9, neck - head * 0.9, head * 0.42, hair)
    if kind == "elder":
        c.line([(arm[0], arm[1]), (arm[0] - facing * h * 0.05, y)], h * 0.016, TIMBER)
    elif kind == "child":
        sx, sy = arm[0] - facing * h * 0.1, neck - h * 0.45
        c.line([arm, (sx, sy + h * 0.16)], 1.6, INK, round_ends=False)
        c.ellipse(sx, sy, h * 0.12, h * 0.15, rng.choice([BRICK, GOLD, BLUE]))
    elif rng.random() < 0.4:
        c.rect(
            arm[0] - h * 0.05,
            arm[1] + h * 0.03,
            h * 0.1,
            h * 0.12,
            rng.choice([TIMBER, tint(GREEN, 0.7), BRICK]),
            radius=3,
        )


def _wheelchair(c: Canvas, x: float, y: float, h: float, coat: Colour, hair: Colour, facing: int) -> None:
    c.ring(x, y - h * 0.17, h * 0.17, h * 0.17, h * 0.022, INK)
    c.circle(x, y - h * 0.17, h * 0.03, GREY)
    c.line(
        [
            (x - facing * h * 0.14, y - h * 0.55),
            (x - facing * h * 0.11, y - h * 0.24),
            (x + facing * h * 0.16, y - h * 0.24),
            (x + facing * h * 0.26, y - h * 0.04),
        ],
        h * 0.026,
        GREY,
    )
    c.circle(x + facing * h * 0.24, y - h * 0.04, h * 0.04, INK)
    c.line(
        [(x, y - h * 0.28), (x + facing * h * 0.2, y - h * 0.28), (x + facing * h * 0.24, y - h * 0.06)],
        h * 0.075,
        shade(BLUE, 0.4),
    )
    c.line([(x - facing * h * 0.03, y - h * 0.3), (x - facing * h * 0.03, y - h * 0.56)], h * 0.16, coat)
    c.circle(x, y - h * 0.73, h * 0.085, SKIN)
    c.pie(x - facing * h * 0.01, y - h * 0.74, h * 0.09, 180, 360, hair)


def sitter(c: Canvas, x: float, seat: float, h: float) -> None:
    """Someone sitting; `seat` is the height of the bench."""
    rng = c.rng
    coat, facing = rng.choice(CLOTHES), rng.choice([-1, 1])
    c.line(
        [(x, seat - h * 0.02), (x + facing * h * 0.2, seat), (x + facing * h * 0.22, seat + h * 0.26)],
        h * 0.085,
        rng.choice([INK, shade(BLUE, 0.4)]),
    )
    c.line([(x, seat - h * 0.04), (x, seat - h * 0.3)], h * 0.17, coat)
    c.line(
        [(x + facing * h * 0.05, seat - h * 0.28), (x + facing * h * 0.14, seat - h * 0.06)],
        h * 0.05,
        shade(coat, 0.2),
    )
    c.circle(x + facing * h * 0.015, seat - h * 0.47, h * 0.085, SKIN)
    c.pie(x, seat - h * 0.48, h * 0.09, 170, 370, rng.choice([INK, GREY, GREY]))


def cyclist(c: Canvas, x: float, y: float, h: float) -> None:
    rng = c.rng
    f, coat, frame = rng.choice([-1, 1]), rng.choice(CLOTHES), rng.choice([BRICK, BLUE, GREEN, INK])
    r = h * 0.19
    back, front = (x - f * h * 0.3, y - r), (x + f * h * 0.3, y - r)
    c.ground_shadow(x, y, h * 0.45, h * 0.03)
    for wheel in (back, front):
        c.ring(*wheel, r, r, h * 0.022, INK)
    crank, saddle, bar = (
        (x - f * h * 0.03, y - r * 0.95),
        (x - f * h * 0.1, y - h * 0.5),
        (x + f * h * 0.2, y - h * 0.56),
    )
    c.line([back, crank, bar], h * 0.024, frame)
    c.line([crank, saddle], h * 0.024, frame)
    c.line([front, bar], h * 0.024, frame)
    c.line(
        [(x - f * h * 0.09, y - h * 0.55), (x + f * h * 0.08, y - h * 0.42), (x, y - h * 0.14)],
        h * 0.075,
        shade(BLUE, 0.45),
    )
    c.line([(x - f * h * 0.08, y - h * 0.58), (x + f * h * 0.02, y - h * 0.82)], h * 0.15, coat)
    c.line([(x + f * h * 0.03, y - h * 0.8), (x + f * h * 0.19, y - h * 0.6)], h * 0.05, shade(coat, 0.2))
    c.circle(x + f * h * 0.06, y - h * 0.98, h * 0.085, SKIN)
    c.pie(x + f * h * 0.05, y - h * 1.0, h * 0.095, 175, 365, rng.choice([GOLD, BRICK, INK]))


def crowd(c: Canvas, x1: float, x2: float, y: float, h: float, n: int) -> None:
    """A mix of ages, spread out, farther ones first."""
    kinds = ["adult", "adult", "adult", "child", "elder", "adult", "child", "wheelchair"]
    c.rng.shuffle(kinds)
    step = (x2 - x1) / max(1, n)
    places = sorted((y + c.rng.uniform(-0.12, 0.22) * h, i) for i in range(n))
    for py, i in places:
        person(
            c,
            x1 + step * (i + c.rng.uniform(0.15, 0.85)),
            py,
            h * (1 + (py - y) / h * 0.25),
            kinds[i % len(kinds)],
        )
