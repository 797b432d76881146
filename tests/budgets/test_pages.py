"""A page asks the database as often for ten thousand rows as for ten, and its answer has a limit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from benchmarks.data import Size, generate
from portal.publishing.queries import latest, public_list
from tenants.embedded import Cluster
from tenants.identity.models import Tenant
from tenants.permissions import Role
from tests.conftest import Deployment
from tests.factories import accounts, people
from tests.support import database as databases
from tests.support.html import StrictClient
from webkit.pagecache import PageCache

FEW, MANY = 10, 10_000
#: Bytes of the largest page: lists have pages, selections an end.
LARGEST = 250_000

#: Address and the most queries it may take; who asks stands in the first word of the name.
PUBLIC = {
    "home": ("/", 12),
    "list": ("/sprout/", 6),
    "list of a tenant": ("/sprout/?tenant=t0", 6),
    "list of a unit": ("/sprout/?tenant=t0&unit=u1", 6),
    "list of a tag": ("/sprout/?tag=街区更新", 6),
    "list of a year": ("/sprout/?year=2026", 6),
    "article": ("/a/{code}", 6),
    "tenants": ("/places/", 4),
    "tenant": ("/places/t0/", 6),
    "unit": ("/places/t0/u1/", 4),
    "feeds": ("/feeds/", 2),
    "feed of all": ("/feeds/all.xml", 2),
    "feed of a kind": ("/feeds/sprout.xml", 2),
    "feed of a tenant": ("/feeds/places/t0.xml", 3),
    "feed of a unit": ("/feeds/places/t0/u1.xml", 4),
    "sitemap": ("/sitemap.xml", 2),
    "sitemap of a year": ("/sitemap/2026.xml", 2),
    "sitemap of pages": ("/sitemap/pages.xml", 2),
    "search": ("/search?q=口袋公园", 9),
}
TENANT = {
    "today": ("/t/t0/", 10),
    "publishing": ("/t/t0/publications/", 7),
    "publishing by title": ("/t/t0/publications/?sort=title", 7),
    "publishing of a state": ("/t/t0/publications/?state=published&tag=街区更新", 7),
    "publishing, words": ("/t/t0/publications/?q=公园", 8),
    "publication": ("/t/t0/publications/{code}", 10),
    "desk": ("/t/t0/comments/", 7),
    "desk, answered": ("/t/t0/comments/?tab=answered", 7),
    "desk, words": ("/t/t0/comments/?tab=all&q=说明", 8),
    "files": ("/t/t0/files/", 7),
    "people": ("/t/t0/people/", 8),
    "audit": ("/t/t0/audit/", 9),
}
DISTRICT = {
    "overview": ("/district/", 7),
    "overview by figures": ("/district/?sort=-published", 7),
    "publications": ("/district/publications/", 6),
    "comments": ("/district/comments/", 7),
    "people": ("/district/people/", 9),
    "audit": ("/district/audit/", 9),
    "tenants": ("/district/tenants/", 6),
}


@dataclass
class District:
    """A filled deployment with a browser of each kind."""

    deployment: Deployment
    clients: dict[str, StrictClient]
    code: str

    def cost(self, who: str, address: str) -> tuple[int, int]:
        """Queries and bytes of a page that is not kept."""
        path = address.format(code=self.code)
        cache = self.deployment.public.wsgi_app
        assert isinstance(cache, PageCache)
        cache.forget()
        with databases.counted_queries() as counted:
            answer = self.clients[who].get(path)
        assert answer.status_code == 200, path
        return len(counted), len(answer.data)


@pytest.fixture(scope="module")
def districts(
    cluster: Cluster, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[District, District]]:
    """A tenant with ten rows of everything in a small district, and one with ten thousand in a large one."""
    made = []
    for name, rows, others in (("budgets_few", FEW, 2), ("budgets_many", MANY, 149)):
        databases.clone(cluster, template, name)
        deployment = Deployment(databases.settings_for(cluster, name, tmp_path_factory.mktemp(name)))
        generate(
            deployment.settings, Size(1, rows, 1, files=rows, audit=rows, people=rows), Size(others, 1, 1)
        )
        made.append(_open(deployment))
    yield made[0], made[1]
    for each in made:
        each.deployment.close()


def _open(deployment: Deployment) -> District:
    with deployment.session() as session, session.begin():
        row = session.query(Tenant).filter_by(slug="t0").one()
        tenant = people.Place(row.id, row.slug, row.name, row.short_name)
        clerk = people.staff(session, Role.TENANT_ADMIN, place=tenant)
        office = people.staff(session, Role.DISTRICT_OFFICE)
    doors = {"visitor": deployment.public, "clerk": deployment.workspace, "office": deployment.workspace}
    clients = {who: accounts.browser(app) for who, app in doors.items()}
    clerk.sign_in(clients["clerk"])
    office.sign_in(clients["office"])
    for who, page in (("visitor", "/"), ("clerk", "/t/t0/"), ("office", "/district/")):
        clients[who].get(page)  # what a process asks once is no page's cost
    with deployment.public_session() as session:
        code = latest(session, tenant="t0", limit=1)[0].code
    return District(deployment, clients, code)


@pytest.mark.slow("fills a district with ten thousand rows of everything")
@pytest.mark.parametrize(
    ("who", "address", "most"),
    [
        pytest.param(who, *asked, id=f"{who}: {name}")
        for who, pages in (("visitor", PUBLIC), ("clerk", TENANT), ("office", DISTRICT))
        for name, asked in pages.items()
    ],
)
def test_a_page_costs_the_same_for_ten_thousand_rows(
    districts: tuple[District, District], who: str, address: str, most: int
) -> None:
    few, many = (district.cost(who, address) for district in districts)
    assert many[0] == few[0] <= most
    assert many[1] <= LARGEST


def test_sitemaps_are_split_and_feeds_end(districts: tuple[District, District]) -> None:
    visitor = districts[1].clients["visitor"]
    parts = re.findall(r"<loc>[^<]*(/sitemap/\d+\.xml)</loc>", visitor.get("/sitemap.xml").text)
    sizes = [visitor.get(part).text.count("<url>") for part in parts]
    assert len(parts) >= 10 and sum(sizes) > MANY * 0.99 and max(sizes) <= 50_000
    assert visitor.get("/feeds/all.xml").text.count("<entry>") == 30
    assert visitor.get("/feeds/sprout.xml").text.count("<entry>") == 30


def test_lists_go_on_beyond_what_they_count(districts: tuple[District, District]) -> None:
    clerk = districts[1].clients["clerk"]
    first = clerk.get("/t/t0/publications/").text
    assert "1,000+" in first and 'rel="next"' in first
    beyond = clerk.get("/t/t0/publications/?page=60").text
    assert 'rel="next"' in beyond and "1,000+" in beyond
    assert districts[1].cost("visitor", "/sprout/?page=50")[0] == districts[1].cost("visitor", "/sprout/")[0]
    assert 'rel="next"' not in clerk.get("/t/t0/publications/?page=501").text
    assert districts[0].clients["clerk"].get("/t/t0/publications/").text.count("1,000+") == 0


@pytest.mark.parametrize("path", ["publications/?q=公园", "comments/?tab=all&q=第1条"])
def test_a_list_that_looks_for_words_in_its_newest_rows_only_leads_to_the_search(
    districts: tuple[District, District], path: str
) -> None:
    few, many = (district.clients["clerk"].get(f"/t/t0/{path}").text for district in districts)
    assert "只在较新的内容里查找" not in few
    assert "只在较新的内容里查找" in many and '/t/t0/search?q=' in many


def test_a_code_is_found_however_old(districts: tuple[District, District]) -> None:
    large = districts[1]
    with large.deployment.public_session() as session:
        last = public_list(session, tenant="t0", page=400).items[0]
    found = large.clients["clerk"].get(f"/t/t0/publications/?q={last.code.upper()}").text
    assert f"/t/t0/publications/{last.code}" in found


def test_too_many_tenants_to_choose_from_are_named_instead(districts: tuple[District, District]) -> None:
    few, many = (district.clients["office"] for district in districts)
    assert '<select id="filter-tenant"' in few.get("/district/publications/").text
    page = many.get("/district/publications/").text
    assert '<select id="filter-tenant"' not in page and 'name="tenant"' in page
    name = "新华1镇"
    assert name in many.get(f"/district/publications/?tenant={name}").text
    assert "/t/t1/publications/" in many.get(f"/district/publications/?tenant={name}").text
    # the office opens any of them, and finds back
    assert many.get("/t/t140/").status_code == 200
