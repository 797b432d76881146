"""The state of search for operators: what waits, what both sides hold, when an index was last rebuilt."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from search import connect, sources
from search.engine import EngineDown
from search.indexing import note
from search.models import SearchChange, SearchState
from search.sources import Corpus
from tenants.clock import now

_STEP = 10_000
#: Changes that wait longer than this are late.
LATE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class CorpusHealth:
    """One corpus. `indexed` is None while the engine does not answer or has no index."""

    corpus: Corpus
    index: str | None
    indexed: int | None
    rebuilt_at: datetime | None
    rebuilt_count: int | None
    rebuilt_seconds: float | None
    applied_at: datetime | None
    building: str | None
    built: int
    error: str | None
    #: When both sides were counted last, and what each held.
    compared_at: datetime | None
    in_database: int | None
    in_index: int | None

    @property
    def missing(self) -> int:
        """How many documents the index lacked (negative: had too many) when both sides were counted last."""
        return (self.in_database or 0) - (self.in_index or 0)


@dataclass(frozen=True, slots=True)
class Health:
    """The whole: the engine, its corpora, and the outbox. `lag` is the age of the oldest change that waits.

    `unreadable`: changes that could not be read, or that the engine refused.
    """

    engine: str
    answers: bool
    corpora: tuple[CorpusHealth, ...]
    waiting: int
    lag: timedelta
    unreadable: int

    @property
    def unbuilt(self) -> bool:
        """Whether a corpus has no index yet; the worker makes it, and pages say until then that search rests."""
        return self.answers and any(corpus.index is None for corpus in self.corpora)


def health(session: Session) -> Health:
    """The state of search. Quick; the session must be the district office's or the system's."""
    engine = connect.of(session).engine
    states = {state.corpus: state for state in session.scalars(select(SearchState))}
    waiting, oldest, unreadable = session.execute(
        select(
            func.count(),
            func.min(SearchChange.created_at),
            func.count().filter(SearchChange.attempts > 0),
        ).where(SearchChange.done_at.is_(None))
    ).one()
    answers = True
    corpora = []
    for corpus in Corpus:
        index, indexed = None, None
        try:
            index = engine.live(corpus)
            indexed = engine.count(corpus) if index else None
        except EngineDown:
            answers = False
        state = states.get(corpus) or SearchState(corpus=corpus, built=0)
        corpora.append(
            CorpusHealth(
                corpus=corpus,
                index=index,
                indexed=indexed,
                rebuilt_at=state.rebuilt_at,
                rebuilt_count=state.rebuilt_count,
                rebuilt_seconds=state.rebuilt_seconds,
                applied_at=state.applied_at,
                building=state.building,
                built=state.built,
                error=state.error,
                compared_at=state.compared_at,
                in_database=state.in_database,
                in_index=state.in_index,
            )
        )
    lag = now() - oldest if oldest else timedelta()
    return Health(engine.name, answers, tuple(corpora), waiting, max(lag, timedelta()), unreadable)


def compare(session: Session) -> None:
    """Count both sides and keep the figures for operators. Raises `EngineDown`."""
    engine = connect.of(session).engine
    for corpus in Corpus:
        if engine.live(corpus) is None:
            continue
        held = count_in_database(session, corpus)
        note(session, corpus, compared_at=now(), in_database=held, in_index=engine.count(corpus))


def count_in_database(session: Session, corpus: Corpus) -> int:
    """How many documents the sources of a corpus have now. Walks through all ids and reads them: for the operator."""
    total = 0
    for source in sources.sources(corpus):
        after: UUID | None = None
        while ids := source.ids(session, after, _STEP):
            for start in range(0, len(ids), 500):
                total += sum(1 for _ in source.documents(session, ids[start : start + 500]))
            after = ids[-1]
    return total
