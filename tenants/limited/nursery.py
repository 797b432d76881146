"""Where limited processes come from, as their user sees it: a process beside this one that forks one for each work.

A process that answers pages has threads, connections and secrets, and a fork of it would have them too. This one has
none of them, only the parsers, loaded once. It ends when all that use it have ended, its children with it, and is
started again when it died. Processes forked from this one go on using it.
"""

from __future__ import annotations

import os
import pickle
import socket
import subprocess
import sys
import threading
from collections.abc import Iterable
from functools import partial
from multiprocessing.connection import Connection
from typing import Any

from settings import REPOSITORY
from tenants.limited.limits import Limits

#: All of the environment that parsers need; secrets are not among it.
_ENVIRONMENT = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "PYTHONPATH", "TZ")
#: Seconds for loading modules and forking before the clock of the work begins.
_BEGINNING = 30


class Ended(Exception):
    """The child ended without an answer; the text says how."""


class _Gone(Exception):
    """The nursery died, and its children with it."""


class Nursery:
    """The process that children are forked from."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._control: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def work(self, work: partial[Any], limits: Limits) -> Any:
        """What `work()` returns or raises in a child. Raises `Ended`."""
        for _ in range(2):
            try:
                with self._child(work.func.__module__, limits) as child:
                    return _answer(child, work, limits)
            except _Gone:
                continue  # not by this work, as a rule: it gets a new one, once
        raise Ended("its nursery died twice")

    def load(self, modules: Iterable[str]) -> None:
        """Have modules loaded, in the background."""
        for module in modules:
            self._send(pickle.dumps((module, None)), [])

    def close(self) -> None:
        """Let it end, where nobody else uses it."""
        with self._lock:
            if self._control is not None:
                self._control.close()
            if self._process is not None:
                self._process.wait()
            self._control = self._process = None

    def _child(self, module: str, limits: Limits) -> Connection:
        """A connection to a new child."""
        ours, theirs = socket.socketpair()
        with theirs:
            self._send(pickle.dumps((module, limits)), [theirs.fileno()])
        return Connection(ours.detach())

    def _send(self, message: bytes, descriptors: list[int]) -> None:
        with self._lock:
            try:
                socket.send_fds(self._control or self._start(), [message], descriptors)
            except ConnectionError:
                socket.send_fds(self._start(), [message], descriptors)

    def _start(self) -> socket.socket:
        if self._control is not None:
            self._control.close()
        if self._process is not None:
            self._process.poll()  # where it is ours and dead, it is buried
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tenants.limited.process", str(theirs.fileno())],
                cwd=REPOSITORY,
                env={name: os.environ[name] for name in _ENVIRONMENT if name in os.environ},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
            )
        return self._control


def _answer(child: Connection, work: partial[Any], limits: Limits) -> Any:
    try:
        child.send(work)
        if not child.poll(_BEGINNING + limits.clock):
            raise Ended("no answer in time")
        said, value = child.recv()
    except (EOFError, ConnectionError) as error:
        raise _Gone from error
    except OSError as error:
        raise Ended("in the middle of its answer") from error
    if said == "ended":
        raise Ended(value)
    if said == "raised":
        raise value
    return value
