"""今天: everybody sees what waits for them, in order of date, and every figure opens its rows."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from portal.publishing import service
from portal.today import queries
from tenants.clock import now
from tenants.rules import AS_IT_IS
from tests.conftest import Deployment
from tests.factories import publishing as make
from tests.factories.publishing import Newsroom
from tests.support.database import counted_queries
from tests.support.forms import local, parsed


@pytest.fixture(scope="module")
def room(deployment: Deployment) -> Newsroom:
    room = make.newsroom(deployment)
    planner, clerk = room.planner.actor(), room.clerk.actor()
    with deployment.session(clerk) as session, session.begin():
        waits = make.draft(session, planner, title="等审核的一篇")
        service.submit(session, waits.code, AS_IT_IS, now=now() - timedelta(days=2))
        own = make.draft(session, clerk, title="主任自己写的一篇")
        service.submit(session, own.code, AS_IT_IS)
        back = make.draft(session, planner, title="退回去的一篇")
        service.submit(session, back.code, AS_IT_IS)
        service.send_back(session, back.code, AS_IT_IS, "请补充施工时间")
        make.draft(session, planner, title="规划师的草稿")
        planned = make.draft(session, planner, title="定了时间的一篇")
        service.submit(session, planned.code, AS_IT_IS)
        service.approve(session, planned.code, AS_IT_IS)
        service.schedule(session, planned.code, AS_IT_IS, now() + timedelta(days=3))
        ready = make.draft(session, planner, title="等发布的一篇")
        service.submit(session, ready.code, AS_IT_IS)
        service.approve(session, ready.code, AS_IT_IS)
    return room


def test_the_clerk_sees_what_to_approve_and_publish(app_workspace: Flask, room: Newsroom) -> None:
    page = room.clerk.browser(app_workspace).get(room.path()).text
    tasks = page.split("等您办的")[1].split("<h2>")[0]
    assert tasks.index("等审核的一篇") < tasks.index("等发布的一篇")  # the longest waiting first
    assert "主任自己写的一篇" not in tasks and "规划师的草稿" not in page
    assert "主任自己写的一篇" in page.split("我送审的")[1]
    assert "定了时间的一篇" in page.split("将要发布")[1]


def test_the_planner_sees_what_came_back(app_workspace: Flask, room: Newsroom) -> None:
    page = room.planner.browser(app_workspace).get(room.path()).text
    tasks = page.split("等您办的")[1].split("<h2>")[0]
    assert "退回去的一篇" in tasks and "请补充施工时间" in tasks and "等审核的一篇" not in tasks
    assert "规划师的草稿" in page.split("我的草稿</h2>")[1]


def test_every_figure_opens_as_many_rows(app_workspace: Flask, room: Newsroom) -> None:
    client = room.planner.browser(app_workspace)
    document = parsed(client.get(room.path()).text)
    tile = next(t for t in document.xpath("//ul[@class='figures']/li") if "我的草稿" in t.text_content())
    rows = parsed(client.get(local(tile.xpath(".//a/@href")[0])).text)
    value = int(tile.xpath(".//*[@class='figure-value']")[0].text_content())
    assert value == len(rows.xpath("//tbody/tr")) == 2


def test_nothing_waiting_is_said_kindly(deployment: Deployment, app_workspace: Flask) -> None:
    empty = make.newsroom(deployment, "文景街道办事处")
    assert "今天没有等您办的事" in empty.second.browser(app_workspace).get(empty.path()).text


def test_the_district_office_reads_a_tenants_page(app_workspace: Flask, room: Newsroom) -> None:
    page = room.office.browser(app_workspace).get(room.path())
    assert page.status_code == 200 and "等审核的一篇" not in page.text.split("等您办的")[1].split("<h2>")[0]


def test_the_number_of_queries_does_not_grow(deployment: Deployment, room: Newsroom) -> None:
    actor = room.clerk.actor()

    def cost() -> int:
        with deployment.session(actor) as session:
            session.connection()
            with counted_queries() as counted:
                queries.waiting(session, actor)
        return len(counted)

    few = cost()
    planner = room.planner.actor()
    with deployment.session(actor) as session, session.begin():
        for n in range(15):
            code = make.draft(session, planner, title=f"又一篇等审核的{n}").code
            service.submit(session, code, AS_IT_IS)
    assert cost() == few <= 5
