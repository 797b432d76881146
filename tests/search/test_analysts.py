"""The processes that analyse for a rebuild: the same entries, whatever becomes of them, and none left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from search.analysts import Analysts, Batch, analyse
from tests.search.support import Shelf


@pytest.fixture(scope="module")
def batches() -> list[Batch]:
    shelf = Shelf()
    found = [shelf.put(f"第{number}号口袋公园", "花草与座椅，" * 20, tags=("街区更新",)) for number in range(400)]
    return [Batch("test-shelf", 7, tuple(found[start : start + 20])) for start in range(0, 400, 20)]


def test_the_entries_are_the_same_as_without_processes(batches: list[Batch]) -> None:
    here = {entry.key: entry for batch in batches for entry in analyse(batch)}
    before = children()
    with Analysts(count=2, small=0) as analysts:
        answers = list(analysts.entries(once_helped(analysts, batches)))
    assert {entry.key: entry for entries in answers for entry in entries} == here
    assert sum(map(len, answers)) % 20 == 0
    gone(children() - before)


def test_the_batch_of_a_process_that_dies_is_analysed_here(batches: list[Batch]) -> None:
    before = children()

    def killing() -> Iterator[Batch]:
        for batch in once_helped(analysts, batches):
            if analysts.helping:
                for process in children() - before:
                    process.kill()
            yield batch

    with Analysts(count=1, small=0) as analysts:
        answers = list(analysts.entries(killing()))
    assert len({entry.key for entries in answers for entry in entries}) == 400


_DIES = """
    import os, signal, sys
    import psutil
    from search.analysts import Analysts, Batch
    from search.sources import PUBLIC, Document
    from uuid import uuid4

    def batches():
        while True:
            yield Batch("x", 1, (Document(uuid4(), "口袋公园", "花草", "sprout", PUBLIC),))

    if __name__ == "__main__":
        with Analysts(count=1, small=0) as analysts:
            for entries in analysts.entries(batches()):
                if analysts.helping:
                    print(*(child.pid for child in psutil.Process().children()), flush=True)
                    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_none_is_left_when_a_rebuild_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "dies.py"
    script.write_text(textwrap.dedent(_DIES), encoding="utf-8")
    killed = subprocess.run(
        [sys.executable, str(script)],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    pids = [int(pid) for pid in killed.stdout.split()]
    assert len(pids) >= 2
    gone({psutil.Process(pid) for pid in pids if psutil.pid_exists(pid)})


def once_helped(analysts: Analysts, batches: list[Batch]) -> Iterator[Batch]:
    """The first batch again and again until a process has come to help, then all."""
    while not analysts.helping:
        yield batches[0]
    yield from batches


def children() -> set[psutil.Process]:
    """The processes that this one started."""
    return {p for p in psutil.Process().children(recursive=True) if p.is_running()}


def gone(processes: set[psutil.Process]) -> None:
    """They end soon. Python's own helper for shared resources stays, and what nobody waited for is a zombie."""
    _, alive = psutil.wait_procs([p for p in processes if analysing(p)], timeout=60)
    assert not [p for p in alive if analysing(p)]


def analysing(process: psutil.Process) -> bool:
    try:
        return "resource_tracker" not in " ".join(process.cmdline())
    except (psutil.NoSuchProcess, psutil.ZombieProcess):
        return False
