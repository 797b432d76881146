"""Beginning a publication: from nothing, or from a Word or text file."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from io import BytesIO
from uuid import UUID

from flask import Response, flash, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.answers import show_refusal
from portal.publishing import presenting, queries, richtext, service
from portal.publishing.content import Content
from portal.publishing.forms import BeginForm, ImportedForm, ImportForm
from portal.publishing.importing import Imported, import_document, with_pictures
from portal.publishing.policy import Kind
from portal.publishing.queries.words import KINDS
from portal.publishing.views.common import blueprint, inside
from portal.publishing.views.deciding import Undone, decide
from tenants import limited
from tenants.files import queries as file_queries
from tenants.files import service as files
from tenants.files.inspect import Purpose
from tenants.files.storage import StoreDown
from tenants.permissions import Permission
from tenants.requests import actor, db, requires, say, say_all
from tenants.rules import N_, Invalid, Missing, Refusal
from webkit.forms import Kept
from webkit.fragments import render

#: What each kind is for: icon and words.
ABOUT = {
    Kind.INTERPRETATION: ("book", N_("用大白话讲清楚一份规划：说了什么、对居民有什么影响。")),
    Kind.SPROUT: ("sprout", N_("一处小改造的故事：为什么改、怎么改、改成什么样。")),
    Kind.OUTREACH: ("megaphone", N_("讲座、展览、走访、征集：时间、地点、怎么参加。")),
    Kind.ANNOUNCEMENT: ("bell", N_("结果公布、征集通知、工作公告。")),
}
_TOO_COMPLEX = N_("“%(name)s”太复杂，没有读完。请分成几个文件，或者只留文字，另存为 .docx 后再导入。")


@blueprint.route("/t/<tenant>/publications/new", methods=["GET", "POST"])
@requires(Permission.PUBLICATION_WRITE)
def new(tenant: str) -> ResponseReturnValue:
    form = BeginForm()
    if form.validate_on_submit():
        publication = service.create(
            db(), Kind(form.kind.data), Content(title=form.title.data or "")
        )
        return redirect(url_for(".edit", tenant=tenant, code=publication.code), 303)
    if request.method == "GET" and request.args.get("kind") in set(Kind):
        form.kind.data = request.args["kind"]
    return render(
        "portal/publishing/new.html",
        status=form.status,
        tenant=tenant,
        form=form,
        about={kind.value: (_(KINDS[kind]), icon, _(words)) for kind, (icon, words) in ABOUT.items()},
    )


@blueprint.route("/t/<tenant>/publications/import", methods=["GET", "POST"])
@requires(Permission.PUBLICATION_WRITE)
def import_file(tenant: str) -> ResponseReturnValue:
    """Upload, look at what it became, then keep it as a draft."""
    form = ImportForm()
    if form.validate_on_submit() and (found := _read(form)) is not None:
        imported, file_id = found
        return _show_imported(
            tenant,
            ImportedForm(
                formdata=None,
                data={
                    "kind": form.kind.data,
                    "title": imported.title,
                    "summary": imported.summary,
                    "body": imported.html,
                    "code": imported.document_code or "",
                    "warnings": "\n".join(map(say, imported.warnings)),
                    "file_id": str(file_id),
                },
            ),
        )
    return render("portal/publishing/import.html", status=form.status, tenant=tenant, form=form)


@blueprint.post("/t/<tenant>/publications/import/keep")
@requires(Permission.PUBLICATION_WRITE)
def keep_imported(tenant: str) -> ResponseReturnValue:
    form = ImportedForm()
    if form.validate():
        try:
            original = decide(form.original, form.attach.data) if form.original else None
            publication = service.create(db(), Kind(form.kind.data), form.content(original))
        except Undone as undone:
            form.take_errors({"attach": str(undone)})
        except Invalid as invalid:
            show_refusal(form, invalid)
        else:
            flash(_("已导入为草稿，可以接着改。"), "success")
            return redirect(url_for(".edit", tenant=tenant, code=publication.code), 303)
    return _show_imported(tenant, form)


def _read(form: ImportForm) -> tuple[Imported, UUID] | None:
    """Store the file at once, then read it; None with the reason at the field."""
    sent = form.file.file
    try:
        if sent is not None:
            stored = files.upload(db(), actor(), sent.stream, sent.filename or "", purpose=Purpose.IMPORT)
            file_id = stored.id
        else:
            file_id = UUID(form.file.upload_id)
        info = file_queries.get(db(), file_id)
        form.file.keep(Kept(str(info.id), info.name, info.size))
        return with_pictures(_imported(info), _store_image), file_id
    except Invalid as invalid:
        show_refusal(form, invalid)
    except (Missing, ValueError):
        form.take_errors({"file": _("请选择文件。")})
    except StoreDown:
        form.take_errors({"file": _("文件库暂时不能用，请过几分钟再试。")})
    return None


def _imported(info: file_queries.FileInfo) -> Imported:
    content = file_queries.open_file(info).read()
    try:
        return limited.run(partial(import_document, content, info.name), tenant=actor().tenant_id)
    except limited.LimitReached as reached:
        raise Invalid({"file": Refusal(_TOO_COMPLEX, {"name": info.name})}) from reached


def _store_image(data: bytes) -> str:
    """Keep a picture of an imported document; its address in texts."""
    file = files.upload(db(), actor(), BytesIO(data), _("导入的图片"), purpose=Purpose.PICTURE)
    width = max((w for w in file.widths if w <= 1600), default=file.width or 0)
    return file_queries.media_url(file.id, width)


def _show_imported(tenant: str, form: ImportedForm) -> Response:
    with suppress(Invalid):
        form.body.data = richtext.sanitise(form.body.data or "")
    known = file_queries.looked(db(), [form.original] if form.original else [])
    looked = next(iter(known.values()), None)
    form.offer(looked)
    body = form.body.data or ""
    return render(
        "portal/publishing/imported.html",
        status=form.status,
        tenant=tenant,
        form=form,
        warnings=(form.warnings.data or "").splitlines(),
        looked=looked,
        words=richtext.word_count(body),
        pictures=len(richtext.images_in(body)),
        body=inside(str(presenting.present(body)), tenant),
    )


@blueprint.post("/t/<tenant>/publications/images")
@requires(Permission.PUBLICATION_WRITE)
def add_image(tenant: str) -> ResponseReturnValue:
    """A picture for the text, for the editor's script: `{id, url, width, height}` or `{error}`."""
    return _stored(tenant, Purpose.PICTURE)


