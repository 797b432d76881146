"""Moderation: what is shown, what is not and why; its author reads the reason and may appeal once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.participation import notices, policy
from portal.participation.models import Comment, Visibility
from portal.participation.notices import Notice
from portal.participation.service.steps import of_tenant, step
from tenants import clock
from tenants.actors import Actor
from tenants.rules import N_, Invalid, Refusal, require

#: At most so many comments are approved in one go: what fits on a page of the desk.
MOST_AT_ONCE = 200


@dataclass(frozen=True)
class Shown:
    """What became of an approval of many: shown, and left as they were because the rules said no."""

    shown: int
    skipped: int


def show(
    session: Session,
    actor: Actor,
    comment_id: UUID,
    *,
    expected_version: int | None = None,
    now: datetime | None = None,
) -> Comment:
    """Let a comment be seen: it waited, or was hidden (which also grants an appeal)."""
    comment = of_tenant(session, comment_id, expected_version)
    require(policy.may_show(actor, comment))
    _show(session, actor, comment, now or clock.now())
    return comment


def show_many(
    session: Session, actor: Actor, comment_ids: Sequence[UUID], *, now: datetime | None = None
) -> Shown:
    """Let several comments be seen. Those that no longer wait are left as they are."""
    at = now or clock.now()
    require(policy.may_moderate(actor))
    comments = session.scalars(
        select(Comment)
        .where(Comment.id.in_(list(comment_ids)[:MOST_AT_ONCE]))
        .order_by(Comment.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    waiting = [c for c in comments if c.visibility == Visibility.HELD]
    for comment in waiting:
        require(policy.may_show(actor, comment))
        _show(session, actor, comment, at)
    return Shown(len(waiting), len(set(comment_ids)) - len(waiting))


def hide(
    session: Session,
    actor: Actor,
    comment_id: UUID,
    reason: str,
    words: str = "",
    *,
    expected_version: int | None = None,
    now: datetime | None = None,
) -> Comment:
    """Do not show a comment. `reason` is one of `policy.MODERATION_REASONS`; its author reads it with `words`."""
    at = now or clock.now()
    comment = of_tenant(session, comment_id, expected_version)
    require(policy.may_hide(actor, comment))
    sentence = _sentence(reason, words)
    former = comment.visibility
    comment.visibility = Visibility.HIDDEN
    comment.moderation_reason = sentence
    # moderated anew: it may be appealed anew
    comment.appeal = comment.appeal_decided_at = None
    changes = {"visibility": (former, Visibility.HIDDEN.value)}
    step(session, actor, comment, "hidden", at, reason=sentence, changes=changes)
    notices.tell(session, comment, Notice.HIDDEN, at)
    return comment


def uphold(
    session: Session,
    actor: Actor,
    comment_id: UUID,
    words: str,
    *,
    expected_version: int | None = None,
    now: datetime | None = None,
) -> Comment:
    """Answer an appeal: the comment stays hidden, and why."""
    at = now or clock.now()
    comment = of_tenant(session, comment_id, expected_version)
    require(policy.may_uphold(actor, comment))
    sentence = policy.clean(words)
    if refusal := policy.check_reason(sentence, needed=True):
        raise Invalid({"words": refusal})
    comment.moderation_reason = sentence
    comment.appeal_decided_at = at
    step(session, actor, comment, "upheld", at, reason=sentence)
    notices.tell(session, comment, Notice.UPHELD, at)
    return comment


def _sentence(reason: str, words: str) -> str:
    """What the author reads."""
    if reason not in policy.MODERATION_REASONS:
        raise Invalid({"reason": Refusal(N_("请选择一个理由。"))})
    sentence = policy.moderation_sentence(reason, policy.clean(words))
    if refusal := policy.check_reason(sentence, needed=True):
        raise Invalid({"words": refusal})
    assert sentence is not None
    return sentence


def _show(session: Session, actor: Actor, comment: Comment, at: datetime) -> None:
    former = comment.visibility
    appealed = policy.appeal_waits(comment)
    comment.visibility = Visibility.SHOWN
    comment.shown_at = comment.shown_at or at
    comment.moderation_reason = None
    if appealed:
        comment.appeal_decided_at = at
    changes = {"visibility": (former, Visibility.SHOWN.value)}
    step(session, actor, comment, "shown", at, changes=changes)
    notices.tell(session, comment, Notice.GRANTED if appealed else Notice.SHOWN, at)
