"""What the pages of the desk share: the blueprint, the filters an address carries, one comment with its forms."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, abort, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from portal.participation import policy, queries
from portal.participation.forms import AnswerForm
from portal.participation.models import Fate
from portal.participation.queries import Detail, Filters, Listing, Row, Tab
from portal.participation.words import ACTIONS, FATES, STEPS, TABS, VISIBILITIES
from tenants.deployment import settings_here
from tenants.permissions import Permission
from tenants.requests import actor, db
from webkit.forms import choices
from webkit.fragments import render
from webkit.kept import typed
from webkit.pagination import Page, page_number

blueprint = Blueprint("participation", "portal.participation.views", template_folder="../templates")

#: Tabs that are always there; the others appear when something is in them.
STANDING = (Tab.OPEN, Tab.HELD, Tab.ANSWERED, Tab.ALL)
_KEPT = ("tab", "fate", "kind", "publication", "q", "sort", "page")


def kept(**changes: Any) -> dict[str, Any]:
    """The filters of this address, to carry on to the next."""
    found = {name: request.args[name] for name in _KEPT if request.args.get(name)}
    return found | changes


def to_comment(tenant: str, comment_id: UUID, sentence: str = "") -> AnyResponse:
    """Back to the comment, with the list as it was."""
    if sentence:
        flash(sentence, "success")
    return redirect(url_for(".show", tenant=tenant, comment_id=comment_id, **kept()), 303)


def load(comment_id: UUID) -> Detail:
    """The comment, or 404."""
    found = queries.detail(db(), comment_id)
    if found is None or found.comment.official:
        abort(404)
    return found


def listed() -> Listing:
    """The list under the filters of the address."""
    return queries.listing(db(), Filters.from_args(request.args), page=page_number())


def page(
    tenant: str,
    detail: Detail | None = None,
    form: AnswerForm | None = None,
    *,
    status: int = 200,
    news: str = "",
) -> Response:
    """The desk: the list and, beside it, one comment. htmx gets the comment alone."""
    filters = Filters.from_args(request.args)
    found = None if detail is not None and _part() else listed()
    return render(
        "portal/participation/desk.html",
        "detail" if detail is not None else "list",
        status=status,
        tenant=tenant,
        filters=filters,
        found=found,
        page=Page(found.rows, found.page, found.total, found.per_page) if found else None,
        tabs=_tabs(tenant, found, filters) if found else (),
        fates=[(fate.value, _(word)) for fate, word in FATES.items()],
        kept=kept,
        words={v.value: _(word) for v, word in VISIBILITIES.items()},
        fate_words={f.value: _(word) for f, word in FATES.items()},
        may_moderate=policy.may_show(actor(), _HELD) is None,
        may_answer=actor().may(Permission.COMMENT_ANSWER),
        news=news,
        **(_of(tenant, detail, form) if detail is not None else {"detail": None}),
    )


def _part() -> bool:
    return request.headers.get("HX-Request") == "true" and not request.headers.get(
        "HX-History-Restore-Request"
    )


class _Held:
    """A comment that waits: to ask whether somebody may moderate at all."""

    parent_id = appeal = appeal_decided_at = answered_at = None
    official = False
    visibility, fate = "held", "received"


_HELD = _Held()


def _tabs(tenant: str, found: Listing, filters: Filters) -> list[dict[str, Any]]:
    return [
        {
            "label": _(label),
            "url": url_for(".desk", tenant=tenant, **kept(tab=tab.value, page=None, sort=None)),
            "active": tab is filters.tab,
            "count": found.counts[tab],
        }
        for tab, label in TABS.items()
        if found.counts[tab] or tab in STANDING or tab is filters.tab
    ]


def _of(tenant: str, detail: Detail, form: AnswerForm | None) -> dict[str, Any]:
    """Everything that the part about one comment shows."""
    comment, who = detail.comment, actor()
    answerable = policy.may_answer(who, comment) is None
    if answerable and form is None:
        draft = queries.draft(db(), comment.id, who.id)
        form = answer_form(comment, formdata=MultiDict(draft) if draft and not typed() else None)
    return {
        "detail": detail,
        "comment": comment,
        "form": form if answerable else None,
        "refusal": policy.may_answer(who, comment),
        "step_words": {f.value: _(word) for f, word in STEPS.items()},
        "steps": [
            s for s in policy.next_steps(comment.fate) if policy.may_set_fate(who, comment, s.fate) is None
        ],
        "may_show": policy.may_show(who, comment) is None,
        "may_hide": policy.may_hide(who, comment) is None,
        "may_uphold": policy.may_uphold(who, comment) is None,
        "may_revise": lambda row: policy.may_revise_answer(who, row) is None,
        "appeal_waits": policy.appeal_waits(comment),
        "history": _history(detail),
        "public_url": f"{settings_here().public_address}/comments/{comment.id}",
        "publication_url": f"{settings_here().public_address}/a/{comment.code}",
    }


def answer_form(comment: Row, **options: Any) -> AnswerForm:
    """The form for an answer, with the fates that may follow."""
    form = AnswerForm(version=str(comment.version), **options)
    fates = fates_with_answer(comment)
    form.fate.choices = choices([("", _("不改变")), *((fate.value, _(FATES[fate])) for fate in fates)])
    ready = queries.templates(db())
    form.template.choices = choices([("", _("选一个模板")), *((str(t.id), t.title) for t in ready)])
    return form


def fates_with_answer(comment: Row) -> list[Fate]:
    """The fates that may be set in the same step as an answer."""
    steps = policy.next_steps(comment.fate) if comment.parent_id is None else []
    return [s.fate for s in steps if not s.correction and s.fate is not Fate.DONE]


#: Icon and tone of each step in a history.
_LOOKS = {
    "written": ("comment", "neutral"),
    "edited": ("edit", "neutral"),
    "shown": ("eye", "good"),
    "hidden": ("eye-off", "attention"),
    "appealed": ("megaphone", "attention"),
    "upheld": ("eye-off", "attention"),
    "withdrawn": ("stop", "neutral"),
    "answered": ("reply", "good"),
    "received": ("mail", "wait"),
    "studying": ("book", "wait"),
    "adopted": ("check", "good"),
    "not_adopted": ("close", "neutral"),
    "done": ("sprout", "good"),
}


def _history(detail: Detail) -> list[dict[str, Any]]:
    """The history as a timeline: who, when, why, and what it said before."""
    return [
        {
            "when": event.when,
            "title": _(ACTIONS.get(event.action, event.action)),
            "who": event.who,
            "note": event.reason
            or (_("原文：%(text)s", text=event.former_body) if event.former_body else ""),
            "icon": _LOOKS.get(event.action, ("", ""))[0],
            "tone": _LOOKS.get(event.action, ("", "neutral"))[1],
        }
        for event in detail.events
    ]
