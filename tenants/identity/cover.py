"""Who administers a place after somebody: no step leaves a place without an administrator, or the office empty."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from tenants.clock import today
from tenants.database import take_turns
from tenants.days import Days, days, first_day, first_gap
from tenants.identity.models import RoleAssignment, Staff
from tenants.permissions import NEEDED_ROLES


def hold_administration(session: Session) -> None:
    """One at a time: two administrators who remove each other must not both succeed."""
    take_turns(session, "administration", "everybody")


def gap_without(session: Session, assignment: RoleAssignment, *, since: date | None = None) -> date | None:
    """The first day on which nobody would administer the place if this role were not held `since` then (today).

    None where others who can sign in hold the role on all its days, where
    its holder cannot sign in either, and for roles that administer nothing. Call `hold_administration` before.
    """
    if assignment.role not in NEEDED_ROLES:
        return None
    usable = (
        select(RoleAssignment.staff_id, RoleAssignment.valid)
        .join(Staff, Staff.id == RoleAssignment.staff_id)
        .where(
            RoleAssignment.role == assignment.role,
            RoleAssignment.tenant_id.is_not_distinct_from(assignment.tenant_id),
            RoleAssignment.bureau_id.is_not_distinct_from(assignment.bureau_id),
            RoleAssignment.lasting(today()),
            Staff.active,
            Staff.joined_at.is_not(None),
        )
    )
    covers: list[Days] = []
    mine = False
    for staff_id, valid in session.execute(usable):
        if staff_id == assignment.staff_id:
            mine = True
        else:
            covers.append(valid)
    begin = max(first_day(assignment.valid), since or today())
    return first_gap(assignment.valid.intersection(days(begin)), covers) if mine else None
