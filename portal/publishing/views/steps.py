"""The steps in the life of a publication: plain forms, one address each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Response, abort, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.answers import take
from portal.publishing import policy, queries, service
from portal.publishing.forms import ReasonForm, ScheduleForm, StepForm, aware, local
from portal.publishing.views.common import address, blueprint, load
from tenants.clock import now
from tenants.permissions import Permission
from tenants.requests import actor, close, db, requires, say
from tenants.rules import N_, Conflict, Invalid, Refusal, Refused
from webkit.fragments import render

Rule = Callable[..., Refusal | None]


@dataclass(frozen=True)
class Step:
    """A step without further words: what it does, the rule that says who may, what is said afterwards."""

    act: Callable[..., Any]
    done: str


STEPS = {
    "submit": Step(service.submit, N_("已送审。审核通过前不能再改。")),
    "approve": Step(service.approve, N_("已批准。现在可以发布，或定一个发布时间。")),
    "publish": Step(service.publish, N_("已发布，公众现在可以看到。")),
    "unschedule": Step(service.unschedule, N_("已取消定时，仍是已批准。")),
    "revise": Step(service.revise, N_("可以修改了。改好并通过审核之前，公众看到的仍是现在的版本。")),
    "abandon": Step(service.abandon, N_("没有改动，保持原样。")),
}


def _take(code: str, act: Callable[..., Any], done: str, **arguments: Any) -> ResponseReturnValue:
    """Take a step and go back to the record; when a colleague was first, say so there."""
    record = load(code)
    form = StepForm()
    if not form.validate_on_submit():
        abort(400)
    try:
        act(db(), actor(), code, expected_version=form.version.data, **arguments)
    except Conflict:
        flash(_("这一篇刚刚有了变化，请看过最新情况再操作。"), "warning")
        return redirect(address(record), 303)
    except Refused as refused:
        if refused.refusal.forbidden:
            raise
        close()
        flash(say(refused.refusal), "warning")
        return redirect(address(record), 303)
    flash(_(done), "success")
    return redirect(address(record), 303)


@blueprint.post("/t/<tenant>/publications/<code>/<any(submit,revise,abandon):step>")
@requires(Permission.PUBLICATION_WRITE)
def write_step(tenant: str, code: str, step: str) -> ResponseReturnValue:
    answer = _take(code, STEPS[step].act, STEPS[step].done)
    if step == "revise" and isinstance(answer, Response) and request.form.get("then") == "edit":
        return redirect(url_for(".edit", tenant=tenant, code=code), 303)
    return answer


@blueprint.post("/t/<tenant>/publications/<code>/approve")
@requires(Permission.PUBLICATION_APPROVE)
def approve(tenant: str, code: str) -> ResponseReturnValue:
    return _take(code, STEPS["approve"].act, STEPS["approve"].done)


@blueprint.route("/t/<tenant>/publications/<code>/publish", methods=["GET", "POST"])
@requires(Permission.PUBLICATION_PUBLISH)
def publish(tenant: str, code: str) -> ResponseReturnValue:
    """Asked once before: what went out was read, and cannot be taken back unread."""
    if request.method == "POST":
        return _take(code, STEPS["publish"].act, STEPS["publish"].done)
    record = load(code)
    refusal = policy.may_publish(actor(), record, now()) or policy.may_reach_public(g.tenant.opened_at is not None)
    if refusal:
        return _refuse(record, refusal)
    return _ask(
        record,
        StepForm(),
        danger=False,
        title=_("现在发布"),
        consequence=_("公众马上可以看到这一版，搜索和订阅里也会出现。"),
        button=_("现在发布"),
    )


@blueprint.post("/t/<tenant>/publications/<code>/unschedule")
@requires(Permission.PUBLICATION_PUBLISH)
def unschedule(tenant: str, code: str) -> ResponseReturnValue:
    return _take(code, STEPS["unschedule"].act, STEPS["unschedule"].done)


@blueprint.post("/t/<tenant>/publications/<code>/comments")
@requires(Permission.PUBLICATION_PUBLISH)
def comments(tenant: str, code: str) -> ResponseReturnValue:
    """Open or close the comments under it."""
    wanted = request.form.get("open") == "1"
    service.open_comments(db(), actor(), code, wanted)
    flash(_("已开放评论。") if wanted else _("已关闭评论，原有评论仍然显示。"), "success")
    return redirect(url_for(".show", tenant=tenant, code=code), 303)


@blueprint.post("/t/<tenant>/publications/<code>/restore/<int(max=999999):number>")
@requires(Permission.PUBLICATION_WRITE)
def restore(tenant: str, code: str, number: int) -> ResponseReturnValue:
    done = N_("已恢复旧版本，存为最新的草稿。")
    return _take(code, service.restore, done, number=number)


@blueprint.route("/t/<tenant>/publications/<code>/return", methods=["GET", "POST"])
@requires(Permission.PUBLICATION_WRITE)
def send_back(tenant: str, code: str) -> ResponseReturnValue:
    """Returned by whoever approves, or taken back by its editor: the rule tells them apart."""
    record = load(code)
    own = actor().id == record.edited_by
    return _with_reason(
        record,
        policy.may_return,
        service.send_back,
        title=_("收回修改") if own else _("退回修改"),
        consequence=_("它会回到草稿，原因会写进记录。") if own else _("它会回到草稿，编辑会看到您写的原因。"),
        button=_("收回") if own else _("退回"),
        done=N_("已回到草稿。"),
        danger=False,
    )


@blueprint.route("/t/<tenant>/publications/<code>/withdraw", methods=["GET", "POST"])
@requires(Permission.PUBLICATION_WITHDRAW)
def withdraw(tenant: str, code: str) -> ResponseReturnValue:
    return _with_reason(
        load(code),
        policy.may_withdraw,
        service.withdraw,
        title=_("撤下"),
        consequence=_(
            "公众将马上看不到这一篇和它的附件，搜索里也不再出现。内容和历史都会保留，以后可以修订后重新发布。"
        ),
        button=_("撤下"),
        done=N_("已撤下。"),
    )


def _with_reason(
    record: queries.Record,
    rule: Rule,
    act: Callable[..., Any],
    *,
    done: str,
    danger: bool = True,
    **words: str,
) -> ResponseReturnValue:
    if refusal := rule(actor(), record):
        return _refuse(record, refusal)
    form = ReasonForm()
    if form.validate_on_submit():
        try:
            act(db(), actor(), record.code, form.reason.data, expected_version=form.version.data)
        except Conflict:
            flash(_("这一篇刚刚有了变化，请看过最新情况再操作。"), "warning")
            return redirect(address(record), 303)
        except Invalid as invalid:
            take(form, invalid)
        else:
            flash(_(done), "success")
            return redirect(address(record), 303)
    return _ask(record, form, danger=danger, **words)


@blueprint.route("/t/<tenant>/publications/<code>/schedule", methods=["GET", "POST"])
@requires(Permission.PUBLICATION_PUBLISH)
def schedule(tenant: str, code: str) -> ResponseReturnValue:
    """Set the time at which it goes out by itself."""
    record = load(code)
    if refusal := policy.may_schedule(actor(), record):
        return _refuse(record, refusal)
    form = ScheduleForm()
    if form.validate_on_submit():
        at = aware(form.at.data)
        assert at is not None
        try:
            service.schedule(db(), actor(), code, at, expected_version=form.version.data)
        except Conflict:
            flash(_("这一篇刚刚有了变化，请看过最新情况再操作。"), "warning")
            return redirect(address(record), 303)
        except Invalid as invalid:
            take(form, invalid)
        else:
            flash(_("已定时，到时自动发布。"), "success")
            return redirect(address(record), 303)
    elif not form.is_submitted():
        tomorrow = (now() + timedelta(days=1)).replace(minute=0, second=0, microsecond=0)
        form.at.data = local(record.publish_at or tomorrow)
    return _ask(
        record,
        form,
        danger=False,
        title=_("定时发布"),
        consequence=_("到了这个时间，系统自动公开这一版。在那之前随时可以取消。"),
        button=_("定时"),
    )


def _refuse(record: queries.Record, refusal: Refusal) -> ResponseReturnValue:
    if refusal.forbidden:
        abort(403, description=say(refusal))
    flash(say(refusal), "warning")
    return redirect(address(record), 303)


def _ask(record: queries.Record, form: StepForm, *, danger: bool, **words: str) -> Response:
    if not form.is_submitted():
        form.version.data = record.version
    return render(
        "portal/publishing/ask.html",
        status=form.status,
        record=record,
        form=form,
        danger=danger,
        back=address(record),
        action=request.root_path + request.path,
        **words,
    )
