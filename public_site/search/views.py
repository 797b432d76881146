"""Search over what is published: results with filters, and suggestions while typing."""

from __future__ import annotations

from urllib.parse import urlencode
from uuid import UUID

from flask import Blueprint, Response, flash, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.search import queries
from search import saved
from search.folding import fold
from search.queries import SearchRequest, SearchResult, State, public_search
from search.suggestions import suggest as suggestions
from tenants.identity import places
from tenants.permissions import Permission
from tenants.requests import actor, db, requires, say
from tenants.rules import N_, Refused
from webkit import results
from webkit.fragments import render

#: So many tenants are offered to be asked instead.
TO_ASK = 6

blueprint = Blueprint("search", __name__, template_folder="templates")

FACET_WORDS = {
    "kind": N_("类型"),
    "tenant": N_("街镇园区"),
    "unit": N_("责任单元"),
    "tag": N_("标签"),
    "year": N_("年份"),
    "documents": N_("附件"),
}


@blueprint.get("/search")
@requires(Permission.SITE_READ)
def show() -> Response:
    asked = SearchRequest.from_args(request.args)
    result, at = public_search(db(), asked), _addresses()
    return render(
        "public_site/search/search.html",
        "results",
        **queries.shown(db(), _, result, FACET_WORDS, at),
        keep=f"{url_for('.keep')}?{urlencode(asked.args())}",
        signed_in=actor().id is not None,
        kept=actor().id is not None and saved.among(saved.mine(db()), asked) is not None,
        to_ask=_to_ask(result.request) if result.state is not State.RESTING and _wanting(result) else [],
    )


def _wanting(result: SearchResult) -> bool:
    """Whether nothing answers the whole question."""
    return result.relaxed or not result.total


def _to_ask(asked: SearchRequest) -> list[places.Place]:
    """Whom to ask instead: the tenants that the question names, or that were chosen."""
    return places.named_in(db(), fold(asked.text), asked.filters.get("tenant", ()), limit=TO_ASK)


@blueprint.post("/search/saved")
@requires(Permission.RESIDENT_ACCOUNT)
def keep() -> ResponseReturnValue:
    """Keep the search that the address asks."""
    asked = SearchRequest.from_args(request.args)
    try:
        saved.save(db(), asked)
    except Refused as error:
        flash(say(error.refusal), "warning")
        return redirect(_addresses()(asked.args()), 303)
    flash(_("已关注这个搜索，有新内容时告诉您。"))
    return redirect(url_for(".kept"), 303)


@blueprint.get("/search/saved")
@requires(Permission.RESIDENT_ACCOUNT)
def kept() -> Response:
    """The searches that the resident keeps."""
    asked = [(one, saved.request_of(one)) for one in saved.mine(db())]
    label, at = queries.labels(db(), _, *(wanted.filters for _one, wanted in asked)), _addresses()
    searches = [
        (one, wanted.text, queries.conditions(wanted.filters, label), at(wanted.args()))
        for one, wanted in asked
    ]
    return render("public_site/search/saved.html", searches=searches)


@blueprint.post("/search/saved/<uuid:saved_id>/remove")
@requires(Permission.RESIDENT_ACCOUNT)
def drop(saved_id: UUID) -> ResponseReturnValue:
    """Keep a search no longer."""
    saved.remove(db(), saved_id)
    flash(_("已取消关注。"))
    return redirect(url_for(".kept"), 303)


def _addresses() -> results.Address:
    return results.addresses(url_for("search.show"))


@blueprint.get("/search/suggest")
@requires(Permission.SITE_READ)
def suggest() -> Response:
    found = suggestions(db(), request.args.get("q", "")[:100], kinds=queries.TITLED)
    return jsonify(queries.suggested(found, _))
