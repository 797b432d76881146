"""Who acts. An `Actor` is put into the database session and decides what its rows are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from uuid import UUID

from tenants.permissions import (
    ANY_STAFF,
    ANYONE,
    DISTRICT_ROLES,
    IN_DISTRICT,
    IN_TENANT,
    RESIDENT,
    TENANT_ROLES,
    Permission,
    Role,
)


class Scope(StrEnum):
    """In which capacity; the database's policies know these words (`app.scope`)."""

    ANONYMOUS = "anonymous"
    RESIDENT = "resident"
    AUTH = "auth"  # somebody is signing in to the workspace: identity tables only
    SELF = "self"  # signed in, no tenant chosen
    TENANT = "tenant"  # inside one tenant, reads and writes its rows
    TENANT_READ = "tenant_read"  # inside one tenant, reads only
    BUREAU = "bureau"
    DISTRICT_OFFICE = "district_office"  # reads across all tenants
    WORKING_GROUP = "working_group"  # reads across all tenants
    JOB = "job"  # a background job bound to one tenant
    SYSTEM = "system"  # a background job of the whole district: reads across all tenants


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, in which scope, with which permissions, from which address.

    `tenant_id` is the one tenant whose rows may be seen and changed; None for
    scopes that span the district. `on_behalf_of` names whom a job acts for.
    """

    scope: Scope
    id: UUID | None = None
    name: str = ""
    tenant_id: UUID | None = None
    roles: frozenset[Role] = frozenset()
    permissions: frozenset[Permission] = frozenset()
    ip: str | None = None
    request_id: str | None = None
    on_behalf_of: str | None = None
    #: Hash of a resident's session token (hex): what the public role's policies trust.
    resident_session: str | None = None

    def may(self, permission: Permission) -> bool:
        """Whether this actor holds `permission` here."""
        return permission in self.permissions

    @property
    def kind(self) -> str:
        """For the audit: staff, resident, job or visitor."""
        if self.scope is Scope.RESIDENT:
            return "resident"
        if self.scope in (Scope.JOB, Scope.SYSTEM):
            return "job"
        return "staff" if self.id else "visitor"

    def at(self, ip: str | None, request_id: str | None) -> Actor:
        """The same actor, reached from this address by this request."""
        return replace(self, ip=ip, request_id=request_id)


def anonymous() -> Actor:
    """A visitor of the public site."""
    return Actor(Scope.ANONYMOUS, permissions=ANYONE)


def signing_in() -> Actor:
    """Somebody at the workspace's door: only identity tables are visible."""
    return Actor(Scope.AUTH, permissions=ANYONE)


def resident(resident_id: UUID, name: str, session_hash: str) -> Actor:
    """A signed-in resident."""
    return Actor(
        Scope.RESIDENT, id=resident_id, name=name, permissions=RESIDENT, resident_session=session_hash
    )


def oneself(staff_id: UUID, name: str, roles: Iterable[Role] = ()) -> Actor:
    """A staff member with no tenant chosen."""
    return Actor(Scope.SELF, id=staff_id, name=name, roles=frozenset(roles), permissions=ANY_STAFF)


def in_tenant(staff_id: UUID, name: str, roles: Iterable[Role], tenant_id: UUID) -> Actor | None:
    """A staff member inside a tenant, by the roles held there and in the district; None without any."""
    held = frozenset(roles)
    permissions = frozenset[Permission]().union(*(IN_TENANT[role] for role in held))
    if not permissions:
        return None
    writes = any(role in TENANT_ROLES for role in held) or Role.DISTRICT_OFFICE in held
    scope = Scope.TENANT if writes else Scope.TENANT_READ
    return Actor(scope, staff_id, name, tenant_id, held, permissions | ANY_STAFF)


def in_district(staff_id: UUID, name: str, roles: Iterable[Role]) -> Actor | None:
    """A staff member looking across the district; None when they hold no role there."""
    held = frozenset(role for role in roles if role in DISTRICT_ROLES)
    permissions = frozenset[Permission]().union(*(IN_DISTRICT.get(role, frozenset()) for role in held))
    if not permissions:
        return None
    scope = Scope.DISTRICT_OFFICE if Role.DISTRICT_OFFICE in held else Scope.WORKING_GROUP
    return Actor(scope, staff_id, name, None, held, permissions | ANY_STAFF)


def job(tenant_id: UUID, on_behalf_of: str | None = None) -> Actor:
    """A background job bound to one tenant."""
    return Actor(Scope.JOB, tenant_id=tenant_id, on_behalf_of=on_behalf_of)


def system(on_behalf_of: str | None = None) -> Actor:
    """A background job, or the operator's command line, for the whole district."""
    return Actor(Scope.SYSTEM, on_behalf_of=on_behalf_of)
