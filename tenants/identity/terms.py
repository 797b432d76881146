"""The last day of a role, changed while it is held or before it begins. Flushes and never commits."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from tenants import audit
from tenants.clock import today
from tenants.database import actor_of, take_turns
from tenants.days import days
from tenants.identity import cover, policy, service
from tenants.identity.models import RoleAssignment, RoleTermChange
from tenants.rules import Missing, require


def change_last_day(
    session: Session, assignment_id: UUID, last: date | None, *, reason: str
) -> RoleAssignment:
    """Have a role held longer, shorter, or (None) for good; its history says so.

    Raises `Missing` for a role that is over, `Invalid` (`last`) for a day that cannot be, `Refused` for one that leaves
    the place without an administrator, or the office without anybody, on some later day.
    """
    assignment = session.get(RoleAssignment, assignment_id)
    if assignment is None or not service.lasts(assignment):
        raise Missing
    take_turns(session, "roles", assignment.staff_id)
    session.refresh(assignment)
    role, old = assignment.role, assignment.last
    if last == old:
        return assignment
    policy.check_last_day(last, assignment.valid, today())
    cover.hold_administration(session)
    period = days(assignment.first, last)
    shorter = last is not None and (old is None or last < old)
    gap = cover.gap_without(session, assignment, since=period.upper) if shorter else None
    place = assignment.tenant_id, assignment.bureau_id
    require(policy.may_end(actor_of(session), assignment.staff_id, role, *place, gap=gap, today=today()))
    service.held_already(
        session, assignment.staff_id, role, period, assignment.tenant_id, assignment.bureau_id, but=assignment.id
    )
    assignment.valid = period
    session.add(
        RoleTermChange(
            assignment_id=assignment.id,
            staff_id=assignment.staff_id,
            tenant_id=assignment.tenant_id,
            bureau_id=assignment.bureau_id,
            old_last=old,
            new_last=last,
            reason=reason.strip(),
            changed_by=actor_of(session).name,
        )
    )
    audit.record(
        session,
        "role.last_day",
        "person",
        assignment.staff_id,
        label=service.the_staff(session, assignment.staff_id).name,
        changes={"term": ({"role": role, "last": old}, {"role": role, "last": last})},
        reason=reason.strip(),
        tenant_id=assignment.tenant_id,
    )
    session.flush()
    return assignment
