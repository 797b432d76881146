"""What a text is made of. Index and query are cut by the same functions, and both engines get the same tokens.

Two streams serve every text:

- *words*: what the segmenter finds, long words with the words inside them;
- *grams*: at every Chinese character the pair it forms with the next one, the character
  alone where a run ends; a word of letters or digits whole. Token after token in the order of the text,
  so a phrase query finds any literal passage, however the segmenter would cut it.

Short texts (titles, names) also give *syllables* (pinyin, in order) and *initials*.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import pairwise
from operator import add
from typing import NamedTuple

from search.folding import fold
from search.lexicon import segmenter

HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
_OTHER = re.compile(rf"\d+(?:\.\d+)?|[^\W\d_{HAN}]+")
_PIECE = re.compile(rf"[{HAN}]+|{_OTHER.pattern}")
_HAN_RUN = re.compile(rf"[{HAN}]+")
_LONGEST = 40  # characters of one token; longer strings of letters are not words
_INITIALS_LONGEST = 12
#: Stands between the parts of a field, so that no phrase reaches from one into the next.
GAP = "|"


def load_dictionaries() -> None:
    """Load the words and their pinyin now: the first text need not wait a second for them."""
    syllables("新芽")


def pieces(folded: str) -> Iterator[str]:
    """Runs of Chinese characters, numbers, and words of letters, in order."""
    for piece in _PIECE.findall(folded):
        yield piece if len(piece) <= _LONGEST or _is_han(piece) else piece[:_LONGEST]


def _is_han(piece: str) -> bool:
    return _HAN_RUN.match(piece) is not None


def is_han(text: str) -> bool:
    """Whether the text is Chinese characters only."""
    return _HAN_RUN.fullmatch(text) is not None


def words(folded: str) -> list[str]:
    """The words stream: words and the words inside them, then numbers and words of letters. Order means nothing."""
    # one call for all Chinese runs: crossing into the segmenter costs more than segmenting
    found = segmenter().cut_for_search(" ".join(_HAN_RUN.findall(folded)))
    return [word for word in found if word != " "] + [word[:_LONGEST] for word in _OTHER.findall(folded)]


def plain_words(folded: str) -> list[str]:
    """The text cut once, without the words inside words."""
    found: list[str] = []
    jieba = segmenter()
    for piece in pieces(folded):
        found.extend(jieba.cut(piece) if _is_han(piece) else [piece])
    return found


@lru_cache(maxsize=20_000)
def inner_words(word: str) -> tuple[str, ...]:
    """The two words a compound is made of, as even as can be; empty when it is not made of two."""
    known = segmenter().has_word
    cuts = sorted(range(2, len(word) - 1), key=lambda cut: abs(2 * cut - len(word)))
    return next(((word[:cut], word[cut:]) for cut in cuts if known(word[:cut]) and known(word[cut:])), ())


def shorter_words(word: str) -> tuple[str, ...]:
    """The words inside a word: the two it is made of, else what remains known without its last or first character."""
    known = segmenter().has_word
    return inner_words(word) or tuple(part for part in (word[:-1], word[1:]) if len(part) > 1 and known(part))


def grams(folded: str) -> list[str]:
    """The grams stream."""
    found: list[str] = []
    for piece in pieces(folded):
        if _is_han(piece):
            found += map(add, piece, piece[1:])
            found.append(piece[-1])
        else:
            found.append(piece)
    return found


def phrase_grams(folded: str) -> tuple[list[str], bool]:
    """Grams of a phrase to look for, and whether the last is only the beginning of a token.

    The last character of the phrase may be followed by anything, so where it ends in Chinese
    its last pair decides, or, for a single character, whatever begins with it.
    """
    found = grams(folded)
    if not found or not is_han(found[-1]):
        return found, False
    if len(found) > 1 and len(found[-2]) == 2 and is_han(found[-2]):
        return found[:-1], False
    return found, True


@lru_cache(maxsize=100_000)
def _pinyin(word: str) -> tuple[str, ...]:
    """Pinyin of a Chinese word, a syllable for each character that has one."""
    from pypinyin import lazy_pinyin  # slow to import

    return tuple(s for s in lazy_pinyin(word) if s.isascii())


def syllables(folded: str) -> tuple[str, ...]:
    """Pinyin of the Chinese characters in order, without tones; ü is v. Other words stay as they are."""
    return tuple(s for word in plain_words(folded) for s in (_pinyin(word) if _is_han(word) else (word,)))


def initials(folded: str) -> tuple[str, ...]:
    """Initial letters of each word, of each two neighbours, and of the whole where it is short."""
    each: list[str] = []
    found: dict[str, None] = {}
    for run in _HAN_RUN.findall(folded):
        cut = [_initials_of(word) for word in segmenter().cut(run)]
        each.extend(cut)
        found.update(dict.fromkeys(cut))
        found.update(dict.fromkeys(_initials_of(word) for word in segmenter().cut_for_search(run)))
        found.update(dict.fromkeys(a + b for a, b in pairwise(cut)))
        found["".join(cut)] = None
    found["".join(each)] = None
    return tuple(i for i in found if 2 <= len(i) <= _INITIALS_LONGEST)


@lru_cache(maxsize=100_000)
def _initials_of(word: str) -> str:
    return "".join(s[0] for s in _pinyin(word))


class Streams(NamedTuple):
    """The tokens of a text, each stream as the one string that goes to an engine and is split there at spaces."""

    words: str
    grams: str
    sounds: str = ""
    initials: str = ""


def long_streams(folded: str) -> Streams:
    """The streams of a text of any length."""
    return Streams(" ".join(words(folded)), " ".join(grams(folded)))


@lru_cache(maxsize=20_000)
def short_streams(folded: str) -> Streams:
    """All streams of a title or a name. Names come again and again: each is analysed once."""
    tokens = (words(folded), grams(folded), syllables(folded), initials(folded))
    return Streams(*map(" ".join, tokens))


def stream(parts: Iterable[str]) -> str:
    """One stream of several parts."""
    return f" {GAP} ".join(part for part in parts if part)


def folded_parts(parts: Iterable[str]) -> list[str]:
    """The parts folded, without empty ones."""
    return [folded for folded in (fold(part) for part in parts) if folded.strip()]
