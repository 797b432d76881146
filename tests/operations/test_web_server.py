"""What the web server makes of its clients: it believes none of them, and none keeps the others from being served."""

from __future__ import annotations

import hashlib
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from http.client import parse_headers
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from operations.exchange import Inbox
from tests.support.mirror import BLOCK, BLOCKS
from tests.support.processes import free_port, until

HEAD = b"POST / HTTP/1.1\r\nHost: x\r\n"
LIMIT = 1024 * 1024
CLAIMED = {
    "SCRIPT_NAME": "/workspace",
    "PATH_INFO": "/elsewhere",
    "REMOTE_USER": "office",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Protocol": "ssl",
    "X-Forwarded-Ssl": "on",
    "X-Forwarded-For": "192.0.2.7",
    "X-Forwarded-Host": "desk.example.cn",
    "Forwarded": "for=192.0.2.7;proto=https;host=desk.example.cn",
}
AT_ONCE = 5.0  # seconds, on a busy machine


class Server:
    """The web server as `xinya serve` starts it, with two threads and little patience."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        command = [sys.executable, "-m", "gunicorn", "--config", "python:tests.support.mirror"]
        own = {"XINYA_DATA": str(folder), "PORT": str(self.port), "HOST": "127.0.0.1", "WEB_PROCESSES": "1"}
        own |= {"WEB_THREADS": "2", "UPLOAD_LIMIT_BYTES": str(LIMIT)}
        self.process = subprocess.Popen([*command, "tests.support.mirror:app"], env={**os.environ, **own})

    def connect(self, *sent: bytes) -> socket.socket:
        client = socket.create_connection(("127.0.0.1", self.port), timeout=30)
        for piece in sent:
            client.sendall(piece)
        return client

    def answers(self) -> bool:
        with suppress(ConnectionRefusedError), self.connect(b"GET /here HTTP/1.1\r\nHost: x\r\n\r\n") as client:
            client.settimeout(AT_ONCE)
            return path(client) == "/here"
        return False


def answer(client: socket.socket) -> tuple[int, bytes]:
    """Status and body of the next answer; what follows stays unread."""
    with client.makefile("rb", buffering=0) as file:
        status = file.readline()
        left = int(parse_headers(file)["Content-Length"])
        body = b""
        while piece := file.read(left - len(body)):
            body += piece
    assert len(body) == left
    return int(status.split()[1]), body


def told(client: socket.socket) -> dict[str, Any]:
    """What the app got."""
    status, body = answer(client)
    assert status == 200
    return dict(json.loads(body))


def path(client: socket.socket) -> str:
    return str(told(client)["environment"]["PATH_INFO"])


def arrived(client: socket.socket, body: bytes) -> bool:
    """Whether the app got this body."""
    return bool(told(client)["body"] == {"size": len(body), "sum": hashlib.sha256(body).hexdigest()})


def in_chunks(*pieces: bytes) -> bytes:
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in (*pieces, b""))


@pytest.fixture(scope="module")
def server(module_folder: Path) -> Iterator[Server]:
    server = Server(module_folder)
    try:
        until(server.answers)
        yield server
    finally:
        server.process.terminate()
        server.process.wait(60)


@pytest.fixture
def crowd() -> Iterator[ExitStack]:
    """Connections that end with the test."""
    with ExitStack() as stack:
        yield stack


def test_no_forwarded_header_is_believed(server: Server) -> None:
    claims = "".join(f"{name}: {value}\r\n" for name, value in CLAIMED.items())
    with server.connect(f"GET /workspace/page HTTP/1.1\r\nHost: h:1\r\n{claims}\r\n".encode()) as client:
        assert told(client)["environment"] == {
            "SCRIPT_NAME": "", "PATH_INFO": "/workspace/page", "REMOTE_ADDR": "127.0.0.1", "REMOTE_USER": "",
            "HTTP_HOST": "h:1", "wsgi.url_scheme": "http",
        }  # fmt: skip


def test_half_sent_requests_stop_nobody(server: Server, crowd: ExitStack) -> None:
    for _each in range(200):
        crowd.enter_context(server.connect(HEAD))
    for _each in range(100):
        crowd.enter_context(server.connect(HEAD, b"Content-Length: 1000\r\n\r\nabc"))
    assert server.answers()


def test_more_connections_than_there_is_room_for_stop_nobody(server: Server, crowd: ExitStack) -> None:
    for _each in range(450):
        crowd.enter_context(server.connect(HEAD))
    assert server.answers()


def test_readers_that_do_not_read_stop_nobody_and_lose_nothing(server: Server, crowd: ExitStack) -> None:
    asked = b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n"
    readers = [crowd.enter_context(server.connect(asked)) for _each in range(4)]
    assert server.answers()
    assert answer(readers[-1]) == (200, BLOCK * BLOCKS)


def test_the_slow_are_served_while_they_go_on_and_sent_away_when_they_do_not(
    server: Server, crowd: ExitStack
) -> None:
    body = b"a=1&" * 20_000
    slow = crowd.enter_context(server.connect(HEAD, b"Content-Length: %d\r\n\r\n" % len(body)))
    head = crowd.enter_context(server.connect(HEAD))
    stalled = crowd.enter_context(server.connect(HEAD, b"Content-Length: 1000\r\n\r\nabc"))
    stalled.settimeout(0.1)
    sent = 0
    for at in range(0, len(body), 1000):
        slow.sendall(body[at : at + 1000])
        sent = at + 1000
        with suppress(TimeoutError):
            stalled.recv(1, socket.MSG_PEEK)
            break
    assert sent < len(body)
    assert [answer(client)[0] for client in (stalled, head)] == [408, 408]
    assert [client.recv(1) for client in (stalled, head)] == [b"", b""]
    slow.sendall(body[sent:])
    assert arrived(slow, body)


@pytest.mark.parametrize("endless", [b"X-Long: " + b"x" * 100_000, b"X-Short: x\r\n" * 10_000 + b"\r\n"])
def test_a_head_that_never_ends_is_refused(server: Server, endless: bytes) -> None:
    with server.connect(HEAD, endless) as client:
        assert answer(client)[0] == 431
        assert client.recv(1) == b""


@pytest.mark.parametrize("size", [300, 900_000])
def test_a_body_in_pieces_arrives_whole(server: Server, size: int) -> None:
    body = os.urandom(size)
    third = size // 3
    with server.connect() as client:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for start, end in pairwise((0, third, 2 * third, size)):
            if not start:
                client.sendall(HEAD + b"Content-Length: %d\r\n\r\n" % size)
            client.sendall(body[start:end])
            assert server.answers()  # the server had its time with that piece
        assert arrived(client, body)


def test_a_body_in_chunks_arrives_whole(server: Server) -> None:
    pieces = [b"x", os.urandom(100_000), b"\r\n0\r\n\r\n", os.urandom(7)]
    with server.connect() as client:
        for end in (b"", b"GET /next HTTP/1.1\r\nHost: x\r\n\r\n"):
            client.sendall(HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + in_chunks(*pieces) + end)
            assert arrived(client, b"".join(pieces))
        assert path(client) == "/next"


def test_requests_sent_ahead_are_answered_in_order(server: Server) -> None:
    posted = HEAD + b"Content-Length: 3\r\n\r\nabc"
    with server.connect(b"GET /one HTTP/1.1\r\nHost: x\r\n\r\n" + posted + posted[:40]) as client:
        assert path(client) == "/one"
        assert arrived(client, b"abc")
        client.sendall(posted[40:])
        assert arrived(client, b"abc")


def test_who_asks_before_sending_the_body_is_told_to_go_on_once(server: Server) -> None:
    with server.connect(HEAD, b"Content-Length: 3\r\nExpect: 100-continue\r\n\r\n") as client:
        go_on = b"HTTP/1.1 100 Continue\r\n\r\n"
        assert client.recv(len(go_on), socket.MSG_WAITALL) == go_on
        client.sendall(b"abc")
        assert arrived(client, b"abc")


def test_who_sends_too_much_gets_to_read_that_it_was_too_much(server: Server) -> None:
    size = 40 * LIMIT
    with server.connect(b"POST /refuse HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % size) as client:
        for _each in range(size // LIMIT):
            client.sendall(bytes(LIMIT))
        assert answer(client)[0] == 413
        assert client.recv(1) == b""


@pytest.mark.parametrize(
    "request_",
    [
        b"GET / HTTP/1.1\nHost: x\n\n",
        HEAD + b"Content-Length: one\r\n\r\n",
        HEAD + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        HEAD + b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n-1\r\n\r\n",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + b"1\r\nx\r\n" * 2000,
        b"\r\n\r\n",
    ],
)
def test_what_is_no_request_is_refused_at_once(server: Server, request_: bytes) -> None:
    with server.connect(request_) as client:
        assert answer(client)[0] == 400
        assert client.recv(1) == b""


@pytest.mark.parametrize(
    "body",
    [
        b"Content-Length: 5\r\n\r\n12345",
        b"Transfer-Encoding: chunked\r\n\r\n3;a=b\r\n1\r\n\r\n0\r\nX: y\r\n\r\n",
    ],
)
def test_a_request_is_whole_at_its_end_wherever_it_is_cut(body: bytes) -> None:
    whole = HEAD + body
    for cut in range(1, len(whole)):
        inbox = Inbox(LIMIT)
        inbox.feed(whole[:cut])
        assert not inbox.complete
        inbox.feed(whole[cut:] + b"GET")
        assert inbox.complete and not inbox.cut
        assert inbox.recv(-1) == whole + b"GET"
        inbox.close()


def test_told_to_stop_it_finishes_what_it_has_begun(server: Server, tmp_path: Path) -> None:
    # the last test of this module: the server ends
    came, go = tmp_path / "came", tmp_path / "go"
    os.mkfifo(came)
    os.mkfifo(go)
    with (
        server.connect(b"GET /hold?pipe=%b&pipe=%b HTTP/1.1\r\nHost: x\r\n\r\n" % (bytes(came), bytes(go))) as held,
        server.connect(b"GET /one HTTP/1.1\r\nHost: x\r\n\r\n") as idle,
    ):
        came.read_bytes()
        assert path(idle) == "/one"
        server.process.terminate()
        assert idle.recv(1) == b""  # now it is stopping
        go.write_bytes(b"")
        assert path(held) == "/hold"
    assert server.process.wait(30) == 0
