"""Where a written name sounds as somebody typed it: pinyin in full, the last syllable perhaps begun, or initials."""

from __future__ import annotations

from dataclasses import dataclass

from search import pinyin
from search.analysis import is_han, plain_words, syllables


@dataclass(frozen=True, slots=True)
class _Sound:
    """A character's syllable, or a word of letters; `first`: a word begins with it."""

    text: str
    start: int
    end: int
    first: bool


def heard(folded: str, letters: str) -> list[tuple[int, int]]:
    """The spans of a folded name that these letters spell, in order. None when the letters are not pinyin."""
    if not (letters.isascii() and letters.isalpha()):
        return []
    sounds = _sounds(folded)
    ways, begun = pinyin.splits(letters)
    spelled = [span for way in ways for span in _spans(sounds, way, begun=begun)]
    return sorted(set(spelled or _spans(sounds, tuple(letters), initials=True)))


def _sounds(folded: str) -> list[_Sound]:
    found, position = [], 0
    for word in plain_words(folded):
        start = folded.index(word, position)
        position = start + len(word)
        spoken = syllables(word)
        if not is_han(word):
            found.append(_Sound(word, start, position, True))
        elif len(spoken) == len(word):
            found += [_Sound(s, start + i, start + i + 1, i == 0) for i, s in enumerate(spoken)]
    return found


def _spans(
    sounds: list[_Sound], wanted: tuple[str, ...], *, begun: bool = False, initials: bool = False
) -> list[tuple[int, int]]:
    """Where the sounds follow one another; initials only from the beginning of a word."""
    found = []
    for at in range(len(sounds) - len(wanted) + 1):
        here = sounds[at : at + len(wanted)]
        texts = tuple(sound.text for sound in here)
        if initials:
            fits = len(wanted) > 1 and here[0].first and tuple(text[0] for text in texts) == wanted
        else:
            fits = texts[:-1] == wanted[:-1] and (
                texts[-1].startswith(wanted[-1]) if begun else texts[-1] == wanted[-1]
            )
        if fits:
            found.append((here[0].start, here[-1].end))
    return found
