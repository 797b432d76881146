"""Pages of comments: writing below an article, one's own comments, ending the mails."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal.kit.machine import refusal, vocabulary
from portal.participation import machine, notices, policy, queries, service
from portal.participation.policy import Fate, Visibility
from portal.participation.queries import OwnComment, OwnFilter, Target, ThreadComment
from portal.participation.words import FATES, VISIBILITIES
from public_site.comments import thread
from public_site.comments.forms import AppealForm, CommentForm, EditForm
from public_site.moved import missing
from tenants.database import engine_of
from tenants.identity import throttle
from tenants.identity.throttle import Limit, Throttled
from tenants.permissions import Permission
from tenants.requests import actor, db, requires, say, say_each
from tenants.rules import AS_IT_IS, Conflict, Invalid, Refused
from webkit import sheets
from webkit.forms import Form
from webkit.fragments import render, wants_part
from webkit.pagination import Page, page_number
from webkit.security import csrf
from webkit.sheets import Column
from webkit.text import whole_number

blueprint = Blueprint("comments", __name__, template_folder="templates")

#: Enough for a lively evening, too few for a flood.
WRITING = Limit("comments of a resident", 12, timedelta(hours=1))

FILTERS = {
    OwnFilter.ALL: _l("全部"),
    OwnFilter.OPEN: _l("等待答复"),
    OwnFilter.ANSWERED: _l("已答复"),
    OwnFilter.BECAME: _l("已采纳"),
    OwnFilter.HIDDEN: _l("未公开"),
    OwnFilter.WITHDRAWN: _l("已撤回"),
}


@blueprint.route("/a/<code>/comments", methods=["GET", "POST"])
@requires(Permission.RESIDENT_COMMENT)
def write(code: str) -> ResponseReturnValue:
    """Write a comment: first it is shown as it will read, then it is sent."""
    target = queries.target(db(), code)
    if target is None:
        missing(code)
    parent = _parent(target)
    form = CommentForm()
    preview = None
    # back from signing in, what was typed is shown as it will read
    if form.put_back or form.validate_on_submit():
        try:
            preview = service.preview(db(), target.id, form.body.data or "")
            digest = hashlib.sha256(preview.text.encode()).hexdigest()
            # what is sent is what was seen, with its masks
            if request.form.get("step") == "send" and form.seen.data == digest:
                return _send(target, parent, form)
            form.seen.data = digest
        except Invalid as error:
            form.take_errors(say_each(error))
        except Throttled:
            form.form_errors.append(_("您发表得太快了，请过一会儿再试。写好的内容还在下面。"))
            preview = None
    return _form(target, parent, form, preview)


def _form(
    target: Target, parent: ThreadComment | None, form: CommentForm, preview: service.Preview | None
) -> Response:
    return render(
        "public_site/comments/write.html",
        "write",
        status=form.status,
        target=target,
        code=target.code,
        parent=parent,
        form=form,
        preview=preview,
        box=f"reply-{parent.id}" if parent else "write",
        say_here=form.put_back and wants_part(),
    )


def _send(target: Target, parent: ThreadComment | None, form: CommentForm) -> ResponseReturnValue:
    throttle.count(engine_of(db()), WRITING, str(actor().id))
    comment = service.write_comment(
        db(), target.id, form.body.data or "", parent_id=parent.id if parent else None
    )
    news = _("意见已经收到，审核后大家就能看到。") if target.held else _("意见已经发表，谢谢您。")
    if not wants_part():
        flash(news, "success")
        return redirect(url_for(".go", comment_id=comment.id), 303)
    talk = thread.of_target(db(), target, comment.id, news)
    response = render("public_site/comments/_thread.html", **talk)
    response.headers["HX-Retarget"] = "#comments"
    response.headers["HX-Reswap"] = "outerHTML"
    return response


def _parent(target: Target) -> ThreadComment | None:
    """The comment that is replied to, when `?parent=` names one."""
    given = request.args.get("parent", "")
    if not given:
        return None
    try:
        found = queries.in_thread(db(), target.id, UUID(given))
    except ValueError:
        found = None
    if found is None:
        abort(404)
    return found


@blueprint.get("/comments/<uuid:comment_id>")
@requires(Permission.SITE_READ)
def go(comment_id: UUID) -> ResponseReturnValue:
    """The lasting address of a comment: leads to it, below its article."""
    found = queries.whereabouts(db(), comment_id)
    if found is not None:
        code, page = found
        where = url_for("articles.show", code=code, comments=page if page > 1 else None)
        return redirect(f"{where}#c-{comment_id}")
    if not actor().may(Permission.RESIDENT_ACCOUNT):
        # it may wait for approval: its author sees it once signed in
        return redirect(url_for("account.sign_in", next=request.path))
    if queries.own(db(), comment_id) is not None:
        return redirect(url_for(".mine"))
    abort(404)


def _own(comment_id: UUID) -> OwnComment:
    comment = queries.own(db(), comment_id)
    if comment is None:
        abort(404)
    return comment


@blueprint.route("/comments/<uuid:comment_id>/edit", methods=["GET", "POST"])
@requires(Permission.RESIDENT_COMMENT)
def edit(comment_id: UUID) -> ResponseReturnValue:
    """Correct one's own comment."""
    comment = _own(comment_id)
    if refused := refusal(machine.EDIT, actor(), comment, policy.Place()):
        return _refused(say(refused))
    form = EditForm(body=comment.body, version=str(comment.version))
    if form.validate_on_submit():
        try:
            seen = whole_number(form.version.data)
            changed = service.edit_own(
                db(), comment_id, comment.version if seen is None else seen, form.body.data or ""
            )
        except Invalid as error:
            form.take_errors(say_each(error))
        except Refused as error:
            form.form_errors.append(say(error.refusal))
        except Conflict:
            form.form_errors.append(_("这条意见刚刚有了变化，请看过下面的最新内容再改。"))
            form.version.data = str(comment.version)
        else:
            held = changed.visibility == "held"
            flash(_("已经修改，审核后大家就能看到。") if held else _("已经修改。"), "success")
            return redirect(url_for(".go", comment_id=comment_id), 303)
    return render(
        "public_site/comments/edit.html",
        status=form.status,
        comment=comment,
        form=form,
        title=_("修改意见"),
        lead=_("原来的文字会留在办理记录里，公开展示的是修改后的。"),
        button=_("保存修改"),
        back=url_for(".mine"),
    )


