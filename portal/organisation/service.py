"""Every change to tenants, their settings, their units, and bureaus. Functions flush and never commit.

Raises `Refused` (a rule), `Missing`, `Invalid` (field -> sentence), and `Conflict` when somebody saved first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from portal.organisation import policy
from portal.organisation.geometry import middle
from portal.publishing import service as publishing
from search import outbox
from tenants import audit, jobs
from tenants.actors import Actor
from tenants.clock import now
from tenants.database import take_turns
from tenants.files.models import StoredFile
from tenants.identity.models import (
    Bureau,
    CommentPolicy,
    ResponsibleUnit,
    Tenant,
    TenantKind,
    UnitKind,
)
from tenants.rules import N_, Invalid, Missing, Refusal, as_seen, require

#: What an administrator of the tenant may change; the office also what `provision` names.
SETTINGS = (
    "name",
    "short_name",
    "introduction",
    "picture_file_id",
    "contact_phone",
    "contact_email",
    "contact_address",
    "office_hours",
    "comment_policy",
    "reply_days",
    "latitude",
    "longitude",
)
PROVISION = ("kind", "slug", "name", "short_name")
UNIT = ("kind", "slug", "name", "introduction", "boundary", "schematic", "latitude", "longitude", "active")


def create_tenant(
    session: Session,
    actor: Actor,
    *,
    kind: TenantKind,
    slug: str,
    name: str,
    short_name: str,
    demo: bool = False,
    at: datetime | None = None,
    opened_at: datetime | None = None,
    **settings: Any,
) -> Tenant:
    """A new tenant; `settings` are any of `SETTINGS`. Its first administrator is invited next.

    The public sees it from `opened_at`, by default not before `open_tenant`.
    """
    require(policy.may_provision(actor))
    take_turns(session, "tenant", "address")
    tenant = Tenant(
        kind=TenantKind(kind),
        slug=slug,
        name=name.strip(),
        short_name=short_name.strip(),
        demo=demo,
        created_at=at or now(),
        opened_at=opened_at,
        **{"comment_policy": CommentPolicy.HOLD, "reply_days": 10, **settings},
    )
    _check_tenant(session, tenant)
    session.add(tenant)
    session.flush()
    audit.record(
        session, "tenant.created", "tenant", tenant.id, label=tenant.name, tenant_id=tenant.id, at=at
    )
    outbox.changed(session, "tenant", tenant.id)
    session.flush()
    return tenant


def update_settings(
    session: Session, actor: Actor, tenant_id: UUID, changes: Mapping[str, Any], *, expected_version: int
) -> Tenant:
    """Change settings of a tenant. `Conflict.current` is the tenant when somebody saved since `expected_version`."""
    require(policy.may_change_settings(actor, tenant_id))
    return _change_tenant(session, tenant_id, changes, SETTINGS, expected_version)


def update_tenant(
    session: Session, actor: Actor, tenant_id: UUID, changes: Mapping[str, Any], *, expected_version: int
) -> Tenant:
    """Change what only the district office may: kind, address on the site, names."""
    require(policy.may_provision(actor))
    return _change_tenant(session, tenant_id, changes, PROVISION, expected_version)


def open_tenant(session: Session, actor: Actor, tenant_id: UUID) -> None:
    """Let the public see the tenant from now on."""
    require(policy.may_change_settings(actor, tenant_id))
    tenant = session.get(Tenant, tenant_id)
    if tenant is None:
        raise Missing
    if tenant.opened_at is not None:
        return
    tenant.opened_at = now()
    audit.record(session, "tenant.opened", "tenant", tenant.id, label=tenant.name, tenant_id=tenant.id)
    _found_anew(session)
    session.flush()


def set_active(session: Session, actor: Actor, tenant_id: UUID, *, active: bool, reason: str) -> None:
    """Take a tenant out of use, or bring it back. Its pages disappear, nothing of it is deleted."""
    require(policy.may_provision(actor))
    tenant = session.get(Tenant, tenant_id)
    if tenant is None:
        raise Missing
    if tenant.active == active:
        return
    tenant.active = active
    audit.record(
        session,
        "tenant.reactivated" if active else "tenant.deactivated",
        "tenant",
        tenant.id,
        label=tenant.name,
        changes={"active": (not active, active)},
        reason=reason or None,
        tenant_id=tenant.id,
    )
    _found_anew(session)
    session.flush()


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
    changed = _apply(unit, changes, UNIT)
    if not changed:
        return unit
    _checked(session, unit, _check_unit)
    if "slug" in changed:
        _moved(session, unit, *changed["slug"])
    if "boundary" in changed:  # thousands of coordinates say nothing in a record
        changed["boundary"] = (None, N_("边界已更新"))
    audit.record(session, "unit.updated", "unit", unit.id, label=unit.name, changes=changed)
    outbox.changed(session, "unit", unit.id)
    session.flush()
    return unit


def create_bureau(
    session: Session, actor: Actor, *, name: str, short_name: str, at: datetime | None = None
) -> Bureau:
    """A department of the district."""
    require(policy.may_provision(actor))
    name, short_name = name.strip(), short_name.strip()
    if not name or not short_name:
        raise Invalid({"name": N_("请填写全称和简称。")})
    take_turns(session, "bureau", "name")
    if session.scalar(select(Bureau.id).where(Bureau.name == name)):
        raise Invalid({"name": N_("已经有同名的委办局。")})
    bureau = Bureau(name=name, short_name=short_name, created_at=at or now())
    session.add(bureau)
    session.flush()
    audit.record(session, "bureau.created", "bureau", bureau.id, label=name, at=at)
    session.flush()
    return bureau


def _change_tenant(
    session: Session,
    tenant_id: UUID,
    changes: Mapping[str, Any],
    allowed: tuple[str, ...],
    expected_version: int,
) -> Tenant:
    tenant = as_seen(session.get(Tenant, tenant_id), expected_version)
    if "slug" in changes:
        take_turns(session, "tenant", "address")
    changed = _apply(tenant, changes, allowed)
    if not changed:
        return tenant
    _checked(session, tenant, _check_tenant)
    if "slug" in changed:
        _moved(session, tenant, *changed["slug"])
    elif changed.keys() & {"name", "short_name"}:
        _found_anew(session)
    if "picture_file_id" in changed:
        _change_picture(session, *changed["picture_file_id"])
    audit.record(
        session,
        "tenant.updated",
        "tenant",
        tenant.id,
        label=tenant.name,
        changes=changed,
        tenant_id=tenant.id,
    )
    outbox.changed(session, "tenant", tenant.id)
    session.flush()
    return tenant


def _change_picture(session: Session, former: UUID | None, present: UUID | None) -> None:
    """The new picture is in use and public; the former one neither, unless an article shows it: it is cleaned up."""
    session.execute(update(StoredFile).where(StoredFile.id == present).values(attached=True))
    publishing.settle_public(session, {file_id for file_id in (former, present) if file_id})
    if former:
        publishing.let_go(session, former)


def _moved(session: Session, row: Tenant | ResponsibleUnit, former: str, present: str) -> None:
    """The former address leads to the present one from now on."""
    row.former_slugs = [*(slug for slug in row.former_slugs if slug != present), former]
    _found_anew(session)


def _found_anew(session: Session) -> None:
    """The address, the name or the use of a place stands in everything of it that can be found: index all again."""
    jobs.defer(session, outbox.REBUILD_JOB)


def _apply(row: Any, changes: Mapping[str, Any], allowed: tuple[str, ...]) -> dict[str, tuple[Any, Any]]:
    """Set what differs; field -> (old, new)."""
    if unknown := set(changes) - set(allowed):
        raise ValueError(f"not to be changed here: {sorted(unknown)}")
    changed = {name: (getattr(row, name), value) for name, value in changes.items()}
    changed = {name: pair for name, pair in changed.items() if pair[0] != pair[1]}
    for name, (_old, new) in changed.items():
        setattr(row, name, new)
    return changed


def _checked(session: Session, row: Any, check: Callable[[Session, Any], None]) -> None:
    """Check a changed row before anything of it reaches the database; a refused change is forgotten."""
    try:
        with session.no_autoflush:
            check(session, row)
    except Invalid:
        session.expire(row)
        raise


def _check_tenant(session: Session, tenant: Tenant) -> None:
    errors: dict[str, Refusal | str] = {}
    if not tenant.name:
        errors["name"] = N_("请填写全称。")
    if not tenant.short_name or len(tenant.short_name) > 12:
        errors["short_name"] = N_("请填写简称，最多 12 个字。")
    if refusal := policy.slug_objection(tenant.slug):
        errors["slug"] = refusal
    elif session.scalar(
        select(Tenant.id).where(
            or_(Tenant.slug == tenant.slug, Tenant.former_slugs.any_() == tenant.slug), Tenant.id != tenant.id
        )
    ):
        errors["slug"] = N_("这个网址名已经有单位在用，或者以前用过。")
    if not policy.MIN_REPLY_DAYS <= tenant.reply_days <= policy.MAX_REPLY_DAYS:
        errors["reply_days"] = Refusal(
            N_("答复期限应为 %(min)s 到 %(max)s 个工作日。"),
            {"min": policy.MIN_REPLY_DAYS, "max": policy.MAX_REPLY_DAYS},
        )
    if (tenant.latitude is None) != (tenant.longitude is None):
        errors["latitude"] = N_("位置不完整，请在地图上重新点选。")
    if errors:
        raise Invalid(errors)


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
