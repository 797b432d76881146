"""What only a real cluster can show: security, three nodes of which one dies, nodes that no longer answer."""

from __future__ import annotations

import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from uuid import UUID

import pytest
from pydantic import SecretStr
from sqlalchemy import delete, func, select, update

from search import connect, elastic
from search.breaker import Breaker
from search.elastic import ElasticEngine, mapping
from search.engine import (
    KEYWORD_FIELDS,
    POSITION_FIELDS,
    SCHEMA_VERSION,
    BadQuestion,
    Deletion,
    Engine,
    EngineDown,
    Entry,
)
from search.health import health
from search.indexing import apply_pending
from search.jobs import index
from search.local_elasticsearch import Cluster
from search.models import SearchChange, SearchState
from search.outbox import changed
from search.queries import SearchRequest, State, public_search
from search.reindex import RebuildFailed, rebuild
from search.sources import PUBLIC as SHARED
from search.sources import Corpus, Source
from search.spelling import name_prefixes
from settings import Settings
from tenants import jobs
from tests.conftest import Deployment
from tests.search.clusters import own_cluster
from tests.search.conftest import WITH_SERVER, settings_of
from tests.search.support import DuringRebuild, Shelf, ask, entries, fill
from tests.support.processes import until
from tests.support.tasks import run_task

pytestmark = WITH_SERVER

PUBLIC = Corpus.PUBLIC


def a_shelf(count: int = 40) -> Shelf:
    shelf = Shelf()
    for number in range(count):
        shelf.put(f"第{number}号口袋公园", "花草与座椅")
    return shelf


def test_the_mapping_needs_nothing_but_what_every_server_has() -> None:
    fields = mapping()["properties"]
    assert {f["analyzer"] for f in fields.values() if f["type"] == "text"} == {"whitespace"}
    assert set(POSITION_FIELDS) < set(fields) > set(KEYWORD_FIELDS)


def test_aliases_name_the_index_and_carry_the_schema(elasticsearch: Cluster) -> None:
    settings = settings_of(elasticsearch)
    engine = ElasticEngine(settings)
    index = fill(engine, a_shelf(3).held.values())
    prefix = settings.elasticsearch_index_prefix
    assert index.startswith(f"{prefix}-public-v{SCHEMA_VERSION}-")
    for alias in (f"{prefix}-v{SCHEMA_VERSION}-public", f"{prefix}-v{SCHEMA_VERSION}-public-write"):
        assert list(elasticsearch.get(0, f"/_alias/{alias}")) == [index]
    engine.close()


@pytest.fixture
def strict_server(elasticsearch: Cluster, monkeypatch: pytest.MonkeyPatch) -> Iterator[ElasticEngine]:
    """Its indexes refuse a document with a very long name."""
    refusing = mapping()
    for field in refusing["properties"].values():
        field.pop("ignore_above", None)
    monkeypatch.setattr(elastic, "mapping", lambda: refusing)
    engine = ElasticEngine(settings_of(elasticsearch))
    yield engine
    engine.close()


TOO_LONG = "很" * 20_000


def waiting(deployment: Deployment) -> list[tuple[UUID, int]]:
    with deployment.session() as session:
        rows = session.execute(select(SearchChange.entity_id, SearchChange.attempts, SearchChange.error))
        assert all(row.error and "immense term" in row.error for row in rows.all())
        return [(row.entity_id, row.attempts) for row in session.scalars(select(SearchChange))]


def test_what_the_server_refuses_does_not_hold_up_the_others(
    deployment: Deployment, register: Callable[[Source], None], strict_server: ElasticEngine
) -> None:
    shelf = a_shelf(4)
    register(shelf)
    fill(strict_server, [])
    bad = shelf.put("类别太长的公园", kind=TOO_LONG)
    with deployment.session() as session, session.begin():
        session.execute(delete(SearchChange))
        changed(session, shelf.name, *shelf.held)
    with deployment.session() as session, session.begin():
        applied = apply_pending(session, strict_server)
        assert (applied.changes, applied.documents, applied.more) == (4, 4, False)
    assert ask(strict_server, "公园").total == 4
    assert waiting(deployment) == [(bad.id, 1)]
    with deployment.session() as session, session.begin():
        assert apply_pending(session, strict_server).changes == 0
    assert waiting(deployment) == [(bad.id, 2)]
    shelf.held[bad.id] = replace(bad, kind="sprout")
    with deployment.session() as session, session.begin():
        apply_pending(session, strict_server)
    assert ask(strict_server, "公园").total == 5
    assert waiting(deployment) == []


