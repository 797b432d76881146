"""What changes of tenants, units and bureaus have in common."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy.orm import Session

from search import outbox
from tenants import jobs
from tenants.identity.models import Bureau, ResponsibleUnit, Tenant
from tenants.rules import Invalid


def keep_former(row: Tenant | ResponsibleUnit | Bureau, former: str, present: str) -> None:
    """The former address leads to the present one from now on."""
    row.former_slugs = [*(slug for slug in row.former_slugs if slug != present), former]


def found_anew(session: Session) -> None:
    """The address, the name or the use of a place stands in everything of it that can be found: index all again."""
    jobs.defer(session, outbox.REBUILD_JOB)


def apply(row: Any, changes: Mapping[str, Any], allowed: tuple[str, ...]) -> dict[str, tuple[Any, Any]]:
    """Set what differs; field -> (old, new)."""
    if unknown := set(changes) - set(allowed):
        raise ValueError(f"not to be changed here: {sorted(unknown)}")
    changed = {name: (getattr(row, name), value) for name, value in changes.items()}
    changed = {name: pair for name, pair in changed.items() if pair[0] != pair[1]}
    for name, (_old, new) in changed.items():
        setattr(row, name, new)
    return changed


def checked(session: Session, row: Any, check: Callable[[Session, Any], None]) -> None:
    """Check a changed row before anything of it reaches the database; a refused change is forgotten."""
    try:
        with session.no_autoflush:
            check(session, row)
    except Invalid:
        session.expire(row)
        raise
