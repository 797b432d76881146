"""Python programs in processes of their own that need not each import everything anew.

A process that has imported what they have in common forks for each of them, and does nothing else: what is forked runs,
fails and ends like a program that was started, with its own environment, output and exit code.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import runpy
import selectors
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

from settings import REPOSITORY

_LONGEST_ORDER = 1 << 20


class Forked:
    """A program that was started."""

    def __init__(self, program: str, news: int) -> None:
        self.program = program
        self._news = os.fdopen(news, encoding="ascii")
        self.pid = int(self._news.readline())
        self.returncode: int | None = None

    def wait(self, seconds: float) -> int:
        """The exit code; negative for a signal. Raises TimeoutExpired."""
        if self.returncode is None:
            with selectors.DefaultSelector() as selector:
                selector.register(self._news, selectors.EVENT_READ)
                if not selector.select(seconds):
                    raise subprocess.TimeoutExpired(self.program, seconds)
            self.returncode = int(self._news.readline())
            self._news.close()
        return self.returncode


class Forks:
    """The process that programs are forked from; `modules` are imported beforehand. Use as a context manager."""

    def __init__(self, *modules: str) -> None:
        self._orders, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", __name__, str(theirs.fileno()), *modules],
                cwd=REPOSITORY,
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )

    def __enter__(self) -> Forks:
        return self

    def __exit__(self, *_: object) -> None:
        self._orders.close()
        self._process.wait()

    def start(
        self, program: Path | str, *arguments: str, env: Mapping[str, str], stdout: IO[Any], stderr: IO[Any]
    ) -> Forked:
        """Start a program: the path of a file, or code itself."""
        name, code = (str(program), "") if isinstance(program, Path) else ("-c", program)
        order = {"name": name, "code": code, "arguments": arguments, "environment": dict(env)}
        news, theirs = os.pipe()
        try:
            socket.send_fds(
                self._orders, [json.dumps(order).encode()], [theirs, stdout.fileno(), stderr.fileno()]
            )
        finally:
            os.close(theirs)
        return Forked(name, news)

    def run(
        self, program: Path | str, *arguments: str, env: Mapping[str, str], seconds: float
    ) -> subprocess.CompletedProcess[str]:
        """Run a program to its end."""
        with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
            forked = self.start(program, *arguments, env=env, stdout=out, stderr=err)
            code = forked.wait(seconds)
            out.seek(0)
            err.seek(0)
            return subprocess.CompletedProcess(forked.program, code, out.read(), err.read())


def _main(descriptor: int, modules: list[str]) -> None:
    """Fork for each order until nobody can give one. In a forked process it ends with the program."""
    for module in modules:
        importlib.import_module(module)
    gc.freeze()
    orders = socket.socket(fileno=descriptor)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those who watch
    while True:
        message, descriptors, _, _ = socket.recv_fds(orders, _LONGEST_ORDER, 3)
        if not message:
            return
        if not os.fork():
            orders.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            _watch(*descriptors)
            _become(**json.loads(message))
            return
        for each in descriptors:
            os.close(each)


def _watch(news: int, stdout: int, stderr: int) -> None:
    """Fork once more and tell what becomes of that process; comes back there, with its output."""
    if program := os.fork():
        os.close(stdout)
        os.close(stderr)
        os.write(news, f"{program}\n".encode())
        _, status = os.waitpid(program, 0)
        os.write(news, f"{os.waitstatus_to_exitcode(status)}\n".encode())
        os._exit(0)
    os.close(news)
    os.dup2(stdout, 1)
    os.dup2(stderr, 2)


def _become(name: str, code: str, arguments: list[str], environment: dict[str, str]) -> None:
    os.environ.clear()
    os.environ.update(environment)
    os.chdir("/")
    sys.argv = [name, *arguments]
    if code:
        exec(compile(code, name, "exec"), {"__name__": "__main__"})
    else:
        runpy.run_path(name, run_name="__main__")


if __name__ == "__main__":
    _main(int(sys.argv[1]), sys.argv[2:])
