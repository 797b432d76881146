"""Time: aware UTC inside, Asia/Shanghai for people."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    """This instant, aware, in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """The day it is in Shanghai."""
    return datetime.now(SHANGHAI).date()


def day_of(instant: datetime) -> date:
    """The day in Shanghai on which an aware `instant` falls."""
    return instant.astimezone(SHANGHAI).date()


def local(instant: datetime | None) -> datetime | None:
    """An instant as a clock in Shanghai shows it, for `datetime-local`."""
    return instant.astimezone(SHANGHAI).replace(tzinfo=None) if instant else None


def aware(shown: datetime | None) -> datetime | None:
    """What somebody typed by the clock of Shanghai, as an instant."""
    return shown.replace(tzinfo=SHANGHAI) if shown else None