def test_a_rebuild_goes_on_without_what_the_server_refuses(
    deployment: Deployment, register: Callable[[Source], None], strict_server: ElasticEngine
) -> None:
    shelf = a_shelf(4)
    late = next(iter(shelf.held.values()))
    bad = shelf.put("类别太长的公园", kind=TOO_LONG)
    with deployment.session() as session, session.begin():
        session.execute(delete(SearchChange))

    def happen() -> None:
        # what was written already is refused when it is replayed; a new one is refused, too
        shelf.held[late.id] = replace(late, kind=TOO_LONG)
        new = shelf.put("后来的公园", kind=TOO_LONG)
        with deployment.session() as session, session.begin():
            changed(session, shelf.name, late.id, new.id)
            session.execute(update(SearchChange).values(done_at=func.now()))

    register(DuringRebuild(shelf, happen))
    built = rebuild(deployment.workspace_engine, strict_server, PUBLIC)
    assert built.documents == strict_server.count(PUBLIC) == 4
    refused = {entity_id for entity_id, _ in waiting(deployment)}
    assert refused == {document.id for document in shelf.held.values() if document.kind == TOO_LONG} > {bad.id}
    with deployment.session() as session, session.begin():
        session.execute(delete(SearchChange))


def test_a_rebuild_of_which_everything_is_refused_is_not_published(
    deployment: Deployment, register: Callable[[Source], None], strict_server: ElasticEngine
) -> None:
    """It is not the documents' fault then."""
    live = fill(strict_server, a_shelf(3).held.values())
    shelf = Shelf()
    register(shelf)
    for number in range(3):
        shelf.put(f"第{number}号口袋公园", kind=TOO_LONG)
    with pytest.raises(RebuildFailed, match="immense term"):
        rebuild(deployment.workspace_engine, strict_server, PUBLIC)
    assert strict_server.live(PUBLIC) == live
    with deployment.session() as session, session.begin():
        session.execute(delete(SearchChange))


def test_a_question_that_the_server_refuses_is_our_mistake_and_closes_search_to_nobody(
    elasticsearch: Cluster, caplog: pytest.LogCaptureFixture
) -> None:
    engine, breaker = ElasticEngine(settings_of(elasticsearch)), Breaker()
    fill(engine, a_shelf(3).held.values())
    for _ in range(4):
        with pytest.raises(BadQuestion):
            breaker.call(lambda: engine.lookup(PUBLIC, ["很" * 1001], SHARED, 10))
    assert "[1000]" in caplog.records[0].getMessage()  # the length that the server allows
    assert breaker.call(lambda: ask(engine, "口袋公园")).total == 3
    engine.close()


def test_a_removal_without_an_index_makes_none(elasticsearch: Cluster) -> None:
    settings = settings_of(elasticsearch)
    engine = ElasticEngine(settings)
    shelf = a_shelf(3)
    with pytest.raises(EngineDown):
        engine.apply(PUBLIC, [Deletion("test-shelf:none", 10)])
    assert elasticsearch.get(0, f"/{settings.elasticsearch_index_prefix}*") == {}
    fill(engine, shelf.held.values())
    engine.apply(PUBLIC, [Deletion(f"test-shelf:{next(iter(shelf.held))}", 10)])
    assert ask(engine, "口袋公园").total == 2
    engine.close()


