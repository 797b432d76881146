"""Writing: versions, and the drafts that each person keeps for themself."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from portal.publishing import policy, richtext, versions
from portal.publishing.content import Content
from portal.publishing.models import Kind, Publication, PublicationDraft, State
from portal.publishing.service.common import head, identity, load, need_title, new_code, record
from tenants import clock
from tenants.actors import Actor
from tenants.rules import Conflict, require


def create(
    session: Session,
    actor: Actor,
    kind: Kind,
    content: Content,
    *,
    now: datetime | None = None,
    demo: bool = False,
) -> Publication:
    """Begin a publication of the actor's tenant: a draft with its first version."""
    require(policy.may_create(actor))
    content = content.tidied()
    need_title(content)
    now = now or clock.now()
    assert actor.tenant_id is not None
    publication = Publication(
        tenant_id=actor.tenant_id,
        code=new_code(),
        kind=kind.value,
        state=State.DRAFT,
        created_at=now,
        updated_at=now,
        demo=demo,
    )
    session.add(publication)
    session.flush()
    version = versions.add(session, actor, publication, content, now)
    record(session, actor, publication, "created", now, version=version)
    return publication


def save(
    session: Session,
    actor: Actor,
    code: str,
    content: Content,
    *,
    expected_number: int,
    now: datetime | None = None,
) -> Publication:
    """Save a new version on top of version `expected_number`; the actor's own draft is done with.

    Raises `Conflict` when somebody saved another version meanwhile: `current` is its `PublicationVersion`, and
    the draft stays. Saving what the newest version says already changes nothing.
    """
    publication = load(session, code)
    require(policy.may_edit(actor, publication))
    content = content.tidied()
    need_title(content)
    now = now or clock.now()
    newest = head(session, publication)
    former = versions.content_of(session, newest)
    if content.says_the_same(former):
        discard_draft(session, actor, code)
        return publication
    if newest.number != expected_number:
        raise Conflict(newest)
    version = versions.add(session, actor, publication, content, now)
    changes = content.changes_from(former)
    record(session, actor, publication, "saved", now, version=version, reason=content.note, changes=changes)
    discard_draft(session, actor, code)
    return publication


def autosave_draft(
    session: Session, actor: Actor, code: str, fields: Mapping[str, Any], *, base_number: int
) -> datetime:
    """Keep what the actor has typed so far, by itself: one draft per person. Returns when it was kept.

    It is kept whatever became of the publication meanwhile: what somebody typed is not lost.
    """
    publication_id = identity(session, code)
    require(policy.may_create(actor))
    kept = {**fields, "body": richtext.sanitise(str(fields.get("body", "")))}
    now = clock.now()
    row = {
        "staff_name": actor.name,
        "base_number": base_number,
        "fields": kept,
        "saved_at": now,
    }
    statement = insert(PublicationDraft).values(
        tenant_id=actor.tenant_id, publication_id=publication_id, staff_id=actor.id, **row
    )
    session.execute(statement.on_conflict_do_update(index_elements=["publication_id", "staff_id"], set_=row))
    return now


def discard_draft(session: Session, actor: Actor, code: str) -> None:
    """Forget what the actor typed and did not save."""
    publication_id = identity(session, code)
    session.execute(
        delete(PublicationDraft).where(
            PublicationDraft.publication_id == publication_id, PublicationDraft.staff_id == actor.id
        )
    )


def restore(
    session: Session,
    actor: Actor,
    code: str,
    number: int,
    *,
    expected_version: int | None = None,
    now: datetime | None = None,
) -> Publication:
    """Make the content of version `number` the newest version, as a draft."""
    publication = load(session, code, expected_version)
    require(policy.may_restore(actor, publication))
    now = now or clock.now()
    old = versions.content_of(session, versions.numbered(session, publication, number))
    publication.state = State.DRAFT
    version = versions.add(session, actor, publication, old, now)
    record(session, actor, publication, "restored", now, version=version, reason=f"v{number}")
    return publication
