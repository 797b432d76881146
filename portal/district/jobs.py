"""Keeping the district's figures short."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.orm import Session

from tenants import jobs


@jobs.task("district.fold", cron="7 * * * *")
def fold(session: Session) -> None:
    """Put the differences of the tallies together, so that adding them up stays quick. Writers are not held up."""
    session.execute(text("SELECT fold_tallies()"))
