"""Characters that nobody typed on purpose: no page, feed, sheet or search index may hold them."""

from __future__ import annotations

import re

_PLANES = "".join(f"{chr(plane * 0x10000 + 0xFFFE)}{chr(plane * 0x10000 + 0xFFFF)}" for plane in range(17))
#: Control characters (but tab and line breaks), half characters, and those that Unicode keeps for no use.
INVISIBLE = re.compile(rf"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef{_PLANES}]")


def printable(text: str) -> str:
    """The text without such characters."""
    return INVISIBLE.sub("", text)
