"""How dates, numbers and sizes are written for people, in the reader's language."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from zoneinfo import ZoneInfo

from flask import Flask
from flask_babel import format_decimal, get_locale, gettext, ngettext

from webkit.language import TIMEZONE

_ZONE = ZoneInfo(TIMEZONE)


def local_day(value: dt.date | dt.datetime) -> dt.date:
    """The day in Asia/Shanghai. Raises ValueError for an instant without a zone."""
    if isinstance(value, dt.datetime):
        if value.tzinfo is None:
            raise ValueError("an instant must carry its time zone")
        return value.astimezone(_ZONE).date()
    return value


def date(value: dt.date | dt.datetime | None) -> str:
    """2026年3月5日, or 5 Mar 2026; empty for None."""
    if value is None:
        return ""
    day = local_day(value)
    if str(get_locale()).startswith("zh"):
        return f"{day.year}年{day.month}月{day.day}日"
    return f"{day.day} {day:%b} {day.year}"


def period(first: dt.date | None, last: dt.date | None) -> str:
    """自2026年3月5日起, 到2026年12月31日为止, or from the one to the other; empty for neither. Both days included."""
    if first is None:
        return "" if last is None else gettext("到%(day)s为止", day=date(last))
    if last is None:
        return gettext("自%(day)s起", day=date(first))
    return gettext("%(first)s至%(last)s", first=date(first), last=date(last))


def datetime(value: dt.datetime | None) -> str:
    """2026年3月5日 10:32, on the clock of Asia/Shanghai; empty for None."""
    if value is None:
        return ""
    return f"{date(value)} {value.astimezone(_ZONE):%H:%M}"


def relative_days(value: dt.date | dt.datetime | None, today: dt.date | None = None) -> str:
    """今天, 昨天, 3 天前, 明天, 5 天后; beyond 30 days the date itself; empty for None."""
    if value is None:
        return ""
    days = (local_day(value) - (today or dt.datetime.now(_ZONE).date())).days
    near: dict[int, str] = {0: gettext("今天").lower(), -1: gettext("昨天"), 1: gettext("明天")}
    if days in near:
        return near[days]
    if abs(days) > 30:
        return date(value)
    if days < 0:
        return str(ngettext("%(num)s 天前", "%(num)s 天前", -days))
    return str(ngettext("%(num)s 天后", "%(num)s 天后", days))


def number(value: int | float | Decimal | None) -> str:
    """12,345.6; empty for None."""
    if isinstance(value, int):
        return f"{value:,}"  # the same in both languages, and much quicker on pages full of counts
    return "" if value is None else str(format_decimal(value))


def filesize(size: int | None) -> str:
    """860 B, 1.2 MB, in decimal units as files are sold; empty for None."""
    if size is None:
        return ""
    amount = float(size)
    for unit in ("B", "kB", "MB"):
        if amount < 1000:
            return f"{amount:.0f} {unit}" if unit == "B" or amount >= 100 else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:.1f} GB"


def iso(value: dt.date | dt.datetime | None) -> str:
    """For the `datetime` attribute of <time>; empty for None."""
    return "" if value is None else value.isoformat()


def init_app(app: Flask) -> None:
    """Register the filters under their own names."""
    for function in (date, period, datetime, relative_days, number, filesize, iso):
        app.add_template_filter(function)
