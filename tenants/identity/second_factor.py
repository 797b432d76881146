"""The second factor: set up, asked for, given up, and the recovery codes on paper.

Functions flush and never commit; tries are counted in transactions of their own (`throttle`).
Raises `Throttled`, `Invalid` (field -> sentence) and `Missing`.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from tenants import audit
from tenants.clock import now
from tenants.database import actor_of, engine_of, rows
from tenants.deployment import settings_here
from tenants.identity import keys, throttle, totp
from tenants.identity.models import Staff, StaffCredential
from tenants.rules import N_, Invalid, Missing

ENROLMENT_LASTS = timedelta(minutes=30)

_WRONG_CODE = N_("验证码不对或已经用过，请填写应用里最新的 6 位数字。")


def seal(staff_id: UUID, secret: str) -> str:
    """A new secret as the enrolment form carries it: readable here only, for half an hour."""
    return keys.encrypt(f"enrol {staff_id}", secret)


def unseal(staff_id: UUID, sealed: str) -> str | None:
    """The secret of an enrolment form, or None when it is not ours or too old."""
    return keys.decrypt(f"enrol {staff_id}", sealed, within=ENROLMENT_LASTS)


def enrol(session: Session, staff_id: UUID, secret: str, code: str) -> list[str]:
    """Set up the second factor once its first code is right. Returns the recovery codes, shown this once."""
    throttle.count(engine_of(session), throttle.SECOND_FACTOR, str(staff_id))
    step = totp.accepted_step(secret, totp.tidy(code), at=now(), after=None)
    if step is None:
        raise Invalid({"code": _WRONG_CODE})
    credential = session.get(StaffCredential, staff_id, with_for_update=True)
    if credential is None or credential.totp_confirmed_at is not None:
        raise Missing  # set up meanwhile in another window
    credential.totp_secret = keys.encrypt(f"totp {staff_id}", secret)
    credential.totp_confirmed_at = now()
    credential.totp_last_step = step
    throttle.forgive(engine_of(session), throttle.SECOND_FACTOR, str(staff_id))
    audit.record(session, "second_factor.set_up", "person", staff_id, label=actor_of(session).name)
    return _new_recovery_codes(session, credential)


def check(session: Session, staff_id: UUID, code: str, *, device: str | None = None) -> None:
    """Accept a code of the app, or a recovery code; each works once. Raises `Invalid` for a wrong one.

    `device`: the name of a browser in which its owner was signed in wholly before: others' guesses do not count there.
    """
    limit, who = (throttle.SECOND_FACTOR_DEVICE, device) if device else (throttle.SECOND_FACTOR, str(staff_id))
    throttle.count(engine_of(session), limit, who)
    credential = session.get(StaffCredential, staff_id)
    if credential is None or credential.totp_secret is None:
        raise Missing
    tidy = totp.tidy(code)
    right = (
        _use_step(session, credential, tidy)
        if len(tidy) == 6 and tidy.isdigit()
        else _use_recovery_code(session, staff_id, tidy)
    )
    if not right:
        raise Invalid({"code": _WRONG_CODE})
    throttle.forgive(engine_of(session), limit, who)
    session.flush()


def code_for_demo(session: Session, staff_id: UUID) -> str:
    """The next code of a demonstration's account, so that one can look around without an authenticator app.

    Empty for everybody else, and outside of a demonstration.
    """
    if not settings_here().demo:
        return ""
    sealed = session.execute(
        select(StaffCredential.totp_secret, StaffCredential.totp_last_step)
        .join(Staff, Staff.id == StaffCredential.staff_id)
        .where(StaffCredential.staff_id == staff_id, Staff.demo)
    ).one_or_none()
    secret = keys.decrypt(f"totp {staff_id}", sealed.totp_secret or "") if sealed else None
    if not sealed or not secret:
        return ""
    return totp.next_code(secret, at=now(), after=sealed.totp_last_step)


def replace_recovery_codes(
    session: Session, staff_id: UUID, code: str, *, device: str | None = None
) -> list[str]:
    """Ten new recovery codes for who shows a right code; the old ones stop working."""
    check(session, staff_id, code, device=device)
    credential = session.get(StaffCredential, staff_id)
    if credential is None:
        raise Missing
    audit.record(session, "recovery_codes.replaced", "person", staff_id, label=actor_of(session).name)
    return _new_recovery_codes(session, credential)


def remove(session: Session, staff_id: UUID, code: str, *, device: str | None = None) -> None:
    """Give up the second factor; whether a role requires one is the caller's to check."""
    check(session, staff_id, code, device=device)
    session.execute(
        update(StaffCredential)
        .where(StaffCredential.staff_id == staff_id)
        .values(totp_secret=None, totp_confirmed_at=None, totp_last_step=None, recovery_hashes=[])
    )
    audit.record(session, "second_factor.removed", "person", staff_id, label=actor_of(session).name)


def _use_step(session: Session, credential: StaffCredential, code: str) -> bool:
    secret = keys.decrypt(f"totp {credential.staff_id}", credential.totp_secret or "")
    step = (
        totp.accepted_step(secret or "", code, at=now(), after=credential.totp_last_step) if secret else None
    )
    if step is None:
        return False
    used = session.execute(
        update(StaffCredential)
        .where(
            StaffCredential.staff_id == credential.staff_id,
            # two requests with one code at the same moment: the second finds the step used
            or_(StaffCredential.totp_last_step.is_(None), StaffCredential.totp_last_step < step),
        )
        .values(totp_last_step=step)
    )
    return rows(used) == 1


def _use_recovery_code(session: Session, staff_id: UUID, code: str) -> bool:
    hashed = totp.recovery_hash(staff_id, code)
    used = session.execute(
        update(StaffCredential)
        .where(StaffCredential.staff_id == staff_id, StaffCredential.recovery_hashes.any_() == hashed)
        .values(recovery_hashes=func.array_remove(StaffCredential.recovery_hashes, hashed))
    )
    if rows(used) != 1:
        return False
    audit.record(session, "recovery_code.used", "person", staff_id, label=actor_of(session).name)
    return True


def _new_recovery_codes(session: Session, credential: StaffCredential) -> list[str]:
    codes = totp.new_recovery_codes()
    credential.recovery_hashes = [totp.recovery_hash(credential.staff_id, c) for c in codes]
    session.flush()
    return codes
