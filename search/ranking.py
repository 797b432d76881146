"""How well a document answers: the one ranking, as a tree that each engine only translates.

Every word asked for is looked for in title, names and text; a match at word boundaries counts
more than one inside other words, a synonym or a part of a compound less than the word itself. The best field
decides and the others add a little. Words standing together as asked are worth more, most of all
in the title. Newer things weigh mildly more: a document's weight doubles in sixteen years, within fixed bounds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum

from search import pinyin
from search.analysis import inner_words, is_han, phrase_grams, pieces, plain_words
from search.lexicon import Synonyms, stop_words
from search.query import Clause, Query

#: field -> weight of a whole word, of the same characters anywhere
WEIGHTS = {"title": (4.0, 2.4), "labels": (3.0, 1.8), "body": (1.0, 0.55)}
SHORT_FIELDS = ("title", "labels")
TIE = 0.25
_MOST_OTHERS = 30  # synonyms of one word that are looked for
_SYNONYM, _PARTS, _PINYIN, _INITIALS = 0.75, 0.3, 0.6, 0.35
_PHRASE = {"title": 6.0, "body": 2.0}
_FRESH_SINCE, _FRESH_YEARS, _FRESH_MOST, _UNDATED = 2006.0, 16.0, 4.0, 1.8
_MOST_UNITS = 24
_LONG = 3  # units from which a query is a question
_NO_SYNONYMS = Synonyms(())


@dataclass(frozen=True, slots=True)
class Term:
    """One token in a field."""

    field: str
    token: str
    boost: float = 1.0


@dataclass(frozen=True, slots=True)
class Phrase:
    """Tokens one after another in a field; `open` when the last is only the beginning of a token."""

    field: str
    tokens: tuple[str, ...]
    open: bool = False
    boost: float = 1.0


@dataclass(frozen=True, slots=True)
class Best:
    """The best of its parts, and a little of the others."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class AtLeast:
    """At least so many of its parts, whose scores add up."""

    count: int
    parts: tuple[Node, ...]


