"""Tenants and units are found by anyone; people by who works beside them and by the district office."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.people.jobs import follow_the_days
from portal.search.queries import labels
from search import sources
from search.embedded import EmbeddedEngine
from search.queries import SearchRequest, public_search, workspace_search
from search.reindex import rebuild
from search.sources import Corpus
from search.suggestions import suggest
from tenants import actors, jobs
from tenants.actors import Actor
from tenants.clock import today
from tenants.days import days
from tenants.identity.models import ResponsibleUnit, RoleAssignment, Tenant
from tenants.permissions import Role
from tests.conftest import Deployment
from tests.factories import people
from tests.factories.people import Person
from tests.search.support import use
from tests.support.tasks import run_task


@pytest.fixture
def engine(deployment: Deployment, tmp_path: Path) -> EmbeddedEngine:
    sources.load("portal")
    engine = EmbeddedEngine(tmp_path)
    use(engine, deployment)
    return engine


def test_places_and_people_are_found_by_those_who_may(deployment: Deployment, engine: EmbeddedEngine) -> None:
    with deployment.session() as session, session.begin():
        here = people.tenant(session, "玉桥街道办事处")
        there = people.tenant(session, "梨园镇人民政府")
        clerk = people.staff(session, Role.TENANT_STAFF, place=here, name="林砚秋")
        people.staff(session, Role.PLANNER, place=there, name="赵临川")
        gone = people.tenant(session, "撤并的乡")
        session.get_one(Tenant, gone.id).active = False
    with deployment.session(actors.job(here.id)) as session, session.begin():
        unit = people.unit(session, here, "玉桥东里组团")
    for corpus in Corpus:
        rebuild(deployment.workspace_engine, engine, corpus)

    def public(text: str) -> list[tuple[str, str]]:
        with deployment.public_session() as session:
            return [(hit.kind, hit.address) for hit in public_search(session, SearchRequest(text)).hits]

    def work(actor: Actor | None, text: str) -> list[str]:
        assert actor is not None
        with deployment.session(actor) as session:
            return [hit.title.striptags() for hit in workspace_search(session, SearchRequest(text)).hits]

    with deployment.session() as session:
        slug = session.get_one(ResponsibleUnit, unit).slug
    assert ("tenant", f"/places/{here.slug}/") in public("yuqiao")
    assert public("玉桥东里组团") == [("unit", f"/places/{here.slug}/{slug}/")]
    assert public("撤并的乡") == []
    assert public("林砚秋") == []
    colleague = actors.in_tenant(clerk.id, "林砚秋", [Role.TENANT_STAFF], here.id)
    assert work(colleague, "linyanqiu") == ["林砚秋"]
    assert work(colleague, "赵临川") == []
    office = actors.in_district(clerk.id, "区办", [Role.DISTRICT_OFFICE])
    assert work(office, "赵临川") == ["赵临川"]
    group = actors.in_district(clerk.id, "工作组", [Role.WORKING_GROUP])
    assert work(group, "赵临川") == []


def test_whose_last_day_has_passed_is_found_at_their_place_no_more(
    deployment: Deployment, engine: EmbeddedEngine
) -> None:
    """Not from midnight on, whatever the index says; and the index is told, so that nothing counts or suggests them."""
    with deployment.session() as session, session.begin():
        here = people.tenant(session, "永顺镇人民政府")
        clerk = people.staff(session, Role.TENANT_STAFF, place=here, name="林砚秋")
        before, since = (people.staff(session, Role.PLANNER, place=here, name=name) for name in ("陈到期", "秦期满"))
        _end_yesterday(session, before.id)
    rebuild(deployment.workspace_engine, engine, Corpus.WORKSPACE)
    jobs.bind(deployment.workspace_engine)
    with deployment.session() as session, session.begin():
        _end_yesterday(session, since.id)
    colleague = actors.in_tenant(clerk.id, "林砚秋", [Role.TENANT_STAFF], here.id)
    office = actors.in_district(clerk.id, "区办", [Role.DISTRICT_OFFICE])
    assert colleague and office

    def found(actor: Actor, person: Person) -> tuple[list[str], set[str]]:
        """Who is shown for a name; and what is suggested while the address is typed."""
        with deployment.session(actor) as session:
            shown = [hit.title.striptags() for hit in workspace_search(session, SearchRequest(person.name)).hits]
            return shown, {offer.text for offer in suggest(session, person.email[:-4], Corpus.WORKSPACE)}

    assert found(colleague, before) == ([], set())
    assert found(colleague, since)[0] == [], "the index was not told yet"
    run_task(follow_the_days)
    deployment.run_jobs()
    assert found(colleague, since) == ([], set())
    for person in (before, since):
        assert found(office, person) == ([person.name], {person.email})


def _end_yesterday(session: Session, staff_id: UUID) -> None:
    """A role held until yesterday; days pass without anybody doing anything."""
    role = session.scalars(select(RoleAssignment).where(RoleAssignment.staff_id == staff_id)).one()
    role.valid = days(today() - timedelta(days=9), today() - timedelta(days=1))


def test_units_of_one_address_in_two_tenants_are_kept_apart(
    deployment: Deployment, engine: EmbeddedEngine
) -> None:
    with deployment.session() as session, session.begin():
        places = [people.tenant(session, name) for name in ("宋庄镇人民政府", "台湖镇人民政府")]
    for place, name in zip(places, ("宋庄中心组团", "台湖中心组团"), strict=True):
        with deployment.session(actors.job(place.id)) as session, session.begin():
            unit = session.get_one(ResponsibleUnit, people.unit(session, place, name))
            unit.slug, unit.former_slugs = "zhongxin", ["laodizhi"]
    rebuild(deployment.workspace_engine, engine, Corpus.PUBLIC)
    addresses = [f"{place.slug}/zhongxin" for place in places]
    with deployment.public_session() as session:
        result = public_search(session, SearchRequest("中心组团"))
        assert {value.value: value.count for value in result.facets["unit"]} == dict.fromkeys(addresses, 1)
        label = labels(session, str, result.values)
        assert [label("unit", address) for address in addresses] == ["宋庄中心组团", "台湖中心组团"]
        # also by its former address
        for chosen in (addresses[1], f"{places[1].slug}/laodizhi"):
            narrowed = public_search(session, SearchRequest("中心组团", {"unit": (chosen,)}))
            assert [hit.title.striptags() for hit in narrowed.hits] == ["台湖中心组团"]
