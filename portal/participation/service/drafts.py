"""Answers that are being written: kept for their writer alone until they are sent."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from portal.kit import drafts
from portal.kit.machine import refusal
from portal.participation import machine
from portal.participation.models import CommentDraft
from portal.participation.service.common import load
from tenants import clock
from tenants.database import actor_of
from tenants.rules import AS_IT_IS, require

#: Of each field; an answer is shorter, what is kept is not judged yet.
LONGEST = 20_000


def keep_draft(session: Session, comment_id: UUID, fields: Mapping[str, str]) -> datetime:
    """Keep what the actor has typed so far about a comment; with nothing typed, nothing. Returns when."""
    actor, comment = actor_of(session), load(session, comment_id, AS_IT_IS)
    require(refusal(machine.answering(comment), actor, comment))
    typed = {name: value[:LONGEST] for name, value in fields.items()}
    if not any(value.strip() for value in typed.values()):
        discard_draft(session, comment_id)
        return clock.now()
    return drafts.keep(session, CommentDraft, {"comment_id": comment_id}, comment.tenant_id, fields=typed)


def discard_draft(session: Session, comment_id: UUID) -> None:
    """Forget it: it is sent, or not wanted any more."""
    drafts.forget(session, CommentDraft, comment_id=comment_id)
