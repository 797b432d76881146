"""Every permission, and the one place that says which role has which."""

from __future__ import annotations

from enum import StrEnum


class Permission(StrEnum):
    """`<scope>:<resource>:<action>`. The scope says where it is held."""

    # anyone
    SITE_READ = "public:site:read"
    SIGN_IN = "public:session:open"
    DEMO_OUTBOX_READ = "public:demo_outbox:read"
    # a signed-in resident
    RESIDENT_ACCOUNT = "resident:account:manage"
    RESIDENT_COMMENT = "resident:comment:write"
    # any signed-in staff member, about themself; the first also before the second factor
    SIGN_IN_COMPLETE = "self:sign_in:complete"
    OWN_ACCOUNT = "self:account:manage"
    # inside one tenant
    HOME_READ = "tenant:home:read"
    PUBLICATION_READ = "tenant:publication:read"
    PUBLICATION_WRITE = "tenant:publication:write"
    PUBLICATION_APPROVE = "tenant:publication:approve"
    PUBLICATION_PUBLISH = "tenant:publication:publish"
    PUBLICATION_WITHDRAW = "tenant:publication:withdraw"
    COMMENT_READ = "tenant:comment:read"
    COMMENT_ANSWER = "tenant:comment:answer"
    COMMENT_MODERATE = "tenant:comment:moderate"
    PERSON_READ = "tenant:person:read"
    PERSON_MANAGE = "tenant:person:manage"
    SETTINGS_MANAGE = "tenant:settings:manage"
    FILE_READ = "tenant:file:read"
    FILE_WRITE = "tenant:file:write"
    AUDIT_READ = "tenant:audit:read"
    SEARCH_READ = "tenant:search:read"
    # across the district
    DISTRICT_READ = "district:overview:read"
    DISTRICT_PUBLICATION_READ = "district:publication:read"
    DISTRICT_COMMENT_READ = "district:comment:read"
    DISTRICT_SEARCH_READ = "district:search:read"
    TENANT_PROVISION = "district:tenant:provision"
    DISTRICT_PERSON_MANAGE = "district:person:manage"
    DISTRICT_AUDIT_READ = "district:audit:read"
    SEARCH_CURATE = "district:search:curate"
    OPERATIONS_READ = "district:operations:read"
    # at a bureau's desk
    BUREAU_HOME_READ = "bureau:home:read"
    BUREAU_PERSON_MANAGE = "bureau:person:manage"
    BUREAU_SETTINGS_MANAGE = "bureau:settings:manage"
    # finance's desk, and the desk of who is named in person
    FINANCE_HOME_READ = "finance:home:read"
    PERSON_HOME_READ = "person:home:read"


class Role(StrEnum):
    """What somebody is; held in a tenant, a bureau or the district."""

    PLANNER = "planner"
    ARCHITECT = "architect"
    TECHNICIAN = "technician"
    TENANT_STAFF = "tenant_staff"
    TENANT_ADMIN = "tenant_admin"
    BUREAU_STAFF = "bureau_staff"
    BUREAU_ADMIN = "bureau_admin"
    DISTRICT_OFFICE = "district_office"
    WORKING_GROUP = "working_group"
    FINANCE_READER = "finance_reader"
    TOP_CHIEF = "top_chief"


TENANT_ROLES = (Role.PLANNER, Role.ARCHITECT, Role.TECHNICIAN, Role.TENANT_STAFF, Role.TENANT_ADMIN)
BUREAU_ROLES = (Role.BUREAU_STAFF, Role.BUREAU_ADMIN)
DISTRICT_ROLES = (Role.DISTRICT_OFFICE, Role.WORKING_GROUP, Role.FINANCE_READER, Role.TOP_CHIEF)
#: Roles whose last holder at a place stays until another is found.
NEEDED_ROLES = frozenset({Role.DISTRICT_OFFICE, Role.TENANT_ADMIN, Role.BUREAU_ADMIN})
#: Roles that must sign in with a second factor.
SECOND_FACTOR_ROLES = frozenset(
    {Role.DISTRICT_OFFICE, Role.TENANT_ADMIN, Role.BUREAU_ADMIN, Role.WORKING_GROUP, Role.FINANCE_READER}
)

P = Permission

_READ_TENANT = frozenset(
    {P.HOME_READ, P.PUBLICATION_READ, P.COMMENT_READ, P.PERSON_READ, P.FILE_READ, P.SEARCH_READ}
)
_TEAM = _READ_TENANT | {P.PUBLICATION_WRITE, P.FILE_WRITE}
_STAFF = _TEAM | {
    P.PUBLICATION_APPROVE,
    P.PUBLICATION_PUBLISH,
    P.PUBLICATION_WITHDRAW,
    P.COMMENT_ANSWER,
    P.COMMENT_MODERATE,
}
_DISTRICT_READ = frozenset(
    {P.DISTRICT_READ, P.DISTRICT_PUBLICATION_READ, P.DISTRICT_COMMENT_READ, P.DISTRICT_SEARCH_READ}
)

#: What a role may do inside a tenant: the tenant it is held in, or, for district roles, any tenant.
IN_TENANT: dict[Role, frozenset[Permission]] = {
    Role.PLANNER: _TEAM,
    Role.ARCHITECT: _TEAM,
    Role.TECHNICIAN: _TEAM,
    Role.TENANT_STAFF: _STAFF,
    Role.TENANT_ADMIN: _STAFF | {P.PERSON_MANAGE, P.SETTINGS_MANAGE, P.AUDIT_READ},
    # oversight: reads everything, moderates anywhere, provisions people and settings; does not write for a tenant
    Role.DISTRICT_OFFICE: _READ_TENANT
    | {P.PUBLICATION_WITHDRAW, P.COMMENT_MODERATE, P.PERSON_MANAGE, P.SETTINGS_MANAGE, P.AUDIT_READ},
    Role.WORKING_GROUP: _READ_TENANT,
}

#: What a role may do across the district.
IN_DISTRICT: dict[Role, frozenset[Permission]] = {
    Role.DISTRICT_OFFICE: _DISTRICT_READ
    | {
        P.TENANT_PROVISION,
        P.DISTRICT_PERSON_MANAGE,
        P.DISTRICT_AUDIT_READ,
        P.SEARCH_CURATE,
        P.OPERATIONS_READ,
    },
    Role.WORKING_GROUP: _DISTRICT_READ,
}

#: What a role may do at the bureau in which it is held.
IN_BUREAU: dict[Role, frozenset[Permission]] = {
    Role.BUREAU_STAFF: frozenset({P.BUREAU_HOME_READ}),
    Role.BUREAU_ADMIN: frozenset({P.BUREAU_HOME_READ, P.BUREAU_PERSON_MANAGE, P.BUREAU_SETTINGS_MANAGE}),
}

#: What a role may do at finance's desk, and at the desk of who is named in person.
IN_FINANCE: dict[Role, frozenset[Permission]] = {Role.FINANCE_READER: frozenset({P.FINANCE_HOME_READ})}
IN_PERSON: dict[Role, frozenset[Permission]] = {Role.TOP_CHIEF: frozenset({P.PERSON_HOME_READ})}

ANYONE = frozenset({P.SITE_READ, P.SIGN_IN, P.DEMO_OUTBOX_READ})
RESIDENT = ANYONE | {P.RESIDENT_ACCOUNT, P.RESIDENT_COMMENT}
ANY_STAFF = ANYONE | {P.SIGN_IN_COMPLETE, P.OWN_ACCOUNT}
