"""Searching in the workspace finds what this person may open; the office cares for everybody's search."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from sqlalchemy import delete

from search import popular
from search.models import SearchQueryCount
from tenants.permissions import Role
from tests.conftest import Deployment
from tests.factories import people, publishing
from tests.factories.people import Person, Place
from tests.support.forms import parsed
from tests.support.html import StrictClient


@dataclass(frozen=True)
class Town:
    place: Place
    planner: Person
    clerk: Person


def town(deployment: Deployment, name: str) -> Town:
    with deployment.session() as session, session.begin():
        place = people.tenant(session, name)
        return Town(
            place,
            people.staff(session, Role.PLANNER, place=place),
            people.staff(session, Role.TENANT_STAFF, place=place),
        )


@dataclass(frozen=True)
class District:
    first: Town
    second: Town
    office: Person
    code: str


@pytest.fixture(scope="module")
def district(deployment: Deployment) -> District:
    first, second = town(deployment, "甲镇人民政府"), town(deployment, "乙镇人民政府")
    with deployment.session() as session, session.begin():
        office = people.staff(session, Role.DISTRICT_OFFICE)
    for each, words in ((first, "甲镇桂花巷的草稿"), (second, "乙镇桂花巷的草稿")):
        with deployment.session(each.planner.actor()) as session, session.begin():
            publishing.draft(session, each.planner.actor(), title=words)
    with deployment.session(first.clerk.actor()) as session, session.begin():
        made = publishing.published(
            session,
            first.planner.actor(),
            first.clerk.actor(),
            title="桂花巷口袋公园建成",
            summary="桂花巷的老人有了坐处。" * 3,
            tags=("适老化",),
        )
    deployment.run_jobs()
    return District(first, second, office, made.code)


def search(deployment: Deployment, person: Person, path: str) -> str:
    answer = person.browser(deployment.workspace).get(path)
    assert answer.status_code == 200
    return answer.text


def test_a_tenants_people_find_their_drafts_and_nobody_elses(
    deployment: Deployment, district: District
) -> None:
    for mine, other in ((district.first, district.second), (district.second, district.first)):
        page = search(deployment, mine.planner, f"/t/{mine.place.slug}/search?q=桂花巷")
        assert f"{mine.place.name[:2]}<mark>" in page
        assert f"{other.place.name[:2]}<mark>" not in page


def test_staff_see_what_state_a_result_is_in(deployment: Deployment, district: District) -> None:
    page = search(deployment, district.first.planner, f"/t/{district.first.place.slug}/search?q=桂花巷")
    states = {
        hit.xpath("string(h2)").strip(): hit.xpath("string(.//*[contains(@class, 'badge')])").strip()
        for hit in parsed(page).xpath("//li[@class='hit']")
    }
    assert states == {"甲镇桂花巷的草稿": "草稿", "桂花巷口袋公园建成": "已发布"}
    assert "已发布" not in deployment.public.test_client().get("/search?q=桂花巷").text


def test_the_office_finds_across_tenants_and_by_tenant(deployment: Deployment, district: District) -> None:
    everywhere = search(deployment, district.office, "/district/search?q=桂花巷")
    assert "甲镇<mark>" in everywhere
    assert "乙镇<mark>" in everywhere
    one = search(deployment, district.office, f"/district/search?q=桂花巷&tenant={district.first.place.slug}")
    assert "甲镇<mark>" in one
    assert "乙镇<mark>" not in one


def test_both_doors_say_by_which_name_something_was_found(deployment: Deployment, district: District) -> None:
    visitor = deployment.public.test_client()
    for page in (
        search(deployment, district.first.clerk, f"/t/{district.first.place.slug}/search?q=适老化"),
        visitor.get("/search?q=shilaohua").text,
    ):
        assert "标签：</span><mark>适老化</mark>" in page
    english = visitor.get("/search?q=适老化&lang=en", follow_redirects=True).text
    assert "Tags: </span><mark>适老化</mark>" in english


def test_what_is_not_there_says_what_to_try(deployment: Deployment, district: District) -> None:
    page = search(
        deployment, district.first.planner, f"/t/{district.first.place.slug}/search?q=不存在的词语qzx"
    )
    assert "没有找到相关内容" in page
    assert "居民意见、人员和文件" in page
    across = search(deployment, district.office, "/district/search?q=不存在的词语qzx")
    assert "居民意见和人员" in across and "文件" not in parsed(across).xpath("string(//main)")


def test_conditions_are_kept_and_do_not_hide_what_else_to_try(
    deployment: Deployment, district: District
) -> None:
    slug = district.first.place.slug
    for person, path in (
        (district.first.planner, f"/t/{slug}/search"),
        (district.office, "/district/search"),
    ):
        page = parsed(search(deployment, person, f"{path}?q=桂花巷 不存在的词语qzx&kind=person&sort=date"))
        assert "桂花" in page.xpath("string(//*[@class='search-help'])")
        form = page.xpath("//form[@role='search']")[0]
        assert form.form_values()[1:] == [("kind", "person"), ("sort", "date")]
        assert "没有可以查找的字词" not in search(deployment, person, f"{path}?q=-停车")
    curate = parsed(search(deployment, district.office, "/district/search/curate?kind=person"))
    assert not curate.xpath("//form[@role='search']//input[@type='hidden']")


def test_the_office_tries_synonyms_before_it_keeps_them(deployment: Deployment, district: District) -> None:
    client = deployment.workspace.test_client()
    district.office.sign_in(client)
    deployment.workspace.config["WTF_CSRF_ENABLED"] = False
    try:
        tried = client.post(
            "/district/search/synonyms",
            data={"groups": "桂花巷 木樨胡同", "queries": "木樨胡同", "preview": "1"},
        )
        assert tried.status_code == 200
        assert "会多找到" in tried.text
        assert "桂花巷口袋公园建成" in tried.text.split("试查结果")[1]  # what it would find, before it is saved
        kept = client.post("/district/search/synonyms", data={"groups": "桂花巷 木樨胡同", "save": "1"})
        assert kept.status_code == 303
        lonely = client.post("/district/search/synonyms", data={"groups": "一个词", "save": "1"})
        assert lonely.status_code == 422
        assert "一个词" in lonely.text  # nothing typed is lost
    finally:
        deployment.workspace.config["WTF_CSRF_ENABLED"] = True
    visitor = deployment.public.test_client()
    assert "口袋公园建成" in visitor.get("/search?q=木樨胡同").text


@pytest.fixture
def curator(deployment: Deployment, district: District) -> Iterator[StrictClient]:
    client = district.office.browser(deployment.workspace)
    deployment.workspace.config["WTF_CSRF_ENABLED"] = False
    yield client
    deployment.workspace.config["WTF_CSRF_ENABLED"] = True


def held(client: StrictClient) -> str:
    groups: str = parsed(client.get("/district/search/curate").text).xpath("//textarea")[0].text
    return groups.strip()


def tried(client: StrictClient, groups: str, queries: str = "") -> list[tuple[str, ...]]:
    """The words that are tried, with what is found now and after the change, and what would be new."""
    data = {"groups": groups, "queries": queries, "preview": "1"}
    page = parsed(client.post("/district/search/synonyms", data=data).text)
    rows = page.xpath("//*[@id='effects']//tbody/tr")
    return [tuple(cell.xpath("string()").strip() for cell in row.xpath("./th | ./td")) for row in rows]


def test_the_words_that_were_changed_are_tried(curator: StrictClient, deployment: Deployment) -> None:
    before = held(curator)
    first, *others = before.splitlines()
    added = f"{before}\n栀子巷 栀子小巷"
    assert [row[0] for row in tried(curator, added)] == ["栀子巷", "栀子小巷"]
    longer = "\n".join([f"{first} 全新叫法", *others])
    assert [row[0] for row in tried(curator, longer)][:2] == ["全新叫法", first.split()[0]]
    many = "\n".join([before, *(f"第{n}甲 第{n}乙" for n in range(30))])
    assert len(tried(curator, many)) == 20
    assert [row[0] for row in tried(curator, added, "停车，电梯")] == ["停车", "电梯"]
    # what finds less says so
    curator.post("/district/search/synonyms", data={"groups": f"{before}\n桂花巷 木香巷", "save": "1"})
    [row] = [row for row in tried(curator, before) if row[0] == "木香巷"]
    assert row[2:] == ("0", f"少找到 {row[1]} 条")
    # nothing changed, and nobody has asked for anything
    popular.flush(deployment.public_engine)
    with deployment.session() as session, session.begin():
        session.execute(delete(SearchQueryCount))
    same = curator.post("/district/search/synonyms", data={"groups": held(curator), "preview": "1"}).text
    assert "请填写要试查的词" in same


def test_a_wrong_line_is_named_by_its_number(curator: StrictClient) -> None:
    lines = [*held(curator).splitlines(), "", "一个词", "！ 叹号"]
    for button in ("preview", "save"):
        answer = curator.post(
            "/district/search/synonyms", data={"groups": "\r\n".join(lines), "queries": "", button: "1"}
        )
        assert answer.status_code == 422
        errors = parsed(answer.text).xpath("//*[@class='error-summary']//li//text()")
        said = "".join(errors)
        assert f"第 {len(lines) - 1} 行“一个词”：一组至少要有两个不同的词。" in said
        assert f"第 {len(lines)} 行“！”不是词。" in said
        assert "请填写要试查的词" not in answer.text


def test_a_word_in_two_groups_is_pointed_out(curator: StrictClient) -> None:
    before = held(curator)
    count = len(before.splitlines())
    groups = f"{before}\n栀子巷 栀子小巷\n栀子树 栀子巷 栀子樹"
    page = curator.post("/district/search/synonyms", data={"groups": groups, "preview": "1"})
    assert page.status_code == 200
    notes = parsed(page.text).xpath("//*[@id='effects']//*[contains(@class, 'note')]/text()")
    assert notes[-1] == f"“栀子巷”在第 {count + 1}、{count + 2} 行都有：搜它时，这几行的词都会找。"


def test_a_pinned_article_comes_first(deployment: Deployment, district: District) -> None:
    client = deployment.workspace.test_client()
    district.office.sign_in(client)
    deployment.workspace.config["WTF_CSRF_ENABLED"] = False
    try:
        wrong = client.post(
            "/district/search/pins", data={"query": "坐处", "article": "http://localhost/a/nothing"}
        )
        assert wrong.status_code == 422
        right = client.post(
            "/district/search/pins", data={"query": "停车", "article": f"http://localhost/a/{district.code}"}
        )
        assert right.status_code == 303
    finally:
        deployment.workspace.config["WTF_CSRF_ENABLED"] = True
    page = deployment.public.test_client().get("/search?q=停车").text
    assert "推荐" in page
    assert "建成" in page
