"""What people call roles and kinds of places."""

from __future__ import annotations

from flask_babel import gettext

from tenants.identity.models import CommentPolicy, TenantKind, UnitKind
from tenants.permissions import Role
from tenants.rules import N_

ROLES = {
    Role.PLANNER: N_("责任规划师"),
    Role.ARCHITECT: N_("责任建筑师"),
    Role.TECHNICIAN: N_("技术人员"),
    Role.TENANT_STAFF: N_("工作人员"),
    Role.TENANT_ADMIN: N_("单位管理员"),
    Role.BUREAU_STAFF: N_("委办局人员"),
    Role.BUREAU_ADMIN: N_("委办局管理员"),
    Role.DISTRICT_OFFICE: N_("工作组办公室"),
    Role.WORKING_GROUP: N_("工作组成员"),
    Role.FINANCE_READER: N_("财政人员（只读）"),
    Role.TOP_CHIEF: N_("顶级首席责任双师"),
}
TENANT_KINDS = {
    TenantKind.SUBDISTRICT: N_("街道办事处"),
    TenantKind.TOWN: N_("乡镇政府"),
    TenantKind.PARK: N_("园区管委会"),
}
UNIT_KINDS = {UnitKind.CLUSTER: N_("组团"), UnitKind.TOWN: N_("乡镇")}
COMMENT_POLICIES = {
    CommentPolicy.HOLD: N_("审核后显示"),
    CommentPolicy.SHOW: N_("发出即显示"),
}


def role_name(role: str) -> str:
    """What a role is called."""
    return gettext(ROLES[Role(role)])


def tenant_kind_name(kind: str) -> str:
    """What a kind of tenant is called."""
    return gettext(TENANT_KINDS[TenantKind(kind)])


def unit_kind_name(kind: str) -> str:
    """What a kind of responsible unit is called."""
    return gettext(UNIT_KINDS[UnitKind(kind)])
