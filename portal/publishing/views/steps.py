"""The steps in the life of a publication: their addresses, and what their pages need to know."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from flask import current_app, g, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from jinja2.filters import do_truncate

from portal.kit.machine import Step
from portal.kit.pages import Pages
from portal.publishing import machine, policy, queries, service
from portal.publishing.models import Publication
from portal.publishing.policy import State
from portal.publishing.views.common import blueprint, load, state_of
from tenants.clock import now
from tenants.files import queries as files
from tenants.files.queries import Looked
from tenants.permissions import Permission
from tenants.requests import db, requires


def checks_of(record: queries.Record, looked: Mapping[UUID, Looked]) -> tuple[policy.Check, ...]:
    """The checklist of its newest version; `looked` is what is known of its documents."""
    content = record.content
    return policy.checklist(record.kind, content, content.picture_words(), files.decided(looked.values()))


def facts(record: queries.Record, checks: tuple[policy.Check, ...] | None = None) -> policy.Facts:
    """What the guards look at besides the record; `checks`, where the caller has asked already."""
    missing: tuple[policy.Check, ...] = ()
    if record.state is State.DRAFT:
        if checks is None:
            checks = checks_of(record, files.looked(db(), [document.id for document in record.documents]))
        missing = policy.missing(checks)
    waiting = record.state is State.IN_REVIEW
    approvers = queries.approvers(db(), record.tenant.id) if waiting else 0
    return policy.Facts(now(), approvers, missing, opened=g.tenant.opened_at is not None)


def _after(record: queries.Record, step: Step) -> str | None:
    """Whoever revises goes on to write."""
    if step is machine.REVISE and request.form.get("then") == "edit":
        return url_for("publishing.edit", tenant=record.tenant.slug, code=record.code)
    return None


def _trail(record: queries.Record) -> list[tuple[str, str]]:
    short = do_truncate(current_app.jinja_env, record.content.title, 24, True, "……")
    return [(_("发布"), url_for("publishing.index", tenant=record.tenant.slug)), (short, pages.of(record))]


pages = Pages(
    blueprint,
    "/t/<tenant>/publications/<code>",
    ("code",),
    Publication,
    load=load,
    facts=facts,
    name=lambda record: record.content.title,
    trail=_trail,
    state=state_of,
    after=_after,
)
pages.add(
    {
        machine.SUBMIT: service.submit,
        machine.ABANDON: service.abandon,
        machine.APPROVE: service.approve,
        machine.PUBLISH: service.publish,
        machine.SCHEDULE: service.schedule,
        machine.UNSCHEDULE: service.unschedule,
        machine.TAKE_BACK: service.take_back,
        machine.SEND_BACK: service.send_back,
        machine.REVISE: service.revise,
        machine.WITHDRAW: service.withdraw,
    }
)


@blueprint.post("/t/<tenant>/publications/<code>/restore/<int(max=999999):number>")
@requires(Permission.PUBLICATION_WRITE)
def restore(tenant: str, code: str, number: int) -> ResponseReturnValue:
    """Make a former version the newest again."""
    return pages.answer(
        machine.RESTORE, {"code": code}, lambda session, code, seen: service.restore(session, code, seen, number)
    )


@blueprint.post("/t/<tenant>/publications/<code>/comments")
@requires(Permission.PUBLICATION_PUBLISH)
def comments(tenant: str, code: str) -> ResponseReturnValue:
    """Open or close the comments under it."""
    if request.form.get("open") == "1":
        return pages.answer(machine.OPEN_COMMENTS, {"code": code}, service.open_comments)
    return pages.answer(machine.CLOSE_COMMENTS, {"code": code}, service.close_comments)
