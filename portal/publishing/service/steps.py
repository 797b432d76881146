"""The steps in the life of a publication: review, publication, withdrawal, revision."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal.publishing import policy, queries, versions
from portal.publishing.models import Publication, PublicationDraft, PublicationVersion, State, Withdrawal
from portal.publishing.service.common import head, load, need_reason, record
from search import outbox
from tenants import clock, jobs
from tenants.actors import Actor
from tenants.files import deciding
from tenants.files import queries as files
from tenants.identity.models import Tenant
from tenants.rules import N_, Invalid, Refusal, Refused, require

PUBLISH_JOB = "publishing.publish_due"


def submit(
    session: Session,
    actor: Actor,
    code: str,
    *,
    expected_version: int | None = None,
    now: datetime | None = None,
) -> Publication:
    """Send a complete draft to review."""
    publication = load(session, code, expected_version)
    content = versions.content_of(session, head(session, publication))
    documents = [document.file_id for document in content.documents]
    deciding.look_into(session, actor, documents)
    looked = files.looked(session, documents).values()
    checks = policy.checklist(publication.kind, content, content.picture_words(), files.decided(looked))
    require(policy.may_submit(actor, publication, policy.missing(checks)))
    if any(document.findings is None for document in looked):
        raise Refused(
            Refusal(N_("有附件现在打不开，看不出里面有没有读者看不到的内容。请过几分钟再送审，不行就重新上传附件。"))
        )
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
    publication = load(session, code, expected_version)
    require(policy.may_return(actor, publication))
    reason = need_reason(reason)
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
    publication = load(session, code, expected_version)
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
    publication = load(session, code, expected_version)
    require(policy.may_schedule(actor, publication))
    if refusal := policy.bad_time(at, now or clock.now()):
        raise Invalid({"at": refusal})
    former, publication.publish_at = publication.publish_at, at
    jobs.defer(
        session,
        PUBLISH_JOB,
        tenant_id=publication.tenant_id,
        at=at,
        on_behalf_of=actor.name,
        code=code,
    )
    changes = {"publish_at": (former, at)}
    return _move(session, actor, publication, State.APPROVED, "scheduled", now, changes=changes)


def unschedule(
    session: Session,
    actor: Actor,
    code: str,
    *,
    expected_version: int | None = None,
    now: datetime | None = None,
) -> Publication:
    """Take back the planned time; the text stays approved."""
    publication = load(session, code, expected_version)
    require(policy.may_unschedule(actor, publication))
    former, publication.publish_at = publication.publish_at, None
    changes = {"publish_at": (former, None)}
    return _move(session, actor, publication, State.APPROVED, "unscheduled", now, changes=changes)


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
    publication = load(session, code, expected_version)
    require(policy.may_publish(actor, publication, now))
    opened_at = session.scalar(select(Tenant.opened_at).where(Tenant.id == publication.tenant_id))
    require(policy.may_reach_public(opened_at is not None))
    deciding.look_into(session, actor, versions.files_of(session, (publication.head_id,)))
    _change_live(session, publication, publication.head_id)
    publication.first_published_at = publication.first_published_at or now
    publication.published_at = now
    publication.publish_at = None
    publication.withdrawn_reason = None
    session.execute(delete(Withdrawal).where(Withdrawal.publication_id == publication.id))
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
    publication = load(session, code, expected_version)
    require(policy.may_withdraw(actor, publication))
    reason = need_reason(reason)
    now = now or clock.now()
    title = session.scalars(
        select(PublicationVersion.title).where(PublicationVersion.id == publication.live_id)
    ).one()
    session.add(
        Withdrawal(
            tenant_id=publication.tenant_id,
            publication_id=publication.id,
            code=publication.code,
            kind=publication.kind,
            title=title,
            reason=reason,
            withdrawn_at=now,
        )
    )
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
    publication = load(session, code, expected_version)
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
    publication = load(session, code, expected_version)
    require(policy.may_abandon(actor, publication))
    session.execute(delete(PublicationDraft).where(PublicationDraft.publication_id == publication.id))
    return _move(session, actor, publication, State.PUBLISHED, "abandoned", now)


def open_comments(
    session: Session, actor: Actor, code: str, wanted: bool, *, now: datetime | None = None
) -> Publication:
    """Open or close the comments under a publication."""
    publication = load(session, code)
    require(policy.may_open_comments(actor))
    if publication.comments_open != wanted:
        publication.comments_open = wanted
        action = "comments_opened" if wanted else "comments_closed"
        record(session, actor, publication, action, now or clock.now())
    return publication


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
    outbox.followers_changed(session, "article", publication.id)


def _move(
    session: Session,
    actor: Actor,
    publication: Publication,
    state: State,
    action: str,
    now: datetime | None,
    *,
    reason: str | None = None,
    changes: Mapping[str, tuple[Any, Any]] | None = None,
) -> Publication:
    former = publication.state
    publication.state = state
    publication.updated_at = now = now or clock.now()
    moved = {"state": (former, state.value)} if former != state else {}
    changes = {**moved, **(changes or {})}
    record(session, actor, publication, action, now, reason=reason, changes=changes)
    return publication
