"""A real Elasticsearch on this machine's loopback, for tests and for a local trial.

The server is the one that Elastic publishes for integration tests, fetched once from Maven Central by Maven; it
needs Java 17. It refuses to run as root, so root starts it as an unprivileged user.

    python -m search.local_elasticsearch     one node; Ctrl-C stops it
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import json
import os
import pwd
import secrets
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
import zipfile
from base64 import b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import pbkdf2_hmac
from pathlib import Path

import settings as settings_module
from search.local_certificates import Authority

VERSION = "8.19.21"
_ARTIFACT = f"org.elasticsearch.distribution.integ-test-zip:elasticsearch:{VERSION}:zip"
_MAVEN_COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy"
_START_SECONDS = 600
_USER = "nobody"
_ROUNDS = 1000  # of hashing a password that is random; the server knows but certain numbers
_QUICK = "-XX:TieredStopAtLevel=1"  # most of a start is the compiler's work on code that runs for seconds
_BRIEF = f"{_QUICK} -XX:-UseG1GC -XX:+UseSerialGC"


class Unavailable(Exception):
    """The server cannot be fetched or started here; the message says why."""


def fetch(folder: Path) -> Path:
    """Have the server's files under `folder`; returns its home. Fetches them the first time."""
    home = folder / f"elasticsearch-{VERSION}"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "fetch.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if (home / "complete").exists():
            return home
        for tool in ("java", "mvn"):
            if shutil.which(tool) is None:
                raise Unavailable(f"{tool} is not installed")
        archive = folder / f"elasticsearch-{VERSION}.zip"
        if not archive.exists():
            print(f"fetching elasticsearch {VERSION} (about 100 MB) ...", file=sys.stderr, flush=True)
            command = ["mvn", "-q", "-B", _MAVEN_COPY, f"-Dartifact={_ARTIFACT}", f"-DoutputDirectory={folder}"]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode or not archive.exists():
                raise Unavailable(f"could not fetch it: {(done.stdout + done.stderr).strip()[-400:]}")
        shutil.rmtree(home, ignore_errors=True)
        _unpack(archive, folder)
        (home / "complete").touch()
        return home


def _unpack(archive: Path, folder: Path) -> None:
    with zipfile.ZipFile(archive) as packed:
        for member in packed.infolist():
            target = Path(packed.extract(member, folder))
            mode = member.external_attr >> 16
            if mode and target.is_file():
                target.chmod(mode | 0o444)


