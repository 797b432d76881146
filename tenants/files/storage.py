"""Where the bytes of files are kept: one small interface, a folder or any S3 behind it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Protocol
from urllib.parse import quote
from uuid import UUID

_KEY = re.compile(r"[a-z0-9][a-z0-9-]*(/[A-Za-z0-9][A-Za-z0-9._-]*){1,4}")
_CHUNK = 64 * 1024


class StoreDown(Exception):
    """The file store cannot be reached or is full. What was asked may be tried again later."""


class NotStored(Exception):
    """There is no object under this key."""


class Readable(Protocol):
    """What an opened object is read from."""

    def read(self, size: int = ..., /) -> bytes: ...

    def close(self) -> None: ...


@dataclass(slots=True)
class Opened:
    """An object being read: `length` bytes from `start`, of `size` in all. Close it or exhaust `chunks`."""

    stream: Readable
    size: int
    start: int
    length: int

    def chunks(self) -> Iterator[bytes]:
        """The bytes asked for, piece by piece; closes at the end."""
        left = self.length
        try:
            while left and (chunk := self.stream.read(min(_CHUNK, left))):
                left -= len(chunk)
                yield chunk
        finally:
            self.stream.close()

    def read(self) -> bytes:
        """All the bytes asked for."""
        return b"".join(self.chunks())


@dataclass(frozen=True, slots=True)
class Found:
    """An object in the store and when it was written."""

    key: str
    modified: datetime


class Storage(Protocol):
    """A file store. Every method may raise `StoreDown`; a malformed key is a `ValueError`."""

    def put(self, key: str, content: BinaryIO, *, content_type: str) -> None:
        """Store all of `content` under `key`, at once or not at all."""

    def open(self, key: str, *, start: int = 0, end: int | None = None) -> Opened:
        """Read the bytes from `start` to before `end`. Raises `NotStored`; `ValueError` for an empty range."""

    def exists(self, key: str) -> bool:
        """Whether there is an object under `key`."""

    def delete(self, key: str) -> None:
        """Remove the object; nothing happens when there is none."""

    def signed_url(self, key: str, filename: str, seconds: int, *, content_type: str) -> str:
        """An address from which whoever has it may download the object for `seconds`."""

    def find(self, prefix: str = "") -> Iterator[Found]:
        """Every object whose key begins with `prefix`."""

    def check(self) -> None:
        """Write, read and remove a probe; raises `StoreDown` with the reason."""


def checked(key: str) -> str:
    """The key itself, if it is one: folders and a name, none beginning with a dot."""
    if len(key) > 200 or not _KEY.fullmatch(key):
        raise ValueError(f"not a storage key: {key[:80]!r}")
    return key


def key_of(owner: UUID | None, file_id: UUID, name: str) -> str:
    """Key of an object. Its owner (a tenant, a bureau; None: the district) comes first: a store can be split by it."""
    return checked(f"{owner or 'district'}/{file_id}/{name}")


def content_disposition(filename: str, *, download: bool = True) -> str:
    """The header that names a file, right for Chinese names too (RFC 6266)."""
    plain = re.sub(r'[^\x20-\x7e]|["\\%;]', "_", filename)
    kind = "attachment" if download else "inline"
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='')}"
