"""Elasticsearch for tests: a cluster of one's own, and one node that all test processes of a run share."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from search.local_elasticsearch import Cluster
from tests.support.database import only_one

ROOM = 2 * 2**30  # bytes


@contextmanager
def own_cluster(home: Path, **options: object) -> Iterator[Cluster]:
    """`own_cluster(home, nodes=3, security=True)`: a running cluster that may be killed."""
    # not under pytest's folder, which only its owner may enter
    with tempfile.TemporaryDirectory(
        prefix="xinya-elasticsearch-", dir=_in_memory(), ignore_cleanup_errors=True
    ) as folder:
        Path(folder).chmod(0o755)
        with Cluster(home, Path(folder), brief=True, **options) as cluster:  # type: ignore[arg-type]
            yield cluster


def _in_memory() -> Path | None:
    """A file system in memory with room enough: of a new index the server waits for the disk to take every step."""
    folder = Path("/dev/shm")
    if not folder.is_dir() or os.statvfs(folder).f_flag & os.ST_NOEXEC:  # it unpacks libraries there
        return None
    return folder if shutil.disk_usage(folder).free > ROOM else None


@contextmanager
def shared_cluster(home: Path, shared: Path) -> Iterator[Cluster]:
    """The node of this run. Whoever needs it first starts it, and stops it when nobody uses it any more.

    Its indexes have names of their own, test by test: nobody looks at, or waits for, what is another's.
    """
    known = shared / "elasticsearch.json"
    with ExitStack() as stack, (shared / "elasticsearch.users").open("w") as users:
        with only_one(shared, "elasticsearch"):
            fcntl.flock(users, fcntl.LOCK_SH)
            if started := not known.exists():
                cluster = stack.enter_context(own_cluster(home))
                known.write_text(json.dumps(cluster.ports))
            else:
                ports = [(http, transport) for http, transport in json.loads(known.read_text())]
                cluster = Cluster(home, shared, ports=ports)
        try:
            yield cluster
        finally:
            if started:
                fcntl.flock(users, fcntl.LOCK_EX)  # the others have gone
                known.unlink()
