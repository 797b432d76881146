"""What is built and who is there: houses, shops, pagoda, bridge, furniture, vehicles, people."""

from __future__ import annotations

import math

from .canvas import (
    BLUE, BRICK, GOLD, GREEN, GREY, INK, LEAF, PAPER, SAND, SKIN, STONE, WARM,
    Canvas, Colour, Point, curve, mix, shade, tint,
)  # fmt: skip

CLOTHES = (BRICK, BLUE, GREEN, GOLD, tint(BLUE, 0.6), tint(BRICK, 0.65), mix(PAPER, GOLD, 0.45), GREY, tint(GREEN, 0.6), PAPER)
GLASS = mix(tint(BLUE, 0.42), INK, 0.1)
TILE = mix(INK, PAPER, 0.34)
TIMBER = mix(GOLD, BRICK, 0.42)


# -- people ---------------------------------------------------------------------------------


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
        c.polygon([(x - h * 0.07, hip), (x + h * 0.07, hip), (x + side * stride + h * 0.035, y), (x + side * stride - h * 0.03, y)], tone)
        c.ellipse(x + side * stride + facing * h * 0.02, y - h * 0.008, h * 0.042, h * 0.018, shade(INK, 0.2))
    long = rng.random() < 0.35
    low = hip + (h * 0.16 if long else h * 0.03)
    c.line([(x + facing * h * 0.09, neck + h * 0.06), (x + facing * h * 0.13, neck + h * 0.32)], h * 0.05, shade(coat, 0.18))
    c.polygon(curve([(x - h * 0.095, neck + h * 0.02), (x, neck - h * 0.015), (x + h * 0.095, neck + h * 0.02),
                     (x + h * (0.13 if long else 0.1), low), (x - h * (0.13 if long else 0.1), low)], 4, closed=True), coat)  # fmt: skip
    arm: Point = (x - facing * h * 0.12, neck + h * 0.3)
    c.line([(x - facing * h * 0.085, neck + h * 0.06), arm], h * 0.05, mix(coat, INK, 0.1))
    c.circle(arm[0], arm[1] + h * 0.02, h * 0.022, SKIN)
    head = h * (0.1 if kind == "child" else 0.082)
    c.rect(x - h * 0.022, neck - h * 0.03, h * 0.044, h * 0.05, shade(SKIN, 0.12))
    c.circle(x, neck - head * 0.95, head, SKIN)
    c.pie(x - facing * head * 0.06, neck - head * 1.05, head * 1.06, 180 if facing > 0 else 160, 380 if facing < 0 else 360, hair)
    if rng.random() < 0.4:
        c.circle(x - facing * head * 0.9, neck - head * 0.9, head * 0.42, hair)
    if kind == "elder":
        c.line([(arm[0], arm[1]), (arm[0] - facing * h * 0.05, y)], h * 0.016, TIMBER)
    elif kind == "child":
        sx, sy = arm[0] - facing * h * 0.1, neck - h * 0.45
        c.line([arm, (sx, sy + h * 0.16)], 1.6, INK, round_ends=False)
        c.ellipse(sx, sy, h * 0.12, h * 0.15, rng.choice([BRICK, GOLD, BLUE]))
    elif rng.random() < 0.4:
        c.rect(arm[0] - h * 0.05, arm[1] + h * 0.03, h * 0.1, h * 0.12, rng.choice([TIMBER, tint(GREEN, 0.7), BRICK]), radius=3)


def _wheelchair(c: Canvas, x: float, y: float, h: float, coat: Colour, hair: Colour, facing: int) -> None:
    c.ring(x, y - h * 0.17, h * 0.17, h * 0.17, h * 0.022, INK)
    c.circle(x, y - h * 0.17, h * 0.03, GREY)
    c.line([(x - facing * h * 0.14, y - h * 0.55), (x - facing * h * 0.11, y - h * 0.24), (x + facing * h * 0.16, y - h * 0.24), (x + facing * h * 0.26, y - h * 0.04)], h * 0.026, GREY)
    c.circle(x + facing * h * 0.24, y - h * 0.04, h * 0.04, INK)
    c.line([(x, y - h * 0.28), (x + facing * h * 0.2, y - h * 0.28), (x + facing * h * 0.24, y - h * 0.06)], h * 0.075, shade(BLUE, 0.4))
    c.line([(x - facing * h * 0.03, y - h * 0.3), (x - facing * h * 0.03, y - h * 0.56)], h * 0.16, coat)
    c.circle(x, y - h * 0.73, h * 0.085, SKIN)
    c.pie(x - facing * h * 0.01, y - h * 0.74, h * 0.09, 180, 360, hair)


