"""Every write of publishing. Functions flush and never commit; `now` may be given for records of the past.

Publications are named by their code. Raises `Missing`, `Refused` (a rule), `Invalid` (field -> sentence) and
`Conflict` (somebody was first).
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from portal.publishing import policy, queries, richtext, versions
from portal.publishing.content import Content
from portal.publishing.models import (
    Kind,
    Publication,
    PublicationDraft,
    PublicationEvent,
    PublicationVersion,
    State,
)
from search import outbox
from tenants import audit, clock, jobs
from tenants.actors import Actor
from tenants.rules import Conflict, Invalid, Missing, require

#: Base 32 without i, l, o and u: read out on the telephone and typed without mistakes.
ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
CODE_LENGTH = 10
#: Who acts when the clock does.
BY_CLOCK = "定时发布"
EXTRACT_JOB = versions.EXTRACT_JOB
PUBLISH_JOB = "publishing.publish_due"


def new_code() -> str:
    """A random code for a public address: 50 bits, not to be guessed or counted."""
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


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
    _need_title(content)
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
    _record(session, actor, publication, "created", now, version=version)
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
    publication = _load(session, code)
    require(policy.may_edit(actor, publication))
    content = content.tidied()
    _need_title(content)
    now = now or clock.now()
    head = _head(session, publication)
    former = versions.content_of(session, head)
    if content.says_the_same(former):
        discard_draft(session, actor, code)
        return publication
    if head.number != expected_number:
        raise Conflict(head)
    version = versions.add(session, actor, publication, content, now)
    changes = content.changes_from(former)
    _record(session, actor, publication, "saved", now, version=version, reason=content.note, changes=changes)
    discard_draft(session, actor, code)
    return publication


def autosave_draft(
    session: Session, actor: Actor, code: str, fields: Mapping[str, Any], *, base_number: int
) -> datetime:
    """Keep what the actor has typed so far, by itself: one draft per person. Returns when it was kept.

    It is kept whatever became of the publication meanwhile: what somebody typed is not lost.
    """
    publication_id = _identity(session, code)
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
    publication_id = _identity(session, code)
    session.execute(
        delete(PublicationDraft).where(
            PublicationDraft.publication_id == publication_id, PublicationDraft.staff_id == actor.id
        )
    )


def submit(
    session: Session,
    actor: Actor,
    code: str,
    *,
    expected_version: int | None = None,
    now: datetime | None = None,
) -> Publication:
    """Send a complete draft to review."""
    publication = _load(session, code, expected_version)
    content = versions.content_of(session, _head(session, publication))
    checks = policy.checklist(publication.kind, content, content.picture_words())
    require(policy.may_submit(actor, publication, policy.missing(checks)))
    return _move(session, actor, publication, State.IN_REVIEW, "submitted", now)


def send_back(
    session: Session,
    actor: Actor,
    code: str,
    reason: str,
    *,
    expected_version: int | None = None,
    now: datetime | None = None,
) -> Publication:
    """Return what is in review or approved to its editor, with the reason."""
    publication = _load(session, code, expected_version)
    require(policy.may_return(actor, publication))
    reason = _need_reason(reason)
    publication.publish_at = None
    publication.approved_by = None
    return _move(session, actor, publication, State.DRAFT, "returned", now, reason=reason)


def approve(
    session: Session,
    actor: Actor,
    code: str,
    *,
    expected_version: int | None = None,
    now: datetime | None = None,
) -> Publication:
    """Agree to the text in review. It is not public by that."""
    publication = _load(session, code, expected_version)
    require(policy.may_approve(actor, publication, queries.approvers(session, publication.tenant_id)))
    publication.approved_by = actor.id
    return _move(session, actor, publication, State.APPROVED, "approved", now)


def schedule(
    session: Session,
    actor: Actor,
    code: str,
    at: datetime,
    *,
    expected_version: int | None = None,
    now: datetime | None = None,
) -> Publication:
    """Have an approved text published by itself `at` (aware)."""
    publication = _load(session, code, expected_version)
    require(policy.may_schedule(actor, publication))
    if refusal := policy.bad_time(at, now or clock.now()):
        raise Invalid({"at": refusal})
    publication.publish_at = at
    jobs.defer(
        session,
        PUBLISH_JOB,
        tenant_id=publication.tenant_id,
        at=at,
        on_behalf_of=actor.name,
        code=code,
    )
    return _move(session, actor, publication, State.APPROVED, "scheduled", now)


def unschedule(
    session: Session,
    actor: Actor,
    code: str,
    *,
    expected_version: int | None = None,
    now: datetime | None = None,
) -> Publication:
    """Take back the planned time; the text stays approved."""
    publication = _load(session, code, expected_version)
    require(policy.may_unschedule(actor, publication))
    publication.publish_at = None
    return _move(session, actor, publication, State.APPROVED, "unscheduled", now)


def publish(
    session: Session,
    actor: Actor,
    code: str,
    *,
    expected_version: int | None = None,
    now: datetime | None = None,
) -> Publication:
    """Let the public read the approved version, and its files with it."""
    now = now or clock.now()
    publication = _load(session, code, expected_version)
    require(policy.may_publish(actor, publication, now))
    _change_live(session, publication, publication.head_id)
    publication.first_published_at = publication.first_published_at or now
    publication.published_at = now
    publication.publish_at = None
    publication.withdrawn_reason = None
    return _move(session, actor, publication, State.PUBLISHED, "published", now)


def withdraw(
    session: Session,
    actor: Actor,
    code: str,
    reason: str,
    *,
    expected_version: int | None = None,
    now: datetime | None = None,
) -> Publication:
    """Take the text down, with the reason; its files are public no more unless another text shows them."""
    publication = _load(session, code, expected_version)
    require(policy.may_withdraw(actor, publication))
    reason = _need_reason(reason)
    _change_live(session, publication, None)
    publication.publish_at = None
    publication.withdrawn_reason = reason
    return _move(session, actor, publication, State.WITHDRAWN, "withdrawn", now, reason=reason)


def revise(
    session: Session,
    actor: Actor,
    code: str,
    *,
    expected_version: int | None = None,
    now: datetime | None = None,
) -> Publication:
    """Make a published or withdrawn text a draft again; the public keeps reading the live version."""
    publication = _load(session, code, expected_version)
    require(policy.may_revise(actor, publication))
    return _move(session, actor, publication, State.DRAFT, "revised", now)


def abandon(
    session: Session,
    actor: Actor,
    code: str,
    *,
    expected_version: int | None = None,
    now: datetime | None = None,
) -> Publication:
    """Give up a revision in which nothing was saved: published as before."""
    publication = _load(session, code, expected_version)
    require(policy.may_abandon(actor, publication))
    session.execute(delete(PublicationDraft).where(PublicationDraft.publication_id == publication.id))
    return _move(session, actor, publication, State.PUBLISHED, "abandoned", now)


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
    publication = _load(session, code, expected_version)
    require(policy.may_restore(actor, publication))
    now = now or clock.now()
    old = versions.content_of(session, versions.numbered(session, publication, number))
    publication.state = State.DRAFT
    version = versions.add(session, actor, publication, old, now)
    _record(session, actor, publication, "restored", now, version=version, reason=f"v{number}")
    return publication


def open_comments(
    session: Session, actor: Actor, code: str, wanted: bool, *, now: datetime | None = None
) -> Publication:
    """Open or close the comments under a publication."""
    publication = _load(session, code)
    require(policy.may_open_comments(actor))
    if publication.comments_open != wanted:
        publication.comments_open = wanted
        action = "comments_opened" if wanted else "comments_closed"
        _record(session, actor, publication, action, now or clock.now())
    return publication


def _load(session: Session, code: str, expected_version: int | None = None) -> Publication:
    """The publication, locked until the transaction ends."""
    publication = session.scalar(
        select(Publication)
        .where(Publication.code == code)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if publication is None:
        raise Missing
    if expected_version is not None and publication.version != expected_version:
        raise Conflict(publication)
    return publication


def _identity(session: Session, code: str) -> UUID:
    found = session.scalar(select(Publication.id).where(Publication.code == code))
    if found is None:
        raise Missing
    return found


def _head(session: Session, publication: Publication) -> PublicationVersion:
    head = session.get(PublicationVersion, publication.head_id)
    assert head is not None, "a publication always has a newest version"
    return head


def _need_title(content: Content) -> None:
    if not content.title:
        raise Invalid({"title": policy.NEED_TITLE})
    if len(content.title) > policy.TITLE_MOST:
        raise Invalid({"title": policy.LONG_TITLE})


def _need_reason(reason: str) -> str:
    if refusal := policy.bad_reason(reason):
        raise Invalid({"reason": refusal})
    return reason.strip()


def _change_live(session: Session, publication: Publication, live_id: UUID | None) -> None:
    """Move the public's eyes to another version, or to none; files follow."""
    former = publication.live_id
    affected = versions.files_of(session, (former, live_id))
    for version_id in dict.fromkeys((former, live_id)):  # the old one first: one live version at a time
        version = session.get(PublicationVersion, version_id) if version_id else None
        if version is not None:
            version.live = version_id == live_id
            session.flush()
    publication.live_id = live_id
    versions.settle_public(session, affected)


def _move(
    session: Session,
    actor: Actor,
    publication: Publication,
    state: State,
    action: str,
    now: datetime | None,
    *,
    reason: str | None = None,
) -> Publication:
    former = publication.state
    publication.state = state
    publication.updated_at = now = now or clock.now()
    changes = {"state": (former, state.value)} if former != state else {}
    _record(session, actor, publication, action, now, reason=reason, changes=changes)
    return publication


def _record(
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
    version = version or _head(session, publication)
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
