"""A search that finds nothing says whom to ask, and one by a tenant's former address is one of that tenant."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import update

from search import sources
from search.embedded import EmbeddedEngine
from search.reindex import rebuild
from search.sources import Corpus
from tenants.identity import places
from tenants.identity.models import Tenant
from tenants.permissions import Role
from tests.conftest import Deployment
from tests.factories import people, publishing
from tests.search.support import use


@pytest.fixture
def engine(deployment: Deployment, app_public: Flask, tmp_path: Path) -> EmbeddedEngine:
    sources.load("portal")
    engine = EmbeddedEngine(tmp_path)
    use(engine, deployment)
    return engine


def index(deployment: Deployment, engine: EmbeddedEngine) -> None:
    for corpus in Corpus:
        rebuild(deployment.workspace_engine, engine, corpus)


def contacts(page: str) -> list[str]:
    return re.findall(r'href="/places/([\w-]+)/#contact"', page)


def test_the_tenant_that_is_named_is_offered_however_many_there_are(
    app_public: Flask, deployment: Deployment, engine: EmbeddedEngine
) -> None:
    with deployment.session() as session, session.begin():
        many = [people.tenant(session, f"甲乙{n:03}街道办事处") for n in range(places.MOST + 5)]
        named = people.tenant(session, "于家务街道办事处")
        session.execute(update(Tenant).where(Tenant.id == named.id).values(slug="zzz-last"))
    index(deployment, engine)
    visitor = app_public.test_client()
    page = visitor.get("/search?q=于家務的qzxv").text  # written the traditional way
    assert contacts(page) == ["zzz-last"]
    # many with the same beginning: the one that is named in full comes first, and the page stays short
    found = contacts(visitor.get("/search?q=“甲乙042的qzxv”").text)
    assert found[0] == many[42].slug
    assert len(found) == 6


def test_a_search_by_a_former_address_is_one_of_that_tenant(
    app_public: Flask, deployment: Deployment, engine: EmbeddedEngine
) -> None:
    with deployment.session() as session, session.begin():
        place, other = people.tenant(session, "杨庄街道办事处"), people.tenant(session, "文景街道办事处")
        clerks = {p.id: people.staff(session, Role.TENANT_STAFF, place=p) for p in (place, other)}
        planners = {p.id: people.staff(session, Role.PLANNER, place=p) for p in (place, other)}
    for here, title in ((place, "杨庄的桂花巷"), (other, "文景的桂花巷")):
        with deployment.session(clerks[here.id].actor()) as session, session.begin():
            publishing.published(session, planners[here.id].actor(), clerks[here.id].actor(), title=title)
    with deployment.session() as session, session.begin():
        moved = {"slug": f"{place.slug}n", "former_slugs": [place.slug]}
        session.execute(update(Tenant).where(Tenant.id == place.id).values(**moved))
    index(deployment, engine)
    page = app_public.test_client().get(f"/search?q=桂花巷&tenant={place.slug}").text
    assert "杨庄的" in page
    assert "文景的" not in page
    assert 'aria-current="true"' in page.split("街镇园区</h2>")[1].split("</section>")[0]
