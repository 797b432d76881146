"""How many comments there are under a publication: what other mechanisms ask."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.kit import ports
from portal.participation.models import Comment
from portal.participation.queries.public import is_shown


@ports.comments_shown.answered_by
def comments_shown(publication_id: Any) -> Any:
    """Comments of residents that are shown, as a subquery for the row with this id."""
    return (
        select(func.count(Comment.id))
        .where(Comment.publication_id == publication_id, is_shown)
        .correlate(publication_id.table)
        .scalar_subquery()
    )


@ports.comments_left.answered_by
def comments_left(session: Session, publication_id: Any) -> int:
    """Comments of residents, whatever became of them. One query."""
    counted = select(func.count()).where(Comment.publication_id == publication_id, Comment.official.is_(False))
    return session.scalar(counted) or 0
