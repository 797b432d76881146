"""The workspace's gate: as whom somebody comes to a route, and whether it opens. Asked before any view."""

from __future__ import annotations

from enum import IntEnum

from portal.workplace import Workplace
from tenants import actors
from tenants.actors import Actor
from tenants.identity.queries import SignedInStaff
from tenants.permissions import Permission


class Verdict(IntEnum):
    """What the gate says, as the status of an answer."""

    OPEN = 200
    FORBIDDEN = 403
    #: Somebody else's desk: not even its existence is told.
    UNKNOWN = 404


def capacity(permission: Permission, staff: SignedInStaff, workplace: Workplace | None) -> Actor | None:
    """As whom somebody would use a permission. None for who is nobody there.

    `workplace`: the desk of the address, when they may sit down at it; what is held by oneself needs none.
    """
    if permission.startswith("self:"):
        return actors.oneself(staff.id, staff.name, (held.role for held in staff.roles))
    return workplace.worker(staff) if workplace else None


def verdict(permission: Permission, actor: Actor | None) -> Verdict:
    """Whether a route with this permission opens for who comes as `actor`."""
    if actor is None:
        return Verdict.UNKNOWN
    return Verdict.OPEN if actor.may(permission) else Verdict.FORBIDDEN
