"""Who acts. An `Actor` is put into the database session and decides what its rows are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from uuid import UUID

from tenants.permissions import (
    ANY_STAFF,
    ANYONE,
    IN_BUREAU,
    IN_DISTRICT,
    IN_FINANCE,
    IN_PERSON,
    IN_TENANT,
    RESIDENT,
    Permission,
    Role,
)


class Scope(StrEnum):
    """In which capacity; somebody may act in several at once. The policies know these words (`app.scope`)."""

    ANONYMOUS = "anonymous"
    RESIDENT = "resident"
    AUTH = "auth"  # somebody is signing in to the workspace: identity tables only
    SELF = "self"  # signed in, at no desk: the own account
    TEAM = "team"  # planners, architects, technicians of a tenant: their work
    TENANT = "tenant"  # staff of a tenant
    ADMIN = "admin"  # manages people and settings of the tenant or the bureau whose desk it is
    OFFICE = "office"  # the district office: reads by list, writes what the office decides
    BUREAU = "bureau"  # rows that name the bureau, and its own
    WORKING_GROUP = "working_group"  # reads by list, writes decisions
    FINANCE = "finance"  # budgets, funds, payments; reads only
    PERSON = "person"  # rows that name this person
    JOB = "job"  # a background job that works for one tenant
    SYSTEM = "system"  # a background job, or the operator's command line, of the whole district


class Desk(StrEnum):
    """Where somebody works: the first part of the address says which."""

    TENANT = "tenant"  # /t/<tenant>/
    DISTRICT = "district"  # /district/
    BUREAU = "bureau"  # /b/<bureau>/
    FINANCE = "finance"  # /finance/
    PERSON = "person"  # /p/


#: What a role is at which desk; no role is anything at a desk that it does not name, and every role is here.
SCOPES: Mapping[Role, Mapping[Desk, frozenset[Scope]]] = {
    Role.PLANNER: {Desk.TENANT: frozenset({Scope.TEAM})},
    Role.ARCHITECT: {Desk.TENANT: frozenset({Scope.TEAM})},
    Role.TECHNICIAN: {Desk.TENANT: frozenset({Scope.TEAM})},
    Role.TENANT_STAFF: {Desk.TENANT: frozenset({Scope.TENANT})},
    Role.TENANT_ADMIN: {Desk.TENANT: frozenset({Scope.TENANT, Scope.ADMIN})},
    Role.BUREAU_STAFF: {Desk.BUREAU: frozenset({Scope.BUREAU})},
    Role.BUREAU_ADMIN: {Desk.BUREAU: frozenset({Scope.BUREAU, Scope.ADMIN})},
    Role.DISTRICT_OFFICE: {
        Desk.TENANT: frozenset({Scope.OFFICE}),
        Desk.DISTRICT: frozenset({Scope.OFFICE}),
    },
    Role.WORKING_GROUP: {
        # a row of the district's lists opens where it stands; nothing is written there
        Desk.TENANT: frozenset({Scope.WORKING_GROUP}),
        Desk.DISTRICT: frozenset({Scope.WORKING_GROUP}),
    },
    Role.FINANCE_READER: {Desk.FINANCE: frozenset({Scope.FINANCE})},
    Role.TOP_CHIEF: {Desk.PERSON: frozenset({Scope.PERSON})},
}

#: What a role may do at a desk.
_MAY: Mapping[Desk, Mapping[Role, frozenset[Permission]]] = {
    Desk.TENANT: IN_TENANT,
    Desk.DISTRICT: IN_DISTRICT,
    Desk.BUREAU: IN_BUREAU,
    Desk.FINANCE: IN_FINANCE,
    Desk.PERSON: IN_PERSON,
}

#: Who is no staff member, and what they may do.
_OUTSIDE: Mapping[Scope, frozenset[Permission]] = {Scope.RESIDENT: RESIDENT}


def scopes_that_may(permission: Permission) -> frozenset[Scope]:
    """In which capacities something is done: the scopes of which, at its desk, every role holds the permission."""
    may: set[Scope] = set()
    for desk, roles in _MAY.items():
        scopes = {scope for role in roles for scope in SCOPES[role][desk]}
        may |= {
            scope
            for scope in scopes
            if all(permission in roles[role] for role in roles if scope in SCOPES[role][desk])
        }
    return frozenset(may) | {scope for scope, permissions in _OUTSIDE.items() if permission in permissions}


class ActorKind(StrEnum):
    """Who acts, as the audit tells it."""

    STAFF = "staff"
    RESIDENT = "resident"
    JOB = "job"
    VISITOR = "visitor"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, in which scopes, with which permissions, from which address.

    `tenant_id` is the one tenant whose rows may be seen and changed, `bureau_id` the one bureau; both None for
    scopes that span the district. `on_behalf_of` names whom a job acts for.
    """

    scopes: frozenset[Scope]
    id: UUID | None = None
    name: str = ""
    tenant_id: UUID | None = None
    bureau_id: UUID | None = None
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

    def acts_as(self, scope: Scope) -> bool:
        """Whether this is one of the capacities in which this actor acts."""
        return scope in self.scopes

    @property
    def kind(self) -> ActorKind:
        """For the audit."""
        if Scope.RESIDENT in self.scopes:
            return ActorKind.RESIDENT
        if self.scopes & {Scope.JOB, Scope.SYSTEM}:
            return ActorKind.JOB
        return ActorKind.STAFF if self.id else ActorKind.VISITOR

    @property
    def capacity(self) -> str:
        """The scopes as the database and the histories have them: `office`, `admin,tenant`."""
        return ",".join(sorted(self.scopes))

    def at(self, ip: str | None, request_id: str | None) -> Actor:
        """The same actor, reached from this address by this request."""
        return replace(self, ip=ip, request_id=request_id)


