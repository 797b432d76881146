"""Answering: the form beside the comment, drafts, corrections."""

from __future__ import annotations

from uuid import UUID

from flask import abort, jsonify, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.answers import show_refusal
from portal.participation import policy, queries, service
from portal.participation.forms import AnswerForm, ReviseForm
from portal.participation.policy import Fate
from portal.participation.views.common import (
    answer_form,
    blueprint,
    fates_with_answer,
    kept,
    load,
    to_comment,
)
from portal.participation.views.desk import page
from tenants.permissions import Permission
from tenants.requests import db, requires
from tenants.rules import N_, Conflict, Invalid, Refused
from webkit.fragments import render

SOMEBODY_WAS_FIRST = N_("同事刚刚处理过这条意见，下面是最新情况。您写的内容还在，没有发出。")


@blueprint.post("/t/<tenant>/comments/<uuid:comment_id>/answer")
@requires(Permission.COMMENT_ANSWER)
def answer(tenant: str, comment_id: UUID) -> ResponseReturnValue:
    """Answer officially, perhaps with a fate. Whoever is second sees the first answer and keeps what they typed."""
    detail = load(comment_id)
    form = answer_form(detail.comment)
    if request.form.get("use"):
        return page(tenant, detail, _with_template(detail.comment, form))
    if form.validate_on_submit():
        try:
            service.answer(
                db(),
                comment_id,
                form.seen,
                form.body.data or "",
                fate=Fate(form.fate.data) if form.fate.data else None,
                reason=form.reason.data,
            )
        except (Invalid, Refused) as error:
            show_refusal(form, error)
        except Conflict:
            detail = load(comment_id)
            form.now_sees(detail.comment.version)
            return page(tenant, detail, form, status=409, news=_(SOMEBODY_WAS_FIRST))
        else:
            return to_comment(tenant, comment_id, _("答复已经发出，并已通知居民。"))
    return page(tenant, detail, form, status=form.status)


def _with_template(comment: queries.Row, form: AnswerForm) -> AnswerForm:
    """The chosen template joins what was typed, and proposes its fate: nothing is lost, nothing is sent."""
    ready = next((t for t in queries.templates(db()) if str(t.id) == form.template.data), None)
    if ready is None:
        form.template.errors = [_("请先选一个模板。")]
        return form
    form.body.data = "\n\n".join(filter(None, [policy.clean(form.body.data or ""), ready.body]))
    if not form.fate.data and ready.fate in fates_with_answer(comment):
        form.fate.data = ready.fate
    form.template.data = ""
    return form


@blueprint.post("/t/<tenant>/comments/<uuid:comment_id>/draft")
@requires(Permission.COMMENT_ANSWER)
def keep_draft(tenant: str, comment_id: UUID) -> ResponseReturnValue:
    """Keep what is typed: for the page's script, and for the button where no script runs."""
    typed = {name: request.form.get(name, "") for name in ("body", "fate", "reason")}
    at = service.keep_draft(db(), comment_id, typed)
    if request.accept_mimetypes.best == "application/json":
        return jsonify(saved=at.isoformat())
    return to_comment(tenant, comment_id, _("草稿已经存下，只有您能看到。"))


@blueprint.route("/t/<tenant>/comments/<uuid:comment_id>/revise", methods=["GET", "POST"])
@requires(Permission.COMMENT_ANSWER)
def revise(tenant: str, comment_id: UUID) -> ResponseReturnValue:
    """Correct an official answer."""
    detail = _official(comment_id)
    official = detail.comment
    form = ReviseForm(body=official.body, version=official.version)
    if form.validate_on_submit():
        try:
            service.revise_answer(db(), comment_id, form.seen, form.body.data or "")
        except Invalid as error:
            show_refusal(form, error)
        except Conflict:
            form.form_errors.append(_("同事刚刚改过这份答复，最新的文字在上面。您写的还在，没有保存。"))
            official = _official(comment_id).comment
            form.now_sees(official.version)
        else:
            assert official.parent_id is not None
            return to_comment(tenant, official.parent_id, _("答复已经更正。"))
    return render(
        "portal/participation/revise.html",
        status=form.status,
        tenant=tenant,
        official=official,
        question=detail.parent,
        form=form,
        kept=kept,
    )


def _official(comment_id: UUID) -> queries.Detail:
    """The official answer of this address, or 404."""
    detail = queries.detail(db(), comment_id)
    if detail is None or not detail.comment.official or detail.comment.parent_id is None:
        abort(404)
    return detail
