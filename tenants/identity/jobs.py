"""Background work about people: letters that must not show who has an account, and tidying up."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from tenants import jobs, kept
from tenants.clock import now
from tenants.identity import new_passwords
from tenants.identity.models import OneTimeCode, ResidentSession, StaffSession, StaffToken, Throttle

#: How long what has ended is kept, for questions about it.
KEPT = timedelta(days=90)


@jobs.task(new_passwords.RESET_JOB)
def send_reset(session: Session, email: str) -> None:
    """Send a link to set a new password, if there is an account."""
    new_passwords.send_reset(session, email)


@jobs.task("identity.tidy", cron="17 3 * * *")
def tidy(session: Session) -> None:
    """Forget what is over: windows of throttles, codes, links, old sessions, posts nobody came back for."""
    at = now()
    session.execute(delete(Throttle).where(Throttle.window_ends_at < at))
    session.execute(delete(OneTimeCode).where(OneTimeCode.expires_at < at))
    session.execute(delete(StaffToken).where(StaffToken.expires_at < at - KEPT))
    session.execute(delete(StaffSession).where(StaffSession.expires_at < at - KEPT))
    session.execute(delete(ResidentSession).where(ResidentSession.expires_at < at - KEPT))
    kept.clear(session)
