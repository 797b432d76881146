"""The passage of a text that answers a query, with the found words marked. The same for both engines."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from markupsafe import Markup, escape

from search.analysis import is_han
from search.folding import Folded, fold_with_origin
from search.heard import heard
from search.ranking import Literals
from search.sources import Passage

LENGTH = 110  # characters of an excerpt
_LEAD = 24  # characters shown before the first match, at most
_MOST_MATCHES = 400
_MOST_READ = 200_000  # characters of all passages that are looked through
_SENTENCE_END = re.compile(r"[。！？；!?;\n]")
_WORDS = re.compile(r"\w+")
_SPACES = re.compile(r"\s+")
#: Names of tenants, units and tags stand in many results.
_folded_name = lru_cache(maxsize=4096)(fold_with_origin)


class Match(NamedTuple):
    """A found string: its span in the written text, and which of the query's units it shows."""

    start: int
    end: int
    unit: int


def matches(folded: Folded, literals: Literals) -> list[Match]:
    """Where the units of a query stand in a text, in order."""
    pattern, units = _pattern(tuple(literals))
    if pattern is None:
        return []
    found = islice(pattern.finditer(folded.text), _MOST_MATCHES)
    if folded.origin is None:
        return [Match(match.start(), match.end(), units[(match.lastindex or 1) - 1]) for match in found]
    return [Match(*folded.span(*match.span()), units[(match.lastindex or 1) - 1]) for match in found]


@lru_cache(maxsize=256)
def _pattern(literals: Literals) -> tuple[re.Pattern[str] | None, tuple[int, ...]]:
    """What finds the literals, the longest first, each in a group of its own; and the unit of each group."""
    units = {literal: unit for unit, group in enumerate(literals) for literal in group if literal.strip()}
    longest_first = sorted(units, key=len, reverse=True)
    groups = (f"({_written(literal)})" for literal in longest_first)
    pattern = re.compile("|".join(groups)) if units else None
    return pattern, tuple(units[literal] for literal in longest_first)


def _written(literal: str) -> str:
    """A space in a unit stands for anything that is not a word: "2021 10号" is 〔2021〕10号.

    Only words are put between such gaps: two gaps that could share the same marks would be tried in every way.
    """
    words = _WORDS.findall(literal)
    return r"\W*".join(map(re.escape, words)) if " " in literal and words else re.escape(literal)


def marked(text: str, literals: Literals) -> Markup:
    """A whole title or name, escaped, with matches marked, also where it is spelled in pinyin."""
    return _mark(text, 0, len(text), _in_name(text, literals))


def reasons(names: Iterable[Passage], literals: Literals, seen: str) -> tuple[tuple[str, Markup], ...]:
    """Why something was found, where `seen` (its title and excerpt) does not show it: labels and marked names.

    A name counts when it shows a unit of the query that is not seen, or seen only in part; one name for each unit.
    """
    if not literals:
        return ()
    shown: dict[int, int] = {}  # unit -> characters of its longest match
    # letters are either shown by the characters they spell or not
    whole = [1 if group[0].isascii() else len(group[0]) for group in literals]
    _note(shown, _in_name(seen, literals), whole)
    found = []
    for name in names:
        if all(shown.get(unit, 0) >= length for unit, length in enumerate(whole)):
            break
        there = _in_name(name.text, literals)
        if _note(shown, there, whole):
            found.append((name.label, _mark(name.text, 0, len(name.text), there)))
    return tuple(found)


def _note(shown: dict[int, int], found: list[Match], whole: list[int]) -> bool:
    """Keep the longest match of each unit; whether any is longer than what was shown, while that is not all of it."""
    longer = [
        match
        for match in found
        if shown.get(match.unit, 0) < min(whole[match.unit], match.end - match.start)
    ]
    for match in longer:
        shown[match.unit] = max(shown.get(match.unit, 0), match.end - match.start)
    return bool(longer)


def _in_name(text: str, literals: Literals) -> list[Match]:
    """Matches in a title or a name, with those by pinyin, in order."""
    folded = _folded_name(text)
    found = matches(folded, literals)
    letters = [(unit, group[0].replace(" ", "")) for unit, group in enumerate(literals) if group[0].isascii()]
    if letters:
        found += [
            Match(*folded.span(*span), unit) for unit, word in letters for span in heard(folded.text, word)
        ]
        found.sort(key=lambda match: (match.start, -match.end))
    return _telling(text, found, literals)


