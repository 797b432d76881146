"""The editor: writing, keeping drafts, and two people at the same text."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Response, flash, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from portal.answers import show_refusal
from portal.kit.machine import refusal
from portal.publishing import machine, policy, queries, richtext, service
from portal.publishing.content import Content
from portal.publishing.forms import CLEAN, KEEP, ArticleForm, fields_of, pictures_of, sections
from portal.publishing.views.common import blueprint, inside, kind_name, load, outside, state_of
from portal.publishing.views.deciding import Undone, decide
from portal.publishing.views.differences import Difference, contested, differences, merged
from portal.publishing.views.steps import pages
from tenants.clock import now
from tenants.files import queries as files
from tenants.files import service as uploads
from tenants.files.inspect import Purpose
from tenants.files.storage import StoreDown
from tenants.identity import places
from tenants.permissions import Permission
from tenants.requests import actor, close, db, requires, say, say_all, say_each
from tenants.rules import Conflict, Invalid, Refused
from webkit import kept
from webkit.filters import datetime as clock_time
from webkit.fragments import render
from webkit.maps import area
from webkit.text import clean, uuid_of, whole_number

#: A colleague whose draft was kept this recently is at it right now.
AT_IT = timedelta(minutes=10)


@blueprint.get("/t/<tenant>/publications/<code>/edit")
@requires(Permission.PUBLICATION_WRITE)
def edit(tenant: str, code: str) -> ResponseReturnValue:
    record = load(code)
    if refused := refusal(machine.SAVE, actor(), record):
        flash(say(refused), "warning")
        return redirect(pages.of(record), 303)
    back = kept.typed()
    own = _typed(dict(back.fields), tenant) if back else _own_draft(record)
    if own is None:
        form = ArticleForm(formdata=None, data=fields_of(record.content, record.number))
        pictures = pictures_of(record.content)
    else:
        form = ArticleForm(formdata=MultiDict(own))
        pictures = _kept(own)
    return _page(record, form, pictures, recovered=own is not None and back is None)


@blueprint.post("/t/<tenant>/publications/<code>/edit")
@requires(Permission.PUBLICATION_WRITE)
def save(tenant: str, code: str) -> ResponseReturnValue:
    record = load(code)
    form = ArticleForm()
    form.body.data = outside(form.body.data or "", tenant)
    form.offer_units(queries.units(db()))
    valid = form.validate()
    added = _take_uploads(form)
    action = request.form.get("action", "save")
    added = _clean(form) or added
    valid = valid and not form.errors
    if action == "attach" or (action == "save" and not valid):
        if added:
            _keep_draft(record, form)
        return _page(record, form, _kept(request.form), status=422 if form.errors else 200)
    if action == "merge":
        return _merge(record, form)
    if not valid:
        return _page(record, form, _kept(request.form), status=422)
    expected = form.number.data if form.number.data is not None else record.number
    try:
        _save(form, code, form.content(), expected)
    except Invalid as invalid:
        form.take_errors({_FIELDS.get(name, name): words for name, words in say_each(invalid).items()})
        return _page(record, form, _kept(request.form), status=422)
    except Refused as refused:
        show_refusal(form, refused)
        _keep_draft(record, form)
        return _page(record, form, _kept(request.form), status=409)
    except Conflict:
        _keep_draft(record, form)
        return _reconcile(load(code), form)
    flash(_("已保存。"), "success")
    return redirect(url_for(".show", tenant=tenant, code=code), 303)


#: Where a service's refusal is shown.
_FIELDS = {"cover_file_id": "cover", "documents": "new_documents"}


@blueprint.post("/t/<tenant>/publications/<code>/draft")
@requires(Permission.PUBLICATION_WRITE)
def keep_draft(tenant: str, code: str) -> ResponseReturnValue:
    """Keep what is typed, for the editor's script."""
    typed = _typed(request.form, tenant)
    try:
        at = service.autosave_draft(db(), code, typed, base_number=_number(typed))
    except Invalid as invalid:
        return jsonify(error=say_all(invalid)), 422
    return jsonify(saved=at.isoformat())


@blueprint.post("/t/<tenant>/publications/<code>/draft/discard")
@requires(Permission.PUBLICATION_WRITE)
def discard_draft(tenant: str, code: str) -> ResponseReturnValue:
    service.discard_draft(db(), code)
    flash(_("已丢弃没有保存的改动。"), "success")
    return redirect(url_for(".edit", tenant=tenant, code=code), 303)


