"""What surrounds a page of the workspace: navigation by mechanism, the tenant, who is signed in."""

from __future__ import annotations

from typing import Any, cast

from flask import g, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from portal.reader import Reader
from search.queries import SearchRequest
from tenants import actors
from tenants.actors import Actor
from tenants.identity.queries import TenantRef
from tenants.permissions import Permission
from webkit.chrome import Chrome, Link, NavGroup
from webkit.chrome import Reader as ReaderMenu

P = Permission


def describe() -> Chrome:
    """The surroundings of the current page."""
    if not current_user.is_authenticated:
        return Chrome(home_url=url_for("account.sign_in"), sign_in_url=url_for("account.sign_in"))
    reader = cast(Reader, current_user)
    tenant: TenantRef | None = g.get("tenant")
    if tenant is None and not reader.sees_district:
        tenant = reader.usual_tenant  # one's own pages stand beside the work, too
    worker = _at_work(reader, tenant)
    menu = ReaderMenu(
        reader.staff.name,
        reader.staff.email,
        [Link(_("我的账号"), url_for("account.show"), "user")],
        url_for("account.sign_out"),
    )
    groups = _tenant_groups(worker, tenant) if tenant else _district_groups(worker)
    searches = worker.may(P.SEARCH_READ if tenant else P.DISTRICT_SEARCH_READ)
    values: dict[str, Any] = {"tenant": tenant.slug} if tenant else {}
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
    here = tenant.name if tenant else _("全区") if reader.sees_district else ""
    return Chrome(
        home_url=url_for("account.home"),
        groups=groups,
        reader=menu,
        tenant=here,
        tenants=switch if len(switch) > 1 or (tenant and reader.sees_district) else (),
        search_url=url_for("search.tenant" if tenant else "search.district", **values) if searches else "",
        search_words=_("搜索本单位的内容") if tenant else _("搜索全区的内容"),
        suggest_url=url_for("search.suggest" if tenant else "search.district_suggest", **values)
        if searches
        else "",
        search_text=request.args.get("q", "") if request.blueprint == "search" else "",
        search_fields=SearchRequest.from_args(request.args).args(text="")
        if request.endpoint in ("search.tenant", "search.district")
        else (),
    )


def _at_work(reader: Reader, tenant: TenantRef | None) -> Actor:
    """The reader where the navigation leads: in the tenant, or across the district."""
    staff = reader.staff
    if staff.half_signed_in:
        return actors.anonymous()
    if tenant:
        found = actors.in_tenant(staff.id, staff.name, staff.roles_in(tenant.id), tenant.id)
    else:
        found = actors.in_district(staff.id, staff.name, staff.district_roles)
    return found or actors.anonymous()


def _links(worker: Actor, entries: list[tuple[Permission, str, str, str]], **values: Any) -> list[Link]:
    """Links to what this person may open: (permission, words, endpoint, icon)."""
    return [
        Link(
            words, url_for(endpoint, **values), icon, active=request.endpoint is not None and _same(endpoint)
        )
        for permission, words, endpoint, icon in entries
        if worker.may(permission)
    ]


def _same(endpoint: str) -> bool:
    blueprint = endpoint.split(".")[0]
    if blueprint in ("district", "organisation"):
        return request.endpoint == endpoint
    if endpoint == "search.curate":  # results of a search are nobody's desk
        return request.endpoint in (endpoint, "search.synonyms", "search.pin")
    return request.blueprint == blueprint


def _tenant_groups(worker: Actor, tenant: TenantRef) -> list[NavGroup]:
    work = _links(
        worker,
        [
            (P.HOME_READ, _("今天"), "today.show", "calendar"),
            (P.PUBLICATION_READ, _("发布"), "publishing.index", "sprout"),
            (P.COMMENT_READ, _("居民意见"), "participation.desk", "comment"),
            (P.FILE_READ, _("文件"), "files.index", "file"),
        ],
        tenant=tenant.slug,
    )
    office = _links(
        worker,
        [
            (P.PERSON_READ, _("人员与角色"), "people.index", "user"),
            (P.SETTINGS_MANAGE, _("单位设置"), "organisation.settings", "settings"),
            (P.SETTINGS_MANAGE, _("责任单元"), "organisation.units", "pin"),
            (P.AUDIT_READ, _("操作记录"), "audit.tenant", "shield"),
        ],
        tenant=tenant.slug,
    )
    return [NavGroup("", work), NavGroup(_("本单位"), office)]


def _district_groups(worker: Actor) -> list[NavGroup]:
    links = _links(
        worker,
        [
            (P.DISTRICT_READ, _("全区总览"), "district.overview", "home"),
            (P.DISTRICT_PUBLICATION_READ, _("各单位发布"), "district.publications", "sprout"),
            (P.DISTRICT_COMMENT_READ, _("各单位意见"), "district.comments", "comment"),
            (P.TENANT_PROVISION, _("属地单位"), "district.tenants", "pin"),
            (P.DISTRICT_PERSON_MANAGE, _("人员"), "people.district", "user"),
            (P.DISTRICT_AUDIT_READ, _("操作记录"), "audit.district", "shield"),
            (P.SEARCH_CURATE, _("搜索管理"), "search.curate", "search"),
            (P.OPERATIONS_READ, _("运行状况"), "district.operations", "clock"),
        ],
    )
    return [NavGroup("", links)] if links else []
