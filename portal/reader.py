"""The signed-in staff member of a request, as Flask-Login knows them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import cast

from flask import g, request
from flask import session as browser
from flask_login import UserMixin, current_user

from portal.workplace import Workplace
from tenants import actors
from tenants.actors import SCOPES, Desk
from tenants.database import open_session
from tenants.identity import queries, sign_in
from tenants.identity.queries import BureauRef, SignedInStaff, TenantRef

#: Where the cookie keeps which of one's own desks was open last.
LAST_DESK = "desk"


class Reader(UserMixin):
    """Flask-Login's user: its id is the token of the session row, not the person's id."""

    def __init__(
        self,
        token: str,
        staff: SignedInStaff,
        *,
        tenants: Sequence[TenantRef] = (),
        bureaus: Sequence[BureauRef] = (),
        offered: Sequence[TenantRef] = (),
    ) -> None:
        self.token = token
        self.staff = staff
        #: For oversight all tenants, where they are few enough to choose from.
        self.offered_tenants = offered
        #: Those, else the own ones.
        self._tenants = offered or tenants
        self._bureaus = bureaus

    def get_id(self) -> str:
        return self.token

    @cached_property
    def workplaces(self) -> list[Workplace]:
        """Where this person works: the district's desk first, then those of tenants and bureaus, then the others."""
        return [
            *self._without_place(Desk.DISTRICT),
            *(Workplace(Desk.TENANT, t) for t in self._tenants if t.id in self.staff.tenant_ids),
            *(Workplace(Desk.BUREAU, b) for b in self._bureaus),
            *self._without_place(Desk.FINANCE),
            *self._without_place(Desk.PERSON),
        ]

    @property
    def usual_workplace(self) -> Workplace | None:
        """The own desk that was open last in this browser, else the first."""
        last = browser.get(LAST_DESK)
        return next((w for w in self.workplaces if w.key == last), next(iter(self.workplaces), None))

    @property
    def offered_workplaces(self) -> list[Workplace]:
        """Desks to switch to: one's own and, for oversight, every tenant's, unless they are too many to choose from."""
        if not oversees(self.staff):
            return self.workplaces
        others = [w for w in self.workplaces if w.desk is not Desk.TENANT]
        return [*others, *(Workplace(Desk.TENANT, t) for t in self._tenants)]

    def workplace(self, desk: Desk, slug: str = "") -> Workplace | None:
        """The desk, of the tenant or the bureau with this address, when this person may sit down at it."""
        if desk is Desk.TENANT:
            tenant = self._tenant(slug)
            return Workplace(desk, tenant) if tenant else None
        return next((w for w in self.workplaces if w.desk is desk and (not w.place or w.place.slug == slug)), None)

    def bureau_moved_to(self, slug: str) -> str | None:
        """The present address of an own bureau that had this one before."""
        return next((b.slug for b in self._bureaus if slug in b.former_slugs), None)

    def _without_place(self, desk: Desk) -> list[Workplace]:
        return [Workplace(desk)] if any(desk in SCOPES[role] for role in self.staff.district_roles) else []

    def _tenant(self, slug: str) -> TenantRef | None:
        known = next((t for t in self._tenants if t.slug == slug), None)
        if known or not oversees(self.staff):
            return known
        with open_session(g.engine, actors.signing_in()) as session:
            return queries.tenant_by_slug(session, slug)


def reader() -> Reader:
    """Who is signed in."""
    return cast(Reader, current_user)


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
        offered = queries.offered_tenants(session) if oversees(staff) else []
        tenants = queries.tenants(session, staff.tenant_ids) if staff.tenant_ids and not offered else []
        bureaus = queries.bureaus(session, staff.bureau_ids) if staff.bureau_ids else []
        return Reader(token, staff, tenants=tenants, bureaus=bureaus, offered=offered)
