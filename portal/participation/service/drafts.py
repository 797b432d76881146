"""Answers that are being written: kept for their writer alone until they are sent."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from portal.participation import policy
from portal.participation.models import Comment, CommentDraft
from portal.participation.service.steps import of_tenant
from tenants import clock
from tenants.actors import Actor
from tenants.rules import require

#: Of each field; an answer is shorter, what is kept is not judged yet.
LONGEST = 20_000


def keep_draft(session: Session, actor: Actor, comment_id: UUID, fields: Mapping[str, str]) -> datetime:
    """Keep what the actor has typed so far about a comment; with nothing typed, nothing. Returns when."""
    comment: Comment = of_tenant(session, comment_id, None)
    require(policy.may_answer(actor, comment))
    at = clock.now()
    typed = {name: value[:LONGEST] for name, value in fields.items()}
    if not any(value.strip() for value in typed.values()):
        discard_draft(session, actor, comment_id)
        return at
    row = {"fields": typed, "saved_at": at}
    statement = insert(CommentDraft).values(
        tenant_id=comment.tenant_id, comment_id=comment_id, staff_id=actor.id, **row
    )
    session.execute(statement.on_conflict_do_update(index_elements=["comment_id", "staff_id"], set_=row))
    return at


def discard_draft(session: Session, actor: Actor, comment_id: UUID) -> None:
    """Forget it: it is sent, or not wanted any more."""
    session.execute(
        delete(CommentDraft).where(CommentDraft.comment_id == comment_id, CommentDraft.staff_id == actor.id)
    )
