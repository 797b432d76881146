"""Rebuilds: whole, counted, replayed, exchanged; interrupted anywhere, the live index stands."""

from __future__ import annotations

import os
import signal
import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from search import connect, reindex
from search.engine import Deletion, Engine, EngineDown, Entry
from search.indexing import REBUILD_LOCK, apply_pending
from search.jobs import index, rebuild_all
from search.models import SearchChange, SearchState
from search.outbox import REBUILD_JOB, changed
from search.reindex import RebuildFailed, RebuildRuns, rebuild
from search.sources import Corpus, Document, Source
from settings import Settings
from tenants import jobs
from tenants.clock import now
from tenants.identity.models import Tenant
from tests.conftest import Deployment
from tests.search.conftest import BOTH_ENGINES, settings_of
from tests.search.support import DuringRebuild, Shelf, TenantSource, ask, fill
from tests.support.forks import Forks
from tests.support.serving import SECONDS
from tests.support.tasks import run_task

#: Who has or waits for the lock that says a rebuild is at work. Every test process has a database of its own in one
#: server, and `pg_locks` shows those of all.
REBUILD_LOCKS = (
    "pg_locks WHERE locktype = 'advisory' AND (classid, objid, objsubid) = ({}, {}, 2)"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
).format(*REBUILD_LOCK)

PUBLIC = Corpus.PUBLIC


def plots(count: int) -> Shelf:
    shelf = Shelf()
    for number in range(count):
        shelf.put(f"第{number}号地块公示", "建设用地与绿地")
    return shelf


@pytest.fixture
def shelf(register: Callable[[Source], None]) -> Shelf:
    register(shelf := plots(12))
    return shelf


def left(deployment: Deployment) -> int:
    with deployment.session() as session:
        return session.scalar(select(func.count()).select_from(SearchChange)) or 0


def test_a_rebuild_counts_reports_and_exchanges(
    deployment: Deployment, engine: Engine, register: Callable[[Source], None]
) -> None:
    register(plots(1200))
    fill(engine, [Shelf().put("旧的一份")])
    old = engine.live(PUBLIC)
    steps: list[tuple[int, int | None]] = []
    done = rebuild(deployment.workspace_engine, engine, PUBLIC, lambda n, total: steps.append((n, total)))
    assert done.documents == engine.count(PUBLIC) == 1200
    assert [n for n, _ in steps] == [500, 1000, 1200]
    assert steps[0][1] == 1  # the live index says how many to expect
    assert engine.live(PUBLIC) == done.index != old
    assert ask(engine, "“第777号地块”").total == 1
    assert ask(engine, "旧的一份").total == 0
    assert engine.drop_others(PUBLIC, keep=[]) == []  # the old one is gone already
    with deployment.session() as session:
        state = session.get_one(SearchState, "public")
        assert (state.rebuilt_count, state.building) == (1200, None)


def test_what_changes_meanwhile_is_in_the_new_index_too(
    deployment: Deployment, engine: Engine, register: Callable[[Source], None]
) -> None:
    inner = plots(510)  # more than one batch
    walked = sorted(inner.held)

    def happen() -> None:
        # applied to the live index by the worker while the new one is filled: a removal, a change, a new one
        del inner.held[walked[0]]
        old = inner.held[walked[1]]
        inner.held[walked[1]] = Document(id=old.id, title="改过的题目", body="", kind="sprout", access=old.access)
        new = inner.put("中途新增的公示")
        with deployment.session() as session, session.begin():
            changed(session, inner.name, walked[0], walked[1], new.id)
        with deployment.session() as session, session.begin():
            assert apply_pending(session, engine).changes == 3
        assert left(deployment) == 3  # kept for the rebuild
        # and one that still waits when the indexes are exchanged
        late = inner.put("最后新增的公示")
        with deployment.session() as session, session.begin():
            changed(session, inner.name, late.id)

    fill(engine, [])
    register(DuringRebuild(inner, happen))
    done = rebuild(deployment.workspace_engine, engine, PUBLIC)
    assert done.replayed == 3
    assert ask(engine, "“改过的题目”").total == 1
    assert ask(engine, "中途新增").total == 1
    assert not engine.contains(PUBLIC, [f"test-shelf:{walked[0]}"])
    assert left(deployment) == 1
    with deployment.session() as session, session.begin():
        apply_pending(session, engine)
    assert ask(engine, "最后新增").total == 1
    assert engine.count(PUBLIC) == len(inner.held) == 511
    assert left(deployment) == 0


