"""What a resident does, in a session of the public role: the database itself lets them touch only what is theirs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session, defer

from portal.participation import notices, policy, privacy, replyclock
from portal.participation.models import Comment, Fate, Visibility
from portal.participation.notices import Notice
from portal.participation.service.steps import found_anew, step
from portal.publishing.models import Publication
from tenants import audit, clock
from tenants.actors import Actor
from tenants.database import take_turns
from tenants.identity.models import CommentPolicy, Tenant
from tenants.identity.names import DELETED_NAME
from tenants.rules import Invalid, Missing, as_seen, require

#: Columns that the public role may not read back, although it may write them.
_UNREADABLE = (defer(Comment.resident_id, raiseload=True), defer(Comment.staff_id, raiseload=True))


#: The same words at the same place within this time are a second click, not a second comment.
SECOND_CLICK = timedelta(minutes=10)


@dataclass(frozen=True)
class Preview:
    """A comment as it would be kept: the text, and the personal numbers that were masked in it."""

    text: str
    masked: tuple[privacy.Finding, ...]
    #: It waits for approval before others see it.
    held: bool


def preview(session: Session, actor: Actor, publication_id: UUID, body: str) -> Preview:
    """What would become of `body` as a comment. Writes nothing."""
    place = _place(session, actor, publication_id)
    masked = _masked(body)
    return Preview(masked.text, masked.findings, place.held)


def write_comment(
    session: Session,
    actor: Actor,
    publication_id: UUID,
    body: str,
    *,
    parent_id: UUID | None = None,
    now: datetime | None = None,
    demo: bool = False,
) -> Comment:
    """Write a comment, or a reply to one. Personal numbers are masked; the tenant's policy holds or shows it."""
    at = now or clock.now()
    parent = None
    if parent_id is not None:
        parent = session.scalars(
            select(Comment).options(*_UNREADABLE).where(Comment.id == parent_id)
        ).one_or_none()
        if parent is None or parent.publication_id != publication_id:
            raise Missing
    place = _place(session, actor, publication_id, parent)
    text = _masked(body).text
    take_turns(session, "comments of", actor.id)
    if said := _said_just_now(session, publication_id, parent_id, text, at):
        return said
    comment = Comment(
        tenant_id=place.tenant_id,
        publication_id=publication_id,
        parent_id=parent_id,
        resident_id=actor.id,
        author_name=privacy.mask(actor.name, emails=True).text,
        official=False,
        body=text,
        visibility=Visibility.HELD if place.held else Visibility.SHOWN,
        fate=Fate.RECEIVED,
        # the clock runs for comments; replies are talk among residents
        due_on=None if parent_id else replyclock.due_day(clock.day_of(at), place.reply_days),
        shown_at=None if place.held else at,
        created_at=at,
        demo=demo,
        version=1,
    )
    step(session, actor, comment, "written", at)
    notices.tell(session, comment, Notice.HELD if place.held else Notice.RECEIVED, at)
    return comment


def _said_just_now(
    session: Session, publication_id: UUID, parent_id: UUID | None, text: str, at: datetime
) -> Comment | None:
    """The resident's own comment that a second click would repeat."""
    return session.scalars(
        select(Comment)
        .options(*_UNREADABLE)
        .where(
            Comment.publication_id == publication_id,
            Comment.parent_id.is_not_distinct_from(parent_id),
            Comment.body == text,
            Comment.visibility != Visibility.WITHDRAWN,
            Comment.created_at > at - SECOND_CLICK,
            Comment.id.in_(select(func.own_comments())),
        )
        .limit(1)
    ).one_or_none()


def edit_own(
    session: Session,
    actor: Actor,
    comment_id: UUID,
    body: str,
    *,
    expected_version: int | None = None,
    now: datetime | None = None,
) -> Comment:
    """Correct one's own comment. Where the tenant approves first, the new text waits again."""
    at = now or clock.now()
    comment = _own(session, comment_id, expected_version)
    require(policy.may_edit_own(comment))
    place = _place(session, actor, comment.publication_id)
    masked, former = _masked(body), comment.body
    if masked.text == former:
        return comment
    comment.body = masked.text
    comment.edited_at = at
    if comment.visibility == Visibility.SHOWN and place.held:
        comment.visibility = Visibility.HELD
    changes = {"body": (former, comment.body)}
    step(session, actor, comment, "edited", at, former_body=former, changes=changes)
    return comment


