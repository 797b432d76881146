"""What stands in a street: benches, lamps, cars, bicycles, and what clutters it."""

from __future__ import annotations

from .canvas import BLUE, BRICK, GOLD, GREEN, GREY, INK, PAPER, STONE, Canvas, Colour, curve, mix, shade, tint

GLASS = mix(tint(BLUE, 0.42), INK, 0.1)

TIMBER = mix(GOLD, BRICK, 0.42)


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
        c.line(
            curve([(x, y - h * 0.98), (x + h * 0.06, y - h * 1.05), (x + h * 0.16, y - h * 1.04)], 6),
            h * 0.02,
            INK,
        )
        cx, cy = x + h * 0.17, y - h * 1.02
        c.ellipse(cx, cy, h * 0.06, h * 0.022, INK)
        c.ellipse(cx, cy + h * 0.012, h * 0.045, h * 0.014, glass)
    else:
        cx, cy = x, y - h * 1.05
        c.circle(cx, cy, h * 0.055, glass if lit else tint(INK, 0.16))
        c.rect(x - h * 0.03, y - h * 1.01, h * 0.06, h * 0.014, INK)
    if lit:
        c.glow(cx, cy, h * 0.34, mix(PAPER, GOLD, 0.42), 0.75)
        c.polygon(
            [(cx - h * 0.03, cy), (cx + h * 0.03, cy), (cx + h * 0.3, y), (cx - h * 0.3, y)],
            mix(PAPER, GOLD, 0.4),
            0.13,
        )


def bin_and_waste(c: Canvas, x: float, y: float, h: float) -> None:
    """An overflowing bin with bags: the state before."""
    for i, fill in enumerate((shade(GREEN, 0.3), shade(BLUE, 0.3))):
        bx = x + i * h * 0.72
        c.ground_shadow(bx + h * 0.3, y, h * 0.4, h * 0.06)
        c.polygon([(bx, y - h), (bx + h * 0.6, y - h), (bx + h * 0.54, y), (bx + h * 0.06, y)], fill)
        c.polygon(
            [
                (bx - h * 0.05, y - h),
                (bx + h * 0.62, y - h * 1.12),
                (bx + h * 0.64, y - h * 1.02),
                (bx, y - h * 0.94),
            ],
            shade(fill, 0.3),
        )
    for dx in (-0.35, 1.6, 1.95):
        c.pie(x + dx * h, y, h * c.rng.uniform(0.22, 0.34), 180, 360, c.rng.choice([INK, GREY, STONE]))


def car(c: Canvas, x: float, y: float, w: float, fill: Colour | None = None) -> None:
    """A parked car seen from the side, wheels at y."""
    fill = fill or c.rng.choice(
        [PAPER, GREY, tint(BLUE, 0.5), INK, tint(BRICK, 0.7), STONE, shade(BLUE, 0.2)]
    )
    h = w * 0.33
    c.ground_shadow(x + w / 2, y, w * 0.52, w * 0.035)
    roof = curve(
        [
            (x + w * 0.15, y - h * 0.6),
            (x + w * 0.3, y - h * 1.02),
            (x + w * 0.62, y - h * 1.04),
            (x + w * 0.82, y - h * 0.62),
        ],
        6,
    )
    c.polygon([*roof, (x + w * 0.15, y - h * 0.5)], fill)
    c.rect(x, y - h * 0.66, w, h * 0.5, fill, radius=h * 0.2)
    c.polygon(
        [
            (x + w * 0.22, y - h * 0.64),
            (x + w * 0.33, y - h * 0.93),
            (x + w * 0.47, y - h * 0.95),
            (x + w * 0.47, y - h * 0.64),
        ],
        GLASS,
    )
    c.polygon(
        [
            (x + w * 0.5, y - h * 0.64),
            (x + w * 0.5, y - h * 0.95),
            (x + w * 0.61, y - h * 0.94),
            (x + w * 0.75, y - h * 0.64),
        ],
        GLASS,
    )
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
        c.line(
            [
                (bx, y - r),
                (bx + h * 0.3, y - h * 0.7 + drop),
                (bx + h * 0.68, y - h * 0.72 + drop),
                (bx + h * 0.8, y - r),
            ],
            h * 0.055,
            f,
        )
        c.line([(bx + h * 0.22, y - h * 0.82 + drop), (bx + h * 0.4, y - h * 0.82 + drop)], h * 0.08, INK)


def wires(c: Canvas, y: float, n: int) -> None:
    """Sagging overhead cables between poles: the state before."""
    for px in (-30, 560, 1130, 1640):
        c.rect(px, y - 30, 9, 900, mix(INK, PAPER, 0.25))
        c.rect(px - 30, y, 70, 7, mix(INK, PAPER, 0.25))
        for i in range(n):
            sag = c.rng.uniform(30, 90)
            c.line(
                curve([(px, y + 8 * i), (px + 290, y + sag + 10 * i), (px + 580, y + 8 * i)], 10),
                2.2,
                INK,
                round_ends=False,
            )
