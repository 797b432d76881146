"""Changes to bureaus: registered and named by the district office, kept up by their own administrators."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from portal.organisation import policy
from portal.organisation.service.common import apply, checked, keep_former, objections_to_names, put_in_use
from tenants import audit
from tenants.actors import Actor
from tenants.clock import now
from tenants.database import take_turns
from tenants.identity.models import Bureau, Staff
from tenants.identity.service import works_at
from tenants.pinyin import spelled
from tenants.rules import N_, Invalid, as_seen, require

#: What an administrator of the bureau may change, and what the office.
KEPT_UP = ("contact_phone", "contact_email", "contact_address", "liaison_id")
NAMED = ("name", "short_name", "slug")


def create_bureau(
    session: Session, actor: Actor, *, name: str, short_name: str, slug: str = "", at: datetime | None = None
) -> Bureau:
    """A department of the district; without an address it gets the sound of its short name."""
    require(policy.may_provision(actor))
    take_turns(session, "bureau", "name")
    bureau = Bureau(name=name.strip(), short_name=short_name.strip(), former_slugs=[], created_at=at or now())
    bureau.slug = slug or spelled(bureau.short_name, taken=_addresses(session))
    _check(session, bureau)
    session.add(bureau)
    session.flush()
    audit.record(session, "bureau.created", "bureau", bureau.id, label=bureau.name, at=at)
    session.flush()
    return bureau


def update_bureau(
    session: Session, actor: Actor, bureau_id: UUID, changes: Mapping[str, Any], *, expected_version: int
) -> Bureau:
    """Change what only the district office may: names and address. `Conflict` when somebody saved meanwhile."""
    require(policy.may_provision(actor))
    take_turns(session, "bureau", "name")
    return _change(session, bureau_id, changes, NAMED, expected_version)


def update_bureau_settings(
    session: Session, actor: Actor, bureau_id: UUID, changes: Mapping[str, Any], *, expected_version: int
) -> Bureau:
    """Change how a bureau is reached and who its liaison is. `Conflict` when somebody saved meanwhile."""
    require(policy.may_keep_up_bureau(actor, bureau_id))
    return _change(session, bureau_id, changes, KEPT_UP, expected_version)


def set_bureau_active(session: Session, actor: Actor, bureau_id: UUID, *, active: bool, reason: str) -> None:
    """Take a bureau out of use, or bring it back. Its desk closes, nothing of it is deleted."""
    require(policy.may_provision(actor))
    put_in_use(session, session.get(Bureau, bureau_id), active, reason)
    session.flush()


def _change(
    session: Session,
    bureau_id: UUID,
    changes: Mapping[str, Any],
    allowed: tuple[str, ...],
    expected_version: int,
) -> Bureau:
    bureau = as_seen(session.get(Bureau, bureau_id), expected_version)
    changed = apply(bureau, changes, allowed)
    if not changed:
        return bureau
    checked(session, bureau, _check)
    if "liaison_id" in changed:  # a record is read by people
        changed["liaison"] = (_name_of(session, changed["liaison_id"][0]), _name_of(session, changed["liaison_id"][1]))
        del changed["liaison_id"]
    if "slug" in changed:
        keep_former(bureau, *changed["slug"])
    audit.record(session, "bureau.updated", "bureau", bureau.id, label=bureau.name, changes=changed)
    session.flush()
    return bureau


def _check(session: Session, bureau: Bureau) -> None:
    errors = objections_to_names(bureau)
    others = select(Bureau.id).where(Bureau.id != bureau.id) if bureau.id else select(Bureau.id)
    if "name" not in errors and session.scalar(others.where(Bureau.name == bureau.name)):
        errors["name"] = N_("已经有同名的委办局。")
    taken = or_(Bureau.slug == bureau.slug, Bureau.former_slugs.any_() == bureau.slug)
    if "slug" not in errors and session.scalar(others.where(taken)):
        errors["slug"] = N_("这个网址名已经有委办局在用，或者以前用过。")
    if bureau.liaison_id and not works_at(session, bureau.liaison_id, None, bureau.id):
        errors["liaison_id"] = N_("联络员要从本单位现在的人员里选。")
    if errors:
        raise Invalid(errors)


def _name_of(session: Session, staff_id: UUID | None) -> str | None:
    return session.scalar(select(Staff.name).where(Staff.id == staff_id)) if staff_id else None


def _addresses(session: Session) -> set[str]:
    """Every address that a bureau has or had."""
    found = session.execute(select(Bureau.slug, Bureau.former_slugs))
    return {slug for present, former in found for slug in (present, *former)}
