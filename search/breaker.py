"""A breaker: an engine that failed several times in a row is left alone for a while, so pages stay fast."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TypeVar

from search.engine import BadQuestion, EngineDown

Answer = TypeVar("Answer")


class Breaker:
    """Counts failures in a row. After `failures` it opens for `rest_seconds`; then one call may try."""

    def __init__(
        self, failures: int = 3, rest_seconds: float = 10.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._limit, self._rest, self._clock = failures, rest_seconds, clock
        self._failed = 0
        self._closed_again_at = 0.0
        self._lock = threading.Lock()

    @property
    def open(self) -> bool:
        """Whether calls are refused now."""
        with self._lock:
            return self._failed >= self._limit and self._clock() < self._closed_again_at

    def call(self, ask: Callable[[], Answer]) -> Answer:
        """Ask the engine. Raises `EngineDown` at once while the breaker is open.

        A question that the engine refuses (`BadQuestion`) counts neither as a failure nor as a success.
        """
        with self._lock:
            if self._failed >= self._limit:
                if self._clock() < self._closed_again_at:
                    raise EngineDown("resting after failures")
                self._closed_again_at = self._clock() + self._rest  # this call tries; others go on resting
        try:
            answer = ask()
        except BadQuestion:
            raise
        except EngineDown:
            with self._lock:
                self._failed += 1
                self._closed_again_at = self._clock() + self._rest
            raise
        with self._lock:
            self._failed = 0
        return answer
