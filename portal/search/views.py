"""Searching the workspace: one tenant's, or the district's. What may not be opened is not found."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

from flask import Blueprint, Response, request, url_for
from flask_babel import gettext as _

from portal.publishing.queries.words import KINDS
from search.queries import SearchRequest, SearchResult, Sort, workspace_search
from tenants.identity import places
from tenants.permissions import Permission
from tenants.requests import actor, db, requires
from tenants.rules import N_
from webkit import results
from webkit.fragments import render
from webkit.pagination import Page

blueprint = Blueprint("search", __name__, template_folder="templates")

KIND_WORDS = {
    **{kind.value: words for kind, words in KINDS.items()},
    "comment": N_("居民意见"),
    "answer": N_("官方答复"),
    "person": N_("人员"),
    "file": N_("文件"),
}
#: Facets of the workspace; the tenant only where there are several.
FACET_WORDS = {"kind": N_("类型"), "unit": N_("责任单元"), "tag": N_("标签"), "year": N_("年份")}


@blueprint.get("/t/<tenant>/search")
@requires(Permission.SEARCH_READ)
def tenant(tenant: str) -> Response:
    return _page(url_for(".tenant", tenant=tenant), FACET_WORDS)


@blueprint.get("/district/search")
@requires(Permission.DISTRICT_SEARCH_READ)
def district() -> Response:
    return _page(url_for(".district"), {"tenant": N_("单位"), **FACET_WORDS})


def _page(address: str, titles: dict[str, str]) -> Response:
    asked = SearchRequest.from_args(request.args)
    result = workspace_search(db(), asked)

    def at(pairs: list[tuple[str, str]]) -> str:
        return f"{address}?{urlencode(pairs)}"

    return render(
        "portal/search/search.html",
        "results",
        asked=asked,
        result=result,
        page=Page(result.hits, result.page, result.total, asked.page_size),
        facets=_facets(result, titles, at),
        kinds={kind: _(words) for kind, words in KIND_WORDS.items()},
        sorts=[
            (_("最相关"), at(asked.args(sort=Sort.RELEVANCE)), asked.sort is Sort.RELEVANCE),
            (_("最新"), at(asked.args(sort=Sort.DATE)), asked.sort is Sort.DATE),
        ],
        instead=lambda words: at(asked.args(text=words)),
        whole=at(asked.args(filters={})),
        here=address,
    )


def _facets(
    result: SearchResult, titles: dict[str, str], at: Callable[[list[tuple[str, str]]], str]
) -> list[results.Facet]:
    session = db()
    words = {kind: _(text) for kind, text in KIND_WORDS.items()}
    words |= {place.slug: place.short_name for place in places.places(session)}
    words |= {unit.slug: unit.name for unit in places.units(session, actor().tenant_id)}
    return results.facets(
        result.facets,
        {name: _(title) for name, title in titles.items()},
        lambda _facet, value: words.get(value, value),
        lambda facet, value: at(result.request.toggled(facet, value)),
    )


# the office's pages are routes of the same blueprint
from portal.search import curating  # noqa: E402,F401
