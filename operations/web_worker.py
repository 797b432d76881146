"""The web processes: threads work on requests, and on nothing else.

One loop holds all connections. It collects a request whole before a thread gets it, and sends on what a thread has
answered, so that however slowly, and however many, clients send or read, no thread ever waits for one.
"""

from __future__ import annotations

import errno
import selectors
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from gunicorn import util
from gunicorn.http import get_parser
from gunicorn.workers.gthread import STOP_KEEPALIVE_LINGER, ThreadWorker

import settings
from operations.exchange import IN_MEMORY, PIECE, Inbox, Outbox
from webkit.app import FORM_TEXT_LIMIT

#: Seconds within which a head, a body, or the reading of an answer must have ended ...
PATIENCE = 20.0
#: ... but a body or an answer has one more for each so many bytes that moved: the slowest that we wait for.
SLOWEST = 1000
#: Seconds without anything from the other end after which we hang up, when it had its last answer; and at most.
FAREWELL = 3.0
LONGEST_FAREWELL = 60.0
#: So many times the largest request may lie in one process in requests and answers together.
LARGEST_KEPT = 20

LATE = (408, "Request Timeout")


class Connection:
    """A client. What gunicorn's worker asks of it has gunicorn's names."""

    initialized = True
    is_http2 = False

    def __init__(self, own: socket.socket, client: Any, server: Any, inbox: Inbox) -> None:
        own.setblocking(False)
        self.own, self.client, self.server = own, client, server
        self.inbox = inbox
        self.sock = Outbox(own)
        self.parser: Any = None
        #: Whether another request may follow.
        self.keep = True
        #: Since when we wait for the other end, and until when (`time.monotonic`); bytes that moved meanwhile.
        self.since = self.deadline = 0.0
        self.moved = 0

    @property
    def kept(self) -> int:
        """Bytes that lie here."""
        return self.inbox.received + self.sock.left

    def init(self) -> None:
        """Nothing is left to do."""

    def close(self) -> None:
        """Hang up."""
        for part in (self.inbox, self.sock, self.own):
            with suppress(OSError):  # a full disk
                part.close()


