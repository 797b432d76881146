"""Every change to people and what they hold: accounts and roles. `invitations` asks people in.

Functions flush and never commit. Who acts is the session's actor. Raises `Refused` (a rule), `Missing`,
`Invalid` (field -> sentence).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from tenants import audit
from tenants.actors import Scope
from tenants.clock import day_of, now, today
from tenants.database import actor_of, reveal_address, take_turns
from tenants.days import Days, days, first_day
from tenants.identity import addresses, cover, keys, passwords, policy
from tenants.identity.models import Bureau, RoleAssignment, Staff, StaffCredential, StaffSession, Tenant
from tenants.permissions import Role
from tenants.rules import N_, Invalid, Missing, Refusal, Refused, require

NAME_MAX = 40


def create_staff(
    session: Session,
    *,
    email: str,
    name: str,
    password: str | None = None,
    job_title: str = "",
    demo: bool = False,
    at: datetime | None = None,
) -> Staff:
    """An account for somebody who has none. With a password it can be used at once, else it waits for an invitation."""
    address = addresses.email(email)
    name = " ".join(name.split())
    take_turns(session, "account", address)
    errors: dict[str, Refusal | str] = {}
    if address is None:
        errors["email"] = N_("邮箱地址写得不对，例如 name@example.cn。")
    elif by_email(session, address):
        errors["email"] = N_("这个邮箱已经有账号。")
    if not 1 <= len(name) <= NAME_MAX:
        errors["name"] = Refusal(N_("请填写姓名，最多 %(n)s 个字。"), {"n": NAME_MAX})
    if password is not None and (weak := passwords.objection(password, about=(name, address or ""))):
        errors["password"] = weak
    if errors or address is None:
        raise Invalid(errors)
    at = at or now()
    staff = Staff(
        email=address,
        name=name,
        job_title=" ".join(job_title.split()),
        demo=demo,
        joined_at=at if password else None,
        created_at=at,
    )
    session.add(staff)
    session.flush()
    if password:
        session.add(
            StaffCredential(
                staff_id=staff.id, password_hash=passwords.hash_password(password), password_changed_at=at
            )
        )
    audit.record(session, "person.created", "person", staff.id, label=name, at=at)
    session.flush()
    return staff


def update_profile(session: Session, *, name: str, job_title: str, locale: str) -> None:
    """The actor's own name, job title and language of letters."""
    staff_id = actor_of(session).id
    if staff_id is None:
        raise Missing
    staff = the_staff(session, staff_id)
    new = {"name": " ".join(name.split()), "job_title": " ".join(job_title.split()), "locale": locale}
    changes = {field: (getattr(staff, field), value) for field, value in new.items()}
    changes = {field: pair for field, pair in changes.items() if pair[0] != pair[1]}
    if not changes:
        return
    for field, value in new.items():
        setattr(staff, field, value)
    audit.record(session, "person.updated", "person", staff_id, label=staff.name, changes=changes)
    session.flush()


def set_password_for_demo(session: Session, staff_ids: Iterable[UUID], password: str) -> None:
    """Give demonstration accounts one password that everybody may know; hashed once, for hashing is slow by design."""
    known = passwords.hash_password(password)
    for staff_id in staff_ids:
        staff = the_staff(session, staff_id)
        if not staff.demo:
            raise ValueError("only demonstration accounts share a password")
        credential = _credential(session, staff_id)
        credential.password_hash = known
        credential.password_changed_at = staff.created_at
        staff.joined_at = staff.joined_at or staff.created_at
    session.flush()


def set_totp_for_demo(session: Session, staff_id: UUID, secret: str) -> None:
    """Give a demonstration account a second factor whose secret everybody may know."""
    if not the_staff(session, staff_id).demo:
        raise ValueError("only demonstration accounts share a secret")
    credential = _credential(session, staff_id)
    credential.totp_secret = keys.encrypt(f"totp {staff_id}", secret)
    credential.totp_confirmed_at = now()
    session.flush()


