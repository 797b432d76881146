"""Every role at every route of the workspace, asked of the gate alone: at its desk, and at that of others."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import uuid4

import pytest
from flask import Flask

import portal.slices
from portal import gate
from portal.gate import Verdict
from portal.reader import Reader
from tenants.actors import Desk
from tenants.clock import now
from tenants.identity.queries import BureauRef, HeldRole, SignedInStaff, TenantRef
from tenants.permissions import (
    BUREAU_ROLES,
    DISTRICT_ROLES,
    IN_BUREAU,
    IN_DISTRICT,
    IN_FINANCE,
    IN_PERSON,
    IN_TENANT,
    TENANT_ROLES,
    Permission,
    Role,
)
from tests.support.doors import routes

MINE, OTHER = "mine", "other"
TENANTS = {slug: TenantRef(uuid4(), slug, slug, slug, "town", now()) for slug in (MINE, OTHER)}
BUREAU = BureauRef(uuid4(), MINE, MINE, MINE, [])
#: Nobody in particular is among them.
ROLES = (*Role, None)
TABLES: Mapping[str, Mapping[Role, frozenset[Permission]]] = {
    Desk.TENANT: IN_TENANT,
    Desk.DISTRICT: IN_DISTRICT,
    Desk.BUREAU: IN_BUREAU,
    Desk.FINANCE: IN_FINANCE,
    Desk.PERSON: IN_PERSON,
}


def somebody(role: Role | None) -> Reader:
    """Who holds this one role, at the place that is theirs; with the places that are offered to them."""
    tenant = TENANTS[MINE].id if role in TENANT_ROLES else None
    bureau = BUREAU.id if role in BUREAU_ROLES else None
    held = (HeldRole(role, tenant, bureau),) if role else ()
    staff = SignedInStaff(uuid4(), uuid4(), "测试", "", "zh_Hans_CN", True, True, now(), held)
    return Reader("", staff, tenants=list(TENANTS.values()), bureaus=[BUREAU] if bureau else [])


def asked(permission: Permission, reader: Reader, slug: str) -> Verdict:
    """What the gate says at an address with this tenant or bureau in it."""
    scope = permission.partition(":")[0]
    workplace = None if scope == "self" else reader.workplace(Desk(scope), slug)
    return gate.verdict(permission, gate.capacity(permission, reader.staff, workplace))


def expected(permission: Permission, role: Role | None, slug: str) -> Verdict:
    """What the tables of permissions say of a role, where it counts."""
    scope = permission.partition(":")[0]
    if scope == "self":
        return Verdict.OPEN
    at_home = slug == MINE or role in DISTRICT_ROLES or scope not in (Desk.TENANT, Desk.BUREAU)
    given = TABLES[scope].get(role, frozenset()) if role and at_home else frozenset()
    if not given:
        return Verdict.UNKNOWN
    return Verdict.OPEN if permission in given else Verdict.FORBIDDEN


@pytest.mark.parametrize("name", portal.slices.SLICES)
def test_the_gate_opens_by_the_table_of_permissions(app_workspace: Flask, name: str) -> None:
    count = 0
    for rule, _methods, permission in routes(app_workspace, name):
        if permission.startswith("public:"):
            continue
        for role in ROLES:
            reader = somebody(role)
            for slug in (MINE, OTHER):
                answer = asked(permission, reader, slug)
                assert answer is expected(permission, role, slug), (rule, role, slug, answer)
                count += 1
    assert count >= 2 * len(ROLES)
