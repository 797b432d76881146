"""What every write of the workspace shares: the comment under lock, texts that are fit to be kept."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Session

from portal.kit.history import locked
from portal.kit.machine import Asks, Step
from portal.participation import policy
from portal.participation.models import Comment
from tenants.rules import Invalid, Refusal, Seen


def load(session: Session, comment_id: UUID, seen: Seen) -> Comment:
    """The comment as the actor saw it, locked until the transaction ends. Raises `Missing` and `Conflict`."""
    return locked(session, Comment, Comment.id == comment_id, seen)


def fit(text: str, refusal: Refusal | None, field: str = "body") -> str:
    """The cleaned text, or `Invalid` at its field."""
    if refusal is not None:
        raise Invalid({field: refusal})
    return text


def reason_for(step: Step, given: str | None) -> str:
    """The cleaned reason for a step. Raises `Invalid` (field `reason`)."""
    reason = policy.clean(given or "")
    return fit(reason, policy.check_reason(reason, needed=step.asks is Asks.REASON), "reason")
