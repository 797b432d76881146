"""Search at several sizes: how fast an index is rebuilt, and what a query costs.

    python -m benchmarks.search [--documents 1000 --documents 100000] [--engine embedded --engine elasticsearch]
                                [--rounds 5] [--folder FOLDER]

*bulk* is the engine alone, fed with documents that are analysed already; *rebuild* is what `xinya reindex` does for
the public corpus: read from the database, analyse, write, count, compare, exchange. *engine* is the engine's own
time for a query with its facets; *HTTP* is the same query as a visitor's request for the whole page, which is never
answered from the cache of pages. Engine and HTTP take turns query by query, so that what else the machine does falls on
both alike. `--folder` keeps the generated databases for the next run.
"""

from __future__ import annotations

import http.client
import random
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import click
from rich.console import Console
from rich.table import Table
from sqlalchemy import Engine as Database

import settings as settings_module
from benchmarks.data import PLACES, SUBJECTS, Size, filled
from benchmarks.web import served
from search import connect, sources
from search.engine import Engine, EngineRequest, Entry, entry
from search.lexicon import shipped_synonyms
from search.local_elasticsearch import Cluster as ElasticCluster
from search.local_elasticsearch import Unavailable, fetch
from search.query import parse
from search.ranking import plan
from search.reindex import rebuild
from search.sources import PUBLIC, Corpus, Source
from settings import Settings
from tenants import actors
from tenants.database import Face, make_engine, open_session, url_for
from tenants.embedded import Cluster

TENANTS = 20
_BULK_SAMPLE = 20_000  # documents analysed beforehand for the bulk rate
_HEADS = ("engine", "documents", "bulk/s", "rebuild/s", "ratio", "engine ms", "HTTP ms", "ratio", "p95", "p95 HTTP")


@dataclass(frozen=True)
class Measured:
    """One engine at one size: documents a second, milliseconds of queries."""

    engine: str
    documents: int
    bulk: float
    rebuild: float
    own: list[float]
    http: list[float]

    def row(self) -> list[str]:
        """A row of the table."""
        own, through = statistics.median(self.own), statistics.median(self.http)
        late = [statistics.quantiles(times, n=20)[-1] for times in (self.own, self.http)]
        return [
            self.engine,
            f"{self.documents:,}",
            f"{self.bulk:,.0f}",
            f"{self.rebuild:,.0f}",
            f"{self.rebuild / self.bulk:.2f}",
            f"{own:.1f}",
            f"{through:.1f}",
            f"{through / own:.1f}",
            *(f"{value:.1f}" for value in late),
        ]

    def grown(self, smallest: Measured) -> str:
        """How it compares with the smallest size of the same engine."""
        pairs = ((self.own, smallest.own), (self.http, smallest.http))
        own, through = (statistics.median(mine) / statistics.median(its) for mine, its in pairs)
        return (
            f"{self.engine}, {smallest.documents:,} → {self.documents:,} documents: engine × {own:.1f}, "
            f"HTTP × {through:.1f}, rebuild rate × {self.rebuild / smallest.rebuild:.2f}"
        )


def queries(database: Database) -> list[str]:
    """What is asked: common words, two words, a phrase, the title of one document."""
    chance = random.Random(1)
    found = list(SUBJECTS)
    found += [f"{subject} {chance.choice(['座椅', '照明', '行道', '雨水'])}" for subject in SUBJECTS]
    found += [f"{subject} {chance.choice(PLACES)}" for subject in SUBJECTS]
    found += [f"“{subject}改造说明”" for subject in SUBJECTS[:5]]
    with open_session(database, actors.system()) as session:
        source = _articles()
        return found + [one.title for one in source.found(session, source.ids(session, None, 5))]


def _articles() -> Source:
    source = sources.source("article")
    assert source is not None
    return source


def prepared(database: Database, count: int) -> list[Entry]:
    """The first documents of the database as the engine takes them."""
    source = _articles()
    found: list[Entry] = []
    with open_session(database, actors.system()) as session:
        after = None
        while len(found) < count and (ids := source.ids(session, after, 1_000)):
            found += [entry(source.name, document, 1) for document in source.documents(session, ids)]
            after = ids[-1]
    return found[:count]


def bulk_rate(engine: Engine, entries: list[Entry]) -> float:
    """Documents a second into an index of prepared ones."""
    index = engine.create(Corpus.PUBLIC)
    began = time.perf_counter()
    engine.load(Corpus.PUBLIC, index, entries)
    engine.publish(Corpus.PUBLIC, index)
    return len(entries) / (time.perf_counter() - began)


