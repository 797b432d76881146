"""Residents at the door: a one-time code proves an address, a session follows, an account may be left again.

Functions flush and never commit; tries are counted in transactions of their own, so a refused one
counts. Raises `Throttled` and `Invalid` (field -> sentence).
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tenants import audit
from tenants.clock import now
from tenants.database import (
    actor_of,
    engine_of,
    open_session,
    present_token,
    reveal_address,
    rows,
    take_turns,
)
from tenants.identity import addresses, keys, letters, names, throttle
from tenants.identity.models import OneTimeCode, Resident, ResidentSession
from tenants.identity.queries import token_hash
from tenants.rules import N_, Invalid, Missing, Refusal

CODE_LASTS = timedelta(minutes=10)
CODE_ATTEMPTS = 5
SESSION_LASTS = timedelta(days=90)
#: What a code is good for; a code asked for one thing does not confirm the other.
SIGN_IN, LEAVE, MOVE = "sign in", "leave", "move"
_CODE_WORDS = {SIGN_IN: letters.SIGN_IN_CODE, LEAVE: letters.LEAVE_CODE, MOVE: letters.MOVE_CODE}


def send_code(
    session: Session,
    address: str,
    *,
    ip: str | None,
    device: str | None = None,
    purpose: str = SIGN_IN,
    locale: str = "zh_Hans_CN",
) -> UUID:
    """Send a code of six digits to an address. The same work is done whether or not it has an account.

    `device`: the name of a browser in which the account was signed in to.

    Returns which code it is: it works only for who says so, the browser that asked. Nobody else's asking or guessing
    takes anything from it, and earlier ones keep their life.
    """
    engine = engine_of(session)
    for limit, who in throttle.CODE.of(address, ip, device):
        throttle.count(engine, limit, who)
    code = f"{secrets.randbelow(10**6):06d}"
    at = now()
    reveal_address(session, address)
    sent = OneTimeCode(
        address=address, code_hash=_hash(purpose, address, code), created_at=at, expires_at=at + CODE_LASTS
    )
    session.add(sent)
    letters.send_code(session, address, code, locale, _CODE_WORDS[purpose])
    session.flush()
    return sent.id


def check_code(
    session: Session,
    address: str,
    code: str,
    *,
    held: Collection[UUID],
    ip: str | None,
    device: str | None = None,
    purpose: str = SIGN_IN,
) -> None:
    """Use up the code sent to `address`, one of those that this browser asked for (`held`).

    Raises `Invalid` when it is another, too old or was tried too often.
    """
    if not device:
        throttle.count(engine_of(session), throttle.CODE_TRY_ADDRESS, ip)
    given = _hash(purpose, address, "".join(c for c in code if c.isdigit()))
    tried = _take_attempt(session, address, held)
    right = [code_id for code_id, expected in tried if hmac.compare_digest(expected, given)]
    if not right:
        raise Invalid({"code": N_("验证码不对或已经过期。可以再试，或重新获取。")})
    reveal_address(session, address)
    used = session.execute(
        update(OneTimeCode)
        .where(OneTimeCode.id == right[0], OneTimeCode.used_at.is_(None))
        .values(used_at=now())
    )
    if rows(used) != 1:
        raise Invalid({"code": N_("验证码已经用过，请重新获取。")})


def _take_attempt(session: Session, address: str, held: Collection[UUID]) -> list[tuple[UUID, str]]:
    """Spend one attempt at each code held, in a transaction of its own: a wrong guess must count."""
    with open_session(engine_of(session), actor_of(session)) as own, own.begin():
        reveal_address(own, address)
        spent = own.execute(
            update(OneTimeCode)
            .where(
                OneTimeCode.id.in_(held),
                OneTimeCode.address == address,
                OneTimeCode.used_at.is_(None),
                OneTimeCode.expires_at > now(),
                OneTimeCode.attempts < CODE_ATTEMPTS,
            )
            .values(attempts=OneTimeCode.attempts + 1)
            .returning(OneTimeCode.id, OneTimeCode.code_hash)
        )
        return [(row.id, row.code_hash) for row in spent]


def _void_codes(session: Session, *of: str) -> None:
    """After a change of addresses no code that is still on its way is good for anything."""
    for address in of:
        reveal_address(session, address)
        session.execute(
            update(OneTimeCode)
            .where(OneTimeCode.address == address, OneTimeCode.used_at.is_(None))
            .values(used_at=now())
        )


def find(session: Session, address: str) -> UUID | None:
    """The resident with this proven address, or None."""
    reveal_address(session, address)
    return session.scalar(
        select(Resident.id).where(
            Resident.email == address if "@" in address else Resident.phone == address,
            Resident.deleted_at.is_(None),
        )
    )


def welcome(
    session: Session, address: str, display_name: str, *, offices: Iterable[str], locale: str
) -> UUID | None:
    """An account for a proven address that has none; None when it has one: that is signed in to by a code of its own.

    `offices`: names nobody may go by.
    """
    name = names.tidy(display_name)
    if refusal := names.objection(name, offices):
        raise Invalid({"display_name": refusal})
    take_turns(session, "resident", address)
    if find(session, address) is not None:
        return None
    resident = create(
        session,
        display_name=name,
        email=address if "@" in address else None,
        phone=None if "@" in address else address,
        locale=locale,
    )
    return resident.id


def create(
    session: Session,
    *,
    display_name: str,
    email: str | None = None,
    phone: str | None = None,
    locale: str = "zh_Hans_CN",
    demo: bool = False,
    at: datetime | None = None,
) -> Resident:
    """A resident's account. Whoever makes one at the door has proved the address (`welcome`)."""
    resident = Resident(
        email=email,
        phone=phone,
        display_name=names.tidy(display_name),
        locale=locale,
        demo=demo,
        created_at=at or now(),
    )
    session.add(resident)
    session.flush()
    audit.record(session, "resident.created", "resident", resident.id, label=resident.display_name, at=at)
    session.flush()
    return resident


