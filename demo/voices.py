"""What residents say in the demonstration, and what the tenants make of it."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from demo import cast
from demo.cast import Team
from demo.content import Comment, District, Publication
from demo.days import Days
from portal.participation import policy, privacy, service
from portal.participation.models import Comment as CommentRow
from portal.participation.models import CommentEvent
from portal.participation.policy import Fate
from portal.publishing import service as publishing
from portal.publishing.models import Publication as PublicationRow
from portal.publishing.models import PublicationVersion
from portal.publishing.policy import State
from tenants.actors import Actor
from tenants.database import acting
from tenants.rules import AS_IT_IS

_STEPS_BEFORE = {
    Fate.STUDYING: (Fate.STUDYING,),
    Fate.ADOPTED: (Fate.STUDYING, Fate.ADOPTED),
    Fate.NOT_ADOPTED: (Fate.STUDYING, Fate.NOT_ADOPTED),
    Fate.DONE: (Fate.ADOPTED, Fate.DONE),
}
_FIRST_WORD = ("情况属实，列入近期安排。", "建议可行，照此办理。", "已请责任规划师现场核对，采纳。")


@dataclass(frozen=True)
class Said:
    """A comment of the content where and when it is said."""

    comment: Comment
    publication_id: UUID
    at: datetime
    rng: random.Random
    #: The publication that shows what changed.
    outcome_id: UUID | None


def said_in(session: Session, team: Team, days: Days) -> Iterator[Said]:
    """The comments under the tenant's publications, in time. Needs a session of the tenant."""
    ids = _publication_ids(session)
    titles = {publication.slug: publication.title for publication in team.tenant.publications}
    for publication in team.tenant.publications:
        for number, comment in enumerate(publication.comments):
            rng = random.Random(f"{publication.slug}#{number}")
            outcome = ids[titles[comment.outcome]] if comment.outcome else None
            at = _when(publication, comment, days, rng)
            yield Said(comment, ids[publication.title], at, rng, outcome)


def _publication_ids(session: Session) -> dict[str, UUID]:
    rows = session.execute(
        select(PublicationVersion.title, PublicationRow.id)
        .join(PublicationRow, PublicationRow.head_id == PublicationVersion.id)
        .where(PublicationRow.demo)
    )
    return {title: publication_id for title, publication_id in rows}


def _when(publication: Publication, comment: Comment, days: Days, rng: random.Random) -> datetime:
    """Days after publication; what still waits for an answer was said lately."""
    if comment.answer or comment.hidden:
        return days.any_hour(publication.days_ago - comment.after, rng)
    waiting = min(
        publication.days_ago - 1,
        rng.choice([0, 1, 2, 3, 5, 6, 9, 12, 20]) if not comment.held else rng.randint(0, 3),
    )
    return days.any_hour(max(0, waiting), rng)


def speak(session: Session, district: District, key: str, resident_id: UUID, said: list[Said]) -> None:
    """One resident writes all their comments, at the public door."""
    resident = next(r for r in district.residents if r.key == key)
    cast.sign_in(session, resident, resident_id)
    for one in said:
        service.write_comment(session, one.publication_id, one.comment.text, now=one.at, demo=True)
    cast.sign_out(session)


def unsaid(session: Session, said: list[Said], resident_ids: dict[str, UUID]) -> list[Said]:
    """Those that are not written yet. Needs a session that reads across the district."""
    rows = session.execute(
        select(CommentRow.publication_id, CommentRow.resident_id, CommentRow.body).where(CommentRow.demo)
    )
    known = {tuple(row) for row in rows}
    return [
        s for s in said if (s.publication_id, resident_ids[s.comment.by], kept(s.comment.text)) not in known
    ]


def kept(text: str) -> str:
    """A text as participation keeps it: personal numbers masked."""
    return privacy.mask(policy.clean(text), emails=True).text


def treat(
    open_as: Callable[[Actor], Session],
    team: Team,
    days: Days,
    said: list[Said],
    resident_ids: dict[str, UUID],
) -> None:
    """The tenant's desk: shows, hides, answers and decides, in one transaction; what was touched is left alone."""
    staff, admin = team.of_role("tenant_staff"), team.of_role("tenant_admin")
    with open_as(staff) as session, session.begin():
        for one in said:
            row = session.scalars(
                select(CommentRow).where(
                    CommentRow.publication_id == one.publication_id,
                    CommentRow.resident_id == resident_ids[one.comment.by],
                    CommentRow.body == kept(one.comment.text),
                )
            ).one()
            events = session.scalars(
                select(CommentEvent.action).where(CommentEvent.record_id == row.id)
            ).all()
            if list(events) == ["written"]:
                _handle(session, row.id, one, days)
        for publication in team.tenant.publications:
            _withdraw(session, admin, publication, days)


def _handle(session: Session, comment_id: UUID, one: Said, days: Days) -> None:
    comment, rng = one.comment, one.rng
    if comment.held:
        return
    soon = days.office_after(one.at, rng)
    if comment.hidden:
        service.hide(session, comment_id, AS_IT_IS, comment.hidden, comment.hidden_because, now=soon)
        return
    service.show_many(session, {comment_id: AS_IT_IS}, now=soon)
    if not comment.answer:
        return
    fate = Fate(comment.fate)
    steps = _STEPS_BEFORE.get(fate, ())
    answered = max(soon, days.office_after(one.at + timedelta(days=comment.answered_after - 1), rng))
    if len(steps) > 1:
        first = steps[0]
        why = rng.choice(_FIRST_WORD) if first is Fate.ADOPTED else None
        service.set_fate(session, comment_id, AS_IT_IS, first, why, now=soon + (answered - soon) / 2)
    reason = comment.reason or None
    service.answer(
        session,
        comment_id,
        AS_IT_IS,
        comment.answer,
        fate=steps[-1] if steps else None,
        reason=reason,
        outcome_publication_id=one.outcome_id,
        now=answered,
    )


def _withdraw(session: Session, admin: Actor, publication: Publication, days: Days) -> None:
    if publication.state != "withdrawn":
        return
    row = session.scalars(
        select(PublicationRow)
        .join(PublicationVersion, PublicationVersion.id == PublicationRow.head_id)
        .where(PublicationRow.demo, PublicationVersion.title == publication.title)
    ).one()
    if row.state == State.PUBLISHED:
        at = days.ago(max(1, publication.days_ago - 14), 16)
        with acting(session, admin):
            publishing.withdraw(session, row.code, AS_IT_IS, publication.withdrawn_reason, now=at)


def speak_again(
    session: Session, district: District, key: str, resident_id: UUID, said: list[Said], parents: dict[tuple[UUID, str], UUID],
    days: Days,
) -> None:  # fmt: skip
    """One resident's replies to what others said, and appeals against what was not shown."""
    resident = next(r for r in district.residents if r.key == key)
    cast.sign_in(session, resident, resident_id)
    for one in said:
        parent = parents[one.publication_id, kept(one.comment.text)]
        if one.comment.by == key and one.comment.appeal:
            service.appeal(session, parent, one.comment.appeal, now=days.now - timedelta(hours=5))
        for reply in one.comment.replies:
            if reply.by == key:
                at = min(one.at + timedelta(days=reply.after), days.now - timedelta(minutes=1))
                service.write_comment(
                    session, one.publication_id, reply.text, parent_id=parent, now=at, demo=True
                )
    cast.sign_out(session)