def sitter(c: Canvas, x: float, seat: float, h: float) -> None:
    """Someone sitting; `seat` is the height of the bench."""
    rng = c.rng
    coat, facing = rng.choice(CLOTHES), rng.choice([-1, 1])
    c.line([(x, seat - h * 0.02), (x + facing * h * 0.2, seat), (x + facing * h * 0.22, seat + h * 0.26)], h * 0.085, rng.choice([INK, shade(BLUE, 0.4)]))
    c.line([(x, seat - h * 0.04), (x, seat - h * 0.3)], h * 0.17, coat)
    c.line([(x + facing * h * 0.05, seat - h * 0.28), (x + facing * h * 0.14, seat - h * 0.06)], h * 0.05, shade(coat, 0.2))
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
    crank, saddle, bar = (x - f * h * 0.03, y - r * 0.95), (x - f * h * 0.1, y - h * 0.5), (x + f * h * 0.2, y - h * 0.56)
    c.line([back, crank, bar], h * 0.024, frame)
    c.line([crank, saddle], h * 0.024, frame)
    c.line([front, bar], h * 0.024, frame)
    c.line([(x - f * h * 0.09, y - h * 0.55), (x + f * h * 0.08, y - h * 0.42), (x, y - h * 0.14)], h * 0.075, shade(BLUE, 0.45))
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
        person(c, x1 + step * (i + c.rng.uniform(0.15, 0.85)), py, h * (1 + (py - y) / h * 0.25), kinds[i % len(kinds)])


# -- furniture and vehicles --------------------------------------------------------------------


def bench(c: Canvas, x: float, y: float, w: float) -> None:
    h = w * 0.26
    c.ground_shadow(x + w / 2, y, w * 0.5, w * 0.05)
    for lx in (x + w * 0.1, x + w * 0.84):
        c.rect(lx, y - h, w * 0.055, h, shade(INK, 0.1))
    for i in range(3):
        c.rect(x, y - h * 1.95 + i * h * 0.28, w, h * 0.2, mix(TIMBER, PAPER, 0.16 - 0.07 * i), radius=2)
    c.rect(x - w * 0.02, y - h * 1.04, w * 1.04, h * 0.22, TIMBER, radius=3)


def lamp(c: Canvas, x: float, y: float, h: float, lit: bool = False, style: int = 0) -> None:
    c.ground_shadow(x, y, h * 0.05, h * 0.01)
    c.rect(x - h * 0.011, y - h, h * 0.022, h, INK)
    glass = mix(PAPER, GOLD, 0.36)
    if style == 0:
        c.line(curve([(x, y - h * 0.98), (x + h * 0.06, y - h * 1.05), (x + h * 0.16, y - h * 1.04)], 6), h * 0.02, INK)
        cx, cy = x + h * 0.17, y - h * 1.02
        c.ellipse(cx, cy, h * 0.06, h * 0.022, INK)
        c.ellipse(cx, cy + h * 0.012, h * 0.045, h * 0.014, glass)
    else:
        cx, cy = x, y - h * 1.05
        c.circle(cx, cy, h * 0.055, glass if lit else tint(INK, 0.16))
        c.rect(x - h * 0.03, y - h * 1.01, h * 0.06, h * 0.014, INK)
    if lit:
        c.glow(cx, cy, h * 0.34, mix(PAPER, GOLD, 0.42), 0.75)
        c.polygon([(cx - h * 0.03, cy), (cx + h * 0.03, cy), (cx + h * 0.3, y), (cx - h * 0.3, y)], mix(PAPER, GOLD, 0.4), 0.13)


def bin_and_waste(c: Canvas, x: float, y: float, h: float) -> None:
    """An overflowing bin with bags: the state before."""
    for i, fill in enumerate((shade(GREEN, 0.3), shade(BLUE, 0.3))):
        bx = x + i * h * 0.72
        c.ground_shadow(bx + h * 0.3, y, h * 0.4, h * 0.06)
        c.polygon([(bx, y - h), (bx + h * 0.6, y - h), (bx + h * 0.54, y), (bx + h * 0.06, y)], fill)
        c.polygon([(bx - h * 0.05, y - h), (bx + h * 0.62, y - h * 1.12), (bx + h * 0.64, y - h * 1.02), (bx, y - h * 0.94)], shade(fill, 0.3))
    for dx in (-0.35, 1.6, 1.95):
        c.pie(x + dx * h, y, h * c.rng.uniform(0.22, 0.34), 180, 360, c.rng.choice([INK, GREY, STONE]))


