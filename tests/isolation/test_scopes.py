"""What a scope cannot do, shown by raw SQL as the runtime role with the settings of a request.

Who acts comes from the one table of scopes by roles and desk; so each of these is somebody who may sign in.
"""

from __future__ import annotations

from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from tenants import actors
from tenants.actors import SCOPES, Actor, Desk, Scope
from tenants.database import open_session
from tenants.permissions import Permission, Role
from tests.isolation.test_model import changed, visible
from tests.isolation.world import World

INNER = (
    "publication", "publication_version", "publication_draft", "publication_event", "version_file", "stored_file",
    "comment", "comment_event", "answer_template",
)  # fmt: skip


def test_every_role_is_something_somewhere() -> None:
    """The table has no default: a role that it forgets stops here."""
    assert set(SCOPES) == set(Role)
    assert all(SCOPES[role] and all(SCOPES[role].values()) for role in Role)


def test_one_person_in_two_roles_acts_in_both_scopes() -> None:
    actor = actors.in_tenant(uuid4(), "某人", [Role.PLANNER, Role.TENANT_ADMIN], uuid4())
    assert actor and actor.scopes == {Scope.TEAM, Scope.TENANT, Scope.ADMIN}
    assert actor.may(Permission.PERSON_MANAGE) and actor.may(Permission.PUBLICATION_WRITE)


@pytest.mark.parametrize("role", [Role.FINANCE_READER, Role.BUREAU_STAFF, Role.TOP_CHIEF])
def test_who_has_no_desk_there_is_nobody_there(role: Role) -> None:
    """A finance reader was taken for the working group as soon as one permission was theirs."""
    assert actors.in_district(uuid4(), "某人", [role]) is None
    assert actors.in_tenant(uuid4(), "某人", [role], uuid4()) is None


def _outsiders(world: World) -> list[Actor]:
    person = world.people[world.tenants[0]]
    found = [
        actors.at_desk(Desk.FINANCE, person, "财政", [Role.FINANCE_READER]),
        actors.at_desk(Desk.PERSON, person, "专家", [Role.TOP_CHIEF]),
        actors.at_desk(Desk.BUREAU, person, "委办局", [Role.BUREAU_STAFF, Role.BUREAU_ADMIN], bureau_id=uuid4()),
        actors.oneself(person, "某人"),
        actors.signing_in(),
    ]
    assert all(found)
    return [actor for actor in found if actor]


def test_finance_bureaus_and_experts_see_no_inner_work(world: World) -> None:
    for actor in _outsiders(world):
        with open_session(world.workspace, actor) as session:
            for table in INNER:
                of_world = {key for keys in world.rows[table].values() for key in keys}
                assert visible(world, session, table) & of_world == set(), (actor.name, table)
            for table in ("audit_entry", "mail_message", "resident", "tenant_tally", "party"):
                assert session.scalar(text(f"SELECT count(*) FROM {table}")) == 0, (actor.name, table)
            session.rollback()


def test_the_working_group_reads_and_changes_nothing(world: World) -> None:
    tenant = world.tenants[0]
    for actor in (
        actors.in_tenant(world.people[tenant], "工作组", [Role.WORKING_GROUP], tenant),
        actors.in_district(world.people[tenant], "工作组", [Role.WORKING_GROUP]),
    ):
        assert actor
        with open_session(world.workspace, actor) as session:
            assert world.rows["publication"][tenant] <= visible(world, session, "publication")
            assert session.scalar(text("SELECT count(*) FROM audit_entry")) == 0
            assert session.scalar(text("SELECT count(*) FROM publication_draft")) == 0
            for table in INNER:
                assert changed(session, f"UPDATE {table} SET tenant_id = tenant_id") == 0
                assert changed(session, f"DELETE FROM {table}") == 0
            session.rollback()


#: What a clerk writes, as SQL; `:tenant`, `:person` and one `:publication` of the tenant are given.
CLERKS_WORK = {
    "an article": "INSERT INTO publication (id, created_at, tenant_id, code, kind, state, edited_by, edited_by_name,"
    " updated_at, comments_open, demo, version) VALUES (gen_random_uuid(), now(), :tenant, gen_random_uuid()::text,"
    " 'sprout', 'draft', :person, '', now(), true, false, 1)",
    "a version": "INSERT INTO publication_version (id, created_at, tenant_id, publication_id, number, live, title,"
    " summary, body, for_you, tags, cover_alt, place_label, event_place, saved_by_name, note) VALUES"
    " (gen_random_uuid(), now(), :tenant, :publication, 99, false, '', '', '', '', '{}', '', '', '', '', '')",
    "a draft": "INSERT INTO publication_draft (tenant_id, publication_id, staff_id, staff_name, base_number, fields,"
    " saved_at) VALUES (:tenant, :publication, :person, '', 1, '{}', now())",
    "an official answer": "INSERT INTO comment (id, created_at, tenant_id, publication_id, staff_id, author_name,"
    " official, body, visibility, fate, demo, version) VALUES (gen_random_uuid(), now(), :tenant, :publication,"
    " :person, '', true, '', 'shown', 'received', false, 1)",
    "a ready answer": "INSERT INTO answer_template (id, created_at, tenant_id, title, body) VALUES"
    " (gen_random_uuid(), now(), :tenant, gen_random_uuid()::text, '')",
}


