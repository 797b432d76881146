"""What somebody may be typing, and what they may have meant."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice, pairwise

from sqlalchemy.orm import Session

from search import connect, curation, pinyin, popular, ranking, sources
from search.analysis import is_han, shorter_words, syllables
from search.connect import Asking
from search.engine import EngineDown, EngineRequest
from search.folding import fold
from search.lexicon import Synonyms
from search.query import Clause, Query, parse
from search.ranking import Unit
from search.sources import PUBLIC, Corpus, access_of
from search.spelling import correction_prefixes, entry_text, name_prefixes
from tenants.database import actor_of

_TITLES = 5
_LONGEST = 60  # characters that suggestions are looked for by
_MOST_TRIED = 12  # words of a query that are looked up: no text makes help slow
_MOST_NEIGHBOURS = 6  # words of a query whose neighbours are looked for
_NO_SYNONYMS = Synonyms(())

Count = Callable[[Query, Synonyms], int]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Something to search for (`label`, `popular`), or to open at once (`title`, with its address).

    `of` is the kind of what is opened.
    """

    text: str
    kind: str
    address: str = ""
    of: str = ""


@dataclass(frozen=True, slots=True)
class Help:
    """What to offer when nothing was found: texts of queries."""

    corrected: str | None = None
    fewer: tuple[str, ...] = ()
    neighbours: tuple[str, ...] = ()


def suggest(
    session: Session,
    text: str,
    corpus: Corpus = Corpus.PUBLIC,
    limit: int = 8,
    kinds: tuple[str, ...] = (),
) -> list[Suggestion]:
    """Suggestions while typing: names, titles (of these kinds only), popular searches. Empty when the engine rests."""
    folded = fold(text[:_LONGEST])[:_LONGEST].strip()
    if not folded:
        often = popular.popular(session, limit=limit) if corpus == Corpus.PUBLIC else []
        return [Suggestion(query, "popular") for query in often]
    access = PUBLIC if corpus == Corpus.PUBLIC else access_of(actor_of(session))
    asking = connect.asking(session)
    try:
        named = asking.lookup(corpus, name_prefixes(folded), access, limit * 3)
        filters = {"kind": kinds} if kinds else {}
        plan = ranking.plan_titles(parse(text))
        asked = EngineRequest(corpus, plan, access, filters, limit=_TITLES, facets=())
        titled = asking.search(asked).hits if asked.plan.must else ()
    except EngineDown:
        return []
    titles = sources.found(session, [k for k, _ in titled])
    opened = {fold(f.title) for f in titles}
    names = dict.fromkeys(entry_text(e) for e, _ in named)
    found = [Suggestion(name, "label") for name in names if name not in opened][:3]
    found += [Suggestion(f.title, "title", f.address, f.kind) for f in titles]
    if corpus == Corpus.PUBLIC:
        known = {suggestion.text for suggestion in found}
        found += [Suggestion(q, "popular") for q in popular.popular(session, folded, limit=4) if q not in known]
    return found[:limit]


def correct(asking: Asking, query: Query, corpus: Corpus, access: frozenset[str], count: Count) -> str | None:
    """The query with one word put right, when that finds more; None when nothing better is known.

    A word is put right only when no document has it. `count` says how many documents match a query.
    """
    tried = 0
    for clause in query.wanted:
        for word in () if clause.exact else _doubtful(clause):
            if tried == _MOST_TRIED:
                return None
            tried += 1
            if count(Query((Clause(word, exact=True),)), _NO_SYNONYMS):
                if word == clause.text:
                    break  # a document has all of it as it was typed
                continue
            better = _better_word(asking, word, corpus, access) if _may_be_one_word(word) else None
            if better is None:
                continue
            put_right = Clause(clause.text.replace(word, better, 1))
            wanted = tuple(put_right if c is clause else c for c in query.wanted)
            new = Query(wanted, query.unwanted)
            if count(new, _NO_SYNONYMS):
                return new.key
    return None


def _may_be_one_word(text: str) -> bool:
    return 2 <= len(text) <= (40 if text.isascii() else 8)


def _doubtful(clause: Clause) -> Iterator[str]:
    """A clause as a whole, then what may be a mistyped word in it: the longest first."""
    yield clause.text
    units = [unit.text for unit in ranking.units(Query((clause,)), _NO_SYNONYMS)]
    pairs = [a + b for a, b in pairwise(units) if is_han(a + b)]
    seen = {clause.text}
    for word in sorted((*pairs, *units), key=len, reverse=True):
        if _may_be_one_word(word) and word not in seen and word in clause.text:
            seen.add(word)
            yield word


def _better_word(asking: Asking, word: str, corpus: Corpus, access: frozenset[str]) -> str | None:
    prefixes = correction_prefixes(word)
    found = asking.lookup(corpus, prefixes, access, 30)
    counted: dict[str, int] = {}
    for entry, documents in found:
        other = entry_text(entry)
        if other != word:
            counted[other] = max(counted.get(other, 0), documents)
    if not counted:
        return None
    heard = pinyin.sound(syllables(word))

    def likeness(other: str) -> tuple[bool, bool, int, str]:
        return (pinyin.sound(syllables(other)) == heard, len(other) == len(word), counted[other], other)

    return max(counted, key=likeness)


def help_for(
    session: Session, asking: Asking, query: Query, corpus: Corpus, access: frozenset[str], count: Count
) -> Help:
    """What to try instead of a query that found nothing."""
    synonyms = curation.curated(session).synonyms

    def found(other: Query) -> int:
        return count(other, synonyms)

    return Help(
        corrected=correct(asking, query, corpus, access, count),
        fewer=tuple(_fewer(query, found)),
        neighbours=tuple(islice(_neighbours(session, query, synonyms, corpus, found), _MOST_NEIGHBOURS)),
    )


def _fewer(query: Query, count: Callable[[Query], int]) -> Iterator[str]:
    """The query with one word less, or one of its words, or a part of a single word, where that finds something."""
    units: list[Unit] = [unit for unit in ranking.units(query, _NO_SYNONYMS) if not unit.optional]
    if len(units) < 2:
        if query.unwanted and count(Query(query.wanted)):
            yield Query(query.wanted).key
        for word in shorter_words(units[0].text) if units and not units[0].exact else ():
            if count(Query((Clause(word),), query.unwanted)):
                yield word
        return
    clauses = [Clause(unit.text, unit.exact) for unit in units[:6]]
    one_less = [Query(tuple(c for c in clauses if c is not left_out), query.unwanted) for left_out in clauses]
    found = [shorter.key for shorter in one_less if count(shorter)]
    if not found and len(clauses) > 2:
        alone = [Query((clause,), query.unwanted) for clause in clauses]
        found = [shorter.key for shorter in alone if count(shorter)]
    yield from found


def _neighbours(
    session: Session, query: Query, synonyms: Synonyms, corpus: Corpus, count: Callable[[Query], int]
) -> Iterator[str]:
    """Other words for what was asked, where they find something, and popular searches that begin like it."""
    offered = {query.key}
    for unit in ranking.units(query, synonyms)[:_MOST_NEIGHBOURS]:
        others = [other for other in synonyms.of(unit.text)[:2] if other not in offered and count(parse(other))]
        often = popular.popular(session, unit.text[:2], limit=3) if len(unit.text) >= 2 else []
        for words in (*others, *(often if corpus == Corpus.PUBLIC else ())):
            if words not in offered:
                offered.add(words)
                yield words
