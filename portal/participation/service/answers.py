"""What the tenant says: official answers, and what became of a comment."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from portal.participation import notices, policy
from portal.participation.models import Comment, Fate, Visibility
from portal.participation.notices import Notice
from portal.participation.service.drafts import discard_draft
from portal.participation.service.steps import of_tenant, step, text, words
from portal.publishing.models import Publication
from tenants import clock
from tenants.actors import Actor
from tenants.identity.models import Tenant
from tenants.rules import N_, Invalid, Refusal, require


def answer(
    session: Session,
    actor: Actor,
    comment_id: UUID,
    body: str,
    *,
    expected_version: int | None = None,
    fate: Fate | None = None,
    reason: str | None = None,
    outcome_publication_id: UUID | None = None,
    now: datetime | None = None,
) -> Comment:
    """Answer a comment officially, and set its fate in the same step when `fate` is given. Returns the answer.

    The answer stands beside the comment, in the tenant's name. A comment that waited is shown with it.
    """
    at = now or clock.now()
    comment = of_tenant(session, comment_id, expected_version)
    require(policy.may_answer(actor, comment))
    said = policy.clean(body)
    text(said, policy.check_answer(said))
    if fate is not None:
        reason = _check_fate(actor, comment, fate, reason)
    if comment.visibility == Visibility.HELD:
        comment.visibility = Visibility.SHOWN
        comment.shown_at = at
        step(session, actor, comment, "shown", at)
    official = Comment(
        tenant_id=comment.tenant_id,
        publication_id=comment.publication_id,
        parent_id=comment.parent_id or comment.id,
        staff_id=actor.id,
        author_name=session.scalars(select(Tenant.name).where(Tenant.id == comment.tenant_id)).one(),
        official=True,
        body=said,
        visibility=Visibility.SHOWN,
        fate=Fate.RECEIVED,
        shown_at=at,
        created_at=at,
        demo=comment.demo,
    )
    step(session, actor, official, "written", at)
    comment.answered_at = comment.answered_at or at
    flag_modified(comment, "answered_at")  # a further answer, too, is a new version for whoever answers now
    step(session, actor, comment, "answered", at)
    if fate is not None:
        _set_fate(session, actor, comment, fate, reason, outcome_publication_id, at)
    discard_draft(session, actor, comment_id)
    notices.tell(session, comment, Notice.ANSWERED, at, answer=said, with_fate=fate is not None)
    return official


def revise_answer(
    session: Session,
    actor: Actor,
    answer_id: UUID,
    body: str,
    *,
    expected_version: int | None = None,
    now: datetime | None = None,
) -> Comment:
    """Correct an official answer. It is marked as corrected, and the history keeps what it said."""
    at = now or clock.now()
    official = of_tenant(session, answer_id, expected_version)
    require(policy.may_revise_answer(actor, official))
    said, former = policy.clean(body), official.body
    text(said, policy.check_answer(said))
    if said != former:
        official.body = said
        official.edited_at = at
        step(session, actor, official, "edited", at, former_body=former, changes={"body": (former, said)})
    return official


def set_fate(
    session: Session,
    actor: Actor,
    comment_id: UUID,
    to: Fate,
    reason: str | None = None,
    *,
    expected_version: int | None = None,
    outcome_publication_id: UUID | None = None,
    now: datetime | None = None,
) -> Comment:
    """Say what becomes of a comment, and why. `outcome_publication_id` shows what changed (with `done`)."""
    at = now or clock.now()
    comment = of_tenant(session, comment_id, expected_version)
    reason = _check_fate(actor, comment, to, reason)
    _set_fate(session, actor, comment, to, reason, outcome_publication_id, at)
    notices.tell(session, comment, Notice.FATE, at)
    return comment


def _check_fate(actor: Actor, comment: Comment, to: Fate, reason: str | None) -> str | None:
    """The cleaned reason, when the fate may be set."""
    kept = words(reason)
    require(policy.may_set_fate(actor, comment, to))
    if refusal := policy.check_reason(kept, needed=policy.needs_reason(comment.fate, to)):
        raise Invalid({"reason": refusal})
    return kept


def _set_fate(
    session: Session,
    actor: Actor,
    comment: Comment,
    to: Fate,
    reason: str | None,
    outcome_publication_id: UUID | None,
    at: datetime,
) -> None:
    if outcome_publication_id is not None:
        _check_outcome(session, comment, outcome_publication_id)
    former = comment.fate
    comment.fate = to
    comment.fate_reason = reason
    comment.outcome_publication_id = outcome_publication_id if to is Fate.DONE else None
    if comment.visibility == Visibility.HELD:
        comment.visibility = Visibility.SHOWN
        comment.shown_at = at
        step(session, actor, comment, "shown", at)
    step(session, actor, comment, to.value, at, reason=reason, changes={"fate": (former, to.value)})


def _check_outcome(session: Session, comment: Comment, publication_id: UUID) -> None:
    """What shows the change is a publication of the tenant that the public can read."""
    live = session.scalars(
        select(Publication.live_id).where(
            Publication.id == publication_id, Publication.tenant_id == comment.tenant_id
        )
    ).one_or_none()
    if live is None:
        raise Invalid({"outcome": Refusal(N_("请选择本单位已发布的内容。"))})
