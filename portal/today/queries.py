"""What waits for somebody today, from every mechanism, in order of date."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from portal.kit.machine import refusal
from portal.participation import queries as comments
from portal.people import queries as people
from portal.publishing import machine
from portal.publishing import policy as publishing_policy
from portal.publishing import queries as publications
from portal.publishing.policy import State
from tenants.actors import Actor
from tenants.clock import day_of, now, today
from tenants.permissions import Permission as P

#: Comments listed on the page; the desk has all of them.
COMMENTS = 8


@dataclass(frozen=True)
class Waiting:
    """Everything the page shows. Publications are told apart by what this person can do with them."""

    to_approve: tuple[publications.WaitingRow, ...] = ()
    returned: tuple[publications.WaitingRow, ...] = ()
    drafts: tuple[publications.WaitingRow, ...] = ()
    to_publish: tuple[publications.WaitingRow, ...] = ()
    scheduled: tuple[publications.WaitingRow, ...] = ()
    #: Own texts that a colleague reviews.
    in_review: tuple[publications.WaitingRow, ...] = ()
    comments: comments.Waiting | None = None
    #: People who were invited and have not come yet; None for whoever does not manage people.
    invited: int | None = None

    def tasks(self) -> list[Task]:
        """What asks for this person's hand, what is due first at the top."""
        return sorted(self._tasks(), key=lambda task: (task.day, task.since))

    def _tasks(self) -> Iterator[Task]:
        for kind, rows in (
            ("approve", self.to_approve),
            ("returned", self.returned),
            ("publish", self.to_publish),
        ):
            for row in rows:
                yield Task(
                    kind, row.title, row.code, day_of(row.since), row.since, row.author, row.reason or ""
                )
        for comment in self.comments.next if self.comments else ():
            day = comment.due_on or day_of(comment.created_at)
            yield Task(
                "answer",
                comment.body,
                str(comment.id),
                day,
                comment.created_at,
                comment.author,
                comment.title,
                due=comment.due_on,
            )


@dataclass(frozen=True)
class Task:
    """One thing to do. `day` orders it: the day it is due, or since when it waits."""

    kind: str
    title: str
    key: str
    day: date
    since: datetime
    who: str
    note: str = ""
    due: date | None = None

    @property
    def late(self) -> bool:
        return self.due is not None and self.due < today()


def waiting(session: Session, actor: Actor) -> Waiting:
    """What waits for this person in their tenant. Five queries at most."""
    assert actor.id is not None
    rows: tuple[publications.WaitingRow, ...] = ()
    approvers = 0
    if actor.may(P.PUBLICATION_READ):
        rows = publications.waiting(session, actor.id)
        if actor.may(P.PUBLICATION_APPROVE) and actor.tenant_id:
            approvers = publications.approvers(session, actor.tenant_id)
    facts = publishing_policy.Facts(now(), approvers=approvers)
    to_approve = [
        row
        for row in rows
        if row.state is State.IN_REVIEW and refusal(machine.APPROVE, actor, row, facts) is None
    ]
    writes, publishes = actor.may(P.PUBLICATION_WRITE), actor.may(P.PUBLICATION_PUBLISH)
    own = [row for row in rows if row.edited_by == actor.id]
    approved = [row for row in rows if row.state is State.APPROVED]
    drafts = [row for row in own if row.state is State.DRAFT and writes]
    return Waiting(
        to_approve=tuple(to_approve),
        returned=tuple(row for row in drafts if row.action == "returned"),
        drafts=tuple(reversed([row for row in drafts if row.action != "returned"])),
        to_publish=tuple(row for row in approved if row.publish_at is None and publishes),
        scheduled=tuple(
            sorted((row for row in approved if row.publish_at), key=lambda row: row.publish_at or row.since)
        ),
        in_review=tuple(row for row in own if row.state is State.IN_REVIEW and row not in to_approve),
        comments=comments.waiting(session, limit=COMMENTS) if actor.may(P.COMMENT_READ) else None,
        invited=people.counts(session).of(people.PersonState.INVITED) if actor.may(P.PERSON_MANAGE) else None,
    )
