"""A lost second factor forgotten by who may help, and its owner's way to object.

Functions flush and never commit. Who acts is the session's actor. Raises `Refused` (a rule) and `Missing`.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from tenants import audit
from tenants.clock import now, today
from tenants.database import actor_of
from tenants.identity import letters, policy, queries, service
from tenants.identity.models import RoleAssignment, Staff, StaffToken, TokenPurpose
from tenants.identity.new_passwords import add_token
from tenants.permissions import Role
from tenants.rules import Missing, require

#: The link by which somebody objects to a reset of their second factor; it outlives later changes of credentials.
OBJECTION_LASTS = timedelta(days=7)


def reset_second_factor(session: Session, staff_id: UUID, *, reason: str) -> None:
    """Forget a lost second factor: every session ends, and its owner is told who did it and why.

    At the next sign-in the password is enough, or, where a role requires a second factor, a new one is set up.
    """
    staff = service.the_staff(session, staff_id)
    standing = queries.second_factor_of(session, staff_id)
    require(policy.may_reset_second_factor(actor_of(session), staff_id, standing))
    session.execute(select(func.forget_second_factor(staff_id)))
    audit.record(
        session, "second_factor.reset", "person", staff_id, label=staff.name, reason=reason.strip() or None
    )
    token = add_token(session, staff_id, TokenPurpose.OBJECTION, OBJECTION_LASTS)
    letters.send_second_factor_reset(session, staff, reason, token)
    session.flush()


def object_to_reset(session: Session, token: str) -> UUID:
    """Lock the account whose second factor was reset unasked, and tell the district office. Needs the scope `system`.

    Whoever is signed in is out; the office opens the account again once it has spoken with its owner.
    """
    hashed = queries.token_hash(token)
    used = (
        update(StaffToken)
        .where(
            StaffToken.token_hash == hashed,
            StaffToken.purpose == TokenPurpose.OBJECTION,
            StaffToken.used_at.is_(None),
        )
        .values(used_at=now())
        .returning(StaffToken.staff_id)
    )
    staff_id = session.scalar(used.where(StaffToken.expires_at > now()))
    if staff_id is None:
        raise Missing
    staff = service.the_staff(session, staff_id)
    service.close_account(session, staff)
    audit.record(session, "second_factor.objected", "person", staff_id, label=staff.name)
    office = (
        select(Staff)
        .join(RoleAssignment, RoleAssignment.staff_id == Staff.id)
        .where(RoleAssignment.role == Role.DISTRICT_OFFICE, RoleAssignment.held_on(today()), Staff.active)
    )
    for one in session.scalars(office).unique():
        letters.send_objection(session, one, staff)
    session.flush()
    return staff_id
