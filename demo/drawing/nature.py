"""What grows, flows and shines: trees, shrubs, grass, flowers, water, sky."""

from __future__ import annotations

import math
from dataclasses import dataclass

from .canvas import (
    BLUE,
    BRICK,
    GOLD,
    GREEN,
    INK,
    LEAF,
    PAPER,
    SAND,
    SPRING,
    STONE,
    WARM,
    WIDTH,
    Canvas,
    Colour,
    curve,
    mix,
    shade,
    tint,
)


@dataclass(frozen=True)
class Mood:
    """The hour of the day, as colours."""

    sky_top: Colour
    sky_low: Colour
    sun: Colour | None
    haze: Colour
    ground: Colour
    night: bool = False


MOODS = {
    "morning": Mood(tint(BLUE, 0.2), mix(WARM, BRICK, 0.06), mix(PAPER, GOLD, 0.5), tint(BLUE, 0.24), WARM),
    "noon": Mood(tint(BLUE, 0.34), tint(BLUE, 0.07), None, tint(BLUE, 0.28), mix(PAPER, GOLD, 0.1)),
    "evening": Mood(
        mix(tint(BRICK, 0.24), GOLD, 0.14),
        mix(PAPER, GOLD, 0.17),
        mix(tint(BRICK, 0.75), GOLD, 0.4),
        mix(tint(BRICK, 0.4), BLUE, 0.3),
        mix(SAND, BRICK, 0.08),
    ),
    "spring": Mood(
        tint(GREEN, 0.2),
        mix(PAPER, GOLD, 0.08),
        mix(PAPER, GOLD, 0.34),
        tint(GREEN, 0.3),
        mix(PAPER, GREEN, 0.08),
    ),
    "paper": Mood(PAPER, mix(PAPER, GOLD, 0.1), mix(tint(BRICK, 0.8), GOLD, 0.25), tint(INK, 0.2), WARM),
    "night": Mood(
        shade(BLUE, 0.66),
        mix(shade(BLUE, 0.3), BRICK, 0.16),
        mix(PAPER, GOLD, 0.2),
        shade(BLUE, 0.42),
        mix(shade(BLUE, 0.5), GOLD, 0.1),
        night=True,
    ),
    "overcast": Mood(tint(INK, 0.24), tint(INK, 0.1), None, tint(INK, 0.26), STONE),
}


def mood_of(c: Canvas, before: bool, *names: str) -> Mood:
    """One of the named hours by chance; before, the sky is always overcast."""
    chosen = c.rng.choice(names or ("morning", "noon", "evening", "spring"))
    return MOODS["overcast"] if before else MOODS[chosen]


def sky(c: Canvas, mood: Mood, horizon: float) -> None:
    """Sky, sun or moon, and clouds or stars."""
    rng = c.rng
    c.gradient(0, horizon + 4, mood.sky_top, mood.sky_low)
    x, y, r = rng.uniform(300, 1300), rng.uniform(0.22, 0.5) * horizon, rng.uniform(50, 92)
    if mood.sun is not None:
        c.glow(x, y, r * 3.4, mix(mood.sun, PAPER, 0.5), 0.5)
        c.circle(x, y, r, mood.sun)
    if mood.night:
        for _ in range(50):
            c.circle(
                rng.uniform(0, WIDTH),
                rng.uniform(0, horizon * 0.8),
                rng.uniform(0.8, 2.2),
                PAPER,
                rng.uniform(0.3, 0.9),
            )
    else:
        for _ in range(rng.randint(2, 4)):
            cloud(
                c,
                rng.uniform(0, WIDTH),
                rng.uniform(0.1, 0.55) * horizon,
                rng.uniform(110, 230),
                mix(mood.sky_low, PAPER, 0.7),
            )


def cloud(c: Canvas, x: float, y: float, w: float, fill: Colour) -> None:
    """Long, flat bars with round ends, as in woodcuts."""
    rng = c.rng
    for i in range(3):
        length = w * rng.uniform(0.5, 1.1)
        h = w * 0.085
        c.rect(x + rng.uniform(-0.35, 0.35) * w, y + i * h * 0.86, length, h, fill, 0.85, radius=h / 2)