def car(c: Canvas, x: float, y: float, w: float, fill: Colour | None = None) -> None:
    """A parked car seen from the side, wheels at y."""
    fill = fill or c.rng.choice([PAPER, GREY, tint(BLUE, 0.5), INK, tint(BRICK, 0.7), STONE, shade(BLUE, 0.2)])
    h = w * 0.33
    c.ground_shadow(x + w / 2, y, w * 0.52, w * 0.035)
    roof = curve([(x + w * 0.15, y - h * 0.6), (x + w * 0.3, y - h * 1.02), (x + w * 0.62, y - h * 1.04), (x + w * 0.82, y - h * 0.62)], 6)
    c.polygon([*roof, (x + w * 0.15, y - h * 0.5)], fill)
    c.rect(x, y - h * 0.66, w, h * 0.5, fill, radius=h * 0.2)
    c.polygon([(x + w * 0.22, y - h * 0.64), (x + w * 0.33, y - h * 0.93), (x + w * 0.47, y - h * 0.95), (x + w * 0.47, y - h * 0.64)], GLASS)
    c.polygon([(x + w * 0.5, y - h * 0.64), (x + w * 0.5, y - h * 0.95), (x + w * 0.61, y - h * 0.94), (x + w * 0.75, y - h * 0.64)], GLASS)
    c.rect(x, y - h * 0.36, w, h * 0.16, INK, 0.18, radius=h * 0.05)
    c.ellipse(x + w * 0.975, y - h * 0.5, w * 0.02, h * 0.06, mix(PAPER, GOLD, 0.5))
    for wx in (x + w * 0.22, x + w * 0.79):
        c.circle(wx, y - h * 0.14, h * 0.2, INK)
        c.circle(wx, y - h * 0.14, h * 0.09, STONE)


def bus(c: Canvas, x: float, y: float, w: float, fill: Colour = GREEN) -> None:
    h = w * 0.34
    c.ground_shadow(x + w / 2, y, w * 0.5, w * 0.02)
    c.rect(x, y - h, w, h * 0.9, PAPER, radius=h * 0.12)
    c.rect(x, y - h * 0.42, w, h * 0.32, fill, radius=h * 0.06)
    c.rect(x, y - h * 0.42, w, h * 0.08, fill)
    for i in range(5):
        c.rect(x + w * (0.045 + 0.165 * i), y - h * 0.86, w * 0.145, h * 0.4, GLASS, radius=4)
    c.rect(x + w * 0.87, y - h * 0.86, w * 0.105, h * 0.66, GLASS, radius=6)
    c.rect(x + w * 0.54, y - h * 0.86, w * 0.145, h * 0.72, shade(GLASS, 0.2), radius=4)
    c.rect(x + w * 0.61, y - h * 0.86, w * 0.006, h * 0.72, PAPER)
    for wx in (x + w * 0.2, x + w * 0.78):
        c.circle(wx, y - h * 0.08, h * 0.13, INK)
        c.circle(wx, y - h * 0.08, h * 0.055, STONE)


def parked_bikes(c: Canvas, x: float, y: float, n: int, h: float, fallen: bool = False) -> None:
    for i in range(n):
        bx = x + i * h * 0.62
        f = c.rng.choice([GOLD, GREEN, BLUE, BRICK])
        drop = c.rng.uniform(0.1, 0.4) * h if fallen and c.rng.random() < 0.5 else 0
        r = h * 0.3
        for wx in (bx, bx + h * 0.8):
            c.ring(wx, y - r + drop * 0.3, r, r * (0.5 if drop else 1), h * 0.05, INK)
        c.line([(bx, y - r), (bx + h * 0.3, y - h * 0.7 + drop), (bx + h * 0.68, y - h * 0.72 + drop), (bx + h * 0.8, y - r)], h * 0.055, f)
        c.line([(bx + h * 0.22, y - h * 0.82 + drop), (bx + h * 0.4, y - h * 0.82 + drop)], h * 0.08, INK)


