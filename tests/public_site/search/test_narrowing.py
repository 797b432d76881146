"""Searching with conditions: each is seen and can be taken away, also when nothing is left."""

from __future__ import annotations

import pytest

from tests.conftest import Deployment
from tests.factories import publishing
from tests.support.forms import parsed
from tests.support.html import StrictClient


@pytest.fixture(scope="module")
def articles(deployment: Deployment) -> None:
    room = publishing.newsroom(deployment)
    with deployment.session(room.planner.actor()) as session, session.begin():
        publishing.published(session, room.planner.actor(), room.clerk.actor())
    deployment.run_jobs()


def test_conditions_that_leave_nothing_can_be_taken_away(articles: None, visitor: StrictClient) -> None:
    page = visitor.get("/search?q=口袋公园&kind=answer&year=2021&tag=雨水")
    assert "这些条件下没有结果" in page.text and "没有找到相关内容" not in page.text
    chips = parsed(page.text).xpath("//ul[@class='chips']//a/text()")
    assert [chip.strip() for chip in chips] == ["官方答复", "雨水", "2021", "全部清除"]
    links = parsed(page.text).xpath("//ul[@class='chips']//a/@href")
    assert "没有结果" in visitor.get(links[0]).text
    assert "三角地" in visitor.get(links[-1]).text


def test_a_page_past_the_end_leads_to_the_last(articles: None, visitor: StrictClient) -> None:
    answer = visitor.get("/search?q=口袋公园&page=9")
    assert answer.status_code == 302 and answer.location.endswith("&page=1")
    assert "三角地" in visitor.get(answer.location).text
    assert visitor.get("/search?q=没有这样的词&page=9").status_code == 200
