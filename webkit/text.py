"""What was sent, read strictly: one way to clean what people type at both doors; a number is digits."""

from __future__ import annotations

import re
import unicodedata
from uuid import UUID

_PLANES = "".join(f"{chr(plane * 0x10000 + 0xFFFE)}{chr(plane * 0x10000 + 0xFFFF)}" for plane in range(17))
#: No page, feed, sheet or search index may hold these:
#: control characters (but tab and line breaks), half characters, and those that Unicode keeps for no use.
INVISIBLE = re.compile(rf"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef{_PLANES}]")
_LINE_ENDS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_ODD_SPACES = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f]")
# soft hyphens, fillers, joiners that join nothing, direction marks and overrides, annotations, hidden tags:
# they only hide text, or make two texts differ that look alike
_HIDING = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0"
    "\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a]"
    # a flag of a region is spelled in tags; any other tag is hidden text
    "|(?<![\U0001f3f4\U000e0020-\U000e007f])[\U000e0000-\U000e007f]+"
)
# emoji and scripts with joining letters; never Latin, Chinese, blanks
_JOINABLE = "[^\\s\x00-\u02ff\u2000-\u200f\u3000-\u9fff\uac00-\ud7ff\uff00-\uffef\U00020000-\U0003ffff]"
_LONE_JOINERS = re.compile(rf"(?<!{_JOINABLE})[\u200c\u200d]+|[\u200c\u200d]+(?!{_JOINABLE}|[\u200c\u200d])")
_VARIANTS = "\ufe00-\ufe0f\U000e0100-\U000e01ef"
# a variation selector says how the one character before it looks; a row of them carries hidden bytes
_LONE_VARIANTS = re.compile(rf"(?<![^\s\u200c\u200d{_VARIANTS}])[{_VARIANTS}]+")
# rare characters of names: composing would exchange them for others
_COMPOSED = re.compile("[^\uf900-\ufaff\U0002f800-\U0002fa1f]+")


def printable(text: str) -> str:
    """The text without characters that nothing may hold; all else as it was sent."""
    return INVISIBLE.sub("", text)


def one_line_end(text: str) -> str:
    """The text with one kind of line ends; the end of a page is one, too."""
    return _LINE_ENDS.sub("\n", text)


def clean(text: str) -> str:
    """The text as it is kept: what a reader sees stays, what nobody sees goes.

    Line ends are one kind, odd spaces are spaces (the wide one of Chinese stays), composed characters are one
    (NFC). Joined emoji stay joined. Control characters, direction overrides and invisible characters go.
    """
    if text.isascii():
        return printable(one_line_end(text))
    # what goes may bring together what then composes or stands alone: until nothing changes
    while (cleaned := _cleaned_once(text)) != text:
        text = cleaned
    return text


def _cleaned_once(text: str) -> str:
    text = _HIDING.sub("", _ODD_SPACES.sub(" ", printable(one_line_end(text))))
    text = _LONE_JOINERS.sub("", _LONE_VARIANTS.sub("", text))
    if unicodedata.is_normalized("NFC", text):
        return text
    return _COMPOSED.sub(lambda found: unicodedata.normalize("NFC", found[0]), text)


def whole_number(text: str | None) -> int | None:
    """The number that is sent in ASCII digits, no greater than a column holds; None for anything else."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else None


def uuid_of(text: str | None) -> UUID | None:
    """The id that was sent; None for what is none."""
    try:
        return UUID(text) if text else None
    except ValueError:
        return None
