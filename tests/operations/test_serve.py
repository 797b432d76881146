"""`xinya serve` watches real processes: what dies comes back, what is told to stop stops."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import psutil
import pytest

from operations.serve import CannotServe, require_free_port
from settings import Settings
from tests.support.forks import Forks
from tests.support.processes import free_port, until

# a web server that answers /healthz, and a second program; both write their process ids
WEB = """
import http.server, os, pathlib, sys
pathlib.Path(sys.argv[2], f"web-{os.getpid()}").touch()
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self): self.send_response(200); self.end_headers(); self.wfile.write(b"ok")
    def log_message(self, *_): pass
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""
OTHER = """
import os, pathlib, signal, sys, time
if "stubborn" in sys.argv: signal.signal(signal.SIGTERM, signal.SIG_IGN)
pathlib.Path(sys.argv[1], f"other-{os.getpid()}").touch()
while True: time.sleep(60)
"""
SUPERVISOR = """
import sys
import operations.serve as serving
from operations.console import Console
from settings import Settings
port, folder, web, other, *more = sys.argv[1:]
serving.PATIENCE = 2.0
children = [serving.Child("web", [sys.executable, "-c", web, port, folder]),
            serving.Child("worker", [sys.executable, "-c", other, folder, *more])]
try:
    ready = lambda: print("READY", flush=True)
    serving.serve(Settings(port=int(port)), children, Console(), database=False, ready=ready)
except serving.CannotServe as error:
    sys.exit(str(error))
"""


def alive(folder: Path, name: str) -> list[int]:
    """Process ids of a program that still run."""
    numbers = [int(path.name.rpartition("-")[2]) for path in folder.glob(f"{name}-*")]
    return [n for n in numbers if psutil.pid_exists(n) and psutil.Process(n).status() != psutil.STATUS_ZOMBIE]


@pytest.fixture(scope="module")
def forks() -> Iterator[Forks]:
    """What a supervisor needs is imported once for all."""
    with Forks("operations.serve", "operations.console") as made:
        yield made


class Supervised:
    """A supervisor with its two children."""

    def __init__(self, forks: Forks, folder: Path, *more: str, web: str = WEB) -> None:
        self.folder = folder
        self.port = free_port()
        self.output = folder / "output"
        with self.output.open("w") as output:
            self.process = forks.start(
                SUPERVISOR, str(self.port), str(folder), web, OTHER, *more,
                env=os.environ, stdout=output, stderr=output,
            )  # fmt: skip

    def answers(self) -> bool:
        try:
            with urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=2) as answer:
                return bool(answer.status == 200)
        except (URLError, OSError):
            return False

    def ready(self) -> None:
        until(lambda: "READY\n" in self.output.read_text() and alive(self.folder, "other"))

    def end(self) -> None:
        if self.process.returncode is None:
            with suppress(ProcessLookupError):
                os.kill(self.process.pid, signal.SIGKILL)
            self.process.wait(60)
        until(lambda: not alive(self.folder, "web") and not alive(self.folder, "other"))


@pytest.fixture
def supervised(forks: Forks, tmp_path: Path) -> Iterator[Supervised]:
    made = Supervised(forks, tmp_path)
    made.ready()
    yield made
    made.end()


@pytest.mark.parametrize("name", ["web", "other"])
def test_a_killed_child_comes_back(supervised: Supervised, name: str) -> None:
    (first,) = alive(supervised.folder, name)
    os.kill(first, signal.SIGKILL)
    until(lambda: [pid for pid in alive(supervised.folder, name) if pid != first])
    until(supervised.answers)


@pytest.mark.parametrize("told", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_told_to_stop_it_stops_everything_and_ends_well(supervised: Supervised, told: signal.Signals) -> None:
    os.kill(supervised.process.pid, told)
    assert supervised.process.wait(60) == 0
    assert alive(supervised.folder, "web") == alive(supervised.folder, "other") == []


def test_a_child_that_will_not_stop_is_killed(forks: Forks, tmp_path: Path) -> None:
    supervised = Supervised(forks, tmp_path, "stubborn")
    supervised.ready()
    os.kill(supervised.process.pid, signal.SIGINT)
    assert supervised.process.wait(60) == 0
    assert alive(tmp_path, "other") == []
    supervised.end()


def test_the_children_do_not_outlive_a_killed_supervisor(supervised: Supervised) -> None:
    os.kill(supervised.process.pid, signal.SIGKILL)
    until(lambda: not alive(supervised.folder, "web") and not alive(supervised.folder, "other"))


def test_a_web_server_that_cannot_start_is_given_up(forks: Forks, tmp_path: Path) -> None:
    supervised = Supervised(forks, tmp_path, web="raise SystemExit('broken')")
    assert supervised.process.wait(60) == 1
    words = supervised.output.read_text()
    assert "web cannot start" in words
    assert "broken" in words  # the program's own words are not hidden
    assert alive(tmp_path, "other") == []


def test_a_taken_port_is_told_before_anything_starts() -> None:
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(CannotServe, match=rf"端口 {port}(.|\n)*Port {port}(.|\n)*PORT={port + 1}"):
            require_free_port(Settings(port=port))
