"""Documents a second into an index, and the time of a query, for each engine and several sizes.

    python -m benchmarks.search [--documents 1000 --documents 100000] [--engine embedded --engine elasticsearch]

*bulk* is the engine alone, fed with documents that are analysed already; *rebuild* is the whole way, analysis
included; their ratio says what our part costs. Queries are those of the relevance set, with facets.
"""

from __future__ import annotations

import random
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import click
from rich.console import Console
from rich.table import Table

import settings as settings_module
from search.elastic import ElasticEngine
from search.embedded import EmbeddedEngine
from search.engine import Engine, EngineRequest, entry
from search.lexicon import shipped_synonyms
from search.local_elasticsearch import Cluster, Unavailable, fetch
from search.query import parse
from search.ranking import plan
from search.relevance.corpus import passages
from search.relevance.measure import questions
from search.sources import PUBLIC, Corpus, Document
from settings import Settings

_BULK_SAMPLE = 5_000  # documents analysed beforehand for the bulk rate


def documents(count: int) -> Iterator[Document]:
    """So many different passages, made of those of the relevance set; always the same."""
    chance = random.Random(1)
    known = [passage.document for passage in passages()]
    for number in range(count):
        first, second = known[number % len(known)], chance.choice(known)
        yield replace(
            first,
            id=UUID(int=number + 1),
            title=f"{first.title}（第{number}期）",
            body=f"{first.body}{second.body * 3}",
            tags=(second.kind,),
        )


def rate(engine: Engine, entries: Iterator[object], count: int) -> float:
    """Documents a second of one load."""
    index = engine.create(Corpus.PUBLIC)
    began = time.perf_counter()
    engine.load(Corpus.PUBLIC, index, entries)  # type: ignore[arg-type]
    engine.publish(Corpus.PUBLIC, index)
    taken = time.perf_counter() - began
    engine.drop_others(Corpus.PUBLIC, keep=[])
    return count / taken


def query_times(engine: Engine) -> list[float]:
    """Milliseconds of each query, the second time it is asked."""
    times = []
    for question in questions():
        asked = EngineRequest(Corpus.PUBLIC, plan(parse(question.text), shipped_synonyms()), PUBLIC)
        engine.search(asked)
        began = time.perf_counter()
        engine.search(asked)
        times.append((time.perf_counter() - began) * 1000)
    return times


def measure(engine: Engine, count: int) -> list[str]:
    """One row of the table."""
    sample = min(count, _BULK_SAMPLE)
    ready = [entry("bench", document, 1) for document in documents(sample)]
    bulk = rate(engine, iter(ready), sample)
    rebuild = rate(engine, (entry("bench", document, 1) for document in documents(count)), count)
    times = sorted(query_times(engine))
    return [
        engine.name,
        f"{count:,}",
        f"{bulk:,.0f}",
        f"{rebuild:,.0f}",
        f"{rebuild / bulk:.2f}",
        f"{statistics.median(times):.1f}",
        f"{times[int(len(times) * 0.95)]:.1f}",
        f"{times[-1]:.1f}",
    ]


@click.command(help=__doc__)
@click.option("--documents", "counts", type=int, multiple=True, default=(1_000, 10_000), show_default=True)
@click.option("--engine", "names", multiple=True, default=("embedded", "elasticsearch"), show_default=True)
def main(counts: tuple[int, ...], names: tuple[str, ...]) -> None:
    """Measure and print."""
    console = Console()
    heads = ("engine", "documents", "bulk/s", "rebuild/s", "ratio", "query ms", "p95", "most")
    table = Table(*heads)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="xinya-bench-")))
        folder.chmod(0o755)
        engines: list[Engine] = []
        if "embedded" in names:
            engines.append(EmbeddedEngine(folder / "embedded"))
        if "elasticsearch" in names:
            try:
                home = fetch(settings_module.current().data_folder / "tools")
                cluster = stack.enter_context(Cluster(home, folder / "elasticsearch", heap_megabytes=1024))
                engines.append(ElasticEngine(Settings(elasticsearch_url=cluster.url, search_timeout_seconds=60)))
            except Unavailable as reason:
                console.print(f"elasticsearch: {reason}")
        for engine in engines:
            for count in counts:
                console.print(f"{engine.name}: {count:,} documents ...")
                table.add_row(*measure(engine, count))
            engine.close()
    console.print(table)


if __name__ == "__main__":
    main()
