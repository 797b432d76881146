"""Rebuilding an index beside the live one, and exchanging them.

    1 make a new index; from now on the worker keeps the changes it applies to the live one
    2 write every document into it
    3 replay the kept changes; the last of them under the lock that keeps the worker waiting
    4 count, and compare a sample with the database
    5 make the new index the live one; drop the old

Stopped or killed anywhere, the live index is whole, and the next rebuild starts afresh. Changes are kept only while
a connection of the rebuild holds the lock that says it runs; a rebuild that lost it publishes nothing.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from psycopg.errors import LockNotAvailable
from sqlalchemy import Connection, delete, select, text, update
from sqlalchemy import Engine as Database
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session

from search import sources
from search.analysts import Analysts, Batch
from search.engine import Deletion, Engine, EngineDown, Entry
from search.indexing import (
    REBUILD_HOLDERS,
    REBUILD_KEYS,
    current,
    hold_indexing_lock,
    next_version,
    note,
    note_unreadable,
    read,
)
from search.models import SearchChange, SearchState
from search.outbox import changed
from search.sources import Corpus
from tenants import actors
from tenants.clock import now
from tenants.database import open_session

_BATCH = 500
_SAMPLE = 200
_HELD = text(f"SELECT EXISTS ({REBUILD_HOLDERS} AND pid = pg_backend_pid())")
_PATIENCE = "10s"  # how long a rebuild waits for another to end; one that was killed just now still seems to run

#: Told how many documents are written and how many are expected (None: not known).
Progress = Callable[[int, int | None], None]


class RebuildRuns(Exception):
    """Another rebuild is at work."""


class RebuildFailed(Exception):
    """The new index does not hold what the database holds; the live one stays."""


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """A finished rebuild."""

    corpus: Corpus
    index: str
    documents: int
    replayed: int
    seconds: float

    @property
    def rate(self) -> float:
        """Documents per second."""
        return self.documents / self.seconds if self.seconds else 0.0


def rebuild(
    database: Database, engine: Engine, corpus: Corpus, progress: Progress = lambda _done, _total: None
) -> Rebuilt:
    """Rebuild a corpus's index. `database` is the workspace's engine.

    Raises `RebuildRuns`, `RebuildFailed` or `EngineDown`; the live index is untouched then.
    """
    with _only_one(database) as lock:
        return _Rebuild(database, engine, corpus, progress, lock).run()


def build_missing(database: Database, engine: Engine, corpus: Corpus) -> Rebuilt | None:
    """Build a corpus's index if there is none; several who find that there is none build one. Raises as `rebuild`."""
    if engine.live(corpus) is not None:
        return None
    with _only_one(database) as lock:
        if engine.live(corpus) is not None:
            return None  # built while we waited
        return _Rebuild(database, engine, corpus, lambda _done, _total: None, lock).run()


@dataclass(frozen=True, slots=True)
class _Lock:
    """The lock that says a rebuild is at work, and the connection it lives and dies with."""

    connection: Connection

    def held(self) -> bool:
        """Whether nobody took it from us: the server was restarted, an operator ended our connection."""
        try:
            with self.connection.begin():
                return bool(self.connection.scalar(_HELD, REBUILD_KEYS))
        except DBAPIError:
            return False

    def release(self) -> None:
        """Let others rebuild. A connection that cannot say so is thrown away, and the lock with it."""
        try:
            with self.connection.begin():
                self.connection.execute(text("SELECT pg_advisory_unlock(:a, :b)"), REBUILD_KEYS)
        except DBAPIError:
            self.connection.invalidate()


