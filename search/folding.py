"""Folding: different ways of writing the same thing become one.

Full width and half width, traditional and simplified, upper and lower case, accents
(`tōng` is `tong`), invisible characters, and years in Chinese numerals (二〇二一年 is 2021年).
Every folded character knows where it came from, so a match can be marked in the text
as it was written.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from opencc import OpenCC

_INVISIBLE = ("Cf", "Mn", "Me", "Cc", "Cs", "Co", "Cn")
_UMLAUT = frozenset("üǖǘǚǜÜǕǗǙǛ")
_NUMERALS = str.maketrans("〇零一二三四五六七八九", "00123456789")
#: Printing to PDF writes some characters as the radicals that look the same; Unicode's normal forms keep them apart.
_RADICALS = dict(
    zip(
        "⺟⺠⻁⻄⻅⻆⻉⻋⻓⻔⻘⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻧⻨⻩⻫⻬⻭⻮⻯⻰⻱⻳⺰⻈⻐⻠",
        "母民虎西见角贝车长门青韦页风飞食马骨鬼鱼鸟卤麦黄斉齐歯齿竜龙龟龟纟讠钅饣",
        strict=True,
    )
)
_YEAR = re.compile(r"[〇零一二三四五六七八九]{4}(?=年)")


@cache
def _simplifier() -> OpenCC:
    return OpenCC("t2s")


class _Table(dict[int, str]):
    """What each character folds to, worked out when first seen."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        if character.isspace():
            folded = " "
        elif character in _UMLAUT:
            folded = "v"  # as pinyin is typed
        else:
            apart = unicodedata.normalize("NFKD", _RADICALS.get(character, character)).lower()
            bare = "".join(c for c in apart if unicodedata.category(c) not in _INVISIBLE)
            folded = unicodedata.normalize("NFKC", bare)
            if code > 0x2E7F:
                folded = _simplifier().convert(folded)
        self[code] = folded
        return folded


_TABLE = _Table()


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text. `origin[i]` is where `text[i]` stood before; None when nothing moved."""

    text: str
    origin: tuple[int, ...] | None

    def at(self, index: int) -> int:
        """The place in the written text of the folded character at `index`."""
        return index if self.origin is None else self.origin[index]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The written span of a non-empty folded span."""
        return self.at(start), self.at(end - 1) + 1


def _years(text: str) -> str:
    return _YEAR.sub(lambda match: match[0].translate(_NUMERALS), text) if "年" in text else text


#: Characters seen so far that fold to themselves, to one character, to what folds to itself: texts have few others.
_SAME: set[str] = set()
_ONE_TO_ONE: set[str] = set()
_SETTLED: set[str] = set()
_MOST_REPLACED = 60  # different characters; beyond, looking up each is faster


def _others(characters: set[str], seen: set[str], fits: Callable[[str], bool]) -> set[str]:
    """Those of the characters that do not fit; those that do are kept in `seen` for the next text."""
    new = characters - seen
    fitting = set(filter(fits, new))
    seen |= fitting
    return new - fitting


def _same(character: str) -> bool:
    return _TABLE[ord(character)] == character


def _one_to_one(character: str) -> bool:
    return len(_TABLE[ord(character)]) == 1


def _settled(character: str) -> bool:
    return all(map(_same, _TABLE[ord(character)]))


def fold(text: str) -> str:
    """The folded text alone."""
    return _fold(text, set(text))


def _fold(text: str, characters: set[str]) -> str:
    changed = _others(characters, _SAME, _same)
    if len(changed) > _MOST_REPLACED or _others(changed, _SETTLED, _settled):
        return _years(text.translate(_TABLE))
    for character in changed:  # the rest of the text is passed over, which is much quicker than looking it up
        text = text.replace(character, _TABLE[ord(character)])
    return _years(text)


def fold_with_origin(text: str) -> Folded:
    """The folded text and where each character came from."""
    characters = set(text)
    if not _others(characters, _ONE_TO_ONE, _one_to_one):
        return Folded(_fold(text, characters), None)
    parts = [_TABLE[ord(character)] for character in text]
    origin = tuple(index for index, part in enumerate(parts) for _ in part)
    return Folded(_years("".join(parts)), origin)