def test_only_one_rebuild_at_a_time(
    deployment: Deployment,
    engine: Engine,
    register: Callable[[Source], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reindex, "_PATIENCE", "100ms")
    inner = Shelf()
    inner.put("一份")

    def happen() -> None:
        with pytest.raises(RebuildRuns):
            rebuild(deployment.workspace_engine, engine, PUBLIC)

    register(DuringRebuild(inner, happen))
    assert rebuild(deployment.workspace_engine, engine, PUBLIC).documents == 1


def test_a_rebuild_waits_until_a_killed_one_is_really_gone(
    deployment: Deployment, engine: Engine, shelf: Shelf
) -> None:
    """PostgreSQL holds the lock of a killed process until it notices."""
    keys = dict(zip("ab", REBUILD_LOCK, strict=True))
    with deployment.workspace_engine.connect() as killed, ThreadPoolExecutor(1) as pool:
        killed.execute(text("SELECT pg_advisory_lock(:a, :b)"), keys)
        again = pool.submit(rebuild, deployment.workspace_engine, engine, PUBLIC)
        while not killed.scalar(text(f"SELECT count(*) FROM {REBUILD_LOCKS} AND NOT granted")):
            assert not again.done()
        killed.execute(text("SELECT pg_advisory_unlock(:a, :b)"), keys)
        assert again.result().documents == len(shelf.held)


class _Loses:
    """An engine that silently loses one document of a load."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def __getattr__(self, name: str) -> object:
        return getattr(self._engine, name)

    def load(self, corpus: Corpus, index: str, entries: Iterable[Entry]) -> dict[str, str]:
        return self._engine.load(corpus, index, (e for n, e in enumerate(entries) if n != 7))


class _FailsAtExchange(_Loses):
    """An engine that goes away when the new index should become the live one."""

    def load(self, corpus: Corpus, index: str, entries: Iterable[Entry]) -> dict[str, str]:
        return self._engine.load(corpus, index, entries)

    def publish(self, corpus: Corpus, index: str) -> None:
        raise EngineDown("gone")


@pytest.mark.parametrize(("worse", "error"), [(_Loses, RebuildFailed), (_FailsAtExchange, EngineDown)])
def test_a_rebuild_that_fails_leaves_the_live_index_whole(
    deployment: Deployment, engine: Engine, shelf: Shelf, worse: type[_Loses], error: type[Exception]
) -> None:
    live = fill(engine, [Shelf().put("仍在的一份")])
    with pytest.raises(error):
        rebuild(deployment.workspace_engine, worse(engine), PUBLIC)  # type: ignore[arg-type]
    assert engine.live(PUBLIC) == live
    assert ask(engine, "仍在的一份").total == 1
    assert rebuild(deployment.workspace_engine, engine, PUBLIC).documents == len(shelf.held)


def test_a_rebuild_that_lost_its_lock_is_not_published(
    deployment: Deployment, engine: Engine, register: Callable[[Source], None]
) -> None:
    """Nobody knows of it any more, so what changed since was not kept for it."""
    inner = Shelf()
    withdrawn, *_ = [inner.put(f"第{number}号地块公示") for number in range(3)]
    live = fill(engine, inner.held.values())
    holder = text(f"SELECT pg_terminate_backend(pid, 10000) FROM {REBUILD_LOCKS} AND granted")

    def happen() -> None:
        with deployment.session() as session:
            assert session.scalars(holder).all() == [True]
        del inner.held[withdrawn.id]
        new = inner.put("中途新增的公示")
        with deployment.session() as session, session.begin():
            changed(session, inner.name, withdrawn.id, new.id)
        with deployment.session() as session, session.begin():
            apply_pending(session, engine)
        assert left(deployment) == 0

    register(DuringRebuild(inner, happen))
    with pytest.raises(RebuildFailed):
        rebuild(deployment.workspace_engine, engine, PUBLIC)
    with deployment.session() as session:
        assert session.get_one(SearchState, "public").building is None
    assert engine.live(PUBLIC) == live
    assert ask(engine, "中途新增").total == 1
    assert engine.contains(PUBLIC, [f"test-shelf:{i}" for i in (withdrawn.id, *inner.held)]) == {
        f"test-shelf:{i}" for i in inner.held
    }
    assert rebuild(deployment.workspace_engine, engine, PUBLIC).documents == 3
    assert ask(engine, "中途新增").total == 1
    assert engine.drop_others(PUBLIC, keep=[]) == []  # nothing of the one that failed is left


def test_changes_are_not_kept_for_a_rebuild_that_is_no_more(
    deployment: Deployment, engine: Engine, shelf: Shelf
) -> None:
    fill(engine, [])
    with deployment.session() as session, session.begin():
        session.merge(SearchState(corpus="public", building="v1-killed", built=3))
        changed(session, shelf.name, next(iter(shelf.held)))
    with deployment.session() as session, session.begin():
        apply_pending(session, engine)
    assert left(deployment) == 0


class _Walked(DuringRebuild):
    """A shelf that knows how often it was walked through."""

    walks = 0

    def ids(self, session: Session, after: UUID | None, limit: int) -> Sequence[UUID]:
        self.walks += after is None
        return super().ids(session, after, limit)


def test_jobs_that_meet_in_a_new_installation_build_its_indexes_once(
    deployment: Deployment, engine: Engine, register: Callable[[Source], None]
) -> None:
    inner = Shelf()
    inner.put("一份")
    others: list[Future[None]] = []
    waits = text(f"SELECT count(*) FROM {REBUILD_LOCKS} AND NOT granted")

    def happen() -> None:
        others.append(pool.submit(run_task, index))
        with deployment.session() as session:
            while not session.scalar(waits):
                assert not others[0].done()

    register(shelf := _Walked(inner, happen))
    connect.use(engine, deployment.workspace_engine.url)
    jobs.bind(deployment.workspace_engine)
    with ThreadPoolExecutor(1) as pool:
        run_task(index)
        others[0].result()
    assert shelf.walks == 1
    assert engine.count(PUBLIC) == 1
    assert engine.live(Corpus.WORKSPACE) is not None


def test_a_rebuild_that_failed_is_tried_again_later(deployment: Deployment, engine: Engine, shelf: Shelf) -> None:
    connect.use(_Loses(engine), deployment.workspace_engine.url)  # type: ignore[arg-type]
    jobs.bind(deployment.workspace_engine)
    run_task(rebuild_all)
    again = text("SELECT status, scheduled_at > now() FROM procrastinate_jobs WHERE task_name = :name")
    with deployment.session() as session:
        assert session.execute(again, {"name": REBUILD_JOB}).all() == [("todo", True)]
    with deployment.session() as session, session.begin():
        session.execute(text("DELETE FROM procrastinate_jobs WHERE task_name = :name"), {"name": REBUILD_JOB})


_CHILD = """
    import os, sys
    import settings
    from sqlalchemy import make_url
    from search import connect, reindex, sources
    from search.sources import Corpus
    from tenants.database import make_engine
    from tests.search.support import TenantSource

    stage = sys.argv[2]

    class Dies:
        def __init__(self, engine):
            self._engine = engine
        def __getattr__(self, name):
            return getattr(self._engine, name)
        def _die(self, at):
            if at == stage:
                os.kill(os.getpid(), 9)
        def create(self, corpus):
            index = self._engine.create(corpus); self._die("created"); return index
        def load(self, corpus, index, entries):
            def some():
                for number, entry in enumerate(entries):
                    if number == 30: self._die("loading")
                    yield entry
            refused = self._engine.load(corpus, index, some()); self._die("loaded"); return refused
        def publish(self, corpus, index):
            self._die("before exchange"); self._engine.publish(corpus, index); self._die("after exchange")

    sources.register(TenantSource())
    reindex.rebuild(make_engine(make_url(sys.argv[1])), Dies(connect.make(settings.current())), Corpus.PUBLIC)
"""


@pytest.fixture(scope="module")
def forks() -> Iterator[Forks]:
    """What a rebuild needs is imported once for all that are killed."""
    common = ("search.connect", "search.elastic", "search.embedded", "tests.search.support")
    with Forks("pypinyin", "rjieba", *common) as made:
        yield made


@pytest.fixture(params=BOTH_ENGINES)
def environment(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, str]:
    """Settings of an engine of its own, for this process and another."""
    if request.param == "embedded":
        return {"XINYA_DATA": str(tmp_path)}
    made = settings_of(request.getfixturevalue("elasticsearch"))
    return {
        "XINYA_DATA": str(tmp_path),
        "ELASTICSEARCH_URL": made.elasticsearch_url,
        "ELASTICSEARCH_INDEX_PREFIX": made.elasticsearch_index_prefix,
        "SEARCH_TIMEOUT_SECONDS": str(made.search_timeout_seconds),
    }


@pytest.mark.parametrize("stage", ["created", "loading", "loaded", "before exchange", "after exchange"])
def test_a_killed_rebuild_can_be_run_again(
    deployment: Deployment,
    register: Callable[[Source], None],
    environment: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    forks: Forks,
    stage: str,
) -> None:
    with deployment.session() as session, session.begin():
        for number in range(40):
            name = f"{stage}{number}镇"
            words = {"name": name, "short_name": name, "introduction": "滨水空间"}
            session.add(Tenant(kind="town", opened_at=now(), slug=uuid4().hex, **words))
    with deployment.session() as session:
        tenants = session.scalar(select(func.count()).select_from(Tenant))
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    engine = connect.make(Settings())
    live = fill(engine, [Shelf().put("仍在的一份")])
    url = deployment.workspace_engine.url.render_as_string(hide_password=False)
    killed = forks.run(textwrap.dedent(_CHILD), url, stage, env=os.environ, seconds=SECONDS)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    if stage == "after exchange":
        assert engine.count(PUBLIC) == tenants
    else:
        assert engine.live(PUBLIC) == live
        assert ask(engine, "仍在的一份").total == 1
    engine.apply(PUBLIC, [Deletion("test-shelf:none", 10)])  # the worker's lock is free
    register(TenantSource())
    assert rebuild(deployment.workspace_engine, engine, PUBLIC).documents == tenants
    assert ask(engine, "滨水空间", limit=1).total == tenants
    assert engine.drop_others(PUBLIC, keep=[]) == []  # nothing of the killed one is left
    engine.close()


def test_what_cannot_be_read_does_not_hold_up_a_rebuild(deployment: Deployment, engine: Engine, shelf: Shelf) -> None:
    bad = next(iter(shelf.held))
    shelf.broken.add(bad)
    assert rebuild(deployment.workspace_engine, engine, PUBLIC).documents == len(shelf.held) - 1
    with deployment.session() as session, session.begin():
        waiting = session.scalars(select(SearchChange)).one()
        assert (waiting.entity_id, waiting.attempts) == (bad, 1)
        shelf.broken.clear()
        apply_pending(session, engine)
    assert engine.count(PUBLIC) == len(shelf.held)
    assert left(deployment) == 0
