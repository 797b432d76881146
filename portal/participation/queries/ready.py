"""What is at hand while answering: the tenant's templates, and its publications that may show what changed."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.participation.models import AnswerTemplate
from portal.participation.texts import VERSION, P, V
from tenants.database import actor_of
from tenants.pinyin import sound

#: So many publications are offered to show what changed.
MOST_OUTCOMES = 200

_COLUMNS = (AnswerTemplate.id, AnswerTemplate.title, AnswerTemplate.body, AnswerTemplate.fate)


@dataclass(frozen=True)
class Template:
    """A ready beginning for an answer."""

    id: UUID
    title: str
    body: str
    #: The fate that is proposed with it, if any.
    fate: str | None


def outcomes(session: Session) -> tuple[tuple[UUID, str], ...]:
    """What the tenant published, the newest first: what may show what changed. One query."""
    rows = session.execute(
        select(P.id, V.title)
        .join(VERSION, V.id == P.live_id)
        .where(P.tenant_id == actor_of(session).tenant_id)
        .order_by(P.first_published_at.desc())
        .limit(MOST_OUTCOMES)
    )
    return tuple((publication_id, title) for publication_id, title in rows)


def templates(session: Session) -> tuple[Template, ...]:
    """The tenant's answer templates by title. One query."""
    found = (Template(*row) for row in session.execute(select(*_COLUMNS)))
    return tuple(sorted(found, key=lambda template: sound(template.title)))


def template(session: Session, template_id: UUID) -> Template | None:
    """One answer template."""
    row = session.execute(
        select(*_COLUMNS).where(AnswerTemplate.id == template_id)
    ).one_or_none()
    return Template(*row) if row else None
