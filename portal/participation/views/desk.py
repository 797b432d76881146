"""The list, one comment beside it, the export."""

from __future__ import annotations

from uuid import UUID

from flask import Response, request
from flask_babel import gettext as _

from portal.participation import queries
from portal.participation.models import Fate, Visibility
from portal.participation.queries import Filters
from portal.participation.views.common import blueprint, load, page
from portal.participation.words import FATES, VISIBILITIES
from portal.publishing.policy import Kind
from portal.publishing.queries.words import KINDS
from tenants.permissions import Permission
from tenants.requests import db, requires
from webkit import sheets
from webkit.sheets import Column


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
    rows = (
        (
            row.created_at,
            row.author,
            _(KINDS[Kind(row.kind)]),
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