def _own_draft(record: queries.Record) -> dict[str, str] | None:
    who = actor().id
    return queries.draft_fields(db(), record.id, who) if who else None


def _typed(form: Mapping[str, str], tenant: str) -> dict[str, str]:
    """The fields as typed, the body with the addresses that are stored."""
    own = {name: value for name, value in form.items() if not name.startswith("take-")}
    kept = {name: clean(value) for name, value in own.items() if name not in ("csrf_token", "action")}
    kept["body"] = outside(kept.get("body", ""), tenant)
    return kept


def _number(typed: Mapping[str, str]) -> int:
    return whole_number(typed.get("number")) or 0


def _keep_draft(record: queries.Record, form: ArticleForm) -> None:
    """Keep what was typed, in a transaction of its own: the answer will be an error and roll this one back."""
    typed = _typed(request.form, record.tenant.slug)
    for name, field in form.uploads().items():
        typed[f"{name}_upload"] = field.upload_id
    typed |= _rows(form)
    close()
    try:
        service.autosave_draft(db(), record.code, typed, base_number=_number(typed))
    except Invalid:
        return  # a body that cannot be kept is still on the page
    close(commit=True)


def _rows(form: ArticleForm) -> dict[str, str]:
    """The rows of documents as they are now, the files that just came among them."""
    return {
        f"documents-{index}-{name}": str(row.form[name].data or "")
        for index, row in enumerate(form.documents)
        for name in ("file_id", "title", "position", "choice")
    }


def _kept(typed: Mapping[str, str]) -> dict[str, UUID | None]:
    """The pictures that a form carries as ids."""
    return {
        name: None if typed.get(f"{name}_remove") else uuid_of(typed.get(f"{name}_upload"))
        for name in ("cover", "before", "after")
    }


def _take_uploads(form: ArticleForm) -> bool:
    """Store every file that came with the form, at once: an error elsewhere loses none. True when there was one."""
    taken = False
    for field in form.uploads().values():
        if field.file:
            stored, error = _store(field.file, Purpose.PICTURE)
            if stored:
                form.keep({stored.id: stored}, {field.name: stored.id})
                taken = True
            else:
                field.errors = [*field.errors, error]
    for sent in request.files.getlist(form.new_documents.name):
        if not sent.filename:
            continue
        stored, error = _store(sent, Purpose.ATTACHMENT)
        if stored:
            form.add_document(stored)
            taken = True
        else:
            form.new_documents.errors = [*form.new_documents.errors, f"{sent.filename}{_('：')}{error}"]
    return taken


def _clean(form: ArticleForm) -> bool:
    """Put cleaned copies in the place of documents where that was chosen, at once. True when there was one."""
    copied = False
    for row in form.documents:
        file_id = uuid_of(row.form.file_id.data)
        if file_id is None or row.form.choice.data != CLEAN:
            continue
        try:
            row.form.file_id.data, row.form.choice.data = str(decide(file_id, CLEAN)), ""
        except Undone as undone:
            form.new_documents.errors = [*form.new_documents.errors, f"{row.form.title.data}{_('：')}{undone}"]
        else:
            copied = True
    return copied


def _save(form: ArticleForm, code: str, content: Content, expected: int) -> None:
    """Save a text, and with it that documents are to go out as they are where that was chosen."""
    shown = {document.file_id for document in content.documents}
    for row in form.documents:
        file_id = uuid_of(row.form.file_id.data)
        if file_id in shown and row.form.choice.data == KEEP:
            with suppress(Undone):  # a file that is gone, as saving says
                decide(file_id, KEEP)
    service.save(db(), code, content, expected_number=expected)


def _store(sent: Any, purpose: Purpose) -> tuple[files.FileInfo | None, str]:
    try:
        file = uploads.upload(db(), actor(), sent.stream, sent.filename, purpose=purpose)
    except Invalid as invalid:
        return None, say_all(invalid)
    except StoreDown:
        return None, _("文件库暂时不能用，请过几分钟再试。")
    return files.get(db(), file.id), ""


