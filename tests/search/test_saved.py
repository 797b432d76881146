"""Saved searches: whose they are, and what is news in them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete, func, select

from search import connect, saved
from search.embedded import EmbeddedEngine
from search.models import SavedSearch, SearchChange
from search.outbox import changed
from search.queries import SearchRequest
from search.sources import Corpus, Source, access_of
from tenants import actors
from tenants.actors import Actor
from tenants.clock import now
from tenants.database import reveal_address
from tenants.identity import places
from tenants.identity.models import Resident, ResidentSession, Staff, Tenant
from tenants.permissions import Role
from tenants.rules import Missing, Refused
from tests.conftest import Deployment
from tests.search.support import Shelf, fill, use


def a_resident(deployment: Deployment) -> Actor:
    """A resident who is signed in."""
    address, token = f"{uuid4().hex}@example.com", uuid4().hex
    with deployment.public_session() as session, session.begin():
        reveal_address(session, address)
        resident = Resident(email=address, display_name="街坊")
        session.add(resident)
        session.flush()
        actor = actors.resident(resident.id, "街坊", token)
    with deployment.public_session(actor) as session, session.begin():
        session.add(
            ResidentSession(resident_id=resident.id, token_hash=token, expires_at=now() + timedelta(days=1))
        )
    return actor


@pytest.fixture
def shelf(deployment: Deployment, tmp_path: Path, register: Callable[[Source], None]) -> Shelf:
    shelf = Shelf()
    register(shelf)
    engine = EmbeddedEngine(tmp_path)
    shelf.put("旧的口袋公园", date=now() - timedelta(days=9))
    fill(engine, shelf.held.values())
    use(engine, deployment)
    return shelf


def publish(deployment: Deployment, shelf: Shelf, title: str) -> UUID:
    new = shelf.put(title, date=now() + timedelta(minutes=1))
    with deployment.session() as session:
        fill(connect.of(session).engine, shelf.held.values())
    return new.id


def test_a_resident_is_told_once_of_what_is_new(deployment: Deployment, shelf: Shelf) -> None:
    actor = a_resident(deployment)
    with deployment.public_session(actor) as session, session.begin():
        kept = saved.save(session, SearchRequest("口袋公园"))
        assert saved.save(session, SearchRequest("口袋公园")).id == kept.id
        assert [s.text for s in saved.mine(session)] == ["口袋公园"]
    with deployment.session() as session, session.begin():
        assert list(saved.news_for_residents(session)) == []
    new = publish(deployment, shelf, "新的口袋公园")
    publish(deployment, shelf, "别的事情")
    with deployment.session() as session, session.begin():
        ((news, until),) = saved.news_for_residents(session)
        assert (news.total, [f.id for f in news.newest]) == (1, [new])
        saved.told(session, news.saved, until + timedelta(minutes=2))
    with deployment.session() as session, session.begin():
        assert list(saved.news_for_residents(session)) == []


def test_a_kept_search_follows_a_tenant_to_its_new_address(deployment: Deployment, shelf: Shelf) -> None:
    actor, former, present = a_resident(deployment), uuid4().hex, uuid4().hex
    with deployment.public_session(actor) as session, session.begin():
        kept = saved.save(session, SearchRequest("", {"tenant": (former, "elsewhere")})).id
    with deployment.session() as session, session.begin():
        names = {"name": "漷县镇人民政府", "short_name": "漷县镇"}
        session.add(Tenant(kind="town", opened_at=now(), slug=present, former_slugs=[former], **names))
    new = shelf.put("漷县的新公园", tenant=present, date=now() + timedelta(minutes=1))
    publish(deployment, shelf, "别处的公园")
    with deployment.session() as session, session.begin():
        told = {news.saved.id: [f.id for f in news.newest] for news, _ in saved.news_for_residents(session)}
    assert told[kept] == [new.id]
    with deployment.public_session(actor) as session, session.begin():
        assert places.names(session, [former, "elsewhere"], []).tenants == {former: "漷县镇", present: "漷县镇"}
        saved.remove(session, kept)


def test_saved_searches_are_their_owners_alone(deployment: Deployment, shelf: Shelf) -> None:
    first, second = a_resident(deployment), a_resident(deployment)
    with deployment.public_session(first) as session, session.begin():
        kept = saved.save(session, SearchRequest("停车")).id
    with deployment.public_session(second) as session:
        assert saved.mine(session) == []
        assert session.scalars(select(SavedSearch)).all() == []
        with pytest.raises(Missing):
            saved.remove(session, kept)
    with deployment.public_session() as session:
        assert session.scalars(select(SavedSearch)).all() == []
        with pytest.raises(Refused, match="登录"):
            saved.save(session, SearchRequest("停车"))
    with deployment.public_session(first) as session, session.begin():
        saved.remove(session, kept)
        assert saved.mine(session) == []


def test_blank_searches_and_too_many_are_refused(deployment: Deployment, shelf: Shelf) -> None:
    with deployment.public_session(a_resident(deployment)) as session, session.begin():
        with pytest.raises(Refused):
            saved.save(session, SearchRequest(" - "))
        saved.save(session, SearchRequest("", {"kind": ("sprout",)}))
        for number in range(saved.MOST_SAVED - 1):
            saved.save(session, SearchRequest(f"公园{number}"))
        with pytest.raises(Refused, match="最多"):
            saved.save(session, SearchRequest("再一个"))


def test_staff_keep_searches_per_tenant(deployment: Deployment, shelf: Shelf) -> None:
    with deployment.session() as session, session.begin():
        tenants = [Tenant(kind="town", opened_at=now(), slug=uuid4().hex, name=n, short_name=n) for n in "甲乙"]
        person = Staff(email=f"{uuid4().hex}@example.com", name="职员")
        session.add_all([*tenants, person])
        session.flush()
        ids = [tenant.id for tenant in tenants]
    here, there = (actors.in_tenant(person.id, "职员", [Role.TENANT_STAFF], i) for i in ids)
    assert here is not None
    assert there is not None
    with deployment.session(here) as session, session.begin():
        kept = saved.save(session, SearchRequest("月报"))
        assert kept.corpus == "workspace"
    with deployment.session(there) as session:
        assert saved.mine(session) == []
    with deployment.session(here) as session:
        assert [s.text for s in saved.mine(session)] == ["月报"]


def test_what_still_waits_for_the_index_is_not_seen_by_looking(deployment: Deployment, shelf: Shelf) -> None:
    shelf.corpus = Corpus.WORKSPACE
    with deployment.session() as session, session.begin():
        office = Staff(email=f"{uuid4().hex}@example.com", name="区办")
        session.add(office)
        session.flush()
        actor = actors.in_district(office.id, "区办", [Role.DISTRICT_OFFICE])
    assert actor is not None
    with deployment.session(actor) as session, session.begin():
        kept = saved.save(session, SearchRequest("口袋公园")).id
    with deployment.session() as session, session.begin():
        changed(session, shelf.name, *shelf.held)  # it waits from here on
    access = access_of(actor)
    with deployment.session() as session:
        waiting = shelf.put("等着索引的口袋公园", date=session.scalar(select(func.clock_timestamp())), access=access)
    with deployment.session(actor) as session, session.begin():
        saved.seen(session, kept)
        fill(connect.of(session).engine, shelf.held.values(), Corpus.WORKSPACE)
        (news,) = saved.fresh(session, saved.mine(session))
        assert [one.id for one in news.newest] == [waiting.id]
    with deployment.session(actor) as session, session.begin():
        session.execute(delete(SearchChange))


def test_whoever_leaves_leaves_no_searches_behind(deployment: Deployment, shelf: Shelf) -> None:
    actor = a_resident(deployment)
    with deployment.public_session(actor) as session, session.begin():
        saved.save(session, SearchRequest("停车"))
        saved.forget(session)
        assert saved.mine(session) == []
