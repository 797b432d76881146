"""The list of a tenant's publications, and the same as a spreadsheet."""

from __future__ import annotations

from flask import Response, request, url_for
from flask_babel import gettext as _

from portal.kit.machine import refusal
from portal.publishing import machine, queries
from portal.publishing.policy import State
from portal.publishing.queries.words import KINDS, STATES
from portal.publishing.views.common import blueprint, kind_name, state_of
from tenants.permissions import Permission
from tenants.requests import actor, db, requires
from webkit import sheets
from webkit.fragments import render
from webkit.pagination import PAGE_SIZE, Page, chips, page_number, url_with

DEFAULT_SORT = "-updated"


@blueprint.get("/t/<tenant>/publications/")
@requires(Permission.PUBLICATION_READ)
def index(tenant: str) -> Response:
    filters = queries.Filters.from_args(request.args)
    number = page_number()
    found = queries.listing(db(), filters, sort=request.args.get("sort", DEFAULT_SORT), page=number)
    return render(
        "portal/publishing/index.html",
        "results",
        tenant=tenant,
        filters=filters,
        page=Page(found.rows, number, found.total, PAGE_SIZE),
        tabs=state_tabs(filters, found),
        options=found.options,
        partial=found.partial,
        pairs=lambda options: [(option.value, option.label) for option in options],
        kinds=[(kind.value, _(name)) for kind, name in KINDS.items()],
        chips=chips(_chosen(filters, found.options).items()),
        anything=found.everything > 0,
        clear_url=url_for(".index", tenant=tenant, state=filters.state or None),
        state_of=state_of,
        kind_name=kind_name,
        may_create=refusal(machine.CREATE, actor(), None) is None,
    )


def state_tabs(filters: queries.Filters, found: queries.Listing) -> list[dict[str, object]]:
    """One tab per state with its number; the other filters stay."""
    tabs: list[dict[str, object]] = [
        {
            "label": _("全部"),
            "url": url_with(state=None),
            "active": not filters.state,
            "count": found.everything,
        }
    ]
    for state in State:
        tabs.append(
            {
                "label": _(STATES[state]),
                "url": url_with(state=state.value),
                "active": filters.state == state,
                "count": found.counts.get(state, 0),
            }
        )
    return tabs


def _chosen(filters: queries.Filters, options: dict[str, tuple[queries.Option, ...]]) -> dict[str, str]:
    """What the filters in force are called."""
    names = {option.value: option.label for option in options.get("unit", ())}
    return {
        "live": _("公众能看到") if filters.live else "",
        "q": filters.text,
        "kind": _(KINDS[k]) if (k := next((k for k in KINDS if k == filters.kind), None)) else "",
        "tenant": filters.tenant,
        "unit": names.get(filters.unit, filters.unit),
        "tag": filters.tag,
        "author": filters.author,
    }


@blueprint.get("/t/<tenant>/publications/export.xlsx")
@requires(Permission.PUBLICATION_READ)
def export(tenant: str) -> Response:
    rows = queries.every(
        db(),
        queries.Filters.from_args(request.args),
        sort=request.args.get("sort", DEFAULT_SORT),
    )
    return sheet_of(rows)


def sheet_of(rows: list[queries.Row]) -> Response:
    """Publications as a spreadsheet."""
    columns = [
        sheets.Column(_("标题"), 40),
        sheets.Column(_("栏目"), 10),
        sheets.Column(_("状态"), 10),
        sheets.Column(_("单位")),
        sheets.Column(_("责任单元")),
        sheets.Column(_("编辑"), 10),
        sheets.Column(_("最近改动"), 14),
        sheets.Column(_("首次发布"), 14),
        sheets.Column(_("编号"), 12),
    ]
    cells = (
        (
            row.title,
            kind_name(row),
            state_of(row)[1],
            row.tenant.name,
            row.unit,
            row.author,
            row.updated_at,
            row.published_at,
            row.code,
        )
        for row in rows
    )
    return sheets.send(_("发布"), _("发布"), columns, cells)
