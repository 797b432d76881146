"""Views of lists: kept, found again, deleted, and one person's own."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from portal.saved_views import policy, queries, service
from portal.saved_views.models import SavedView
from tenants.permissions import Role
from tests.conftest import Deployment
from tests.factories import people, publishing
from tests.support.forms import follow, parsed, send
from tests.support.html import StrictClient


class Office:
    def __init__(self, deployment: Deployment) -> None:
        with deployment.session() as session, session.begin():
            self.place = people.tenant(session, "玉桥街道办事处")
            self.other = people.tenant(session, "台湖镇政府")
            self.clerk = people.staff(session, Role.TENANT_STAFF, place=self.place, name="宋经办")
            self.colleague = people.staff(session, Role.TENANT_STAFF, place=self.place, name="钱同事")
            self.officer = people.staff(session, Role.DISTRICT_OFFICE, name="区办的人")
        with deployment.session(self.clerk.actor()) as session, session.begin():
            publishing.draft(session, self.clerk.actor())

    def path(self, more: str = "") -> str:
        return f"/t/{self.place.slug}/{more}"

    def keeping(self, place: str, query: str) -> str:
        return self.path("views/save?") + urlencode({"place": place, "query": query})


@pytest.fixture(scope="module")
def office(deployment: Deployment) -> Office:
    return Office(deployment)


@pytest.fixture
def clerk(app_workspace: Flask, office: Office) -> StrictClient:
    return office.clerk.browser(app_workspace)


def links(page: str) -> dict[str, str]:
    """Name of a view -> its address, as the list shows them."""
    return {a.text: a.get("href") for a in parsed(page).xpath("//nav[@class='view-strip']//li/a")}


def test_a_view_is_kept_opened_again_and_deleted(
    app_workspace: Flask, office: Office, clerk: StrictClient
) -> None:
    list_page = office.path("publications/?kind=sprout&q=公园&page=1")
    (save,) = parsed(clerk.get(list_page).text).xpath("//nav[@class='view-strip']/a[@class='view-action']")
    address = save.get("href").removeprefix("/workspace")
    assert "保存为视图" in save.text_content()
    shown = follow(clerk, send(clerk, address, name=" 公园里的新芽 "))
    assert "已保存视图“公园里的新芽”" in shown.text
    assert shown.request.args.to_dict() == {"kind": "sprout", "q": "公园"}  # the page is no part of it
    # from the plain list it is one press; a colleague has views of their own
    plain = links(clerk.get(office.path("publications/")).text)
    assert parse_qsl(plain["公园里的新芽"].partition("?")[2]) == [("kind", "sprout"), ("q", "公园")]
    assert links(office.colleague.browser(app_workspace).get(office.path("publications/")).text) == {}
    assert links(clerk.get(office.path("people/")).text) == {}  # another list
    # looked at, it is marked and can be deleted
    chosen = parsed(clerk.get(list_page).text)
    assert chosen.xpath("//nav[@class='view-strip']//a[@aria-current='page']/text()") == ["公园里的新芽"]
    (delete,) = chosen.xpath("//nav[@class='view-strip']/a[@class='view-action']/@href")
    gone = follow(clerk, send(clerk, delete.removeprefix("/workspace")))
    assert "已删除视图“公园里的新芽”" in gone.text and links(gone.text) == {}
    assert clerk.get(delete.removeprefix("/workspace")).status_code == 404


def test_a_part_of_the_list_carries_the_views_too(office: Office, clerk: StrictClient) -> None:
    follow(clerk, send(clerk, office.keeping("people.index", "role=planner"), name="规划师"))
    part = clerk.get(office.path("people/?role=planner"), headers={"HX-Request": "true"}).text
    assert 'aria-current="page"' in part and "规划师" in part


def test_a_name_is_asked_for_and_taken_once(office: Office, clerk: StrictClient) -> None:
    address = office.keeping("files.index", "kind=image")
    assert send(clerk, address, name="").status_code == 422
    follow(clerk, send(clerk, address, name="图片"))
    again = send(clerk, office.keeping("files.index", "kind=document"), name="图片")
    assert again.status_code == 422 and "已经有同名的视图" in again.text and 'value="图片"' in again.text
    assert send(clerk, address, name="长" * 21).status_code == 422


def test_what_filters_nothing_or_is_no_list_is_refused(office: Office, clerk: StrictClient) -> None:
    for query in ("", "page=3", "tab=all", "q="):
        assert clerk.get(office.keeping("participation.desk", query)).status_code == 409, query
    assert clerk.get(office.keeping("account.show", "a=1")).status_code == 404
    assert clerk.get(office.keeping("district.overview", "late=1")).status_code == 409


def test_no_more_than_fit_above_a_list(deployment: Deployment, office: Office) -> None:
    actor = office.colleague.actor()
    with deployment.session(actor) as session, session.begin():
        for n in range(policy.MOST):
            service.save(session, actor, "audit.tenant", f"person={n}", f"第{n}个")
        assert policy.may_save(actor, "audit.tenant", "person=x", policy.MOST)
        held = queries.of_list(session, actor, "audit.tenant")
        assert [view.name for view in held] == [f"第{n}个" for n in range(policy.MOST)]


def test_the_district_keeps_views_of_its_own_lists(app_workspace: Flask, office: Office) -> None:
    officer = office.officer.browser(app_workspace)
    save = "/district/views/save?" + urlencode(
        {"place": "district.comments", "query": "tab=overdue&fate=received"}
    )
    shown = follow(officer, send(officer, save, name="逾期的"))
    assert links(officer.get("/district/comments/").text).keys() == {"逾期的"} == links(shown.text).keys()
    assert links(officer.get("/district/").text) == {}


def test_nobody_reads_or_writes_anothers_views(
    deployment: Deployment, app_workspace: Flask, office: Office
) -> None:
    owner = office.clerk.actor()
    with deployment.session(owner) as session, session.begin():
        kept = service.save(session, owner, "publishing.index", "kind=outreach", "我的活动")
        view_id = kept.id
    colleague = office.colleague.browser(app_workspace)
    assert colleague.get(office.path(f"views/{view_id}/delete")).status_code == 404
    with deployment.session(office.colleague.actor()) as session:
        assert session.get(SavedView, view_id) is None
    stranger = office.colleague.actor()
    with deployment.session(stranger) as session, pytest.raises(DBAPIError, match="row-level security"):
        session.execute(
            text(
                "INSERT INTO saved_view (id, created_at, staff_id, tenant_id, place, name, query)"
                " VALUES (gen_random_uuid(), now(), :staff, :tenant, 'files.index', 'x', 'q=x')"
            ),
            {"staff": office.clerk.id, "tenant": stranger.tenant_id},
        )


@given(st.text(max_size=300))
def test_the_essence_of_any_address_is_steady_and_short(query: str) -> None:
    essence = policy.essence(query)
    assert policy.essence(essence) == essence
    assert len(essence) <= policy.LONGEST_QUERY
    assert policy.POSITIONS.isdisjoint(name for name, _value in parse_qsl(essence))


def test_the_order_of_arguments_and_the_page_do_not_make_another_view() -> None:
    assert policy.essence("q=b&kind=a&page=3&unit=") == policy.essence("kind=a&q=b") == "kind=a&q=b"
