"""How many pieces of limited work run at once: few on a machine, fewer for one tenant; and some thread is always free.

The places of a machine are locked files in the data folder: all processes on that folder share them, and one that is
killed gives its place back by dying.
"""

from __future__ import annotations

import fcntl
import os
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from uuid import UUID

from tenants.deployment import settings_here
from tenants.rules import N_, Invalid

#: Pieces of work at once on a machine, for people and as many in the background; one tenant has one place less.
AT_ONCE = max(2, min(4, os.cpu_count() or 1))
#: Seconds to wait for a place.
PATIENCE = 15.0
_LOOK_AGAIN = 0.01

_inside: Counter[str] = Counter()
_lock = threading.Lock()


class Busy(Invalid):
    """Too much waits already."""


@contextmanager
def place(tenant: UUID | None, *, background: bool) -> Iterator[None]:
    """Hold a place for a tenant. Raises `Busy` where none came free in time; at once where too many threads wait."""
    name = str(tenant or "office")
    folder = settings_here().data_folder / "limited"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    kind = "background" if background else "place"
    until = time.monotonic() + PATIENCE
    with ExitStack() as held:
        if not background:
            held.enter_context(_counted(name))
        for prefix, count in ((f"{kind}-{name}", AT_ONCE - 1), (kind, AT_ONCE)):
            held.enter_context(_one_of([folder / f"{prefix}-{n}" for n in range(count)], until))
        yield


@contextmanager
def _counted(name: str) -> Iterator[None]:
    """Be one of the threads of this process that are here. One answers everything else meanwhile, and the last of the
    others is never the same tenant's as all before it."""
    most = max(1, settings_here().web_threads - 1)
    with _lock:
        if _inside.total() >= most or _inside[name] >= max(1, most - 1):
            raise _busy()
        _inside[name] += 1
    try:
        yield
    finally:
        with _lock:
            _inside[name] -= 1
            if not _inside[name]:
                del _inside[name]


@contextmanager
def _one_of(files: list[Path], until: float) -> Iterator[None]:
    """Hold the lock of one of the files."""
    while True:
        for path in random.sample(files, len(files)):
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(descriptor)
                continue
            try:
                yield
            finally:
                os.close(descriptor)
            return
        if time.monotonic() > until:
            raise _busy()
        time.sleep(_LOOK_AGAIN)


def _busy() -> Busy:
    return Busy({"file": N_("现在上传和导入的人很多，请过一会儿再试。")})