@blueprint.route("/comments/<uuid:comment_id>/withdraw", methods=["GET", "POST"])
@requires(Permission.RESIDENT_COMMENT)
def withdraw(comment_id: UUID) -> ResponseReturnValue:
    """Take one's own comment back."""
    comment = _own(comment_id)
    if refused := refusal(machine.WITHDRAW, actor(), comment):
        return _refused(say(refused))
    form = Form()
    if form.validate_on_submit():
        service.withdraw_own(db(), comment_id, AS_IT_IS)
        flash(_("已经撤回。"), "success")
        return redirect(url_for(".mine"), 303)
    return render(
        "public_site/comments/withdraw.html",
        status=form.status,
        comment=comment,
        form=form,
        back=url_for(".mine"),
    )


@blueprint.route("/comments/<uuid:comment_id>/appeal", methods=["GET", "POST"])
@requires(Permission.RESIDENT_COMMENT)
def appeal(comment_id: UUID) -> ResponseReturnValue:
    """Ask the tenant to look again at a comment that is not shown."""
    comment = _own(comment_id)
    if refused := refusal(machine.APPEAL, actor(), comment):
        return _refused(say(refused))
    form = AppealForm()
    if form.validate_on_submit():
        try:
            service.appeal(db(), comment_id, form.appeal.data or "")
        except Invalid as error:
            form.take_errors(say_each(error))
        else:
            flash(_("申诉已经提交，有结果会告诉您。"), "success")
            return redirect(url_for(".mine"), 303)
    return render(
        "public_site/comments/edit.html",
        status=form.status,
        comment=comment,
        form=form,
        title=_("提出申诉"),
        lead=_("没有公开展示的理由：%(reason)s", reason=comment.moderation_reason or ""),
        button=_("提交申诉"),
        back=url_for(".mine"),
    )


