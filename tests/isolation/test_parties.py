"""Rows that others see because the row names them, in a table made here by the helper that migrations use."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import UUID, uuid4

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Engine, text
from sqlalchemy.exc import ProgrammingError
from uuid_utils.compat import uuid7

from tenants import actors, isolation
from tenants.actors import Actor, Desk, Scope
from tenants.clock import now
from tenants.database import open_session
from tenants.identity.models import Bureau
from tenants.parties import Party
from tenants.permissions import Role
from tests.conftest import Deployment
from tests.isolation.test_model import changed
from tests.isolation.world import World


@dataclass
class Post:
    """A letter of the first tenant, and one of the district."""

    world: World
    letter: UUID = field(default_factory=uuid4)
    circular: UUID = field(default_factory=uuid4)
    bureaus: list[UUID] = field(default_factory=list)

    def sees(self, actor: Actor | None) -> set[UUID]:
        assert actor
        with open_session(self.world.workspace, actor) as session:
            return set(session.scalars(text("SELECT id FROM letter")))

    def clerk(self, number: int) -> Actor:
        return self.world.staff(self.world.tenants[number], Role.TENANT_STAFF)

    def office(self) -> Actor:
        found = actors.in_district(uuid4(), "办公室", [Role.DISTRICT_OFFICE])
        assert found
        return found

    def at_bureau(self, number: int) -> Actor | None:
        return actors.at_desk(
            Desk.BUREAU, uuid4(), "委办局", [Role.BUREAU_STAFF], bureau_id=self.bureaus[number]
        )

    def expert(self, number: int) -> Actor | None:
        person = self.world.people[self.world.tenants[number]]
        return actors.at_desk(Desk.PERSON, person, "专家", [Role.TOP_CHIEF])


@pytest.fixture(scope="module")
def post(world: World, deployment: Deployment, owner_engine: Engine) -> Iterator[Post]:
    """The table, two letters, and whom they name: a tenant, a bureau and a person each."""
    with owner_engine.begin() as connection, Operations.context(MigrationContext.configure(connection)):
        connection.execute(text("CREATE TABLE letter (id uuid PRIMARY KEY, tenant_id uuid, words text)"))
        isolation.shared(
            "letter",
            read=("team", "tenant", "office", "system"),
            write=("tenant", "office"),
            parties=("team", "tenant", "bureau", "person"),
        )
    made = Post(world)
    with deployment.session() as session, session.begin():
        bureaus = [Bureau(slug=f"b{uuid4().hex[:8]}", name=uuid4().hex, short_name="局") for _ in range(2)]
        session.add_all(bureaus)
        session.flush()
        made.bureaus = [bureau.id for bureau in bureaus]
    insert = text("INSERT INTO letter VALUES (:id, :tenant, '')")
    second = world.tenants[1]
    for actor, letter, owner in ((made.clerk(0), made.letter, world.tenants[0]), (made.office(), made.circular, None)):
        with open_session(world.workspace, actor) as session, session.begin():
            session.execute(insert, {"id": letter, "tenant": owner})
            for named in (
                {"named_tenant_id": second}, {"bureau_id": made.bureaus[0]}, {"staff_id": world.people[second]}
            ):  # fmt: skip
                session.add(party(letter, owner, **named))
    yield made
    with owner_engine.begin() as connection:
        connection.execute(text("DROP TABLE letter"))


def party(letter: UUID, owner: UUID | None, **named: UUID) -> Party:
    return Party(id=uuid7(), created_at=now(), record_id=letter, owner_tenant_id=owner, role="receiver", **named)


def test_a_row_is_read_by_its_owner_and_by_whom_it_names(post: Post) -> None:
    both = {post.letter, post.circular}
    assert post.sees(post.clerk(0)) == {post.letter}
    assert post.sees(post.office()) == both
    for named in (post.clerk(1), post.at_bureau(0), post.expert(1)):
        assert post.sees(named) == both
    # the same tenant's team, but nobody who only oversees from its desk
    assert post.sees(post.world.staff(post.world.tenants[1], Role.PLANNER)) == both
    assert post.sees(post.world.staff(post.world.tenants[1], Role.WORKING_GROUP)) == set()


def test_nobody_else_reads_it(post: Post) -> None:
    strangers = [
        post.clerk(2),
        post.at_bureau(1),
        post.expert(2),
        actors.at_desk(Desk.FINANCE, uuid4(), "财政", [Role.FINANCE_READER]),
        actors.oneself(post.world.people[post.world.tenants[1]], "某人"),
        Actor(frozenset({Scope.BUREAU})),
    ]
    for stranger in strangers:
        assert post.sees(stranger) == set()


def test_whom_it_names_does_not_change_it(post: Post) -> None:
    """What a party has to say is a row of its own."""
    for named in (post.clerk(1), post.at_bureau(0), post.expert(1)):
        assert named
        with open_session(post.world.workspace, named) as session:
            assert changed(session, "UPDATE letter SET words = 'x'") == 0
            assert changed(session, "UPDATE party SET role = 'sender' WHERE named_tenant_id IS NULL") == 0
            session.rollback()


def test_nobody_names_themself(post: Post) -> None:
    """A party row of one's own for somebody else's letter opens nothing; one in the owner's name is refused."""
    mine = post.world.tenants[2]
    with open_session(post.world.workspace, post.clerk(2)) as session:
        session.add(party(post.letter, mine, named_tenant_id=mine))
        session.flush()
        assert session.scalars(text("SELECT id FROM letter")).all() == []
        session.rollback()
    for actor, owner in ((post.clerk(2), post.world.tenants[0]), (post.clerk(2), None), (post.at_bureau(1), None)):
        assert actor
        with open_session(post.world.workspace, actor) as session:
            session.add(party(post.letter, owner, bureau_id=post.bureaus[1]))
            with pytest.raises(ProgrammingError, match="row-level security"):
                session.flush()
            session.rollback()


def test_parties_are_seen_by_whom_they_name_only(post: Post) -> None:
    with open_session(post.world.workspace, post.at_bureau(0) or actors.anonymous()) as session:
        seen = session.scalars(text("SELECT bureau_id FROM party")).all()
    assert seen == [post.bureaus[0]] * 2
