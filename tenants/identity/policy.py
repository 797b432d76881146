"""Who may give and take roles, and when an account may be closed. Pure rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from tenants.actors import Actor, Scope
from tenants.permissions import DISTRICT_ROLES, TENANT_ROLES, Permission, Role
from tenants.rules import N_, Refusal

P = Permission

_NOT_YOURS = Refusal(N_("您不能管理这里的人员。"), forbidden=True)
_OWN_ROLES = Refusal(N_("自己的角色由另一位管理员办理。"), forbidden=True)
_LAST_ADMIN = Refusal(N_("这是本单位最后一位管理员。请先增加一位管理员，再办理。"))
_LAST_OFFICE = Refusal(N_("这是工作组办公室最后一个账号。请先增加一位成员，再办理。"))


@dataclass(frozen=True)
class SecondFactorStanding:
    """Whether somebody has set up a second factor, and whether it is the office's to reset (`guarded`).

    It is where a role of theirs, anywhere, requires one, or is held elsewhere than in the tenant that asks.
    """

    is_set: bool
    guarded: bool


def is_place_of(role: Role, tenant_id: UUID | None, bureau_id: UUID | None) -> bool:
    """Whether a role is held at such a place: team and clerks in a tenant, bureau staff in a bureau,
    the others in the district."""
    if role in TENANT_ROLES:
        return tenant_id is not None and bureau_id is None
    if role in DISTRICT_ROLES:
        return tenant_id is None and bureau_id is None
    return tenant_id is None and bureau_id is not None


def may_manage(actor: Actor, tenant_id: UUID | None) -> Refusal | None:
    """Whether the actor gives and takes roles at a place: administrators in their tenant, the office anywhere."""
    if actor.acts_as(Scope.SYSTEM) or actor.may(P.DISTRICT_PERSON_MANAGE):
        return None
    if actor.may(P.PERSON_MANAGE) and tenant_id is not None and actor.tenant_id == tenant_id:
        return None
    return _NOT_YOURS


def may_change_roles_of(actor: Actor, staff_id: UUID, tenant_id: UUID | None) -> Refusal | None:
    """Roles are given and taken by who manages the place, and never one's own."""
    if actor.id == staff_id and not actor.acts_as(Scope.SYSTEM):
        return _OWN_ROLES
    return may_manage(actor, tenant_id)


def may_end(
    actor: Actor, staff_id: UUID, role: Role, tenant_id: UUID | None, *, last: bool
) -> Refusal | None:
    """A role ends unless its holder is the last administrator or the last of the office (`last`)."""
    refusal = may_change_roles_of(actor, staff_id, tenant_id)
    if refusal or not last or actor.acts_as(Scope.SYSTEM):
        return refusal
    return _LAST_ADMIN if role is Role.TENANT_ADMIN else _LAST_OFFICE


def may_deactivate(
    actor: Actor, staff_id: UUID, *, last_admin_of: Sequence[str], last_of_office: bool
) -> Refusal | None:
    """The district office closes accounts, not its own, and none that leaves a tenant without administrator."""
    if actor.acts_as(Scope.SYSTEM):
        return None
    if not actor.may(P.DISTRICT_PERSON_MANAGE):
        return _NOT_YOURS
    if actor.id == staff_id:
        return Refusal(N_("不能停用自己的账号。"), forbidden=True)
    if last_admin_of:
        return Refusal(
            N_("这是%(tenants)s最后一位管理员。请先增加一位管理员，再停用。"),
            {"tenants": "、".join(last_admin_of)},
        )
    return _LAST_OFFICE if last_of_office else None


def may_reactivate(actor: Actor) -> Refusal | None:
    """Whoever may close accounts opens them again."""
    return None if actor.acts_as(Scope.SYSTEM) or actor.may(P.DISTRICT_PERSON_MANAGE) else _NOT_YOURS


def may_reset_second_factor(actor: Actor, staff_id: UUID, standing: SecondFactorStanding) -> Refusal | None:
    """An administrator helps who works nowhere else; the office helps everybody, and alone who must have a factor."""
    if not actor.acts_as(Scope.SYSTEM):
        if not (actor.may(P.DISTRICT_PERSON_MANAGE) or actor.may(P.PERSON_MANAGE)):
            return _NOT_YOURS
        if actor.id == staff_id:
            return Refusal(N_("自己的两步验证由另一位管理员重置。"), forbidden=True)
        if standing.guarded and not actor.may(P.DISTRICT_PERSON_MANAGE):
            return Refusal(
                N_("管理员、工作组办公室人员和在别处也任职的人，两步验证由工作组办公室重置。"), forbidden=True
            )
    return None if standing.is_set else Refusal(N_("对方没有开启两步验证，不需要重置。"))
