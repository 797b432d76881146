"""Databases for tests: one cluster per run, one migrated template, a clone wherever one is wanted."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import psycopg
from pydantic import SecretStr
from sqlalchemy import Engine, event
from sqlalchemy.engine import Connection

from settings import Settings
from tenants.embedded import Cluster

TEMPLATE = "xinya_template"
_PREFIX = "xinya-tests-"


def folder_of_run(shared: Path) -> Path:
    """Where the cluster of a test run lives.

    Not in pytest's own folder: pytest closes that to everybody else whenever a run begins, which would lock out the
    database's system user of another run that root has under way.
    """
    name = hashlib.sha256(str(shared).encode()).hexdigest()[:12]
    folder = Path(tempfile.gettempdir()) / f"{_PREFIX}{os.geteuid()}-{name}"
    folder.mkdir(mode=0o711, exist_ok=True)
    return folder


def remove_abandoned(keep: Path) -> None:
    """Stop and remove clusters of other runs that were killed: nobody holds their lock any more."""
    for folder in set(Path(tempfile.gettempdir()).glob(f"{_PREFIX}{os.geteuid()}-*")) - {keep}:
        with suppress(OSError), (folder / "postgres.users").open("r+") as users:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if pid := Cluster(folder).pid():
                server = psutil.Process(pid)
                server.terminate()
                psutil.wait_procs([server], timeout=20)
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def only_one(folder: Path, name: str) -> Iterator[Path]:
    """Let one of several test processes at a time into the block; yields a mark to leave when the work is done."""
    with (folder / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder / f"{name}.done"


def administer(cluster: Cluster, *statements: str) -> None:
    """Run statements as the cluster's administrator, each on its own."""
    with psycopg.connect(cluster.url("postgres", "postgres"), autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


def settings_for(cluster: Cluster, database: str, folder: Path, **changes: object) -> Settings:
    """Settings of one test deployment: its database, its data folder."""
    given: dict[str, object] = {
        "data_folder": folder,
        "database_url": SecretStr(cluster.url(database=database)),
        "secret_key": SecretStr("a key for tests only, long enough"),
        "public_url": "http://localhost",
        "demo": False,
        **changes,
    }
    return Settings(**given)  # type: ignore[arg-type]


def clone(cluster: Cluster, template: str, name: str) -> None:
    """A database that is a copy of `template`, with its rights; an older one of that name goes."""
    # files are copied for half of what it costs to write each page to the log
    _create(
        cluster,
        name,
        f'TEMPLATE "{template}" STRATEGY FILE_COPY',
        f'REVOKE TEMPORARY, CREATE ON DATABASE "{name}" FROM PUBLIC',
    )


@contextmanager
def empty(cluster: Cluster, name: str) -> Iterator[str]:
    """A database with nothing in it, gone at the end."""
    _create(cluster, name)
    try:
        yield name
    finally:
        drop(cluster, name)


def _create(cluster: Cluster, name: str, options: str = "", *then: str) -> None:
    administer(cluster, _dropping(name), f'CREATE DATABASE "{name}" OWNER xinya {options}', *then)


def drop(cluster: Cluster, name: str) -> None:
    """Remove a database, whoever is still connected."""
    administer(cluster, _dropping(name))


def _dropping(name: str) -> str:
    return f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'


def make_template(
    cluster: Cluster,
    folder: Path,
    name: str,
    fill: Callable[[Settings], None],
    *,
    base: str | None = None,
    **changes: object,
) -> None:
    """Have a template database that `fill` prepared, made by whichever process comes first.

    It begins as a copy of the template `base`, else with nothing in it.
    """
    with only_one(folder, name) as done:
        if done.exists():
            return
        if base:
            clone(cluster, base, name)
        else:
            _create(cluster, name)
        data = folder / f"{name}.data"
        data.mkdir(exist_ok=True)
        fill(settings_for(cluster, name, data, **changes))
        # a template can only be copied while nobody is connected
        administer(
            cluster,
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'",
        )
        done.touch()


@dataclass
class Queries:
    """The statements that a block of code sent to the database, without the one that says who acts."""

    statements: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.statements)


@contextmanager
def counted_queries() -> Iterator[Queries]:
    """Record every statement of every engine in this process."""
    queries = Queries()

    def record(_connection: Connection, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.startswith("SELECT set_config("):
            queries.statements.append(statement)

    event.listen(Engine, "before_cursor_execute", record)
    try:
        yield queries
    finally:
        event.remove(Engine, "before_cursor_execute", record)
