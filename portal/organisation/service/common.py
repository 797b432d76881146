"""What changes of tenants, units and bureaus have in common."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from portal.organisation import policy
from search import outbox
from tenants import audit, jobs
from tenants.identity.models import Bureau, ResponsibleUnit, Tenant
from tenants.rules import N_, Invalid, Missing, Refusal


def keep_former(row: Tenant | ResponsibleUnit | Bureau, former: str, present: str) -> None:
    """The former address leads to the present one from now on."""
    row.former_slugs = [*(slug for slug in row.former_slugs if slug != present), former]


def found_anew(session: Session) -> None:
    """The address, the name or the use of a place stands in everything of it that can be found: index all again."""
    jobs.defer(session, outbox.REBUILD_JOB)


def put_in_use(
    session: Session, row: Tenant | Bureau | None, active: bool, reason: str, *, tenant_id: UUID | None = None
) -> bool:
    """Take a place out of use, or bring it back; whether that changed anything. Nothing of it is deleted."""
    if row is None:
        raise Missing
    if row.active == active:
        return False
    row.active = active
    entity = row.__tablename__
    audit.record(
        session,
        f"{entity}.reactivated" if active else f"{entity}.deactivated",
        entity,
        row.id,
        label=row.name,
        changes={"active": (not active, active)},
        reason=reason or None,
        tenant_id=tenant_id,
    )
    return True


def objections_to_names(row: Tenant | Bureau) -> dict[str, Refusal | str]:
    """What is wrong with what a place is called and with its address, whoever else has them."""
    errors: dict[str, Refusal | str] = {}
    if not row.name:
        errors["name"] = N_("请填写全称。")
    if not row.short_name or len(row.short_name) > policy.SHORT_NAME_MAX:
        errors["short_name"] = N_("请填写简称，最多 12 个字。")
    if refusal := policy.slug_objection(row.slug):
        errors["slug"] = refusal
    return errors


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
