"""The walls of the desks without a tenant: raw SQL as the workspace's role, with the settings of such a request."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from tenants import actors
from tenants.actors import Actor, Desk
from tenants.database import open_session, rows
from tenants.permissions import Role
from tests.conftest import Deployment
from tests.factories import people
from tests.factories.people import Person, Place
from tests.isolation.test_model import TABLES, visible
from tests.isolation.world import World


@dataclass
class Desks:
    """Two bureaus, finance and a top chief: whom a stranger at such a desk might see."""

    bureaus: list[Place]
    clerks: list[Person]
    finance: Person
    chief: Person

    def admin(self) -> Actor:
        found = actors.at_desk(
            Desk.BUREAU, self.clerks[0].id, "测试", [Role.BUREAU_ADMIN], bureau_id=self.bureaus[0].id
        )
        assert found
        return found

    def everybody(self) -> list[Actor]:
        return [self.admin(), self.finance.actor(), self.chief.actor()]


@pytest.fixture(scope="module")
def desks(deployment: Deployment) -> Desks:
    with deployment.session() as session, session.begin():
        bureaus = [people.bureau(session, name) for name in ("区住建委", "区水务局")]
        clerks = [people.staff(session, Role.BUREAU_STAFF, place=bureau) for bureau in bureaus]
        return Desks(
            bureaus, clerks, people.staff(session, Role.FINANCE_READER), people.staff(session, Role.TOP_CHIEF)
        )


def column(world: World, actor: Actor, query: str) -> set[object]:
    with open_session(world.workspace, actor) as session:
        return set(session.scalars(text(query)))


@pytest.mark.parametrize("number", range(3), ids=["bureau", "finance", "person"])
def test_they_read_nothing_of_a_tenants_work(world: World, desks: Desks, number: int) -> None:
    with open_session(world.workspace, desks.everybody()[number]) as session:
        for table in TABLES:
            assert visible(world, session, table) == set(), table
        assert set(session.scalars(text("SELECT id FROM audit_entry"))) == set()
        assert set(session.scalars(text("SELECT id FROM mail_message"))) == set()


def test_each_sees_the_people_of_the_own_desk_alone(world: World, desks: Desks) -> None:
    bureau, finance, chief = desks.everybody()
    clerk, other = desks.clerks
    strangers = {*world.people.values(), other.id, clerk.id, desks.finance.id, desks.chief.id}
    for actor, own in ((bureau, clerk), (finance, desks.finance), (chief, desks.chief)):
        for query in ("SELECT id FROM staff", "SELECT staff_id FROM role_assignment"):
            seen = column(world, actor, query)
            assert own.id in seen
            assert not seen & (strangers - {own.id})


REACH = {
    "bureau": "UPDATE bureau SET contact_phone = '1' WHERE id = :other",
    "role": "UPDATE role_assignment SET ended_at = now() WHERE bureau_id = :other",
    "colleague": "UPDATE staff SET name = '改' WHERE id = :colleague",
}


@pytest.mark.parametrize("statement", REACH.values(), ids=REACH)
def test_a_bureaus_administrator_changes_nothing_of_another(world: World, desks: Desks, statement: str) -> None:
    values = {"other": desks.bureaus[1].id, "colleague": desks.clerks[1].id}
    with open_session(world.workspace, desks.admin()) as session:
        wanted = {name: value for name, value in values.items() if f":{name}" in statement}
        assert rows(session.execute(text(statement), wanted)) == 0
        session.rollback()


def test_an_administrator_gives_roles_at_the_own_bureau_only(world: World, desks: Desks) -> None:
    give = text(
        "INSERT INTO role_assignment (id, staff_id, role, bureau_id, tenant_id, granted_by, created_at, valid)"
        " VALUES (gen_random_uuid(), :who, :role, :bureau, :tenant, '', now(), daterange(current_date, NULL))"
    )
    clerk = desks.clerks[0].id

    def given(role: str, bureau: UUID | None, tenant: UUID | None) -> bool:
        with open_session(world.workspace, desks.admin()) as session:
            try:
                session.execute(give, {"who": clerk, "role": role, "bureau": bureau, "tenant": tenant})
            except ProgrammingError:
                return False
            finally:
                session.rollback()
            return True

    assert given("bureau_admin", desks.bureaus[0].id, None)
    assert not given("bureau_admin", desks.bureaus[1].id, None)
    assert not given("tenant_admin", None, world.tenants[0])
    assert not given("district_office", None, None)
