"""What a resident does, in a session of the public role: the database itself lets them touch only what is theirs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session, defer

from portal.kit.history import reindex, take, taking
from portal.kit.machine import refusal
from portal.participation import machine, notices, policy, privacy, replyclock
from portal.participation.models import Comment
from portal.participation.notices import Notice
from portal.participation.policy import Appeal, Visibility
from portal.participation.service.common import fit
from portal.participation.texts import P
from tenants import audit, clock
from tenants.database import actor_of, take_turns
from tenants.identity.models import CommentPolicy, Tenant
from tenants.identity.names import DELETED_NAME
from tenants.rules import AS_IT_IS, Missing, Seen, as_seen, require

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


def preview(session: Session, publication_id: UUID, body: str) -> Preview:
    """What would become of `body` as a comment. Writes nothing."""
    place = _place(session, publication_id)
    require(refusal(machine.WRITE, actor_of(session), None, place.facts))
    masked = _masked(body)
    return Preview(masked.text, masked.findings, place.held)


def write_comment(
    session: Session,
    publication_id: UUID,
    body: str,
    *,
    parent_id: UUID | None = None,
    now: datetime | None = None,
    demo: bool = False,
) -> Comment:
    """Write a comment, or a reply to one. Personal numbers are masked; the tenant's policy holds or shows it."""
    at, actor = now or clock.now(), actor_of(session)
    parent = None
    if parent_id is not None:
        parent = session.scalar(select(Comment).options(*_UNREADABLE).where(Comment.id == parent_id))
        if parent is None or parent.publication_id != publication_id:
            raise Missing
    place = _place(session, publication_id, parent)
    step = machine.WRITE if place.held else machine.WRITE_SHOWN
    require(refusal(step, actor, None, place.facts))
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
        body=text,
        # the clock runs for comments; replies are talk among residents
        due_on=None if parent_id else replyclock.due_day(clock.day_of(at), place.reply_days),
        created_at=at,
        demo=demo,
    )
    with taking(session, step, comment, place.facts, at=at) as move:
        if not place.held:
            move.set(shown_at=at)
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
    session: Session, comment_id: UUID, seen: Seen, body: str, *, now: datetime | None = None
) -> Comment:
    """Correct one's own comment. Where the tenant approves first, the new text waits again."""
    comment = _own(session, comment_id, seen)
    place = _place(session, comment.publication_id)
    require(refusal(machine.EDIT, actor_of(session), comment, place.facts))
    text, former = _masked(body).text, comment.body
    if text == former:
        return comment
    step = machine.EDIT_AGAIN if place.held and comment.visibility == Visibility.SHOWN else machine.EDIT
    changes = {"body": (former, text)}
    with taking(session, step, comment, place.facts, at=now, changes=changes, former_body=former) as move:
        move.set(body=text, edited_at=move.at)
    return comment


def withdraw_own(session: Session, comment_id: UUID, seen: Seen, *, now: datetime | None = None) -> Comment:
    """Take one's own comment back: nobody but its author and the tenant sees it any more."""
    return take(session, machine.WITHDRAW, _own(session, comment_id, seen), at=now)


def appeal(session: Session, comment_id: UUID, words: str, *, now: datetime | None = None) -> Comment:
    """Ask the tenant once to look again at a comment that is not shown."""
    comment = _own(session, comment_id, AS_IT_IS)
    text = privacy.mask(policy.clean(words), emails=True).text
    with taking(session, machine.APPEAL, comment, reason=text, at=now) as move:
        move.set(appeal=fit(text, policy.check_reason(text, needed=True), "appeal"))
    return comment


def forget_resident(session: Session, *, keep_shown: bool = True, now: datetime | None = None) -> int:
    """Part the resident's comments from their person, when they close their account. Returns how many there were.

    With `keep_shown` what is in public stays, under no name; everything else is withdrawn and its text erased.
    The history of the tenant keeps former texts, as the records of public offices must.
    """
    comments = session.scalars(
        select(Comment).options(*_UNREADABLE).where(Comment.id.in_(select(func.own_comments())))
    ).all()
    for comment in comments:
        comment.author_name = DELETED_NAME
        if not keep_shown or comment.visibility != Visibility.SHOWN:
            if comment.visibility != Visibility.WITHDRAWN:
                take(session, machine.WITHDRAW, comment, at=now)
            comment.body = ""
            if comment.appeal_state != Appeal.NONE:
                with taking(session, machine.FORGET, comment, at=now) as move:
                    move.set(appeal="")
        session.flush()
        reindex(session, comment)
    return len(comments)


def stop_notices(session: Session, resident_id: UUID) -> None:
    """End the mails about comments. `resident_id` must come from a signed link, or be the actor's own."""
    session.execute(select(func.stop_notices(resident_id)))
    audit.record(session, "resident.unsubscribed", "resident", resident_id, changes={"notify": (None, False)})
    session.flush()


def _masked(body: str) -> privacy.Masked:
    text = policy.clean(body)
    return privacy.mask(fit(text, policy.check_body(text)), emails=True)


@dataclass(frozen=True)
class _Place:
    """Where a comment is written, and how the tenant treats it."""

    facts: policy.Place
    tenant_id: UUID
    held: bool
    reply_days: int


def _place(session: Session, publication_id: UUID, parent: Comment | None = None) -> _Place:
    row = session.execute(
        select(
            P.tenant_id,
            P.live_id,
            P.comments_open,
            Tenant.comment_policy,
            Tenant.reply_days,
        )
        .join(Tenant, Tenant.id == P.tenant_id)
        .where(P.id == publication_id)
    ).one_or_none()
    if row is None:
        raise Missing
    facts = policy.Place(row.live_id is not None, row.comments_open, parent)
    return _Place(facts, row.tenant_id, row.comment_policy != CommentPolicy.SHOW, row.reply_days)


def _own(session: Session, comment_id: UUID, seen: Seen) -> Comment:
    comment = session.scalar(
        select(Comment)
        .options(*_UNREADABLE)
        .where(Comment.id == comment_id, Comment.id.in_(select(func.own_comments())))
    )
    return as_seen(comment, seen)