def excerpt(passages: Iterable[Passage], literals: Literals) -> tuple[Markup, Passage]:
    """The best excerpt of several passages and whose it is; the first one's beginning when nothing matches.

    The first passage with everything that was asked is good enough: documents may be books.
    """
    best: tuple[tuple[int, int], Passage, int, list[Match]] | None = None
    first: Passage | None = None
    read = 0
    whole = (len(literals), sum(len(group[0]) for group in literals))
    for passage in passages:
        first = first or passage
        if not literals:
            break
        found = matches(fold_with_origin(passage.text[: max(0, _MOST_READ - read)]), literals)
        read += len(passage.text)
        if found:
            worth, start = _best_window(found)
            if best is None or worth > best[0]:
                best = (worth, passage, start, found)
        if read >= _MOST_READ or (best and best[0] >= whole):
            break
    if best is None:
        first = first or Passage("")
        return _mark(first.text, 0, LENGTH, []), first
    _, passage, at, found = best
    start = _begin(passage.text, at)
    return _mark(passage.text, start, start + LENGTH, _telling(passage.text, found, literals)), passage


def _best_window(found: list[Match]) -> tuple[tuple[int, int], int]:
    """How many units, and characters of matches, the best window holds; where its first match stands."""
    best, place = (0, 0), found[0].start
    inside: dict[int, int] = {}  # unit -> its matches in the window
    length = end = 0
    for index, first in enumerate(found):
        while end < len(found) and found[end].end <= first.start + LENGTH - _LEAD:
            inside[found[end].unit] = inside.get(found[end].unit, 0) + 1
            length += found[end].end - found[end].start
            end += 1
        if (len(inside), length) > best:
            best, place = (len(inside), length), first.start
        if end == index:  # it is longer than a window
            end += 1
            continue
        length -= first.end - first.start
        inside[first.unit] -= 1
        if not inside[first.unit]:
            del inside[first.unit]
    return best, place


def _begin(text: str, at: int) -> int:
    """Where to begin so that the match at `at` is seen: at the start of its sentence when that is near.

    Near the end of the text further ahead, so that no excerpt is shorter than the text allows.
    """
    last = max(0, len(text) - LENGTH)
    if at >= last:
        return last
    start = max(0, at - _LEAD)
    ends = [match.end() for match in _SENTENCE_END.finditer(text, start, at)]
    return ends[-1] if ends else start


def _mark(text: str, start: int, end: int, found: list[Match]) -> Markup:
    parts = ["…"] if start > 0 else []
    position = start
    for first, last in _spans(found, start, end):
        parts += (_escaped(text[position:first]), f"<mark>{_escaped(text[first:last])}</mark>")
        position = last
    parts.append(_escaped(text[position : max(end, position)]))
    if end < len(text):
        parts.append("…")
    return Markup("".join(parts))


def _spans(found: list[Match], start: int, end: int) -> list[tuple[int, int]]:
    """What is marked from `start` to `end`: matches that touch are one."""
    spans: list[tuple[int, int]] = []
    for match in found:
        if match.start < start:
            continue
        if match.start >= end:
            break
        if spans and match.start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(spans[-1][1], match.end))
        else:
            spans.append((match.start, match.end))
    return spans


def _telling(text: str, found: list[Match], literals: Literals) -> list[Match]:
    """Matches without single characters that stand alone, where other words of the query are longer.

    The 通 of "通 停车位" says something in front of 停车位, and nothing in the middle of 交通.
    """
    longer = {unit for unit, group in enumerate(literals) if len(group[0]) > 1}
    if not longer:
        return found
    told = []
    reached = -1  # end of the matches before
    for index, match in enumerate(found):
        alone = reached < match.start and (index + 1 == len(found) or found[index + 1].start > match.end)
        if not alone or not _is_single(text, match, literals) or not longer - {match.unit}:
            told.append(match)
        reached = max(reached, match.end)
    return told


def _is_single(text: str, match: Match, literals: Literals) -> bool:
    """Whether it is one Chinese character, written as such: letters spell whole words."""
    return (
        match.end - match.start == 1
        and is_han(text[match.start : match.end])
        and not literals[match.unit][0].isascii()
    )


def _escaped(text: str) -> str:
    return str(escape(_SPACES.sub(" ", text)))
