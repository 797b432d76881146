"""全区总览: all tenants side by side, and every figure opens exactly the rows behind it."""

from __future__ import annotations

from io import BytesIO

import pytest
from flask import Flask
from openpyxl import load_workbook

from portal.district import queries
from portal.district.bars import bars
from portal.district.overview import SORTS, Figures, Filters, overview
from portal.publishing import service
from tenants.rules import AS_IT_IS
from tests.conftest import Deployment
from tests.factories import publishing as make
from tests.factories.publishing import Newsroom
from tests.support.database import counted_queries
from tests.support.forms import local, parsed, send
from tests.support.html import StrictClient, errors_of


@pytest.fixture(scope="module")
def room(deployment: Deployment) -> Newsroom:
    room = make.newsroom(deployment)
    planner, clerk = room.planner.actor(), room.clerk.actor()
    with deployment.session(clerk) as session, session.begin():
        live = [make.published(session, planner, clerk, title=f"发布的第{n}篇") for n in range(3)]
        service.revise(session, live[0].code, AS_IT_IS)
        service.submit(session, make.draft(session, planner).code, AS_IT_IS)
    make.newsroom(deployment, "宋庄镇人民政府")
    return room


@pytest.fixture
def office(app_workspace: Flask, room: Newsroom) -> StrictClient:
    return room.office.browser(app_workspace)


def test_every_figure_of_a_tenant_opens_its_rows(office: StrictClient, room: Newsroom) -> None:
    document = parsed(office.get("/district/").text)
    assert len(document.xpath("//figure")) == 1
    assert not parsed(office.get("/district/?sort=last").text).xpath("//figure"), "the table is what is read"
    row = next(r for r in document.xpath("//tbody/tr") if room.place.name in r.text_content())
    for label, number in (("公众能看到", 3), ("待审核", 1)):
        link = row.xpath(f".//td[@data-label='{label}']//a")[0]
        assert int(link.text_content()) == number
        rows = parsed(office.get(local(link.get("href"))).text)
        assert len(rows.xpath("//tbody/tr")) == number


def test_sorted_filtered_and_exported_alike(office: StrictClient, room: Newsroom) -> None:
    rows = parsed(office.get("/district/?sort=-published").text).xpath("//tbody/tr/th")
    names = [row.text_content().strip() for row in rows]
    assert names.index(room.place.name) < names.index("宋庄镇人民政府")
    narrowed = parsed(office.get("/district/?q=玉桥").text).xpath("//tbody/tr/th")
    assert [row.text_content().strip() for row in narrowed] == [room.place.name]
    sheet = load_workbook(BytesIO(office.get("/district/overview.xlsx?q=玉桥").data)).active
    assert sheet is not None
    assert [sheet["A2"].value, sheet["C2"].value, sheet["D2"].value] == [room.place.name, 3, 1]
    for rest in ("publications.xlsx", "comments.xlsx"):
        assert office.get(f"/district/{rest}").status_code == 200


@pytest.mark.parametrize(
    "address",
    [
        "publications/",
        "publications/?live=1&sort=tenant",
        "comments/",
        "comments/?tab=overdue",
        "tenants/",
        "operations",
    ],
)
def test_every_page_can_be_opened(office: StrictClient, address: str) -> None:
    assert office.get(f"/district/{address}").status_code == 200


def test_a_tenants_people_do_not_look_across(app_workspace: Flask, room: Newsroom) -> None:
    clerk = room.clerk.browser(app_workspace)
    for address in ("", "publications/", "comments/", "tenants/", "operations", "overview.xlsx"):
        assert clerk.get(f"/district/{address}").status_code == 404


def test_operations_show_what_waits(deployment: Deployment, office: StrictClient, room: Newsroom) -> None:
    with deployment.session() as session:
        found = queries.operations(session)
    assert found.jobs.waiting > 0 and found.search.waiting > 0
    deployment.run_jobs()
    with deployment.session() as session:
        found = queries.operations(session)
    assert (found.jobs.waiting, found.search.waiting, found.jobs.failed) == (0, 0, 0)
    page = office.get("/district/operations").text
    assert "改动都已进索引" in page and "还没有核对" in page
    assert send(office, "/district/operations", "/district/search/compare").status_code == 303
    deployment.run_jobs()
    page = office.get("/district/operations").text
    assert "还没有核对" not in page and page.count("一致</span>") == 2


def test_a_page_of_tenants_is_part_of_the_whole_and_its_sums_are_those_of_all(
    deployment: Deployment, room: Newsroom
) -> None:
    for n in range(3):
        make.newsroom(deployment, f"第{n}镇人民政府")
    with deployment.session(room.office.actor()) as session:
        for sort in ("name", *SORTS):
            whole = overview(session, Filters(), sort=sort)
            pages = [overview(session, Filters(), sort=sort, page=n, limit=2) for n in (1, 2, 99)]
            assert [row.slug for page in pages for row in page.rows] == [row.slug for row in whole.rows[:4]]
            assert {page.total for page in pages} == {len(whole.rows)}
            assert pages[0].sums.published == sum(row.published for row in whole.rows) > 0
            assert pages[0].most_published == pages[2].most_published == whole.most_published
            backwards = overview(session, Filters(), sort=f"-{sort}").rows
            if sort == "name":
                assert backwards == whole.rows[::-1]
            elif sort == "last":
                days = [row.last_published_at for row in backwards if row.last_published_at]
                assert days == sorted(days, reverse=True) and backwards[0].last_published_at
            else:
                shares = [getattr(row, sort) for row in backwards]
                assert shares == sorted(shares, key=lambda share: -1 if share is None else share, reverse=True)
        everything = overview(session, Filters())
        assert [row.published for row in everything.most_published] == sorted(
            (row.published for row in everything.rows if row.published), reverse=True
        )
        none = overview(session, Filters(text="没有这个镇"), limit=2)
    assert (none.rows, none.total, none.sums, none.most_waiting) == ([], 0, Figures(), [])


def test_the_number_of_queries_does_not_grow(deployment: Deployment, room: Newsroom) -> None:
    def cost() -> int:
        with deployment.session(room.office.actor()) as session:
            session.connection()
            with counted_queries() as counted:
                overview(session, Filters(), limit=5)
        return len(counted)

    few = cost()
    for n in range(5):
        make.newsroom(deployment, f"第{n}街道办事处")
    assert cost() == few == 1


def test_bars_say_their_numbers_and_are_whole() -> None:
    chart = bars([("玉桥街道办事处", (2, 3)), ("<b>镇", (0, 1))])
    assert chart is not None
    assert chart.summary == "玉桥街道办事处 5；<b>镇 1"
    assert "<b>" not in chart.svg and 'role="img"' in chart.svg
    assert not errors_of(str(chart.svg), part=True)
    assert bars([]) is None and bars([("甲", (0,))]) is None
