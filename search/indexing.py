"""From the outbox to the index.

Changes are taken in batches, under one lock for the whole installation: what is written last was
read last. A thing is always indexed as it stands in the database now, so a batch may be
repeated after a crash, and many changes of one thing are one write. While a rebuild
runs, changes are kept for it (marked done) instead of being removed.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, delete, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from search import sources
from search.engine import Deletion, Engine, Entry, entry
from search.models import VERSION, SearchChange, SearchState
from search.sources import Corpus, Document, Source
from tenants.clock import now

log = logging.getLogger(__name__)

Made = TypeVar("Made")

BATCH = 200
_LOCKS = 0x58494E59  # first half of the keys of our advisory locks
INDEXING_LOCK, REBUILD_LOCK = (_LOCKS, 1), (_LOCKS, 2)
REBUILD_KEYS = dict(zip("ab", REBUILD_LOCK, strict=True))
#: Who holds the lock that says a rebuild is at work; asked with `REBUILD_KEYS`.
REBUILD_HOLDERS = (
    "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND classid = :a AND objid = :b"
    " AND objsubid = 2 AND granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)
_REBUILD_RUNS = text(f"SELECT EXISTS ({REBUILD_HOLDERS})")


@dataclass(frozen=True, slots=True)
class Applied:
    """What a batch did, and whether another one now would get further."""

    changes: int
    documents: int
    more: bool


def hold_indexing_lock(session: Session) -> None:
    """Let nobody else write to the live index, or exchange it, until this transaction ends."""
    session.execute(text("SELECT pg_advisory_xact_lock(:a, :b)"), dict(zip("ab", INDEXING_LOCK, strict=True)))


def apply_pending(session: Session, engine: Engine, limit: int = BATCH) -> Applied:
    """Index the next batch of changes, in order. Raises `EngineDown`, and then nothing is consumed."""
    hold_indexing_lock(session)
    waiting = SearchChange.done_at.is_(None)
    changes = session.execute(
        select(SearchChange.seq, SearchChange.source, SearchChange.entity_id, SearchChange.attempts)
        .where(waiting)
        .order_by(SearchChange.attempts, SearchChange.seq)
        .limit(limit + 1)
    ).all()
    batch = changes[:limit]
    if not batch:
        return Applied(0, 0, False)
    by_source: dict[str, dict[UUID, None]] = defaultdict(dict)
    for change in batch:
        by_source[change.source][change.entity_id] = None
    failed: dict[tuple[str, UUID], str] = {}
    written = 0
    for corpus in Corpus:
        writes: list[Entry | Deletion] = []
        for name, ids in by_source.items():
            source = sources.source(name)
            if source is not None and source.corpus == corpus:
                read, unreadable = current(session, source, list(ids))
                writes.extend(read)
                failed.update({(name, entity_id): error for entity_id, error in unreadable.items()})
        if writes:
            refused = engine.apply(corpus, writes)
            failed.update({sources.from_key(key): error for key, error in refused.items()})
            written += len(writes) - len(refused)
            note(session, corpus, applied_at=now(), error=None)
    for change in batch:
        if change.source not in sources.names():
            log.warning("a change of the unknown source %r is dropped", change.source)
    done = [change.seq for change in batch if (change.source, change.entity_id) not in failed]
    _consume(session, SearchChange.seq.in_(done))
    for (name, entity_id), error in failed.items():
        note_unreadable(session, name, entity_id, error)
    # what could not be read or written is tried again in a minute, not at once: it would be in vain for ever
    more = len(changes) > limit and (bool(done) or changes[limit].attempts == 0)
    return Applied(len(done), written, more)


def current(
    session: Session, source: Source, ids: Sequence[UUID]
) -> tuple[list[Entry | Deletion], dict[UUID, str]]:
    """What to write for these things as they stand now, and why some could not be read."""
    version = next_version(session)
    found, unreadable = read(session, source, ids, lambda document: entry(source.name, document, version))
    kept = (entity_id for entity_id in ids if entity_id not in unreadable)
    return [found.get(i) or Deletion(sources.key(source.name, i), version) for i in kept], unreadable


def next_version(session: Session) -> int:
    """The version of what is read after this: higher than that of all that was read before."""
    return session.execute(select(VERSION.next_value())).scalar_one()


def read(
    session: Session, source: Source, ids: Sequence[UUID], make: Callable[[Document], Made]
) -> tuple[dict[UUID, Made], dict[UUID, str]]:
    """What is made of the documents of these ids, and why some could not be read: those do not hold up the others."""
    try:
        with session.begin_nested():
            return {document.id: make(document) for document in source.documents(session, ids)}, {}
    except Exception as error:
        log.exception("cannot read %d things of %s for the index", len(ids), source.name)
        if len(ids) == 1:
            return {}, {ids[0]: f"{type(error).__name__}: {error}"[:500]}
        made: dict[UUID, Made] = {}
        unreadable: dict[UUID, str] = {}
        for entity_id in ids:
            one, bad = read(session, source, [entity_id], make)
            made.update(one)
            unreadable.update(bad)
        return made, unreadable


def note_unreadable(session: Session, source_name: str, entity_id: UUID, error: str) -> None:
    """Write down why a change that waits could not be read or written; it is tried again after the others."""
    log.warning("%s is not in the index: %s", sources.key(source_name, entity_id), error)
    session.execute(
        update(SearchChange)
        .where(
            SearchChange.done_at.is_(None), SearchChange.source == source_name, SearchChange.entity_id == entity_id
        )
        .values(attempts=SearchChange.attempts + 1, error=error)
    )


def _consume(session: Session, which: ColumnElement[bool]) -> None:
    if rebuild_runs(session):
        session.execute(update(SearchChange).where(which).values(done_at=now(), error=None))
    else:
        session.execute(delete(SearchChange).where(which))
        session.execute(delete(SearchChange).where(SearchChange.done_at.is_not(None)))


def rebuild_runs(session: Session) -> bool:
    """Whether a rebuild is at work now; one that was killed is not."""
    return bool(session.scalar(_REBUILD_RUNS, REBUILD_KEYS))


def note(session: Session, corpus: Corpus, **values: object) -> None:
    """Write down the state of a corpus for operators."""
    session.execute(
        insert(SearchState)
        .values(corpus=str(corpus), **values)
        .on_conflict_do_update(index_elements=["corpus"], set_=values)
    )
