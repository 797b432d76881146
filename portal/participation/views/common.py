"""What the pages of the desk share: the blueprint, the filters an address carries, one comment, its answer's form."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from portal.participation import machine, queries
from portal.participation.forms import AnswerForm
from portal.participation.policy import Fate
from portal.participation.queries import Detail, Row
from portal.participation.words import FATES
from tenants.requests import db
from webkit.forms import choices

blueprint = Blueprint("participation", "portal.participation.views", template_folder="../templates")

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


def answer_form(comment: Row, **options: Any) -> AnswerForm:
    """The form for an answer, with the fates that may follow."""
    form = AnswerForm(version=comment.version, **options)
    fates = fates_with_answer(comment)
    form.fate.choices = choices([("", _("不改变")), *((fate.value, _(FATES[fate])) for fate in fates)])
    ready = queries.templates(db())
    form.template.choices = choices([("", _("选一个模板")), *((str(t.id), t.title) for t in ready)])
    return form


def fates_with_answer(comment: Row) -> list[Fate]:
    """The fates that may be set in the same step as an answer."""
    if comment.parent_id is not None:
        return []
    return [Fate(str(step.reaches)) for step in machine.WITH_ANSWER if comment.fate in step.leaves]
