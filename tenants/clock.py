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
