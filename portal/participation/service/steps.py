"""What every write of participation leaves behind: an event in the comment's life, the audit, the search."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.participation import policy
from portal.participation.models import Comment, CommentEvent
from search import outbox
from tenants import audit
from tenants.actors import Actor
from tenants.rules import Invalid, Refusal, as_seen

#: The sources of `portal.participation.search`.
SOURCES = ("comment", "comment_record")


def step(
    session: Session,
    actor: Actor,
    comment: Comment,
    action: str,
    at: datetime,
    *,
    reason: str | None = None,
    former_body: str | None = None,
    changes: dict[str, tuple[Any, Any]] | None = None,
) -> None:
    """Write the change, say what happened, and have it found by search as it is now."""
    session.add(comment)
    session.flush()
    session.add(
        CommentEvent(
            tenant_id=comment.tenant_id,
            comment_id=comment.id,
            actor_kind=actor.kind,
            actor_id=actor.id,
            actor_name=actor.name,
            action=action,
            reason=reason,
            former_body=former_body,
            created_at=at,
        )
    )
    audit.record(
        session,
        f"comment.{action}",
        "comment",
        comment.id,
        label=comment.body[:60],
        changes=changes,
        reason=reason,
        tenant_id=comment.tenant_id,
        at=at,
    )
    session.flush()
    found_anew(session, comment)


def found_anew(session: Session, comment: Comment) -> None:
    """Have the comment found by search as it is now. Every step does; also what changes without one."""
    for source in SOURCES:
        outbox.changed(session, source, comment.id)


def of_tenant(session: Session, comment_id: UUID, expected_version: int | None) -> Comment:
    """A comment that the workspace works on, locked until the end of the transaction.

    Raises `Missing`, and `Conflict` when it is no longer the version that the clerk saw.
    """
    comment = session.scalars(
        select(Comment)
        .where(Comment.id == comment_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    return as_seen(comment, expected_version)


def text(given: str, check: Refusal | None, field: str = "body") -> str:
    """The cleaned text, or `Invalid` at its field."""
    if check is not None:
        raise Invalid({field: check})
    return given


def words(reason: str | None) -> str | None:
    """A cleaned reason; None when there is none."""
    return policy.clean(reason or "") or None
