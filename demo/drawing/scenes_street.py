"""Streets at the height of the eye. `before` shows the same place, cluttered and grey."""

from __future__ import annotations

from .buildings import WALLS, apartment, shop
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
    WIDTH,
    Canvas,
    mix,
    shade,
    tint,
)
from .furniture import TIMBER, bench, bin_and_waste, bus, car, lamp, parked_bikes, wires
from .ground import PAVING, ROAD, pavement
from .nature import MOODS, flowers, grass, mood_of, sky, skyline, tree, treeline
from .people import crowd, cyclist, person, sitter


def street(c: Canvas, before: bool = False) -> None:
    """A shopping street with wide pavement, cycle lane and trees."""
    rng = c.rng
    mood = mood_of(c, before)
    base = 640.0
    sky(c, mood, base)
    skyline(c, mood, 430, 250, 16)
    x = -30.0
    while x < WIDTH:
        w, floors = rng.uniform(250, 360), rng.randint(2, 4)
        shop_h, wall = rng.uniform(165, 190), rng.choice(WALLS)
        apartment(c, x, base - shop_h, w - 12, floors, rng.uniform(62, 74), wall, tidy=not before)
        half = w / 2
        for k in range(2):
            shop(c, x + k * half, base, half - 8, shop_h, tidy=not before)
        x += w + rng.choice([0, 0, 40])
    pavement(c, base, 150)
    kerb = base + 150
    if before:
        c.gradient(kerb, HEIGHT - kerb, shade(STONE, 0.2), shade(STONE, 0.3))
        for k in range(4):
            car(c, -60 + k * 430 + rng.uniform(-30, 30), kerb + 6 + 14 * (k % 2), 370)
        parked_bikes(c, rng.uniform(100, 300), base + 84, 7, 90, fallen=True)
        parked_bikes(c, rng.uniform(1000, 1150), base + 84, 4, 90, fallen=True)
        bin_and_waste(c, rng.uniform(640, 820), base + 120, 96)
        wires(c, 130, 5)
        person(c, rng.uniform(420, 560), kerb + 120, 200)
        cyclist(c, rng.uniform(900, 1100), kerb + 150, 220)
        return
    for k in range(4):
        tx = 120 + k * 440 + rng.uniform(-40, 40)
        c.rect(tx - 58, kerb - 30, 116, 22, shade(GREEN, 0.1), radius=6)
        tree(c, tx, kerb - 22, rng.uniform(400, 470), rng.choice(["round", "ginkgo", "round"]))
        flowers(c, tx - 50, kerb - 40, 100, 14, 14)
    crowd(c, 220, 1500, base + 88, 165, rng.randint(6, 8))
    bench(c, 520 + rng.uniform(-60, 60), base + 122, 190)
    sitter(c, 600, base + 74, 140)
    parked_bikes(c, rng.uniform(1050, 1150), base + 130, 4, 84)
    c.rect(0, kerb, WIDTH, 12, STONE)
    c.rect(0, kerb + 12, WIDTH, 86, mix(tint(GREEN, 0.62), BLUE, 0.08))
    c.rect(0, kerb + 94, WIDTH, 6, PAPER)
    c.gradient(kerb + 100, HEIGHT - kerb - 100, ROAD, shade(ROAD, 0.1))
    for k in range(6):
        c.rect(k * 300 + 40, 962, 150, 9, PAPER, 0.85)
    for k in range(3):
        cyclist(c, 240 + k * 500 + rng.uniform(-90, 90), kerb + 84, 190)


