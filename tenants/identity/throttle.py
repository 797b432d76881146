"""How often something may be tried: counted in the database, so it holds across processes and restarts."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine, case, delete
from sqlalchemy.dialects.postgresql import insert

from tenants import actors
from tenants.clock import now
from tenants.database import open_session
from tenants.identity.keys import keyed_hash
from tenants.identity.models import Throttle


@dataclass(frozen=True)
class Limit:
    """At most `times` within `period`, counted from the first try."""

    name: str
    times: int
    period: timedelta


#: Whoever guesses stops themself: the limit of an account at one origin is reached long before that of the account.
SIGN_IN_HERE = Limit("sign in to an account from an address", 10, timedelta(minutes=15))
SIGN_IN_ACCOUNT = Limit("sign in to an account", 50, timedelta(minutes=15))
#: In place of the others, where the account was signed in to before: nobody else's tries keep its owner out there.
SIGN_IN_DEVICE = Limit("sign in from a known device", 10, timedelta(minutes=15))
#: Many people of one office share an address.
SIGN_IN_ADDRESS = Limit("sign in from an address", 60, timedelta(minutes=15))
CHANGE_PASSWORD = Limit("change of a password", 10, timedelta(minutes=15))
SECOND_FACTOR = Limit("second factor", 8, timedelta(minutes=15))
SECOND_FACTOR_DEVICE = Limit("second factor from a known device", 8, timedelta(minutes=15))
RESET_HERE = Limit("reset of an account from an address", 3, timedelta(hours=1))
RESET_ACCOUNT = Limit("reset of an account", 12, timedelta(hours=1))
RESET_ADDRESS = Limit("reset from an address", 20, timedelta(hours=1))
RESET_DEVICE = Limit("reset from a known device", 3, timedelta(hours=1))
CODE_HERE = Limit("code to an account from an address", 5, timedelta(hours=1))
CODE_ACCOUNT = Limit("code to an account", 30, timedelta(hours=1))
#: Phones of a whole quarter share the address of their network; each account has its own limit.
CODE_ADDRESS = Limit("code asked from an address", 100, timedelta(hours=1))
CODE_DEVICE = Limit("code asked from a known device", 5, timedelta(hours=1))
#: Not where the browser is known: there the attempts that each code allows are limit enough.
CODE_TRY_ADDRESS = Limit("code tried from an address", 200, timedelta(minutes=15))


@dataclass(frozen=True)
class Limits:
    """What tries for an account count against: in a known browser its own limit, else those of origin and account."""

    device: Limit
    address: Limit
    here: Limit
    account: Limit

    def of(self, account: str, ip: str | None, device: str | None) -> list[tuple[Limit, str | None]]:
        """The limits of one try, and who is counted for each. `device`: the name of a known browser."""
        if device:
            return [(self.device, device)]
        return [(self.address, ip), (self.here, here(ip, account)), (self.account, account)]


SIGN_IN = Limits(SIGN_IN_DEVICE, SIGN_IN_ADDRESS, SIGN_IN_HERE, SIGN_IN_ACCOUNT)
RESET = Limits(RESET_DEVICE, RESET_ADDRESS, RESET_HERE, RESET_ACCOUNT)
CODE = Limits(CODE_DEVICE, CODE_ADDRESS, CODE_HERE, CODE_ACCOUNT)


class Throttled(Exception):
    """Tried too often. `retry_at` is when it may be tried again."""

    def __init__(self, retry_at: datetime) -> None:
        super().__init__(f"too many tries, again at {retry_at.isoformat()}")
        self.retry_at = retry_at


def count(engine: Engine, limit: Limit, who: str | None, *, at: datetime | None = None) -> None:
    """Count a try of `who` and raise `Throttled` when there were too many.

    In a short transaction of its own: a refused request is rolled back, its try still counts.
    """
    at = at or now()
    ends = at + limit.period
    over = Throttle.window_ends_at <= at
    statement = (
        insert(Throttle)
        .values(bucket=_bucket(limit, who), count=1, window_ends_at=ends)
        .on_conflict_do_update(
            index_elements=[Throttle.bucket],
            set_={
                # stops counting above the limit, so a flood cannot run the number over
                "count": case(
                    (over, 1), (Throttle.count <= limit.times, Throttle.count + 1), else_=Throttle.count
                ),
                "window_ends_at": case((over, ends), else_=Throttle.window_ends_at),
            },
        )
        .returning(Throttle.count, Throttle.window_ends_at)
    )
    with open_session(engine, actors.signing_in()) as own, own.begin():
        tries, window_ends_at = own.execute(statement).one()
    if tries > limit.times:
        raise Throttled(window_ends_at)


def forgive(engine: Engine, limit: Limit, who: str | None) -> None:
    """Forget the tries of `who`: they have shown that they are who they say."""
    with open_session(engine, actors.signing_in()) as own, own.begin():
        own.execute(delete(Throttle).where(Throttle.bucket == _bucket(limit, who)))


def _bucket(limit: Limit, who: str | None) -> str:
    return keyed_hash("throttle", limit.name, network(who or "-"))


def here(ip: str | None, who: str) -> str:
    """An account as tried from one origin."""
    return f"{network(ip or '-')} {who}"


def network(who: str) -> str:
    """An IPv6 address counts with its /64, which one subscriber has to themself; anything else as it is."""
    try:
        address = ipaddress.ip_address(who)
    except ValueError:
        return who
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, 64), strict=False))
    return who