def _refused(sentence: str) -> ResponseReturnValue:
    flash(sentence, "warning")
    return redirect(url_for(".mine"), 303)


@blueprint.get("/account/comments")
@requires(Permission.RESIDENT_ACCOUNT)
def mine() -> Response:
    """我的意见: what one wrote and what became of it."""
    try:
        which = OwnFilter(request.args.get("show", ""))
    except ValueError:
        which = OwnFilter.ALL
    found = queries.mine(db(), which, page=page_number())
    links = [
        {
            "label": label,
            "url": url_for(".mine", show=None if f is OwnFilter.ALL else f.value),
            "active": f is which,
            "count": found.counts[f],
        }
        for f, label in FILTERS.items()
        if found.counts[f] or f in (OwnFilter.ALL, which)
    ]
    return render(
        "public_site/comments/mine.html",
        page=Page(found.items, found.page, found.total),
        counts={f.value: n for f, n in found.counts.items()},
        links=links,
        words={v.value: _(word) for v, word in VISIBILITIES.items()},
        steps=_steps,
        editable=lambda c: refusal(machine.EDIT, actor(), c, policy.Place()) is None,
    )


def _steps(comment: OwnComment) -> list[dict[str, Any]]:
    """The history of a comment as a timeline."""
    words = vocabulary(machine.LIVES)
    return [
        {
            "when": step.when,
            "title": _(words[step.action][0]),
            "who": _("我") if step.by_author else comment.tenant_name,
            "note": step.reason or "",
            "icon": "user" if step.by_author else "building",
        }
        for step in comment.steps
    ]


@blueprint.get("/account/comments/export")
@requires(Permission.RESIDENT_ACCOUNT)
def export() -> Response:
    """Everything one wrote, to take along."""
    columns = [
        Column(_("时间")),
        Column(_("属地单位"), 20),
        Column(_("文章"), 30),
        Column(_("意见"), 50),
        Column(_("展示"), 10),
        Column(_("办理"), 10),
        Column(_("说明"), 30),
        Column(_("官方答复"), 50),
        Column(_("未公开的理由"), 30),
        Column(_("申诉"), 30),
    ]
    rows = [
        (
            c.created_at,
            c.tenant_name,
            c.title or _("所在文章已撤下"),
            c.body,
            _(VISIBILITIES[Visibility(c.visibility)]),
            _(FATES[Fate(c.fate)]) if c.parent_id is None else "",
            c.fate_reason,
            "\n\n".join(a.body for a in c.answers),
            c.moderation_reason,
            c.appeal,
        )
        for c in queries.export_of_resident(db())
    ]
    return sheets.send(_("我的意见"), _("我的意见"), columns, rows)


@blueprint.get("/unsubscribe/<token>")
@requires(Permission.SITE_READ)
def unsubscribe_page(token: str) -> Response:
    """Where the link in a mail leads: one button. Opening it alone changes nothing."""
    if notices.resident_of(token) is None:
        abort(404)
    response = render("public_site/comments/unsubscribe.html", token=token, done=False)
    response.headers["Cache-Control"] = "private, no-store"
    return response


@blueprint.post("/unsubscribe/<token>")
@csrf.exempt
@requires(Permission.SITE_READ)
def unsubscribe(token: str) -> Response:
    """One click ends the mails, from the page or straight from a mail program (RFC 8058); the token is the proof."""
    resident_id = notices.resident_of(token)
    if resident_id is None:
        abort(404)
    service.stop_notices(db(), resident_id)
    return render("public_site/comments/unsubscribe.html", token=token, done=True)
