"""Changes to the responsible units of a tenant."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from portal.organisation import policy
from portal.organisation.geometry import middle
from portal.organisation.service.common import apply, checked, found_anew, keep_former
from search import outbox
from tenants import audit
from tenants.actors import Actor
from tenants.clock import now
from tenants.database import take_turns
from tenants.identity.models import ResponsibleUnit, UnitKind
from tenants.rules import N_, Invalid, Refusal, as_seen, require

UNIT = ("kind", "slug", "name", "introduction", "boundary", "schematic", "latitude", "longitude", "active")


def create_unit(
    session: Session,
    actor: Actor,
    *,
    kind: UnitKind,
    slug: str,
    name: str,
    introduction: str = "",
    boundary: dict[str, Any] | None = None,
    schematic: bool = True,
    latitude: float | None = None,
    longitude: float | None = None,
    at: datetime | None = None,
) -> ResponsibleUnit:
    """A responsible unit of the actor's tenant. Without a point, the middle of the boundary is taken."""
    require(policy.may_change_units(actor))
    assert actor.tenant_id is not None
    take_turns(session, "unit", actor.tenant_id)
    unit = ResponsibleUnit(
        tenant_id=actor.tenant_id,
        kind=UnitKind(kind),
        slug=slug,
        name=name.strip(),
        introduction=introduction,
        boundary=boundary,
        schematic=schematic,
        latitude=latitude,
        longitude=longitude,
        created_at=at or now(),
    )
    _check_unit(session, unit)
    session.add(unit)
    session.flush()
    audit.record(session, "unit.created", "unit", unit.id, label=unit.name, at=at)
    outbox.changed(session, "unit", unit.id)
    session.flush()
    return unit


def update_unit(
    session: Session, actor: Actor, unit_id: UUID, changes: Mapping[str, Any], *, expected_version: int
) -> ResponsibleUnit:
    """Change a unit. `Conflict.current` is the unit when somebody saved since `expected_version`."""
    require(policy.may_change_units(actor))
    unit = as_seen(session.get(ResponsibleUnit, unit_id), expected_version)
    if "slug" in changes:
        take_turns(session, "unit", unit.tenant_id)
    changed = apply(unit, changes, UNIT)
    if not changed:
        return unit
    checked(session, unit, _check_unit)
    if "slug" in changed:
        keep_former(unit, *changed["slug"])
        found_anew(session)
    if "boundary" in changed:  # thousands of coordinates say nothing in a record
        changed["boundary"] = (None, N_("边界已更新"))
    audit.record(session, "unit.updated", "unit", unit.id, label=unit.name, changes=changed)
    outbox.changed(session, "unit", unit.id)
    session.flush()
    return unit


def _check_unit(session: Session, unit: ResponsibleUnit) -> None:
    errors: dict[str, Refusal | str] = {}
    if not unit.name:
        errors["name"] = N_("请填写名称。")
    same = select(ResponsibleUnit.id).where(
        ResponsibleUnit.tenant_id == unit.tenant_id,
        or_(ResponsibleUnit.slug == unit.slug, ResponsibleUnit.former_slugs.any_() == unit.slug),
        ResponsibleUnit.id != unit.id,
    )
    if refusal := policy.slug_objection(unit.slug):
        errors["slug"] = refusal
    elif session.scalar(same):
        errors["slug"] = N_("本单位已有责任单元用这个网址名，或者以前用过。")
    if (unit.latitude is None) != (unit.longitude is None):
        errors["latitude"] = N_("位置不完整，请在地图上重新点选。")
    if errors:
        raise Invalid(errors)
    if unit.boundary and unit.latitude is None:
        unit.latitude, unit.longitude = middle(unit.boundary)
