"""What scenes stand on: roads and slabs."""

from __future__ import annotations

from .canvas import BRICK, GREY, PAPER, WARM, WIDTH, Canvas, Colour, mix, shade

ROAD = mix(GREY, PAPER, 0.28)

PAVING = mix(WARM, BRICK, 0.08)


def pavement(c: Canvas, y: float, h: float, fill: Colour = PAVING, cell: float = 84) -> None:
    """Slabs seen at a low angle, larger towards the eye."""
    c.gradient(y, h, mix(fill, PAPER, 0.3), fill)
    row, k = y, 12.0
    while row < y + h:
        c.rect(0, row, WIDTH, 1.6, shade(fill, 0.12))
        for x in range(-9, 10):
            far, near = 800 + x * cell * (0.7 + 0.5 * (row - y) / max(1, h)) * 1.2, 0.0
            c.line(
                [(far + near, row), (far + (x * k * 0.09), min(row + k, y + h))],
                1.4,
                shade(fill, 0.1),
                round_ends=False,
            )
        row += k
        k *= 1.32