class BufferingWorker(ThreadWorker):  # type: ignore[misc] # gunicorn is published without types
    """gunicorn's threaded worker, with requests and answers buffered as a reverse proxy does."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._most = settings.current().upload_limit_bytes + FORM_TEXT_LIMIT
        self._held: set[Connection] = set()
        #: Those of them that wait for the other end; the others are worked on.
        self._waiting: set[Connection] = set()

    # coming

    def accept(self, listener: socket.socket) -> None:
        """Take a new connection; when there are too many, the one that has kept us waiting longest goes."""
        if self.nr_conns + 1 >= self.worker_connections:
            self._make_room(self._waiting)
        try:
            own, client = listener.accept()
        except OSError as error:
            if error.errno in (errno.EMFILE, errno.ENFILE):
                self._make_room(self._waiting)
            elif error.errno not in (errno.EAGAIN, errno.ECONNABORTED):
                raise
            return
        self.nr_conns += 1
        connection = Connection(own, client, listener.getsockname(), Inbox(self._most))
        self._held.add(connection)
        self._wait(connection, selectors.EVENT_READ, self._on_request, PATIENCE)

    def _on_request(self, connection: Connection) -> None:
        data = connection.own.recv(connection.inbox.piece)
        if not data:
            self._end(connection)
            return
        if not connection.inbox.received:  # the first piece after a pause between two requests
            self._begin(connection, PATIENCE)
        connection.inbox.feed(data)
        if connection.inbox.in_body:
            connection.moved += len(data)
        self._look(connection)

    def _look(self, connection: Connection) -> None:
        inbox = connection.inbox
        if inbox.refused:
            self._refuse(connection, *inbox.refused)
        elif inbox.complete:
            self._wait_no_more(connection)
            connection.parser = get_parser(self.cfg, inbox, connection.client)
            self.enqueue_req(connection)
        else:
            if inbox.expects:
                inbox.expects = False
                connection.own.send(b"HTTP/1.1 100 Continue\r\n\r\n")
            self._bound(connection)

    def handle_request(self, req: Any, conn: Connection) -> Any:
        """Answer, and say so when no further request can be understood on this connection."""
        if conn.inbox.cut:
            req.force_close()
        return super().handle_request(req, conn)

    # going

    def finish_request(self, conn: Connection, fs: Any) -> None:
        """A thread has answered: send on what is left of that, then wait for the next request."""
        self._guarded(self._answered, conn, fs)

    def _answered(self, connection: Connection, future: Any) -> None:
        connection.keep = bool(future.result())
        begun = b""
        if connection.keep:
            begun = connection.parser.unreader.take_buffered() + connection.inbox.recv(-1)
        self._forget(connection)
        if begun:
            connection.inbox.feed(begun)
        self._send(connection)

    def _forget(self, connection: Connection) -> None:
        connection.inbox.close()
        connection.inbox = Inbox(self._most)

    def _send(self, connection: Connection) -> None:
        connection.moved += connection.sock.flush()
        if connection.sock.left:
            if connection not in self._waiting:
                self._wait(connection, selectors.EVENT_WRITE, self._send, PATIENCE)
            self._bound(connection)
        elif connection.keep:
            pause = self.cfg.keepalive if self.alive else STOP_KEEPALIVE_LINGER
            seconds = PATIENCE if connection.inbox.received else pause
            self._wait(connection, selectors.EVENT_READ, self._on_request, seconds)
            self._look(connection)
        else:
            # who hears that we hang up before all was sent would lose the answer
            connection.own.shutdown(socket.SHUT_WR)
            self._wait(connection, selectors.EVENT_READ, self._on_farewell, FAREWELL)

    def _on_farewell(self, connection: Connection) -> None:
        if not connection.own.recv(PIECE):
            self._end(connection)
        connection.deadline = min(time.monotonic() + FAREWELL, connection.since + LONGEST_FAREWELL)

    def _refuse(self, connection: Connection, status: int, reason: str) -> None:
        self._wait_no_more(connection)
        self._forget(connection)
        util.write_error(connection.sock, status, reason, "")
        connection.keep = False
        self._send(connection)

    # waiting

    def _wait(
        self, connection: Connection, event: int, then: Callable[[Connection], None], seconds: float
    ) -> None:
        """Do `then` whenever the other end has sent or can take something; end the connection if it has not."""
        self._wait_no_more(connection)
        self.poller.register(connection.own, event, lambda _socket: self._on_event(then, connection))
        self._waiting.add(connection)
        self._begin(connection, seconds)

    @staticmethod
    def _begin(connection: Connection, seconds: float) -> None:
        connection.since = time.monotonic()
        connection.deadline = connection.since + seconds
        connection.moved = 0

    def _wait_no_more(self, connection: Connection) -> None:
        if connection in self._waiting:
            self._waiting.remove(connection)
            self.poller.unregister(connection.own)

    def _on_event(self, act: Callable[[Connection], None], connection: Connection) -> None:
        if connection in self._waiting:  # not ended by what happened at the same time
            self._guarded(act, connection)

    def _guarded(self, act: Callable[..., None], connection: Connection, *more: Any) -> None:
        try:
            act(connection, *more)
        except BlockingIOError:
            pass  # nothing there after all
        except OSError:
            self._end(connection)
        except Exception:
            self.log.exception("Error on a connection")
            self._end(connection)

    def _bound(self, connection: Connection) -> None:
        """Let nobody fill memory and disk."""
        if connection.kept > IN_MEMORY and sum(each.kept for each in self._held) > LARGEST_KEPT * self._most:
            self._make_room({each for each in self._waiting if each.kept > IN_MEMORY})

    def _make_room(self, among: set[Connection]) -> None:
        if among:
            self._end(min(among, key=lambda connection: connection.since))

    def _end(self, connection: Connection) -> None:
        if connection in self._held:
            self._held.remove(connection)
            self._wait_no_more(connection)
            self.nr_conns -= 1
            connection.close()

    def murder_pending(self) -> None:
        """End the connections whose time is over; gunicorn's loop calls this at least every second."""
        now = time.monotonic()
        for connection in [each for each in self._waiting if now > each.deadline + each.moved / SLOWEST]:
            if connection.inbox.received and not connection.sock.left:
                self._guarded(self._refuse, connection, *LATE)
            else:
                self._end(connection)

    def _cap_keepalive(self, deadline: float) -> None:
        for connection in self._waiting:
            if not connection.kept:
                connection.deadline = min(connection.deadline, deadline)
