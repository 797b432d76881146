"""Processes that analyse documents while this one reads them and feeds the engine: for rebuilds of large corpora."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from types import TracebackType

from search.engine import Entry, entry
from search.lexicon import segmenter
from search.sources import Document

#: Documents analysed here before the first process is started: a small corpus is done before it would be ready.
_SMALL = 3_000


@dataclass(frozen=True, slots=True)
class Batch:
    """Documents of one source, and the version they get."""

    source: str
    version: int
    documents: tuple[Document, ...]


def analyse(batch: Batch) -> list[Entry]:
    """The entries of a batch."""
    return [entry(batch.source, document, batch.version) for document in batch.documents]


@dataclass(eq=False)
class _Analyst:
    """One process: silent until it is ready, then an answer for each batch. It ends when its pipe does."""

    pipe: Connection
    batch: Batch | None = None


class Analysts:
    """As many processes as the machine has cores to spare. Use as a context manager."""

    def __init__(self, count: int | None = None, small: int = _SMALL) -> None:
        self._count = len(os.sched_getaffinity(0)) - 1 if count is None else count
        self._small = small
        self._free: list[_Analyst] = []
        self._busy: list[_Analyst] = []
        self._started = False

    def __enter__(self) -> Analysts:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for analyst in (*self._free, *self._busy):
            analyst.pipe.close()

    @property
    def helping(self) -> int:
        """How many processes are ready or at work."""
        return len(self._free) + sum(analyst.batch is not None for analyst in self._busy)

    def entries(self, batches: Iterable[Batch]) -> Iterator[list[Entry]]:
        """The entries of each batch, in no particular order."""
        seen = 0
        for batch in batches:
            seen += len(batch.documents)
            if seen > self._small and not self._started:
                self._start()
            yield from self._finished(wait_seconds=0)
            if not self._give(batch):
                yield analyse(batch)  # everybody is busy: no reason to be idle
        while any(analyst.batch for analyst in self._busy):
            yield from self._finished(wait_seconds=None)

    def _start(self) -> None:
        self._started = True
        context = multiprocessing.get_context("spawn")  # this process may have threads
        for _ in range(self._count):
            ours, theirs = context.Pipe()
            context.Process(target=_serve, args=(theirs,), daemon=True).start()
            theirs.close()
            self._busy.append(_Analyst(ours))

    def _give(self, batch: Batch) -> bool:
        while self._free:
            analyst = self._free.pop()
            try:
                analyst.pipe.send(batch)
            except OSError:
                continue  # it died
            analyst.batch = batch
            self._busy.append(analyst)
            return True
        return False

    def _finished(self, wait_seconds: float | None) -> Iterator[list[Entry]]:
        """What has been answered by now. The batch of a process that died is analysed here."""
        spoken = set(wait([analyst.pipe for analyst in self._busy], wait_seconds)) if self._busy else set()
        for analyst in [a for a in self._busy if a.pipe in spoken]:
            self._busy.remove(analyst)
            batch, analyst.batch = analyst.batch, None
            try:
                answer: list[Entry] = analyst.pipe.recv()
            except (EOFError, OSError):
                if batch:
                    yield analyse(batch)
                continue
            self._free.append(analyst)
            if batch:
                yield answer


def _serve(pipe: Connection) -> None:
    """The life of a process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all; the one that reads decides
    segmenter()
    try:
        pipe.send([])
        while True:
            pipe.send(analyse(pipe.recv()))
    except (EOFError, OSError):
        return
