"""What the commands say: Chinese and English side by side, a moving bar in a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import rich.console
from rich.cells import cell_len
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)


class Console:
    """The operator's terminal."""

    def __init__(self) -> None:
        self._out = rich.console.Console(highlight=False, soft_wrap=True)

    def say(self, chinese: str, english: str = "") -> None:
        """A line of information."""
        self._out.print(chinese, end=" " if english else "\n", markup=False)
        if english:
            self._out.print(english, style="dim", markup=False)

    def good(self, chinese: str, english: str = "") -> None:
        """Something works."""
        self._out.print("✓ ", style="green", end="")
        self.say(chinese, english)

    def warn(self, chinese: str, english: str = "") -> None:
        """Something does not work."""
        self._out.print("✗ ", style="bold red", end="")
        self.say(chinese, english)

    def row(self, first: str, rest: str, *, width: int) -> None:
        """Two columns, the first `width` columns wide; never shortened, so that it can be copied."""
        self._out.print(first + " " * max(1, width - cell_len(first)) + rest.rstrip(), markup=False)

    @contextmanager
    def step(self, chinese: str, english: str) -> Iterator[None]:
        """A step of unknown length: a moving sign in a terminal, a line before and after elsewhere."""
        begun = time.monotonic()
        if self._out.is_terminal:
            with self._out.status(f"{chinese} [dim]{english}[/]"):
                yield
        else:
            self.say(f"… {chinese}", english)
            yield
        self.good(chinese, f"{english} ({time.monotonic() - begun:.1f} s)")

    @contextmanager
    def progress(self, chinese: str, english: str) -> Iterator[Bar]:
        """A step with a known number of parts: a bar in a terminal, a line every few seconds elsewhere."""
        columns = (SpinnerColumn(), TextColumn(f"{chinese} [dim]{english}[/]"), BarColumn(), MofNCompleteColumn())
        with Progress(*columns, TimeElapsedColumn(), console=self._out, disable=not self._out.is_terminal) as shown:
            yield Bar(self, shown, chinese, english)


class Bar:
    """How far a long step is: call it with (done, total)."""

    def __init__(self, console: Console, shown: Progress, chinese: str, english: str) -> None:
        self._console = console
        self._shown = shown
        self._task = shown.add_task("", total=None)
        self._words = (chinese, english)
        self._told = 0.0

    def __call__(self, done: int, total: int | None) -> None:
        if not self._shown.disable:
            self._shown.update(self._task, completed=done, total=total)
            return
        now = time.monotonic()
        if now - self._told > 5 or done == total:
            self._told = now
            self._console.say(f"… {self._words[0]} {done}/{total or '?'}", self._words[1])
