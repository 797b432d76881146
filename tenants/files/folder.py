"""Files in a folder: the default store."""

from __future__ import annotations

import errno
import fcntl
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from itsdangerous import BadSignature, URLSafeSerializer

from tenants.files.storage import Found, NotStored, Opened, StoreDown, checked

#: Where a door serves signed links (`verify_link`).
LINK_PATH = "/files/"
_INCOMING = ".incoming"


@dataclass(frozen=True, slots=True)
class Link:
    """What a signed link opens."""

    key: str
    filename: str
    content_type: str


def _signer(signing_key: str) -> URLSafeSerializer:
    return URLSafeSerializer(signing_key, salt="tenants.files.link")


def verify_link(signing_key: str, token: str) -> Link | None:
    """What the token of a signed link opens; None when it is forged or its time is over."""
    try:
        key, filename, content_type, expires = _signer(signing_key).loads(token)
    except (BadSignature, ValueError):
        return None
    return Link(key, filename, content_type) if time.time() < expires else None


class FolderStorage:
    """Objects as files below `root`; written beside and moved into place, so none is ever half there."""

    def __init__(self, root: Path, signing_key: str) -> None:
        self.root = root
        self._signing_key = signing_key

    def _path(self, key: str) -> Path:
        return self.root / checked(key)

    @contextmanager
    def _folders_held(self) -> Iterator[None]:
        """Alone among all processes: a folder must not be taken away while a file is moved into it."""
        self.root.mkdir(parents=True, exist_ok=True)
        with (self.root / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def put(self, key: str, content: BinaryIO, *, content_type: str) -> None:
        path = self._path(key)
        with _store_errors():
            incoming = self.root / _INCOMING / secrets.token_hex(16)
            incoming.parent.mkdir(parents=True, exist_ok=True)
            try:
                with incoming.open("xb") as file:
                    shutil.copyfileobj(content, file)
                    file.flush()
                    os.fsync(file.fileno())
                with self._folders_held():
                    path.parent.mkdir(parents=True, exist_ok=True)
                    os.replace(incoming, path)
            finally:
                incoming.unlink(missing_ok=True)

    def open(self, key: str, *, start: int = 0, end: int | None = None) -> Opened:
        path = self._path(key)
        with _store_errors():
            try:
                file = path.open("rb")
            except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
                raise NotStored(key) from None
            size = os.fstat(file.fileno()).st_size
            end = size if end is None else min(end, size)
            if start > end or (start == end and size):
                file.close()
                raise ValueError(f"no bytes from {start} to {end} in {size}")
            file.seek(start)
            return Opened(file, size, start, end - start)

    def exists(self, key: str) -> bool:
        path = self._path(key)
        with _store_errors():
            return path.is_file()

    def delete(self, key: str) -> None:
        path = self._path(key)
        with _store_errors():
            path.unlink(missing_ok=True)
            with self._folders_held(), suppress(OSError):
                path.parent.rmdir()  # only when it is empty

    def signed_url(self, key: str, filename: str, seconds: int, *, content_type: str) -> str:
        expires = int(time.time()) + seconds
        return LINK_PATH + _signer(self._signing_key).dumps([checked(key), filename, content_type, expires])

    def find(self, prefix: str = "") -> Iterator[Found]:
        with _store_errors():
            for folder, inside, names in os.walk(self.root):
                inside[:] = sorted(name for name in inside if not name.startswith("."))
                for name in sorted(name for name in names if not name.startswith(".")):
                    path = Path(folder, name)
                    key = path.relative_to(self.root).as_posix()
                    if key.startswith(prefix):
                        with suppress(FileNotFoundError):  # removed meanwhile
                            yield Found(key, datetime.fromtimestamp(path.stat().st_mtime, UTC))

    def check(self) -> None:
        key = f"probe/{secrets.token_hex(8)}"
        self.put(key, BytesIO(b"probe"), content_type="text/plain")
        self.open(key).stream.close()
        self.delete(key)


@contextmanager
def _store_errors() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        raise StoreDown("the disk is full" if full else str(error)) from error
