"""The embedded PostgreSQL as an operator meets it: shared, private, and clear about what is wrong."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from settings import REPOSITORY
from tenants.embedded import Cluster, EmbeddedError


@pytest.fixture(scope="module")
def created(module_folder: Path) -> Path:
    """The folder of a cluster that was made and stopped."""
    made = Cluster(module_folder / "data", durable=False)
    made.start()
    assert made.leave()
    return made.folder


@pytest.fixture
def stopped(created: Path, tmp_path: Path) -> Iterator[Cluster]:
    """A copy of it: a cluster like new, not running."""
    subprocess.run(["cp", "-a", created, tmp_path], check=True)
    copy = Cluster(tmp_path / created.name, durable=False)
    yield copy
    copy.leave()


@pytest.fixture
def fresh(stopped: Cluster) -> Cluster:
    """The same, running."""
    stopped.start()
    return stopped


def value(cluster: Cluster, query: str, role: str = "xinya") -> object:
    with psycopg.connect(cluster.url(role)) as connection:
        row = connection.execute(query).fetchone()
        return row[0] if row else None


def other_process(folder: Path, code: str) -> subprocess.Popen[str]:
    """Another xinya command on the same data folder."""
    program = (
        "import sys; from pathlib import Path; from tenants.embedded import Cluster\n"
        f"cluster = Cluster(Path({str(folder)!r}), durable=False); cluster.start()\n{code}"
    )
    return subprocess.Popen(
        [sys.executable, "-c", program],
        cwd=REPOSITORY,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
    )


def test_the_owner_is_no_superuser_and_the_server_listens_to_no_network(fresh: Cluster) -> None:
    assert value(fresh, "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user") is False
    assert value(fresh, "SHOW listen_addresses") == ""
    assert value(fresh, "SHOW server_encoding") == "UTF8"
    assert value(fresh, "SELECT lower('ÄÖ')") == "äö"


def test_another_local_user_cannot_reach_the_socket(fresh: Cluster) -> None:
    folder = fresh.folder / "run"
    assert folder.stat().st_mode & 0o077 == 0
    assert value(fresh, "SELECT count(*) FROM pg_hba_file_rules WHERE auth_method <> 'peer'", "postgres") == 0


def test_it_keeps_running_until_the_last_process_leaves(fresh: Cluster) -> None:
    with other_process(fresh.folder, "print('in', flush=True); sys.stdin.read()") as other:
        assert other.stdout is not None and other.stdin is not None
        assert other.stdout.readline() == "in\n"
        assert fresh.leave() is False
        assert fresh.pid() is not None
        other.stdin.close()
        assert other.wait(60) == 0
    assert fresh.pid() is None


def test_a_killed_process_does_not_keep_it_running(fresh: Cluster) -> None:
    with other_process(fresh.folder, "print('in', flush=True); sys.stdin.read()") as other:
        assert other.stdout is not None
        other.stdout.readline()
        other.kill()
    assert fresh.leave() is True
    assert fresh.pid() is None


def test_several_processes_may_start_it_at_once(tmp_path: Path) -> None:
    count = "import psycopg; print(psycopg.connect(cluster.url()).execute('SELECT 7').fetchone()[0])"
    others = [other_process(tmp_path / "data", count) for _ in range(4)]
    answers = [other.communicate(timeout=60)[0].strip() for other in others]
    assert answers == ["7"] * 4
    assert Cluster(tmp_path / "data").pid() is None


def test_what_was_written_survives_a_killed_server(fresh: Cluster) -> None:
    with psycopg.connect(fresh.url(), autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    server = fresh.pid()
    assert server is not None
    os.kill(server, signal.SIGKILL)
    psutil.wait_procs([psutil.Process(server)] if psutil.pid_exists(server) else [], timeout=60)
    fresh.start()
    assert value(fresh, "SELECT answer FROM kept") == 42


def test_a_pid_file_whose_number_went_to_another_program_is_no_hindrance(stopped: Cluster) -> None:
    (stopped.data / "postmaster.pid").write_text(f"{os.getpid()}\n{stopped.data}\n0\n5432\n\n\n\nready\n")
    stopped.start()
    assert value(stopped, "SELECT 1") == 1


def test_a_deep_data_folder_is_no_hindrance(tmp_path: Path) -> None:
    cluster = Cluster(tmp_path / "深" / ("d" * 60) / ("e" * 60), durable=False)
    cluster.start()
    assert value(cluster, "SELECT 1") == 1
    sockets = Path(cluster.url().rpartition("host=")[2])
    assert sockets.stat().st_mode & 0o077 == 0
    cluster.leave()


def test_a_foreign_folder_in_the_place_of_the_sockets_is_refused(stopped: Cluster, tmp_path: Path) -> None:
    sockets = stopped.folder / "run"
    sockets.rmdir()
    sockets.symlink_to(tmp_path)
    with pytest.raises(EmbeddedError, match="another user"):
        stopped.start()


@pytest.mark.parametrize("missing", ["global/pg_control", "pg_wal"])
def test_a_damaged_data_folder_is_told_and_left_as_it_is(stopped: Cluster, missing: str) -> None:
    target = stopped.data / missing
    target.rename(stopped.folder / "moved")
    with pytest.raises(EmbeddedError, match=r"数据库文件已损坏(.|\n)*database files are damaged"):
        stopped.start()
    (stopped.folder / "moved").rename(target)
    stopped.start()
    assert value(stopped, "SELECT 1") == 1


def test_an_incomplete_data_folder_is_never_overwritten(stopped: Cluster) -> None:
    (stopped.data / "PG_VERSION").unlink()
    with pytest.raises(EmbeddedError, match="incomplete"):
        stopped.start()
    assert (stopped.data / "base").is_dir()


def test_another_version_of_postgresql_is_named(stopped: Cluster) -> None:
    (stopped.data / "PG_VERSION").write_text("15\n")
    with pytest.raises(EmbeddedError, match="PostgreSQL 15"):
        stopped.start()


def test_a_data_folder_that_is_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(EmbeddedError, match="XINYA_DATA"):
        Cluster(tmp_path / "file").start()


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small disk needs root")
def test_a_full_disk_is_told(tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=20m", "tmpfs", str(small)], check=False, capture_output=True
    )
    if mounted.returncode:
        pytest.skip("this machine does not allow mounting")
    try:
        with pytest.raises(EmbeddedError, match=r"磁盘空间不足(.|\n)*Not enough disk space"):
            Cluster(small / "data").start()
    finally:
        subprocess.run(["umount", str(small)], check=True)
