"""Words that somebody may have meant, from the words that documents have.

Each word of titles and names is kept in the index under what it may be mistaken for: how it
sounds, and itself with one character left out. A query's word is looked up under the same
keys; equal keys mean words that differ in one character or sound alike. The same keyed
entries serve suggestions while typing: names under how they begin, in characters, pinyin and initials.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from search.analysis import initials, inner_words, is_han, syllables, words
from search.pinyin import sound, splits

SEPARATOR = "\t"
_CORRECTION, _NAME = "c", "n"
_LONGEST_WORD, _LONGEST_NAME = 8, 24


def spelling_keys(title: str, labels: Sequence[str]) -> tuple[str, ...]:
    """The keyed entries of a document's folded title and names."""
    found = dict.fromkeys(_word_entries(title))
    for label in labels:
        found.update(dict.fromkeys(_name_entries(label)))
    return tuple(found)


def _word_entries(text: str) -> list[str]:
    return [entry for word in dict.fromkeys(words(text)) for entry in _corrections(word)]


@lru_cache(maxsize=20_000)
def _name_entries(written: str) -> tuple[str, ...]:
    """Entries of a name: of its words, and of the name as a whole. Names come again and again."""
    label = " ".join(written.split())
    whole = 2 <= len(label) <= _LONGEST_NAME and not label.isdigit()
    begun = [_entry(_NAME, key, label) for key in _begun(label)] if whole else []
    return (*_word_entries(written), *begun)


@lru_cache(maxsize=50_000)
def _corrections(whole: str) -> tuple[str, ...]:
    """Entries of a word and of the words it is made of."""
    fit = [w for w in (whole, *inner_words(whole)) if 2 <= len(w) <= _LONGEST_WORD and not w[0].isdigit()]
    return tuple(_entry(_CORRECTION, key, word) for word in fit for key in _mistaken(word))


def _entry(kind: str, key: str, text: str) -> str:
    return f"{kind}{key}{SEPARATOR}{text}"


def entry_text(entry: str) -> str:
    """The word or name of a keyed entry."""
    return entry.rpartition(SEPARATOR)[2]


def _mistaken(word: str) -> tuple[str, ...]:
    """Keys under which a word is kept and looked up."""
    heard = (sound(syllables(word)),) if is_han(word) else ()
    shorter = (word[:i] + word[i + 1 :] for i in range(len(word))) if len(word) >= 3 else ()
    return (word, *heard, *shorter)


def _begun(label: str) -> Iterable[str]:
    yield label
    yield "".join(syllables(label))
    yield from initials(label)[-1:]


def correction_prefixes(word: str) -> list[str]:
    """Prefixes of entries whose words may be meant by `word`."""
    keys = dict.fromkeys(_mistaken(word))
    keys.update(dict.fromkeys(sound(read) for read in splits(word)[0]))
    return [f"{_CORRECTION}{key}{SEPARATOR}" for key in keys]


def name_prefixes(text: str) -> list[str]:
    """Prefixes of entries whose names begin like `text`."""
    return [f"{_NAME}{text}"]
