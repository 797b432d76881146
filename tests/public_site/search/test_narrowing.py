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
    with deployment.session(room.clerk.actor()) as session, session.begin():
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


def test_conditions_that_leave_nothing_do_not_hide_what_else_to_try(
    articles: None, visitor: StrictClient
) -> None:
    page = parsed(visitor.get("/search?q=三角地 直升机坪qzx&kind=answer&sort=date").text)
    assert "这些条件下没有结果" in page.xpath("string(//main)")
    [fewer] = page.xpath("//*[@class='search-help']//a")
    assert fewer.text == "三角地"
    # it was tried without the conditions: with them it might find nothing again
    assert "共 1 条" in visitor.get(fewer.get("href")).text
    assert page.xpath("//*[@class='search-ask']//a/@href")[-1] == "/places/"
    assert not page.xpath("//*[@class='facet-fold' and not(.//li)]"), "a fold with nothing in it"


def test_leaving_out_alone_is_no_mistake(articles: None, visitor: StrictClient) -> None:
    assert "没有可以查找的字词" in visitor.get("/search?q=！！").text
    for text in ("-停车", "-“停车”"):
        page = visitor.get(f"/search?q={text}").text
        assert "没有可以查找的字词" not in page and "三角地" in page
    assert "三角地" not in visitor.get("/search?q=-口袋公园").text


def test_other_words_keep_the_conditions(articles: None, visitor: StrictClient) -> None:
    box = parsed(visitor.get("/search?q=公园&kind=sprout&kind=answer&year=2021&sort=date&page=1").text)
    [form] = box.forms
    form.fields["q"] = "口袋公园"
    assert form.form_values() == [
        ("q", "口袋公园"),
        ("kind", "sprout"),
        ("kind", "answer"),
        ("year", "2021"),
        ("sort", "date"),
    ]
    elsewhere = parsed(visitor.get("/places/?kind=sprout").text)
    assert not elsewhere.xpath("//form[@role='search']//input[@type='hidden']")


def test_what_is_chosen_from_stays_unfolded(articles: None, visitor: StrictClient) -> None:
    folded = parsed(visitor.get("/search?q=口袋公园").text).xpath("//details[@class='facet-fold']")[0]
    assert "open" not in folded.attrib
    address = folded.xpath(".//a/@href")[0]
    assert address.endswith("#facets")
    chosen = parsed(visitor.get(address).text).xpath("//details[@id='facets']")[0]
    assert "open" in chosen.attrib