def wires(c: Canvas, y: float, n: int) -> None:
    """Sagging overhead cables between poles: the state before."""
    for px in (-30, 560, 1130, 1640):
        c.rect(px, y - 30, 9, 900, mix(INK, PAPER, 0.25))
        c.rect(px - 30, y, 70, 7, mix(INK, PAPER, 0.25))
        for i in range(n):
            sag = c.rng.uniform(30, 90)
            c.line(curve([(px, y + 8 * i), (px + 290, y + sag + 10 * i), (px + 580, y + 8 * i)], 10), 2.2, INK, round_ends=False)


# -- buildings --------------------------------------------------------------------------------


def apartment(c: Canvas, x: float, base: float, w: float, floors: int, floor_h: float, fill: Colour, lit: float = 0, tidy: bool = True) -> None:
    """A slab of flats, front on. `lit` is the share of lighted windows."""
    rng = c.rng
    h = floors * floor_h + floor_h * 0.35
    top = base - h
    c.rect(x, top, w, h, fill)
    c.polygon([(x + w, top), (x + w + 16, top + 10), (x + w + 16, base), (x + w, base)], shade(fill, 0.22))
    c.rect(x - 5, top - 9, w + 24, 12, shade(fill, 0.3))
    columns = max(2, int(w / (floor_h * 0.95)))
    cell = w / columns
    stair = rng.randrange(columns)
    for row in range(floors):
        y = top + floor_h * 0.3 + row * floor_h
        for col in range(columns):
            wx = x + col * cell + cell * 0.2
            lamp_on = rng.random() < lit
            pane = mix(PAPER, GOLD, rng.uniform(0.4, 0.62)) if lamp_on else mix(GLASS, PAPER if rng.random() < 0.5 else INK, 0.16)
            if col == stair:
                c.rect(wx + cell * 0.12, y + floor_h * 0.1, cell * 0.36, floor_h * 0.5, mix(pane, INK, 0.1))
                continue
            c.rect(wx - 3, y - 3, cell * 0.6 + 6, floor_h * 0.56 + 6, mix(fill, PAPER, 0.5))
            c.rect(wx, y, cell * 0.6, floor_h * 0.56, pane)
            c.rect(wx + cell * 0.285, y, 3, floor_h * 0.56, mix(fill, PAPER, 0.5))
            c.rect(wx - 5, y + floor_h * 0.56, cell * 0.6 + 10, 5, shade(fill, 0.22))
            roll = rng.random()
            if not tidy and roll < 0.55:
                c.rect(wx + cell * 0.05, y + floor_h * 0.62, cell * 0.3, floor_h * 0.26, STONE)
                c.circle(wx + cell * 0.2, y + floor_h * 0.75, floor_h * 0.09, GREY)
                for i in range(4):
                    c.rect(wx - 2 + i * cell * 0.2, y - 4, 2.4, floor_h * 0.6, mix(INK, BRICK, 0.3))
            elif tidy and roll < 0.28:
                c.rect(wx - 4, y + floor_h * 0.5, cell * 0.6 + 8, floor_h * 0.12, mix(TIMBER, PAPER, 0.2), radius=2)
                for _ in range(7):
                    c.circle(wx + rng.uniform(0, cell * 0.6), y + floor_h * 0.49, 5, rng.choice([GREEN, LEAF, BRICK]))
    dx = x + stair * cell + cell * 0.16
    c.rect(dx, base - floor_h * 0.72, cell * 0.62, floor_h * 0.72, shade(fill, 0.45))
    c.rect(dx - 10, base - floor_h * 0.82, cell * 0.62 + 20, 8, shade(fill, 0.3))


def lift_shaft(c: Canvas, x: float, base: float, floors: int, floor_h: float) -> None:
    """The glazed lift added in front of an old block."""
    h, w = floors * floor_h + floor_h * 0.75, floor_h * 0.95
    c.rect(x, base - h, w, h, mix(tint(BLUE, 0.3), PAPER, 0.25))
    c.rect(x, base - h, w * 0.5, h, PAPER, 0.32)
    for i in range(floors + 1):
        c.rect(x - 3, base - h + i * floor_h * (h / (floors * floor_h + floor_h * 0.75)), w + 6, 5, INK)
    for lx in (x - 3, x + w - 3):
        c.rect(lx, base - h, 6, h, INK)
    c.rect(x + w * 0.18, base - floor_h * (1.9 + c.rng.randrange(max(1, floors - 1))), w * 0.64, floor_h * 0.72, BRICK, radius=3)
    c.rect(x + w * 0.2, base - floor_h * 0.7, w * 0.6, floor_h * 0.7, GLASS)
    c.rect(x - 8, base - h - 9, w + 16, 11, INK)


