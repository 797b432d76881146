"""A place where residents comment, for tests: a tenant with a published article, its staff, residents."""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from benchmarks.copies import COMMENT, loading, stem
from portal.participation import service
from portal.participation.models import Comment, CommentEvent
from tenants import actors
from tenants.actors import Actor
from tenants.clock import now
from tenants.database import open_session
from tenants.identity.models import CommentPolicy, Resident, ResidentSession
from tenants.identity.queries import token_hash
from tenants.permissions import Role
from tenants.rules import AS_IT_IS
from tests.factories import people, publishing
from tests.factories.people import Person, Place

if TYPE_CHECKING:
    from tests.conftest import Deployment


_lamps = itertools.count(2)


@dataclass(frozen=True)
class Neighbour:
    """A resident of a test, with a live session whose token is `token`."""

    id: UUID
    name: str
    email: str
    token: str

    def actor(self) -> Actor:
        return actors.resident(self.id, self.name, token_hash(self.token))

    def sign_in(self, client: FlaskClient) -> None:
        """Give a test client this resident's session, as if signed in."""
        with client.session_transaction() as session:
            session["_user_id"] = self.token
            session["_fresh"] = True


def resident(deployment: Deployment, name: str = "王芳", **changes: object) -> Neighbour:
    """A resident who is signed in."""
    email = f"{secrets.token_hex(6)}@example.cn"
    with deployment.session() as session, session.begin():
        row = Resident(**{"email": email, "display_name": name, **changes})
        session.add(row)
        session.flush()
        resident_id = row.id
    return again(deployment, Neighbour(resident_id, name, email, ""))


def again(deployment: Deployment, who: Neighbour) -> Neighbour:
    """The same resident with another session."""
    token = secrets.token_urlsafe(24)
    holder = actors.anonymous(token_hash(token))
    with deployment.public_session(holder) as session, session.begin():
        session.add(
            ResidentSession(
                resident_id=who.id, token_hash=token_hash(token), expires_at=now() + timedelta(days=1)
            )
        )
    return replace(who, token=token)


@dataclass(frozen=True)
class Corner:
    """A tenant with an article to talk about."""

    deployment: Deployment
    tenant: Place
    clerk: Person
    colleague: Person
    planner: Person
    publication_id: UUID
    code: str

    @contextmanager
    def at_desk(self, person: Person | None = None) -> Iterator[Session]:
        """A transaction in which the clerk (or another) works in the tenant."""
        actor = (person or self.clerk).actor(self.tenant)
        with open_session(self.deployment.workspace_engine, actor) as session, session.begin():
            yield session

    @contextmanager
    def in_public(self, who: Neighbour | None = None) -> Iterator[Session]:
        """A transaction of the public role, by a resident or a visitor."""
        with self.deployment.public_session(who.actor() if who else None) as session, session.begin():
            yield session

    def comment(
        self,
        who: Neighbour,
        body: str | None = None,
        *,
        to: UUID | None = None,
        at: datetime | None = None,
    ) -> UUID:
        """A comment, as the resident would write it; without `body` other words each time."""
        words = f"希望多装 {next(_lamps)} 盏路灯。" if body is None else body
        with self.in_public(who) as session:
            return service.write_comment(session, self.publication_id, words, parent_id=to, now=at).id

    def show(self, *comment_ids: UUID) -> None:
        """Approve comments."""
        with self.at_desk() as session:
            service.show_many(session, dict.fromkeys(comment_ids, AS_IT_IS))

    def answer(
        self, comment_id: UUID, body: str = "谢谢您的意见，我们已转给设计单位。", at: datetime | None = None
    ) -> UUID:
        """Answer a comment officially."""
        with self.at_desk() as session:
            return service.answer(session, comment_id, AS_IT_IS, body, now=at).id


def corner(
    deployment: Deployment,
    *,
    policy: CommentPolicy = CommentPolicy.SHOW,
    name: str = "玉桥街道办事处",
    **changes: object,
) -> Corner:
    """A tenant with staff and one published article, open for comments."""
    with deployment.session() as session, session.begin():
        place = people.tenant(session, name, comment_policy=policy.value, **changes)
        clerk = people.staff(session, Role.TENANT_STAFF, place=place, name="李敏")
        colleague = people.staff(session, Role.TENANT_STAFF, place=place, name="赵强")
        planner = people.staff(session, Role.PLANNER, place=place, name="孙规划")
    with open_session(deployment.workspace_engine, clerk.actor()) as session, session.begin():
        publication = publishing.published(session, clerk.actor(), colleague.actor())
        publication_id, code = publication.id, publication.code
    return Corner(deployment, place, clerk, colleague, planner, publication_id, code)


def article(place: Corner, title: str) -> tuple[UUID, str]:
    """Another published article of the tenant."""
    with place.at_desk() as session:
        made = publishing.published(session, place.clerk.actor(), place.colleague.actor(), title=title)
        return made.id, made.code


#: Every fifth has a reply, every seventh an answer, every eleventh was hidden.
_COPIES = f"""
    SELECT CASE WHEN i % 11 = 0 THEN CAST(:hidden AS uuid) WHEN i % 7 = 0 THEN CAST(:answered AS uuid)
                WHEN i % 5 = 0 THEN CAST(:replied AS uuid) ELSE CAST(:plain AS uuid) END AS original,
           {stem("now()")} || gen_random_uuid() AS key, interval '0' AS moved, '' AS place, i
    FROM generate_series(1, CAST(:n AS int)) i"""
_HERE = {"tenant_id": "o.tenant_id"}


def many_comments(place: Corner, who: Neighbour, n: int) -> None:
    """`n` more comments, copied from four."""
    plain, replied, answered, hidden = (place.comment(who) for _ in range(4))
    place.comment(who, to=replied)
    place.answer(answered)
    with place.at_desk() as session:
        service.hide(session, hidden, AS_IT_IS, "duplicate", "请看另一条。")
    with loading(place.deployment.settings) as connection:
        COMMENT.take(connection)
        values = {"plain": plain, "replied": replied, "answered": answered, "hidden": hidden, "n": n - 4}
        COMMENT.plan(connection, _COPIES, values)
        COMMENT.copy(connection, {Comment: {**_HERE, "body": "o.body || p.i"}, CommentEvent: _HERE})
