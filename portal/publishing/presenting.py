"""A sanitised text as a page shows it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from uuid import UUID

from flask_babel import gettext as _
from markupsafe import Markup, escape

_HEADING = re.compile(r"<(h[234])>")
_PICTURE = re.compile(r'<img src="/media/([0-9a-f-]{36})/[^"]*"')


def present(html: str, widths: Mapping[UUID, Sequence[int]] | None = None) -> Markup:
    """A sanitised text as a page shows it: anchors on headings, tables that scroll alone, lazy pictures.

    `widths` names the widths in pixels stored for a picture (`StoredFile.widths`); the browser takes the
    smallest that serves. `html` must come from `sanitise`: no attribute in it holds `<` or a bare quote.
    """
    count = 0

    def anchored(match: re.Match[str]) -> str:
        nonlocal count
        count += 1
        return f'<{match[1]} id="s{count}">'

    def sized(match: re.Match[str]) -> str:
        file_id = UUID(match[1])
        stored = (widths or {}).get(file_id, ())
        sources = ", ".join(f"/media/{file_id}/{width} {width}w" for width in sorted(stored))
        choice = f' srcset="{sources}" sizes="(min-width: 48rem) 42rem, 100vw"' if sources else ""
        return f'{match[0]} loading="lazy" decoding="async"{choice}'

    shown = _PICTURE.sub(sized, _HEADING.sub(anchored, html))
    label = escape(_("表格，可左右滚动"))
    frame = f'<div class="table-scroll" tabindex="0" role="region" aria-label="{label}">'
    return Markup(shown.replace("<table>", f"{frame}<table>").replace("</table>", "</table></div>"))