def start_session(session: Session, resident_id: UUID, *, user_agent: str) -> str:
    """A new session for a proven address; the token for the cookie. The address must have been revealed."""
    token = keys.new_token()
    present_token(session, token_hash(token))
    session.add(
        ResidentSession(
            resident_id=resident_id,
            token_hash=token_hash(token),
            expires_at=now() + SESSION_LASTS,
            user_agent=user_agent[:300],
        )
    )
    session.flush()
    return token


def sign_out(session: Session, token: str) -> None:
    """End the session of this browser."""
    session.execute(
        update(ResidentSession)
        .where(ResidentSession.token_hash == token_hash(token))
        .values(revoked_at=now())
    )


def end_session(session: Session, session_id: UUID) -> None:
    """End one of the resident's own sessions."""
    ended = session.execute(
        update(ResidentSession)
        .where(ResidentSession.id == session_id, ResidentSession.revoked_at.is_(None))
        .values(revoked_at=now())
    )
    if not rows(ended):
        raise Missing


def end_sessions(session: Session) -> None:
    """End all of the resident's sessions."""
    session.execute(
        update(ResidentSession)
        .where(ResidentSession.resident_id == actor_of(session).id, ResidentSession.revoked_at.is_(None))
        .values(revoked_at=now())
    )


def update_profile(
    session: Session, *, display_name: str, notify: bool, locale: str, offices: Iterable[str]
) -> None:
    """The resident's own name, whether they want mail, and in which language."""
    resident = _own(session)
    name = names.tidy(display_name)
    if name != resident.display_name and (refusal := names.objection(name, offices)):
        raise Invalid({"display_name": refusal})
    new = {"display_name": name, "notify": notify, "locale": locale}
    changes = {k: (getattr(resident, k), v) for k, v in new.items() if getattr(resident, k) != v}
    if not changes:
        return
    for field, value in new.items():
        setattr(resident, field, value)
    audit.record(session, "resident.updated", "resident", resident.id, label=name, changes=changes)
    session.flush()


def change_address(session: Session, address: str) -> None:
    """Be reached, and sign in, by another address, which has just been proved; the former one is told.

    Raises `Invalid` when it is somebody else's, which only who can read there learns.
    """
    resident = _own(session)
    former = resident.email or resident.phone or ""
    if address == former:
        return
    take_turns(session, "resident", address)
    if find(session, address) is not None:
        raise Invalid({"code": N_("这个邮箱或手机号已经有另一个账号，不能再用。")})
    resident.email, resident.phone = (address, None) if "@" in address else (None, address)
    changes = {"address": (addresses.masked(former), addresses.masked(address))}
    audit.record(
        session, "resident.updated", "resident", resident.id, label=resident.display_name, changes=changes
    )
    letters.send_moved(session, former, addresses.masked(address), resident.locale)
    session.flush()
    _void_codes(session, former, address)


def leave(session: Session) -> None:
    """Delete the resident's account: address and name are gone, every session ends.

    What they wrote is the caller's to withdraw or to hand over to nobody (`portal.participation`).
    """
    resident = _own(session)
    _void_codes(session, resident.email or resident.phone or "")
    resident.email = resident.phone = None
    resident.display_name = names.DELETED_NAME
    resident.notify = False
    resident.deleted_at = now()
    audit.record(session, "resident.left", "resident", resident.id, label=names.DELETED_NAME)
    session.flush()
    end_sessions(session)  # last: the database knows the resident by a live session


def _own(session: Session) -> Resident:
    resident_id = actor_of(session).id
    resident = session.get(Resident, resident_id) if resident_id else None
    if resident is None:
        raise Missing
    return resident


def _hash(purpose: str, address: str, code: str) -> str:
    return keys.keyed_hash("one-time code", purpose, address, code)


def address_in(text: str) -> str:
    """The address in what somebody typed. Raises `Invalid`."""
    address = addresses.email_or_phone(text)
    if address is None:
        raise Invalid({"address": Refusal(N_("请填写邮箱，或 11 位手机号。"))})
    return address
