"""The first page of the workspace: what waits for me, in order of date."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, g, url_for
from flask_babel import format_date
from flask_babel import gettext as _

from portal.organisation import queries as organisation
from portal.publishing.queries.words import KINDS
from portal.search import queries as searches
from portal.today import queries
from portal.today.delays import delays
from tenants.clock import today
from tenants.permissions import Permission as P
from tenants.requests import actor, db, requires
from tenants.rules import N_
from webkit.fragments import render

blueprint = Blueprint("today", __name__, template_folder="templates")

#: What is asked for, and its icon.
ASKS = {
    "approve": (N_("请您审核"), "eye"),
    "returned": (N_("退回给您修改"), "reply"),
    "publish": (N_("批准了，等发布"), "sprout"),
    "answer": (N_("请答复居民"), "comment"),
}


@blueprint.get("/t/<tenant>/")
@requires(P.HOME_READ)
def show(tenant: str) -> Response:
    found = queries.waiting(db(), actor())
    tasks = found.tasks()
    return render(
        "portal/today/today.html",
        tenant=tenant,
        day=today(),
        weekday=format_date(today(), "EEEE"),
        name=actor().name,
        waiting=found,
        tasks=tasks,
        asks={kind: (_(words), icon) for kind, (words, icon) in ASKS.items()},
        address=lambda task: _address(tenant, task),
        figures=_figures(tenant, found),
        kinds={kind: _(words) for kind, words in KINDS.items()},
        may_write=actor().may(P.PUBLICATION_WRITE),
        setup=organisation.setup(db(), g.tenant.id) if _sets_up() else None,
        delays=delays(g.engine),
        news=searches.news(db()),
        news_url=url_for("search.kept", tenant=tenant),
    )


def _sets_up() -> bool:
    """Whether the tenant is still to be opened, by this person."""
    return g.tenant.opened_at is None and actor().may(P.SETTINGS_MANAGE)


def _address(tenant: str, task: queries.Task) -> str:
    if task.kind == "answer":
        return url_for("participation.show", tenant=tenant, comment_id=task.key)
    return url_for("publishing.show", tenant=tenant, code=task.key)


def _figures(tenant: str, found: queries.Waiting) -> list[dict[str, Any]]:
    """What waits, in numbers; each opens its rows."""

    def publications(state: str) -> str:
        return url_for("publishing.index", tenant=tenant, state=state)

    def desk(tab: str) -> str:
        return url_for("participation.desk", tenant=tenant, tab=tab)

    tiles: list[dict[str, Any]] = []
    if found.comments is not None:
        waits = found.comments
        tiles += [
            {
                "label": _("待答复"),
                "value": waits.open,
                "url": desk("open"),
                "icon": "comment",
                "tone": "wait" if waits.open else "neutral",
                "note": _("三天内到期 %(n)s 条", n=waits.due_soon) if waits.due_soon else "",
            },
            {
                "label": _("已逾期"),
                "value": waits.overdue,
                "url": desk("overdue"),
                "icon": "warning",
                "tone": "bad" if waits.overdue else "neutral",
            },
        ]
        if waits.held:
            tiles.append(
                {
                    "label": _("待审核意见"),
                    "value": waits.held,
                    "url": desk("held"),
                    "icon": "clock",
                    "tone": "wait",
                }
            )
    if actor().may(P.PUBLICATION_APPROVE):
        tiles.append(
            {
                "label": _("待审核文章"),
                "value": len(found.to_approve),
                "url": publications("in_review"),
                "icon": "eye",
                "tone": "wait" if found.to_approve else "neutral",
            }
        )
    if actor().may(P.PUBLICATION_WRITE):
        drafts = len(found.drafts) + len(found.returned)
        tiles.append(
            {
                "label": _("我的草稿"),
                "value": drafts,
                "url": url_for("publishing.index", tenant=tenant, state="draft", author=actor().name),
                "icon": "edit",
            }
        )
    if found.invited:
        tiles.append(
            {
                "label": _("邀请未接受"),
                "value": found.invited,
                "url": url_for("people.index", tenant=tenant, state="invited"),
                "icon": "mail",
            }
        )
    return tiles
