"""Asking people in: by mail, with a link that works for a week. Functions flush and never commit.

Who acts is the session's actor. Raises `Refused` (a rule), `Missing`, `Invalid` (field -> sentence).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from tenants import audit
from tenants.clock import today
from tenants.database import actor_of, take_turns
from tenants.deployment import settings_here
from tenants.identity import addresses, letters, offers, policy
from tenants.identity.models import Bureau, Staff, Tenant, TokenPurpose
from tenants.identity.new_passwords import add_token
from tenants.identity.service import NAME_MAX, by_email, create_staff, grant_role, the_staff, works_at
from tenants.permissions import Role
from tenants.rules import N_, Invalid, Refusal, Refused, require

INVITATION_LASTS = timedelta(days=7)


@dataclass(frozen=True)
class Invited:
    """What an invitation came to: an account that waits for its owner, more roles where somebody works already,
    or an offer (`offered`) that they accept or not."""

    staff: Staff
    waits: bool
    offered: bool = False


def invite(
    session: Session,
    *,
    email: str,
    name: str,
    roles: Iterable[Role],
    job_title: str = "",
    tenant_id: UUID | None = None,
    bureau_id: UUID | None = None,
    first: date | None = None,
    last: date | None = None,
) -> Invited:
    """Ask somebody in, from the `first` day (today) to the `last` (for good).

    Who works elsewhere is offered the roles, and the inviter learns nothing else of them.
    """
    require(policy.may_manage(actor_of(session), tenant_id, bureau_id))
    wanted = list(dict.fromkeys(roles))
    if not wanted:
        raise Invalid({"roles": N_("请至少选择一个角色。")})
    address = addresses.email(email)
    take_turns(session, "account", address)
    staff = by_email(session, address) if address else None
    if staff is None:
        staff = create_staff(session, email=email, name=name, job_title=job_title)
    called = " ".join(name.split())[:NAME_MAX]
    invited = _give_or_offer(session, staff, wanted, called, tenant_id, bureau_id, first, last)
    place = _place_name(session, tenant_id, bureau_id)
    if invited.waits:
        _send_invitation(session, staff, place, tenant_id)
    elif not invited.offered:
        letters.send_roles_added(session, staff, place, tenant_id, first or today())
    return invited


def add_role(
    session: Session,
    staff_id: UUID,
    role: Role,
    *,
    tenant_id: UUID | None = None,
    bureau_id: UUID | None = None,
    first: date | None = None,
    last: date | None = None,
) -> Invited:
    """One more role for somebody known: at once where they work already, or have not come yet; else it is offered."""
    require(policy.may_change_roles_of(actor_of(session), staff_id, tenant_id, bureau_id))
    staff = the_staff(session, staff_id)
    return _give_or_offer(session, staff, [role], staff.name, tenant_id, bureau_id, first, last)


def _give_or_offer(
    session: Session,
    staff: Staff,
    roles: list[Role],
    called: str,
    tenant_id: UUID | None,
    bureau_id: UUID | None,
    first: date | None,
    last: date | None,
) -> Invited:
    if staff.joined_at is not None and not works_at(session, staff.id, tenant_id, bureau_id):
        place = _place_name(session, tenant_id, bureau_id)
        offers.send(
            session,
            staff,
            roles,
            called=called,
            place=place,
            tenant_id=tenant_id,
            bureau_id=bureau_id,
            first=first,
            last=last,
        )
        return Invited(staff, waits=False, offered=True)
    for role in roles:
        grant_role(session, staff.id, role, tenant_id=tenant_id, bureau_id=bureau_id, first=first, last=last)
    return Invited(staff, waits=staff.joined_at is None)


def resend(
    session: Session,
    staff_id: UUID,
    *,
    tenant_id: UUID | None = None,
    bureau_id: UUID | None = None,
) -> None:
    """Send the invitation again, with a new link and a new term."""
    require(policy.may_manage(actor_of(session), tenant_id, bureau_id))
    staff = the_staff(session, staff_id)
    if staff.joined_at is not None:
        raise Refused(Refusal(N_("对方已经接受了邀请。")))
    _send_invitation(session, staff, _place_name(session, tenant_id, bureau_id), tenant_id)


def _send_invitation(session: Session, staff: Staff, place: str, tenant_id: UUID | None) -> None:
    token = add_token(session, staff.id, TokenPurpose.INVITATION, INVITATION_LASTS)
    letters.send_invitation(session, staff, place, token, tenant_id)
    audit.record(session, "person.invited", "person", staff.id, label=staff.name, tenant_id=tenant_id)
    session.flush()


def _place_name(session: Session, tenant_id: UUID | None, bureau_id: UUID | None) -> str:
    if tenant_id:
        return session.scalar(select(Tenant.name).where(Tenant.id == tenant_id)) or ""
    if bureau_id:
        return session.scalar(select(Bureau.name).where(Bureau.id == bureau_id)) or ""
    return settings_here().district_name
