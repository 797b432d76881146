"""Engines to test: the embedded one, and a real Elasticsearch."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from pydantic import SecretStr

import settings as settings_module
from search import curation, sources
from search.elastic import ElasticEngine
from search.embedded import EmbeddedEngine
from search.engine import Engine
from search.local_elasticsearch import Cluster, Unavailable, fetch
from search.sources import Source
from settings import Settings
from tests.search.clusters import shared_cluster
from tests.search.support import Shelf, fill

WITH_SERVER = [pytest.mark.elasticsearch, pytest.mark.slow("starts Elasticsearch")]
CI = os.environ.get("CI") == "true"


@pytest.fixture(scope="session")
def elasticsearch_home() -> Path:
    """The server's files; skips with the reason where they cannot be had, except in CI."""
    try:
        return fetch(settings_module.current().data_folder / "tools")
    except Unavailable as reason:
        if CI:
            raise
        pytest.skip(f"no Elasticsearch: {reason}")


@pytest.fixture(scope="session")
def elasticsearch(elasticsearch_home: Path, shared_folder: Path) -> Iterator[Cluster]:
    """One node without security, for all test processes of the run."""
    with shared_cluster(elasticsearch_home, shared_folder) as cluster:
        yield cluster


def settings_of(cluster: Cluster, **changes: object) -> Settings:
    """Settings that search with a cluster, under a prefix of their own."""
    given: dict[str, object] = {
        "elasticsearch_url": cluster.url,
        "elasticsearch_index_prefix": f"t{uuid4().hex[:10]}",
        "search_timeout_seconds": 30.0,
        **changes,
    }
    if cluster.security:
        given |= {
            "elasticsearch_user": cluster.user,
            "elasticsearch_password": SecretStr(cluster.password),
            "elasticsearch_ca_file": str(cluster.ca_file),
        }
    return Settings(**given)  # type: ignore[arg-type]


BOTH_ENGINES = ["embedded", pytest.param("elasticsearch", marks=WITH_SERVER)]


@contextmanager
def opened(request: pytest.FixtureRequest, folder: Path) -> Iterator[Engine]:
    """The engine that the fixture's parameter names, empty."""
    made: Engine
    if request.param == "embedded":
        made = EmbeddedEngine(folder)
    else:
        made = ElasticEngine(settings_of(request.getfixturevalue("elasticsearch")))
    yield made
    made.close()


@pytest.fixture(scope="module", params=BOTH_ENGINES)
def stocked(
    request: pytest.FixtureRequest, stock: Shelf, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Engine]:
    """Each engine with a module's `stock` in it, for tests that only ask."""
    with opened(request, tmp_path_factory.mktemp("stocked")) as engine:
        fill(engine, stock.held.values())
        yield engine


@pytest.fixture(params=BOTH_ENGINES)
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """Each engine, empty."""
    with opened(request, tmp_path / "search") as made:
        yield made


@pytest.fixture
def register(monkeypatch: pytest.MonkeyPatch) -> Callable[[Source], None]:
    """Register sources for one test, which has no others."""
    sources.load("portal")  # now, so that nothing imports and registers them during the test
    monkeypatch.setattr(sources, "_sources", {})
    return sources.register


@pytest.fixture(autouse=True)
def fresh_curation() -> None:
    """No synonyms or pins remembered from another test."""
    curation.forget()
