"""What else changes with each step in the life of a publication. Who may take it stands in `machine`."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal.kit.history import take, taking
from portal.kit.machine import Step
from portal.publishing import machine, policy, queries, versions
from portal.publishing.models import Publication, PublicationDraft, PublicationVersion, Withdrawal
from portal.publishing.service.common import load
from search import outbox
from tenants import clock, jobs
from tenants.database import actor_of
from tenants.files import deciding
from tenants.files import queries as files
from tenants.identity.models import Tenant
from tenants.rules import N_, Invalid, Refusal, Refused, Seen

PUBLISH_JOB = "publishing.publish_due"


def submit(session: Session, code: str, seen: Seen, *, now: datetime | None = None) -> Publication:
    """Send a complete draft to review."""
    publication = load(session, code, seen)
    content = versions.content_of(session, publication.head(session))
    documents = [document.file_id for document in content.documents]
    deciding.look_into(session, actor_of(session), documents)
    looked = files.looked(session, documents).values()
    checks = policy.checklist(publication.kind, content, content.picture_words(), files.decided(looked))
    facts = policy.Facts(clock.now(), missing=policy.missing(checks))
    with taking(session, machine.SUBMIT, publication, facts, at=now):
        if any(document.findings is None for document in looked):
            raise Refused(
                Refusal(N_("有附件现在打不开，看不出里面有没有读者看不到的内容。请过几分钟再送审，不行就重新上传附件。"))
            )
    return publication


def take_back(
    session: Session, code: str, seen: Seen, reason: str, *, now: datetime | None = None
) -> Publication:
    """Make what is in review or approved a draft again, as its editor."""
    return _back_to_draft(session, machine.TAKE_BACK, code, seen, reason, now)


def send_back(
    session: Session, code: str, seen: Seen, reason: str, *, now: datetime | None = None
) -> Publication:
    """Return what is in review or approved to its editor, who reads the reason."""
    return _back_to_draft(session, machine.SEND_BACK, code, seen, reason, now)


def _back_to_draft(
    session: Session, step: Step, code: str, seen: Seen, reason: str, now: datetime | None
) -> Publication:
    publication = load(session, code, seen)
    with taking(session, step, publication, reason=reason, at=now) as move:
        move.set(publish_at=None, approved_by=None)
    return publication


def approve(session: Session, code: str, seen: Seen, *, now: datetime | None = None) -> Publication:
    """Agree to the text in review. It is not public by that."""
    publication = load(session, code, seen)
    facts = policy.Facts(clock.now(), approvers=queries.approvers(session, publication.tenant_id))
    return take(session, machine.APPROVE, publication, facts, at=now)


def schedule(
    session: Session, code: str, seen: Seen, at: datetime, *, now: datetime | None = None
) -> Publication:
    """Have an approved text published by itself `at` (aware)."""
    publication = load(session, code, seen)
    with taking(
        session, machine.SCHEDULE, publication, at=now, changes={"publish_at": (publication.publish_at, at)}
    ) as move:
        if refusal := policy.bad_time(at, now or clock.now()):
            raise Invalid({"at": refusal})
        jobs.defer(
            session,
            PUBLISH_JOB,
            tenant_id=publication.tenant_id,
            at=at,
            on_behalf_of=move.actor.name,
            code=code,
        )
        move.set(publish_at=at)
    return publication


def unschedule(session: Session, code: str, seen: Seen, *, now: datetime | None = None) -> Publication:
    """Take back the planned time; the text stays approved."""
    publication = load(session, code, seen)
    changes = {"publish_at": (publication.publish_at, None)}
    with taking(session, machine.UNSCHEDULE, publication, at=now, changes=changes) as move:
        move.set(publish_at=None)
    return publication


def publish(session: Session, code: str, seen: Seen, *, now: datetime | None = None) -> Publication:
    """Let the public read the approved version, and its files with it."""
    publication = load(session, code, seen)
    opened_at = session.scalar(select(Tenant.opened_at).where(Tenant.id == publication.tenant_id))
    facts = policy.Facts(now or clock.now(), opened=opened_at is not None)
    former = publication.live_id
    with taking(session, machine.PUBLISH, publication, facts, at=now) as move:
        deciding.look_into(session, move.actor, versions.files_of(session, (publication.head_id,)))
        session.execute(delete(Withdrawal).where(Withdrawal.publication_id == publication.id))
        move.set(
            live_id=publication.head_id,
            first_published_at=publication.first_published_at or move.at,
            published_at=move.at,
            publish_at=None,
            withdrawn_reason=None,
        )
    _show(session, publication, former)
    return publication


def withdraw(
    session: Session, code: str, seen: Seen, reason: str, *, now: datetime | None = None
) -> Publication:
    """Take the text down, with the reason; its files are public no more unless another text shows them."""
    publication = load(session, code, seen)
    former = publication.live_id
    with taking(session, machine.WITHDRAW, publication, reason=reason, at=now) as move:
        move.set(live_id=None, publish_at=None, withdrawn_reason=move.reason)
    title = session.scalars(select(PublicationVersion.title).where(PublicationVersion.id == former)).one()
    session.add(
        Withdrawal(
            tenant_id=publication.tenant_id,
            publication_id=publication.id,
            code=publication.code,
            kind=publication.kind,
            title=title,
            reason=publication.withdrawn_reason,
            withdrawn_at=move.at,
        )
    )
    _show(session, publication, former)
    return publication


def revise(session: Session, code: str, seen: Seen, *, now: datetime | None = None) -> Publication:
    """Make a published or withdrawn text a draft again; the public keeps reading the live version."""
    return take(session, machine.REVISE, load(session, code, seen), at=now)


def abandon(session: Session, code: str, seen: Seen, *, now: datetime | None = None) -> Publication:
    """Give up a revision in which nothing was saved: published as before."""
    publication = load(session, code, seen)
    with taking(session, machine.ABANDON, publication, at=now):
        session.execute(delete(PublicationDraft).where(PublicationDraft.publication_id == publication.id))
    return publication


def open_comments(session: Session, code: str, seen: Seen, *, now: datetime | None = None) -> Publication:
    """Let residents comment under a publication."""
    return take(session, machine.OPEN_COMMENTS, load(session, code, seen), at=now)


def close_comments(session: Session, code: str, seen: Seen, *, now: datetime | None = None) -> Publication:
    """Let nobody comment under it any more; what was said stays."""
    return take(session, machine.CLOSE_COMMENTS, load(session, code, seen), at=now)


def _show(session: Session, publication: Publication, former: UUID | None) -> None:
    """What else follows when the public reads another version, or none: its files, and what search shows of it.

    The versions' own marks follow in the database.
    """
    affected = versions.files_of(session, (former, publication.live_id))
    versions.settle_public(session, affected)
    outbox.followers_changed(session, "article", publication.id)