@blueprint.post("/t/<tenant>/publications/documents")
@requires(Permission.PUBLICATION_WRITE)
def add_document(tenant: str) -> ResponseReturnValue:
    """A document, for the upload field's script."""
    return _stored(tenant, Purpose.ATTACHMENT)


def _stored(tenant: str, purpose: Purpose) -> ResponseReturnValue:
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        return jsonify(error=_("请选择文件。")), 422
    try:
        file = files.upload(db(), actor(), sent.stream, sent.filename, purpose=purpose)
    except Invalid as invalid:
        return jsonify(error=say_all(invalid)), 422
    except StoreDown:
        return jsonify(error=_("文件库暂时不能用，请过几分钟再试。")), 503
    answer = {"id": str(file.id), "filename": file.name, "size": file.size}
    if file.kind == "image":
        width = max((w for w in file.widths if w <= 1600), default=file.width)
        answer |= {
            "url": url_for("files.picture", tenant=tenant, file_id=file.id, width=width),
            "width": file.width,
            "height": file.height,
        }
    return jsonify(answer)


@blueprint.get("/t/<tenant>/publications/tags")
@requires(Permission.PUBLICATION_WRITE)
def tags(tenant: str) -> Response:
    """Tags already in use, for suggestions while typing."""
    typed = request.args.get("q", "").strip()
    words = [word for word in queries.tags_in_use(db()) if typed and typed in word and typed != word]
    return jsonify([{"label": word} for word in words[:8]])
