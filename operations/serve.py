"""`xinya serve`: the database, the web server and the worker, watched until told to stop.

The children run in sessions of their own, so Ctrl-C in a terminal reaches only this process; it stops them in order and
the database last. A child that dies is started again, at first at once, then with growing pauses. Should this process
itself be killed, the kernel tells the children to stop.
"""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from http.client import HTTPConnection, HTTPException

from operations.console import Console
from settings import REPOSITORY, Settings
from tenants import embedded
from tenants.database import Face

#: Seconds a child may take to stop before it is killed.
PATIENCE = 12.0
#: A child that ran this many seconds was well: its next start is immediate again.
WELL_AFTER = 60.0
LONGEST_PAUSE = 30.0
#: So many failures before it ever answered: it will not.
HOPELESS = 3
#: Seconds between looks at the embedded database.
DATABASE_WATCH = 5.0
_PR_SET_PDEATHSIG = 1


class CannotServe(Exception):
    """Something stands in the way; the text says what and how to mend it, in Chinese and English."""


class Child:
    """One program that has to run."""

    def __init__(self, name: str, command: Sequence[str]) -> None:
        self.name = name
        self.command = list(command)
        self.process: subprocess.Popen[bytes] | None = None
        self._started = 0.0
        self._not_before = 0.0
        self.failures = 0

    def start(self) -> None:
        parent = os.getpid()

        def die_with_parent() -> None:
            with suppress(OSError, AttributeError):
                ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
            if os.getppid() != parent:
                os._exit(1)

        self._started = time.monotonic()
        self.process = subprocess.Popen(
            self.command,
            cwd=REPOSITORY,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=die_with_parent if sys.platform == "linux" else None,
        )

    def tend(self, console: Console) -> None:
        """Start it again if it died, not too fast."""
        now = time.monotonic()
        if self.process is not None and (code := self.process.poll()) is not None:
            self.failures = 1 if now - self._started > WELL_AFTER else self.failures + 1
            pause = 0.0 if self.failures == 1 else min(2.0 ** (self.failures - 2), LONGEST_PAUSE)
            console.warn(
                f"{self.name} 意外结束（{code}），{pause:.0f} 秒后重新启动。",
                f"{self.name} ended unexpectedly ({code}); starting again in {pause:.0f} s.",
            )
            self.process = None
            self._not_before = now + pause
        if self.process is None and now >= self._not_before:
            self.start()

    def stop(self) -> None:
        """Ask it to stop; do not wait."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def wait(self, until: float) -> None:
        """Wait for its end; kill it and what it started when that takes too long."""
        if self.process is None:
            return
        try:
            self.process.wait(max(0.1, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


def require_free_port(settings: Settings) -> None:
    """Raise CannotServe unless the address can be listened on."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except PermissionError as error:
        raise CannotServe(
            f"没有权限使用端口 {settings.port}。请换一个大于 1023 的端口，例如 PORT=8000。\n"
            f"No permission for port {settings.port}. Choose one above 1023, such as PORT=8000."
        ) from error
    except OSError as error:
        raise CannotServe(
            f"端口 {settings.port} 用不了（{error.strerror}），可能已有程序在用。请先停掉它，或换一个端口，例如 "
            f"PORT={settings.port + 1} make run。\n"
            f"Port {settings.port} of {settings.host} cannot be used ({error.strerror}); another program may have it. "
            f"Stop that program, or choose another port, e.g. PORT={settings.port + 1} make run."
        ) from error


def faces_of(only: str | None) -> tuple[Face, ...]:
    """The faces that a process with `--only` serves."""
    return (Face(only),) if only else (Face.WORKSPACE, Face.PUBLIC)


def uses_embedded(settings: Settings, faces: Sequence[Face]) -> bool:
    """Whether any of the faces depends on the embedded database."""
    own = {Face.WORKSPACE: settings.database_workspace_url, Face.PUBLIC: settings.database_public_url}
    if settings.database_url.get_secret_value():
        return False
    return not all(face in own and own[face].get_secret_value() for face in faces)


def programs(only: str | None, *, with_worker: bool) -> list[Child]:
    """The programs of a deployment: the web server for both doors or one, and the worker."""
    door = only or "app"
    web = [sys.executable, "-m", "gunicorn", "--config", "python:operations.gunicorn_config", f"wsgi:{door}"]
    found = [Child("web", web)]
    if with_worker:
        found.append(Child("worker", [sys.executable, str(REPOSITORY / "cli.py"), "worker"]))
    return found


def serve(
    settings: Settings, children: Sequence[Child], console: Console, *, database: bool, ready: Callable[[], None]
) -> None:
    """Run the children until SIGINT, SIGTERM or SIGHUP; `ready` is called once the web server answers.

    With `database` the embedded database is watched too, and stopped last. Raises CannotServe.
    """
    told = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: told.set())
    announced = False
    looked = time.monotonic()
    try:
        for child in children:
            child.start()
        while not told.wait(0.2 if not announced else 1.0):
            if database and time.monotonic() - looked > DATABASE_WATCH:
                looked = time.monotonic()
                _revive_database(settings, console)
            for child in children:
                child.tend(console)
                if not announced and child.failures >= HOPELESS:
                    raise CannotServe(
                        f"{child.name} 启动不了，原因见上面的输出。\n"
                        f"{child.name} cannot start; the reason is in the output above."
                    )
            if not announced and _answers(settings):
                announced = True
                ready()
    finally:
        # a second Ctrl-C must not interrupt the cleaning up
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        console.say("正在停止……", "Stopping ...")
        until = time.monotonic() + PATIENCE
        for child in children:
            child.stop()
        for child in children:
            child.wait(until)
        if database:
            embedded.stop(settings)
        console.say("已停止，数据已保存。", "Stopped; the data is kept.")


def _revive_database(settings: Settings, console: Console) -> None:
    """Start the embedded database again if it was killed; when that fails, say so and try again later."""
    cluster = embedded.cluster_of(settings)
    if cluster.pid() is not None:
        return
    console.warn("数据库意外停止，正在重新启动。", "The database ended unexpectedly; starting it again.")
    try:
        cluster.start()
    except embedded.EmbeddedError as error:
        console.warn(str(error))


def _answers(settings: Settings) -> bool:
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)
    connection = HTTPConnection(host, settings.port, timeout=2)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
