"""What a visitor reads: lists with filters, articles, places, feeds, sitemaps, and the answers caches live on."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from lxml import etree

from portal.publishing import service
from portal.publishing.models import Publication
from portal.publishing.policy import Kind
from tenants.clock import now
from tenants.permissions import Role
from tenants.rules import AS_IT_IS
from tests.conftest import Deployment
from tests.factories import people, publishing
from tests.factories.people import Place
from tests.support.html import StrictClient

ATOM = {"a": "http://www.w3.org/2005/Atom"}
_numbers = count(1)


@pytest.fixture(scope="module")
def place(deployment: Deployment) -> Place:
    with deployment.session() as session, session.begin():
        made = people.tenant(session)
        return made


def publish(deployment: Deployment, place: Place, kind: Kind = Kind.SPROUT, **changes: object) -> Publication:
    """One more publication of the place, written and approved by two people."""
    with deployment.session() as session, session.begin():
        editor = people.staff(session, Role.PLANNER, place=place)
        approver = people.staff(session, Role.TENANT_STAFF, place=place)
    changes.setdefault("title", f"第{next(_numbers)}处口袋公园")
    with deployment.session(approver.actor()) as session, session.begin():
        return publishing.published(session, editor.actor(), approver.actor(), kind, **changes)  # type: ignore[arg-type]


def test_the_house_stands_empty(deployment: Deployment, visitor: StrictClient) -> None:
    for path in ("/", "/sprout/", "/places/", "/feeds/", "/about", "/accessibility"):
        assert visitor.get(path).status_code == 200, path
    assert "这里还没有内容" in visitor.get("/announcement/").text


def test_a_published_article_is_everywhere_a_reader_looks(
    deployment: Deployment, visitor: StrictClient, place: Place
) -> None:
    article = publish(deployment, place, title="玉带河边的街角花园", tags=("街角花园",))
    page = visitor.get(f"/a/{article.code}")
    assert page.status_code == 200
    assert "玉带河边的街角花园" in page.text
    assert "什么时候开工" in page.text
    for path in ("/", "/sprout/", f"/places/{place.slug}/", "/feeds/all.xml", "/feeds/sprout.xml"):
        assert "玉带河边的街角花园" in visitor.get(f"{path}?fresh").text, path


def test_lists_filter_by_what_the_address_says(
    deployment: Deployment, visitor: StrictClient, place: Place
) -> None:
    long_ago = datetime(2024, 5, 1, tzinfo=UTC)
    publish(deployment, place, title="老年活动站门前的坡道", tags=("适老化",), now=long_ago)
    publish(deployment, place, title="校门口的等候区", tags=("儿童友好",))
    with deployment.session() as session, session.begin():
        elsewhere = people.tenant(session)
    publish(deployment, elsewhere, title="别处的坡道", tags=("适老化",))

    def titles(query: str) -> str:
        return visitor.get(f"/sprout/?{query}").text

    assert "老年活动站门前的坡道" in titles("tag=适老化")
    assert "校门口的等候区" not in titles("tag=适老化")
    assert "别处的坡道" not in titles(f"tag=适老化&tenant={place.slug}")
    assert "老年活动站门前的坡道" in titles("year=2024")
    assert "校门口的等候区" not in titles("year=2024")
    nothing = titles("tag=没有这个标签")
    assert "没有符合这些条件的内容" in nothing
    assert "没有这个标签" in nothing  # the filter in force can be taken away


@pytest.mark.parametrize(
    "query", ["page=0", "page=-3", "page=zehn", "page=99999999", "year=20x6", "year=0000", "tenant=%00"]
)
def test_nonsense_in_an_address_is_answered_calmly(visitor: StrictClient, query: str) -> None:
    assert visitor.get(f"/sprout/?{query}").status_code in (200, 302, 400, 404)


def test_a_withdrawn_article_is_gone(deployment: Deployment, visitor: StrictClient, place: Place) -> None:
    article = publish(deployment, place, title="写错了时间的通知")
    assert visitor.get(f"/a/{article.code}").status_code == 200
    with deployment.session() as session, session.begin():
        admin = people.staff(session, Role.TENANT_ADMIN, place=place)
    with deployment.session(admin.actor()) as session, session.begin():
        service.withdraw(session, article.code, AS_IT_IS, reason="时间写错了")
    gone = visitor.get(f"/a/{article.code}?again")
    assert gone.status_code == 410
    assert all(words in gone.text for words in ("写错了时间的通知", "已经撤下", "时间写错了", place.name))
    assert "什么时候开工" not in gone.text  # of the text itself nothing is left
    for path in ("/feeds/all.xml", "/sprout/", f"/places/{place.slug}/", "/search"):
        assert "写错了时间的通知" not in visitor.get(f"{path}?again").text, path
    with deployment.session(admin.actor()) as session, session.begin():
        service.revise(session, article.code, AS_IT_IS)
    assert visitor.get(f"/a/{article.code}?revised").status_code == 410


def test_an_event_shows_when_it_is_and_a_notice_until_when(
    deployment: Deployment, visitor: StrictClient, place: Place
) -> None:
    day = timedelta(days=1)

    def at(kind: Kind, title: str, days: int) -> None:
        starts = now() + days * day
        times = {"event_starts_at": starts, "event_ends_at": starts + timedelta(hours=2), "event_place": "活动室"}
        publish(deployment, place, kind, title=title, **times)

    at(Kind.OUTREACH, "后天的议事会", 2)
    at(Kind.OUTREACH, "上周的讲座", -7)
    at(Kind.ANNOUNCEMENT, "还在公示的方案", 3)
    at(Kind.ANNOUNCEMENT, "公示期满的方案", -3)
    page = visitor.get("/outreach/?events").text
    assert page.index("近期活动") < page.index("后天的议事会") < page.index("其他活动") < page.index("上周的讲座")
    assert page.count(">后天的议事会<") == 1
    assert "活动时间：" in page and "已结束：" in page
    page = visitor.get("/announcement/?events").text
    assert "截止：" in page[page.index("还在公示的方案") :] and "已截止：" in page[page.index("公示期满的方案") :]
    assert "还在公示的方案" not in visitor.get("/?events").text.partition('id="event-title"')[2]
    assert "活动时间：" in visitor.get("/feeds/outreach.xml?events").text
    assert "已截止" in visitor.get(f"/places/{place.slug}/?events").text


@pytest.mark.parametrize(
    "path", ["/a/nothing", "/places/nowhere/", "/places/nowhere/unit/", "/media/x/480", "/sitemap/x.xml"]
)
def test_what_is_not_there_answers_404_in_the_readers_language(visitor: StrictClient, path: str) -> None:
    answer = visitor.get(path)
    assert answer.status_code == 404
    assert "没有找到这一页" in answer.text


def test_feeds_are_atom_with_stable_ids(deployment: Deployment, visitor: StrictClient, place: Place) -> None:
    article = publish(deployment, place, title='订阅者也看得到 <b>& 引号"')
    for path in ("/feeds/all.xml", "/feeds/sprout.xml", f"/feeds/places/{place.slug}.xml"):
        answer = visitor.get(f"{path}?v={article.code}")
        assert answer.mimetype == "application/atom+xml"
        feed = etree.fromstring(answer.data)
        ids = [entry.findtext("a:id", namespaces=ATOM) for entry in feed.iterfind("a:entry", ATOM)]
        assert f"http://localhost/a/{article.code}" in ids
        assert len(ids) == len(set(ids))
        assert '订阅者也看得到 <b>& 引号"' in [title.text for title in feed.iterfind("a:entry/a:title", ATOM)]


def test_the_sitemap_leads_to_every_article(
    deployment: Deployment, visitor: StrictClient, place: Place
) -> None:
    article = publish(deployment, place)
    index = etree.fromstring(visitor.get(f"/sitemap.xml?v={article.code}").data)
    parts = [str(loc.text).removeprefix("http://localhost") for loc in index.iter("{*}loc")]
    found: set[str] = set()
    for part in parts:
        found |= {
            str(loc.text)
            for loc in etree.fromstring(visitor.get(f"{part}?v={article.code}").data).iter("{*}loc")
        }
    assert f"http://localhost/a/{article.code}" in found
    assert "Sitemap: http://localhost/sitemap.xml" in visitor.get("/robots.txt").text


def test_an_article_tells_machines_what_it_is(
    deployment: Deployment, visitor: StrictClient, place: Place
) -> None:
    starts = now() + timedelta(days=7)
    article = publish(
        deployment, place, Kind.OUTREACH, title="社区规划开放日",
        event_starts_at=starts, event_ends_at=starts + timedelta(hours=2), event_place="社区活动室",
    )  # fmt: skip
    text = visitor.get(f"/a/{article.code}").text
    assert '"@type": "Event"' in text
    assert 'property="og:title" content="社区规划开放日"' in text
    assert f'<link rel="canonical" href="http://localhost/a/{article.code}">' in text


def test_visitors_get_no_cookie_and_validators(
    deployment: Deployment, visitor: StrictClient, place: Place
) -> None:
    article = publish(deployment, place)
    for path in ("/", "/sprout/", f"/a/{article.code}", f"/places/{place.slug}/", "/search?q=花园"):
        answer = visitor.get(path)
        assert answer.status_code == 200, path
        assert "Set-Cookie" not in answer.headers, path
        assert answer.cache_control.max_age, path
        assert answer.headers["ETag"], path
        again = visitor.get(path, headers={"If-None-Match": answer.headers["ETag"]})
        assert again.status_code == 304, path


@pytest.mark.parametrize("year", ["0", "9999", "10000", "9" * 14])
def test_a_sitemap_of_no_year_is_empty_or_not_there(visitor: StrictClient, year: str) -> None:
    assert visitor.get(f"/sitemap/{year}.xml").status_code == (200 if len(year) < 5 else 404)


def test_titles_in_english_are_english(visitor: StrictClient) -> None:
    visitor.set_cookie("xinya_lang", "en")
    for path in ("/", "/sprout/", "/places/", "/feeds/", "/about", "/search", "/account/sign-in", "/nothing-here"):
        title = re.search("<title>(.*?)</title>", visitor.get(path).text, re.DOTALL)
        assert title and not re.search("[\u4e00-\u9fff]", title[1]), path
