"""Keeping views of lists; the strip of views that every list shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.answers import show_refusal
from portal.saved_views import policy, queries, service
from portal.saved_views.forms import NameForm
from portal.saved_views.queries import View
from tenants.permissions import Permission
from tenants.requests import actor, db, requires
from tenants.rules import Invalid, require
from webkit.forms import Form
from webkit.fragments import render

blueprint = Blueprint("saved_views", __name__, template_folder="templates")


@dataclass(frozen=True)
class Strip:
    """What a list shows of its reader's views: each with its address, and whether it is the one looked at."""

    views: list[tuple[View, str, bool]]
    #: Where the present filters are kept as a view; empty when they are one already, or there are none.
    save_url: str
    #: Where the view looked at is deleted, if one is.
    delete_url: str


@blueprint.app_context_processor
def _provide() -> dict[str, Callable[[], Strip | None]]:
    return {"saved_views": strip}


def strip() -> Strip | None:
    """The views of the list that the current request shows; None where none can be kept."""
    place = request.endpoint or ""
    if place not in policy.LISTS:
        return None
    here = policy.essence(request.query_string.decode("utf-8", "ignore"))
    kept = queries.of_list(db(), actor(), place)
    chosen = next((view for view in kept if view.query == here), None)
    return Strip(
        [(view, _list(view.place, view.query), view is chosen) for view in kept],
        _url("save", place=place, query=here) if policy.worth_keeping(here) and not chosen else "",
        _url("delete", view_id=chosen.id) if chosen else "",
    )


def _url(action: str, **values: Any) -> str:
    slug = (request.view_args or {}).get("tenant")
    if slug:
        return url_for(f"saved_views.{action}", tenant=slug, **values)
    return url_for(f"saved_views.district_{action}", **values)


def _list(place: str, query: str = "") -> str:
    slug = (request.view_args or {}).get("tenant")
    address = url_for(place, tenant=slug) if slug else url_for(place)
    return f"{address}?{query}" if query else address


@blueprint.route("/t/<tenant>/views/save", methods=["GET", "POST"])
@requires(Permission.HOME_READ)
def save(tenant: str) -> ResponseReturnValue:
    """Keep a view of one of the tenant's lists."""
    return _save()


@blueprint.route("/district/views/save", methods=["GET", "POST"])
@requires(Permission.DISTRICT_READ)
def district_save() -> ResponseReturnValue:
    """Keep a view of one of the district's lists."""
    return _save()


def _save() -> ResponseReturnValue:
    place, query = request.args.get("place", ""), policy.essence(request.args.get("query", ""))
    if place not in policy.LISTS:
        abort(404)
    # said before a name is typed
    require(policy.may_save(actor(), place, query, len(queries.of_list(db(), actor(), place))))
    form = NameForm()
    if form.validate_on_submit():
        try:
            service.save(db(), actor(), place, query, form.name.data or "")
        except Invalid as invalid:
            show_refusal(form, invalid)
        else:
            flash(_("已保存视图“%(name)s”，在列表上方一点就到。", name=form.name.data), "success")
            return redirect(_list(place, query), 303)
    return render(
        "portal/saved_views/save.html",
        status=form.status,
        form=form,
        list_name=_(policy.LISTS[place]),
        back=_list(place, query),
        action=_url("save", place=place, query=query),
    )


@blueprint.route("/t/<tenant>/views/<uuid:view_id>/delete", methods=["GET", "POST"])
@requires(Permission.HOME_READ)
def delete(tenant: str, view_id: UUID) -> ResponseReturnValue:
    """Forget a view of one of the tenant's lists."""
    return _delete(view_id)


@blueprint.route("/district/views/<uuid:view_id>/delete", methods=["GET", "POST"])
@requires(Permission.DISTRICT_READ)
def district_delete(view_id: UUID) -> ResponseReturnValue:
    """Forget a view of one of the district's lists."""
    return _delete(view_id)


def _delete(view_id: UUID) -> ResponseReturnValue:
    view = queries.one(db(), actor(), view_id)
    if view is None:
        abort(404)
    form = Form()
    if form.validate_on_submit():
        service.delete(db(), actor(), view_id)
        flash(_("已删除视图“%(name)s”。", name=view.name), "success")
        return redirect(_list(view.place), 303)
    return render(
        "portal/saved_views/delete.html",
        status=form.status,
        form=form,
        view=view,
        list_name=_(policy.LISTS[view.place]),
        back=_list(view.place, view.query),
        action=_url("delete", view_id=view_id),
    )