@pytest.mark.parametrize("work", CLERKS_WORK)
def test_the_office_at_a_tenants_desk_is_no_clerk(world: World, work: str) -> None:
    tenant = world.tenants[0]
    with open_session(world.workspace, actors.system()) as session:
        query = text("SELECT id FROM publication WHERE tenant_id = :tenant AND state = 'in_review'")
        publication = session.scalars(query, {"tenant": tenant}).one()
    values = {"tenant": tenant, "person": world.people[tenant], "publication": publication}
    given = {name: value for name, value in values.items() if f":{name}" in CLERKS_WORK[work]}
    for role, done in ((Role.DISTRICT_OFFICE, 0), (Role.TENANT_STAFF, 1)):
        with open_session(world.workspace, world.staff(tenant, role)) as session:
            assert changed(session, CLERKS_WORK[work], **given) == done
            session.rollback()


#: The same with an untruth in it: who may write, may not write this.
UNTRUTHS = {
    "an article that is published at once": CLERKS_WORK["an article"].replace("'draft'", "'published'"),
    "a version that the public sees at once": CLERKS_WORK["a version"].replace("99, false", "99, true"),
    "a resident's words": CLERKS_WORK["an official answer"].replace("'', true, '',", "'', false, '',"),
    "an answer of a colleague's": CLERKS_WORK["an official answer"].replace(":person", ":colleague"),
    "a public file": "UPDATE stored_file SET public = true WHERE NOT public",
}


@pytest.mark.parametrize("untruth", UNTRUTHS)
def test_a_planner_and_a_clerk_write_no_untruth(world: World, untruth: str) -> None:
    tenant = world.tenants[0]
    with open_session(world.workspace, actors.system()) as session:
        query = text("SELECT id FROM publication WHERE tenant_id = :tenant AND state = 'in_review'")
        publication = session.scalars(query, {"tenant": tenant}).one()
    town = world.town(tenant)
    values = {"tenant": tenant, "person": town.clerk.id, "colleague": town.admin.id, "publication": publication}
    given = {name: value for name, value in values.items() if f":{name}" in UNTRUTHS[untruth]}
    decides = untruth == "a public file"  # files follow what is published, which a clerk decides
    for role in (Role.PLANNER, *(() if decides else (Role.TENANT_STAFF,))):
        with open_session(world.workspace, world.staff(tenant, role)) as session:
            assert changed(session, UNTRUTHS[untruth], **given) == 0, role
            session.rollback()


#: What the office changes, for the district or for a person; at its own desk only.
DISTRICTS_WORK = {
    "a person": "UPDATE staff SET job_title = 'x' WHERE id <> :me",
    "a session": "UPDATE staff_session SET revoked_at = now() WHERE staff_id <> :me",
    "a bureau": "UPDATE bureau SET contact_phone = 'x'",
    "a pin": "UPDATE search_pin SET created_at = created_at",
    "an offer of another place": "UPDATE staff_token SET used_at = now() WHERE purpose = 'offer'"
    " AND (offer ->> 'tenant_id')::uuid IS DISTINCT FROM :tenant",
}


@pytest.mark.parametrize("work", DISTRICTS_WORK)
def test_the_office_does_the_districts_work_at_its_own_desk(world: World, work: str) -> None:
    tenant = world.tenants[0]
    values = {"me": world.people[tenant], "tenant": tenant}
    given = {name: value for name, value in values.items() if f":{name}" in DISTRICTS_WORK[work]}
    there = world.staff(tenant, Role.DISTRICT_OFFICE)
    own_desk = actors.in_district(world.people[tenant], "区办", [Role.DISTRICT_OFFICE])
    assert own_desk
    for actor, done in ((there, False), (own_desk, True)):
        with open_session(world.workspace, actor) as session:
            assert bool(changed(session, DISTRICTS_WORK[work], **given)) is done, actor
            session.rollback()


@pytest.mark.parametrize("role", [Role.DISTRICT_OFFICE, Role.WORKING_GROUP])
def test_at_a_tenants_desk_oversight_sees_the_people_of_that_tenant(world: World, role: Role) -> None:
    tenant, me = world.tenants[0], world.people[world.tenants[0]]
    queries = {
        "SELECT id FROM staff s WHERE id <> :me AND NOT EXISTS"
        " (SELECT 1 FROM role_assignment r WHERE r.staff_id = s.id AND r.tenant_id = :tenant)",
        "SELECT id FROM role_assignment WHERE staff_id <> :me AND tenant_id IS DISTINCT FROM :tenant",
        "SELECT id FROM role_term_change WHERE staff_id <> :me AND tenant_id IS DISTINCT FROM :tenant",
        "SELECT id FROM staff_session WHERE staff_id <> :me",
    }
    with open_session(world.workspace, world.staff(tenant, role)) as session:
        for query in queries:
            given = {name: value for name, value in (("me", me), ("tenant", tenant)) if f":{name}" in query}
            assert session.scalars(text(query), given).all() == [], query
        assert len(session.scalars(text("SELECT id FROM staff")).all()) > 1


@pytest.mark.parametrize("role", [Role.PLANNER, Role.TENANT_STAFF, Role.TENANT_ADMIN, Role.DISTRICT_OFFICE])
@pytest.mark.parametrize(
    "forged",
    [
        "UPDATE publication_version SET title = 'x'",
        "UPDATE publication_version SET body = 'x'",
        "UPDATE publication_version SET live = true",
        "UPDATE publication_event SET reason = 'x'",
        "UPDATE version_file SET file_id = file_id",
        "DELETE FROM publication_version",
        "DELETE FROM publication",
        "DELETE FROM comment",
        "DELETE FROM version_file",
        "UPDATE audit_entry SET reason = 'x'",
    ],
)
def test_what_was_written_once_is_rewritten_by_nobody(world: World, role: Role, forged: str) -> None:
    with (
        open_session(world.workspace, world.staff(world.tenants[0], role)) as session,
        pytest.raises(ProgrammingError, match="permission denied"),
    ):
        session.execute(text(forged))
