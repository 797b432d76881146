"""Roles offered to somebody who has an account and works elsewhere: they say yes or no in their account.

The place that offers sees what is still open and may withdraw it. Functions flush and never commit; who acts is the
session's actor. Raises `Refused` (a rule), `Missing`, `Invalid` (field -> sentence).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from tenants import audit
from tenants.clock import now, today
from tenants.database import actor_of, take_turns
from tenants.identity import letters, policy
from tenants.identity.models import Staff, StaffToken, TokenPurpose
from tenants.identity.new_passwords import add_token
from tenants.identity.service import grant_role, the_staff
from tenants.permissions import Role
from tenants.rules import N_, Invalid, Missing, Refusal, require

OFFER_LASTS = timedelta(days=7)
OVER = Refusal(N_("这份邀请已经答复、撤回或过期。"))


@dataclass(frozen=True)
class Offered:
    """A role that is offered, and its days; without a first one it begins on the day of the yes."""

    role: Role
    first: date | None
    last: date | None

    @property
    def over(self) -> bool:
        """Its last day has passed: there is nothing left to say yes to."""
        return self.last is not None and self.last < today()


@dataclass(frozen=True)
class Offer:
    """Roles at a place that somebody was offered and has not answered. `name`: as whoever offers them calls them."""

    id: UUID
    name: str
    email: str
    place: str
    roles: tuple[Offered, ...]
    by: str
    since: datetime
    until: datetime


def send(
    session: Session,
    staff: Staff,
    roles: list[Role],
    *,
    called: str,
    place: str,
    tenant_id: UUID | None,
    bureau_id: UUID | None,
    first: date | None = None,
    last: date | None = None,
) -> None:
    """Offer roles at a place, from the `first` day to the `last`. One that is still open there becomes part of it.

    What is kept of the person is their address and what the offering place calls them: it learns nothing else.
    """
    actor = actor_of(session)
    require(policy.may_change_roles_of(actor, staff.id, tenant_id, bureau_id))
    if not all(policy.is_place_of(role, tenant_id, bureau_id) for role in roles):
        raise Invalid({"role": N_("这个角色不在这里任职。")})
    policy.check_days(first or today(), last, today(), any_time=False)
    take_turns(session, "offers", staff.id)
    where = {"tenant_id": str(tenant_id) if tenant_id else None, "bureau_id": str(bureau_id) if bureau_id else None}
    offered = [role.value for role in roles]
    term = [day.isoformat() if day else None for day in (first, last)]
    terms = dict.fromkeys(offered, term)
    for open_one in session.scalars(_open().where(StaffToken.staff_id == staff.id)):
        offer = open_one.offer or {}
        if all(offer[key] == value for key, value in where.items()):
            open_one.used_at = now()
            offered = [*offer["roles"], *(role for role in offered if role not in offer["roles"])]
            terms = offer.get("days", {}) | terms
    whom = {"name": called, "email": staff.email}
    what = {**where, **whom, "roles": offered, "days": terms, "place": place, "by": actor.name}
    add_token(session, staff.id, TokenPurpose.OFFER, OFFER_LASTS, offer=what)
    letters.send_offer(session, staff, place, tenant_id)
    audit.record(session, "person.offered", "person", staff.id, label=called, tenant_id=tenant_id)
    session.flush()


def to_person(session: Session, staff_id: UUID) -> list[Offer]:
    """What this person was offered and has not answered, by anybody whose offers the reader may see; one query."""
    return _read(session, _open().where(StaffToken.staff_id == staff_id))


def of_place(session: Session, *, tenant_id: UUID | None = None, bureau_id: UUID | None = None) -> list[Offer]:
    """What a tenant or a bureau has offered that is not answered yet; one query."""
    key, place = ("tenant_id", tenant_id) if tenant_id else ("bureau_id", bureau_id)
    return _read(session, _open().where(StaffToken.offer[key].astext == str(place)))


def withdraw(session: Session, offer_id: UUID) -> None:
    """Take back an offer that is not answered yet. Raises `Refused` when it is, `Missing` for another place's."""
    known = select(StaffToken).where(StaffToken.id == offer_id, StaffToken.offer.is_not(None))
    token = session.scalar(known.with_for_update())
    if token is None or token.offer is None:
        raise Missing
    tenant_id, bureau_id = _place(token.offer)
    require(policy.may_change_roles_of(actor_of(session), token.staff_id, tenant_id, bureau_id))
    require(None if token.used_at is None and token.expires_at > now() else OVER)
    token.used_at = now()
    called = token.offer["name"]
    audit.record(session, "offer.withdrawn", "person", token.staff_id, label=called, tenant_id=tenant_id)
    session.flush()


def answer(session: Session, staff_id: UUID, offer_id: UUID, *, accept: bool) -> None:
    """Take up the roles offered, or not. Needs the scope `system`; that `staff_id` asks is the caller's to know.

    Nobody takes anything up earlier than on the day of the yes. Raises `Missing` when it was answered or withdrawn
    already, or is too old, and `Invalid` where a role is held meanwhile on some of the days.
    """
    mine = _open().where(StaffToken.staff_id == staff_id, StaffToken.id == offer_id)
    token = session.scalar(mine.with_for_update())
    offered = _offered(token.offer) if token is not None and token.offer is not None else ()
    if token is None or token.offer is None or not offered:
        raise Missing
    token.used_at = now()
    tenant_id, bureau_id = _place(token.offer)
    if accept:
        for one in offered:
            first = max(one.first or today(), today())
            given = grant_role(
                session, staff_id, one.role, tenant_id=tenant_id, bureau_id=bureau_id, first=first, last=one.last
            )
            given.granted_by = token.offer["by"]
    action = "offer.accepted" if accept else "offer.declined"
    name = the_staff(session, staff_id).name if accept else token.offer["name"]
    audit.record(session, action, "person", staff_id, label=name, tenant_id=tenant_id)
    session.flush()


def _open() -> Select[StaffToken]:
    return (
        select(StaffToken)
        .where(
            StaffToken.purpose == TokenPurpose.OFFER,
            StaffToken.offer.is_not(None),
            StaffToken.used_at.is_(None),
            StaffToken.expires_at > now(),
        )
        .order_by(StaffToken.created_at)
    )


def _place(offer: dict[str, Any]) -> tuple[UUID | None, UUID | None]:
    """The tenant and the bureau of an offer; neither is the district."""
    tenant_id, bureau_id = (UUID(offer[key]) if offer[key] else None for key in ("tenant_id", "bureau_id"))
    return tenant_id, bureau_id


def _read(session: Session, query: Select[StaffToken]) -> list[Offer]:
    return [
        Offer(
            token.id,
            token.offer["name"],
            token.offer["email"],
            token.offer["place"],
            _offered(token.offer),
            token.offer["by"],
            token.created_at,
            token.expires_at,
        )
        for token in session.scalars(query)
        if token.offer and _offered(token.offer)
    ]


def _offered(offer: dict[str, Any]) -> tuple[Offered, ...]:
    """The roles of an offer that are not over already. One of before days were set has none."""
    terms = offer.get("days", {})
    found = (
        Offered(Role(role), *(date.fromisoformat(day) if day else None for day in terms.get(role, (None, None))))
        for role in offer["roles"]
    )
    return tuple(one for one in found if not one.over)