def bus_stop(c: Canvas, before: bool = False) -> None:
    """A bus stop: a lone pole in the dust, or a shelter with level boarding."""
    rng = c.rng
    mood = mood_of(c, before)
    base = 600.0
    sky(c, mood, base)
    skyline(c, mood, base, 330, 14)
    treeline(c, base + 8, 120, mix(mood.haze, GREEN, 0.5))
    pavement(c, base, 220, mix(STONE, SAND, 0.4) if before else PAVING)
    c.gradient(820, 180, ROAD, shade(ROAD, 0.15))
    c.rect(0, 816, WIDTH, 14, STONE)
    if before:
        c.rect(760, 300, 12, 480, GREY)
        c.rect(716, 300, 100, 130, tint(BLUE, 0.5))
        crowd(c, 560, 1040, 790, 200, 5)
        parked_bikes(c, 1080, 790, 7, 100, fallen=True)
        car(c, 120, 850, 400)
        bin_and_waste(c, 420, 790, 100)
        wires(c, 130, 4)
        bus(c, 1010, 970, 620, GREY)
        return
    for _ in range(5):
        tree(c, rng.uniform(0, WIDTH), base + rng.uniform(20, 50), rng.uniform(320, 420))
    left, right, top = rng.uniform(330, 420), rng.uniform(1130, 1230), 380.0
    frame = rng.choice([GREEN, INK, shade(BLUE, 0.2), TIMBER])
    c.rect(left + 20, top + 40, right - left - 40, 340, tint(BLUE, 0.24), 0.62)
    for k in range(5):
        x = left + 20 + (right - left - 40) * k / 4
        c.rect(x - 3, top + 30, 6, 360, frame)
    c.polygon([(left + 90, 770), (left + 210, 420), (left + 260, 420), (left + 140, 770)], PAPER, 0.34)
    c.rect(right - 230, top + 90, 150, 210, PAPER, radius=6)
    for k in range(5):
        c.line(
            [(right - 214, top + 122 + k * 34), (right - 100, top + 122 + k * 34)],
            5,
            (BLUE, GREEN, BRICK, GOLD, GREY)[k],
        )
        for j in range(5):
            c.circle(right - 212 + j * 27, top + 122 + k * 34, 6, PAPER)
            c.circle(right - 212 + j * 27, top + 122 + k * 34, 4, (BLUE, GREEN, BRICK, GOLD, GREY)[k])
    bench(c, left + 90, 778, 300)
    sitter(c, left + 160, 700, 180)
    sitter(c, left + 300, 700, 176)
    for x in (left, right - 16):
        c.rect(x, top + 10, 16, 400, frame, radius=4)
    c.rect(left - 50, top - 24, right - left + 100, 40, frame, radius=12)
    c.rect(left - 40, top - 42, right - left + 80, 22, mix(tint(GREEN, 0.8), GOLD, 0.1), radius=10)
    for _ in range(40):
        grass(c, rng.uniform(left - 20, right + 20), top - 38, 2, 8, 34, GREEN)
    crowd(c, left + 420, right + 160, 796, 205, rng.randint(4, 5))
    person(c, left - 130, 800, 205, "wheelchair")
    for k in range(26):
        c.rect(k * 64, 800, 40, 10, mix(GOLD, PAPER, 0.2), radius=4)
    bus(c, rng.uniform(-260, 40), 985, 760, rng.choice([GREEN, BLUE, BRICK]))


def night_street(c: Canvas, before: bool = False) -> None:
    """The same way home after dark: unlit, or with low warm light."""
    rng = c.rng
    mood = MOODS["night"]
    base = 620.0
    sky(c, mood, base)
    skyline(c, mood, base - 20, 330, 14)
    x = -50.0
    while x < WIDTH:
        w = rng.uniform(230, 360)
        apartment(
            c,
            x,
            base,
            w,
            rng.randint(3, 6),
            66,
            mix(shade(BLUE, 0.55), BRICK, rng.uniform(0, 0.14)),
            lit=0.12 if before else 0.5,
        )
        x += w + rng.uniform(10, 90)
    c.gradient(base, HEIGHT - base, shade(BLUE, 0.62), shade(BLUE, 0.76))
    path = [(620, base + 10), (980, base + 10), (1500, HEIGHT + 10), (60, HEIGHT + 10)]
    c.polygon(path, shade(GREY, 0.55) if before else mix(shade(BLUE, 0.35), GOLD, 0.3))
    if before:
        car(c, 180, 880, 360, shade(GREY, 0.5))
        person(c, 840, 820, 170)
        lamp(c, 1180, 830, 420)
        tree(c, 300, 780, 420, "bare", shade(BLUE, 0.7))
        tree(c, 1400, 900, 620, "bare", shade(BLUE, 0.7))
        return
    for k in range(1, 12):
        y = base + 10 + 370 * (k / 12) ** 1.6
        half = 180 + (y - base) * 1.42
        c.line([(790 - half, y), (790 + half, y)], 2, shade(BLUE, 0.5), round_ends=False)
    style = rng.randint(0, 1)
    for k, (y, h) in enumerate(((660, 230), (720, 320), (830, 460))):
        for side in (-1, 1):
            px = 800 + side * (190 + (y - base) * 1.4)
            tree(
                c,
                px + side * (90 + 40 * k),
                y,
                h * 1.05,
                rng.choice(["round", "poplar", "ginkgo"]),
                mix(shade(GREEN, 0.45), GOLD, 0.12),
            )
            lamp(c, px, y, h, lit=True, style=style)
    for side in (-1, 1):
        for k in range(9):
            y = base + 30 + 36 * k
            px = 800 + side * (165 + (y - base) * 1.3)
            c.glow(px, y, 22 + 4 * k, mix(PAPER, GOLD, 0.5), 0.6)
            c.circle(px, y, 3 + 0.5 * k, mix(PAPER, GOLD, 0.3))
    crowd(c, 560, 1060, 780, 165, rng.randint(5, 6))
    cyclist(c, rng.uniform(560, 980), 930, 210)