def anonymous(resident_session: str | None = None) -> Actor:
    """A visitor of the public site; `resident_session` is the hash of a token that is still to be looked up."""
    return Actor(frozenset({Scope.ANONYMOUS}), permissions=ANYONE, resident_session=resident_session)


def signing_in() -> Actor:
    """Somebody at the workspace's door: only identity tables are visible."""
    return Actor(frozenset({Scope.AUTH}), permissions=ANYONE)


def resident(resident_id: UUID, name: str, session_hash: str) -> Actor:
    """A signed-in resident."""
    return Actor(
        frozenset({Scope.RESIDENT}),
        id=resident_id,
        name=name,
        permissions=RESIDENT,
        resident_session=session_hash,
    )


def oneself(staff_id: UUID, name: str, roles: Iterable[Role] = ()) -> Actor:
    """A staff member at no desk: the own account."""
    return Actor(
        frozenset({Scope.SELF}), id=staff_id, name=name, roles=frozenset(roles), permissions=ANY_STAFF
    )


def at_desk(
    desk: Desk,
    staff_id: UUID,
    name: str,
    roles: Iterable[Role],
    *,
    tenant_id: UUID | None = None,
    bureau_id: UUID | None = None,
) -> Actor | None:
    """A staff member at a desk, by the roles that count there; None when none of them does."""
    held = frozenset(role for role in roles if desk in SCOPES[role])
    if not held:
        return None
    scopes = frozenset[Scope]().union(*(SCOPES[role][desk] for role in held))
    permissions = frozenset[Permission]().union(*(_MAY[desk][role] for role in held))
    return Actor(scopes, staff_id, name, tenant_id, bureau_id, held, permissions | ANY_STAFF)


def in_tenant(staff_id: UUID, name: str, roles: Iterable[Role], tenant_id: UUID) -> Actor | None:
    """A staff member inside a tenant, by the roles held there and in the district; None without any that counts."""
    return at_desk(Desk.TENANT, staff_id, name, roles, tenant_id=tenant_id)


def in_district(staff_id: UUID, name: str, roles: Iterable[Role]) -> Actor | None:
    """A staff member looking across the district; None without a role that does."""
    return at_desk(Desk.DISTRICT, staff_id, name, roles)


def job(tenant_id: UUID, on_behalf_of: str | None = None) -> Actor:
    """A background job that works for one tenant."""
    return Actor(frozenset({Scope.JOB}), tenant_id=tenant_id, on_behalf_of=on_behalf_of)


def system(on_behalf_of: str | None = None) -> Actor:
    """A background job, or the operator's command line, for the whole district."""
    return Actor(frozenset({Scope.SYSTEM}), on_behalf_of=on_behalf_of)