def query_times(engine: Engine, port: int, texts: list[str], rounds: int) -> tuple[list[float], list[float]]:
    """Milliseconds of each query, the engine's own and through HTTP; the first round only warms up."""
    own: list[float] = []
    through: list[float] = []
    connection = http.client.HTTPConnection("127.0.0.1", port)
    for turn in range(rounds + 1):
        for text in texts:
            began = time.perf_counter()
            engine.search(EngineRequest(Corpus.PUBLIC, plan(parse(text), shipped_synonyms()), PUBLIC))
            answered = time.perf_counter()
            # an address of its own, so that no kept page answers
            connection.request("GET", f"/search?{urlencode({'q': text, 'turn': turn})}")
            answer = connection.getresponse()
            page = answer.read().decode()
            ended = time.perf_counter()
            if answer.status != 200 or "<mark>" not in page:
                raise click.ClickException(f"{text}: {answer.status}, nothing found")
            if turn:
                own.append((answered - began) * 1000)
                through.append((ended - answered) * 1000)
    return own, through


def measure(settings: Settings, count: int, rounds: int, say: Console) -> Measured:
    """One engine at one size."""
    database, engine = make_engine(url_for(settings, Face.WORKSPACE)), connect.make(settings)
    try:
        bulk = bulk_rate(engine, prepared(database, min(count, _BULK_SAMPLE)))
        done = rebuild(database, engine, Corpus.PUBLIC)
        say.print(f"{engine.name}: {done.documents:,} documents in {done.seconds:.0f} s")
        with served("wsgi:public", _environment(settings)) as port:
            own, through = query_times(engine, port, queries(database), rounds)
        return Measured(engine.name, count, bulk, done.rate, own, through)
    finally:
        engine.close()
        database.dispose()


def _environment(settings: Settings) -> dict[str, str]:
    return {
        "XINYA_DATA": str(settings.data_folder),
        "DATABASE_URL": settings.database_url.get_secret_value(),
        "SECRET_KEY": settings.secret_key.get_secret_value(),
        "ELASTICSEARCH_URL": settings.elasticsearch_url,
        "ELASTICSEARCH_INDEX_PREFIX": settings.elasticsearch_index_prefix,
        "SEARCH_TIMEOUT_SECONDS": str(settings.search_timeout_seconds),
        "WEB_PROCESSES": "1",
    }


def with_publications(cluster: Cluster, folder: Path, count: int, say: Console) -> Settings:
    """Settings of a database with so many publications, made now unless it is there."""
    size = Size(TENANTS, max(1, count // TENANTS), 0)
    settings, seconds = filled(cluster, folder, f"search_{count}", size, search_timeout_seconds=60)
    if seconds is not None:
        say.print(f"{count:,} publications generated in {seconds:.0f} s")
    return settings


@contextmanager
def elasticsearch(folder: Path) -> Iterator[str]:
    """Address of a node of this machine."""
    home = fetch(settings_module.current().data_folder / "tools")
    with ElasticCluster(home, folder / "elasticsearch", heap_megabytes=1024) as cluster:
        yield cluster.url


@click.command(help=__doc__)
@click.option("--documents", "counts", type=int, multiple=True, default=(1_000, 100_000), show_default=True)
@click.option("--engine", "names", multiple=True, default=("embedded", "elasticsearch"), show_default=True)
@click.option("--rounds", default=5, show_default=True, help="How often each query is asked.")
@click.option("--folder", "kept", type=click.Path(path_type=Path), help="Keeps the databases here for the next run.")
def main(counts: tuple[int, ...], names: tuple[str, ...], rounds: int, kept: Path | None) -> None:
    """Measure and print."""
    sources.load("portal")
    say, table, results = Console(width=120), Table(*_HEADS), dict[str, list[Measured]]()
    with ExitStack() as stack:
        folder = kept or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="xinya-bench-")))
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o755)
        cluster = Cluster(folder / "cluster", durable=False)
        cluster.start()
        stack.callback(cluster.leave)
        ready = [with_publications(cluster, folder, count, say) for count in counts]
        for name in names:
            changes: dict[str, str] = {}
            try:
                if name == "elasticsearch":
                    changes["elasticsearch_url"] = stack.enter_context(elasticsearch(folder))
            except Unavailable as reason:
                say.print(f"elasticsearch: {reason}")
                continue
            for count, settings in zip(counts, ready, strict=True):
                changes["elasticsearch_index_prefix"] = f"bench{count}"
                measured = measure(settings.model_copy(update=changes), count, rounds, say)
                results.setdefault(name, []).append(measured)
                table.add_row(*measured.row())
    say.print(table)
    for each in results.values():
        for larger in each[1:]:
            say.print(larger.grown(each[0]))


if __name__ == "__main__":
    main()