def withdraw_own(
    session: Session,
    actor: Actor,
    comment_id: UUID,
    *,
    expected_version: int | None = None,
    now: datetime | None = None,
) -> Comment:
    """Take one's own comment back: nobody but its author and the tenant sees it any more."""
    comment = _own(session, comment_id, expected_version)
    require(policy.may_withdraw_own(comment))
    former = comment.visibility
    comment.visibility = Visibility.WITHDRAWN
    changes = {"visibility": (former, Visibility.WITHDRAWN.value)}
    step(session, actor, comment, "withdrawn", now or clock.now(), changes=changes)
    return comment


def appeal(
    session: Session, actor: Actor, comment_id: UUID, words: str, *, now: datetime | None = None
) -> Comment:
    """Ask the tenant once to look again at a comment that is not shown."""
    comment = _own(session, comment_id, None)
    require(policy.may_appeal(comment))
    text = privacy.mask(policy.clean(words), emails=True).text
    if refusal := policy.check_reason(text, needed=True):
        raise Invalid({"appeal": refusal})
    comment.appeal = text
    step(session, actor, comment, "appealed", now or clock.now(), reason=text)
    return comment


def forget_resident(
    session: Session, actor: Actor, *, keep_shown: bool = True, now: datetime | None = None
) -> int:
    """Part the resident's comments from their person, when they close their account. Returns how many there were.

    With `keep_shown` what is in public stays, under no name; everything else is withdrawn and its text erased.
    The history of the tenant keeps former texts, as the records of public offices must.
    """
    at = now or clock.now()
    comments = session.scalars(
        select(Comment).options(*_UNREADABLE).where(Comment.id.in_(select(func.own_comments())))
    ).all()
    for comment in comments:
        comment.author_name = DELETED_NAME
        if keep_shown and comment.visibility == Visibility.SHOWN:
            session.flush()
            found_anew(session, comment)
            continue
        if comment.visibility != Visibility.WITHDRAWN:
            comment.visibility = Visibility.WITHDRAWN
            step(session, actor, comment, "withdrawn", at)
        comment.body = ""
        comment.appeal = "" if comment.appeal is not None else None
        session.flush()
    return len(comments)


def stop_notices(session: Session, resident_id: UUID) -> None:
    """End the mails about comments. `resident_id` must come from a signed link, or be the actor's own."""
    session.execute(select(func.stop_notices(resident_id)))
    audit.record(session, "resident.unsubscribed", "resident", resident_id, changes={"notify": (None, False)})
    session.flush()


def _masked(body: str) -> privacy.Masked:
    text = policy.clean(body)
    if refusal := policy.check_body(text):
        raise Invalid({"body": refusal})
    return privacy.mask(text, emails=True)


@dataclass(frozen=True)
class _Place:
    """Where a comment is written, and how the tenant treats it."""

    tenant_id: UUID
    held: bool
    reply_days: int


def _place(session: Session, actor: Actor, publication_id: UUID, parent: Comment | None = None) -> _Place:
    """The place, when the actor may comment there."""
    row = session.execute(
        select(
            Publication.tenant_id,
            Publication.live_id,
            Publication.comments_open,
            Tenant.comment_policy,
            Tenant.reply_days,
        )
        .join(Tenant, Tenant.id == Publication.tenant_id)
        .where(Publication.id == publication_id)
    ).one_or_none()
    if row is None:
        raise Missing
    live = row.live_id is not None
    require(policy.may_comment(actor, live=live, comments_open=row.comments_open, parent=parent))
    return _Place(row.tenant_id, row.comment_policy != CommentPolicy.SHOW, row.reply_days)


def _own(session: Session, comment_id: UUID, expected_version: int | None) -> Comment:
    comment = session.scalars(
        select(Comment)
        .options(*_UNREADABLE)
        .where(Comment.id == comment_id, Comment.id.in_(select(func.own_comments())))
    ).one_or_none()
    return as_seen(comment, expected_version)
