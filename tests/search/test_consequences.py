"""What a change means for other things that can be found, and for those who wait for news of them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text, update

from portal.participation import service as participation
from portal.publishing import service as publishing
from search import connect, curation, reindex, saved
from search.engine import SCHEMA_VERSION
from search.indexing import REBUILD_LOCK
from search.models import SavedSearch, SearchSynonym
from search.outbox import REBUILD_JOB
from search.queries import SearchRequest, State, public_search, suggest
from search.reindex import rebuild
from search.sources import Corpus
from tenants import jobs
from tenants.clock import now
from tenants.identity.models import CommentPolicy
from tenants.permissions import Role
from tenants.rules import AS_IT_IS, Conflict, Invalid
from tests.conftest import Deployment
from tests.factories import people
from tests.factories.participation import article, corner, resident


def found(deployment: Deployment, words: str) -> int:
    with deployment.public_session() as session:
        return public_search(session, SearchRequest(words)).total


def test_comments_go_and_come_back_with_their_article(deployment: Deployment) -> None:
    place, wang = corner(deployment), resident(deployment)
    publication_id, code = article(place, "潞河喷泉广场翻新计划")
    with place.in_public(wang) as session:
        participation.write_comment(session, publication_id, "晚上的水声太吵了。")
    deployment.run_jobs()
    assert found(deployment, "水声太吵") == 1
    with place.at_desk() as session:
        publishing.withdraw(session, code, AS_IT_IS, "内容有误，更正后再发")
    deployment.run_jobs()
    assert found(deployment, "水声太吵") == 0
    with deployment.public_session() as session:
        assert suggest(session, "潞河喷泉") == []


def test_a_closed_accounts_name_is_not_found(deployment: Deployment) -> None:
    place, gone = corner(deployment, policy=CommentPolicy.SHOW), resident(deployment, name="司马光耀")
    place.comment(gone, "希望给梧桐树下面加个雨棚。")
    deployment.run_jobs()
    assert found(deployment, "司马光耀") == 1
    with place.in_public(gone) as session:
        participation.forget_resident(session)
    deployment.run_jobs()
    assert (found(deployment, "司马光耀"), found(deployment, "梧桐树下")) == (0, 1)


def test_a_comment_that_waited_for_approval_is_news(deployment: Deployment) -> None:
    place, wang, reader = corner(deployment, policy=CommentPolicy.HOLD), resident(deployment), resident(deployment)
    with place.in_public(wang) as session:
        words, at = "荷花池边上要安护栏。", now() - timedelta(days=2)
        held = participation.write_comment(session, place.publication_id, words, now=at).id
    with place.in_public(reader) as session:
        kept = saved.save(session, SearchRequest("荷花池")).id
    yesterday = now() - timedelta(days=1)
    with deployment.session() as session, session.begin():
        row = update(SavedSearch).where(SavedSearch.id == kept)
        session.execute(row.values(seen_at=yesterday, told_at=yesterday))
    place.show(held)
    deployment.run_jobs()
    with deployment.session() as session, session.begin():
        assert "荷花池" in [each.saved.text for each, _ in saved.news_for_residents(session)]


def test_a_rebuild_that_is_asked_for_during_another_is_done_later(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reindex, "_PATIENCE", "100ms")
    with deployment.owner_engine.connect() as other:
        other.execute(text("SELECT pg_advisory_lock(:a, :b)"), dict(zip("ab", REBUILD_LOCK, strict=True)))
        with deployment.session() as session, session.begin():
            jobs.defer(session, REBUILD_JOB)
        deployment.run_jobs()
        again = text("SELECT status, scheduled_at > now() FROM procrastinate_jobs WHERE task_name = :name")
        with deployment.session() as session:
            assert session.execute(again, {"name": REBUILD_JOB}).all() == [("todo", True)]


def test_a_damaged_index_is_made_whole_by_a_rebuild(deployment: Deployment) -> None:
    engine, folder = connect.make(deployment.settings), deployment.settings.data_folder / "search" / "public"
    rebuild(deployment.workspace_engine, engine, Corpus.PUBLIC)
    (folder / str(engine.live(Corpus.PUBLIC)) / "meta.json").write_bytes(b"{")
    with deployment.public_session() as session:
        assert public_search(session, SearchRequest("口袋公园")).state is State.RESTING
    rebuild(deployment.workspace_engine, engine, Corpus.PUBLIC)
    assert engine.count(Corpus.PUBLIC) > 0
    (folder / f"live-v{SCHEMA_VERSION}").write_bytes(b"\xff\xfe")
    assert engine.live(Corpus.PUBLIC) is None
    rebuild(deployment.workspace_engine, engine, Corpus.PUBLIC)
    assert engine.count(Corpus.PUBLIC) > 0
    engine.close()


def test_a_synonym_has_something_to_look_for(deployment: Deployment) -> None:
    with deployment.session() as session, session.begin():
        office = people.staff(session, Role.DISTRICT_OFFICE).actor()
    with deployment.session(office) as session, session.begin():
        with pytest.raises(Invalid):
            curation.save_groups(session, office, [("公园", "=", "绿地")])
        seen = curation.version(curation.groups(session))
        curation.save_groups(session, office, [("公园", "绿地")], seen)
        with pytest.raises(Conflict):
            curation.save_groups(session, office, [("公园", "花园")], seen)
        # one that came in before it was refused
        session.add(SearchSynonym(words=["公园", "→", "绿地"]))
    curation.forget()
    with deployment.public_session() as session:
        assert public_search(session, SearchRequest("公园")).state is State.FOUND
