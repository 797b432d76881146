"""The district office's pages: one page over all tenants, any figure opens the rows behind it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any, TypeVar

from flask import Blueprint, Response, g, request, url_for
from flask_babel import gettext as _

from portal.district import overview as overviews
from portal.district import queries
from portal.district.bars import bars
from portal.participation import queries as comment_queries
from portal.participation.words import FATES, TABS, VISIBILITIES
from portal.publishing import queries as publication_queries
from portal.publishing.policy import State
from portal.publishing.queries.words import KINDS, STATES
from portal.reader import reader
from portal.search import queries as searches
from portal.today.delays import delays
from tenants import actors
from tenants.clock import now
from tenants.database import open_session
from tenants.identity.models import TenantKind
from tenants.identity.places import moved
from tenants.permissions import Permission
from tenants.requests import actor, db, requires
from tenants.rules import N_
from webkit import sheets
from webkit.fragments import render
from webkit.pagination import PAGE_SIZE, Page, chips, page_number, url_with

blueprint = Blueprint("district", __name__, template_folder="templates")

TENANT_KINDS = {
    TenantKind.SUBDISTRICT: N_("街道"),
    TenantKind.TOWN: N_("乡镇"),
    TenantKind.PARK: N_("园区"),
}
#: Tenants on one page of the overview.
TENANTS = 25
#: A worker that was not heard of for so long does not run.
SILENCE = timedelta(seconds=60)

_Filters = TypeVar("_Filters", publication_queries.Filters, comment_queries.Filters)


def _today(filters: _Filters) -> _Filters:
    """The filters with the tenant under its address of today: kept lists outlive a new address."""
    given = filters.tenant
    return replace(filters, tenant=moved(db(), [given], []).get(given, given)) if given else filters


def _overview_filters() -> overviews.Filters:
    kind = request.args.get("kind", "")
    return overviews.Filters(
        kind if kind in set(TenantKind) else "",
        request.args.get("late") == "1",
        request.args.get("q", "").strip()[:50],
    )


@blueprint.get("/district/")
@requires(Permission.DISTRICT_READ)
def overview() -> Response:
    filters = _overview_filters()
    sort, number = request.args.get("sort", "name"), page_number()
    found = overviews.overview(db(), filters, sort=sort, page=number, limit=TENANTS)
    return render(
        "portal/district/overview.html",
        page=Page(found.rows, number, found.total, TENANTS),
        filters=filters,
        kinds=[(kind.value, _(words)) for kind, words in TENANT_KINDS.items()],
        kind_names={kind.value: _(words) for kind, words in TENANT_KINDS.items()},
        figures=_figures(found.sums),
        delays=delays(g.engine),
        # whoever sorts or turns the page reads the table
        charts=number == 1 and "sort" not in request.args,
        first_ones=_("（前 %(n)s 个单位）", n=overviews.LEADING) if found.total > overviews.LEADING else "",
        published_chart=bars([(row.name, (row.published,)) for row in found.most_published]),
        news=searches.news(db()),
        comment_chart=bars([(row.name, (row.overdue, row.open - row.overdue)) for row in found.most_waiting]),
        chips=chips(
            [
                ("kind", _(TENANT_KINDS[TenantKind(filters.kind)]) if filters.kind else ""),
                ("late", _("只看有逾期的") if filters.late else ""),
                ("q", filters.text),
            ]
        ),
    )


def _figures(sums: overviews.Figures) -> list[dict[str, Any]]:
    return [
        {
            "label": _("公众能看到"),
            "value": sums.published,
            "unit": _("篇"),
            "icon": "sprout",
            "tone": "good",
            "url": url_for(".publications", live="1"),
        },
        {
            "label": _("待审核"),
            "value": sums.in_review,
            "unit": _("篇"),
            "icon": "eye",
            "tone": "wait",
            "url": url_for(".publications", state="in_review"),
        },
        {
            "label": _("待答复"),
            "value": sums.open,
            "unit": _("条"),
            "icon": "comment",
            "tone": "wait",
            "url": url_for(".comments", tab="open"),
        },
        {
            "label": _("已逾期"),
            "value": sums.overdue,
            "unit": _("条"),
            "icon": "warning",
            "tone": "bad" if sums.overdue else "neutral",
            "url": url_for(".comments", tab="overdue"),
        },
        {
            "label": _("按时答复"),
            "value": "–" if sums.in_time is None else f"{sums.in_time}",
            "unit": "" if sums.in_time is None else "%",
            "icon": "clock",
            "tone": "good",
            "url": url_for(".comments", tab="answered"),
        },
    ]


@blueprint.get("/district/overview.xlsx")
@requires(Permission.DISTRICT_READ)
def export_overview() -> Response:
    rows = overviews.overview(db(), _overview_filters(), sort=request.args.get("sort", "name")).rows
    columns = [
        sheets.Column(_("单位"), 24),
        sheets.Column(_("类别"), 8),
        sheets.Column(_("已发布"), 8),
        sheets.Column(_("待审核"), 8),
        sheets.Column(_("最近发布"), 14),
        sheets.Column(_("收到意见"), 10),
        sheets.Column(_("待答复"), 8),
        sheets.Column(_("已逾期"), 8),
        sheets.Column(_("已答复"), 8),
        sheets.Column(_("按时答复（%）"), 12),
    ]
    cells = (
        (
            row.name,
            _(TENANT_KINDS[TenantKind(row.kind)]),
            row.published,
            row.in_review,
            row.last_published_at,
            row.received,
            row.open,
            row.overdue,
            row.answered,
            row.in_time,
        )
        for row in rows
    )
    return sheets.send(_("全区总览"), _("全区总览"), columns, cells)


@blueprint.get("/district/publications/")
@requires(Permission.DISTRICT_PUBLICATION_READ)
def publications() -> Response:
    filters = _today(publication_queries.Filters.from_args(request.args))
    number = page_number()
    found = publication_queries.listing(
        db(), filters, sort=request.args.get("sort", "-updated"), page=number, options=False
    )
    places = reader().offered_tenants
    names = {place.slug: place.name for place in places}
    shown = (
        ("live", _("公众能看到") if filters.live else ""),
        ("tenant", names.get(filters.tenant, filters.tenant)),
        ("kind", next((_(words) for kind, words in KINDS.items() if kind == filters.kind), "")),
        ("q", filters.text),
    )
    tabs: list[tuple[str, str, int]] = [("", _("全部"), found.everything)]
    tabs += [(state.value, _(STATES[state]), found.counts.get(state, 0)) for state in State]
    return render(
        "portal/district/publications.html",
        "results",
        filters=filters,
        partial=found.partial,
        page=Page(found.rows, number, found.total, PAGE_SIZE),
        tabs=[
            {
                "label": words,
                "count": count,
                "url": url_with(state=state or None),
                "active": filters.state == state,
            }
            for state, words, count in tabs
        ],
        tenants=[(place.slug, place.name) for place in places],
        kinds=[(kind.value, _(words)) for kind, words in KINDS.items()],
        kind_names={kind: _(words) for kind, words in KINDS.items()},
        state_names={state: _(words) for state, words in STATES.items()},
        chips=chips(shown),
        clear_url=url_for(".publications", state=filters.state or None),
    )


@blueprint.get("/district/publications.xlsx")
@requires(Permission.DISTRICT_PUBLICATION_READ)
def export_publications() -> Response:
    filters = _today(publication_queries.Filters.from_args(request.args))
    rows = publication_queries.every(db(), filters, sort=request.args.get("sort", "-updated"))
    columns = [
        sheets.Column(_("标题"), 40),
        sheets.Column(_("单位"), 24),
        sheets.Column(_("栏目"), 10),
        sheets.Column(_("状态"), 10),
        sheets.Column(_("责任单元")),
        sheets.Column(_("最近改动"), 14),
        sheets.Column(_("首次发布"), 14),
        sheets.Column(_("编号"), 12),
    ]
    cells = (
        (
            row.title,
            row.tenant.name,
            _(KINDS[row.kind]),
            _(STATES[row.state]),
            row.unit,
            row.updated_at,
            row.published_at,
            row.code,
        )
        for row in rows
    )
    return sheets.send(_("各单位发布"), _("各单位发布"), columns, cells)


@blueprint.get("/district/comments/")
@requires(Permission.DISTRICT_COMMENT_READ)
def comments() -> Response:
    filters = _today(comment_queries.Filters.from_args(request.args))
    number = page_number()
    found = comment_queries.listing(db(), filters, page=number)
    places = reader().offered_tenants
    names = {place.slug: place.name for place in places}
    shown = (
        ("tenant", names.get(filters.tenant, filters.tenant)),
        ("fate", _(FATES[filters.fate]) if filters.fate else ""),
        ("q", filters.text),
    )
    return render(
        "portal/district/comments.html",
        "results",
        filters=filters,
        partial=found.partial,
        page=Page(found.rows, number, found.total, found.per_page),
        tabs=[
            {
                "label": _(words),
                "count": found.counts.get(tab, 0),
                "url": url_with(tab=tab.value),
                "active": filters.tab == tab,
            }
            for tab, words in TABS.items()
        ],
        tenants=[(place.slug, place.name) for place in places],
        fates=[(fate.value, _(words)) for fate, words in FATES.items()],
        fate_names={fate.value: _(words) for fate, words in FATES.items()},
        visibility_names={v.value: _(words) for v, words in VISIBILITIES.items()},
        chips=chips(shown),
        clear_url=url_for(".comments", tab=filters.tab.value),
    )


@blueprint.get("/district/comments.xlsx")
@requires(Permission.DISTRICT_COMMENT_READ)
def export_comments() -> Response:
    rows = comment_queries.every(db(), _today(comment_queries.Filters.from_args(request.args)))
    columns = [
        sheets.Column(_("单位"), 14),
        sheets.Column(_("意见"), 50),
        sheets.Column(_("居民"), 12),
        sheets.Column(_("文章"), 30),
        sheets.Column(_("办理结果"), 10),
        sheets.Column(_("是否公开"), 10),
        sheets.Column(_("收到"), 14),
        sheets.Column(_("应答复"), 12),
        sheets.Column(_("已答复"), 14),
    ]
    cells = (
        (
            row.tenant,
            row.body,
            row.author,
            row.title,
            next((_(words) for fate, words in FATES.items() if fate == row.fate), row.fate),
            next((_(words) for v, words in VISIBILITIES.items() if v == row.visibility), row.visibility),
            row.created_at,
            row.due_on,
            row.answered_at,
        )
        for row in rows
    )
    return sheets.send(_("各单位意见"), _("各单位意见"), columns, cells)


@blueprint.get("/district/tenants/")
@requires(Permission.TENANT_PROVISION)
def tenants() -> Response:
    return render(
        "portal/district/tenants.html",
        rows=queries.tenants(db()),
        kind_names={kind.value: _(words) for kind, words in TENANT_KINDS.items()},
    )


@blueprint.get("/district/operations")
@requires(Permission.OPERATIONS_READ)
def operations() -> Response:
    with open_session(g.engine, actors.system(on_behalf_of=actor().name)) as session:
        found = queries.operations(session)
    return render(
        "portal/district/operations.html",
        found=found,
        working=found.jobs.heartbeat is not None and now() - found.jobs.heartbeat < SILENCE,
        corpora={"public": _("公众站搜索"), "workspace": _("工作台搜索")},
    )
