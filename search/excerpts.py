"""The passage of a text that answers a query, with the found words marked. The same for both engines."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from search.folding import fold_with_origin
from search.sources import Passage

LENGTH = 110  # characters of an excerpt
_LEAD = 24  # characters shown before the first match, at most
_MOST_MATCHES = 400
_MOST_READ = 400_000  # characters of all passages that are looked through
_SENTENCE_END = re.compile(r"[。！？；!?;\n]")
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Match:
    """A found string: its span in the written text, and which of the query's units it shows."""

    start: int
    end: int
    unit: int


def matches(text: str, literals: Sequence[Sequence[str]]) -> list[Match]:
    """Where the units of a query stand in a text, in order."""
    numbers = {literal: unit for unit, group in enumerate(literals) for literal in group if literal}
    if not numbers:
        return []
    folded = fold_with_origin(text)
    longest_first = sorted(numbers, key=len, reverse=True)
    # a space in a unit stands for anything that is not a word: "2021 10号" is 〔2021〕10号
    pattern = re.compile("|".join(r"\W*".join(map(re.escape, literal.split(" "))) for literal in longest_first))
    found: list[Match] = []
    for match in pattern.finditer(folded.text):
        if match.end() == match.start():
            continue
        unit = numbers.get(match[0])
        if unit is None:
            unit = next(n for literal, n in numbers.items() if _same(literal, match[0]))
        found.append(Match(*folded.span(match.start(), match.end()), unit))
        if len(found) >= _MOST_MATCHES:
            break
    return found


def _same(literal: str, found: str) -> bool:
    return re.fullmatch(r"\W*".join(map(re.escape, literal.split(" "))), found) is not None


def marked(text: str, literals: Sequence[Sequence[str]]) -> Markup:
    """The whole text, escaped, with matches marked."""
    return _mark(text, 0, len(text), matches(text, literals))


def excerpt(passages: Iterable[Passage], literals: Sequence[Sequence[str]]) -> tuple[Markup, str]:
    """The best excerpt of several passages and its label; the first one's beginning when nothing matches."""
    best: tuple[tuple[int, int], Passage, int, list[Match]] | None = None
    first: Passage | None = None
    read = 0
    for passage in passages:
        first = first or passage
        found = matches(passage.text[: max(0, _MOST_READ - read)], literals)
        read += len(passage.text)
        if found:
            worth, start = _best_window(found)
            if best is None or worth > best[0]:
                best = (worth, passage, start, found)
        if read >= _MOST_READ:
            break
    if best is None:
        return (_mark(first.text, 0, LENGTH, []), first.label) if first else (Markup(""), "")
    _, passage, at, found = best
    start = _begin(passage.text, at)
    return _mark(passage.text, start, start + LENGTH, found), passage.label


def _best_window(found: list[Match]) -> tuple[tuple[int, int], int]:
    """How many units, and characters of matches, the best window holds; where its first match stands."""
    best, place = (0, 0), found[0].start
    for index, first in enumerate(found):
        inside = [m for m in found[index : index + 40] if m.end <= first.start + LENGTH - _LEAD]
        worth = (len({m.unit for m in inside}), sum(m.end - m.start for m in inside))
        if worth > best:
            best, place = worth, first.start
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
    parts = [Markup("…")] if start > 0 else []
    position = start
    for match in found:
        if match.start < position:
            continue
        if match.start >= end:
            break
        parts.append(_escaped(text[position : match.start]))
        parts.append(Markup("<mark>{}</mark>").format(_escaped(text[match.start : match.end])))
        position = match.end
    parts.append(_escaped(text[position : max(end, position)]))
    if end < len(text):
        parts.append(Markup("…"))
    return Markup("").join(parts)


def _escaped(text: str) -> Markup:
    return escape(_SPACES.sub(" ", text))
