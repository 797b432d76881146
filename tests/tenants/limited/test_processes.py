"""Limited work is done beside this process, ends at its limits, and leaves nothing behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import psutil
import pytest

from settings import REPOSITORY
from tenants.limited.limits import Limits
from tenants.limited.nursery import Ended, Nursery
from tenants.rules import Invalid
from tests.support.processes import until
from tests.tenants.limited import work

PATIENT = Limits(computing=20, clock=60)


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    made = Nursery()
    yield made
    made.close()


def gone(pid: int) -> bool:
    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def test_what_it_returns_and_raises_arrives(nursery: Nursery) -> None:
    assert nursery.work(partial(work.twice, "字" * 1_000_000), PATIENT) == "字" * 2_000_000
    with pytest.raises(Invalid) as refused:
        nursery.work(partial(work.refused, "方案.docx"), PATIENT)
    assert str(refused.value.errors["file"]) == "“方案.docx”太复杂"
    with pytest.raises(EOFError, match="of the file"):
        nursery.work(partial(work.ends_too_early), PATIENT)
    with pytest.raises(KeyError) as broken:
        nursery.work(partial(work.broken), PATIENT)
    assert 'work.py", line' in broken.value.__notes__[0], "the log says where"
    with pytest.raises(Ended):
        nursery.work(partial(work.not_portable), PATIENT)


@pytest.mark.parametrize(
    ("function", "limits", "how"),
    [
        (work.spin, Limits(computing=1, clock=60), "SIGXCPU"),
        (work.wait, Limits(computing=60, clock=1), "SIGALRM"),
        (work.hoard, PATIENT, "out of memory"),
        (work.crash, PATIENT, "SIGSEGV"),
    ],
)
def test_at_a_limit_it_ends_and_says_at_which(
    nursery: Nursery, function: Callable[[], Any], limits: Limits, how: str
) -> None:
    with pytest.raises(Ended, match=how):
        nursery.work(partial(function), limits)
    assert nursery.work(partial(work.twice, "x"), PATIENT) == "xx"


def test_it_has_no_secrets_and_no_connections_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "s" * 40)
    fresh = Nursery()
    names, opened, _ = fresh.work(partial(work.surroundings), PATIENT)
    fresh.close()
    assert "SECRET_KEY" not in names and "DATABASE_URL" not in names
    assert sum(name.startswith("socket:") for name in opened) == 1, "the one on which it answers"
    assert len(opened) <= 5, opened


def test_a_nursery_that_dies_is_started_again(nursery: Nursery, tmp_path: Path) -> None:
    _, _, first = nursery.work(partial(work.surroundings), PATIENT)
    os.kill(first, signal.SIGKILL)
    until(lambda: gone(first))
    _, _, second = nursery.work(partial(work.surroundings), PATIENT)
    assert second != first
    assert nursery.work(partial(work.kill_nursery_once, tmp_path / "killed"), PATIENT) == "done"
    assert gone(second)


def test_who_is_killed_leaves_no_process_behind() -> None:
    begin = (
        "from functools import partial; from tenants.limited.nursery import Nursery;"
        "from tenants.limited.limits import Limits; from tests.tenants.limited import work;"
        "Nursery().work(partial(work.spin), Limits(computing=600, clock=600))"
    )
    with subprocess.Popen([sys.executable, "-c", begin], cwd=REPOSITORY) as user:
        started = psutil.Process(user.pid)
        until(lambda: len(started.children(recursive=True)) == 2)
        nursery, child = (process.pid for process in started.children(recursive=True))
        user.kill()
    until(lambda: gone(nursery) and gone(child))