def grant_role(
    session: Session,
    staff_id: UUID,
    role: Role,
    *,
    tenant_id: UUID | None = None,
    bureau_id: UUID | None = None,
    first: date | None = None,
    last: date | None = None,
    at: datetime | None = None,
) -> RoleAssignment:
    """Give a role at a place: a tenant, a bureau, or (neither) the district.

    From the `first` day (the day it is given) to the `last` one (for good). Held on all these days already: nothing
    changes. Raises `Invalid` for days that cannot be, or on some of which the role is held already.
    """
    actor = actor_of(session)
    require(policy.may_change_roles_of(actor, staff_id, tenant_id, bureau_id))
    if not policy.is_place_of(role, tenant_id, bureau_id):
        raise Invalid({"role": N_("这个角色不在这里任职。")})
    staff = the_staff(session, staff_id)
    if not staff.active:
        raise Refused(Refusal(N_("这个账号已经停用，请联系工作组办公室。")))
    asked = not actor.acts_as(Scope.SYSTEM) and staff.joined_at is not None
    if asked and not works_at(session, staff_id, tenant_id, bureau_id):
        raise Refused(Refusal(N_("对方现在不在这里任职，请发出邀请，由本人接受。")))
    given_on = day_of(at) if at else today()
    first = first or given_on
    policy.check_days(first, last, given_on, any_time=actor.acts_as(Scope.SYSTEM))
    asked_for = days(first, last)
    take_turns(session, "roles", staff_id)
    if held := held_already(session, staff_id, role, asked_for, tenant_id, bureau_id):
        return held
    assignment = RoleAssignment(
        staff_id=staff_id,
        role=role,
        tenant_id=tenant_id,
        bureau_id=bureau_id,
        granted_by=actor.name,
        valid=asked_for,
        created_at=at or now(),
    )
    session.add(assignment)
    audit.record(
        session,
        "role.granted",
        "person",
        staff_id,
        label=staff.name,
        changes={"role": (None, role)}
        | ({"first": (None, first)} if first != given_on else {})
        | ({"last": (None, last)} if last else {}),
        tenant_id=tenant_id,
        at=at,
    )
    session.flush()
    return assignment


def end_role(session: Session, assignment_id: UUID, *, reason: str | None = None) -> RoleAssignment:
    """End a role at once, or before it begins; it stays on record.

    Unless it leaves the place without an administrator, or the office without anybody, today or on a later day.
    """
    assignment = session.get(RoleAssignment, assignment_id)
    if assignment is None or not lasts(assignment):
        raise Missing
    role = assignment.role
    cover.hold_administration(session)
    gap = cover.gap_without(session, assignment)
    place = assignment.tenant_id, assignment.bureau_id
    require(policy.may_end(actor_of(session), assignment.staff_id, role, *place, gap=gap, today=today()))
    assignment.ended_at = now()
    audit.record(
        session,
        "role.ended",
        "person",
        assignment.staff_id,
        label=the_staff(session, assignment.staff_id).name,
        changes={"role": (role, None)},
        reason=reason or None,
        tenant_id=assignment.tenant_id,
    )
    session.flush()
    return assignment


def set_roles(
    session: Session,
    staff_id: UUID,
    roles: Iterable[Role],
    *,
    tenant_id: UUID | None = None,
    bureau_id: UUID | None = None,
    first: date | None = None,
    last: date | None = None,
    reason: str | None = None,
) -> None:
    """Make these the roles somebody holds at one place; none of them ends their work there.

    The days are those of the roles that are new; what is held already keeps its own.
    """
    require(policy.may_change_roles_of(actor_of(session), staff_id, tenant_id, bureau_id))
    wanted = set(roles)
    held = session.scalars(
        _current(staff_id).where(
            RoleAssignment.tenant_id.is_not_distinct_from(tenant_id),
            RoleAssignment.bureau_id.is_not_distinct_from(bureau_id),
        )
    ).all()
    for role in wanted - {a.role for a in held}:
        grant_role(
            session, staff_id, role, tenant_id=tenant_id, bureau_id=bureau_id, first=first, last=last
        )
    for assignment in held:
        if assignment.role not in wanted:
            end_role(session, assignment.id, reason=reason)


