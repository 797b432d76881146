"""What waits because a part of the machinery rests: said to everybody, so that nobody does it twice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine, func, select, true

from search.models import SearchChange
from tenants import actors
from tenants.clock import now
from tenants.database import open_session
from tenants.mail.models import MailMessage, MessageState

PATIENCE = timedelta(minutes=3)
"""Waiting that is shorter is the ordinary way of things."""


@dataclass(frozen=True)
class Delays:
    """Messages not yet sent and changes not yet in the search, with the instant since when the oldest waits."""

    messages: int
    messages_since: datetime | None
    changes: int
    changes_since: datetime | None


def delays(engine: Engine) -> Delays | None:
    """What has waited longer than `PATIENCE` in the whole district, or None. One query.

    Read as the system, because messages and changes are nobody's to read: only how many there are leaves this function.
    """
    before = now() - PATIENCE
    letters = select(func.count().label("n"), func.min(MailMessage.created_at).label("since")).where(
        MailMessage.state == MessageState.QUEUED, MailMessage.created_at < before
    )
    changes = select(func.count().label("n"), func.min(SearchChange.created_at).label("since")).where(
        SearchChange.done_at.is_(None), SearchChange.created_at < before
    )
    a, b = letters.subquery(), changes.subquery()
    both = select(a.c.n, a.c.since, b.c.n, b.c.since).select_from(a.join(b, true()))
    with open_session(engine, actors.system()) as session:
        found = Delays(*session.execute(both).one())
    return found if found.messages or found.changes else None
