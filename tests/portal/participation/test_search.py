"""What of comments is found: by everybody what is shown, by the tenant's staff everything of theirs."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

import portal.participation.search  # noqa: F401 - registers its sources
from portal.participation import service
from portal.search.jobs import tell_residents
from search import connect, saved
from search.models import SavedSearch
from search.queries import SearchRequest, SearchResult, public_search, workspace_search
from tenants.clock import now
from tenants.identity.models import CommentPolicy, ResponsibleUnit
from tenants.rules import AS_IT_IS
from tests.conftest import Deployment
from tests.factories import people, publishing
from tests.factories.accounts import last_letter, letters_to
from tests.factories.participation import Corner, Neighbour, corner, resident


@pytest.fixture(scope="module")
def place(deployment: Deployment) -> Corner:
    connect.install(deployment.settings, deployment.public_engine.url)
    connect.install(deployment.settings, deployment.workspace_engine.url)
    return corner(deployment, policy=CommentPolicy.HOLD)


@pytest.fixture(scope="module")
def wang(deployment: Deployment) -> Neighbour:
    return resident(deployment)


def addresses(result: SearchResult) -> list[str]:
    return [hit.address for hit in result.hits if hit.source in ("comment", "comment_record")]


def in_public(session: Session, words: str) -> list[str]:
    return addresses(public_search(session, SearchRequest(words)))


def test_a_comment_is_found_while_it_is_shown(deployment: Deployment, place: Corner, wang: Neighbour) -> None:
    comment = place.comment(wang, "建议在燃灯佛舍利塔旁边放几张藤编躺椅。")
    here = f"/t/{place.tenant.slug}/comments/{comment}"
    deployment.run_jobs()
    with place.in_public(wang) as session:
        assert in_public(session, "藤编躺椅") == []  # it waits
    with place.at_desk() as session:
        assert addresses(workspace_search(session, SearchRequest("藤编躺椅"))) == [here]
    answer = place.answer(comment, "藤编躺椅已经下单。")
    deployment.run_jobs()
    with place.in_public() as session:
        assert set(in_public(session, "藤编躺椅")) == {f"/comments/{comment}", f"/comments/{answer}"}
    with place.at_desk() as session:
        # an answer is worked on where its comment is
        assert set(addresses(workspace_search(session, SearchRequest("藤编躺椅")))) == {here}
        service.hide(session, comment, AS_IT_IS, "off_topic")
    # already before the index knows, the database has the last word
    with place.in_public() as session:
        assert in_public(session, "藤编躺椅") == [f"/comments/{answer}"]
    deployment.run_jobs()
    with place.in_public() as session:
        assert in_public(session, "藤编躺椅") == [f"/comments/{answer}"]


def test_another_tenants_staff_find_none_of_it(
    deployment: Deployment, place: Corner, wang: Neighbour
) -> None:
    place.comment(wang, "关于青砖照壁的保护。")
    other = corner(deployment, name="新华街道办事处")
    deployment.run_jobs()
    with other.at_desk() as session:
        assert addresses(workspace_search(session, SearchRequest("青砖照壁"))) == []
    with place.at_desk(place.planner) as session:
        assert len(addresses(workspace_search(session, SearchRequest("青砖照壁")))) == 1


def test_masked_numbers_are_not_found(deployment: Deployment, place: Corner, wang: Neighbour) -> None:
    comment = place.comment(wang, "银杏树叶太滑，打 13800138000 找我。")
    place.show(comment)
    deployment.run_jobs()
    with place.in_public() as session:
        assert in_public(session, "银杏树叶") == [f"/comments/{comment}"]
        assert in_public(session, "13800138000") == []


def test_an_article_stands_above_what_is_said_under_it(
    deployment: Deployment, place: Corner, wang: Neighbour
) -> None:
    place.show(*(place.comment(wang, f"这里希望多放 {number} 把椅子。") for number in range(2, 6)))
    deployment.run_jobs()
    with place.in_public() as session:
        hits = public_search(session, SearchRequest("三角地")).hits
    found = [hit.source for hit in hits]
    assert found == sorted(found) and found.count("comment") >= 4
    # a comment says whose it is
    said = [hit for hit in hits if hit.source == "comment"]
    assert all(hit.passage.label == "所在文章" and "<mark>" in hit.excerpt for hit in said)


def test_nobody_gets_a_letter_of_their_own_comment(
    deployment: Deployment, place: Corner, wang: Neighbour
) -> None:
    with place.in_public(wang) as session:
        saved.save(session, SearchRequest("香樟树荫"))
    place.show(place.comment(wang, "香樟树荫下能不能放一张长椅？"))
    deployment.run_jobs()

    def told() -> int:
        with deployment.session() as session, session.begin():
            session.execute(update(SavedSearch).values(told_at=now() - timedelta(hours=1)))
            tell_residents(session)
        return letters_to(deployment, wang.email)

    before = letters_to(deployment, wang.email)
    assert told() == before
    place.show(place.comment(resident(deployment), "香樟树荫下还缺一盏灯。"))
    deployment.run_jobs()
    assert told() == before + 1
    assert "香樟树荫下还缺一盏灯" in last_letter(deployment, wang.email)
    assert "长椅" not in last_letter(deployment, wang.email)


def test_comments_stay_when_the_unit_of_their_article_is_chosen(deployment: Deployment, wang: Neighbour) -> None:
    there = corner(deployment, name="潞源街道办事处")
    editor, approver = there.clerk.actor(), there.colleague.actor()
    with there.at_desk() as session:
        unit = session.get_one(ResponsibleUnit, people.unit(session, there.tenant, "潞源北片组团"))
        article = publishing.published(session, editor, approver, unit_id=unit.id)
        address = f"{there.tenant.slug}/{unit.slug}"
    replace(there, publication_id=article.id).comment(wang, "泡桐花开的时候能不能停一天施工？")
    deployment.run_jobs()
    with there.in_public() as session:
        found = public_search(session, SearchRequest("泡桐花开", {"unit": (address,)}))
        assert [hit.unit for hit in found.hits] == ["潞源北片组团"]
