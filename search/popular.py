"""What people search for on the public site, counted without anything about them.

Only the folded words are kept, by day; never those that look like a number of a person, and
a word is shown to others only once several searches found something with it. Counts are gathered in memory and
written together, by one page in many; a crash may lose the last few.
"""

from __future__ import annotations

import logging
import re
import threading
import time
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import islice

from sqlalchemy import Engine, delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from search.models import SearchQueryCount
from search.remembered import Remembered
from tenants import actors
from tenants.clock import today
from tenants.database import open_session

log = logging.getLogger(__name__)

LONGEST = 40
KEPT_DAYS = 400
SHOWN_FROM = 3  # searches with results before a query is suggested to others
_RECENT_DAYS = 90
_FLUSH_SECONDS, _FLUSH_QUERIES = 10.0, 200
_MOST_SHOWN, _SHOWN_SECONDS = 2000, 300.0
#: A phone or identity number however it is set apart, or an address; a year and a document's number are shorter.
_PERSONAL = re.compile(r"\d(?:[\s\-.·/()]{0,2}\d){6,}|@")


@dataclass(frozen=True, slots=True)
class QueryCount:
    """A query, how often it was asked, and how often in vain."""

    query: str
    asked: int
    in_vain: int


@dataclass
class _Gathered:
    """What was counted for a database and is not written yet: by day and query, how often asked and in vain."""

    counts: dict[tuple[date, str], list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))
    since: float = field(default_factory=time.monotonic)


_lock = threading.Lock()
_gathered: dict[str, _Gathered] = {}


def count(database: Engine, key: str, *, in_vain: bool) -> None:
    """Count a query (`Query.key`) asked on the public site."""
    if not key or len(key) > LONGEST or _PERSONAL.search(key):
        return
    with _lock:
        gathered = _gathered.setdefault(str(database.url), _Gathered())
        counted = gathered.counts[today(), key]
        counted[0] += 1
        counted[1] += in_vain
        due = len(gathered.counts) >= _FLUSH_QUERIES or time.monotonic() - gathered.since > _FLUSH_SECONDS
    if due:
        flush(database)


def flush(database: Engine) -> None:
    """Write what was gathered. `database` is the public site's."""
    with _lock:
        gathered = _gathered.pop(str(database.url), _Gathered())
    rows = [
        {"day": day, "query": key, "asked": asked, "in_vain": vain}
        for (day, key), (asked, vain) in sorted(gathered.counts.items())
    ]
    if not rows:
        return
    new = insert(SearchQueryCount)
    upsert = new.on_conflict_do_update(
        index_elements=["day", "query"],
        set_={
            "asked": SearchQueryCount.asked + new.excluded.asked,
            "in_vain": SearchQueryCount.in_vain + new.excluded.in_vain,
        },
    )
    try:
        with open_session(database, actors.anonymous()) as session, session.begin():
            session.execute(upsert, rows)
    except SQLAlchemyError:
        log.warning("counts of %d queries are lost", len(rows), exc_info=True)


def popular(session: Session, prefix: str = "", limit: int = 8) -> list[str]:
    """Queries of the last months that found something, most asked first; some minutes old."""
    return list(islice((query for query in _shown.of(session) if query.startswith(prefix)), limit))


def _read_shown(session: Session) -> tuple[str, ...]:
    hits = func.sum(SearchQueryCount.asked - SearchQueryCount.in_vain)
    rows = select(SearchQueryCount.query).where(SearchQueryCount.day > today() - timedelta(days=_RECENT_DAYS))
    rows = rows.group_by(SearchQueryCount.query).having(hits >= SHOWN_FROM)
    return tuple(session.scalars(rows.order_by(hits.desc(), SearchQueryCount.query).limit(_MOST_SHOWN)))


#: All that may be shown. Whoever types asks at every key: the many counts are summed once for all of them.
_shown = Remembered(_SHOWN_SECONDS, _read_shown)
forget = _shown.forget


def top(
    session: Session, since: date, *, in_vain: bool = False, limit: int = 50, at_least: int = 1
) -> list[QueryCount]:
    """The most asked queries since a day, or those asked most often in vain. For the district office.

    `at_least`: how often it must have been asked; what only one person asks may say who they are.
    """
    asked, vain = func.sum(SearchQueryCount.asked), func.sum(SearchQueryCount.in_vain)
    rows = select(SearchQueryCount.query, asked, vain).where(SearchQueryCount.day >= since)
    rows = rows.group_by(SearchQueryCount.query)
    rows = rows.having((vain if in_vain else asked) >= at_least)
    rows = rows.order_by((vain if in_vain else asked).desc(), SearchQueryCount.query).limit(limit)
    return [QueryCount(query, int(a), int(v)) for query, a, v in session.execute(rows)]


def forget_old(session: Session) -> None:
    """Remove counts older than a year and a month."""
    session.execute(delete(SearchQueryCount).where(SearchQueryCount.day < today() - timedelta(days=KEPT_DAYS)))