@dataclass
class Cluster:
    """One or several nodes on loopback. Use as a context manager.

    `security` asks for a password and TLS. `url` is what `ELASTICSEARCH_URL` takes. A cluster that is `brief` starts
    with half the work and is slower for good: for one that is soon stopped again.
    """

    home: Path
    folder: Path
    nodes: int = 1
    security: bool = False
    heap_megabytes: int = 512
    brief: bool = False
    port: int = 0
    user: str = "xinya"
    password: str = field(default_factory=lambda: secrets.token_urlsafe(12))
    #: Of each node, for HTTP and among themselves; chosen at the start.
    ports: list[tuple[int, int]] = field(default_factory=list)
    _authority: Authority | None = None
    _processes: dict[int, subprocess.Popen[bytes]] = field(default_factory=dict)

    def __enter__(self) -> Cluster:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """Addresses of all nodes, comma separated."""
        scheme = "https" if self.security else "http"
        return ",".join(f"{scheme}://127.0.0.1:{http}" for http, _ in self.ports)

    @property
    def ca_file(self) -> Path | None:
        """The certificate authority of a cluster with security."""
        return self.folder / "ca.crt" if self.security else None

    def start(self) -> None:
        """Start all nodes and wait until the cluster answers."""
        self.ports = [(self.port or _free_port(), _free_port()) for _ in range(self.nodes)]
        for node in range(self.nodes):
            self._configure(node)
        for node in range(self.nodes):
            self.start_node(node)
        # "red" until what is kept in the data folder has been opened again
        self.wait(nodes=self.nodes, status="yellow")

    def start_node(self, node: int) -> None:
        """Start one node (again)."""
        base = self._base(node)
        environment = {
            **_environment(base / "config"),
            "ES_JAVA_OPTS": f"-Xms{self.heap_megabytes}m -Xmx{self.heap_megabytes}m {_BRIEF if self.brief else ''}",
            "ES_TMPDIR": str(base / "tmp"),
            "HOME": str(base),
        }
        with (base / "console.log").open("ab") as log:
            self._processes[node] = subprocess.Popen(
                [str(self.home / "bin" / "elasticsearch")],
                env=environment,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
                cwd=base,
                **_as_unprivileged(),  # type: ignore[call-overload]
            )

    def kill_node(self, node: int) -> None:
        """Kill a node without warning."""
        self._end(node, signal.SIGKILL)

    def freeze(self) -> None:
        """Make all nodes stop answering without closing their connections."""
        for process in self._processes.values():
            os.killpg(process.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        """Let frozen nodes go on."""
        for process in self._processes.values():
            os.killpg(process.pid, signal.SIGCONT)

    def wait(self, *, nodes: int, status: str = "") -> None:
        """Until so many nodes are joined (and the health is at least `status`)."""
        path = f"/_cluster/health?wait_for_nodes={nodes}&timeout=2s" + (f"&wait_for_status={status}" if status else "")
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            for node, process in self._processes.items():
                if process.poll() is not None:
                    raise Unavailable(f"node {node} ended with {process.returncode}: {self._last_words(node)}")
            for node in self._processes:
                with contextlib.suppress(OSError, ValueError):
                    if not self.get(node, path)["timed_out"]:
                        return
            time.sleep(0.3)
        raise Unavailable(f"not ready after {_START_SECONDS} s: {self._last_words(0)}")

    def get(self, node: int, path: str) -> dict[str, object]:
        """Ask one node directly."""
        scheme = "https" if self.security else "http"
        request = urllib.request.Request(f"{scheme}://127.0.0.1:{self.ports[node][0]}{path}")
        context = None
        if self.security:
            signed_in = b64encode(f"{self.user}:{self.password}".encode()).decode()
            request.add_header("Authorization", f"Basic {signed_in}")
            context = ssl.create_default_context(cafile=str(self.ca_file))
        opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context)
        )
        with opener.open(request, timeout=5) as answer:
            found: dict[str, object] = json.load(answer)
            return found

    def stop(self) -> None:
        """Stop every node, by force where asking does not help."""
        for process in self._processes.values():
            if process.poll() is None:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGCONT)
                    process.terminate()
        for node in list(self._processes):
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._processes[node].wait(30)
            self._end(node, signal.SIGKILL)

    def _end(self, node: int, sign: signal.Signals) -> None:
        process = self._processes.pop(node)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, sign)
        process.wait()

    def _base(self, node: int) -> Path:
        return self.folder / f"node-{node}"

    def _last_words(self, node: int) -> str:
        log = self._base(node) / "console.log"
        return log.read_text(errors="replace")[-1500:] if log.exists() else ""

    def _configure(self, node: int) -> None:
        base = self._base(node)
        shutil.copytree(self.home / "config", base / "config", dirs_exist_ok=True)
        (base / "tmp").mkdir(exist_ok=True)
        http, transport = self.ports[node]
        names = [f"node-{n}" for n in range(self.nodes)]
        lines = [
            "cluster.name: xinya-local",
            f"node.name: node-{node}",
            f"path.data: {base / 'data'}",
            f"path.logs: {base / 'logs'}",
            "network.host: 127.0.0.1",
            f"http.port: {http}",
            f"transport.port: {transport}",
            f"discovery.seed_hosts: {json.dumps([f'127.0.0.1:{t}' for _, t in self.ports])}",
            f"cluster.initial_master_nodes: {json.dumps(names)}",
            "node.store.allow_mmap: false",
            "cluster.routing.allocation.disk.threshold_enabled: false",
            f"xpack.security.enabled: {str(self.security).lower()}",
        ]
        if self.security:
            lines += self._secure(node, base / "config")
        (base / "config" / "elasticsearch.yml").write_text("\n".join(lines) + "\n", encoding="utf-8")
        _give_away(base)

    def _secure(self, node: int, config: Path) -> list[str]:
        """Certificates, and an administrator of the file realm: the server's own tools take seconds for either."""
        if self._authority is None:
            self._authority = Authority()
            (self.folder / "ca.crt").write_bytes(self._authority.certificate)
        self._authority.write(config / f"node-{node}.crt", config / f"node-{node}.key", f"node-{node}")
        shutil.copy(self.folder / "ca.crt", config / "ca.crt")
        salt = secrets.token_bytes(32)
        hashed = (salt, pbkdf2_hmac("sha512", self.password.encode(), salt, _ROUNDS, 32))
        words = "$".join(b64encode(part).decode() for part in hashed)
        (config / "users").write_text(f"{self.user}:{{PBKDF2}}{_ROUNDS}${words}\n", encoding="ascii")
        (config / "users_roles").write_text(f"superuser:{self.user}\n", encoding="ascii")
        lines = []
        for layer in ("http", "transport"):
            lines += [
                f"xpack.security.{layer}.ssl.enabled: true",
                f"xpack.security.{layer}.ssl.key: node-{node}.key",
                f"xpack.security.{layer}.ssl.certificate: node-{node}.crt",
                f"xpack.security.{layer}.ssl.certificate_authorities: [ca.crt]",
            ]
        return lines


