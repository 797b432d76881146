"""What `xinya doctor` says of the indexes: both sides, what waits and for how long, what cannot be read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import update

from operations.checks import Finding, search_index
from search import connect
from search.engine import Engine
from search.health import compare
from search.indexing import apply_pending
from search.models import SearchChange
from search.outbox import changed
from search.reindex import rebuild
from search.sources import Corpus, Source
from tenants.clock import now
from tests.conftest import Deployment
from tests.search.support import Shelf


@pytest.fixture
def told(deployment: Deployment) -> Callable[[], Finding]:
    """What doctor finds now."""

    def ask() -> Finding:
        (finding,) = search_index(deployment.settings)
        return finding

    return ask


@pytest.fixture
def embedded(deployment: Deployment) -> Engine:
    """The deployment's own engine."""
    return connect.make(deployment.settings)


def test_doctor_tells_lag_counts_and_what_cannot_be_read(
    deployment: Deployment, register: Callable[[Source], None], told: Callable[[], Finding], embedded: Engine
) -> None:
    shelf = Shelf()
    register(shelf)
    first = told()
    assert first.ok
    assert "还没有索引" in first.chinese
    shelf.put("滨水步道")
    for corpus in Corpus:
        rebuild(deployment.workspace_engine, embedded, corpus)
    assert "public 现有 1 条" in told().chinese
    assert "重建：数据库和索引各 1" in told().chinese
    shelf.put("没有说的变化")  # nobody told the outbox: only comparing both sides shows it
    connect.install(deployment.settings, deployment.workspace_engine.url)
    with deployment.session() as session, session.begin():
        compare(session)
    assert "核对：数据库 2，索引 1" in told().chinese

    with deployment.session() as session, session.begin():
        changed(session, shelf.name, *shelf.held)
    assert told().ok
    assert "2 条更新在等" in told().chinese
    with deployment.session() as session, session.begin():
        session.execute(update(SearchChange).values(created_at=now() - timedelta(minutes=6)))
    late = told()
    assert not late.ok
    assert "索引落后 36" in late.chinese

    bad = next(iter(shelf.held))
    shelf.broken.add(bad)
    with deployment.session() as session, session.begin():
        apply_pending(session, embedded)
    assert not told().ok
    assert "1 条内容读不出来" in told().chinese
    shelf.broken.clear()
    with deployment.session() as session, session.begin():
        apply_pending(session, embedded)
    assert told().ok
    assert "public 现有 2 条" in told().chinese
    embedded.close()
