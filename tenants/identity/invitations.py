"""Asking people in: by mail, with a link that works for a week. Functions flush and never commit.

Who acts is the session's actor. Raises `Refused` (a rule), `Missing`, `Invalid` (field -> sentence).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from tenants import audit
from tenants.clock import now
from tenants.database import actor_of, take_turns
from tenants.deployment import settings_here
from tenants.identity import addresses, letters, policy
from tenants.identity.models import Bureau, Staff, StaffToken, Tenant
from tenants.identity.new_passwords import add_token
from tenants.identity.service import by_email, create_staff, grant_role, the_staff, works_at
from tenants.permissions import Role
from tenants.rules import N_, Invalid, Missing, Refusal, Refused, require

INVITATION = "invitation"
#: Roles at another place, for who has an account; accepted there, not by a link.
OFFER = "offer"
INVITATION_LASTS = timedelta(days=7)


@dataclass(frozen=True)
class Invited:
    """What an invitation came to: an account that waits for its owner, more roles where somebody works already,
    or an offer (`offered`) that they accept or not."""

    staff: Staff
    waits: bool
    offered: bool = False


@dataclass(frozen=True)
class Offer:
    """Roles at a place that somebody was offered and has not answered."""

    id: UUID
    place: str
    roles: tuple[Role, ...]
    by: str


def invite(
    session: Session,
    *,
    email: str,
    name: str,
    roles: Iterable[Role],
    job_title: str = "",
    tenant_id: UUID | None = None,
    bureau_id: UUID | None = None,
) -> Invited:
    """Ask somebody in. Who works elsewhere is offered the roles, and the inviter learns nothing else of them."""
    require(policy.may_manage(actor_of(session), tenant_id))
    wanted = list(dict.fromkeys(roles))
    if not wanted:
        raise Invalid({"roles": N_("请至少选择一个角色。")})
    address = addresses.email(email)
    take_turns(session, "account", address)
    staff = by_email(session, address) if address else None
    if staff is None:
        staff = create_staff(session, email=email, name=name, job_title=job_title)
    place = _place_name(session, tenant_id, bureau_id)
    if staff.joined_at is not None and not works_at(session, staff.id, tenant_id, bureau_id):
        require(policy.may_change_roles_of(actor_of(session), staff.id, tenant_id))
        _send_offer(session, staff, wanted, place, tenant_id, bureau_id)
        return Invited(staff, waits=False, offered=True)
    for role in wanted:
        grant_role(session, staff.id, role, tenant_id=tenant_id, bureau_id=bureau_id)
    if staff.joined_at is None:
        _send_invitation(session, staff, place, tenant_id)
        return Invited(staff, waits=True)
    letters.send_added(session, staff, place, tenant_id)
    return Invited(staff, waits=False)


def resend(
    session: Session,
    staff_id: UUID,
    *,
    tenant_id: UUID | None = None,
    bureau_id: UUID | None = None,
) -> None:
    """Send the invitation again, with a new link and a new term."""
    require(policy.may_manage(actor_of(session), tenant_id))
    staff = the_staff(session, staff_id)
    if staff.joined_at is not None:
        raise Refused(Refusal(N_("对方已经接受了邀请。")))
    _send_invitation(session, staff, _place_name(session, tenant_id, bureau_id), tenant_id)


def _send_invitation(session: Session, staff: Staff, place: str, tenant_id: UUID | None) -> None:
    token = add_token(session, staff.id, INVITATION, INVITATION_LASTS)
    letters.send_invitation(session, staff, place, token, tenant_id)
    audit.record(session, "person.invited", "person", staff.id, label=staff.name, tenant_id=tenant_id)
    session.flush()


def _send_offer(
    session: Session,
    staff: Staff,
    roles: list[Role],
    place: str,
    tenant_id: UUID | None,
    bureau_id: UUID | None,
) -> None:
    if not all(policy.is_place_of(role, tenant_id, bureau_id) for role in roles):
        raise Invalid({"role": N_("这个角色不在这里任职。")})
    offer = {
        "tenant_id": str(tenant_id) if tenant_id else None,
        "bureau_id": str(bureau_id) if bureau_id else None,
        "roles": [role.value for role in roles],
        "place": place,
        "by": actor_of(session).name,
    }
    add_token(session, staff.id, OFFER, INVITATION_LASTS, offer=offer)
    letters.send_offer(session, staff, place, tenant_id)
    audit.record(session, "person.offered", "person", staff.id, label=staff.name, tenant_id=tenant_id)
    session.flush()


def _open_offers(staff_id: UUID) -> Select[StaffToken]:
    return (
        select(StaffToken)
        .where(
            StaffToken.staff_id == staff_id,
            StaffToken.purpose == OFFER,
            StaffToken.used_at.is_(None),
            StaffToken.expires_at > now(),
        )
        .order_by(StaffToken.created_at)
    )


def offers_to(session: Session, staff_id: UUID) -> list[Offer]:
    """What this person may accept or decline; one query. Theirs alone to see."""
    return [
        Offer(token.id, token.offer["place"], tuple(map(Role, token.offer["roles"])), token.offer["by"])
        for token in session.scalars(_open_offers(staff_id))
        if token.offer
    ]


def answer_offer(session: Session, staff_id: UUID, offer_id: UUID, *, accept: bool) -> None:
    """Take up the roles offered, or not. Needs the scope `system`; that `staff_id` asks is the caller's to know.

    Raises `Missing` when it was answered already or is too old. Other offers of the same place lapse with it.
    """
    take_turns(session, "offers", staff_id)
    waiting = session.scalars(_open_offers(staff_id)).all()
    offer = next((token.offer for token in waiting if token.id == offer_id), None)
    if offer is None:
        raise Missing
    same = ("tenant_id", "bureau_id")
    for token in waiting:
        if token.offer and all(token.offer[key] == offer[key] for key in same):
            token.used_at = now()
    tenant_id, bureau_id = (UUID(offer[key]) if offer[key] else None for key in same)
    if accept:
        for role in offer["roles"]:
            given = grant_role(session, staff_id, Role(role), tenant_id=tenant_id, bureau_id=bureau_id)
            given.granted_by = offer["by"]
    action = "offer.accepted" if accept else "offer.declined"
    name = the_staff(session, staff_id).name
    audit.record(session, action, "person", staff_id, label=name, tenant_id=tenant_id)
    session.flush()


def _place_name(session: Session, tenant_id: UUID | None, bureau_id: UUID | None) -> str:
    if tenant_id:
        return session.scalar(select(Tenant.name).where(Tenant.id == tenant_id)) or ""
    if bureau_id:
        return session.scalar(select(Bureau.name).where(Bureau.id == bureau_id)) or ""
    return settings_here().district_name
