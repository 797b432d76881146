"""Signing in to the workspace: the password, and the sessions it opens.

Functions flush and never commit, except that tries are counted in transactions of their own
(`throttle`), so a refused try counts. Raises `Throttled` and `Missing`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from tenants import audit
from tenants.clock import now
from tenants.database import actor_of, engine_of, rows
from tenants.identity import addresses, keys, passwords, throttle
from tenants.identity.models import Staff, StaffCredential, StaffSession
from tenants.identity.queries import token_hash
from tenants.rules import Missing

IDLE = timedelta(hours=12)
ABSOLUTE = timedelta(days=7)
#: A session's last sight is written at most this often.
SEEN_EVERY = timedelta(minutes=5)


@dataclass(frozen=True)
class Opened:
    """A new session: the token for the cookie, and whose it is."""

    token: str
    staff_id: UUID
    name: str


def with_password(
    session: Session,
    email: str,
    password: str,
    *,
    ip: str | None,
    user_agent: str,
    device: str | None = None,
) -> Opened | None:
    """A session for who knows the password; None for a wrong one, with the same work for an unknown account.

    Needs the scope `auth`. The session still lacks the second factor. `device`: the name of a known browser.
    """
    address = address_of(email)
    engine = engine_of(session)
    counted = throttle.SIGN_IN.of(address, ip, device)
    for limit, who in counted:
        throttle.count(engine, limit, who)
    row = session.execute(
        select(Staff, StaffCredential.password_hash)
        .join(StaffCredential, StaffCredential.staff_id == Staff.id, isouter=True)
        .where(Staff.email == address)
    ).one_or_none()
    staff, stored = row if row else (None, None)
    usable = stored if staff is not None and staff.active else None
    if not passwords.verify(usable, password) or staff is None or usable is None:
        return None
    if passwords.outdated(usable):
        session.execute(
            update(StaffCredential)
            .where(StaffCredential.staff_id == staff.id)
            .values(password_hash=passwords.hash_password(password))
        )
    for limit, who in counted:
        if limit is not throttle.SIGN_IN_ADDRESS:
            throttle.forgive(engine, limit, who)
    _name_actor(session, staff)
    opened = start_session(session, staff.id, staff.name, second_factor=False, user_agent=user_agent)
    audit.record(session, "session.opened", "person", staff.id, label=staff.name)
    session.flush()
    return opened


def address_of(email: str) -> str:
    """What was typed as an address, as accounts are looked up and tries are counted by it."""
    return addresses.email(email) or email.strip().lower()[:200]


def start_session(
    session: Session, staff_id: UUID, name: str, *, second_factor: bool, user_agent: str
) -> Opened:
    """A new session with a token that nobody knew before."""
    token = keys.new_token()
    at = now()
    session.add(
        StaffSession(
            staff_id=staff_id,
            token_hash=token_hash(token),
            last_seen_at=at,
            expires_at=at + IDLE,
            ip=actor_of(session).ip,
            user_agent=user_agent[:300],
            second_factor=second_factor,
        )
    )
    session.flush()
    return Opened(token, staff_id, name)


def seen(session: Session, session_id: UUID, last_seen_at: datetime, ip: str | None) -> None:
    """Note that a session is in use, at most every five minutes, and put off its idle end."""
    at = now()
    if at - last_seen_at < SEEN_EVERY:
        return
    session.execute(
        update(StaffSession)
        .where(StaffSession.id == session_id, StaffSession.revoked_at.is_(None))
        .values(
            last_seen_at=at,
            ip=ip,
            expires_at=func.least(at + IDLE, StaffSession.created_at + ABSOLUTE),
        )
    )


def end_session(session: Session, staff_id: UUID, session_id: UUID) -> None:
    """End one session of this person."""
    ended = session.execute(
        update(StaffSession)
        .where(
            StaffSession.id == session_id,
            StaffSession.staff_id == staff_id,
            StaffSession.revoked_at.is_(None),
        )
        .values(revoked_at=now())
    )
    if not rows(ended):
        raise Missing
    audit.record(session, "session.ended", "person", staff_id, label=actor_of(session).name)


def end_sessions(session: Session, staff_id: UUID, *, keep: UUID | None = None) -> int:
    """End every session of this person, except `keep`. Returns how many."""
    statement = (
        update(StaffSession)
        .where(StaffSession.staff_id == staff_id, StaffSession.revoked_at.is_(None))
        .values(revoked_at=now())
    )
    if keep is not None:
        statement = statement.where(StaffSession.id != keep)
    ended = rows(session.execute(statement))
    audit.record(session, "session.all_ended", "person", staff_id, label=actor_of(session).name)
    return ended


def _name_actor(session: Session, staff: Staff) -> None:
    """From here on the audit knows who is signing in; the database still sees the scope `auth`."""
    session.info["actor"] = replace(actor_of(session), id=staff.id, name=staff.name)