class _Gate(BaseHTTPRequestHandler):
    """Before the server, as many have it: passes on what is not too large. Once `late`, no search is in time."""

    protocol_version = "HTTP/1.1"
    largest = 10_000_000
    late = False
    server_address = ""
    address = ""
    _open: ThreadingHTTPServer | None = None

    @classmethod
    def start(cls, port: int = 0) -> None:
        """Let people in."""
        cls._open = server = ThreadingHTTPServer(("127.0.0.1", port), cls)
        cls.address = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever).start()

    @classmethod
    def kill(cls) -> int:
        """As if the server was killed: nobody listens, and connections end. The port, to be there again."""
        server, cls._open = cls._open, None
        assert server is not None
        server.shutdown()
        server.server_close()
        return server.server_port

    def _pass(self) -> None:
        if self._open is None:
            self.close_connection = True
            return None
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if len(body) > self.largest:
            return self._answer(413, "text/html", b"<h1>413 Request Entity Too Large</h1>")
        onwards = urllib.request.Request(self.server_address + self.path, body or None, method=self.command)
        for name in ("Content-Type", "Accept"):
            if value := self.headers.get(name):
                onwards.add_header(name, value)
        try:
            with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(onwards) as answer:
                found = answer.read()
                if self.late:
                    found = found.replace(b'"timed_out":false', b'"timed_out":true')
                self._answer(answer.status, answer.headers["Content-Type"], found)
        except urllib.error.HTTPError as error:
            self._answer(error.code, error.headers["Content-Type"], error.read())

    def _answer(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("X-Elastic-Product", "Elasticsearch")
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = _pass

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def gate(elasticsearch: Cluster) -> Iterator[type[_Gate]]:
    """The gate, at `address`."""

    class Gate(_Gate):
        server_address = elasticsearch.url

    Gate.start()
    yield Gate
    Gate.kill()


@pytest.fixture
def through_gate(elasticsearch: Cluster, gate: type[_Gate]) -> Iterator[ElasticEngine]:
    engine = ElasticEngine(settings_of(elasticsearch, elasticsearch_url=gate.address))
    yield engine
    engine.close()


def test_a_request_that_is_too_large_is_written_document_by_document(
    through_gate: ElasticEngine, gate: type[_Gate]
) -> None:
    gate.largest = 30_000
    shelf = a_shelf(60)
    whole = fill(through_gate, shelf.held.values())
    assert through_gate.count(PUBLIC, whole) == 60
    large, small = shelf.put("大部头", "绿地停车" * 20_000), shelf.put("雨水花园")
    refused = through_gate.apply(PUBLIC, entries([large, small], 2))
    assert list(refused) == [f"test-shelf:{large.id}"]
    assert "413" in refused[f"test-shelf:{large.id}"]
    assert ask(through_gate, "雨水花园").total == 1


def test_half_an_answer_is_none(through_gate: ElasticEngine, gate: type[_Gate]) -> None:
    shelf = a_shelf(3)
    fill(through_gate, shelf.held.values())
    questions = (
        lambda: ask(through_gate, "口袋公园"),
        lambda: through_gate.lookup(PUBLIC, name_prefixes("口袋公园"), SHARED, 10),
    )
    for question in questions:
        gate.late = False
        question()
        gate.late = True
        with pytest.raises(EngineDown, match="too long"):
            question()


def test_changes_wait_while_the_server_is_away_and_catch_up_when_it_is_back(
    deployment: Deployment, register: Callable[[Source], None], through_gate: ElasticEngine, gate: type[_Gate]
) -> None:
    shelf, engine = a_shelf(), through_gate
    register(shelf)
    for corpus in Corpus:
        fill(engine, shelf.held.values() if corpus == PUBLIC else [], corpus)
    connect.use(engine, deployment.workspace_engine.url)
    jobs.bind(deployment.workspace_engine)
    port = gate.kill()
    try:
        with deployment.session() as session, session.begin():
            changed(session, shelf.name, *(shelf.put(f"停机时第{n}号雨水花园").id for n in range(30)))
        run_task(index)
        with deployment.session() as session:
            state = health(session)
            assert (state.answers, state.waiting) == (False, 30)
            assert session.get_one(SearchState, "public").error
    finally:
        gate.start(port)
    run_task(index)
    with deployment.session() as session:
        state = health(session)
        assert (state.answers, state.waiting) == (True, 0)
        assert session.get_one(SearchState, "public").error is None
    assert engine.count(PUBLIC) == 70
    assert ask(engine, "雨水花园").total == 30


@pytest.fixture(scope="module")
def trio(elasticsearch_home: Path) -> Iterator[Cluster]:
    """Three nodes that ask for a password and speak TLS."""
    with own_cluster(elasticsearch_home, nodes=3, security=True, heap_megabytes=384) as cluster:
        yield cluster


def test_with_security_on_the_password_and_the_authority_are_needed(trio: Cluster) -> None:
    good = ElasticEngine(settings_of(trio))
    shelf = a_shelf(5)
    fill(good, shelf.held.values())
    assert ask(good, "口袋公园").total == 5
    good.apply(PUBLIC, entries([shelf.put("再来一个口袋公园")], 2))
    assert ask(good, "口袋公园").total == 6
    assert good.check()["status"] in ("green", "yellow")
    good.close()
    wrong: list[dict[str, object]] = [
        {"elasticsearch_password": SecretStr("wrong")},
        {"elasticsearch_ca_file": ""},
        {"elasticsearch_api_key": SecretStr("bm90OmEga2V5")},
    ]
    for changes in wrong:
        settings = settings_of(trio).model_copy(update=changes)
        engine = ElasticEngine(settings)
        with pytest.raises(EngineDown) as refused:
            engine.live(PUBLIC)
        assert trio.password not in str(refused.value)
        engine.close()


def test_a_cluster_that_no_longer_answers_is_resting_within_the_time_limit(
    deployment: Deployment, register: Callable[[Source], None], trio: Cluster
) -> None:
    shelf = a_shelf()
    register(shelf)
    settings = settings_of(trio)
    patient = ElasticEngine(settings)
    hasty = ElasticEngine(settings.model_copy(update={"search_timeout_seconds": 0.6}))
    fill(patient, shelf.held.values())
    connect.use(patient, deployment.public_engine.url)
    with deployment.public_session() as session:
        assert public_search(session, SearchRequest("口袋公园")).total == 40
        connect.use(hasty, deployment.public_engine.url)
        trio.freeze()
        try:
            began = time.monotonic()
            states = [public_search(session, SearchRequest("口袋公园")).state for _ in range(30)]
            taken = time.monotonic() - began
        finally:
            trio.thaw()
        assert set(states) == {State.RESTING}
        # three calls wait for the limit, the breaker answers the others at once
        assert taken < 30 * 0.6 / 2
    hasty.close()
    trio.wait(nodes=3)
    with deployment.session() as session, session.begin():
        changed(session, shelf.name, shelf.put("恢复以后新增的口袋公园").id)
    with deployment.session() as session, session.begin():
        apply_pending(session, patient)
    connect.use(patient, deployment.public_engine.url)
    with deployment.public_session() as session:
        assert public_search(session, SearchRequest("“恢复以后新增”")).total == 1
    patient.close()


@pytest.fixture
def replicated(trio: Cluster) -> Iterator[ElasticEngine]:
    engine = ElasticEngine(settings_of(trio, elasticsearch_replicas=1))
    yield engine
    engine.close()


class _KillsWhileLoading:
    """The engine, and a node that dies while a rebuild loads documents into it."""

    def __init__(self, engine: Engine, die: Callable[[], None]) -> None:
        self._engine, self._die = engine, die

    def __getattr__(self, name: str) -> object:
        return getattr(self._engine, name)

    def load(self, corpus: Corpus, index: str, entries: Iterable[Entry]) -> dict[str, str]:
        def loading() -> Iterator[Entry]:
            for number, entry in enumerate(entries):
                if number == 700:
                    self._die()
                yield entry

        return self._engine.load(corpus, index, loading())


def test_a_node_killed_during_a_rebuild_and_queries_loses_nothing_and_nobody_sees_an_error(
    deployment: Deployment, register: Callable[[Source], None], trio: Cluster, replicated: ElasticEngine
) -> None:
    shelf = a_shelf(1500)
    register(shelf)
    fill(replicated, [])
    rebuild(deployment.workspace_engine, replicated, PUBLIC)
    trio.wait(nodes=3, status="green")
    failures: list[Exception] = []
    answered = 0
    done = threading.Event()

    def read() -> None:
        nonlocal answered
        while not done.is_set():
            try:
                assert ask(replicated, "口袋公园", limit=3).total == 1500
                answered += 1
            except Exception as error:
                failures.append(error)
            time.sleep(0.05)  # a reader thinks

    reader = threading.Thread(target=read)
    reader.start()
    # a node that holds a copy of the live index; the cluster elects another master by itself if it was that one
    worse = _KillsWhileLoading(replicated, lambda: trio.kill_node(1))
    try:
        built = rebuild(deployment.workspace_engine, worse, PUBLIC)  # type: ignore[arg-type]
        until(lambda: answered > 5 or failures, 120)
    finally:
        done.set()
        reader.join()
    assert built.documents == replicated.count(PUBLIC) == 1500
    assert failures == []
    with deployment.session() as session, session.begin():
        changed(session, shelf.name, shelf.put("节点停机时新增的口袋公园").id)
    with deployment.session() as session, session.begin():
        apply_pending(session, replicated)
    assert ask(replicated, "节点停机时新增").total == 1
    assert ask(replicated, "口袋公园").total == 1501


def test_a_server_that_is_not_there_is_down_not_empty() -> None:
    engine = ElasticEngine(Settings(elasticsearch_url="http://127.0.0.1:9", search_timeout_seconds=0.5))
    calls = (lambda: ask(engine, "口袋公园"), lambda: engine.live(PUBLIC), lambda: engine.count(PUBLIC), engine.check)
    for call in calls:
        with pytest.raises(EngineDown):
            call()
    engine.close()
