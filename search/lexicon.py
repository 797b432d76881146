"""The words of the field: the segmenter with the domain's dictionary, synonyms, words that carry no meaning."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from search.folding import fold

if TYPE_CHECKING:
    import rjieba

_HERE = Path(__file__).parent
_FREQUENCY = 200_000  # above any general word, so that a domain word is not cut

def _lines(name: str) -> list[str]:
    lines = (_HERE / name).read_text(encoding="utf-8").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


@cache
def dictionary() -> tuple[str, ...]:
    """The domain's words, folded (`dictionary.txt`, several to a line)."""
    return tuple(dict.fromkeys(fold(word) for line in _lines("dictionary.txt") for word in line.split()))


@cache
def stop_words() -> frozenset[str]:
    """Words that carry no meaning in a query (`stopwords.txt`)."""
    return frozenset(word for line in _lines("stopwords.txt") for word in line.split())


@cache
def segmenter() -> rjieba.Jieba:
    """The segmenter with the domain's words. Loading takes about a second."""
    import rjieba  # slow to import

    jieba = rjieba.Jieba()
    synonyms = (fold(word) for group in shipped_groups() for word in group)
    for word in dict.fromkeys((*dictionary(), *synonyms)):
        jieba.add_word(word, _FREQUENCY, None)
    return jieba


class Synonyms:
    """Groups of words that mean the same; a word may stand in several groups."""

    def __init__(self, groups: Iterable[Iterable[str]]) -> None:
        others: dict[str, dict[str, None]] = {}
        for group in groups:
            words = [word for word in (fold(w).strip() for w in group) if word]
            for word in words:
                others.setdefault(word, {}).update(dict.fromkeys(w for w in words if w != word))
        self._others: Mapping[str, tuple[str, ...]] = {word: tuple(o) for word, o in others.items()}
        self.longest = max((len(word) for word in self._others), default=0)

    def of(self, word: str) -> tuple[str, ...]:
        """Other words for a folded word."""
        return self._others.get(word, ())

    def __contains__(self, word: object) -> bool:
        return word in self._others


@cache
def shipped_groups() -> tuple[tuple[str, ...], ...]:
    """The synonym groups of `synonyms.txt`, one per line."""
    return tuple(tuple(line.split()) for line in _lines("synonyms.txt"))


@cache
def shipped_synonyms() -> Synonyms:
    """The synonyms every installation starts with."""
    return Synonyms(shipped_groups())
