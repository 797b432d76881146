"""What a search engine is to the project: an interface of keys, scores and counts that two engines keep."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Protocol

from search import analysis, ranking
from search.analysis import Streams
from search.folding import fold
from search.lexicon import Synonyms
from search.query import Query
from search.ranking import Need, Plan, freshness
from search.sources import Corpus, Document, key
from search.spelling import spelling_keys
from tenants.clock import SHANGHAI

#: Raised by one when fields or tokens change their meaning; an index of another version is not read. The worker builds
#: one of its own version, and until that is published, processes of the former version go on with theirs.
SCHEMA_VERSION = 3

FACETS = ("kind", "tenant", "unit", "tag", "year", "documents")
FACET_VALUES = 50  # values counted per facet
DEEPEST = 10_000  # hits that can be paged through
_MOST_TEXT = 2_000_000  # characters of a document that are indexed: no server takes a request of any size
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

#: The fields of an index: token streams with positions, token streams with counts only, keywords.
POSITION_FIELDS = ("title_grams", "labels_grams", "body_grams", "title_sounds", "labels_sounds")
COUNT_FIELDS = ("title_words", "labels_words", "body_words", "title_initials", "labels_initials")
KEYWORD_FIELDS = ("access", "spelling", *(f"facet_{name}" for name in FACETS))

#: Characters of a keyword; a longer one is left out. Elasticsearch refuses a document for more than 32766 bytes of one,
#: Tantivy breaks at 65535, and a character has up to four.
LONGEST_KEYWORD = 8000


class EngineDown(Exception):
    """The engine does not answer, or not in time."""


class BadQuestion(EngineDown):
    """The engine answers, but not this: ours is the mistake, and others may go on asking."""


class Sort(StrEnum):
    """The order of results."""

    RELEVANCE = "relevance"
    DATE = "date"


@dataclass(frozen=True, slots=True)
class EngineRequest:
    """A question to an engine. `access`: the reader's tokens, of which a document must have one.

    `filters`: facet -> chosen values; values of one facet widen, facets narrow. Counts of a
    facet are taken under the filters of all others.
    """

    corpus: Corpus
    plan: Plan
    access: frozenset[str]
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sort: Sort = Sort.RELEVANCE
    offset: int = 0
    limit: int = 20
    facets: tuple[str, ...] = FACETS
    since: datetime | None = None  # only documents dated after this instant


@dataclass(frozen=True, slots=True)
class EngineResult:
    """Keys with scores, best first; how many match; counts per facet, largest first."""

    hits: tuple[tuple[str, float], ...]
    total: int
    facets: Mapping[str, tuple[tuple[str, int], ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Entry:
    """A document ready for an engine: tokens per field, keywords, numbers. Made once for both engines."""

    key: str
    version: int
    streams: Mapping[str, str]
    keywords: Mapping[str, tuple[str, ...]]
    date: int  # see `instant`; 0 without a date
    freshness: float


@dataclass(frozen=True, slots=True)
class Deletion:
    """A document that must not be found any more."""

    key: str
    version: int


class Engine(Protocol):
    """Where documents are found. Every method may raise `EngineDown`.

    An index has a name; one per corpus is live. `apply` with a name writes to an index that is being
    built. An older entry never replaces a newer one, but a removed document's version is forgotten (by Tantivy at once,
    by Elasticsearch after a minute, `index.gc_deletes`), so an older entry would bring it back. Writers see to that:
    they hold the indexing lock, and take a version before they read what they write.
    """

    @property
    def name(self) -> str: ...

    def search(self, request: EngineRequest) -> EngineResult: ...

    def lookup(
        self, corpus: Corpus, prefixes: Sequence[str], access: frozenset[str], limit: int
    ) -> list[tuple[str, int]]:
        """Entries of the spelling field that begin with any of the prefixes, with how many documents have them."""
        ...

    def apply(
        self, corpus: Corpus, changes: Sequence[Entry | Deletion], index: str | None = None
    ) -> dict[str, str]:
        """Write a batch; it is searchable when this returns.

        Returns the keys of what the engine refuses for good, and why; all the others are written.
        """
        ...

    def count(self, corpus: Corpus, index: str | None = None) -> int: ...

    def contains(self, corpus: Corpus, keys: Sequence[str], index: str | None = None) -> set[str]:
        """Those of the keys that are in the index."""
        ...

    def live(self, corpus: Corpus) -> str | None:
        """Name of the live index; None before the first."""
        ...

    def create(self, corpus: Corpus) -> str:
        """Make a new, empty index beside the live one and return its name."""
        ...

    def load(self, corpus: Corpus, index: str, entries: Iterable[Entry]) -> dict[str, str]:
        """Write many entries into an index being built; searchable after `publish`. Returns what `apply` does."""
        ...

    def publish(self, corpus: Corpus, index: str) -> None:
        """Make an index the live one, at once for all readers."""
        ...

    def drop_others(self, corpus: Corpus, keep: Sequence[str]) -> list[str]:
        """Remove the corpus's indexes that are neither live nor kept; return their names.

        Those of former versions of the schema only while one of this version is live, those of later ones never.
        """
        ...

    def check(self) -> dict[str, str]:
        """What an operator wants to know: version, health, size; raises when it cannot serve."""
        ...

    def close(self) -> None: ...


def instant(date: datetime) -> int:
    """An instant as an index keeps it: exact, in microseconds since 1970."""
    return (date - _EPOCH) // timedelta(microseconds=1)


def answer(
    ask: Callable[[EngineRequest], EngineResult], request: EngineRequest, query: Query, synonyms: Synonyms
) -> tuple[EngineResult, bool]:
    """What an engine answers; for a sentence that finds nothing, what answers a part of it (True then)."""
    result = ask(request)
    if result.total or not ranking.may_relax(query, synonyms):
        return result, False
    part = ask(replace(request, plan=ranking.plan(query, synonyms, Need.ANY)))
    return part, bool(part.total)


def _within(most: int, texts: Iterable[str]) -> Iterator[str]:
    """The texts, up to so many characters in all."""
    for text in texts:
        if most <= 0:
            return
        yield text[:most]
        most -= len(text)


def entry(source_name: str, document: Document, version: int) -> Entry:
    """Analyse a document."""
    day = document.date.astimezone(SHANGHAI) if document.date else None
    names = list(dict.fromkeys((*document.labels, *document.tags)))
    found_by = map(analysis.short_streams, analysis.folded_parts(dict.fromkeys((*names, *document.people))))
    # a day is found as it is written on the page, and by its year alone; a code is one word, never a part of it
    dated = [analysis.long_streams(f"{day.year}年{day.month}月{day.day}日")] if day else []
    coded = [Streams(code, "") for code in analysis.folded_parts(document.codes)]
    body = _within(_MOST_TEXT, [document.body, *document.passages])
    texts: dict[str, Iterable[Streams]] = {
        "title": map(analysis.short_streams, analysis.folded_parts([document.title])),
        "labels": [*found_by, *dated, *coded],
        "body": map(analysis.long_streams, analysis.folded_parts(body)),
    }
    streams = {
        f"{name}_{kind}": analysis.stream(parts)
        for name, analysed in texts.items()
        for kind, parts in zip(Streams._fields, zip(*analysed, strict=True), strict=False)
    }
    keywords: dict[str, tuple[str, ...]] = {
        "access": tuple(sorted(document.access)),
        "spelling": spelling_keys(fold(document.title), [fold(name) for name in names]),
        "facet_kind": (document.kind,),
        "facet_tenant": (document.tenant,),
        "facet_unit": (document.unit,),
        "facet_tag": tuple(dict.fromkeys(document.tags)),
        "facet_year": (str(day.year) if day else "",),
        "facet_documents": ("yes" if document.has_documents else "no",),
    }
    return Entry(
        key=key(source_name, document.id),
        version=version,
        streams={name: stream for name, stream in streams.items() if stream},
        keywords={name: tuple(v for v in values if v) for name, values in keywords.items()},
        date=instant(document.date) if document.date else 0,
        freshness=freshness(document.date),
    )