def skyline(c: Canvas, mood: Mood, base: float, height: float, density: int = 18) -> None:
    """Distant roofs in the haze, two layers deep."""
    rng = c.rng
    for layer, share in ((0, 0.45), (1, 0.85)):
        fill = mix(mood.sky_low, mood.haze, share)
        x = -40.0
        while x < WIDTH + 40:
            w = rng.uniform(0.5, 1.5) * WIDTH / density
            h = height * rng.uniform(0.3, 1.0) * (1 - 0.35 * layer)
            c.rect(x, base - h, w, h + 2, fill)
            if rng.random() < 0.25:
                c.rect(x + w * 0.3, base - h - height * 0.1, w * 0.3, height * 0.11, fill)
            x += w * rng.uniform(0.8, 1.25)


def treeline(
    c: Canvas, base: float, height: float, fill: Colour, x1: float = -60, x2: float = WIDTH + 60
) -> None:
    """A far row of trees as one soft hedge."""
    rng = c.rng
    x = x1
    while x < x2:
        r = height * rng.uniform(0.35, 0.62)
        c.ellipse(x, base - r * rng.uniform(0.5, 1.0), r * 1.15, r, fill)
        x += r * rng.uniform(0.7, 1.3)
    c.rect(x1, base - height * 0.3, x2 - x1, height * 0.3 + 2, fill)


def tree(c: Canvas, x: float, y: float, h: float, kind: str = "", fill: Colour | None = None) -> None:
    """A tree standing at (x, y), `h` high."""
    kind = kind or c.rng.choice(["round", "round", "poplar", "willow", "ginkgo", "pine"])
    c.ground_shadow(x, y, h * 0.26)
    {
        "round": _round,
        "poplar": _poplar,
        "willow": _willow,
        "ginkgo": _ginkgo,
        "pine": _pine,
        "blossom": _blossom,
        "bare": _bare,
    }[kind](c, x, y, h, fill)


def _trunk(c: Canvas, x: float, y: float, h: float, width: float) -> None:
    bark = mix(INK, BRICK, 0.32)
    bark = mix(bark, PAPER, 0.16)
    c.polygon([(x - width, y), (x - width * 0.55, y - h), (x + width * 0.55, y - h), (x + width, y)], bark)
    c.polygon(
        [(x - width, y), (x - width * 0.55, y - h), (x - width * 0.15, y - h), (x - width * 0.3, y)],
        mix(bark, PAPER, 0.14),
    )


