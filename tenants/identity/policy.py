"""Who may give and take roles, and when an account may be closed. Pure rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from tenants.actors import Actor, Scope
from tenants.days import Days, first_day, last_day
from tenants.permissions import DISTRICT_ROLES, TENANT_ROLES, Permission, Role
from tenants.rules import N_, Invalid, Refusal

P = Permission

_NOT_YOURS = Refusal(N_("您不能管理这里的人员。"), forbidden=True)
_OWN_ROLES = Refusal(N_("自己的角色由另一位管理员办理。"), forbidden=True)
_LAST_ADMIN = Refusal(N_("这是本单位最后一位管理员。请先增加一位管理员，再办理。"))
_LAST_OFFICE = Refusal(N_("这是工作组办公室最后一个账号。请先增加一位成员，再办理。"))
#: A role may be given so many days after it was taken up; for longer ago nobody keeps the list right by hand.
BACKDATED = timedelta(days=90)
#: It may be given so long before it begins: more is a slip of the pen.
AHEAD = timedelta(days=366)


@dataclass(frozen=True)
class SecondFactorStanding:
    """Whether somebody has set up a second factor, and whether it is the office's to reset (`guarded`).

    It is where a role of theirs, anywhere, requires one, or is held elsewhere than at the place that asks.
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


def may_manage(actor: Actor, tenant_id: UUID | None, bureau_id: UUID | None) -> Refusal | None:
    """Whether the actor gives and takes roles at a place: administrators in theirs, the office anywhere."""
    if actor.acts_as(Scope.SYSTEM) or actor.may(P.DISTRICT_PERSON_MANAGE):
        return None
    if actor.may(P.PERSON_MANAGE) and tenant_id is not None and actor.tenant_id == tenant_id:
        return None
    if actor.may(P.BUREAU_PERSON_MANAGE) and bureau_id is not None and actor.bureau_id == bureau_id:
        return None
    return _NOT_YOURS


def may_change_roles_of(
    actor: Actor, staff_id: UUID, tenant_id: UUID | None, bureau_id: UUID | None
) -> Refusal | None:
    """Roles are given and taken by who manages the place, and never one's own."""
    if actor.id == staff_id and not actor.acts_as(Scope.SYSTEM):
        return _OWN_ROLES
    return may_manage(actor, tenant_id, bureau_id)


def check_days(first: date, last: date | None, today: date, *, any_time: bool) -> None:
    """Whether a role can be given for these days. With `any_time` (the operator's commands) however long ago.

    Raises `Invalid` (`first`, `last`).
    """
    if last is not None and last < first:
        raise Invalid({"last": N_("最后一天不能早于第一天。")})
    if any_time:
        return
    if first < today - BACKDATED:
        refusal = Refusal(N_("第一天最多比今天早 %(n)s 天。"), {"n": BACKDATED.days})
        raise Invalid({"first": refusal})
    if first > today + AHEAD:
        raise Invalid({"first": Refusal(N_("第一天最多比今天晚 %(n)s 天。"), {"n": AHEAD.days})})
    if last is not None and last < today:
        raise Invalid({"last": N_("这一天已经过去了。")})


def held_meanwhile(role: Role, held: Days, first: date) -> dict[str, Refusal]:
    """What is wrong with days that begin on `first`, on some of which the role is held already (field -> sentence)."""
    if first_day(held) > first:
        values = {"role": role, "day": first_day(held)}
        return {"last": Refusal(N_("自%(day)s起已经另有“%(role)s”角色，最后一天要早于这一天。"), values)}
    values = {"role": role, "day": last_day(held)}
    sentence = N_("已经有“%(role)s”角色，到%(day)s为止。请从第二天起，或更改那一段的最后一天。")
    return {"first": Refusal(sentence, values)}


def check_last_day(last: date | None, held: Days, today: date) -> None:
    """Whether the last day of a role that is held, or to come, can be this one. Raises `Invalid` (`last`)."""
    if last is None:
        return
    if last < first_day(held):
        sentence = Refusal(N_("最后一天不能早于第一天（%(day)s）。"), {"day": first_day(held)})
        raise Invalid({"last": sentence})
    if last < today:
        raise Invalid({"last": N_("这一天已经过去了。要立即结束，请办理结束。")})


def may_end(
    actor: Actor,
    staff_id: UUID,
    role: Role,
    tenant_id: UUID | None,
    bureau_id: UUID | None,
    *,
    gap: date | None,
    today: date,
) -> Refusal | None:
    """A role ends, or ends earlier, unless from some day on (`gap`) nobody would administer the place."""
    refusal = may_change_roles_of(actor, staff_id, tenant_id, bureau_id)
    if refusal or gap is None or actor.acts_as(Scope.SYSTEM):
        return refusal
    if gap > today:
        sentence = (
            N_("自%(day)s起，工作组办公室就没有人了。请先安排好接任的成员，再办理。")
            if role is Role.DISTRICT_OFFICE
            else N_("自%(day)s起，这里就没有管理员了。请先安排好接任的管理员，再办理。")
        )
        return Refusal(sentence, {"day": gap})
    return _LAST_OFFICE if role is Role.DISTRICT_OFFICE else _LAST_ADMIN


def may_deactivate(
    actor: Actor, staff_id: UUID, *, last_admin_of: Sequence[str], last_of_office: bool
) -> Refusal | None:
    """The district office closes accounts, not its own, and none that leaves a place without administrator."""
    if actor.acts_as(Scope.SYSTEM):
        return None
    if not actor.may(P.DISTRICT_PERSON_MANAGE):
        return _NOT_YOURS
    if actor.id == staff_id:
        return Refusal(N_("不能停用自己的账号。"), forbidden=True)
    if last_admin_of:
        return Refusal(
            N_("这是%(places)s最后一位管理员。请先增加一位管理员，再停用。"),
            {"places": "、".join(last_admin_of)},
        )
    return _LAST_OFFICE if last_of_office else None


def may_reactivate(actor: Actor) -> Refusal | None:
    """Whoever may close accounts opens them again."""
    return None if actor.acts_as(Scope.SYSTEM) or actor.may(P.DISTRICT_PERSON_MANAGE) else _NOT_YOURS


def may_reset_second_factor(actor: Actor, staff_id: UUID, standing: SecondFactorStanding) -> Refusal | None:
    """An administrator helps who works nowhere else; the office helps everybody, and alone who must have a factor."""
    if not actor.acts_as(Scope.SYSTEM):
        if not any(map(actor.may, (P.DISTRICT_PERSON_MANAGE, P.PERSON_MANAGE, P.BUREAU_PERSON_MANAGE))):
            return _NOT_YOURS
        if actor.id == staff_id:
            return Refusal(N_("自己的两步验证由另一位管理员重置。"), forbidden=True)
        if standing.guarded and not actor.may(P.DISTRICT_PERSON_MANAGE):
            return Refusal(
                N_("管理员、工作组办公室人员和在别处也任职的人，两步验证由工作组办公室重置。"), forbidden=True
            )
    return None if standing.is_set else Refusal(N_("对方没有开启两步验证，不需要重置。"))
