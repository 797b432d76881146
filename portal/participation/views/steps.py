"""The steps in the life of a comment that its moderators and clerks take: their addresses, and what they ask."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from portal.kit.machine import Asks, Step
from portal.kit.pages import Pages
from portal.participation import machine, queries, service
from portal.participation.forms import DoneForm, FateForm, HideForm, UpholdForm
from portal.participation.models import Comment
from portal.participation.policy import Fate, Visibility
from portal.participation.views.common import blueprint, kept, load
from portal.participation.words import FATES, VISIBILITIES
from tenants.permissions import Permission
from tenants.requests import db, requires
from tenants.rules import Seen
from webkit.forms import Form, choices
from webkit.text import uuid_of, whole_number


def _name(comment: queries.Row) -> str:
    return _("%(name)s的意见", name=comment.author)


def _trail(comment: queries.Row) -> list[tuple[str, str]]:
    return [(_("居民意见"), _list()), (_name(comment), pages.of(comment))]


def _list() -> str:
    return url_for("participation.desk", tenant=g.tenant.slug, **kept())


def _state(comment: queries.Row) -> tuple[str, str]:
    if comment.visibility != Visibility.SHOWN or comment.parent_id is not None:
        return comment.visibility, _(VISIBILITIES[Visibility(comment.visibility)])
    return comment.fate, _(FATES[Fate(comment.fate)])


def _after(_comment: queries.Row, _step: Step) -> str | None:
    """Whoever approves from the list stays there."""
    return _list() if request.args.get("back") == "list" else None


def _fate_form(step: Step) -> Callable[[queries.Row], FateForm]:
    def made(_comment: queries.Row) -> FateForm:
        form = FateForm()
        form.reason.flags.required = step.asks is Asks.REASON
        return form

    return made


def _done_form(_comment: queries.Row) -> DoneForm:
    form = DoneForm()
    found = ((str(publication_id), title) for publication_id, title in queries.outcomes(db()))
    form.outcome.choices = choices([("", _("不关联")), *found])
    return form


def _becomes(to: Fate) -> Callable[..., Comment]:
    def act(session: Session, comment_id: UUID, seen: Seen, **asked: Any) -> Comment:
        return service.set_fate(session, comment_id, seen, to, **asked)

    return act


pages = Pages(
    blueprint,
    "/t/<tenant>/comments/<uuid:comment_id>",
    ("comment_id",),
    Comment,
    load=lambda comment_id: load(comment_id).comment,
    facts=lambda _comment: None,
    name=_name,
    trail=_trail,
    state=_state,
    template="portal/participation/ask.html",
    forms={
        **{step: _fate_form(step) for step in machine.FATE.steps},
        machine.FINISH: _done_form,
        machine.HIDE: lambda _comment: HideForm(),
        machine.UPHOLD: lambda _comment: UpholdForm(),
    },
    after=_after,
    carried=kept,
)
pages.add(
    {
        machine.APPROVE: service.show,
        machine.HIDE: service.hide,
        machine.UPHOLD: service.uphold,
        **{step: _becomes(Fate(str(step.reaches))) for step in machine.FATE.steps},
    }
)


@blueprint.post("/t/<tenant>/comments/approve")
@requires(Permission.COMMENT_MODERATE)
def approve_many(tenant: str) -> ResponseReturnValue:
    """Let everybody see the chosen comments, or all on the page of the list."""
    form = Form()
    name = "listed" if request.form.get("all") else "chosen"
    seen = dict(found for text in request.form.getlist(name) if (found := _seen(text)))
    if form.validate_on_submit() and seen:
        result = service.show_many(db(), seen)
        flash(_("已公开展示 %(n)s 条。", n=result.shown), "success")
        if result.skipped:
            flash(_("有 %(n)s 条已经处理过，或者居民刚刚改过，没有变动。", n=result.skipped), "info")
    else:
        flash(_("请先勾选要通过的意见。"), "warning")
    return redirect(_list(), 303)


def _seen(text: str) -> tuple[UUID, int] | None:
    """A comment of the list and the version of it that the list showed, `id:version`."""
    comment, _colon, version = text.partition(":")
    comment_id, number = uuid_of(comment), whole_number(version)
    return None if comment_id is None or number is None else (comment_id, number)
