"""The signed-in staff member of a request, as Flask-Login knows them."""

from __future__ import annotations

from functools import cached_property

from flask import g, request
from flask import session as browser
from flask_login import UserMixin, current_user

from tenants import actors
from tenants.actors import SCOPES, Desk
from tenants.database import open_session
from tenants.identity import queries, sign_in
from tenants.identity.queries import SignedInStaff, TenantRef

#: Where the cookie keeps the tenant that was open last.
LAST_TENANT = "tenant"


class Reader(UserMixin):
    """Flask-Login's user: its id is the token of the session row, not the person's id."""

    def __init__(self, token: str, staff: SignedInStaff, tenants: list[TenantRef]) -> None:
        self.token = token
        self.staff = staff
        #: Tenants of their own and, for oversight, all of them where they are few enough to choose from.
        self._tenants = tenants

    def get_id(self) -> str:
        return self.token

    @cached_property
    def own_tenants(self) -> list[TenantRef]:
        """Tenants in which this person holds a role."""
        return [t for t in self._tenants if t.id in self.staff.tenant_ids]

    @property
    def usual_tenant(self) -> TenantRef | None:
        """The own tenant that was open last in this browser, else the first."""
        last = browser.get(LAST_TENANT)
        return next((t for t in self.own_tenants if t.slug == last), next(iter(self.own_tenants), None))

    @property
    def sees_district(self) -> bool:
        """Whether the pages across the district are open to this person."""
        return any(Desk.DISTRICT in SCOPES[role] for role in self.staff.district_roles)

    @property
    def offered_tenants(self) -> list[TenantRef]:
        """Tenants to switch to: one's own, or all of them for oversight, unless they are too many to choose from."""
        return self._tenants if oversees(self.staff) else self.own_tenants

    def tenant_by_slug(self, slug: str) -> TenantRef | None:
        """The tenant with this address, when this person may open it."""
        known = next((t for t in self._tenants if t.slug == slug), None)
        if known or not oversees(self.staff):
            return known
        with open_session(g.engine, actors.signing_in()) as session:
            return queries.tenant_by_slug(session, slug)


def oversees(staff: SignedInStaff) -> bool:
    """Whether every tenant is open to this person."""
    return any(Desk.TENANT in SCOPES[role] for role in staff.district_roles)


def author(*, ended: bool) -> str:
    """Who sends this request, for what is kept of it; with `ended` also whose session is over. "": nobody can tell."""
    if current_user.is_authenticated:
        return f"staff {current_user.staff.id}"
    token = browser.get("_user_id")
    if not (token and ended):
        return ""
    with open_session(g.engine, actors.signing_in()) as session:
        staff_id = queries.staff_id_by_token(session, token)
    return f"staff {staff_id}" if staff_id else ""


def load_reader(token: str) -> Reader | None:
    """The person behind a session token; None when it ended, was revoked, or they were deactivated."""
    with open_session(g.engine, actors.signing_in()) as session, session.begin():
        staff = queries.staff_by_token(session, token)
        if staff is None:
            return None
        sign_in.seen(session, staff.session_id, staff.last_seen_at, request.remote_addr)
        tenants = queries.offered_tenants(session) if oversees(staff) else []
        if not tenants and staff.tenant_ids:
            tenants = queries.tenants(session, staff.tenant_ids)
        return Reader(token, staff, tenants)
