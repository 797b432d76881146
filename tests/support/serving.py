"""The command line and a whole running deployment, as an operator starts them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress
from http.client import HTTPConnection
from pathlib import Path

import psutil

from settings import REPOSITORY
from tenants.embedded import Cluster
from tests.support.processes import free_port

SECONDS = 120  # a start on a busy machine


def environment(data: Path, **more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "TMPDIR")}
    return {**kept, "XINYA_DATA": str(data), **more}


def xinya(data: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        [sys.executable, str(REPOSITORY / "cli.py"), *arguments],
        env=environment(data, **more),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
        cwd="/",
    )


class Serving:
    """`xinya serve`, running."""

    def __init__(self, data: Path, *arguments: str, **more: str) -> None:
        self.data = data
        self.port = free_port()
        self.log = data.parent / "serve.log"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, str(REPOSITORY / "cli.py"), "serve", *arguments],
                env=environment(data, **{"PORT": str(self.port), "WEB_PROCESSES": "1", **more}),
                stdout=log,
                stderr=log,
                cwd="/",
            )

    def get(self, path: str) -> tuple[int, str]:
        """Status and body; (0, "") when nothing answers."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        except OSError:
            return 0, ""
        finally:
            connection.close()

    def ready(self) -> bool:
        assert self.process.poll() is None, self.log.read_text()
        return self.get("/readyz")[0] == 200

    def family(self) -> dict[str, psutil.Process]:
        """The supervised processes by name, and the database."""
        found = {}
        for child in psutil.Process(self.process.pid).children():
            with suppress(psutil.Error):  # just ended
                words = " ".join(child.cmdline())
                found["web" if "gunicorn" in words else "worker"] = child
        if pid := Cluster(self.data).pid():
            found["database"] = psutil.Process(pid)
        return found

    def stop(self) -> int:
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(SECONDS)
