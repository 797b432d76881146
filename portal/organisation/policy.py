"""Who may set up tenants, their settings and units. Pure rules."""

from __future__ import annotations

import re
from uuid import UUID

from tenants.actors import Actor, Scope
from tenants.permissions import Permission
from tenants.rules import N_, Refusal

MIN_REPLY_DAYS, MAX_REPLY_DAYS = 1, 60
#: What a slug looks like: it stands in addresses that people read out.
SLUG = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
SLUG_MAX = 40
SHORT_NAME_MAX = 12
#: Words that mean something else in addresses.
TAKEN_SLUGS = frozenset({"new", "edit", "all", "district", "api", "static"})


def may_provision(actor: Actor) -> Refusal | None:
    """The district office sets up tenants and bureaus."""
    if actor.acts_as(Scope.SYSTEM) or actor.may(Permission.TENANT_PROVISION):
        return None
    return Refusal(N_("只有工作组办公室可以新设或停用单位。"), forbidden=True)


def may_change_settings(actor: Actor, tenant_id: UUID) -> Refusal | None:
    """A tenant's administrator, or the district office, changes its settings."""
    if actor.acts_as(Scope.SYSTEM) or actor.may(Permission.TENANT_PROVISION):
        return None
    if actor.tenant_id == tenant_id and actor.may(Permission.SETTINGS_MANAGE):
        return None
    return Refusal(N_("您不能更改这个单位的设置。"), forbidden=True)


def may_keep_up_bureau(actor: Actor, bureau_id: UUID) -> Refusal | None:
    """A bureau's own administrator says how it is reached and who its liaison is."""
    if actor.acts_as(Scope.SYSTEM):
        return None
    if actor.bureau_id == bureau_id and actor.may(Permission.BUREAU_SETTINGS_MANAGE):
        return None
    return Refusal(N_("您不能更改这个单位的设置。"), forbidden=True)


def may_change_units(actor: Actor) -> Refusal | None:
    """Units belong to a tenant: whoever manages its settings, or a job of it."""
    if actor.tenant_id is not None and (actor.acts_as(Scope.JOB) or actor.may(Permission.SETTINGS_MANAGE)):
        return None
    return Refusal(N_("您不能更改这里的责任单元。"), forbidden=True)


def slug_objection(slug: str) -> Refusal | None:
    """Why this cannot be an address on the site."""
    if not SLUG.fullmatch(slug) or len(slug) > SLUG_MAX:
        return Refusal(N_("网址名用小写字母、数字和连字符，以字母开头，例如 yuqiao。"))
    if slug in TAKEN_SLUGS:
        return Refusal(N_("这个网址名另有用处，请换一个。"))
    return None
