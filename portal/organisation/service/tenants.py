"""Changes to tenants and their settings."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from portal.organisation import policy
from portal.organisation.service.common import (
    apply,
    checked,
    found_anew,
    keep_former,
    objections_to_names,
    put_in_use,
)
from portal.publishing import service as publishing
from search import outbox
from tenants import audit
from tenants.actors import Actor
from tenants.clock import now
from tenants.database import take_turns
from tenants.files.models import StoredFile
from tenants.identity.models import CommentPolicy, Tenant, TenantKind
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
    found_anew(session)
    session.flush()


def set_active(session: Session, actor: Actor, tenant_id: UUID, *, active: bool, reason: str) -> None:
    """Take a tenant out of use, or bring it back. Its pages disappear, nothing of it is deleted."""
    require(policy.may_provision(actor))
    if put_in_use(session, session.get(Tenant, tenant_id), active, reason, tenant_id=tenant_id):
        found_anew(session)
        session.flush()


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
    changed = apply(tenant, changes, allowed)
    if not changed:
        return tenant
    checked(session, tenant, _check_tenant)
    if "slug" in changed:
        keep_former(tenant, *changed["slug"])
        found_anew(session)
    elif changed.keys() & {"name", "short_name"}:
        found_anew(session)
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


def _check_tenant(session: Session, tenant: Tenant) -> None:
    errors = objections_to_names(tenant)
    if "slug" not in errors and session.scalar(
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
