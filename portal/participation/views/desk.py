"""The desk: the list, one comment beside it, the export."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from portal.kit import ports
from portal.kit.history import EventRow
from portal.kit.machine import Step, refusal
from portal.kit.pages import timeline
from portal.participation import machine, queries
from portal.participation.forms import AnswerForm
from portal.participation.policy import Fate, Visibility
from portal.participation.queries import Detail, Filters, Listing, Row, Tab
from portal.participation.views.common import answer_form, blueprint, kept, load
from portal.participation.views.steps import pages
from portal.participation.words import FATES, TABS, VISIBILITIES
from tenants.deployment import settings_here
from tenants.permissions import Permission
from tenants.requests import actor, db, requires
from webkit import sheets
from webkit.fragments import render
from webkit.kept import typed
from webkit.pagination import Page, page_number
from webkit.sheets import Column

#: Tabs that are always there; the others appear when something is in them.
STANDING = (Tab.OPEN, Tab.HELD, Tab.ANSWERED, Tab.ALL)


@blueprint.get("/t/<tenant>/comments/")
@requires(Permission.COMMENT_READ)
def desk(tenant: str) -> Response:
    """居民意见: what waits, first what is due first."""
    return page(tenant)


@blueprint.get("/t/<tenant>/comments/<uuid:comment_id>")
@requires(Permission.COMMENT_READ)
def show(tenant: str, comment_id: UUID) -> Response:
    """One comment beside the list it came from."""
    return page(tenant, load(comment_id))


@blueprint.get("/t/<tenant>/comments/export")
@requires(Permission.COMMENT_READ)
def export(tenant: str) -> Response:
    """The rows under the filters as a table."""
    columns = [
        Column(_("时间")),
        Column(_("居民"), 12),
        Column(_("栏目"), 10),
        Column(_("文章"), 30),
        Column(_("意见"), 60),
        Column(_("回复"), 8),
        Column(_("展示"), 10),
        Column(_("办理"), 10),
        Column(_("说明"), 30),
        Column(_("应答复日"), 14),
        Column(_("答复时间")),
        Column(_("逾期"), 8),
        Column(_("未公开的理由"), 30),
        Column(_("申诉"), 30),
    ]
    kinds = ports.publication_kinds()
    rows = (
        (
            row.created_at,
            row.author,
            _(kinds[row.kind]),
            row.title,
            row.body,
            row.parent_id is not None,
            _(VISIBILITIES[Visibility(row.visibility)]),
            _(FATES[Fate(row.fate)]) if row.parent_id is None else "",
            row.fate_reason,
            row.due_on,
            row.answered_at,
            row.overdue,
            row.moderation_reason,
            row.appeal,
        )
        for row in queries.every(db(), Filters.from_args(request.args))
    )
    return sheets.send(_("居民意见"), _("居民意见"), columns, rows)


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
    found = None if detail is not None and _part() else queries.listing(db(), filters, page=page_number())
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
        may_moderate=actor().may(Permission.COMMENT_MODERATE),
        may_answer=actor().may(Permission.COMMENT_ANSWER),
        news=news,
        **(_of(tenant, detail, form) if detail is not None else {"detail": None}),
    )


def _part() -> bool:
    return request.headers.get("HX-Request") == "true" and not request.headers.get(
        "HX-History-Restore-Request"
    )


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
    refused = refusal(machine.answering(comment), who, comment)
    if refused is None and form is None:
        draft = queries.draft(db(), comment.id, who.id)
        form = answer_form(comment, formdata=MultiDict(draft) if draft and not typed() else None)

    def may(step: Step, row: Row = comment) -> bool:
        return refusal(step, who, row) is None

    return {
        "detail": detail,
        "comment": comment,
        "form": None if refused else form,
        "refusal": refused,
        "fates_next": pages.buttons(comment, machine.FATE, None),
        "may_show": may(machine.APPROVE),
        "may_hide": may(machine.HIDE),
        "may_uphold": may(machine.UPHOLD),
        "may_revise": lambda row: may(machine.REVISE, row),
        "history": timeline(detail.events, machine.LIVES, _note),
        "public_url": f"{settings_here().public_address}/comments/{comment.id}",
        "publication_url": f"{settings_here().public_address}/a/{comment.code}",
    }


def _note(event: EventRow) -> str | None:
    """What stands below a line of the history: why, or what it said before."""
    former = event.details["former_body"]
    return event.reason or (_("原文：%(text)s", text=former) if former else None)
