"""Answering, and saying what becomes of a comment."""

from __future__ import annotations

from uuid import UUID

from flask import abort, jsonify, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.answers import take
from portal.participation import policy, queries, service
from portal.participation.forms import AnswerForm, DoneForm, FateForm, ReviseForm, Versioned
from portal.participation.models import Fate
from portal.participation.views.common import (
    answer_form,
    blueprint,
    fates_with_answer,
    kept,
    load,
    page,
    to_comment,
)
from portal.participation.words import FATES
from tenants.permissions import Permission
from tenants.requests import actor, db, requires
from tenants.rules import N_, Conflict, Invalid, Refused
from webkit.forms import choices
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
                actor(),
                comment_id,
                form.body.data or "",
                expected_version=form.expected,
                fate=Fate(form.fate.data) if form.fate.data else None,
                reason=form.reason.data,
            )
        except (Invalid, Refused) as error:
            take(form, error)
        except Conflict:
            form.version.data = str(detail.comment.version)
            return page(tenant, load(comment_id), form, status=409, news=_(SOMEBODY_WAS_FIRST))
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
    at = service.keep_draft(db(), actor(), comment_id, typed)
    if request.accept_mimetypes.best == "application/json":
        return jsonify(saved=at.isoformat())
    return to_comment(tenant, comment_id, _("草稿已经存下，只有您能看到。"))


@blueprint.route(
    "/t/<tenant>/comments/<uuid:comment_id>/fate/<any(received,studying,adopted,not_adopted,done):to>",
    methods=["GET", "POST"],
)
@requires(Permission.COMMENT_ANSWER)
def fate(tenant: str, comment_id: UUID, to: str) -> ResponseReturnValue:
    """Say what becomes of the comment; the resident reads the reason."""
    detail = load(comment_id)
    step = next((s for s in policy.next_steps(detail.comment.fate) if s.fate == to), None)
    if step is None or policy.may_set_fate(actor(), detail.comment, step.fate):
        abort(409)
    form: FateForm | DoneForm
    form = (
        DoneForm(version=str(detail.comment.version))
        if step.fate is Fate.DONE
        else FateForm(version=str(detail.comment.version))
    )
    if isinstance(form, DoneForm):
        form.outcome.choices = choices(
            [("", _("不关联")), *((str(i), title) for i, title in queries.outcomes(db()))]
        )
    else:
        form.reason.flags.required = step.needs_reason
    if form.validate_on_submit():
        outcome = form.outcome.data if isinstance(form, DoneForm) else ""
        try:
            service.set_fate(
                db(),
                actor(),
                comment_id,
                step.fate,
                form.reason.data,
                expected_version=form.expected,
                outcome_publication_id=UUID(outcome) if outcome else None,
            )
        except Invalid as error:
            take(form, error)
        except Conflict:
            was_first(form, detail.comment.version)
        else:
            return to_comment(
                tenant, comment_id, _("已改为“%(fate)s”，并已通知居民。", fate=_(FATES[step.fate]))
            )
    return render(
        "portal/participation/ask.html",
        status=form.status,
        tenant=tenant,
        comment=detail.comment,
        form=form,
        title=_("改为“%(fate)s”", fate=_(FATES[step.fate])),
        consequence=_("更正会留在办理记录里。居民会收到通知，所有人都能看到新的结果和说明。")
        if step.correction
        else _("居民会收到通知，所有人都能看到结果和说明。"),
        button=_("确定"),
        action=url_for(".fate", tenant=tenant, comment_id=comment_id, to=to, **kept()),
        back=url_for(".show", tenant=tenant, comment_id=comment_id, **kept()),
        danger=False,
    )


def was_first(form: Versioned, version: int) -> None:
    """Tell in the form that a colleague was first; sent again, it goes through."""
    form.form_errors.append(_("同事刚刚处理过这条意见。请看过最新情况再决定。"))
    form.version.data = str(version)


@blueprint.route("/t/<tenant>/comments/<uuid:comment_id>/revise", methods=["GET", "POST"])
@requires(Permission.COMMENT_ANSWER)
def revise(tenant: str, comment_id: UUID) -> ResponseReturnValue:
    """Correct an official answer."""
    detail = queries.detail(db(), comment_id)
    if detail is None or not detail.comment.official or detail.comment.parent_id is None:
        abort(404)
    official = detail.comment
    form = ReviseForm(body=official.body, version=str(official.version))
    if form.validate_on_submit():
        try:
            service.revise_answer(
                db(), actor(), comment_id, form.body.data or "", expected_version=form.expected
            )
        except Invalid as error:
            take(form, error)
        except Conflict:
            form.form_errors.append(_("同事刚刚改过这份答复，最新的文字在上面。您写的还在，没有保存。"))
            form.version.data = str(official.version)
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
