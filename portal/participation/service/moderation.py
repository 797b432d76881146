"""Moderation: what is shown, what is not and why; its author reads the reason and may appeal once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.kit.history import taking
from portal.kit.machine import lacks
from portal.participation import machine, notices, policy
from portal.participation.models import Comment
from portal.participation.notices import Notice
from portal.participation.policy import Visibility
from portal.participation.service.common import fit, load, reason_for
from tenants import clock
from tenants.database import actor_of
from tenants.permissions import Permission
from tenants.rules import AS_IT_IS, N_, Invalid, Refusal, Seen, require

#: At most so many comments are approved in one go: what fits on a page of the desk.
MOST_AT_ONCE = 200


@dataclass(frozen=True)
class Shown:
    """What became of an approval of many: shown, and left as they were because the rules said no."""

    shown: int
    skipped: int


def show(session: Session, comment_id: UUID, seen: Seen, *, now: datetime | None = None) -> Comment:
    """Let a comment be seen: it waited, or was hidden (which also grants an appeal)."""
    return _show(session, load(session, comment_id, seen), now or clock.now())


def show_many(session: Session, seen: Mapping[UUID, Seen], *, now: datetime | None = None) -> Shown:
    """Let several comments be seen, each as the actor saw it. What no longer waits, or says something else by now, is
    left as it is.
    """
    at = now or clock.now()
    require(lacks(actor_of(session), Permission.COMMENT_MODERATE))
    comments = session.scalars(
        select(Comment)
        .where(Comment.id.in_(list(seen)[:MOST_AT_ONCE]))
        .order_by(Comment.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    waiting = [c for c in comments if c.visibility == Visibility.HELD and seen[c.id] in (AS_IT_IS, c.version)]
    for comment in waiting:
        _show(session, comment, at)
    return Shown(len(waiting), len(seen) - len(waiting))


def _show(session: Session, comment: Comment, at: datetime) -> Comment:
    granted = policy.appeal_waits(comment)
    with taking(session, machine.APPROVE, comment, at=at, also=(machine.GRANT,) if granted else ()) as move:
        move.set(shown_at=comment.shown_at or at, moderation_reason=None)
        if granted:
            move.set(appeal_decided_at=at)
    notices.tell(session, comment, Notice.GRANTED if granted else Notice.SHOWN, at)
    return comment


def hide(
    session: Session, comment_id: UUID, seen: Seen, reason: str, words: str = "", *, now: datetime | None = None
) -> Comment:
    """Do not show a comment. `reason` is one of `policy.MODERATION_REASONS`; its author reads it with `words`."""
    comment = load(session, comment_id, seen)
    sentence = _sentence(reason, words)
    decided = comment.appeal_state in machine.CLEAR.leaves
    also = (machine.CLEAR,) if decided else ()
    with taking(session, machine.HIDE, comment, reason=sentence, at=now, also=also) as move:
        move.set(moderation_reason=sentence)
        if decided:
            move.set(appeal=None, appeal_decided_at=None)
    notices.tell(session, comment, Notice.HIDDEN, move.at)
    return comment


def uphold(
    session: Session, comment_id: UUID, seen: Seen, reason: str, *, now: datetime | None = None
) -> Comment:
    """Answer an appeal: the comment stays hidden, and why."""
    comment = load(session, comment_id, seen)
    why = reason_for(machine.UPHOLD, reason)
    with taking(session, machine.UPHOLD, comment, reason=why, at=now) as move:
        move.set(moderation_reason=why, appeal_decided_at=move.at)
    notices.tell(session, comment, Notice.UPHELD, move.at)
    return comment


def _sentence(reason: str, words: str) -> str:
    """What the author reads."""
    if reason not in policy.MODERATION_REASONS:
        raise Invalid({"reason": Refusal(N_("请选择一个理由。"))})
    sentence = policy.moderation_sentence(reason, policy.clean(words))
    return fit(sentence, policy.check_reason(sentence, needed=True), "words")
