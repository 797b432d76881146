"""Reading what somebody typed in letters as pinyin."""

from __future__ import annotations

from functools import cache, lru_cache

from search.folding import fold

_LONGEST_INPUT = 48
_MOST_WAYS = 4
_CONFUSED = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ang", "an"), ("eng", "en"), ("ing", "in"))


@cache
def all_syllables() -> frozenset[str]:
    """Every syllable of Mandarin without tones, from the character table."""
    from pypinyin.constants import PINYIN_DICT  # slow to import

    readings = {fold(r) for value in PINYIN_DICT.values() for r in value.split(",")}
    plain = {r for r in readings if r.isascii() and r.isalpha() and len(r) <= 6}
    vowels = set("aeiouv")
    return frozenset(r for r in plain if vowels & set(r) and (len(r) > 1 or r in "aeo"))


@cache
def _beginnings() -> frozenset[str]:
    return frozenset(s[:i] for s in all_syllables() for i in range(1, len(s)))


@lru_cache(maxsize=4096)
def splits(letters: str) -> tuple[tuple[tuple[str, ...], ...], bool]:
    """The ways to read the letters as the fewest syllables, and whether the last syllable is only begun.

    `wuzhangai` is wu zhang ai or wu zhan gai. Empty when they are not pinyin.
    """
    letters = letters.replace("'", "")
    if not (2 <= len(letters) <= _LONGEST_INPUT) or not letters.isascii() or not letters.isalpha():
        return (), False
    known = all_syllables()
    best: list[list[tuple[str, ...]]] = [[()], *([] for _ in letters)]
    for end in range(1, len(letters) + 1):
        ways = [
            (*before, letters[start:end])
            for start in range(max(0, end - 6), end)
            if letters[start:end] in known
            for before in best[start]
        ]
        fewest = min(map(len, ways), default=0)
        best[end] = [way for way in ways if len(way) == fewest][:_MOST_WAYS]
    if best[-1]:
        return tuple(best[-1]), False
    for cut in range(1, min(6, len(letters))):
        rest = letters[-cut:]
        if best[-1 - cut] != [()] and best[-1 - cut] and rest in _beginnings():
            return tuple((*before, rest) for before in best[-1 - cut]), True
    return (), False


def sound(syllables: tuple[str, ...]) -> str:
    """How a word sounds to somebody who confuses zh with z, ang with an: equal for words often mistaken."""
    found = []
    for syllable in syllables:
        for heard, written in _CONFUSED:
            if syllable.startswith(heard) or (len(heard) == 3 and syllable.endswith(heard)):
                syllable = syllable.replace(heard, written)
        found.append(syllable)
    return "".join(found)
