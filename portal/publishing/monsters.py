"""Markup that would cost an HTML parser far more than its size, told by one look along it before it is parsed."""

from __future__ import annotations

import re
from collections import Counter

from tenants.rules import N_, Invalid

#: Limits of one text. A long plan interpretation has some 20,000 characters and 2,000 elements.
MAX_CHARACTERS = 1_000_000
MAX_ELEMENTS = 20_000
MAX_OPEN = 60
#: Of one element. The parser compares each attribute with all before it.
MAX_ATTRIBUTES = 4_000
#: Of `&` and `<`. The parser goes back at the one, and the other is written in four characters.
MAX_ESCAPES = 50_000

_BLANK = r"\t\n\f\r "
_TAG = re.compile(rf"<(/?)([a-zA-Z][^{_BLANK}/>]*)")
# as the parser reads it; no group gives back what it took, so this costs no more than its length
_ATTRIBUTE = (
    rf"[{_BLANK}/]*+[^{_BLANK}/>][^{_BLANK}/>=]*+"
    rf"(?:[{_BLANK}]*+=[{_BLANK}]*+(?:\"[^\"]*+\"?+|'[^']*+'?+|[^{_BLANK}>\"'][^{_BLANK}>]*+)?+)?+"
)
_ONE, _SOME = re.compile(_ATTRIBUTE), re.compile(rf"(?:{_ATTRIBUTE}){{0,{MAX_ATTRIBUTES}}}+")
_CLOSES_ITSELF = frozenset({
    "p", "li", "td", "th", "tr", "thead", "tbody", "tfoot", "dt", "dd", "option", "br", "hr", "img", "col",
    "input", "meta", "link", "wbr",
})  # fmt: skip


def refuse_overlong(html: str) -> None:
    """Raise `Invalid` (field `body`) for a text too long."""
    if len(html) > MAX_CHARACTERS:
        raise Invalid({"body": N_("正文太长，请分成几篇。")})


def refuse_monsters(html: str) -> None:
    """Raise `Invalid` (field `body`) for a text with more markup than any honest one."""
    refuse_overlong(html)
    if html.count("&") + html.count("<") > MAX_ESCAPES or _is_too_much(html):
        raise Invalid({"body": N_("正文的格式过于复杂，请粘贴为纯文本后再排版。")})


def _is_too_much(html: str) -> bool:
    """Whether there are too many elements or attributes, or too many of a name are open at once.

    Where a tag may begin its attributes are counted, even inside what looks like another's value or a comment:
    whatever the parser takes for a tag is among them. What is looked at twice is limited, too.
    """
    still_open: Counter[str] = Counter()
    left = 2 * len(html)
    for elements, tag in enumerate(_TAG.finditer(html)):
        closing, name = tag[1], tag[2].lower()
        if elements > MAX_ELEMENTS or still_open[name] > MAX_OPEN:
            return True
        if not closing and name not in _CLOSES_ITSELF:
            still_open[name] += 1
        elif closing and still_open[name]:
            still_open[name] -= 1
        if not html.startswith(">", tag.end()):
            attributes = _SOME.match(html, tag.end())
            assert attributes
            left -= attributes.end() - tag.end()
            if left < 0 or _ONE.match(html, attributes.end()):
                return True
    return False
