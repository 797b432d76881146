"""Which engine a session searches with, the breaker before it, and how long one page asks it.

A process usually serves one installation; `install` tells the installation's settings by its database.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from time import monotonic

from sqlalchemy import URL
from sqlalchemy.orm import Session

import settings as settings_module
from search.breaker import Breaker
from search.embedded import EmbeddedEngine
from search.engine import Engine, EngineDown, EngineRequest, EngineResult
from search.sources import Corpus
from settings import Settings

_Place = tuple[str | None, int | None, str | None, str]


@dataclass(frozen=True)
class Connection:
    """An engine, and what keeps pages fast while it fails or is slow."""

    engine: Engine
    #: Seconds that one page waits for all its questions together.
    patience: float = 4.0
    breaker: Breaker = field(default_factory=Breaker)

    def asking(self) -> Asking:
        """For the questions of one page."""
        return Asking(self.engine, self.breaker, monotonic() + self.patience)


@dataclass(frozen=True)
class Asking:
    """The questions of one page, each through the breaker. Raises `EngineDown` once the page has waited enough."""

    engine: Engine
    breaker: Breaker
    until: float

    def search(self, request: EngineRequest) -> EngineResult:
        """As the engine's."""
        self._hurry()
        return self.breaker.call(lambda: self.engine.search(request))

    def lookup(
        self, corpus: Corpus, prefixes: Sequence[str], access: frozenset[str], limit: int
    ) -> list[tuple[str, int]]:
        """As the engine's."""
        self._hurry()
        return self.breaker.call(lambda: self.engine.lookup(corpus, prefixes, access, limit))

    def _hurry(self) -> None:
        if monotonic() > self.until:
            raise EngineDown("the page has waited long enough")


_installed: dict[_Place, Settings] = {}
_connections: dict[_Place, Connection] = {}
_lock = threading.Lock()


def _place(url: URL) -> _Place:
    return (url.host, url.port, url.database, str(sorted(url.query.items())))


def make(settings: Settings) -> Engine:
    """Elasticsearch when an address is set, else the embedded engine in the data folder."""
    if settings.elasticsearch_url:
        from search.elastic import ElasticEngine  # the client is slow to import

        return ElasticEngine(settings)
    return EmbeddedEngine(settings.data_folder / "search")


def install(settings: Settings, database: URL) -> None:
    """Say which settings hold for a database. A database nobody named is searched by the process's settings."""
    with _lock:
        _installed[_place(database)] = settings
        _connections.pop(_place(database), None)


def use(engine: Engine, database: URL) -> None:
    """Search this database with this engine."""
    with _lock:
        _connections[_place(database)] = Connection(engine)


def asking(session: Session) -> Asking:
    """For the questions of one page to the engine of a session's database."""
    return of(session).asking()


def of(session: Session) -> Connection:
    """The connection for a session's database."""
    place = _place(session.get_bind().engine.url)
    with _lock:
        known = _connections.get(place)
        if known is None:
            settings = _installed.get(place) or settings_module.current()
            known = _connections[place] = Connection(make(settings), 2 * settings.search_timeout_seconds)
        return known
