"""Print the figures of each engine: `python -m search.relevance [--worst 10]`."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.table import Table

import settings as settings_module
from search.elastic import ElasticEngine
from search.embedded import EmbeddedEngine
from search.engine import Engine
from search.local_elasticsearch import Cluster, Unavailable, fetch
from search.relevance.corpus import passages
from search.relevance.measure import Score, load, measure
from settings import Settings


def scores(folder: Path) -> Iterator[Score | str]:
    """The figures of each engine, or why there are none."""
    yield _score(EmbeddedEngine(folder / "search"))
    try:
        home = fetch(settings_module.current().data_folder / "tools")
        with Cluster(home, folder / "elasticsearch") as cluster:
            yield _score(ElasticEngine(Settings(elasticsearch_url=cluster.url, search_timeout_seconds=30)))
    except Unavailable as reason:
        yield f"elasticsearch: {reason}"


def _score(engine: Engine) -> Score:
    load(engine)
    score = measure(engine)
    engine.close()
    return score


def main() -> int:
    """Print a table; with `--worst`, also the queries answered worst."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worst", type=int, default=0, metavar="N")
    options = parser.parse_args()
    console = Console()
    table = Table("engine", "passages", "queries", "nDCG@10", "MRR", "recall@50")
    with tempfile.TemporaryDirectory(prefix="xinya-relevance-") as folder:
        Path(folder).chmod(0o755)
        for score in scores(Path(folder)):
            if isinstance(score, str):
                console.print(score)
                continue
            figures = (f"{value:.4f}" for value in (score.ndcg, score.mrr, score.recall))
            table.add_row(score.engine, str(len(passages())), str(score.queries), *figures)
            for answer in sorted(score.answers, key=lambda a: (a.ndcg, a.recall))[: options.worst]:
                console.print(
                    f"{score.engine}  {answer.ndcg:.2f}  recall {answer.recall:.2f}  {answer.text}  → {answer.first}"
                )
    console.print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
