"""New passwords: changed by their owner, set by a link from a reset or an invitation.

Functions flush and never commit; tries are counted in transactions of their own (`throttle`).
Raises `Throttled`, `Invalid` (field -> sentence) and `Missing`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tenants import audit, jobs
from tenants.clock import now, today
from tenants.database import actor_of, engine_of, rows, take_turns
from tenants.identity import addresses, keys, letters, passwords, throttle
from tenants.identity.models import RoleAssignment, Staff, StaffCredential, StaffToken, TokenPurpose
from tenants.identity.queries import token_hash
from tenants.identity.sign_in import address_of, end_sessions
from tenants.rules import N_, Invalid, Missing, Refusal

RESET_LASTS = timedelta(hours=1)
RESET_JOB = "identity.send_reset"


@dataclass(frozen=True)
class TokenOwner:
    """Whom an invitation or a reset was sent to."""

    staff_id: UUID
    name: str
    email: str


def change(session: Session, staff_id: UUID, current: str, new: str, *, keep: UUID) -> None:
    """Change one's own password; every other session ends."""
    staff = session.get(Staff, staff_id)
    credential = session.get(StaffCredential, staff_id)
    if staff is None or credential is None:
        raise Missing
    throttle.count(engine_of(session), throttle.CHANGE_PASSWORD, str(staff_id))
    if not passwords.verify(credential.password_hash, current):
        raise Invalid({"current": N_("现在的密码不对。")})
    throttle.forgive(engine_of(session), throttle.CHANGE_PASSWORD, str(staff_id))
    _set_password(session, staff, credential, new)
    end_sessions(session, staff_id, keep=keep)
    letters.send_password_changed(session, staff)
    session.flush()


def ask_for_reset(session: Session, email: str, *, ip: str | None, device: str | None = None) -> None:
    """Have a link sent with which to set a new password, when the account exists.

    A job finds that out, so the answer takes as long for an unknown address. `device`: the name of a known browser.
    """
    account = address_of(email)
    engine = engine_of(session)
    for limit, who in throttle.RESET.of(account, ip, device):
        throttle.count(engine, limit, who)
    if addresses.email(account):
        jobs.defer(session, RESET_JOB, email=account)


def send_reset(session: Session, email: str) -> None:
    """The job's part: a token and a letter for an account in use, nothing for any other address."""
    staff = session.scalar(
        select(Staff).where(Staff.email == email, Staff.active, Staff.joined_at.is_not(None))
    )
    if staff is None:
        return
    letters.send_reset(session, staff, add_token(session, staff.id, TokenPurpose.RESET, RESET_LASTS))


def add_token(
    session: Session, staff_id: UUID, purpose: TokenPurpose, lasts: timedelta, *, offer: dict[str, Any] | None = None
) -> str:
    """A new token for its owner: by a link they set a password; an `offer` they answer in their account."""
    token = keys.new_token()
    session.add(
        StaffToken(
            staff_id=staff_id,
            purpose=purpose,
            token_hash=token_hash(token),
            expires_at=now() + lasts,
            offer=offer,
        )
    )
    return token


def token_owner(session: Session, token: str, purpose: TokenPurpose) -> TokenOwner | None:
    """Whom a link was sent to, while it works. Needs the scope `auth`.

    An invitation works until accepted and while a role is left, or to come; a reset only for an account in use.
    """
    query = (
        select(Staff.id, Staff.name, Staff.email)
        .join(StaffToken, StaffToken.staff_id == Staff.id)
        .where(
            StaffToken.token_hash == token_hash(token),
            StaffToken.purpose == purpose,
            StaffToken.used_at.is_(None),
            StaffToken.expires_at > now(),
            Staff.active,
        )
    )
    if purpose is TokenPurpose.RESET:
        query = query.where(Staff.joined_at.is_not(None))
    else:
        role = select(RoleAssignment.id).where(RoleAssignment.staff_id == Staff.id, RoleAssignment.lasting(today()))
        query = query.where(Staff.joined_at.is_(None), role.exists())
    row = session.execute(query).one_or_none()
    return TokenOwner(*row) if row else None


def accept_invitation(session: Session, token: str, *, name: str, job_title: str, password: str) -> None:
    """Come in: name and password for the account that was waiting. The actor is the owner of the token."""
    _use_token(session, token)
    staff, credential = _owner(session)
    staff.name = " ".join(name.split())
    staff.job_title = " ".join(job_title.split())
    _set_password(session, staff, credential, password)
    staff.joined_at = now()
    audit.record(session, "invitation.accepted", "person", staff.id, label=staff.name)
    session.flush()


def reset(session: Session, token: str, password: str) -> None:
    """Set the new password a reset was sent for; every session ends. The actor is the owner of the token."""
    _use_token(session, token)
    staff, credential = _owner(session)
    _set_password(session, staff, credential, password)
    end_sessions(session, staff.id)
    throttle.forgive(engine_of(session), throttle.SIGN_IN_ACCOUNT, staff.email)
    here = throttle.here(actor_of(session).ip, staff.email)
    throttle.forgive(engine_of(session), throttle.SIGN_IN_HERE, here)
    letters.send_password_changed(session, staff)
    session.flush()


def _owner(session: Session) -> tuple[Staff, StaffCredential]:
    staff_id = actor_of(session).id
    staff = session.get(Staff, staff_id) if staff_id else None
    if staff is None:
        raise Missing
    credential = session.get(StaffCredential, staff.id)
    if credential is None:
        credential = StaffCredential(staff_id=staff.id, recovery_hashes=[])
        session.add(credential)
    return staff, credential


def _set_password(session: Session, staff: Staff, credential: StaffCredential, password: str) -> None:
    if weak := passwords.objection(password, about=(staff.name, staff.email)):
        raise Invalid({"password": weak})
    credential.password_hash = passwords.hash_password(password)
    credential.password_changed_at = now()
    audit.record(session, "password.set", "person", staff.id, label=staff.name)


def _use_token(session: Session, token: str) -> None:
    """Before the password is set, with which the database voids every other link of the person."""
    take_turns(session, "credentials", actor_of(session).id)
    used = session.execute(
        update(StaffToken)
        .where(StaffToken.token_hash == token_hash(token), StaffToken.used_at.is_(None))
        .values(used_at=now())
    )
    if rows(used) != 1:
        raise Invalid({"": Refusal(N_("这个链接已经用过。"))})
