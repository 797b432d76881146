"""What the tenant says: official answers, and what became of a comment."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.kit.history import taking
from portal.kit.machine import Step, refusal
from portal.participation import machine, notices, policy
from portal.participation.models import Comment
from portal.participation.notices import Notice
from portal.participation.policy import Fate, Visibility
from portal.participation.service.common import fit, load, reason_for
from portal.participation.service.drafts import discard_draft
from portal.participation.texts import P
from tenants import clock
from tenants.database import actor_of
from tenants.identity.models import Tenant
from tenants.rules import N_, Invalid, Refusal, Seen, require


def answer(
    session: Session,
    comment_id: UUID,
    seen: Seen,
    body: str,
    *,
    fate: Fate | None = None,
    reason: str | None = None,
    outcome_publication_id: UUID | None = None,
    now: datetime | None = None,
) -> Comment:
    """Answer a comment officially, and set its fate in the same step when `fate` is given. Returns the answer.

    The answer stands beside the comment, in the tenant's name. A comment that waited is shown with it.
    """
    at, actor = now or clock.now(), actor_of(session)
    comment = load(session, comment_id, seen)
    require(refusal(machine.answering(comment), actor, comment))
    said = _said(body)
    step = _towards(session, comment, fate, outcome_publication_id) if fate else None
    why = reason_for(step, reason) if step else ""
    _show(session, comment, at)
    official = Comment(
        tenant_id=comment.tenant_id,
        publication_id=comment.publication_id,
        parent_id=comment.parent_id or comment.id,
        staff_id=actor.id,
        author_name=session.scalars(select(Tenant.name).where(Tenant.id == comment.tenant_id)).one(),
        official=True,
        body=said,
        created_at=at,
        demo=comment.demo,
    )
    with taking(session, machine.SPEAK, official, at=at) as move:
        move.set(shown_at=at)
    with taking(session, machine.ANSWER, comment, at=at) as move:
        move.set(answered_at=comment.answered_at or at)
    if step:
        _become(session, step, comment, why, outcome_publication_id, at)
    discard_draft(session, comment_id)
    notices.tell(session, comment, Notice.ANSWERED, at, answer=said, with_fate=fate is not None)
    return official


def revise_answer(
    session: Session, answer_id: UUID, seen: Seen, body: str, *, now: datetime | None = None
) -> Comment:
    """Correct an official answer. It is marked as corrected, and the history keeps what it said."""
    official = load(session, answer_id, seen)
    require(refusal(machine.REVISE, actor_of(session), official))
    said, former = _said(body), official.body
    if said != former:
        changes = {"body": (former, said)}
        with taking(session, machine.REVISE, official, at=now, changes=changes, former_body=former) as move:
            move.set(body=said, edited_at=move.at)
    return official


def set_fate(
    session: Session,
    comment_id: UUID,
    seen: Seen,
    to: Fate,
    reason: str | None = None,
    *,
    outcome_publication_id: UUID | None = None,
    now: datetime | None = None,
) -> Comment:
    """Say what becomes of a comment, and why. `outcome_publication_id` shows what changed (with `done`)."""
    at = now or clock.now()
    comment = load(session, comment_id, seen)
    step = _towards(session, comment, to, outcome_publication_id)
    why = reason_for(step, reason)
    _show(session, comment, at)
    _become(session, step, comment, why, outcome_publication_id, at)
    notices.tell(session, comment, Notice.FATE, at)
    return comment


def _said(body: str) -> str:
    said = policy.clean(body)
    return fit(said, policy.check_answer(said))


def _show(session: Session, comment: Comment, at: datetime) -> None:
    """What waited is shown with what the tenant says of it."""
    if comment.visibility == Visibility.HELD:
        with taking(session, machine.SHOW_ANSWERED, comment, at=at) as move:
            move.set(shown_at=at)


def _towards(session: Session, comment: Comment, to: Fate, outcome_publication_id: UUID | None) -> Step:
    """The step to a fate, when it may be taken; what shows the change is one that the public can read."""
    step = machine.towards(comment.fate, to)
    require(refusal(step, actor_of(session), comment))
    if outcome_publication_id is not None:
        live = session.scalar(
            select(P.live_id).where(
                P.id == outcome_publication_id, P.tenant_id == comment.tenant_id
            )
        )
        if live is None:
            raise Invalid({"outcome": Refusal(N_("请选择本单位已发布的内容。"))})
    return step


def _become(
    session: Session, step: Step, comment: Comment, why: str, outcome_publication_id: UUID | None, at: datetime
) -> None:
    with taking(session, step, comment, reason=why, at=at) as move:
        outcome = outcome_publication_id if step is machine.FINISH else None
        move.set(fate_reason=why or None, outcome_publication_id=outcome)
