"""The searches that somebody keeps at their desk: listed, named, paused, looked at, removed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Response, flash, redirect, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as AnyResponse
from wtforms import StringField
from wtforms.validators import Length

from portal.answers import show_refusal
from portal.search import queries
from portal.search.web import addresses, blueprint, page_url
from search import saved
from search.models import SavedSearch
from search.queries import SearchRequest
from search.saved import News
from tenants.permissions import Permission
from tenants.requests import db, requires, say
from tenants.rules import Invalid, Refused
from webkit.forms import Form
from webkit.fragments import render

#: What can be done with a saved search, in its address.
ACTIONS = "any(rename,pause,resume,look,remove)"


class NameForm(Form):
    """What to call a saved search."""

    name = StringField(_l("名称"), validators=[Length(max=200)])


@dataclass(frozen=True)
class Row:
    """A saved search in the list: its conditions in words, what is new, its form, where it is asked."""

    saved: SavedSearch
    conditions: list[str]
    news: News | None
    form: NameForm
    address: str


@blueprint.post("/t/<tenant>/search/saved")
@requires(Permission.SEARCH_READ)
def keep(tenant: str) -> AnyResponse:
    """Keep the search that the address asks."""
    return _keep(tenant=tenant)


@blueprint.post("/district/search/saved")
@requires(Permission.DISTRICT_SEARCH_READ)
def district_keep() -> AnyResponse:
    return _keep()


@blueprint.get("/t/<tenant>/search/saved")
@requires(Permission.SEARCH_READ)
def kept(tenant: str) -> Response:
    return _list(tenant=tenant)


@blueprint.get("/district/search/saved")
@requires(Permission.DISTRICT_SEARCH_READ)
def district_kept() -> Response:
    return _list()


@blueprint.post(f"/t/<tenant>/search/saved/<uuid:saved_id>/<{ACTIONS}:action>")
@requires(Permission.SEARCH_READ)
def change(tenant: str, saved_id: UUID, action: str) -> AnyResponse:
    return _change(saved_id, action, tenant=tenant)


@blueprint.post(f"/district/search/saved/<uuid:saved_id>/<{ACTIONS}:action>")
@requires(Permission.DISTRICT_SEARCH_READ)
def district_change(saved_id: UUID, action: str) -> AnyResponse:
    return _change(saved_id, action)


def _keep(**place: Any) -> AnyResponse:
    asked = SearchRequest.from_args(request.args)
    try:
        saved.save(db(), asked)
    except Refused as error:
        flash(say(error.refusal), "warning")
        return redirect(addresses(**place)(asked.args()), 303)
    flash(_("已保存。有新内容时写信告诉您，每天最多一封。"))
    return redirect(page_url("kept", **place), 303)


def _list(*, named: tuple[UUID, NameForm] | None = None, **place: Any) -> Response:
    """The list; `named` is a form that was refused, with what was typed into it."""
    session = db()
    news = {new.saved.id: new for new in queries.news(session)}
    searches = [(one, saved.request_of(one)) for one in saved.mine(session)]
    label = queries.labels(session, _, *(asked.filters for _one, asked in searches))
    rows, at = [], addresses(**place)
    for one, asked in searches:
        form = named[1] if named and named[0] == one.id else NameForm(formdata=None, name=one.name)
        form.name.id = f"name-{one.id}"  # one form for each: labels must find their own field
        words = queries.conditions(asked.filters, label)
        rows.append(Row(one, words, news.get(one.id), form, at(asked.args())))
    return render(
        "portal/search/saved.html",
        status=422 if named else 200,
        rows=rows,
        refused=named[1] if named else None,
        at=lambda one, action: page_url("change", saved_id=str(one.id), action=action, **place),
        search_url=at([]),
    )


def _change(saved_id: UUID, action: str, **place: Any) -> AnyResponse:
    if action == "rename":
        return _rename(saved_id, **place)
    done = _DO[action](saved_id)
    if done is not None:
        return redirect(addresses(**place)(saved.request_of(done).args()), 303)
    return redirect(page_url("kept", **place), 303)


def _rename(saved_id: UUID, **place: Any) -> AnyResponse:
    saved.one(db(), saved_id)  # nobody else's, before anything is said of the name
    form = NameForm()
    try:
        if form.validate():
            saved.rename(db(), saved_id, form.name.data or "")
            flash(_("已改名。"))
            return redirect(page_url("kept", **place), 303)
    except Invalid as error:
        show_refusal(form, error)
    return _list(named=(saved_id, form), **place)


def _pause(saved_id: UUID) -> None:
    saved.pause(db(), saved_id)
    flash(_("已暂停提醒。"))


def _resume(saved_id: UUID) -> None:
    saved.resume(db(), saved_id)
    flash(_("从现在起，有新内容会告诉您。"))


def _remove(saved_id: UUID) -> None:
    saved.remove(db(), saved_id)
    flash(_("已删除这个搜索。"))


def _look(saved_id: UUID) -> SavedSearch:
    return saved.seen(db(), saved_id)


#: What each action does; a saved search in return is opened.
_DO: dict[str, Callable[[UUID], SavedSearch | None]] = {
    "pause": _pause,
    "resume": _resume,
    "look": _look,
    "remove": _remove,
}
