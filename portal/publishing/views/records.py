"""One publication: its page, its versions, comparisons and the preview."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, current_app, request, url_for
from flask_babel import gettext as _

from portal.kit import ports
from portal.kit.history import EventRow, events_of
from portal.kit.machine import Step, refusal
from portal.kit.pages import timeline
from portal.publishing import machine, policy, queries
from portal.publishing.models import Publication
from portal.publishing.views.common import Addresses, blueprint, inside, kind_name, load, state_of
from portal.publishing.views.differences import differences
from portal.publishing.views.steps import checks_of, facts, pages
from tenants.files import queries as files
from tenants.permissions import Permission
from tenants.requests import actor, db, requires
from tenants.rules import N_
from webkit.fragments import render
from webkit.text import whole_number

#: Who acts when the clock does.
BY_CLOCK = N_("定时发布")


@blueprint.get("/t/<tenant>/publications/<code>")
@requires(Permission.PUBLICATION_READ)
def show(tenant: str, code: str) -> Response:
    record = load(code)
    session = db()
    looked = files.looked(session, [document.id for document in record.documents])
    checks = checks_of(record, looked)
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
        history=timeline(events_of(session, Publication, record.id), machine.LIVES, _note, BY_CLOCK),
        drafts=[d for d in queries.drafts_of(session, record) if d.staff_id != actor().id],
        comments=ports.comments_left(session, record.id) if record.first_published_at else 0,
        body=inside(str(record.shown), tenant),
        public_url=public_address(record),
        **Addresses(tenant).for_template(),
    )


def public_address(record: queries.Record) -> str:
    """Where the public reads it."""
    return f"{current_app.config['SETTINGS'].public_address}/a/{record.code}"


def what_may_be_done(record: queries.Record, checks: tuple[policy.Check, ...]) -> dict[str, Any]:
    """The steps that this person may take now, and what else the page offers. The same rules that the service asks."""
    who, known = actor(), facts(record, checks)

    def may(step: Step) -> bool:
        return refusal(step, who, record, known) is None

    approve_refusal = refusal(machine.APPROVE, who, record, known)
    comments = machine.CLOSE_COMMENTS if record.comments_open else machine.OPEN_COMMENTS
    return {
        "steps": pages.buttons(record, machine.PUBLICATION, known),
        "edit": may(machine.SAVE),
        "approve": approve_refusal is None,
        "approve_refusal": approve_refusal,
        "publish": may(machine.PUBLISH),
        "comments": comments if may(comments) and record.first_published_at is not None else None,
    }


def _note(event: EventRow) -> str | None:
    """What stands below a line of the history: the reason, or whose words came back."""
    if event.action == machine.RESTORE.event and event.reason:
        return _("内容来自第 %(n)s 版", n=event.reason.removeprefix("v"))
    return event.reason


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
        may_restore=refusal(machine.RESTORE, actor(), record) is None,
        choose_url=url_for(".compare", tenant=tenant, code=code),
    )


def _chosen(name: str, numbers: list[int], otherwise: int) -> int:
    number = whole_number(request.args.get(name))
    return number if number in numbers else otherwise
