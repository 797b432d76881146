"""When things happened in the demonstration: days counted from the day of loading, hours of Tongzhou."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from portal.participation.replyclock import is_workday
from tenants.clock import SHANGHAI


@dataclass(frozen=True)
class Days:
    """Counts back and forth from `now` (aware)."""

    now: datetime

    @property
    def today(self) -> date:
        """The day of loading in Tongzhou."""
        return self.now.astimezone(SHANGHAI).date()

    def at(self, days_ahead: int, hour: int, minute: int = 0) -> datetime:
        """A time on a day after (or, negative, before) today."""
        day = self.today + timedelta(days=days_ahead)
        return datetime.combine(day, time(hour, minute), SHANGHAI).astimezone(UTC)

    def ago(self, days: int, hour: int, minute: int = 0) -> datetime:
        """A time on a past day; never later than a minute before now."""
        return min(self.at(-days, hour, minute), self.now - timedelta(minutes=1))

    def office_hour(self, days: int, rng: random.Random) -> datetime:
        """Some time while offices are open, on that past day or the last working day before it."""
        while not is_workday(self.today - timedelta(days=days)):
            days += 1
        return self.ago(days, rng.randint(9, 16), rng.randint(0, 59))

    def office_after(self, instant: datetime, rng: random.Random) -> datetime:
        """Some time on the first working day after that of `instant`; a minute before now if that is not over yet."""
        day = instant.astimezone(SHANGHAI).date() + timedelta(days=1)
        while not is_workday(day):
            day += timedelta(days=1)
        return self.ago((self.today - day).days, rng.randint(9, 16), rng.randint(0, 59))

    def any_hour(self, days: int, rng: random.Random) -> datetime:
        """Some time of a past day while people are awake."""
        return self.ago(days, rng.randint(7, 22), rng.randint(0, 59))