Node = Term | Phrase | Best | AtLeast
#: For each unit of a query, the strings that show it in a text.
Literals = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a document must match (None: anything), what makes it better, what it must not match."""

    must: Node | None
    better: tuple[Node, ...] = ()
    never: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True)
class Unit:
    """The smallest thing asked for: a word, a number with its measure, a phrase."""

    text: str
    exact: bool = False
    optional: bool = False
    clause: int = 0  # which of the query's clauses it belongs to

    @property
    def single(self) -> bool:
        """One word, not several pieces."""
        return len(list(pieces(self.text))) == 1


def units(query: Query, synonyms: Synonyms) -> tuple[Unit, ...]:
    """The units of what is asked for; words that carry no meaning are dropped where others remain."""
    found: dict[str, Unit] = {}
    for number, clause in enumerate(query.wanted):
        for unit in _units_of(clause, synonyms):
            found.setdefault(unit.text, replace(unit, clause=number))
    kept = [u for u in found.values() if u.exact or u.text not in stop_words()] or list(found.values())
    kept = kept[:_MOST_UNITS]
    long = any(len(u.text) > 1 for u in kept)
    # one character may be missing beside words, unless it was asked for as it stands
    return tuple(replace(u, optional=long and not u.exact and len(u.text) == 1 and is_han(u.text)) for u in kept)


def _units_of(clause: Clause, synonyms: Synonyms) -> Iterable[Unit]:
    if clause.exact:
        yield Unit(clause.text, exact=True)
        return
    joined = ""  # letters, digits and the measure word after them stand together: gb50180, 10号, 2021年
    for word in _joined(plain_words(clause.text), synonyms):
        if not is_han(word):
            joined = f"{joined} {word}".strip()
            continue
        if joined and len(word) == 1:
            yield Unit(f"{joined}{word}")
            joined = ""
            continue
        if joined:
            yield Unit(joined)
            joined = ""
        yield Unit(word)
    if joined:
        yield Unit(joined)


def _joined(words: list[str], synonyms: Synonyms) -> Iterable[str]:
    """The words, those that together are a word with synonyms joined into one."""
    position = 0
    while position < len(words):
        taken = 1
        for count in range(min(4, len(words) - position), 1, -1):
            if "".join(words[position : position + count]) in synonyms:
                taken = count
                break
        yield "".join(words[position : position + taken])
        position += taken


class Need(Enum):
    """How much of what is asked for a document must have."""

    ALL = "all"
    MOST = "most"  # both of two words, most of many; a single character may be missing
    ANY = "any"


def plan(query: Query, synonyms: Synonyms, need: Need = Need.MOST) -> Plan:
    """The tree for a query."""
    never = tuple(_anywhere(clause.text) for clause in query.unwanted)
    asked = units(query, synonyms)
    if not asked:
        return Plan(None, never=never)
    better: list[Node] = []
    clauses: dict[int, list[Node]] = {}
    for unit in asked:
        if unit.optional and need is not Need.ALL:
            better.append(_unit(unit, synonyms))
        else:
            clauses.setdefault(0 if need is Need.ANY else unit.clause, []).append(_unit(unit, synonyms))
    # what somebody set apart with spaces counts as one each, however many words it has
    needed = [AtLeast(_enough(len(parts), need), tuple(parts)) for parts in clauses.values()]
    must = AtLeast(_enough(len(needed), need), tuple(needed))
    for clause in query.wanted:
        if not clause.exact and len(list(_units_of(clause, synonyms))) > 1:
            better.extend(_literal(field, clause.text, weight) for field, weight in _PHRASE.items())
    return Plan(must, tuple(better), never)


def may_lack(query: Query, synonyms: Synonyms) -> bool:
    """Whether a document that answers a query may lack something that was asked for."""
    asked = units(query, synonyms)
    clauses = Counter(unit.clause for unit in asked if not unit.optional)
    return any(unit.optional for unit in asked) or any(
        count > _enough(count, Need.MOST) for count in (len(clauses), *clauses.values())
    )


def may_relax(query: Query, synonyms: Synonyms) -> bool:
    """Whether a query is a sentence, of which a part is better than nothing.

    Two words that somebody set apart are meant both.
    """
    if any(clause.exact for clause in query.wanted):
        return False
    clauses = Counter(unit.clause for unit in units(query, synonyms) if not unit.optional)
    return clauses.total() >= _LONG or any(count > 1 for count in clauses.values())


def plan_titles(query: Query) -> Plan:
    """The tree for suggestions while typing: all units in the title, the last perhaps only begun."""
    asked = units(query, _NO_SYNONYMS)
    needed = []
    for unit in asked:
        written = _literal("title", unit.text, WEIGHTS["title"][0], unfinished=unit is asked[-1])
        needed.append(Best((written, *_sounds(unit.text, 1.0, ("title",)))))
    return Plan(AtLeast(len(needed), tuple(needed)) if needed else None)


def _enough(count: int, need: Need) -> int:
    """How many of so many units must be there."""
    if need is Need.ANY:
        return 1
    return count if count <= 2 or need is Need.ALL else (2 * count + 2) // 3


def _unit(unit: Unit, synonyms: Synonyms) -> Node:
    parts = _variant(unit, 1.0)
    if unit.exact:
        return Best(tuple(parts))
    parts.extend(_parts(unit.text, _PARTS))
    for other in _others(unit, synonyms):
        parts.extend(_variant(Unit(other, exact=not Unit(other).single), _SYNONYM))
        parts.extend(_parts(other, _SYNONYM * _PARTS))
    if unit.text[:4].isdigit() and unit.text[4:] == "年":
        parts.extend(_words(unit.text[:4], _SYNONYM))
    parts.extend(_sounds(unit.text, _PINYIN))
    return Best(tuple(parts))


def _variant(unit: Unit, weight: float) -> list[Node]:
    found: list[Node] = [] if unit.exact or not unit.single else _words(unit.text, weight)
    if not unit.exact and not unit.single and (code := unit.text.replace(" ", "")).isascii():
        found.append(Term("labels_words", code, weight * WEIGHTS["labels"][0]))
    for field, (whole, anywhere) in WEIGHTS.items():
        found.append(_literal(field, unit.text, weight * (whole if unit.exact else anywhere)))
    return found


def _parts(word: str, weight: float) -> list[Node]:
    """The two words of a compound, both of them."""
    inside = inner_words(word) if len(word) >= 4 and is_han(word) else ()
    return [AtLeast(len(inside), tuple(Best(tuple(_words(w, weight))) for w in inside))] if inside else []


def _words(word: str, weight: float) -> list[Node]:
    return [Term(f"{field}_words", word, weight * whole) for field, (whole, _) in WEIGHTS.items()]


def _literal(field: str, text: str, weight: float, *, unfinished: bool = False) -> Node:
    """The characters as they stand. The rarities of a phrase's tokens add up, so its weight is shared among them."""
    tokens, open_end = phrase_grams(text)
    return Phrase(f"{field}_grams", tuple(tokens), open_end or unfinished, weight / len(tokens))


def _anywhere(text: str) -> Node:
    return Best(tuple(_literal(field, text, 1.0) for field in WEIGHTS))


def _sounds(text: str, weight: float, fields: Sequence[str] = SHORT_FIELDS) -> list[Node]:
    """Letters as pinyin, in full or by initials, in the short fields."""
    letters = text.replace(" ", "")
    if not (letters.isascii() and letters.isalpha()):
        return []
    found: list[Node] = []
    ways, begun = pinyin.splits(letters)
    for field in fields:
        share = weight * WEIGHTS[field][0]
        for tokens in ways:
            found.append(Phrase(f"{field}_sounds", tokens, begun, share / len(tokens)))
        if 2 <= len(letters) <= 12:
            found.append(Term(f"{field}_initials", letters, share * _INITIALS))
    return found


def freshness(date: datetime | None) -> float:
    """The weight of a document by its date, between 1 and 4. It depends on the date alone, so the order of
    two documents never changes with time and both engines keep the same number."""
    if date is None:
        return _UNDATED
    years = date.year + date.timetuple().tm_yday / 366 - _FRESH_SINCE
    return float(min(_FRESH_MOST, max(1.0, 2.0 ** (years / _FRESH_YEARS))))


def literals(query: Query, synonyms: Synonyms) -> Literals:
    """For each unit, the strings that show it in a text: itself, its synonyms, the words inside it."""
    found = []
    for unit in units(query, synonyms):
        inside = inner_words(unit.text) if not unit.exact and is_han(unit.text) and len(unit.text) >= 4 else []
        others = () if unit.exact else _others(unit, synonyms)
        found.append(tuple(dict.fromkeys([unit.text, *others, *inside])))
    return tuple(found)


def _others(unit: Unit, synonyms: Synonyms) -> list[str]:
    """What else a unit may be called; a bounded number of words, each with something to look for."""
    return [other for other in synonyms.of(unit.text)[:_MOST_OTHERS] if any(pieces(other))]