def _crown(c: Canvas, x: float, y: float, rx: float, ry: float, fill: Colour, clumps: int = 9) -> None:
    """Three tones of leaf: shade below, body, light from the upper left, and a few single leaves."""
    rng = c.rng
    places = [(rng.uniform(-0.62, 0.62), rng.uniform(-0.6, 0.6)) for _ in range(clumps)]
    dark, light = shade(fill, 0.22), mix(fill, mix(PAPER, GOLD, 0.35), 0.26)
    for dx, dy in places:
        c.ellipse(x + (dx + 0.08) * rx, y + (dy + 0.12) * ry, rx * 0.52, ry * 0.5, dark)
    c.ellipse(x, y, rx * 0.8, ry * 0.8, fill)
    for dx, dy in places:
        c.ellipse(x + dx * rx, y + dy * ry, rx * 0.46, ry * 0.44, fill)
    for dx, dy in places[: clumps * 2 // 3]:
        if dx + dy < 0.25:
            c.ellipse(x + (dx - 0.08) * rx, y + (dy - 0.1) * ry, rx * 0.3, ry * 0.27, light, 0.8)
    for _ in range(16):
        a, k = rng.uniform(0, 2 * math.pi), rng.uniform(0.2, 0.95)
        c.ellipse(
            x + math.cos(a) * rx * k,
            y + math.sin(a) * ry * k,
            rx * 0.035,
            rx * 0.022,
            rng.choice([dark, light]),
            0.7,
        )


def _round(c: Canvas, x: float, y: float, h: float, fill: Colour | None) -> None:
    fill = fill or c.rng.choice([GREEN, mix(GREEN, BLUE, 0.15), LEAF, mix(GREEN, PAPER, 0.14)])
    _trunk(c, x, y, h * 0.55, h * 0.032)
    c.line([(x, y - h * 0.4), (x + h * 0.12, y - h * 0.58)], h * 0.022, mix(INK, BRICK, 0.3))
    c.line([(x, y - h * 0.36), (x - h * 0.13, y - h * 0.55)], h * 0.02, mix(INK, BRICK, 0.3))
    _crown(c, x, y - h * 0.66, h * 0.3, h * 0.32, fill)


def _poplar(c: Canvas, x: float, y: float, h: float, fill: Colour | None) -> None:
    fill = fill or c.rng.choice([mix(GREEN, GOLD, 0.16), GREEN])
    _trunk(c, x, y, h * 0.35, h * 0.02)
    _crown(c, x, y - h * 0.57, h * 0.13, h * 0.42, fill, 12)


def _ginkgo(c: Canvas, x: float, y: float, h: float, fill: Colour | None) -> None:
    fill = fill or mix(GOLD, tint(GOLD, 0.6), 0.35)
    _trunk(c, x, y, h * 0.5, h * 0.026)
    _crown(c, x, y - h * 0.5, h * 0.24, h * 0.2, fill)
    _crown(c, x, y - h * 0.74, h * 0.17, h * 0.22, fill, 7)


def _blossom(c: Canvas, x: float, y: float, h: float, fill: Colour | None) -> None:
    fill = fill or mix(tint(BRICK, 0.42), PAPER, 0.15)
    _trunk(c, x, y, h * 0.5, h * 0.03)
    _crown(c, x, y - h * 0.62, h * 0.32, h * 0.27, fill, 11)
    for _ in range(40):
        a, k = c.rng.uniform(0, 6.283), c.rng.uniform(0.1, 1.0)
        c.circle(
            x + math.cos(a) * h * 0.32 * k,
            y - h * 0.62 + math.sin(a) * h * 0.27 * k,
            h * 0.009,
            c.rng.choice([PAPER, tint(BRICK, 0.6)]),
            0.9,
        )


def _willow(c: Canvas, x: float, y: float, h: float, fill: Colour | None) -> None:
    fill = fill or SPRING
    rng = c.rng
    _trunk(c, x, y, h * 0.6, h * 0.034)
    _crown(c, x, y - h * 0.72, h * 0.26, h * 0.2, shade(fill, 0.14), 8)
    for i in range(42):
        sx = x + rng.uniform(-0.34, 0.34) * h
        top = y - h * (0.82 - abs(sx - x) / h * 0.55) + rng.uniform(0, 0.06) * h
        length = h * rng.uniform(0.22, 0.5)
        sway = rng.uniform(-0.03, 0.03) * h + (sx - x) * 0.22
        strand = curve([(sx, top), (sx + sway * 0.7, top + length * 0.5), (sx + sway, top + length)], 5)
        c.line(
            strand, h * rng.uniform(0.006, 0.011), mix(fill, (PAPER, GREEN)[i % 2], 0.26), round_ends=False
        )


def _pine(c: Canvas, x: float, y: float, h: float, fill: Colour | None) -> None:
    fill = fill or shade(mix(GREEN, BLUE, 0.24), 0.12)
    _trunk(c, x, y, h * 0.2, h * 0.02)
    for i in range(5):
        top, low, half = y - h + h * 0.15 * i, y - h * 0.76 + h * 0.16 * i, h * (0.1 + 0.035 * i)
        c.polygon([(x, top), (x + half, low), (x - half, low)], shade(fill, 0.1))
        c.polygon([(x, top), (x + half * 0.12, low), (x - half, low)], mix(fill, PAPER, 0.1))


def _bare(c: Canvas, x: float, y: float, h: float, fill: Colour | None) -> None:
    bark = fill or mix(INK, PAPER, 0.3)
    _trunk(c, x, y, h * 0.5, h * 0.024)

    def branch(px: float, py: float, angle: float, length: float, width: float) -> None:
        qx, qy = px + math.cos(angle) * length, py - math.sin(angle) * length
        c.line([(px, py), (qx, qy)], width, bark, round_ends=False)
        if length > h * 0.05:
            for turn in (c.rng.uniform(0.2, 0.6), -c.rng.uniform(0.2, 0.6)):
                branch(qx, qy, angle + turn, length * 0.68, width * 0.65)

    branch(x, y - h * 0.45, math.pi / 2, h * 0.18, h * 0.026)


def shrub(c: Canvas, x: float, y: float, w: float, fill: Colour | None = None) -> None:
    rng = c.rng
    fill = fill or rng.choice([GREEN, LEAF, mix(GREEN, BLUE, 0.2), SPRING])
    c.ground_shadow(x, y, w * 0.55, w * 0.07)
    for dx, k in ((-0.3, 0.7), (0.3, 0.75), (0, 1.0)):
        c.pie(x + dx * w, y + w * 0.02, w * 0.34 * k, 180, 360, shade(fill, 0.12 if dx else 0))
    c.ellipse(x - w * 0.1, y - w * 0.2, w * 0.14, w * 0.08, mix(fill, PAPER, 0.25), 0.8)


def hedge(c: Canvas, x: float, y: float, w: float, h: float, fill: Colour = GREEN) -> None:
    c.rect(x, y - h, w, h, shade(fill, 0.1), radius=h * 0.35)
    c.rect(x, y - h, w, h * 0.5, mix(fill, PAPER, 0.14), radius=h * 0.25)
    for _ in range(int(w / 14)):
        c.ellipse(
            x + c.rng.uniform(6, max(7, w - 6)),
            y - c.rng.uniform(0.15, 0.9) * h,
            4,
            2.4,
            mix(fill, PAPER, 0.3),
            0.6,
        )


def grass(c: Canvas, x: float, y: float, n: int, spread: float, h: float, fill: Colour = GREEN) -> None:
    """Upright blades around a point."""
    for _ in range(n):
        gx = x + c.rng.uniform(-spread, spread)
        top = h * c.rng.uniform(0.5, 1)
        lean = c.rng.uniform(-0.3, 0.3) * top
        c.polygon(
            [(gx - h * 0.035, y), (gx + lean, y - top), (gx + h * 0.035, y)],
            mix(fill, c.rng.choice([PAPER, GOLD, INK]), 0.2),
        )


def flowers(
    c: Canvas,
    x: float,
    y: float,
    w: float,
    h: float,
    n: int,
    fills: tuple[Colour, ...] = (BRICK, GOLD, PAPER),
) -> None:
    """A bed of small flowers."""
    for _ in range(n):
        fx, fy = x + c.rng.uniform(0, w), y + c.rng.uniform(0, h)
        r = c.rng.uniform(3.5, 6.5)
        c.line([(fx, fy), (fx, fy + r * 2.4)], 1.6, GREEN, round_ends=False)
        c.circle(fx, fy, r, mix(c.rng.choice(fills), PAPER, c.rng.uniform(0, 0.3)))
        c.circle(fx, fy, r * 0.35, mix(GOLD, PAPER, 0.4))


def reeds(c: Canvas, x: float, y: float, n: int, spread: float, h: float) -> None:
    for _ in range(n):
        gx, top = x + c.rng.uniform(-spread, spread), h * c.rng.uniform(0.6, 1)
        lean = c.rng.uniform(-0.16, 0.24) * top
        c.line(
            curve([(gx, y), (gx + lean * 0.3, y - top * 0.5), (gx + lean, y - top)], 4),
            2.4,
            mix(LEAF, INK, 0.12),
            round_ends=False,
        )
        c.ellipse(gx + lean, y - top, 4, 13, mix(GOLD, BRICK, 0.3))


def water(c: Canvas, y: float, h: float, mood: Mood, x: float = 0, w: float = WIDTH) -> None:
    """A sheet of water with broken reflections."""
    deep = shade(BLUE, 0.35) if mood.night else mix(tint(BLUE, 0.62), GREEN, 0.12)
    c.gradient(y, h, mix(mood.sky_low, deep, 0.35), deep, x, w)
    for _ in range(int(w * h / 6500)):
        k = c.rng.random()
        length = (24 + 120 * k) * c.rng.uniform(0.5, 1.2)
        ly = y + h * (0.03 + 0.95 * k)
        lx = c.rng.uniform(x - 20, x + w)
        c.rect(
            lx,
            ly,
            min(length, x + w - lx),
            1.6 + 3 * k,
            c.rng.choice([mood.sky_low, PAPER, shade(deep, 0.2)]),
            0.38,
            radius=1,
        )
