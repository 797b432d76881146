"""Bar charts as plain SVG: no script, no style attribute; the same numbers stand in a table beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext
from markupsafe import Markup, escape

#: Pixels of the drawing's own grid; the page scales it, and it is drawn so that a phone can show it.
WIDTH, ROW, TEXT, BAR = 320, 44, 16, 11
#: Characters that stand over a bar, clear of its number.
LABEL = 15
_CLASSES = ("bar", "bar-wait")


@dataclass(frozen=True)
class Chart:
    """A drawing, and what it says, for the reader who cannot see it."""

    svg: Markup
    summary: str


def bars(rows: Sequence[tuple[str, tuple[int, ...]]]) -> Chart | None:
    """Horizontal bars, one per row, of one or two parts. None without any row.

    With two parts the first is what is late.
    """
    most = max((sum(parts) for _label, parts in rows), default=0)
    if not most:
        return None
    classes = _CLASSES[:1] if len(rows[0][1]) == 1 else ("bar-late", "bar-wait")
    pieces = []
    for index, (label, parts) in enumerate(rows):
        top = index * ROW
        pieces.append(Markup('<text x="0" y="{}">{}</text>').format(top + TEXT, _short(label)))
        pieces.append(
            Markup('<text x="{}" y="{}" text-anchor="end">{}</text>').format(WIDTH, top + TEXT, sum(parts))
        )
        pieces.append(_rect("track", 0.0, top, WIDTH))
        left = 0.0
        for name, part in zip(classes, parts, strict=True):
            if part:
                width = max(3.0, WIDTH * part / most)
                pieces.append(_rect(name, left, top, width))
                left += width
    summary = gettext("；").join(f"{label} {sum(parts)}" for label, parts in rows)
    svg = Markup('<svg class="bars" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>').format(
        WIDTH, len(rows) * ROW, escape(summary), Markup("").join(pieces)
    )
    return Chart(svg, summary)


def _rect(name: str, left: float, top: float, width: float) -> Markup:
    return Markup('<rect class="{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{}" rx="3"></rect>').format(
        name, left, top + TEXT + 7, width, BAR
    )


def _short(label: str) -> str:
    name = label.removesuffix("街道办事处").removesuffix("人民政府")
    return name if len(name) <= LABEL else f"{name[: LABEL - 1]}…"
