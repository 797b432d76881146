"""What both doors read: the right rows, and the same number of queries however many there are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from portal.publishing import queries, service
from portal.publishing.content import Attachment
from portal.publishing.policy import Kind
from tenants.actors import Actor
from tenants.clock import now
from tenants.permissions import Role
from tenants.rules import AS_IT_IS
from tests.conftest import Deployment
from tests.factories import people
from tests.factories import publishing as make
from tests.support.database import Queries


@pytest.fixture(scope="module")
def world(deployment: Deployment) -> Iterator[dict[str, Any]]:
    """Two tenants; one with articles of every kind over two years."""
    with deployment.session() as session, session.begin():
        here = people.tenant(session, "玉桥街道办事处")
        there = people.tenant(session, "宋庄镇人民政府")
        planner = people.staff(session, Role.PLANNER, place=here, name="林工")
        clerk = people.staff(session, Role.TENANT_ADMIN, place=here, name="王主任")
        neighbour = people.staff(session, Role.TENANT_STAFF, place=there, name="赵镇")
    p, c, n = planner.actor(), clerk.actor(), neighbour.actor()
    with deployment.session(c) as session, session.begin():
        unit = people.unit(session, here)
        cover = make.stored_file(session, here.id)
        document = make.stored_file(session, here.id, "document")
        park = make.published(
            session, p, c, now=datetime(2025, 6, 1, tzinfo=UTC), unit_id=unit, cover_file_id=cover.id,
            cover_alt="效果图", documents=(Attachment(document.id, "方案"),), latitude=39.9, longitude=116.6,
            place_label="三角地",
        )  # fmt: skip
        plan = make.published(
            session, p, c, Kind.INTERPRETATION, title="街区更新规划解读", tags=("规划",),
            now=datetime(2026, 2, 1, tzinfo=UTC), unit_id=unit,
        )  # fmt: skip
        event = make.published(
            session, p, c, Kind.OUTREACH, title="社区议事会请您来", event_place="活动室",
            event_starts_at=now() + timedelta(days=3), event_ends_at=now() + timedelta(days=3, hours=2),
        )  # fmt: skip
        hidden = make.draft(session, p, title="还没发布的草稿", tags=("秘密标签",))
    with deployment.session(n) as session, session.begin():
        far = make.published(session, n, n, title="宋庄的艺术小院", now=datetime(2026, 3, 1, tzinfo=UTC))
    yield {
        "here": here, "there": there, "planner": p, "clerk": c, "park": park.code, "plan": plan.code,
        "event": event.code, "hidden": hidden.code, "far": far.code,
    }  # fmt: skip


def codes(page: queries.PublicPage) -> list[str]:
    return [item.code for item in page.items]


def test_the_public_lists_what_is_live_newest_first(deployment: Deployment, world: dict[str, Any]) -> None:
    with deployment.public_session() as session:
        assert codes(queries.public_list(session)) == [
            world["event"], world["far"], world["plan"], world["park"],
        ]  # fmt: skip


def test_filters_narrow_and_combine(deployment: Deployment, world: dict[str, Any]) -> None:
    here = world["here"].slug
    with deployment.public_session() as session:
        assert codes(queries.public_list(session, kind=Kind.SPROUT)) == [world["far"], world["park"]]
        assert codes(queries.public_list(session, tenant=here, year=2025)) == [world["park"]]
        assert codes(queries.public_list(session, tag="规划")) == [world["plan"]]
        assert codes(queries.public_list(session, year=1)) == []


def test_counts_stand_under_the_other_filters(deployment: Deployment, world: dict[str, Any]) -> None:
    here, there = world["here"], world["there"]
    with deployment.public_session() as session:
        found = queries.public_list(session, tenant=here.slug)
        assert found.total == 3
        assert {(v.value, v.count) for v in found.facets.tenants} == {(here.slug, 3), (there.slug, 1)}
        assert {(v.value, v.count) for v in found.facets.kinds} == {
            ("sprout", 1), ("interpretation", 1), ("outreach", 1),
        }  # fmt: skip
        assert [v.value for v in found.facets.years] == ["2026", "2025"]
        assert "秘密标签" not in {v.value for v in found.facets.tags}


def test_an_article_brings_everything_it_shows(deployment: Deployment, world: dict[str, Any]) -> None:
    with deployment.public_session() as session:
        article = queries.public_article(session, world["park"])
        assert article is not None
        assert article.cover is not None and article.cover.widths == (320, 640, 1280)
        assert [document.title for document in article.documents] == ["方案"]
        assert article.place == queries.Place(39.9, 116.6, "三角地")
        assert article.unit is not None
        assert queries.public_article(session, world["hidden"]) is None
        related = queries.related(session, article)
        assert related[0].code == world["plan"]  # the same unit comes first
        assert article.code not in [card.code for card in related]


def test_places_events_and_feeds(deployment: Deployment, world: dict[str, Any]) -> None:
    with deployment.public_session() as session:
        assert [point.code for point in queries.near(session, box=(39, 116, 40, 117))] == [world["park"]]
        assert queries.near(session, box=(10, 10, 11, 11)) == ()
        assert [card.code for card in queries.upcoming(session)] == [world["event"]]
        assert len(queries.for_feed(session)) == 4


def test_the_preview_is_what_the_public_would_read(deployment: Deployment, world: dict[str, Any]) -> None:
    with deployment.public_session() as public, deployment.session(world["clerk"]) as session:
        assert queries.preview(session, world["park"]) == queries.public_article(public, world["park"])


def more(deployment: Deployment, clerk: Actor, planner: Actor, n: int) -> None:
    with deployment.session(clerk) as session, session.begin():
        for index in range(n):
            make.published(session, planner, clerk, title=f"这是第{index}篇文章", tags=(f"标签{index % 7}",))


@pytest.mark.parametrize(
    ("what", "most"),
    [
        ("list", 4),
        ("article", 2),
        ("latest", 1),
        ("near", 1),
        ("workspace", 3),
        ("record", 2),
        ("waiting", 1),
    ],
)
def test_the_number_of_queries_does_not_grow(
    deployment: Deployment,
    world: dict[str, Any],
    count_queries: Callable[[], AbstractContextManager[Queries]],
    what: str,
    most: int,
) -> None:
    def run() -> int:
        with deployment.public_session() as public, deployment.session(world["clerk"]) as session:
            public.execute(text("SELECT 1"))
            session.execute(text("SELECT 1"))
            reads: dict[str, Any] = {
                "list": lambda: queries.public_list(public),
                "article": lambda: queries.public_article(public, world["park"]),
                "latest": lambda: queries.latest(public, limit=20),
                "near": lambda: queries.near(public),
                "workspace": lambda: queries.listing(session, queries.Filters()),
                "record": lambda: queries.record(session, world["park"]),
                "waiting": lambda: queries.waiting(session, world["clerk"].id),
            }
            with count_queries() as counted:
                reads[what]()
        return len(counted)

    few = run()
    more(deployment, world["clerk"], world["planner"], 12)
    assert run() == few <= most


def test_the_workspace_list_filters_counts_and_sorts(deployment: Deployment, world: dict[str, Any]) -> None:
    with deployment.session(world["clerk"]) as session:
        found = queries.listing(session, queries.Filters(text="草稿"))
        assert [row.code for row in found.rows] == [world["hidden"]]
        assert found.counts == {"draft": 1}
        by_title = queries.listing(session, queries.Filters(kind="outreach"), sort="title")
        assert [row.code for row in by_title.rows] == [world["event"]]
        assert "林工" in {option.value for option in by_title.options["author"]}
        # a percent sign is a percent sign
        assert queries.listing(session, queries.Filters(text="%")).rows == ()


def test_waiting_tells_returned_from_own_drafts(deployment: Deployment, world: dict[str, Any]) -> None:
    planner, clerk = world["planner"], world["clerk"]
    with deployment.session(clerk) as session, session.begin():
        code = make.draft(session, planner, title="要退回的一篇").code
        service.submit(session, code, AS_IT_IS)
        service.send_back(session, code, AS_IT_IS, "请写明开工日期")
    with deployment.session(planner) as session:
        rows = {row.code: row for row in queries.waiting(session, planner.id)}
    assert (rows[code].action, rows[code].reason) == ("returned", "请写明开工日期")
    assert rows[world["hidden"]].action == "created"