def shop(c: Canvas, x: float, base: float, w: float, h: float, tidy: bool = True) -> None:
    """A shop front with awning; untidy ones have a patchwork of boards."""
    rng = c.rng
    wall = rng.choice([WARM, SAND, mix(PAPER, BRICK, 0.14), mix(PAPER, INK, 0.08)])
    c.rect(x, base - h, w, h, wall)
    if tidy:
        c.rect(x, base - h, w, h * 0.16, rng.choice([INK, GREEN, BLUE, BRICK, TIMBER]))
        for i in range(4):
            c.rect(x + w * (0.3 + 0.1 * i), base - h * 0.95, w * 0.07, h * 0.065, mix(PAPER, GOLD, 0.25), 0.95, radius=2)
    else:
        for i in range(3):
            c.rect(x + w * rng.uniform(0, 0.5), base - h * rng.uniform(0.9, 1.12), w * rng.uniform(0.3, 0.6), h * rng.uniform(0.12, 0.24), rng.choice([BRICK, GOLD, BLUE, PAPER]))
    c.rect(x + w * 0.06, base - h * 0.66, w * 0.5, h * 0.5, GLASS, radius=3)
    c.polygon([(x + w * 0.1, base - h * 0.2), (x + w * 0.3, base - h * 0.64), (x + w * 0.38, base - h * 0.64), (x + w * 0.18, base - h * 0.2)], PAPER, 0.3)
    c.rect(x + w * 0.64, base - h * 0.68, w * 0.26, h * 0.68, shade(wall, 0.5))
    c.rect(x + w * 0.67, base - h * 0.64, w * 0.2, h * 0.5, GLASS)
    if tidy:
        awning(c, x - w * 0.02, base - h * 0.8, w * 1.04, h * 0.17, rng.choice([BRICK, GREEN, BLUE, GOLD]))
        c.rect(x + w * 0.1, base - h * 0.12, w * 0.4, h * 0.12, TIMBER)
        for i in range(6):
            c.circle(x + w * (0.13 + 0.068 * i), base - h * 0.13, w * 0.04, rng.choice([GREEN, LEAF, tint(GREEN, 0.7)]))


def awning(c: Canvas, x: float, y: float, w: float, h: float, fill: Colour) -> None:
    n = max(4, round(w / 26))
    step = w / n
    c.rect(x + 6, y + h * 0.9, w - 6, h * 0.4, INK, 0.14)
    for i in range(n):
        tone = fill if i % 2 == 0 else mix(PAPER, fill, 0.08)
        c.polygon([(x + i * step, y), (x + (i + 1) * step, y), (x + (i + 1) * step, y + h * 0.75), (x + i * step, y + h * 0.75)], tone)
        c.pie(x + (i + 0.5) * step, y + h * 0.74, step / 2, 0, 180, tone)
    c.rect(x, y - 4, w, 7, shade(fill, 0.3))


def tiled_roof(c: Canvas, x: float, y: float, w: float, h: float, fill: Colour = TILE) -> None:
    """A grey tiled roof with lifted ridge ends, eaves at y."""
    c.polygon([(x - w * 0.05, y), (x + w * 0.04, y - h), (x + w * 0.96, y - h), (x + w * 1.05, y)], fill)
    n = max(6, int(w / 17))
    for i in range(n + 1):
        k = i / n
        c.line([(x - w * 0.05 + w * 1.1 * k, y), (x + w * 0.04 + w * 0.92 * k, y - h)], 3.2, shade(fill, 0.26), round_ends=False)
        c.circle(x - w * 0.05 + w * 1.1 * k, y, 5, mix(fill, PAPER, 0.2))
    c.rect(x + w * 0.03, y - h - 9, w * 0.94, 13, shade(fill, 0.35), radius=4)
    for side, ex in ((-1, x + w * 0.04), (1, x + w * 0.96)):
        c.polygon([(ex - side * 8, y - h + 2), (ex + side * 16, y - h - 22), (ex + side * 8, y - h + 4)], shade(fill, 0.35))


