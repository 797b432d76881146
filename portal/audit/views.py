"""操作记录: who did what, for administrators of a tenant and for the district office."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.audit import queries, words
from portal.audit.queries import AuditFilter
from portal.reader import reader
from tenants.permissions import Permission
from tenants.pinyin import sound
from tenants.requests import db, requires
from webkit import bounds, sheets
from webkit.fragments import render
from webkit.sheets import Column

blueprint = Blueprint("audit", __name__, template_folder="templates")
for _filter in (words.action_name, words.entity_name, words.kind_name, words.field_name):
    blueprint.add_app_template_filter(_filter, f"audit_{_filter.__name__}")
blueprint.add_app_template_global(words.value_text, "audit_value")


def _filter_of_request() -> AuditFilter:
    asked = request.args
    return AuditFilter(
        person=asked.get("person", "")[:100],
        action=asked.get("action", ""),
        entity=asked.get("entity", ""),
        tenant=asked.get("tenant", ""),
        since=bounds.day(asked.get("since", "")),
        until=bounds.day(asked.get("until", "")),
    )


def _page(**context: Any) -> ResponseReturnValue:
    by = _filter_of_request()
    before = request.args.get("before", "")
    return render(
        "portal/audit/index.html",
        "results",
        by=by,
        page=queries.page(db(), by, before=before),
        first=not before,
        limit=queries.COUNT_LIMIT,
        actions=sorted(((a, words.action_choice(a)) for a in queries.actions(db())), key=lambda pair: sound(pair[1])),
        entities=words.ENTITIES,
        **context,
    )


@blueprint.get("/t/<tenant>/audit/")
@requires(Permission.AUDIT_READ)
def tenant(tenant: str) -> ResponseReturnValue:
    return _page(tenants=None, export_endpoint="audit.export", values={"tenant": tenant})


@blueprint.get("/t/<tenant>/audit.xlsx")
@requires(Permission.AUDIT_READ)
def export(tenant: str) -> ResponseReturnValue:
    return _export(_("%(name)s操作记录", name=g.tenant.short_name))


@blueprint.get("/district/audit/")
@requires(Permission.DISTRICT_AUDIT_READ)
def district() -> ResponseReturnValue:
    return _page(tenants=reader().offered_tenants, export_endpoint="audit.export_district", values={})


@blueprint.get("/district/audit.xlsx")
@requires(Permission.DISTRICT_AUDIT_READ)
def export_district() -> ResponseReturnValue:
    return _export(_("全区操作记录"))


def _export(filename: str) -> ResponseReturnValue:
    columns = [
        Column(_("时间"), 18),
        Column(_("单位"), 12),
        Column(_("办理人"), 14),
        Column(_("身份"), 10),
        Column(_("代表"), 14),
        Column(_("操作"), 18),
        Column(_("对象"), 12),
        Column(_("名称"), 40),
        Column(_("变化"), 60),
        Column(_("原因"), 30),
        Column(_("网络地址"), 18),
    ]
    colon = _("：")
    rows = (
        (
            entry.at,
            entry.tenant,
            entry.actor_name,
            words.kind_name(entry.actor_kind),
            entry.on_behalf_of,
            words.action_name(entry.action),
            words.entity_name(entry.entity),
            entry.label,
            "\n".join(
                f"{words.field_name(c.field)}{colon}{words.value_text(c.field, c.old)}"
                f" → {words.value_text(c.field, c.new)}"
                for c in entry.changes
            ),
            entry.reason,
            entry.ip,
        )
        for entry in queries.every(db(), _filter_of_request(), limit=sheets.MAX_ROWS + 1)
    )
    return sheets.send(filename, _("操作记录"), columns, rows)