def _environment(config: Path) -> dict[str, str]:
    """The environment of the server: the machine's Java, nothing else of ours."""
    java = Path(shutil.which("java") or "/usr/bin/java").resolve()
    ours = {k: v for k, v in os.environ.items() if not k.startswith(("ES_", "ELASTIC", "JAVA_TOOL"))}
    return {
        **ours,
        "ES_JAVA_HOME": str(java.parent.parent),
        "ES_PATH_CONF": str(config),
        "CLI_JAVA_OPTS": _QUICK,
    }


def _as_unprivileged() -> dict[str, object]:
    """How to start a process that is not root."""
    if os.geteuid():
        return {}
    who = pwd.getpwnam(_USER)
    return {"user": who.pw_uid, "group": who.pw_gid, "extra_groups": []}


def _give_away(folder: Path) -> None:
    """Let the unprivileged user own a node's folder. Raises `Unavailable` when they cannot reach it."""
    if os.geteuid():
        return
    who = pwd.getpwnam(_USER)
    for path in (folder, *folder.rglob("*")):
        os.chown(path, who.pw_uid, who.pw_gid)
    closed = [str(parent) for parent in folder.resolve().parents if not parent.stat().st_mode & 0o001]
    if closed:
        raise Unavailable(f"the server does not run as root, and the user {_USER!r} cannot enter {closed[0]}")


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@contextlib.contextmanager
def interrupted_by_signals() -> Iterator[None]:
    """Turn a request to end into `KeyboardInterrupt`."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one node until interrupted."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=9200)
    parser.add_argument("--nodes", type=int, default=1)
    options = parser.parse_args(arguments)
    data = settings_module.current().data_folder
    folder = data / "elasticsearch"
    try:
        home = fetch(data / "tools")
        print(f"starting elasticsearch {VERSION} ...", file=sys.stderr, flush=True)
        port = options.port if options.nodes == 1 else 0
        with interrupted_by_signals(), Cluster(home, folder, nodes=options.nodes, port=port) as cluster:
            print(f"ELASTICSEARCH_URL={cluster.url}   (Ctrl-C stops it)", flush=True)
            signal.pause()
    except KeyboardInterrupt:
        print("stopped")
    except Unavailable as reason:
        print(f"elasticsearch: {reason}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
