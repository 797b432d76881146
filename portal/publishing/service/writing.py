"""Writing: versions, and the drafts that each person keeps for themself."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from portal.kit import drafts
from portal.kit.history import taking
from portal.kit.machine import Step, refusal
from portal.publishing import machine, richtext, versions
from portal.publishing.content import Content
from portal.publishing.models import Publication, PublicationDraft
from portal.publishing.policy import Kind
from portal.publishing.service.common import identity, load, need_title, new_code
from tenants import clock
from tenants.database import actor_of
from tenants.rules import AS_IT_IS, Conflict, Seen, require


def create(
    session: Session,
    kind: Kind,
    content: Content,
    *,
    now: datetime | None = None,
    demo: bool = False,
) -> Publication:
    """Begin a publication of the actor's tenant: a draft with its first version."""
    actor = actor_of(session)
    require(refusal(machine.CREATE, actor, None))
    content = content.tidied()
    need_title(content)
    now = now or clock.now()
    assert actor.tenant_id is not None
    publication = Publication(
        id=uuid7(), tenant_id=actor.tenant_id, code=new_code(), kind=kind.value, created_at=now, demo=demo
    )
    _with_version(session, machine.CREATE, publication, content, 1, now)
    return publication


def _with_version(
    session: Session,
    step: Step,
    publication: Publication,
    content: Content,
    number: int,
    now: datetime | None,
    **known: Any,
) -> None:
    """Take a step that brings a version. The publication names it before it is written: it is written to a draft."""
    stored, head_id = versions.checked(session, content), uuid7()
    with taking(session, step, publication, at=now, label=content.title, version_number=number, **known) as move:
        move.set(head_id=head_id, edited_by_name=move.actor.name)
    versions.add(session, publication, content, stored, move.at, id=head_id, number=number)


def save(
    session: Session,
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
    publication = load(session, code, AS_IT_IS)
    require(refusal(machine.SAVE, actor_of(session), publication))
    content = content.tidied()
    need_title(content)
    now = now or clock.now()
    newest = publication.head(session)
    former = versions.content_of(session, newest)
    if content.says_the_same(former):
        discard_draft(session, code)
        return publication
    if newest.number != expected_number:
        raise Conflict(newest)
    changes = content.changes_from(former)
    number = newest.number + 1
    _with_version(session, machine.SAVE, publication, content, number, now, reason=content.note, changes=changes)
    discard_draft(session, code)
    return publication


def autosave_draft(session: Session, code: str, fields: Mapping[str, Any], *, base_number: int) -> datetime:
    """Keep what the actor has typed so far, by itself: one draft per person. Returns when it was kept.

    It is kept whatever became of the publication meanwhile: what somebody typed is not lost.
    """
    actor, publication_id = actor_of(session), identity(session, code)
    require(refusal(machine.CREATE, actor, None))
    assert actor.tenant_id is not None
    kept = {**fields, "body": richtext.sanitise(str(fields.get("body", "")))}
    return drafts.keep(
        session,
        PublicationDraft,
        {"publication_id": publication_id},
        actor.tenant_id,
        staff_name=actor.name,
        base_number=base_number,
        fields=kept,
    )


def discard_draft(session: Session, code: str) -> None:
    """Forget what the actor typed and did not save."""
    drafts.forget(session, PublicationDraft, publication_id=identity(session, code))


def restore(
    session: Session, code: str, seen: Seen, number: int, *, now: datetime | None = None
) -> Publication:
    """Make the content of version `number` the newest version, as a draft."""
    publication = load(session, code, seen)
    old = versions.content_of(session, versions.numbered(session, publication, number))
    newest = publication.head(session).number
    _with_version(session, machine.RESTORE, publication, old, newest + 1, now, reason=f"v{number}")
    return publication
