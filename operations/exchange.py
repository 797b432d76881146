"""One request and its answer on a connection, kept apart from the speed of whoever is at the other end.

What comes in is collected until a thread can read all of it without waiting; what goes out is kept until the other
end has taken it. Both lie in memory while they are small, and on disk beyond that.
"""

from __future__ import annotations

import os
import re
import socket
import tempfile
from typing import IO

#: Bytes of a request or of an answer that stay in memory.
IN_MEMORY = 64 * 1024
#: Bytes read from or written to a connection at once; fewer where each byte is looked at, so that nobody waits long.
PIECE = 256 * 1024
SMALL_PIECE = 16 * 1024
#: Bytes that the request line and the headers may have together.
HEAD_MOST = 64 * 1024
#: Bytes that the chunks of a body must have on average when they are not few, as the loop looks at each.
CHUNK_LEAST = 64
FEW_CHUNKS = 1000

BAD = (400, "Bad Request")
ENDLESS = (431, "Request Header Fields Too Large")

# Heads whose lines end in a bare LF, and lengths that are none, are for the server's parser to refuse.
_HEAD_END = re.compile(rb"\n\r?\n")
_LENGTH = re.compile(rb"\ncontent-length:[ \t]*(\d{1,15})[ \t]*\r?\n", re.IGNORECASE)
_CHUNKED = re.compile(rb"\ntransfer-encoding:", re.IGNORECASE)
_EXPECTS = re.compile(rb"\nexpect:[ \t]*100-continue[ \t]*\r?\n", re.IGNORECASE)


class _Chunks:
    """Finds the end of a body in chunks."""

    def __init__(self) -> None:
        self._left = 0  # of a chunk and the line's end after it
        self._line = b""
        self._lines = self._bytes = 0
        self._trailer = False

    def ended(self, data: bytes) -> bool:
        """Whether the body ends with this piece of it. Raises ValueError when it is none."""
        at = 0
        while at < len(data):
            if self._left:
                step = min(self._left, len(data) - at)
                self._left -= step
                at += step
                continue
            end = data.find(b"\n", at) + 1
            self._line += data[at : end or len(data)]
            if len(self._line) > HEAD_MOST:
                raise ValueError("a line without end")
            if not end:
                return False
            at = end
            line, self._line = self._line.strip(), b""
            if self._trailer and not line:
                return True
            if not self._trailer:
                self._begin(int(line.partition(b";")[0], 16))
            self._lines += 1
            if self._lines > FEW_CHUNKS and self._bytes < self._lines * CHUNK_LEAST:
                raise ValueError("nothing but crumbs")
        return False

    def _begin(self, size: int) -> None:
        if size < 0:
            raise ValueError("a chunk of less than nothing")
        self._trailer = size == 0
        self._left = size + 2 if size else 0
        self._bytes += size


class Inbox:
    """A request as it comes in. For the server's parser it is a socket on which nothing is ever late."""

    def __init__(self, most: int) -> None:
        """Take a body of at most `most` bytes; who sends more is answered without waiting for the rest."""
        self._most = HEAD_MOST + most
        self._kept: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - closed by `close`
        self._head = b""
        self._chunks: _Chunks | None = None
        self._size = 0  # of head and body, as far as the head tells
        self.received = 0
        #: The head has come.
        self.in_body = False
        #: With what status and reason to answer in place of the app.
        self.refused: tuple[int, str] | None = None
        #: The sender waits for a word before the body.
        self.expects = False
        #: A thread can work on it.
        self.complete = False
        #: Its end was not seen, so that nothing can follow on this connection.
        self.cut = False

    @property
    def piece(self) -> int:
        """Bytes to read from the connection next, at most."""
        return PIECE if self.in_body and not self._chunks else SMALL_PIECE

    def feed(self, data: bytes) -> None:
        """What has come."""
        self._kept.write(data)
        self.received += len(data)
        if not self.in_body:
            data = self._after_head(data)
        if not self.in_body:
            return
        try:
            self.complete = self._chunks.ended(data) if self._chunks else self.received >= self._size
        except ValueError:
            self.refused = BAD
        if not self.complete and max(self.received, self._size) > self._most:
            self.complete = self.cut = True
        if self.complete:
            self._kept.seek(0)

    def _after_head(self, data: bytes) -> bytes:
        seen = len(self._head)
        self._head += data
        end = _HEAD_END.search(self._head, max(0, seen - 2))
        if (end.end() if end else len(self._head)) > HEAD_MOST:
            self.refused = ENDLESS
        if not end or self.refused:
            return b""
        self.in_body = True
        head, rest = self._head[: end.end()], self._head[end.end() :]
        self._head = b""
        length = _LENGTH.search(head)
        self._chunks = _Chunks() if _CHUNKED.search(head) else None
        self._size = len(head) + (int(length[1]) if length else 0)
        self.expects = b" HTTP/1.1\r\n" in head and _EXPECTS.search(head) is not None
        return rest

    def recv(self, size: int) -> bytes:
        """The next bytes; none when there are no more."""
        return self._kept.read(size)

    def close(self) -> None:
        """Forget it."""
        self._kept.close()


class Outbox:
    """An answer on its way. For the server it is a socket that takes everything at once."""

    def __init__(self, own: socket.socket) -> None:
        self._own = own
        self._kept: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - closed by `close`
        self._at = self._end = 0

    @property
    def left(self) -> int:
        """Bytes that the other end did not take yet."""
        return self._end - self._at

    def sendall(self, data: bytes) -> None:
        """Send what the other end takes now, and keep the rest."""
        rest = data if self.left else data[self._taken(data) :]
        if rest:
            self._kept.seek(0, os.SEEK_END)
            self._kept.write(rest)
            self._end += len(rest)

    def flush(self) -> int:
        """Send a piece of what was kept; how many bytes the other end took. Raises OSError when it is gone."""
        if not self.left:
            return 0
        self._kept.seek(self._at)
        taken = self._taken(self._kept.read(PIECE))
        self._at += taken
        if not self.left:
            self._kept.seek(0)
            self._kept.truncate()
            self._at = self._end = 0
        return taken

    def _taken(self, data: bytes) -> int:
        try:
            return self._own.send(data)
        except BlockingIOError:
            return 0

    def close(self) -> None:
        """Forget what was not sent."""
        self._kept.close()
        self._at = self._end = 0

    # what else the server asks of a socket

    def send(self, data: bytes) -> int:
        """Nothing: the server sends only "100 Continue" in this way, which was said before the body came."""
        return len(data)

    def gettimeout(self) -> float:
        """Nothing is waited for."""
        return 0.0

    def setblocking(self, _blocking: bool) -> None:
        """Nothing is waited for."""

    def shutdown(self, _how: int) -> None:
        """The connection is ended by the loop that holds it."""
        raise OSError
