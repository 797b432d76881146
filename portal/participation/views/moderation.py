"""Moderation: what is shown, what is not and why, appeals."""

from __future__ import annotations

from uuid import UUID

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.answers import take
from portal.participation import policy, service
from portal.participation.forms import HideForm, UpholdForm
from portal.participation.views.answering import was_first
from portal.participation.views.common import blueprint, kept, load, to_comment
from tenants.permissions import Permission
from tenants.requests import actor, db, requires
from tenants.rules import Conflict, Invalid
from webkit.forms import Form, choices
from webkit.fragments import render
from webkit.text import uuid_of


@blueprint.post("/t/<tenant>/comments/<uuid:comment_id>/approve")
@requires(Permission.COMMENT_MODERATE)
def approve(tenant: str, comment_id: UUID) -> ResponseReturnValue:
    """Let everybody see the comment."""
    load(comment_id)
    service.show(db(), actor(), comment_id)
    if request.args.get("back") == "list":
        flash(_("已公开展示。"), "success")
        return redirect(url_for(".desk", tenant=tenant, **kept()), 303)
    return to_comment(tenant, comment_id, _("已公开展示。"))


@blueprint.post("/t/<tenant>/comments/approve")
@requires(Permission.COMMENT_MODERATE)
def approve_many(tenant: str) -> ResponseReturnValue:
    """Let everybody see the chosen comments, or all on the page of the list."""
    form = Form()
    name = "listed" if request.form.get("all") else "chosen"
    ids = [found for text in request.form.getlist(name) if (found := uuid_of(text))]
    if form.validate_on_submit() and ids:
        result = service.show_many(db(), actor(), ids)
        flash(_("已公开展示 %(n)s 条。", n=result.shown), "success")
        if result.skipped:
            flash(_("有 %(n)s 条已经处理过，没有变动。", n=result.skipped), "info")
    else:
        flash(_("请先勾选要通过的意见。"), "warning")
    return redirect(url_for(".desk", tenant=tenant, **kept()), 303)


@blueprint.route("/t/<tenant>/comments/<uuid:comment_id>/hide", methods=["GET", "POST"])
@requires(Permission.COMMENT_MODERATE)
def hide(tenant: str, comment_id: UUID) -> ResponseReturnValue:
    """Do not show the comment; its author reads why."""
    comment = load(comment_id).comment
    if policy.may_hide(actor(), comment):
        abort(409)
    form = HideForm(version=str(comment.version))
    form.reason.choices = choices((code, _(sentence)) for code, sentence in policy.MODERATION_REASONS.items())
    if form.validate_on_submit():
        try:
            service.hide(
                db(),
                actor(),
                comment_id,
                form.reason.data or "",
                form.words.data or "",
                expected_version=form.expected,
            )
        except Invalid as error:
            take(form, error)
        except Conflict:
            was_first(form, comment.version)
        else:
            return to_comment(tenant, comment_id, _("已不再公开展示，理由已经告诉居民。"))
    return render(
        "portal/participation/ask.html",
        status=form.status,
        tenant=tenant,
        comment=comment,
        form=form,
        title=_("不公开这条意见？"),
        consequence=_("别人不再看到它。作者会收到理由，并可以申诉一次。"),
        button=_("不公开"),
        action=url_for(".hide", tenant=tenant, comment_id=comment_id, **kept()),
        back=url_for(".show", tenant=tenant, comment_id=comment_id, **kept()),
        danger=True,
    )


@blueprint.route("/t/<tenant>/comments/<uuid:comment_id>/uphold", methods=["GET", "POST"])
@requires(Permission.COMMENT_MODERATE)
def uphold(tenant: str, comment_id: UUID) -> ResponseReturnValue:
    """Answer an appeal by leaving the comment hidden."""
    comment = load(comment_id).comment
    if policy.may_uphold(actor(), comment):
        abort(409)
    form = UpholdForm(version=str(comment.version))
    if form.validate_on_submit():
        try:
            service.uphold(db(), actor(), comment_id, form.words.data or "", expected_version=form.expected)
        except Invalid as error:
            take(form, error)
        except Conflict:
            was_first(form, comment.version)
        else:
            return to_comment(tenant, comment_id, _("申诉已经答复。"))
    return render(
        "portal/participation/ask.html",
        status=form.status,
        tenant=tenant,
        comment=comment,
        form=form,
        title=_("维持不公开？"),
        consequence=_("居民的申诉：%(appeal)s", appeal=comment.appeal or ""),
        button=_("维持不公开"),
        action=url_for(".uphold", tenant=tenant, comment_id=comment_id, **kept()),
        back=url_for(".show", tenant=tenant, comment_id=comment_id, **kept()),
        danger=True,
    )