def deactivate(session: Session, staff_id: UUID, *, reason: str) -> None:
    """Close an account: every session ends, the next request of that person finds no one signed in."""
    staff = the_staff(session, staff_id)
    if not staff.active:
        return
    cover.hold_administration(session)
    held = session.scalars(_current(staff_id)).all()
    alone = [a for a in held if cover.gap_without(session, a)]
    places = [
        *session.scalars(
            select(Tenant.short_name).where(Tenant.id.in_([a.tenant_id for a in alone]), Tenant.active)
        ),
        *session.scalars(
            select(Bureau.short_name).where(Bureau.id.in_([a.bureau_id for a in alone]), Bureau.active)
        ),
    ]
    require(
        policy.may_deactivate(
            actor_of(session),
            staff_id,
            last_admin_of=places,
            last_of_office=any(a.role == Role.DISTRICT_OFFICE for a in alone),
        )
    )
    close_account(session, staff)
    audit.record(
        session,
        "person.deactivated",
        "person",
        staff_id,
        label=staff.name,
        changes={"active": (True, False)},
        reason=reason,
    )
    session.flush()


def reactivate(session: Session, staff_id: UUID) -> None:
    """Open a closed account again, with the roles it had."""
    require(policy.may_reactivate(actor_of(session)))
    staff = the_staff(session, staff_id)
    if staff.active:
        return
    staff.active = True
    staff.deactivated_at = None
    changes = {"active": (False, True)}
    audit.record(session, "person.reactivated", "person", staff_id, label=staff.name, changes=changes)
    session.flush()


def the_staff(session: Session, staff_id: UUID) -> Staff:
    """The account, or `Missing`."""
    staff = session.get(Staff, staff_id)
    if staff is None:
        raise Missing
    return staff


def by_email(session: Session, address: str) -> Staff | None:
    """The account with this address (lower case); the database shows it to whoever names it exactly."""
    reveal_address(session, address)
    return session.scalar(select(Staff).where(Staff.email == address))


def works_at(session: Session, staff_id: UUID, tenant_id: UUID | None, bureau_id: UUID | None) -> bool:
    """Whether somebody works, or is to come, at this place: a tenant, a bureau, or (neither) the district."""
    held = _current(staff_id).where(
        RoleAssignment.tenant_id.is_not_distinct_from(tenant_id),
        RoleAssignment.bureau_id.is_not_distinct_from(bureau_id),
    )
    return session.scalars(held.limit(1)).first() is not None


def _credential(session: Session, staff_id: UUID) -> StaffCredential:
    credential = session.get(StaffCredential, staff_id)
    if credential is None:
        credential = StaffCredential(staff_id=staff_id, recovery_hashes=[])
        session.add(credential)
    return credential


def _current(staff_id: UUID) -> Select[RoleAssignment]:
    """What somebody holds anywhere, today or to come."""
    return select(RoleAssignment).where(RoleAssignment.staff_id == staff_id, RoleAssignment.lasting(today()))


def lasts(assignment: RoleAssignment) -> bool:
    """Whether it is held today or to come."""
    return assignment.ended_at is None and (assignment.last is None or assignment.last >= today())


def held_already(
    session: Session,
    staff_id: UUID,
    role: Role,
    period: Days,
    tenant_id: UUID | None,
    bureau_id: UUID | None,
    *,
    but: UUID | None = None,
) -> RoleAssignment | None:
    """The assignment of a role, other than `but`, that holds on all these days; None when none holds on any.

    Raises `Invalid` when one holds on some of them.
    """
    held = session.scalars(
        select(RoleAssignment)
        .where(
            RoleAssignment.staff_id == staff_id,
            RoleAssignment.role == role,
            RoleAssignment.tenant_id.is_not_distinct_from(tenant_id),
            RoleAssignment.bureau_id.is_not_distinct_from(bureau_id),
            RoleAssignment.ended_at.is_(None),
            RoleAssignment.valid.overlaps(period),
            RoleAssignment.id.is_distinct_from(but),
        )
        .order_by(RoleAssignment.valid)
    ).first()
    if held is not None and not period.contained_by(held.valid):
        raise Invalid(policy.held_meanwhile(role, held.valid, first_day(period)))
    return held


def close_account(session: Session, staff: Staff) -> None:
    """Nobody signs in as this person any more, and who is signed in is out with the next request."""
    staff.active, staff.deactivated_at = False, now()
    session.execute(
        update(StaffSession)
        .where(StaffSession.staff_id == staff.id, StaffSession.revoked_at.is_(None))
        .values(revoked_at=now())
    )
