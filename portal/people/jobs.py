"""Background work about people: what the index says of them follows the days of their roles."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.people.service import SOURCE
from search import outbox
from tenants import jobs
from tenants.clock import today
from tenants.identity.models import RoleAssignment as R

#: Days that are looked at again: a worker may have stood still at midnight.
AGAIN = timedelta(days=7)


@jobs.task("people.days", cron="1 16 * * *")  # 00:01 in Shanghai
def follow_the_days(session: Session) -> None:
    """Index anew whose last day somewhere has passed: they are listed and suggested there no more."""
    over = func.upper(R.valid).between(today() - AGAIN, today())
    outbox.changed(session, SOURCE, *session.scalars(select(R.staff_id).where(R.ended_at.is_(None), over).distinct()))
