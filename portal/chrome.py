"""What surrounds a page of the workspace: navigation by mechanism, the desk, who is signed in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import g, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from portal.reader import Reader
from portal.reader import reader as signed_in
from portal.workplace import Workplace
from search.queries import SearchRequest
from tenants import actors
from tenants.actors import Actor, Desk
from tenants.permissions import Permission
from webkit.chrome import Chrome, Link, NavGroup
from webkit.chrome import Reader as ReaderMenu

P = Permission


def describe() -> Chrome:
    """The surroundings of the current page."""
    if not current_user.is_authenticated:
        return Chrome(home_url=url_for("account.sign_in"), sign_in_url=url_for("account.sign_in"))
    reader = signed_in()
    # one's own pages stand beside the work, too
    here: Workplace | None = g.get("workplace") or reader.usual_workplace
    worker = _at_work(reader, here)
    menu = ReaderMenu(
        reader.staff.name,
        reader.staff.email,
        [Link(_("我的账号"), url_for("account.show"), "user")],
        url_for("account.sign_out"),
    )
    switch = [
        Link(w.label, w.home, active=here is not None and w.key == here.key) for w in reader.offered_workplaces
    ]
    return Chrome(
        home_url=url_for("account.home"),
        groups=_GROUPS[here.desk](worker, **here.values) if here else [],
        reader=menu,
        tenant=here.name if here else "",
        tenants=switch if any(not link.active for link in switch) else (),
        **_search(worker, here),
    )


def _at_work(reader: Reader, here: Workplace | None) -> Actor:
    """The reader where the navigation leads."""
    if here is None or reader.staff.half_signed_in:
        return actors.anonymous()
    return here.worker(reader.staff) or actors.anonymous()


def _search(worker: Actor, here: Workplace | None) -> dict[str, Any]:
    """The search of this desk, where it has one."""
    if here is not None and worker.may(P.SEARCH_READ):
        page, suggestions, words = "search.tenant", "search.suggest", _("搜索本单位的内容")
    elif here is not None and worker.may(P.DISTRICT_SEARCH_READ):
        page, suggestions, words = "search.district", "search.district_suggest", _("搜索全区的内容")
    else:
        return {}
    asked = request.endpoint in ("search.tenant", "search.district")
    return {
        "search_url": url_for(page, **here.values),
        "search_words": words,
        "suggest_url": url_for(suggestions, **here.values),
        "search_text": request.args.get("q", "") if request.blueprint == "search" else "",
        "search_fields": SearchRequest.from_args(request.args).args(text="") if asked else (),
    }


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
    if endpoint == "organisation.bureaus":  # with the pages of each
        return request.path.startswith(url_for(endpoint).removeprefix(request.script_root))
    if blueprint in ("district", "organisation"):
        return request.endpoint == endpoint
    if endpoint == "search.curate":  # results of a search are nobody's desk
        return request.endpoint in (endpoint, "search.synonyms", "search.pin")
    return request.blueprint == blueprint


def _tenant_groups(worker: Actor, tenant: str) -> list[NavGroup]:
    work = _links(
        worker,
        [
            (P.HOME_READ, _("今天"), "today.show", "calendar"),
            (P.PUBLICATION_READ, _("发布"), "publishing.index", "sprout"),
            (P.COMMENT_READ, _("居民意见"), "participation.desk", "comment"),
            (P.FILE_READ, _("文件"), "files.index", "file"),
        ],
        tenant=tenant,
    )
    office = _links(
        worker,
        [
            (P.PERSON_READ, _("人员与角色"), "people.index", "user"),
            (P.SETTINGS_MANAGE, _("单位设置"), "organisation.settings", "settings"),
            (P.SETTINGS_MANAGE, _("责任单元"), "organisation.units", "pin"),
            (P.AUDIT_READ, _("操作记录"), "audit.tenant", "shield"),
        ],
        tenant=tenant,
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
            (P.TENANT_PROVISION, _("委办局"), "organisation.bureaus", "building"),
            (P.DISTRICT_PERSON_MANAGE, _("人员"), "people.district", "user"),
            (P.DISTRICT_AUDIT_READ, _("操作记录"), "audit.district", "shield"),
            (P.SEARCH_CURATE, _("搜索管理"), "search.curate", "search"),
            (P.OPERATIONS_READ, _("运行状况"), "district.operations", "clock"),
        ],
    )
    return [NavGroup("", links)] if links else []


def _bureau_groups(worker: Actor, bureau: str) -> list[NavGroup]:
    work = _links(worker, [(P.BUREAU_HOME_READ, _("首页"), "desks.bureau", "home")], bureau=bureau)
    office = _links(
        worker,
        [
            (P.BUREAU_PERSON_MANAGE, _("人员与角色"), "people.bureau_index", "user"),
            (P.BUREAU_SETTINGS_MANAGE, _("单位设置"), "organisation.bureau_settings", "settings"),
        ],
        bureau=bureau,
    )
    return [NavGroup("", work), NavGroup(_("本单位"), office)] if office else [NavGroup("", work)]


def _finance_groups(worker: Actor) -> list[NavGroup]:
    return [NavGroup("", _links(worker, [(P.FINANCE_HOME_READ, _("首页"), "desks.finance", "home")]))]


def _person_groups(worker: Actor) -> list[NavGroup]:
    return [NavGroup("", _links(worker, [(P.PERSON_HOME_READ, _("首页"), "desks.person", "home")]))]


#: The navigation of each desk.
_GROUPS: dict[Desk, Callable[..., list[NavGroup]]] = {
    Desk.TENANT: _tenant_groups,
    Desk.DISTRICT: _district_groups,
    Desk.BUREAU: _bureau_groups,
    Desk.FINANCE: _finance_groups,
    Desk.PERSON: _person_groups,
}