def courtyard_house(c: Canvas, x: float, base: float, w: float, h: float, wall: Colour | None = None) -> None:
    wall = wall or c.rng.choice([mix(STONE, INK, 0.16), mix(PAPER, GOLD, 0.2), mix(STONE, BRICK, 0.3)])
    c.rect(x, base - h, w, h, wall)
    for row in range(int(h / 15)):
        c.rect(x, base - row * 15, w, 1.5, shade(wall, 0.14), 0.8)
    c.rect(x, base - h * 0.16, w, h * 0.16, shade(wall, 0.2))
    bays = max(2, round(w / 115))
    for i in range(bays):
        bx = x + w * (i + 0.5) / bays
        if i == bays // 2:
            c.rect(bx - 27, base - h * 0.74, 54, h * 0.74, shade(BRICK, 0.1))
            c.rect(bx - 1, base - h * 0.7, 2.5, h * 0.7, INK)
            for side in (-1, 1):
                c.circle(bx + side * 7, base - h * 0.38, 3.2, GOLD)
        else:
            c.rect(bx - 25, base - h * 0.72, 50, h * 0.36, shade(TIMBER, 0.3))
            for j in range(3):
                c.rect(bx - 21 + j * 15, base - h * 0.69, 11, h * 0.3, mix(GLASS, PAPER, 0.3))
    tiled_roof(c, x - 8, base - h, w + 16, h * 0.5)


def pagoda(c: Canvas, x: float, base: float, h: float, fill: Colour, tiers: int = 13, lit: bool = False) -> None:
    """The many-eaved brick pagoda that is the sign of the canal town."""
    foot = h * 0.13
    c.polygon([(x - foot * 1.35, base), (x - foot * 1.1, base - h * 0.07), (x + foot * 1.1, base - h * 0.07), (x + foot * 1.35, base)], shade(fill, 0.18))
    c.rect(x - foot, base - h * 0.2, foot * 2, h * 0.14, fill)
    c.rect(x + foot * 0.25, base - h * 0.2, foot * 0.75, h * 0.14, shade(fill, 0.12))
    c.pie(x, base - h * 0.1, foot * 0.3, 180, 360, shade(fill, 0.5))
    c.rect(x - foot * 0.3, base - h * 0.1, foot * 0.6, h * 0.04, shade(fill, 0.5))
    y, step = base - h * 0.2, h * 0.64 / tiers
    for i in range(tiers):
        half = foot * (1 - 0.52 * (i / tiers) ** 1.3)
        c.rect(x - half * 0.86, y - step, half * 1.72, step, mix(fill, PAPER, 0.3) if not lit else mix(PAPER, GOLD, 0.5))
        c.rect(x + half * 0.2, y - step, half * 0.66, step, shade(fill, 0.06), 0.6)
        c.polygon([(x - half * 1.22, y - step * 0.98), (x - half * 0.9, y - step * 1.42), (x + half * 0.9, y - step * 1.42), (x + half * 1.22, y - step * 0.98)], shade(fill, 0.2))
        y -= step
    c.polygon([(x - foot * 0.46, y - step * 0.4), (x, y - h * 0.075), (x + foot * 0.46, y - step * 0.4)], shade(fill, 0.2))
    c.line([(x, y - h * 0.05), (x, y - h * 0.14)], max(2, h * 0.009), shade(fill, 0.3))
    for k in (0.085, 0.105, 0.123):
        c.circle(x, y - h * k, h * 0.0085, shade(fill, 0.3))


def arch_bridge(c: Canvas, x: float, y: float, w: float, rise: float, fill: Colour, arches: int = 3, water: Colour = BLUE) -> None:
    """A stone bridge over the water line y."""
    deck = [(x + w * k / 24, y - rise * math.sin(math.pi * k / 24) - rise * 0.22) for k in range(25)]
    c.polygon([*deck, (x + w, y), (x, y)], fill)
    for i in range(arches):
        cx = x + w * (i + 1) / (arches + 1)
        near = 1 - abs((i + 1) / (arches + 1) - 0.5) * 1.2
        r = w / (arches + 1) * 0.41 * (0.72 + 0.28 * near)
        top = y - rise * 0.72 * near
        box_h = y - top
        high = min(r, rise * 0.78 * near)
        for grow, tone in ((8, shade(fill, 0.2)), (0, shade(water, 0.45))):
            c.polygon(
                [(cx - (r + grow) * math.cos(math.pi * k / 18), y - (high + grow) * math.sin(math.pi * k / 18)) for k in range(19)],
                tone,
            )
    c.line([(px, py - 4) for px, py in deck], 8, shade(fill, 0.18))
    for px, py in deck[1:-1:1]:
        c.rect(px - 3, py - rise * 0.2 - 6, 6, rise * 0.2 + 4, mix(fill, PAPER, 0.3))
    c.line([(px, py - rise * 0.2 - 4) for px, py in deck], 5, mix(fill, PAPER, 0.3))