def _page(
    record: queries.Record,
    form: ArticleForm,
    pictures: Mapping[str, UUID | None],
    *,
    recovered: bool = False,
    status: int = 200,
) -> Response:
    session, tenant = db(), record.tenant.slug
    areas = places.units(session, [record.tenant.id])
    form.offer_units([(unit.id, unit.slug, unit.name) for unit in areas])
    carried = {name: UUID(f.kept.upload_id) for name, f in form.uploads().items() if f.kept}
    shown = {**pictures, **carried}
    stored = files.get_many(session, [*(i for i in shown.values() if i), *form.document_ids()])
    looked = {str(file_id): known for file_id, known in files.looked(session, form.document_ids()).items()}
    for row in form.documents:
        if known := looked.get(row.form.file_id.data or ""):
            row.form.offer(known)
    form.keep(stored, shown)
    if form.number.data is None:
        form.number.data = record.number
    with suppress(Invalid):  # a body beyond reason stays as it was typed
        form.body.data = richtext.sanitise(form.body.data or "")
    form.body.data = str(inside(form.body.data or "", tenant))
    drafts = queries.drafts_of(session, record)
    colleagues = [d for d in drafts if d.staff_id != actor().id and d.saved_at > now() - AT_IT]
    own = next((d for d in drafts if d.staff_id == actor().id), None)
    return render(
        "portal/publishing/edit.html",
        "attachments",
        status=status,
        tenant=tenant,
        record=record,
        state=state_of(record),
        kind_name=kind_name(record),
        form=form,
        sections=sections(record.kind),
        stored={str(file_id): info for file_id, info in stored.items()},
        looked=looked,
        colleagues=colleagues,
        recovered=clock_time(own.saved_at) if recovered and own else "",
        behind=form.number.data < record.number,
        summary_most=policy.SUMMARY_MOST,
        outlines=[area(u.boundary, u.name, schematic=u.schematic) for u in areas if u.boundary],
    )


def _seen(record: queries.Record, form: ArticleForm) -> Content | None:
    """What the text said when its writer opened it."""
    found = queries.version_content(db(), record, form.number.data) if form.number.data else None
    return found[1].tidied() if found else None


def _reconcile(record: queries.Record, form: ArticleForm) -> ResponseReturnValue:
    """Somebody saved meanwhile: both texts as one, unless both changed the same part; then the person is asked."""
    seen, mine, theirs = _seen(record, form), form.content().tidied(), record.content
    if contested(seen, theirs, mine):
        return _conflict(record, form)
    content = merged(seen, theirs, mine, {})
    try:
        _save(form, record.code, content, record.number)
    except Invalid as invalid:
        form.take_errors({_FIELDS.get(name, name): words for name, words in say_each(invalid).items()})
        return _page(record, form, _kept(request.form), status=422)
    flash(_("已保存。您写的时候第 %(n)s 版先保存了，改的不是同一处，两边都保留。", n=record.number), "success")
    return redirect(pages.of(record), 303)


def _conflict(
    record: queries.Record, form: ArticleForm, chosen: Mapping[str, str] | None = None
) -> Response:
    """Both texts where both changed the same part; the person says which to keep. Everything typed is on the page.

    `chosen` is what was chosen before on this page, where something is still open.
    """
    mine, theirs = form.content().tidied(), record.content
    asked = contested(_seen(record, form), theirs, mine)
    found: list[Difference] = [
        d for d in differences(theirs, mine, record.tenant.slug) if d.name in asked
    ]
    return render(
        "portal/publishing/conflict.html",
        status=409,
        tenant=record.tenant.slug,
        record=record,
        differences=found,
        chosen=chosen or {},
        open=0 if chosen is None else len(asked - chosen.keys()),
        own=record.edited_by == actor().id,
        typed=_carried(record, form),
    )


def _carried(record: queries.Record, form: ArticleForm) -> list[tuple[str, str]]:
    """What was typed as hidden inputs, so that the choice can be made from this page alone."""
    typed = _typed(request.form, record.tenant.slug)
    for name, field in form.uploads().items():
        typed[f"{name}_upload"] = field.upload_id
        typed.pop(f"{name}_remove", None)
    typed |= _rows(form)
    return list(typed.items())


def _merge(record: queries.Record, form: ArticleForm) -> Response:
    """The editor again, with what was chosen of both texts, on top of the newest version."""
    mine: Content = form.content().tidied()
    chosen = {
        name.removeprefix("take-"): value for name, value in request.form.items() if name.startswith("take-")
    }
    seen = _seen(record, form)
    if contested(seen, record.content, mine) - chosen.keys():
        return _conflict(record, form, chosen)  # not all chosen, or somebody saved again meanwhile
    content = merged(seen, record.content, mine, chosen)
    again = ArticleForm(formdata=None, data=fields_of(content, record.number))
    again.note.data = form.note.data
    chosen_of = {row.form.file_id.data: row.form.choice.data for row in form.documents}
    for row in again.documents:
        row.form.choice.data = chosen_of.get(row.form.file_id.data)
    return _page(record, again, pictures_of(content))
