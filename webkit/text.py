"""What was sent, read strictly: characters that nobody typed on purpose are dropped, a number is digits."""

from __future__ import annotations

import re

_PLANES = "".join(f"{chr(plane * 0x10000 + 0xFFFE)}{chr(plane * 0x10000 + 0xFFFF)}" for plane in range(17))
#: No page, feed, sheet or search index may hold these:
#: control characters (but tab and line breaks), half characters, and those that Unicode keeps for no use.
INVISIBLE = re.compile(rf"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef{_PLANES}]")


def printable(text: str) -> str:
    """The text without such characters."""
    return INVISIBLE.sub("", text)


def whole_number(text: str | None) -> int | None:
    """The number that is sent in ASCII digits, no greater than a column holds; None for anything else."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else None
