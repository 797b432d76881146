"""What somebody was writing about a comment."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.participation.models import CommentDraft


def draft(session: Session, comment_id: UUID, staff_id: UUID | None) -> dict[str, Any] | None:
    """The fields of this person's unsent answer."""
    return session.scalar(
        select(CommentDraft.fields).where(
            CommentDraft.comment_id == comment_id, CommentDraft.staff_id == staff_id
        )
    )
