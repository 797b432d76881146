"""What a piece of limited work may use."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds of computing, seconds by the clock, bytes of address space, of which the loaded parsers take a part."""

    computing: int
    clock: int
    memory: int = 1536 * 1024 * 1024


#: Somebody waits for it, and a reverse proxy waits no longer than a minute as a rule.
WAITED_FOR = Limits(computing=20, clock=30)
BACKGROUND = Limits(computing=60, clock=180)
