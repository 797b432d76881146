"""One publication: its page, its versions, comparisons and the preview."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, current_app, request, url_for
from flask_babel import gettext as _

from portal.publishing import policy, queries
from portal.publishing.models import State
from portal.publishing.views.common import Addresses, blueprint, inside, kind_name, load, state_of
from portal.publishing.views.differences import differences
from tenants.clock import now
from tenants.files import queries as files
from tenants.permissions import Permission
from tenants.requests import actor, db, requires
from tenants.rules import N_
from webkit.fragments import render
from webkit.text import whole_number

#: What happened, in words; icon; tone.
STEPS = {
    "created": (N_("建立草稿"), "plus", "neutral"),
    "saved": (N_("保存了第 %(n)s 版"), "edit", "neutral"),
    "submitted": (N_("送交审核"), "upload", "wait"),
    "returned": (N_("退给编辑修改"), "reply", "attention"),
    "approved": (N_("审核通过"), "check", "good"),
    "scheduled": (N_("定了发布时间"), "clock", "wait"),
    "unscheduled": (N_("取消了定时"), "clock", "neutral"),
    "published": (N_("发布第 %(n)s 版"), "sprout", "good"),
    "withdrawn": (N_("撤下，不再公开"), "stop", "bad"),
    "revised": (N_("开始修订"), "edit", "neutral"),
    "abandoned": (N_("放弃修订"), "history", "neutral"),
    "restored": (N_("恢复旧版本，存为第 %(n)s 版"), "history", "neutral"),
    "comments_opened": (N_("评论已开放"), "comment", "neutral"),
    "comments_closed": (N_("评论已关闭"), "comment", "neutral"),
}


@blueprint.get("/t/<tenant>/publications/<code>")
@requires(Permission.PUBLICATION_READ)
def show(tenant: str, code: str) -> Response:
    record = load(code)
    session = db()
    looked = files.looked(session, [document.id for document in record.documents])
    decided = files.decided(looked.values())
    checks = policy.checklist(record.kind, record.content, record.content.picture_words(), decided)
    return render(
        "portal/publishing/record.html",
        tenant=tenant,
        record=record,
        state=state_of(record),
        kind_name=kind_name(record),
        looked=looked,
        checks=checks,
        missing=policy.missing(checks),
        may=what_may_be_done(record, checks),
        versions=queries.versions_of(session, record),
        history=timeline(queries.events_of(session, record)),
        drafts=[d for d in queries.drafts_of(session, record) if d.staff_id != actor().id],
        comments=queries.comment_count(session, record.id) if record.first_published_at else 0,
        body=inside(str(record.shown), tenant),
        public_url=public_address(record),
        **Addresses(tenant).for_template(),
    )


def public_address(record: queries.Record) -> str:
    """Where the public reads it."""
    return f"{current_app.config['SETTINGS'].public_address}/a/{record.code}"


def what_may_be_done(record: queries.Record, checks: tuple[policy.Check, ...]) -> dict[str, Any]:
    """Step -> whether this person may take it now. The same rules that the service asks."""
    who, at = actor(), now()
    waiting = record.state is State.IN_REVIEW
    approvers = queries.approvers(db(), record.tenant.id) if waiting else 0
    return {
        "edit": policy.may_edit(who, record) is None,
        "submit": policy.may_submit(who, record) is None,
        "ready": not policy.missing(checks),
        "return": policy.may_return(who, record) is None,
        "own": who.id == record.edited_by,
        "approve": policy.may_approve(who, record, approvers) is None,
        "approve_refusal": policy.may_approve(who, record, approvers) if waiting else None,
        "publish": policy.may_publish(who, record, at) is None,
        "schedule": policy.may_schedule(who, record) is None,
        "unschedule": policy.may_unschedule(who, record) is None,
        "withdraw": policy.may_withdraw(who, record) is None,
        "revise": policy.may_revise(who, record) is None,
        "abandon": policy.may_abandon(who, record) is None,
        "restore": policy.may_restore(who, record) is None,
        "comments": policy.may_open_comments(who) is None and record.first_published_at is not None,
    }


def timeline(events: tuple[queries.EventRow, ...]) -> list[dict[str, Any]]:
    """The history for the page."""
    shown = []
    for event in events:
        words, icon, tone = STEPS.get(event.action, (event.action, "info", "neutral"))
        note = event.reason or ""
        if event.action == "restored":
            note = _("内容来自第 %(n)s 版", n=note.removeprefix("v"))
        title = _(words, n=event.version_number) if "%(n)s" in words else _(words)
        shown.append(
            {
                "when": event.at,
                "title": title,
                "who": event.actor,
                "note": note,
                "icon": icon,
                "tone": tone,
            }
        )
    return shown


@blueprint.get("/t/<tenant>/publications/<code>/preview")
@requires(Permission.PUBLICATION_READ)
def preview(tenant: str, code: str) -> Response:
    """Exactly what the public will see: the same part that the public site shows."""
    article = queries.preview(db(), code, whole_number(request.args.get("version")))
    if article is None:
        abort(404)
    record = load(code)
    live = record.head_id == record.live_id and article.version == record.number
    return render(
        "portal/publishing/preview.html",
        tenant=tenant,
        record=record,
        article=article,
        kind_name=kind_name(article),
        body=inside(str(article.shown), tenant),
        is_live=live,
        **Addresses(tenant).for_template(),
    )


@blueprint.get("/t/<tenant>/publications/<code>/compare")
@requires(Permission.PUBLICATION_READ)
def compare(tenant: str, code: str) -> Response:
    """Two versions and what differs."""
    record = load(code)
    versions = queries.versions_of(db(), record)
    numbers = [version.number for version in versions]
    newer = _chosen("to", numbers, numbers[0])
    older = _chosen("from", numbers, next((n for n in numbers if n < newer), newer))
    old, new = (queries.version_content(db(), record, number) for number in (older, newer))
    assert old is not None and new is not None
    return render(
        "portal/publishing/compare.html",
        tenant=tenant,
        record=record,
        numbered=[(n, _("第 %(n)s 版", n=n)) for n in numbers],
        old=old[0],
        new=new[0],
        differences=differences(old[1], new[1], tenant),
        may_restore=policy.may_restore(actor(), record) is None,
        choose_url=url_for(".compare", tenant=tenant, code=code),
    )


def _chosen(name: str, numbers: list[int], otherwise: int) -> int:
    number = whole_number(request.args.get(name))
    return number if number in numbers else otherwise
