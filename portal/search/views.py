"""Searching the workspace: one tenant's, or the district's. What may not be opened is not found."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import Response, jsonify, request
from flask_babel import gettext as _

from portal.search import (
    curating,  # noqa: F401 - for its routes
    queries,
    saving,  # noqa: F401 - for its routes
)
from portal.search.web import addresses, blueprint, page_url
from search import saved
from search.queries import SearchRequest, workspace_search
from search.sources import Corpus
from search.suggestions import suggest as suggestions
from tenants.permissions import Permission
from tenants.requests import actor, db, requires
from tenants.rules import N_
from webkit.fragments import render

#: Facets of the workspace; the tenant only where there are several.
FACET_WORDS = {
    "kind": N_("类型"),
    "unit": N_("责任单元"),
    "tag": N_("标签"),
    "year": N_("年份"),
    "documents": N_("附件"),
}
#: What there is to find, said where nothing was; across the district no files.
THERE = N_("这里找得到发布内容（含草稿）、居民意见、人员和文件。换个说法试试。")
THERE_DISTRICT = N_("这里找得到发布内容（含草稿）、居民意见和人员。换个说法试试。")


@blueprint.get("/t/<tenant>/search")
@requires(Permission.SEARCH_READ)
def tenant(tenant: str) -> Response:
    return _page(FACET_WORDS, tenant=tenant)


@blueprint.get("/district/search")
@requires(Permission.DISTRICT_SEARCH_READ)
def district() -> Response:
    return _page({"tenant": N_("单位"), **FACET_WORDS})


@blueprint.get("/t/<tenant>/search/suggest")
@requires(Permission.SEARCH_READ)
def suggest(tenant: str) -> Response:
    return _suggestions()


@blueprint.get("/district/search/suggest")
@requires(Permission.DISTRICT_SEARCH_READ)
def district_suggest() -> Response:
    return _suggestions()


def _page(titles: dict[str, str], **place: Any) -> Response:
    session, asked = db(), SearchRequest.from_args(request.args)
    result, at = workspace_search(session, asked), addresses(**place)
    return render(
        "portal/search/search.html",
        "results",
        **queries.shown(session, _, result, titles, at),
        there=_(THERE if place else THERE_DISTRICT),
        **_keeping(asked, **place),
    )


def _keeping(asked: SearchRequest, **place: Any) -> dict[str, Any]:
    """What the page needs to keep this search: where to, whether it may be kept, whether it is."""
    held = saved.mine(db())
    return {
        "keep": f"{page_url('keep', **place)}?{urlencode(asked.args())}",
        "kept": saved.among(held, asked) is not None,
        "may_keep": saved.may_save(actor(), asked, 0) is None,
        "saved_url": page_url("kept", **place),
    }


def _suggestions() -> Response:
    found = suggestions(db(), request.args.get("q", "")[:100], Corpus.WORKSPACE, kinds=queries.TITLED)
    return jsonify(queries.suggested(found, _, request.script_root))
