"""What `xinya doctor` says of the indexes: both sides, what waits and for how long, what cannot be read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import update

from operations.finding import Finding
from operations.search_checks import search_index
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


def assert_counts(finding: Finding, held: int) -> None:
    """What both sides hold is told whatever else is wrong."""
    assert f"public 现有 {held} 条" in finding.chinese
    assert f"public holds {held} (" in finding.english
    for words in ("核对：数据库 2，索引 1", "重建：数据库和索引各 1"):
        assert words in finding.chinese
    for words in ("compared, database 2, index 1", "rebuilt, 1 on both sides"):
        assert words in finding.english


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
    assert "public holds 1 (" in told().english
    assert "rebuilt, 1 on both sides" in told().english
    shelf.put("没有说的变化")  # nobody told the outbox: only comparing both sides shows it
    connect.install(deployment.settings, deployment.workspace_engine.url)
    with deployment.session() as session, session.begin():
        compare(session)
    assert "核对：数据库 2，索引 1" in told().chinese
    assert "重建：数据库和索引各 1" in told().chinese
    assert "compared, database 2, index 1" in told().english

    with deployment.session() as session, session.begin():
        changed(session, shelf.name, *shelf.held)
    assert told().ok
    assert "2 条更新在等" in told().chinese
    with deployment.session() as session, session.begin():
        session.execute(update(SearchChange).values(created_at=now() - timedelta(minutes=6)))
    late = told()
    assert not late.ok
    assert "2 条更新在等，落后 36" in late.chinese
    assert "2 changes wait, 36" in late.english
    assert_counts(late, held=1)

    bad = next(iter(shelf.held))
    shelf.broken.add(bad)
    with deployment.session() as session, session.begin():
        apply_pending(session, embedded)
    assert not told().ok
    assert "1 条内容读不出来" in told().chinese
    assert "1 things cannot be read" in told().english
    assert_counts(told(), held=2)
    shelf.broken.clear()
    with deployment.session() as session, session.begin():
        apply_pending(session, embedded)
    assert told().ok
    assert "public 现有 2 条" in told().chinese

    live = deployment.settings.data_folder / "search" / "public" / str(embedded.live(Corpus.PUBLIC))
    (live / "meta.json").unlink()  # the index cannot be opened
    down = told()
    assert not down.ok
    assert "public 引擎没有回答（" in down.chinese
    assert "public: the engine does not answer (" in down.english
    assert "workspace 现有 0 条" in down.chinese
    assert "None" not in down.chinese + down.english
    assert "重建：数据库和索引各 1" in down.chinese
    embedded.close()
