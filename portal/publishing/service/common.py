"""What every write of publishing shares: the record under lock, and the trace it leaves."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.publishing import policy
from portal.publishing.content import Content
from portal.publishing.models import Publication, PublicationEvent, PublicationVersion
from search import outbox
from tenants import audit
from tenants.actors import Actor
from tenants.rules import Invalid, Missing, as_seen

#: Base 32 without i, l, o and u: read out on the telephone and typed without mistakes.
ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
CODE_LENGTH = 10
#: Who acts when the clock does.
BY_CLOCK = "定时发布"


def new_code() -> str:
    """A random code for a public address: 50 bits, not to be guessed or counted."""
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


def load(session: Session, code: str, expected_version: int | None = None) -> Publication:
    """The publication, locked until the transaction ends."""
    publication = session.scalar(
        select(Publication)
        .where(Publication.code == code)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return as_seen(publication, expected_version)


def identity(session: Session, code: str) -> UUID:
    """The id of a publication, not locked. Raises `Missing`."""
    found = session.scalar(select(Publication.id).where(Publication.code == code))
    if found is None:
        raise Missing
    return found


def head(session: Session, publication: Publication) -> PublicationVersion:
    """The newest version."""
    version = session.get(PublicationVersion, publication.head_id)
    assert version is not None, "a publication always has a newest version"
    return version


def need_title(content: Content) -> None:
    """Without a title nothing can be found again."""
    if not content.title:
        raise Invalid({"title": policy.NEED_TITLE})
    if len(content.title) > policy.TITLE_MOST:
        raise Invalid({"title": policy.LONG_TITLE})


def need_reason(reason: str) -> str:
    """The reason, trimmed. Raises `Invalid` (field `reason`)."""
    if refusal := policy.bad_reason(reason):
        raise Invalid({"reason": refusal})
    return reason.strip()


def record(
    session: Session,
    actor: Actor,
    publication: Publication,
    action: str,
    now: datetime,
    *,
    version: PublicationVersion | None = None,
    reason: str | None = None,
    changes: Mapping[str, tuple[Any, Any]] | None = None,
) -> None:
    """History, audit and search of one step."""
    version = version or head(session, publication)
    session.add(
        PublicationEvent(
            tenant_id=publication.tenant_id,
            publication_id=publication.id,
            actor_id=actor.id,
            actor_name=actor.name or BY_CLOCK,
            action=action,
            state=publication.state,
            version_number=version.number,
            reason=reason or None,
            created_at=now,
        )
    )
    audit.record(
        session,
        f"publication.{action}",
        "publication",
        publication.id,
        label=version.title,
        changes=changes,
        reason=reason or None,
        tenant_id=publication.tenant_id,
        at=now,
    )
    outbox.changed(session, "article", publication.id)
    outbox.changed(session, "publication", publication.id)
    session.flush()