@contextmanager
def _only_one(database: Database) -> Iterator[_Lock]:
    """Hold the lock that says a rebuild is at work; it is gone with the process, as soon as PostgreSQL notices."""
    with database.connect() as connection:
        connection.execute(text("SELECT set_config('lock_timeout', :patience, true)"), {"patience": _PATIENCE})
        try:
            connection.execute(text("SELECT pg_advisory_lock(:a, :b)"), REBUILD_KEYS)
        except OperationalError as error:
            if isinstance(error.orig, LockNotAvailable):
                raise RebuildRuns from error
            raise
        connection.commit()
        lock = _Lock(connection)
        try:
            yield lock
        finally:
            lock.release()


class _Rebuild:
    def __init__(
        self, database: Database, engine: Engine, corpus: Corpus, progress: Progress, lock: _Lock
    ) -> None:
        self._database, self._engine, self._corpus, self._progress = database, engine, corpus, progress
        self._lock = lock
        self._sources = sources.sources(corpus)
        self._index = ""
        self._expected = 0
        self._replayed = 0
        self._sample: list[tuple[str, UUID]] = []
        self._seen = 0
        self._random = random.Random(0)

    def run(self) -> Rebuilt:
        began = time.monotonic()
        self._begin()
        try:
            refused = self._engine.load(self._corpus, self._index, self._everything())
            self._expected -= len(refused)
            if refused and not self._expected:  # it is not the documents' fault then
                raise RebuildFailed(f"the engine refuses every document: {next(iter(refused.values()))}")
            with self._transaction() as session:
                self._set_aside(session, refused)
            while self._replay(last=False):
                pass
            self._exchange(began)
        except BaseException:
            self._give_up()
            raise
        if self._lock.held():  # else another may be building
            self._engine.drop_others(self._corpus, keep=[])
        return Rebuilt(self._corpus, self._index, self._expected, self._replayed, time.monotonic() - began)

    @contextmanager
    def _transaction(self) -> Iterator[Session]:
        with open_session(self._database, actors.system()) as session, session.begin():
            yield session

    def _begin(self) -> None:
        with self._transaction() as session:
            hold_indexing_lock(session)
            # kept for a rebuild that was killed
            session.execute(delete(SearchChange).where(SearchChange.done_at.is_not(None)))
            self._index = self._engine.create(self._corpus)
            note(session, self._corpus, building=self._index, building_since=now(), built=0)
        self._engine.drop_others(self._corpus, keep=[self._index])

    def _everything(self) -> Iterator[Entry]:
        try:
            total = self._engine.count(self._corpus) if self._engine.live(self._corpus) else None
        except EngineDown:
            total = None  # the live index is damaged: that is why somebody rebuilds
        done = 0
        with Analysts() as analysts:
            for entries in analysts.entries(self._batches()):
                yield from entries
                done += len(entries)
                self._progress(done, total)

    def _batches(self) -> Iterator[Batch]:
        for source in self._sources:
            after: UUID | None = None
            while True:
                with self._transaction() as session:
                    ids = source.ids(session, after, _BATCH)
                    if not ids:
                        break
                    version = next_version(session)
                    documents, unreadable = read(session, source, ids, lambda document: document)
                    self._try_later(session, source, unreadable)
                    self._expected += len(documents)
                    note(session, self._corpus, built=self._expected)
                after = ids[-1]
                self._remember(source.name, ids)
                yield Batch(source.name, version, tuple(documents.values()))

    def _try_later(self, session: Session, source: sources.Source, unreadable: Mapping[UUID, str]) -> None:
        """What cannot be read now does not hold up the others: it waits in the outbox, where operators see it."""
        changed(session, source.name, *unreadable)
        for entity_id, error in unreadable.items():
            note_unreadable(session, source.name, entity_id, error)

    def _set_aside(self, session: Session, refused: Mapping[str, str]) -> None:
        """What the engine refuses for good waits with what cannot be read."""
        for document_key, error in refused.items():
            name, entity_id = sources.from_key(document_key)
            changed(session, name, entity_id)
            note_unreadable(session, name, entity_id, error)

    def _remember(self, name: str, ids: Sequence[UUID]) -> None:
        """Keep a fair sample of what was walked through."""
        for entity_id in ids:
            self._seen += 1
            if len(self._sample) < _SAMPLE:
                self._sample.append((name, entity_id))
            elif (place := self._random.randrange(self._seen)) < _SAMPLE:
                self._sample[place] = (name, entity_id)

    def _replay(self, *, last: bool, session: Session | None = None) -> bool:
        """Apply kept changes to the new index; True while there is enough left to come back for."""
        if session is None:
            with self._transaction() as own:
                hold_indexing_lock(own)
                return self._replay(last=last, session=own)
        kept = session.execute(
            select(SearchChange.seq, SearchChange.source, SearchChange.entity_id)
            .where(SearchChange.done_at.is_not(None))
            .order_by(SearchChange.seq)
            .limit(None if last else _BATCH)
        ).all()
        for source in self._sources:
            ids = list(dict.fromkeys(change.entity_id for change in kept if change.source == source.name))
            for start in range(0, len(ids), _BATCH):
                self._replay_batch(session, source, ids[start : start + _BATCH])
        session.execute(delete(SearchChange).where(SearchChange.seq.in_([change.seq for change in kept])))
        return len(kept) == _BATCH

    def _replay_batch(self, session: Session, source: sources.Source, ids: list[UUID]) -> None:
        writes, unreadable = current(session, source, ids)
        self._try_later(session, source, unreadable)
        before = self._engine.contains(self._corpus, [write.key for write in writes], self._index)
        refused = self._engine.apply(self._corpus, writes, self._index)
        self._set_aside(session, refused)
        there = before - {write.key for write in writes if isinstance(write, Deletion)}
        there |= {write.key for write in writes if isinstance(write, Entry) and write.key not in refused}
        self._expected += len(there) - len(before)
        self._replayed += len(ids)

    def _exchange(self, began: float) -> None:
        with self._transaction() as session:
            hold_indexing_lock(session)
            # from here on nobody takes changes from the outbox; until here they were kept, if we held it all the time
            if not self._lock.held():
                raise RebuildFailed("the connection that says that a rebuild runs was lost")
            self._replay(last=True, session=session)
            self._compare(session)
            self._engine.publish(self._corpus, self._index)
            note(
                session,
                self._corpus,
                building=None,
                building_since=None,
                rebuilt_at=now(),
                rebuilt_count=self._expected,
                rebuilt_seconds=time.monotonic() - began,
                error=None,
            )

    def _compare(self, session: Session) -> None:
        """The count, and a sample of documents read again. What changed in between waits in the outbox."""
        counted = self._engine.count(self._corpus, self._index)
        if counted != self._expected:
            raise RebuildFailed(f"{counted} documents are in the new index, {self._expected} were written")
        for source in self._sources:
            ids = [entity_id for name, entity_id in self._sample if name == source.name]
            writes, _ = current(session, source, ids) if ids else ([], {})
            there = self._engine.contains(self._corpus, [write.key for write in writes], self._index)
            wrong = {write.key for write in writes if (write.key in there) != isinstance(write, Entry)}
            # what changed since is in the outbox, and committed with it
            waiting = session.execute(
                select(SearchChange.entity_id).where(SearchChange.source == source.name, SearchChange.done_at.is_(None))
            )
            wrong -= {sources.key(source.name, entity_id) for entity_id in waiting.scalars()}
            if wrong:
                raise RebuildFailed(f"the new index and the database differ in {min(wrong)}")

    def _give_up(self) -> None:
        """Leave nothing of the new index behind, as far as the engine lets us."""
        try:
            with self._transaction() as session:
                session.execute(
                    update(SearchState)
                    .where(SearchState.building == self._index)
                    .values(building=None, building_since=None)
                )
            if self._lock.held():  # else another may be building
                self._engine.drop_others(self._corpus, keep=[])
        except (EngineDown, OSError, DBAPIError):
            pass  # the next rebuild clears it away
