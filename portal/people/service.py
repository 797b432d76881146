"""Changes to people, as the pages ask for them: made by `tenants.identity.service`, told to the search."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from search import outbox
from tenants.actors import Actor
from tenants.identity import factor_resets, invitations, offers, terms
from tenants.identity import service as identity
from tenants.identity.invitations import Invited
from tenants.permissions import Role

SOURCE = "person"


def invite(
    session: Session,
    *,
    email: str,
    name: str,
    job_title: str,
    roles: Iterable[Role],
    tenant_id: UUID | None = None,
    bureau_id: UUID | None = None,
    first: date | None = None,
    last: date | None = None,
) -> Invited:
    """Ask somebody in; who works elsewhere answers in their account, who works there gets the roles at once."""
    invited = invitations.invite(
        session,
        email=email,
        name=name,
        job_title=job_title,
        roles=roles,
        tenant_id=tenant_id,
        bureau_id=bureau_id,
        first=first,
        last=last,
    )
    outbox.changed(session, SOURCE, invited.staff.id)
    return invited


def set_roles(
    session: Session,
    actor: Actor,
    staff_id: UUID,
    roles: Iterable[Role],
    *,
    first: date | None = None,
    last: date | None = None,
    reason: str | None = None,
) -> None:
    """Make these the roles somebody holds at the actor's place; none of them ends their work there.

    The days are those of the roles that are new.
    """
    place = {"tenant_id": actor.tenant_id, "bureau_id": actor.bureau_id}
    identity.set_roles(session, staff_id, roles, **place, first=first, last=last, reason=reason)
    outbox.changed(session, SOURCE, staff_id)


def add_role(
    session: Session,
    staff_id: UUID,
    role: Role,
    *,
    tenant_id: UUID | None = None,
    bureau_id: UUID | None = None,
    first: date | None = None,
    last: date | None = None,
) -> Invited:
    """One more role anywhere in the district; where somebody does not work yet, they are asked."""
    invited = invitations.add_role(
        session, staff_id, role, tenant_id=tenant_id, bureau_id=bureau_id, first=first, last=last
    )
    outbox.changed(session, SOURCE, staff_id)
    return invited


def end_role(session: Session, assignment_id: UUID, *, reason: str) -> None:
    """End one role anywhere in the district."""
    ended = identity.end_role(session, assignment_id, reason=reason)
    outbox.changed(session, SOURCE, ended.staff_id)


def change_last_day(session: Session, assignment_id: UUID, last: date | None, *, reason: str) -> None:
    """Have a role held until another day, or for good. What the search knows of people does not hang on days."""
    terms.change_last_day(session, assignment_id, last, reason=reason)


def deactivate(session: Session, staff_id: UUID, *, reason: str) -> None:
    """Close an account everywhere, at once."""
    identity.deactivate(session, staff_id, reason=reason)
    outbox.changed(session, SOURCE, staff_id)


def reactivate(session: Session, staff_id: UUID) -> None:
    """Open a closed account again."""
    identity.reactivate(session, staff_id)
    outbox.changed(session, SOURCE, staff_id)


def object_to_reset(session: Session, token: str) -> None:
    """Lock the account whose second factor was reset unasked. Needs the scope `system`."""
    outbox.changed(session, SOURCE, factor_resets.object_to_reset(session, token))


def answer_offer(session: Session, staff_id: UUID, offer_id: UUID, *, accept: bool) -> None:
    """Take up roles at another place that somebody was offered, or not. Needs the scope `system`."""
    offers.answer(session, staff_id, offer_id, accept=accept)
    outbox.changed(session, SOURCE, staff_id)
