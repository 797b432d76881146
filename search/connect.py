"""The engine of this process, chosen by the settings, and the breaker before it."""

from __future__ import annotations

from functools import lru_cache

import settings as settings_module
from search.breaker import Breaker
from search.elastic import ElasticEngine
from search.embedded import EmbeddedEngine
from search.engine import Engine
from settings import Settings

_chosen: Engine | None = None


def make(settings: Settings) -> Engine:
    """Elasticsearch when an address is set, else the embedded engine in the data folder."""
    if settings.elasticsearch_url:
        return ElasticEngine(settings)
    return EmbeddedEngine(settings.data_folder / "search")


def engine() -> Engine:
    """The engine of this process."""
    global _chosen
    if _chosen is None:
        _chosen = make(settings_module.current())
    return _chosen


def use(engine: Engine | None) -> None:
    """Use this engine in this process from now on; None: as the settings say."""
    global _chosen
    _chosen = engine
    breaker.cache_clear()


@lru_cache(maxsize=1)
def breaker() -> Breaker:
    """The breaker between this process's pages and its engine."""
    return Breaker()
