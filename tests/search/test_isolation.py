"""What a reader may not open is not found, counted, suggested or told of: every source, both engines, every role.

Both safeguards are tried alone, too: the tokens in the index, and what the database shows of a key.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from search import ranking, saved, sources
from search.engine import Engine, EngineRequest
from search.lexicon import shipped_synonyms
from search.models import SavedSearch
from search.queries import SearchRequest, public_search, workspace_search
from search.query import parse
from search.reindex import rebuild
from search.sources import PUBLIC, Corpus, access_of
from search.suggestions import suggest
from tenants import actors
from tenants.embedded import Cluster
from tenants.permissions import IN_TENANT, Role
from tests.conftest import Deployment, name_of_module
from tests.isolation import world as worlds
from tests.isolation.world import World
from tests.search.conftest import BOTH_ENGINES, opened
from tests.search.support import use
from tests.slices.files import INNER

#: Tables of the things that can be found in the workspace.
TABLES = {"publication": "publication", "comment_record": "comment", "file": "stored_file"}
ROLES = list(IN_TENANT)


@pytest.fixture(scope="module")
def deployment(
    request: pytest.FixtureRequest, cluster: Cluster, world_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Deployment]:
    data = tmp_path_factory.mktemp("data")
    with worlds.copied(cluster, world_template, name_of_module(request), data) as made:
        yield made


@pytest.fixture(scope="module")
def world(deployment: Deployment) -> World:
    return worlds.of(deployment)


@pytest.fixture(scope="module", params=BOTH_ENGINES)
def indexed(
    request: pytest.FixtureRequest,
    deployment: Deployment,
    world: World,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Engine]:
    """All of the world in this engine: no test adds to it."""
    sources.load("portal")
    with opened(request, tmp_path_factory.mktemp("indexed")) as engine:
        use(engine, deployment)
        for corpus in Corpus:
            rebuild(deployment.workspace_engine, engine, corpus)
        yield engine


def own(world: World, tenant: UUID) -> set[UUID]:
    """Everything of a tenant that can be found in the workspace."""
    things = set().union(*(world.rows[table][tenant] for table in TABLES.values()))
    town = world.town(tenant)
    others = (town.of("people")[name] for name in ("invited", "lasting"))
    return things | {town.admin.id, town.clerk.id, town.planner.id, *others}


def questions(world: World) -> list[SearchRequest]:
    """Everything at once, every tenant by its name, and words that all share."""
    words = ["", "测试", "草稿", "pdf", "held hidden shown", *world.slugs.values()]
    asked = [SearchRequest(text, page_size=100) for text in words]
    return asked + [SearchRequest("", {"tenant": (slug,)}, page_size=100) for slug in world.slugs.values()]


def everything(engine: Engine, corpus: Corpus, access: frozenset[str]) -> set[str]:
    """All keys that the index alone gives to somebody with these tokens."""
    plan = ranking.plan(parse(""), shipped_synonyms())
    return {key for key, _ in engine.search(EngineRequest(corpus, plan, access, limit=1000)).hits}


def entities(keys: Iterable[str]) -> set[UUID]:
    return {sources.from_key(key)[1] for key in keys}


@pytest.mark.parametrize("role", ROLES)
def test_inside_a_tenant_only_what_is_its_own(
    deployment: Deployment, world: World, indexed: Engine, role: Role
) -> None:
    here, *others = world.tenants
    actor = world.staff(here, role)
    strangers = set().union(*(own(world, tenant) for tenant in others))
    all_keys = everything(indexed, Corpus.WORKSPACE, all_tokens(world))
    assert entities(all_keys) >= strangers  # they are in the index

    by_index = entities(everything(indexed, Corpus.WORKSPACE, access_of(actor)))
    assert by_index & own(world, here)
    assert not by_index & strangers
    with deployment.session(actor) as session:
        by_database = {found.id for found in sources.found(session, sorted(all_keys)) if found.kind != "person"}
        assert by_database and not by_database & strangers
        for asked in questions(world):
            result = workspace_search(session, asked)
            assert not {hit.id for hit in result.hits} & strangers, asked
            assert result.total == len(result.hits), asked
            assert {v.value for v in result.facets.get("tenant", ()) if v.count} <= {world.slugs[here]}, asked
        for tenant in others:
            slug = world.slugs[tenant]
            shown = [s for s in suggest(session, slug, Corpus.WORKSPACE) if slug in s.text + s.address]
            assert shown == []
            said = workspace_search(session, SearchRequest(f"{slug[:-1]}x"))
            assert slug not in f"{said.suggestion} {said.help}"


def test_across_the_district_by_permission(deployment: Deployment, world: World, indexed: Engine) -> None:
    """The office finds publications, comments and people of all; the working group no people; nobody files."""
    someone = world.people[world.tenants[0]]
    for role, sees_people in ((Role.DISTRICT_OFFICE, True), (Role.WORKING_GROUP, False)):
        actor = actors.in_district(someone, "区里", [role])
        assert actor
        with deployment.session(actor) as session:
            found = {h.id for asked in questions(world) for h in workspace_search(session, asked).hits}
        for tenant in world.tenants:
            assert world.rows["publication"][tenant] | world.rows["comment"][tenant] <= found
            assert not world.rows["stored_file"][tenant] & found
            assert (world.people[tenant] in found) is sees_people
    for role in (Role.FINANCE_READER, Role.BUREAU_STAFF):
        assert actors.in_district(someone, "读者", [role]) is None


@pytest.mark.parametrize("reader", ["visitor", "resident"])
def test_in_public_only_what_is_published(
    deployment: Deployment, world: World, indexed: Engine, reader: str
) -> None:
    actor = world.residents[0].actor() if reader == "resident" else actors.anonymous()
    with deployment.public_session(actor) as session:
        hits = [hit for asked in questions(world) for hit in public_search(session, asked).hits]
    assert {hit.kind for hit in hits} <= {"sprout", "comment", "answer", "tenant", "unit"}
    words = " ".join(f"{hit.title.striptags()} {hit.excerpt.striptags()}" for hit in hits)
    for slug in world.slugs.values():
        assert f"{slug}的published" in words and f"{slug} shown" in words
        for hidden in (f"{slug}的draft", f"{slug} held", f"{slug} hidden", f"{slug}-{INNER}"):
            assert hidden not in words
    by_index = entities(everything(indexed, Corpus.PUBLIC, PUBLIC))
    for tenant in world.tenants:
        assert world.people[tenant] not in by_index
        assert not world.rows["stored_file"][tenant] & by_index
        said = world.town(tenant).of("participation")
        assert world.rows["comment"][tenant] & by_index == {said["comment_id"], said["official"]}
        assert len(world.rows["publication"][tenant] & by_index) == 1


def test_saved_searches_tell_of_nothing_else(deployment: Deployment, world: World, indexed: Engine) -> None:
    for number, tenant in enumerate(world.tenants):
        actor, other = world.staff(tenant), world.tenants[number - 1]
        with deployment.session(actor) as session, session.begin():
            for asked in (SearchRequest(world.slugs[other]), SearchRequest("", {"kind": ("sprout",)})):
                saved.save(session, asked).seen_at = datetime(2020, 1, 1, tzinfo=UTC)
            told = {found.id for news in saved.fresh(session, saved.mine(session)) for found in news.newest}
        assert told and told <= own(world, tenant)
    long_ago = datetime(2020, 1, 1, tzinfo=UTC)
    with deployment.session() as session:
        make_old(session, long_ago)
        letters = list(saved.news_for_staff(session))
        assert len(letters) == len(world.tenants)
        for owner, news, _until in letters:
            assert owner.tenant_id
            told = {found.id for each in news for found in each.newest}
            assert told and told <= own(world, owner.tenant_id)
        session.rollback()


def make_old(session: Session, instant: datetime) -> None:
    """Nobody was told of anything yet."""
    session.execute(update(SavedSearch).values(told_at=instant))


def all_tokens(world: World) -> frozenset[str]:
    """The tokens of somebody who works everywhere."""
    tokens: frozenset[str] = frozenset()
    for tenant in world.tenants:
        tokens |= access_of(world.staff(tenant, Role.TENANT_ADMIN))
    return tokens
