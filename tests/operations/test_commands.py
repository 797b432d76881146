"""The command line on a data folder of its own, as an operator uses it."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from subprocess import CompletedProcess

import psutil
import psycopg
import pytest

from operations import startup
from operations.console import Console
from settings import REPOSITORY
from tenants.database import Face
from tenants.embedded import Cluster
from tests.support import database as databases
from tests.support.forks import Forks
from tests.support.processes import free_port, until
from tests.support.serving import SECONDS, Serving, environment, xinya


@pytest.fixture(scope="module")
def served(module_folder: Path) -> Iterator[Serving]:
    """A deployment that was started on an empty data folder."""
    data = module_folder / "served" / "data"
    data.mkdir(parents=True)
    made = Serving(data)
    try:
        until(made.ready, SECONDS)
        yield made
    finally:
        _end(made)


@pytest.fixture
def serving(served: Serving) -> Serving:
    """It serves."""
    assert served.process.poll() is None
    return served


def _end(serving: Serving) -> None:
    """Told to stop it ends well, and leaves nothing running."""
    if serving.process.poll() is None:
        family = serving.family()
        assert serving.stop() == 0, serving.log.read_text()
        _, left = psutil.wait_procs(list(family.values()), timeout=60)
        assert not left
    assert Cluster(serving.data).pid() is None


@pytest.fixture(scope="module")
def forks() -> Iterator[Forks]:
    """Imported already for the commands that follow one of their kind."""
    with Forks("operations.checks", "operations.people", "operations.startup", "portal.app") as made:
        yield made


Command = Callable[..., CompletedProcess[str]]


@pytest.fixture
def again(forks: Forks) -> Command:
    """`xinya`, forked: for a command of which another test has started one of its own."""

    def run(data: Path, *arguments: str, **more: str) -> CompletedProcess[str]:
        return forks.run(REPOSITORY / "cli.py", *arguments, env=environment(data, **more), seconds=SECONDS)

    return run


@pytest.mark.slow("the first start makes the database, its schema and the indexes")
def test_it_serves_both_doors_and_says_where(serving: Serving) -> None:
    assert serving.get("/healthz") == (200, "ok\n")
    status, body = serving.get("/readyz")
    parts = json.loads(body)["parts"]
    assert status == 200
    assert set(parts) == {"database (workspace)", "database (public)", "worker", "search", "storage"}
    assert serving.get("/")[0] == 200
    assert serving.get("/workspace/")[0] == 302
    until(lambda: f"http://127.0.0.1:{serving.port}/workspace/" in serving.log.read_text())


def test_what_is_there_at_the_first_start_is_indexed_before_anybody_is_let_in(serving: Serving) -> None:
    told = serving.log.read_text()
    assert 0 < told.index("public search: ") < told.index("workspace search: ") < told.index(f":{serving.port}/")


def test_a_search_server_that_is_away_does_not_stop_the_first_start(
    cluster: Cluster, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    address = f"http://127.0.0.1:{free_port()}"
    with databases.empty(cluster, "first_start") as name:
        settings = databases.settings_for(cluster, name, tmp_path, elasticsearch_url=address)
        startup.prepare(settings, list(Face), Console(), database=False)
    assert "The rebuild did not finish" in capsys.readouterr().out


def test_doctor_finds_nothing_wrong_while_it_serves(serving: Serving) -> None:
    told = xinya(serving.data, "doctor")
    assert told.returncode == 0, told.stdout + told.stderr
    assert "All is well" in told.stdout


def test_other_commands_share_the_running_database(serving: Serving) -> None:
    before = Cluster(serving.data).pid()
    assert xinya(serving.data, "db", "check").returncode == 0
    assert Cluster(serving.data).pid() == before


@pytest.mark.slow("the server is a new one each time")
@pytest.mark.parametrize("name", ["web", "worker", "database"])
def test_a_killed_part_comes_back_by_itself(serving: Serving, name: str) -> None:
    killed = serving.family()[name]
    killed.send_signal(signal.SIGKILL)

    def renewed() -> bool:
        now = serving.family().get(name)
        return now is not None and now.pid != killed.pid and serving.ready()

    until(renewed, SECONDS)


def test_readyz_names_a_part_that_is_down(serving: Serving) -> None:
    files = serving.data / "files"
    moved = serving.data / "files.moved"
    if files.exists():
        files.rename(moved)
    files.write_text("in the way")

    def told() -> bool:
        status, body = serving.get("/readyz")
        return status == 503 and json.loads(body)["failing"] == ["storage"]

    try:
        until(told, SECONDS)  # the worker lost its database a moment ago (above) and may be silent for a while
        assert serving.get("/healthz")[0] == 200
    finally:
        files.unlink()
        if moved.exists():
            moved.rename(files)
    until(serving.ready, 30)


def test_a_second_server_on_the_port_is_refused_with_advice(serving: Serving, again: Command, tmp_path: Path) -> None:
    told = again(tmp_path / "data", "serve", PORT=str(serving.port))
    assert told.returncode == 1
    assert f"PORT={serving.port + 1}" in told.stderr
    assert not (tmp_path / "data" / "postgres").exists()


@pytest.fixture(scope="module")
def data(served: Serving) -> Path:
    """Its data folder after it was told to stop."""
    _end(served)
    return served.data


def test_told_to_stop_it_leaves_nothing_running(data: Path) -> None:
    assert Cluster(data).pid() is None


def test_an_empty_database_gets_the_schema(cluster: Cluster, tmp_path: Path) -> None:
    with databases.empty(cluster, "from_nothing") as name:
        address = cluster.url(database=name)
        told = xinya(tmp_path, "db", "upgrade", DATABASE_URL=address)
        assert told.returncode == 0, told.stderr
        with psycopg.connect(address) as connection:
            assert connection.execute("SELECT count(*) FROM alembic_version").fetchone() == (1,)


def test_reindex_ends_well_on_an_empty_district(data: Path) -> None:
    done = xinya(data, "reindex")
    assert done.returncode == 0, done.stderr
    assert "public search" in done.stdout
    assert Cluster(data).pid() is None  # it started the database, and stopped it


def test_a_worker_ends_soon_when_told(data: Path) -> None:
    began = datetime.now(UTC)
    working = subprocess.Popen(
        [sys.executable, str(REPOSITORY / "cli.py"), "worker"],
        env=environment(data),
        cwd="/",
        stderr=subprocess.DEVNULL,
    )

    until(lambda: _heard_of_worker(data, began), SECONDS)
    working.terminate()
    assert working.wait(60) in (0, 143, -signal.SIGTERM)
    until(lambda: Cluster(data).pid() is None, 30)


def _heard_of_worker(data: Path, since: datetime) -> bool:
    cluster = Cluster(data)
    if cluster.pid() is None:
        return False
    try:
        with psycopg.connect(cluster.url()) as connection:
            heard = "SELECT FROM procrastinate_workers WHERE last_heartbeat > %s"
            return connection.execute(heard, [since]).fetchone() is not None
    except psycopg.OperationalError:  # still starting
        return False


@pytest.fixture(scope="module")
def running(data: Path) -> Iterator[Cluster]:
    """Its database, up for all commands: they need not each start and stop it."""
    cluster = Cluster(data)
    cluster.start()
    yield cluster
    cluster.leave()


def test_an_older_schema_is_told_with_what_to_do(data: Path, running: Cluster, again: Command) -> None:
    with psycopg.connect(running.url(), autocommit=True) as connection:
        (now,) = connection.execute("SELECT version_num FROM alembic_version").fetchone() or ("",)
        connection.execute("UPDATE alembic_version SET version_num = '0001'")
        try:
            told = again(data, "db", "check")
            assert told.returncode == 1
            assert "xinya db upgrade" in told.stdout
            # a database that is not the embedded one is never changed unasked
            refused = again(data, "serve", DATABASE_URL=running.url(), PORT=str(free_port()))
            assert refused.returncode == 1
            assert re.search("比程序(.|\n)*older than this program", refused.stderr)
            connection.execute("UPDATE alembic_version SET version_num = '9999'")
            newer = again(data, "serve", PORT=str(free_port()))
            assert newer.returncode == 1
            assert "newer than this program" in newer.stderr
        finally:
            connection.execute("UPDATE alembic_version SET version_num = %s", [now])


def test_doctor_says_what_is_wrong_and_how_to_mend_it(data: Path, running: Cluster, again: Command) -> None:
    with psycopg.connect(running.url()) as connection:
        connection.execute("UPDATE procrastinate_workers SET last_heartbeat = last_heartbeat - interval '1 hour'")
    (data / "secret_key").touch()
    (data / "secret_key").chmod(0o644)
    dead = f"127.0.0.1:{free_port()}"
    told = again(data, "doctor", SMTP_URL=f"smtp://{dead}", ELASTICSEARCH_URL=f"http://{dead}")
    (data / "secret_key").chmod(0o600)
    assert told.returncode == 1
    for advice in ("chmod 600", "xinya worker", "SMTP_URL", "ELASTICSEARCH_URL"):
        assert advice in told.stdout


def test_doctor_refuses_a_role_that_steps_around_isolation(data: Path, running: Cluster, again: Command) -> None:
    told = again(data, "doctor", DATABASE_PUBLIC_URL=running.url())  # the owner of the tables
    assert told.returncode == 1
    assert "steps around isolation" in told.stdout


def test_a_wrong_setting_is_named(data: Path, again: Command) -> None:
    told = again(data, "doctor", PORT="eighty")
    assert told.returncode == 1
    assert "PORT" in told.stderr
    assert "Traceback" not in told.stderr


def test_a_database_that_does_not_answer_is_told(data: Path, again: Command) -> None:
    url = f"postgresql://x@127.0.0.1:{free_port()}/x"
    told = again(data, "db", "upgrade", DATABASE_URL=url)
    assert told.returncode == 1
    assert "DATABASE_URL" in told.stderr
    assert "Traceback" not in told.stderr


@pytest.mark.slow("each of its commands is a program of its own")
@pytest.mark.usefixtures("running")
def test_a_person_is_added_once_and_by_the_rules(data: Path, again: Command) -> None:
    arguments = ("user", "add", "wang@example.cn", "王主任", "--role", "district_office", "--password")
    weak = again(data, *arguments, "123")
    assert weak.returncode == 1
    assert "密码" in weak.stderr
    assert xinya(data, *arguments, "summer-rain-on-the-canal-7").returncode == 0
    twice = again(data, *arguments, "summer-rain-on-the-canal-7")
    assert twice.returncode == 1
    assert "这个邮箱已经有账号" in twice.stderr
    reset = ("user", "reset-second-factor", "--reason", "手机丢了")
    assert "nobody@example.cn" in again(data, *reset, "nobody@example.cn").stderr
    none = again(data, *reset, "wang@example.cn")
    assert none.returncode == 1
    assert "没有开启两步验证" in none.stderr
