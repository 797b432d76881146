"""Programs that tests start beside themselves."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from contextlib import closing


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(condition: Callable[[], object], seconds: float = 120) -> None:
    """Wait for something that happens in another process; fail when it does not."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"it did not happen within {seconds} s"
        time.sleep(0.05)
