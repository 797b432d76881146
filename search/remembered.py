"""What is read from the database for many searches at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from cachetools import TTLCache
from sqlalchemy.orm import Session

Value = TypeVar("Value")


class Remembered(Generic[Value]):
    """A value for each database, read anew when it is `seconds` old. The same for whoever asks."""

    def __init__(self, seconds: float, read: Callable[[Session], Value]) -> None:
        self._read = read
        self._cache: TTLCache[str, Value] = TTLCache(maxsize=32, ttl=seconds)
        self._lock = threading.Lock()

    def of(self, session: Session) -> Value:
        """The value for a session's database."""
        place = str(session.get_bind().engine.url)
        with self._lock:
            known = self._cache.get(place)
        if known is None:
            known = self._read(session)
            with self._lock:
                self._cache[place] = known
        return known

    def forget(self) -> None:
        """Read anew for whoever asks next in this process."""
        with self._lock:
            self._cache.clear()
