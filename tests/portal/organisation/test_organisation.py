"""Tenants and their units: set up, changed, and two people changing the same at once."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select, update
from uuid_utils.compat import uuid7
from werkzeug.test import TestResponse

from portal.organisation import service
from tenants import actors, jobs
from tenants.clock import now
from tenants.files.jobs import UNATTACHED_FOR
from tenants.files.models import StoredFile
from tenants.files.queries import storage
from tenants.identity.models import ResponsibleUnit, Tenant
from tenants.permissions import Role
from tests.conftest import Deployment
from tests.factories import people, publishing
from tests.factories.accounts import last_letter, led_to, submit, token_of
from tests.factories.people import Place
from tests.support.html import StrictClient

AREA = {"type": "Polygon", "coordinates": [[[116.6, 39.9], [116.7, 39.9], [116.7, 39.8], [116.6, 39.9]]]}


class District:
    def __init__(self, deployment: Deployment) -> None:
        self.deployment = deployment
        with deployment.session() as session, session.begin():
            self.place = people.tenant(session, "玉桥街道办事处")
            self.admin = people.staff(session, Role.TENANT_ADMIN, place=self.place, name="甄管理")
            self.planner = people.staff(session, Role.PLANNER, place=self.place)
            self.office = people.staff(session, Role.DISTRICT_OFFICE, name="区办的人")


@pytest.fixture(scope="module")
def district(deployment: Deployment) -> District:
    return District(deployment)


@pytest.fixture
def admin(app_workspace: Flask, district: District) -> StrictClient:
    return district.admin.browser(app_workspace)


@pytest.fixture
def office(app_workspace: Flask, district: District) -> StrictClient:
    return district.office.browser(app_workspace)


def tenant_of(district: District, place: Place | None = None) -> Tenant:
    with district.deployment.session() as session:
        found = session.get(Tenant, (place or district.place).id)
    assert found
    return found


def settings_fields(district: District, **changes: Any) -> dict[str, Any]:
    now = tenant_of(district)
    return {
        "version": now.version, "name": now.name, "short_name": now.short_name, "introduction": now.introduction,
        "contact_phone": now.contact_phone,
        "comment_policy": now.comment_policy, "reply_days": now.reply_days, **changes,
    }  # fmt: skip


def test_an_administrator_sets_the_tenants_page_up(admin: StrictClient, district: District) -> None:
    path = f"/t/{district.place.slug}/settings"
    fields = settings_fields(district, introduction="玉桥在运河边。", contact_phone="010-12345678", reply_days=7,
                             comment_policy="show", latitude="39.9", longitude="116.66")  # fmt: skip
    assert led_to(submit(admin, path, **fields)) == path
    now = tenant_of(district)
    assert (now.introduction, now.reply_days, now.comment_policy) == ("玉桥在运河边。", 7, "show")
    with district.deployment.public_session() as session:
        row = session.execute(
            select(Tenant.introduction, Tenant.contact_phone).where(Tenant.id == now.id)
        ).one()
    assert tuple(row) == ("玉桥在运河边。", "010-12345678")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": ""}, "请填写这一项"),
        ({"short_name": "一个实在是太长太长了的简称"}, "最多 12 个字"),
        ({"reply_days": "61"}, "应在 1 到 60 之间"),
        ({"reply_days": "viele"}, "请填写整数"),
        ({"contact_email": "no"}, "邮箱地址写得不对"),
        ({"latitude": "39.9", "longitude": ""}, "位置不完整"),
        ({"latitude": "200", "longitude": "10"}, "应在 -90 到 90 之间"),
        ({"comment_policy": "nonsense"}, "请从列表中选择"),
    ],
)
def test_mistakes_are_named_and_nothing_typed_is_lost(
    admin: StrictClient, district: District, changes: dict[str, Any], sentence: str
) -> None:
    typed = "打了半天的一段介绍"
    before = tenant_of(district).version
    fields = settings_fields(district, introduction=typed) | changes
    answer = submit(admin, f"/t/{district.place.slug}/settings", **fields)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert typed in answer.text
    assert tenant_of(district).version == before


def test_the_second_of_two_editors_sees_both_versions(admin: StrictClient, district: District) -> None:
    path = f"/t/{district.place.slug}/settings"
    mine = settings_fields(district, introduction="我写的介绍", office_hours="我写的时间")
    theirs = settings_fields(district, introduction="别人先保存的介绍")
    submit(admin, path, **theirs)
    answer = submit(admin, path, **mine)
    assert answer.status_code == 409
    assert "我写的介绍" in answer.text
    assert "我写的时间" in answer.text
    assert "别人先保存的介绍" in answer.text
    assert tenant_of(district).introduction == "别人先保存的介绍"
    version = re.search(r'name="version" type="hidden" value="(\d+)"', answer.text)
    assert version
    assert submit(admin, path, **{**mine, "version": version[1]}).status_code == 303, (
        "knowing both, one may save"
    )
    assert tenant_of(district).introduction == "我写的介绍"


@pytest.mark.parametrize("version", [None, "", "x", "-1", "9" * 30])
def test_an_edit_that_began_with_no_version_changes_nothing(
    admin: StrictClient, district: District, version: str | None
) -> None:
    path = f"/t/{district.place.slug}/settings"
    before = tenant_of(district)
    fields = settings_fields(district, introduction="无版本的修改", version=version)
    if version is None:
        del fields["version"]
    assert submit(admin, path, **fields).status_code == 409
    assert tenant_of(district).introduction == before.introduction


def picture() -> BytesIO:
    file = BytesIO()
    Image.new("RGB", (800, 300), "seagreen").save(file, "PNG")
    file.seek(0)
    return file


def test_a_picture_survives_an_error_elsewhere_and_becomes_public(
    admin: StrictClient, district: District
) -> None:
    path = f"/t/{district.place.slug}/settings"
    bad = settings_fields(district, name="", picture=(picture(), "河岸.png"))
    answer = admin.post(
        path, data={"csrf_token": token_of(admin.get(path)), **bad}, content_type="multipart/form-data"
    )
    assert answer.status_code == 422
    kept = re.search(r'name="picture_upload" value="([0-9a-f-]{36})"', answer.text)
    assert kept, "the picture was stored"
    fields = settings_fields(district, picture_upload=kept[1])
    assert submit(admin, path, **fields).status_code == 303
    assert str(tenant_of(district).picture_file_id) == kept[1]
    with district.deployment.session(district.admin.actor()) as session:
        stored = session.scalars(
            select(StoredFile).where(StoredFile.id == tenant_of(district).picture_file_id)
        ).one()
    assert stored.public
    assert stored.attached
    # saving again without touching it keeps it
    again = submit(admin, path, **settings_fields(district, picture_upload=kept[1]))
    assert again.status_code == 303
    assert str(tenant_of(district).picture_file_id) == kept[1]


def test_a_file_that_is_no_picture_is_refused(admin: StrictClient, district: District) -> None:
    path = f"/t/{district.place.slug}/settings"
    fields = settings_fields(district, picture=(BytesIO(b"MZ not a picture"), "virus.png"))
    answer = admin.post(
        path, data={"csrf_token": token_of(admin.get(path)), **fields}, content_type="multipart/form-data"
    )
    assert answer.status_code == 422


def test_planners_do_not_change_settings(app_workspace: Flask, district: District) -> None:
    client = district.planner.browser(app_workspace)
    assert client.get(f"/t/{district.place.slug}/settings").status_code == 403
    assert client.get(f"/t/{district.place.slug}/units/").status_code == 403


def test_a_unit_is_made_from_a_pasted_boundary_and_changed(admin: StrictClient, district: District) -> None:
    units = f"/t/{district.place.slug}/units/"
    fields = {
        "name": "玉桥东里组团",
        "kind": "cluster",
        "slug": "dongli",
        "schematic": "y",
        "boundary": json.dumps(AREA),
    }
    assert led_to(submit(admin, f"{units}new", **fields)) == units
    with district.deployment.session(district.admin.actor()) as session:
        unit = session.scalars(select(ResponsibleUnit).where(ResponsibleUnit.slug == "dongli")).one()
    assert unit.boundary == AREA
    assert (unit.latitude, unit.longitude) == (39.85, 116.65)
    assert "示意" in admin.get(units).text
    again = submit(admin, f"{units}new", **fields)
    assert again.status_code == 422
    assert "已有责任单元用这个网址名" in again.text
    file = (BytesIO(json.dumps({"type": "Feature", "geometry": AREA}).encode()), "b.geojson")
    page = admin.get(f"{units}dongli")
    changed = admin.post(
        f"{units}dongli",
        data={
            "csrf_token": token_of(page),
            **fields,
            "name": "改了名",
            "version": "1",
            "boundary_file": file,
        },
        content_type="multipart/form-data",
    )
    assert changed.status_code == 303
    stale = submit(admin, f"{units}dongli", **{**fields, "name": "又一个人", "version": "1"})
    assert stale.status_code == 409
    assert "改了名" in stale.text
    assert "又一个人" in stale.text


def test_a_units_former_addresses_lead_on(
    admin: StrictClient, app_public: Flask, district: District
) -> None:
    base = f"/t/{district.place.slug}/units/"
    first, second = f"u{uuid7().hex[-8:]}", f"u{uuid7().hex[-8:]}"
    fields = {"name": "玉桥南里组团", "kind": "cluster", "active": "y"}
    assert submit(admin, f"{base}new", **fields, slug=first).status_code == 303
    assert submit(admin, f"{base}{first}", **fields, slug=second, version="1").status_code == 303
    visitor = app_public.test_client()
    site = f"/places/{district.place.slug}"
    answer = visitor.get(f"{site}/{first}/?lang=xx")
    assert (answer.status_code, answer.location) == (301, f"{site}/{second}/?lang=xx")
    assert visitor.get(f"/feeds{site}/{first}.xml").location == f"/feeds{site}/{second}.xml"
    assert visitor.get(f"{site}/{second}/").status_code == 200
    assert visitor.get(f"{site}/never/").status_code == 404
    assert admin.get(f"{base}{first}").location.endswith(f"{base}{second}")
    # nobody else's, and its own again when it is wanted
    taken = submit(admin, f"{base}new", **fields, slug=first)
    assert taken.status_code == 422
    assert "或者以前用过" in taken.text
    assert submit(admin, f"{base}{second}", **fields, slug=first, version="2").status_code == 303
    assert visitor.get(f"{site}/{first}/").status_code == 200


def test_a_bad_boundary_says_why_and_stays_in_the_form(admin: StrictClient, district: District) -> None:
    path = f"/t/{district.place.slug}/units/new"
    text = '{"type": "Point", "coordinates": [116, 39]}'
    answer = submit(admin, path, name="x", kind="cluster", slug="x1", boundary=text)
    assert answer.status_code == 422
    assert "里面没有面" in answer.text
    assert "&#34;Point&#34;" in answer.text


def test_the_office_opens_a_tenant_and_its_administrator_comes_in(
    office: StrictClient, app_workspace: Flask, district: District
) -> None:
    email, slug = f"{uuid7().hex}@example.cn", f"t{uuid7().hex[-8:]}"
    fields = {
        "kind": "town", "name": "新开的镇政府", "short_name": "新开", "slug": slug,
        "admin_name": "首任管理员", "admin_email": email,
    }  # fmt: skip
    assert led_to(submit(office, "/district/tenants/new", **fields)) == "/district/tenants/"
    assert "新开的镇政府" in last_letter(district.deployment, email)
    assert "首任管理员" in office.get(f"/t/{slug}/people/").text
    assert "已有单位在用" in submit(office, "/district/tenants/new", **fields).text.replace(
        "已经有单位", "已有单位"
    )


def test_a_new_tenant_is_not_public_before_it_is_opened(
    office: StrictClient, district: District, visitor: StrictClient
) -> None:
    slug, name = f"t{uuid7().hex[-8:]}", f"尚未开放{uuid7().hex[-6:]}镇政府"
    fields = {
        "kind": "town", "name": name, "short_name": name[:-2], "slug": slug,
        "admin_name": "首任管理员", "admin_email": f"{uuid7().hex}@example.cn",
    }  # fmt: skip
    assert led_to(submit(office, "/district/tenants/new", **fields)) == "/district/tenants/"
    assert "还没开放" in office.get("/district/tenants/").text
    for path in ("/", "/places/", "/sitemap/pages.xml", "/feeds/"):
        assert name not in (page := visitor.get(f"{path}?unopened").text) and slug not in page, path
    assert visitor.get(f"/places/{slug}/").status_code == 404
    today = office.get(f"/t/{slug}/").text
    for words in ("开放前的准备", "填写联系电话或邮箱", "划出责任单元", "邀请同事和责任双师", "几天答复"):
        assert words in today
    assert f"/t/{slug}/settings/open" in office.get(f"/t/{slug}/").text, "its first page leads there"
    assert "还有准备没有做完" in office.get(f"/t/{slug}/settings/open").text
    assert led_to(submit(office, f"/t/{slug}/settings/open")) == f"/t/{slug}/"
    assert "开放前的准备" not in office.get(f"/t/{slug}/").text
    assert name in visitor.get("/places/?opened").text
    assert visitor.get(f"/places/{slug}/?opened").status_code == 200


def test_a_tenant_is_not_half_opened(office: StrictClient, district: District) -> None:
    slug = f"t{uuid7().hex[-8:]}"
    fields = {
        "kind": "town", "name": "没开成的镇", "short_name": "没开成", "slug": slug,
        "admin_name": "某人", "admin_email": "no address",
    }  # fmt: skip
    answer = submit(office, "/district/tenants/new", **fields)
    assert answer.status_code == 422
    assert "邮箱地址写得不对" in answer.text
    with district.deployment.session() as session:
        assert session.scalar(select(Tenant.id).where(Tenant.slug == slug)) is None


@pytest.mark.parametrize("slug", ["", "Yuqiao", "玉桥", "a b", "-a", "a--b", "new", "x" * 41, "1a", "../etc"])
def test_odd_addresses_are_refused(office: StrictClient, district: District, slug: str) -> None:
    fields = {
        "kind": "town",
        "name": "某镇",
        "short_name": "某",
        "slug": slug,
        "admin_name": "某",
        "admin_email": "a@b.cn",
    }
    assert submit(office, "/district/tenants/new", **fields).status_code == 422


def test_only_the_office_moves_a_tenant_and_has_to_say_so_twice(
    office: StrictClient, admin: StrictClient, district: District
) -> None:
    with district.deployment.session() as session, session.begin():
        place = people.tenant(session, "潞邑街道办事处")
    new = f"n{uuid7().hex[-8:]}"
    edit = f"/district/tenants/{place.slug}/edit"
    assert admin.get(edit).status_code == 404
    fields = {
        "version": "1",
        "kind": "subdistrict",
        "name": place.name,
        "short_name": place.short_name,
        "slug": new,
    }
    answer = submit(office, edit, **fields)
    assert answer.status_code == 422
    assert "请先确认" in answer.text
    assert submit(office, edit, **fields, moved="y").status_code == 303
    assert office.get(f"/t/{new}/people/").status_code == 200
    assert office.get(edit).status_code == 404


def test_a_tenants_former_addresses_lead_on(
    office: StrictClient, admin: StrictClient, app_public: Flask, app_workspace: Flask, district: District
) -> None:
    with district.deployment.session() as session, session.begin():
        place = people.tenant(session, "杨庄街道办事处")
        clerk = people.staff(session, Role.TENANT_ADMIN, place=place)
    addresses = [place.slug, f"n{uuid7().hex[-8:]}", f"n{uuid7().hex[-8:]}"]

    def move(former: str, new: str, version: int) -> TestResponse:
        fields: dict[str, Any] = {"version": version, "kind": "subdistrict", "name": place.name}
        fields["short_name"] = "杨庄"
        return submit(office, f"/district/tenants/{former}/edit", **fields, slug=new, moved="y")

    assert move(addresses[0], addresses[1], 1).status_code == 303
    assert move(addresses[1], addresses[2], 2).status_code == 303
    visitor, theirs = app_public.test_client(), clerk.browser(app_workspace)
    for former in addresses[:2]:
        answer = visitor.get(f"/places/{former}/?lang=xx")
        assert (answer.status_code, answer.location) == (301, f"/places/{addresses[2]}/?lang=xx")
        assert visitor.get(f"/feeds/places/{former}.xml").status_code == 301
        answer = visitor.get(f"/sprout/?tenant={former}&year=2026&page=2")
        assert (answer.status_code, answer.location) == (301, f"/sprout/?year=2026&page=2&tenant={addresses[2]}")
        answer = theirs.get(f"/t/{former}/people/?q=x")
        assert (answer.status_code, answer.location.removeprefix("/workspace")) == (
            301,
            f"/t/{addresses[2]}/people/?q=x",
        )
        assert admin.get(f"/t/{former}/people/").status_code == 404, "nothing is told to strangers"
        for kept in ("publications", "comments"):
            page = office.get(f"/district/{kept}/?tenant={former}").text
            assert f'<option value="{addresses[2]}" selected' in page
    # a form that was open during the move arrives
    form = {"csrf_token": token_of(theirs.get(f"/t/{addresses[2]}/units/new")), "name": "x"}
    assert theirs.post(f"/t/{addresses[0]}/units/new", data=form).status_code == 308
    # a former address is nobody else's, and the tenant may have it again
    taken = {
        "kind": "town", "name": "别的镇", "short_name": "别的", "slug": addresses[0],
        "admin_name": "某人", "admin_email": f"{uuid7().hex}@example.cn",
    }  # fmt: skip
    assert submit(office, "/district/tenants/new", **taken).status_code == 422
    assert move(addresses[2], addresses[0], 3).status_code == 303
    assert visitor.get(f"/places/{addresses[0]}/").status_code == 200
    assert visitor.get(f"/places/{addresses[2]}/").location == f"/places/{addresses[0]}/"


def test_a_replaced_picture_is_public_no_longer(
    admin: StrictClient, app_public: Flask, district: District
) -> None:
    path = f"/t/{district.place.slug}/settings"

    def change(**fields: Any) -> str:
        assert (
            admin.post(
                path,
                data={"csrf_token": token_of(admin.get(path)), **settings_fields(district), **fields},
                content_type="multipart/form-data",
            ).status_code
            == 303
        )
        now = tenant_of(district).picture_file_id
        with district.deployment.session(district.admin.actor()) as session:
            width = session.scalar(select(StoredFile.width).where(StoredFile.id == now))
        return f"/media/{now}/{width}"

    first = change(picture=(picture(), "a.png"))
    second = change(picture=(picture(), "b.png"))
    visitor = app_public.test_client()
    assert visitor.get(second).status_code == 200
    assert visitor.get(first).status_code == 404
    change()
    assert visitor.get(second).status_code == 404, "removed"


def test_a_replaced_picture_is_cleaned_up_unless_an_article_shows_it(
    admin: StrictClient, district: District
) -> None:
    deployment, path = district.deployment, f"/t/{district.place.slug}/settings"

    def change(name: str) -> UUID:
        data = {"csrf_token": token_of(admin.get(path)), **settings_fields(district), "picture": (picture(), name)}
        assert admin.post(path, data=data, content_type="multipart/form-data").status_code == 303
        file_id = tenant_of(district).picture_file_id
        assert file_id is not None
        return file_id

    replaced, shown, present = change("a.png"), change("b.png"), change("c.png")
    actor = district.admin.actor()
    with deployment.session(actor) as session, session.begin():
        publishing.draft(session, actor, cover_file_id=shown)
    last = change("d.png")
    old = now() - UNATTACHED_FOR - timedelta(days=1)
    with deployment.session(actor) as session, session.begin():
        files = StoredFile.id.in_([replaced, shown, last])
        session.execute(update(StoredFile).where(files).values(created_at=old))
    with deployment.session() as session, session.begin():
        jobs.defer(session, "files.clean")
    deployment.run_jobs()
    store = storage()
    kept = {f: bool(list(store.find(f"{district.place.id}/{f}/"))) for f in (replaced, shown, present, last)}
    assert kept == {replaced: False, shown: True, present: True, last: True}, "a young one may be in a draft"


def test_a_tenant_taken_out_of_use_is_closed_and_comes_back(
    office: StrictClient, app_workspace: Flask, app_public: Flask, district: District
) -> None:
    with district.deployment.session() as session, session.begin():
        place = people.tenant(session, "临河里街道办事处")
        person = people.staff(session, Role.PLANNER, place=place)
        administrator = people.staff(session, Role.TENANT_ADMIN, place=place)
    theirs = person.browser(app_workspace)
    assert theirs.get(f"/t/{place.slug}/people/").status_code == 200
    page = f"/t/{place.slug}/settings"
    settings = administrator.browser(app_workspace)
    fields = {
        "version": 1,
        "name": place.name,
        "short_name": "临河里",
        "comment_policy": "hold",
        "reply_days": 9,
    }
    form = {"csrf_token": token_of(settings.get(page)), **fields, "picture": (picture(), "a.png")}
    assert settings.post(page, data=form, content_type="multipart/form-data").status_code == 303
    media = f"/media/{tenant_of(district, place).picture_file_id}/800"
    visitor = app_public.test_client()
    assert visitor.get(media).status_code == 200
    shown = re.search(r'class="place-picture" src="([^"]+)"', visitor.get(f"/places/{place.slug}/").text)
    assert shown and visitor.get(shown[1]).status_code == 200, "a picture narrower than the page asks for"
    base = f"/district/tenants/{place.slug}"
    assert submit(office, f"{base}/deactivate", reason="").status_code == 422
    assert submit(office, f"{base}/deactivate", reason="并入玉桥").status_code == 303
    assert theirs.get(f"/t/{place.slug}/people/").status_code == 404
    assert visitor.get(media).status_code == 404
    assert submit(office, f"{base}/reactivate", page=f"{base}/edit").status_code == 303
    assert theirs.get(f"/t/{place.slug}/people/").status_code == 200
    assert visitor.get(media).status_code == 200


def test_units_are_made_by_the_tenants_own_job_too(district: District) -> None:
    actor = actors.job(district.place.id)
    with district.deployment.session(actor) as session, session.begin():
        from tenants.identity.models import UnitKind

        made = service.create_unit(
            session, actor, kind=UnitKind.TOWN, slug="lucheng", name="潞城镇", boundary=AREA
        )
        assert made.tenant_id == district.place.id
