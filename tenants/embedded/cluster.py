"""One PostgreSQL cluster of our own, shared by all processes that use one data folder."""

from __future__ import annotations

import atexit
import fcntl
import hashlib
import os
import pwd
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import psycopg

from tenants.embedded import errors, host

OWNER = "xinya"
#: Bytes that must be free to create a cluster, and to start one.
SPACE_TO_CREATE, SPACE_TO_START = 300 * 2**20, 64 * 2**20
#: Longest path of a Unix socket, by the kernel.
SOCKET_PATH_LIMIT = 107
SOCKET_NAME = ".s.PGSQL.5432"
#: Seconds for a start, which may have to recover from a crash, and for a stop.
START_SECONDS, STOP_SECONDS = 300, 60


class Cluster:
    """The cluster in `<folder>/postgres`.

    `durable=False` lets the operating system write when it likes: the cluster survives a killed server, but not a
    power cut. For tests alone.
    """

    def __init__(self, folder: Path, *, durable: bool = True) -> None:
        self.folder = folder.resolve()
        self.data = self.folder / "postgres"
        self.log = self.folder / "postgres.log"
        self.durable = durable
        self._use: int | None = None
        self._used_by = 0

    def url(self, role: str = OWNER, database: str = OWNER) -> str:
        """Address for psycopg and SQLAlchemy; it never changes for one data folder."""
        return f"postgresql://{role}@/{database}?host={self._socket_folder()}"

    def start(self) -> None:
        """Have the server running and count this process among its users. Raises EmbeddedError."""
        with self._alone():
            self._count_in()
            if self._answers(self.url()):
                return
            try:
                if not (self.data / "PG_VERSION").exists():
                    self._create()
                self._check()
                self._launch()
                self._make_owner()
            except OSError as error:
                self._count_out()
                raise errors.unusable(self.folder, error) from error
            except BaseException:
                self._count_out()
                raise

    def leave(self) -> bool:
        """Stop using the server; the last user stops it. True if it was stopped."""
        if self._use is None or self._used_by != os.getpid():
            return False
        with self._alone():
            try:
                fcntl.flock(self._use, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            finally:
                self._count_out()
            if self.pid() is None:
                return False
            timeout = f"--timeout={STOP_SECONDS}"
            self._run("pg_ctl", "stop", "--wait", timeout, "--mode=fast", f"--pgdata={self.data}")
            if self._socket_folder().parent != self.folder:
                with suppress(OSError):
                    self._socket_folder().rmdir()
            return True

    def pid(self) -> int | None:
        """Process id of the running server; None if there is none."""
        with suppress(OSError, ValueError, psutil.Error):
            first, _, _ = (self.data / "postmaster.pid").read_text(encoding="utf-8").partition("\n")
            process = psutil.Process(int(first))
            if process.name() == "postgres" and Path(process.cwd()) == self.data:
                return int(first)
        return None

    # who uses it

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Hold the right to create, start or stop the server."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            lock = os.open(self.folder / "postgres.lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise errors.unusable(self.folder, error) from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def _count_in(self) -> None:
        if self._use is not None and self._used_by == os.getpid():
            return
        self._use = os.open(self.folder / "postgres.users", os.O_RDWR | os.O_CREAT, 0o600)
        self._used_by = os.getpid()
        fcntl.flock(self._use, fcntl.LOCK_SH)
        atexit.register(self.leave)

    def _count_out(self) -> None:
        if self._use is not None:
            os.close(self._use)
        self._use = None
        atexit.unregister(self.leave)

    # starting

    def _answers(self, url: str) -> bool:
        if (self._socket_folder() / SOCKET_NAME).exists():
            with suppress(psycopg.OperationalError), psycopg.connect(url, connect_timeout=10):
                return True
        return False

    def _launch(self) -> None:
        if self.pid() is None:
            # A server that was killed leaves its pid file. When its number has gone to another program (usual in
            # containers), PostgreSQL would take that program for itself and refuse.
            (self.data / "postmaster.pid").unlink(missing_ok=True)
            self._write_configuration()
            timeout, log = f"--timeout={START_SECONDS}", f"--log={self.log}"
            self._run("pg_ctl", "start", "--wait", timeout, f"--pgdata={self.data}", log)
        # found running, but perhaps still starting or recovering
        deadline = time.monotonic() + START_SECONDS
        while not self._answers(self.url("postgres", "postgres")):
            if self.pid() is None or time.monotonic() > deadline:
                raise errors.not_started("", self.log)
            time.sleep(0.1)

    def _make_owner(self) -> None:
        """The owner of the schema: no superuser, as in production."""
        with psycopg.connect(self.url("postgres", "postgres"), autocommit=True) as connection:
            if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [OWNER]).fetchone():
                connection.execute(f"CREATE ROLE {OWNER} LOGIN CREATEDB CREATEROLE")
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [OWNER]).fetchone():
                connection.execute(f"CREATE DATABASE {OWNER} OWNER {OWNER}")

    # files

    def _create(self) -> None:
        if self.data.exists() and any(self.data.iterdir()):
            raise errors.incomplete(self.data)
        self._require_space(SPACE_TO_CREATE)
        # made beside and renamed, so that an interrupted creation never looks like a cluster
        made = self.folder / "postgres.new"
        shutil.rmtree(made, ignore_errors=True)
        host.private_folder(made)
        options = ["--username=postgres", "--auth=peer", "--encoding=UTF8", "--no-instructions", "--locale=C"]
        # the wheel's server has no ICU; the built-in collation sorts by code point and never changes underneath us
        options += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", f"--pgdata={made}"]
        try:
            self._run("initdb", *options, *([] if self.durable else ["--no-sync"]))
            with suppress(FileNotFoundError):
                self.data.rmdir()
            made.rename(self.data)
        finally:
            shutil.rmtree(made, ignore_errors=True)

    def _check(self) -> None:
        """What can be told before the server is asked."""
        owner = self.data.stat().st_uid
        if owner != host.server_user().pw_uid:
            raise errors.other_owner(self.data, owner)
        version = (self.data / "PG_VERSION").read_text(encoding="ascii", errors="replace").strip()
        if version != str(host.VERSION):
            raise errors.other_version(self.data, version, host.VERSION)
        self._require_space(SPACE_TO_START)

    def _require_space(self, needed: int) -> None:
        free = shutil.disk_usage(self.folder).free
        if free < needed:
            raise errors.no_space(self.folder, free, needed)

    def _write_configuration(self) -> None:
        """The configuration is ours alone and written anew at every start.

        Nobody else on the machine gets in: no TCP, a private socket folder, and `peer` authentication, by which
        the kernel vouches for the operating system's user. So no role needs a password here.
        """
        sockets = self._socket_folder()
        host.private_folder(sockets)
        durable = "on" if self.durable else "off"
        values = {
            "listen_addresses": "''",
            "unix_socket_directories": f"'{sockets}'",
            "unix_socket_permissions": "0700",
            "max_connections": "200",
            "shared_buffers": "'128MB'",
            "timezone": "'UTC'",
            "log_timezone": "'UTC'",
            "lc_messages": "'C'",
            "fsync": durable,
            "full_page_writes": durable,
        }
        user = pwd.getpwuid(os.geteuid()).pw_name
        files = {
            self.data / "postgresql.conf": "".join(f"{name} = {value}\n" for name, value in values.items()),
            self.data / "pg_hba.conf": "local all all peer map=xinya\n",
            self.data / "pg_ident.conf": f'xinya "{user}" all\n',
        }
        for path, text in files.items():
            path.write_text(text, encoding="utf-8")
            host.give(path, 0o600)
        self.log.touch()
        host.give(self.log, 0o600)

    def _socket_folder(self) -> Path:
        """In the data folder, unless its path is too long for a socket: then a private one named after it."""
        folder = self.folder / "run"
        if len(os.fsencode(folder / SOCKET_NAME)) <= SOCKET_PATH_LIMIT:
            return folder
        name = hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:16]
        return Path("/tmp") / f"xinya-{os.geteuid()}-{name}"

    def _run(self, program: str, *arguments: str) -> None:
        before = self.log.stat().st_size if self.log.exists() else 0
        code, words = host.run(program, *arguments, output=self.folder / f"{program}.out")
        if code:
            with suppress(FileNotFoundError), self.log.open("rb") as log:
                log.seek(before)
                words += log.read().decode("utf-8", "replace")
            raise errors.not_started(words, self.log)
