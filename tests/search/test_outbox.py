"""From a service's change to the index: with the transaction, once, in order, through the real worker."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from search import connect
from search.engine import SCHEMA_VERSION, Engine, EngineDown
from search.health import count_in_database, health
from search.indexing import apply_pending
from search.jobs import index
from search.models import SearchChange, SearchState
from search.outbox import changed
from search.queries import SearchRequest, State, public_search
from search.sources import Corpus, Source
from tenants import actors, jobs
from tenants.clock import now
from tenants.identity.models import Tenant
from tests.conftest import Deployment
from tests.search.support import Shelf, TenantSource, WorkspaceTenantSource, fill
from tests.support.tasks import run_task


@pytest.fixture(scope="module")
def town(deployment: Deployment) -> UUID:
    with deployment.session() as session, session.begin():
        tenant = Tenant(kind="town", opened_at=now(), slug="t", name="某镇", short_name="某镇", active=True)
        session.add(tenant)
        session.flush()
        return tenant.id


@pytest.fixture
def found(deployment: Deployment, register: Callable[[Source], None]) -> Iterator[Callable[[str], list[str]]]:
    """Titles that a visitor finds."""
    register(TenantSource())
    register(WorkspaceTenantSource())
    connect.install(deployment.settings, deployment.public_engine.url)
    connect.install(deployment.settings, deployment.workspace_engine.url)

    def search(query: str) -> list[str]:
        with deployment.public_session() as session:
            result = public_search(session, SearchRequest(query))
            assert result.state is not State.RESTING
            return [str(hit.title.striptags()) for hit in result.hits]

    yield search


def waiting(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(SearchChange)) or 0


def make(session: Session, name: str) -> UUID:
    tenant = Tenant(
        kind="town", opened_at=now(), slug=f"s{uuid4().hex[:8]}", name=name, short_name=name[:3], introduction="介绍"
    )
    session.add(tenant)
    session.flush()
    for source in ("test-tenant", "test-workspace-tenant"):
        changed(session, source, tenant.id)
    return tenant.id


def test_a_committed_change_is_found_and_a_withdrawn_one_is_not(
    deployment: Deployment, found: Callable[[str], list[str]]
) -> None:
    with deployment.session() as session, session.begin():
        new = make(session, "燃灯塔镇")
    deployment.run_jobs()
    assert found("燃灯塔") == ["燃灯塔镇"]
    with deployment.session() as session, session.begin():
        tenant = session.get_one(Tenant, new)
        tenant.name = "西海子镇"
        changed(session, "test-tenant", new)
    deployment.run_jobs()
    assert found("西海子镇") == ["西海子镇"]
    with deployment.session() as session, session.begin():
        session.get_one(Tenant, new).active = False
        changed(session, "test-tenant", new)
    # before the worker has heard of it, the database already hides it
    assert found("西海子镇") == []
    deployment.run_jobs()
    assert found("西海子镇") == []
    with deployment.session() as session:
        assert waiting(session) == 0


def test_a_change_that_is_rolled_back_never_was(deployment: Deployment, found: Callable[[str], list[str]]) -> None:
    with deployment.session() as session:
        make(session, "并不存在镇")
        session.rollback()
    with deployment.session() as session:
        assert waiting(session) == 0
        queued = text("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'search.index' AND status = 'todo'")
        assert session.scalar(queued) == 0


def test_many_changes_of_a_transaction_are_one_job(deployment: Deployment, found: Callable[[str], list[str]]) -> None:
    with deployment.session() as session, session.begin():
        for number in range(30):
            make(session, f"绿心{number}镇")
        queued = text("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'search.index' AND status = 'todo'")
        assert session.scalar(queued) == 1
    deployment.run_jobs()
    assert len(found("绿心")) == 20  # a page


def test_one_job_does_the_work_of_all_that_wait(deployment: Deployment, found: Callable[[str], list[str]]) -> None:
    deployment.run_jobs()
    for number in range(12):
        with deployment.session() as session, session.begin():
            make(session, f"月河{number}镇")
    queued = text("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'search.index' AND status = 'todo'")
    with deployment.session() as session, session.begin():
        assert session.scalar(queued) == 12
    jobs.bind(deployment.workspace_engine)
    run_task(index)
    with deployment.session() as session:
        assert session.scalar(queued) == 0
        assert waiting(session) == 0
    assert len(found("月河")) == 12


def test_changes_wait_while_the_engine_is_down_and_then_catch_up(
    deployment: Deployment, found: Callable[[str], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    deployment.run_jobs()
    live = deployment.settings.data_folder / "search" / "public" / f"live-v{SCHEMA_VERSION}"
    index = live.parent / live.read_text()
    hidden = index.with_name("hidden")
    (index / "meta.json").rename(hidden)  # the index cannot be opened
    with deployment.session() as session, session.begin():
        make(session, "后来镇")
    deployment.run_jobs()
    with deployment.session() as session:
        assert waiting(session) == 2
        state = session.get(SearchState, "public")
        assert state is not None
        assert state.error
    with deployment.public_session() as session:
        assert public_search(session, SearchRequest("后来镇")).state is State.RESTING
    hidden.rename(index / "meta.json")
    with deployment.session() as session, session.begin():
        make(session, "最后镇")
    deployment.run_jobs()
    connect.install(deployment.settings, deployment.public_engine.url)  # the breaker forgets
    assert found("后来镇") == ["后来镇"]
    with deployment.session() as session:
        assert waiting(session) == 0
        assert session.get_one(SearchState, "public").error is None


def test_one_damaged_document_does_not_hold_up_the_others(
    deployment: Deployment, register: Callable[[Source], None], engine: Engine
) -> None:
    shelf = Shelf()
    register(shelf)
    fill(engine, [])
    good, bad = shelf.put("完好的文件"), shelf.put("损坏的文件")
    shelf.broken.add(bad.id)
    with deployment.session() as session, session.begin():
        changed(session, shelf.name, bad.id, good.id)
    with deployment.session() as session, session.begin():
        assert apply_pending(session, engine).changes == 1
    keys = [f"test-shelf:{good.id}", f"test-shelf:{bad.id}"]
    assert engine.contains(Corpus.PUBLIC, keys) == {keys[0]}
    with deployment.session() as session, session.begin():
        left = session.scalars(select(SearchChange)).one()
        assert (left.entity_id, left.attempts) == (bad.id, 1)
        assert "damaged" in (left.error or "")
    shelf.broken.clear()
    with deployment.session() as session, session.begin():
        assert apply_pending(session, engine).changes == 1
    assert engine.count(Corpus.PUBLIC) == 2


class _DiesBeforeCommit(Exception):
    pass


def test_a_worker_killed_after_writing_repeats_the_batch(
    deployment: Deployment, register: Callable[[Source], None], engine: Engine
) -> None:
    shelf = Shelf()
    register(shelf)
    fill(engine, [])
    documents = [shelf.put(f"第{n}份") for n in range(30)]
    with deployment.session() as session, session.begin():
        changed(session, shelf.name, *(d.id for d in documents))
    with pytest.raises(_DiesBeforeCommit), deployment.session() as session, session.begin():
        apply_pending(session, engine)
        raise _DiesBeforeCommit
    shelf.held.pop(documents[0].id)
    with deployment.session() as session, session.begin():
        changed(session, shelf.name, documents[0].id)
    with deployment.session() as session, session.begin():
        applied = apply_pending(session, engine)
        assert (applied.changes, applied.documents, applied.more) == (31, 30, False)
    assert engine.count(Corpus.PUBLIC) == 29


def test_batches_are_bounded_and_say_that_more_waits(
    deployment: Deployment, register: Callable[[Source], None], engine: Engine
) -> None:
    shelf = Shelf()
    register(shelf)
    fill(engine, [])
    with deployment.session() as session, session.begin():
        changed(session, shelf.name, *(shelf.put(f"第{n}份").id for n in range(25)))
    with deployment.session() as session, session.begin():
        assert apply_pending(session, engine, limit=10).more
    with deployment.session() as session, session.begin():
        apply_pending(session, engine, limit=10)
        assert apply_pending(session, engine, limit=10).more is False
    assert engine.count(Corpus.PUBLIC) == 25


def test_what_cannot_be_read_is_not_tried_for_ever(
    deployment: Deployment, register: Callable[[Source], None], engine: Engine
) -> None:
    shelf = Shelf()
    register(shelf)
    fill(engine, [])
    broken = [shelf.put(f"第{n}份损坏的文件").id for n in range(7)]
    shelf.broken.update(broken)
    good = shelf.put("完好的文件").id
    with deployment.session() as session, session.begin():
        changed(session, shelf.name, *broken, good)

    def apply() -> tuple[int, bool]:
        with deployment.session() as session, session.begin():
            applied = apply_pending(session, engine, limit=5)
            return applied.changes, applied.more

    assert apply() == (0, True)  # what was not tried yet may be read
    assert apply()[0] == 1
    assert apply() == (0, False)
    assert apply() == (0, False)
    with deployment.session() as session, session.begin():
        changed(session, shelf.name, good)
    assert apply()[0] == 1  # they do not stand in the way
    shelf.broken.clear()
    assert apply() == (5, True)
    assert apply() == (2, False)


def test_nothing_is_consumed_when_the_engine_fails(
    deployment: Deployment, register: Callable[[Source], None], engine: Engine
) -> None:
    shelf = Shelf()
    register(shelf)
    with deployment.session() as session, session.begin():
        changed(session, shelf.name, shelf.put("等待").id)
    with pytest.raises(EngineDown), deployment.session() as session, session.begin():
        apply_pending(session, engine)  # there is no index
    with deployment.session() as session:
        assert waiting(session) == 1
    fill(engine, [])
    with deployment.session() as session, session.begin():
        apply_pending(session, engine)
    assert engine.count(Corpus.PUBLIC) == 1


def test_visitors_cannot_write_to_the_outbox_and_nobody_but_the_worker_reads_it(
    deployment: Deployment, town: UUID
) -> None:
    with pytest.raises(ProgrammingError, match="row-level security"), deployment.public_session() as session:
        changed(session, "comment", uuid4())
    with pytest.raises(ProgrammingError, match="permission denied"), deployment.public_session() as session:
        session.execute(text("SELECT * FROM search_change"))
    with deployment.session(actors.job(town)) as session:
        changed(session, "comment", uuid4())
        assert waiting(session) == 0


def test_operators_see_lag_counts_and_what_cannot_be_read(
    deployment: Deployment, register: Callable[[Source], None], engine: Engine
) -> None:
    shelf = Shelf()
    register(shelf)
    fill(engine, [])
    connect.use(engine, deployment.workspace_engine.url)
    with deployment.session() as session, session.begin():
        session.execute(text("DELETE FROM search_change"))
    good, bad = shelf.put("完好"), shelf.put("损坏")
    with deployment.session() as session, session.begin():
        changed(session, shelf.name, good.id, bad.id)
    with deployment.session() as session:
        before = health(session)
        assert (before.waiting, before.unreadable, before.answers) == (2, 0, True)
        assert before.corpora[0].indexed == 0
    shelf.broken.add(bad.id)
    with deployment.session() as session, session.begin():
        apply_pending(session, engine)
    with deployment.session() as session, session.begin():
        after = health(session)
        assert (after.waiting, after.unreadable) == (1, 1)
        assert after.corpora[0].indexed == 1
        shelf.broken.clear()
        assert count_in_database(session, Corpus.PUBLIC) == 2
        apply_pending(session, engine)
        assert health(session).corpora[0].indexed == 2
