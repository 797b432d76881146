"""Which engine a session searches with, and the breaker before it.

A process usually serves one installation; `install` tells the installation's settings by its database.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from sqlalchemy import URL
from sqlalchemy.orm import Session

import settings as settings_module
from search.breaker import Breaker
from search.embedded import EmbeddedEngine
from search.engine import Engine
from settings import Settings

_Place = tuple[str | None, int | None, str | None, str]


@dataclass(frozen=True)
class Connection:
    """An engine, and what keeps pages fast while it fails."""

    engine: Engine
    breaker: Breaker = field(default_factory=Breaker)


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


def of(session: Session) -> Connection:
    """The connection for a session's database."""
    place = _place(session.get_bind().engine.url)
    with _lock:
        known = _connections.get(place)
        if known is None:
            settings = _installed.get(place) or settings_module.current()
            known = _connections[place] = Connection(make(settings))
        return known
