"""Requests a second of home, article and search against an empty Flask view on the same server.

    python -m benchmarks.web [--tenants 22] [--publications 100] [--comments 5] [--seconds 5] [--rounds 3]

Each round measures every address in turn, so that what else the machine does falls on all
alike; the table gives the median and its ratio to the empty view of the same run. Visitors are
answered from the pages that are kept for seconds; "cold" asks every time for an address that
nobody asked for before, so that each page is read from the database and rendered. With several
`--publications` the run repeats per size. The load comes from `wrk` where it is installed, else
from a client in Python (which limits both sides alike).
"""

from __future__ import annotations

import http.client
import os
import re
import secrets
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from pydantic import SecretStr

from benchmarks.data import Size, generate
from settings import Settings
from tenants.embedded import Cluster

ROOT = Path(__file__).resolve().parent.parent
#: For a server to come up on a machine that has other things to do.
START_SECONDS = 120


def empty() -> object:
    """The measure: a Flask app with one view that says nothing."""
    from flask import Flask

    app = Flask("empty")
    app.add_url_rule("/", view_func=lambda: "")
    return app


@contextmanager
def served(target: str, environment: dict[str, str]) -> Iterator[int]:
    """Serve `module:app` by gunicorn as `xinya serve` does, on a free port. Raises `ClickException`."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "--config", "python:operations.gunicorn_config", target]
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **environment, "PORT": str(port)})
    try:
        deadline = time.monotonic() + START_SECONDS
        while not _answers(port):
            if process.poll() is not None or time.monotonic() > deadline:
                raise click.ClickException(f"{target} does not come up")
            time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait(20)


def _answers(port: int) -> bool:
    """Whether requests are answered; gunicorn listens before the app is there that shall answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/")
        connection.getresponse().read()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return True


#: For wrk: each request has an address of its own.
FRESH = """
local asked = 0
function request()
  asked = asked + 1
  local joint = string.find(wrk.path, "?", 1, true) and "&" or "?"
  return wrk.format(nil, wrk.path .. joint .. "fresh=%s-" .. asked)
end
"""


def rate(port: int, path: str, seconds: float, cold: bool = False) -> float:
    """Answered requests a second over eight kept-alive connections; `cold`: none of an address asked before."""
    if wrk := shutil.which("wrk"):
        address = f"http://127.0.0.1:{port}{path}"
        with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
            script.write(FRESH % secrets.token_hex(4))
            script.flush()
            output = subprocess.run(
                [wrk, "-t1", "-c8", f"-d{seconds:.0f}s", *(["-s", script.name] if cold else []), address],
                capture_output=True, text=True, check=True,
            ).stdout  # fmt: skip
        if "Non-2xx" in output:
            raise click.ClickException(f"{path} does not answer 200:\n{output}")
        found = re.search(r"Requests/sec:\s+([\d.]+)", output)
        return float(found[1]) if found else 0.0
    counts: list[int] = []
    end = time.monotonic() + seconds

    def ask() -> None:
        connection, count = http.client.HTTPConnection("127.0.0.1", port), 0
        while time.monotonic() < end:
            fresh = f"{'&' if '?' in path else '?'}fresh={secrets.token_hex(6)}" if cold else ""
            connection.request("GET", path + fresh)
            answer = connection.getresponse()
            answer.read()
            if answer.status != 200:
                raise click.ClickException(f"{path} answers {answer.status}")
            count += 1
        counts.append(count)

    threads = [threading.Thread(target=ask) for _n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / seconds


def measure(
    settings: Settings, environment: dict[str, str], paths: dict[str, list[str]], seconds: float, rounds: int
) -> None:
    """Print the table of one size."""
    kinds = [(name, cold) for cold in (False, True) for name in paths]
    results: dict[str, list[float]] = {"empty view": [], **{_named(*kind): [] for kind in kinds}}
    with served("benchmarks.web:empty()", environment) as base, served("wsgi:public", environment) as port:
        for turn in range(rounds):
            results["empty view"].append(rate(base, "/", seconds))
            for name, cold in kinds:
                address = paths[name][turn % len(paths[name])]
                results[_named(name, cold)].append(rate(port, address, seconds, cold))
    reference = statistics.median(results["empty view"])
    click.echo(f"{'':24}{'requests/s':>12}{'ratio':>8}")
    for name, values in results.items():
        value = statistics.median(values)
        click.echo(f"{name:24}{value:12.0f}{value / reference:8.2f}")


def _named(page: str, cold: bool) -> str:
    return f"{page}, cold" if cold else page


@click.command()
@click.option("--tenants", default=22, show_default=True)
@click.option(
    "--publications", default=[100], multiple=True, show_default=True, help="Per tenant; repeat for growth."
)
@click.option("--comments", default=5, show_default=True, help="Per publication.")
@click.option("--seconds", default=5.0, show_default=True)
@click.option("--rounds", default=3, show_default=True)
def main(tenants: int, publications: tuple[int, ...], comments: int, seconds: float, rounds: int) -> None:
    """Measure the public site at each size."""
    with tempfile.TemporaryDirectory(prefix="xinya-bench-") as folder:
        cluster = Cluster(Path(folder) / "cluster", durable=False)
        cluster.start()
        try:
            for each in publications:
                size = Size(tenants, each, comments)
                database = f"bench_{tenants}_{each}"
                _run(cluster, Path(folder), database, size, seconds, rounds)
        finally:
            cluster.leave()


def _run(cluster: Cluster, folder: Path, database: str, size: Size, seconds: float, rounds: int) -> None:
    import psycopg

    with psycopg.connect(cluster.url("postgres", "postgres"), autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{database}" OWNER xinya')
    settings = Settings(
        data_folder=folder / database,
        database_url=SecretStr(cluster.url(database=database)),
        secret_key=SecretStr("benchmark"),
    )
    started = time.monotonic()
    generate(settings, size)
    made = time.monotonic() - started
    environment = {
        "XINYA_DATA": str(settings.data_folder),
        "DATABASE_URL": settings.database_url.get_secret_value(),
        "SECRET_KEY": "benchmark",
        "WEB_PROCESSES": "2",
    }
    subprocess.run(
        [sys.executable, "-m", "cli", "reindex"], cwd=ROOT, env={**os.environ, **environment}, check=True
    )
    click.echo(
        f"\n{size.tenants} tenants × {size.publications} publications × {size.comments} comments"
        f" = {size.total:,} publications (generated in {made:.0f} s)"
    )
    with psycopg.connect(cluster.url("postgres", database)) as connection:
        found = connection.execute("SELECT code FROM publication WHERE live_id IS NOT NULL LIMIT 5")
        codes = [row[0] for row in found]
    paths = {
        "home": ["/"],
        "article": [f"/a/{code}" for code in codes],
        "list": ["/sprout/"],
        "search": ["/search?q=%E5%8F%A3%E8%A2%8B%E5%85%AC%E5%9B%AD"],
    }
    measure(settings, environment, paths, seconds, rounds)


if __name__ == "__main__":
    main()
