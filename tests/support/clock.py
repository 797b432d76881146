"""Another time of day, everywhere at once: `tenants.clock` is asked by all, and here it tells what the test says."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, tzinfo

import pytest

from tenants import clock


class Moved:
    """The clock of a test. The database's own goes on as it is."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch = monkeypatch

    def to(self, instant: datetime) -> None:
        """It is this instant, and stays so."""

        class Stopped(datetime):
            @classmethod
            def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
                return instant.astimezone(tz)

        self._monkeypatch.setattr(clock, "datetime", Stopped)

    def before_midnight(self, day: date) -> None:
        """The last minute of a day in Beijing; by UTC it is not yet 16:00."""
        self.to(datetime.combine(day, time(15, 59), UTC))

    def after_midnight(self, day: date) -> None:
        """The first minute of a day in Beijing; by UTC it is just past 16:00 of the day before."""
        self.to(datetime.combine(day - timedelta(days=1), time(16, 1), UTC))
