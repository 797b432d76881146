"""The process from which limited children are forked, and their life. It has one thread and nothing to hide.

Started by `tenants.limited.nursery` with the descriptor of a socket, on which come the names of modules to load and
the connections of children to fork.
"""

from __future__ import annotations

import ctypes
import gc
import importlib
import logging
import os
import pickle
import resource
import signal
import socket
import sys
import traceback
import warnings
from contextlib import suppress
from multiprocessing.connection import Connection
from select import select
from typing import Any

from tenants.limited.limits import Limits

_LONGEST = 4096
_PR_SET_PDEATHSIG = 1
_OUT_OF_MEMORY = 77


def serve(control: socket.socket) -> None:
    """Fork a child for each connection received, until nobody is left who could send one."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all; the one that uses this decides
    woken, wake = socket.socketpair()
    wake.setblocking(False)
    signal.set_wakeup_fd(wake.fileno(), warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    children: dict[int, Connection] = {}
    while True:
        ready, _, _ = select([control, woken], [], [])
        if woken in ready:
            woken.recv(_LONGEST)
            _bury(children)
        if control not in ready:
            continue
        message, descriptors, _, _ = socket.recv_fds(control, _LONGEST, 1)
        if not message:
            return
        module, limits = pickle.loads(message)
        _load(module)
        for descriptor in descriptors:
            connection = Connection(descriptor)
            child = os.fork()
            if child == 0:
                try:
                    signal.set_wakeup_fd(-1)
                    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                    for inherited in (control, woken, wake):
                        inherited.close()
                    for other in children.values():
                        other.close()
                    os._exit(_live(connection, limits))
                finally:  # whatever happened, this is no second nursery
                    traceback.print_exc()
                    os._exit(1)
            children[child] = connection


def _load(module: str) -> None:
    if module not in sys.modules:
        try:
            importlib.import_module(module)
        except Exception:
            traceback.print_exc()  # the child says it to whoever waits
        gc.collect()
        gc.freeze()  # children share it as it is


def _bury(children: dict[int, Connection]) -> None:
    """Tell the users of children that ended how, where that was not by themselves."""
    while children:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if not pid:
            return
        with children.pop(pid) as connection:
            if status:
                code = os.waitstatus_to_exitcode(status)
                how = "out of memory" if code == _OUT_OF_MEMORY else f"exit status {code}"
                if code < 0:
                    how = f"killed by {signal.Signals(-code).name}"
                with suppress(OSError):  # who asked is gone
                    connection.send(("ended", how))


def _live(user: Connection, limits: Limits) -> int:
    """The life of a child: a piece of work, its answer. The exit status."""
    _limit(limits)
    try:
        work = user.recv()
    except (EOFError, OSError):
        return 0  # who asked is gone
    answer: tuple[str, Any]
    try:
        answer = "done", work()
    except MemoryError:
        return _OUT_OF_MEMORY
    except Exception as error:
        answer = "raised", _portable(error)
    with suppress(OSError):
        user.send(answer)
    return 0


def _limit(limits: Limits) -> None:
    """From here on the kernel ends this process at its limits, and with its parent. Pages go first: it is nice."""
    parent = os.getppid()
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(0)
    os.nice(5)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory, limits.memory))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.computing, limits.computing + 1))
    signal.setitimer(signal.ITIMER_REAL, limits.clock)


def _portable(error: Exception) -> Exception:
    """The exception as it can travel, with where it was raised."""
    where = "".join(traceback.format_exception(error))
    error.add_note(where)
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        return RuntimeError(where)
    return error


if __name__ == "__main__":
    logging.basicConfig(format="%(name)s: %(message)s")
    logging.getLogger("pypdf").setLevel(logging.ERROR)  # what it thinks of damaged files concerns nobody here
    warnings.simplefilter("ignore")
    serve(socket.socket(fileno=int(sys.argv[1])))
