"""What surrounds a page of the workspace: navigation by mechanism, the tenant, who is signed in."""

from __future__ import annotations

from typing import Any, cast

from flask import g, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from portal.reader import Reader
from tenants.identity.queries import TenantRef
from tenants.permissions import Permission
from tenants.requests import actor
from webkit.chrome import Chrome, Link, NavGroup
from webkit.chrome import Reader as ReaderMenu

P = Permission


def describe() -> Chrome:
    """The surroundings of the current page."""
    if not current_user.is_authenticated:
        return Chrome(home_url=url_for("account.sign_in"), sign_in_url=url_for("account.sign_in"))
    reader = cast(Reader, current_user)
    tenant: TenantRef | None = g.get("tenant")
    menu = ReaderMenu(
        reader.staff.name,
        reader.staff.email,
        [Link(_("我的账号"), url_for("account.show"), "user")],
        url_for("account.sign_out"),
    )
    groups = _tenant_groups(tenant) if tenant else _district_groups()
    switch = [
        Link(
            t.short_name,
            url_for("today.show", tenant=t.slug),
            active=tenant is not None and t.id == tenant.id,
        )
        for t in reader.offered_tenants
    ]
    if reader.sees_district:
        switch.insert(0, Link(_("全区总览"), url_for("district.overview"), active=tenant is None))
    here = tenant.name if tenant else _elsewhere(reader)
    return Chrome(
        home_url=url_for("account.home"),
        groups=groups,
        reader=menu,
        tenant=here,
        tenants=switch if len(switch) > 1 or (tenant and reader.sees_district) else (),
        search_url=url_for("search.tenant", tenant=tenant.slug) if tenant else _district_search(),
        suggest_url=url_for("search.suggest", tenant=tenant.slug) if tenant else _district_suggest(),
        search_text=request.args.get("q", "") if request.blueprint == "search" else "",
    )


def _elsewhere(reader: Reader) -> str:
    """What stands where the tenant's name would be on pages that belong to none."""
    if reader.sees_district:
        return _("全区")
    if len(reader.own_tenants) == 1:
        return reader.own_tenants[0].name
    return _("选择单位") if reader.own_tenants else ""


def _district_search() -> str:
    return url_for("search.district") if actor().may(P.DISTRICT_SEARCH_READ) else ""


def _district_suggest() -> str:
    return url_for("search.district_suggest") if actor().may(P.DISTRICT_SEARCH_READ) else ""


def _links(entries: list[tuple[Permission, str, str, str]], **values: Any) -> list[Link]:
    """Links to what this person may open: (permission, words, endpoint, icon)."""
    return [
        Link(
            words, url_for(endpoint, **values), icon, active=request.endpoint is not None and _same(endpoint)
        )
        for permission, words, endpoint, icon in entries
        if actor().may(permission)
    ]


def _same(endpoint: str) -> bool:
    blueprint = endpoint.split(".")[0]
    if blueprint in ("district", "organisation"):
        return request.endpoint == endpoint
    return request.blueprint == blueprint


def _tenant_groups(tenant: TenantRef) -> list[NavGroup]:
    work = _links(
        [
            (P.HOME_READ, _("今天"), "today.show", "calendar"),
            (P.PUBLICATION_READ, _("发布"), "publishing.index", "sprout"),
            (P.COMMENT_READ, _("居民意见"), "participation.desk", "comment"),
            (P.FILE_READ, _("文件"), "files.index", "file"),
        ],
        tenant=tenant.slug,
    )
    office = _links(
        [
            (P.PERSON_READ, _("人员与角色"), "people.index", "user"),
            (P.SETTINGS_MANAGE, _("单位设置"), "organisation.settings", "settings"),
            (P.SETTINGS_MANAGE, _("责任单元"), "organisation.units", "pin"),
            (P.AUDIT_READ, _("操作记录"), "audit.tenant", "shield"),
        ],
        tenant=tenant.slug,
    )
    return [NavGroup("", work), NavGroup(_("本单位"), office)]


def _district_groups() -> list[NavGroup]:
    links = _links(
        [
            (P.DISTRICT_READ, _("全区总览"), "district.overview", "home"),
            (P.DISTRICT_PUBLICATION_READ, _("各单位发布"), "district.publications", "sprout"),
            (P.DISTRICT_COMMENT_READ, _("各单位意见"), "district.comments", "comment"),
            (P.TENANT_PROVISION, _("属地单位"), "district.tenants", "pin"),
            (P.DISTRICT_PERSON_MANAGE, _("人员"), "people.district", "user"),
            (P.DISTRICT_AUDIT_READ, _("操作记录"), "audit.district", "shield"),
            (P.SEARCH_CURATE, _("搜索管理"), "search.curate", "search"),
            (P.OPERATIONS_READ, _("运行状况"), "district.operations", "clock"),
        ]
    )
    return [NavGroup("", links)] if links else []
