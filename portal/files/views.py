"""The tenant's files: list, upload, download, removal; and pictures inside the workspace."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import MultipleFileField

from portal.files import queries
from search import outbox
from tenants.files import queries as stored
from tenants.files import service, serving
from tenants.files.inspect import Purpose
from tenants.files.models import FileKind
from tenants.files.storage import StoreDown
from tenants.permissions import Permission
from tenants.requests import actor, db, requires, say
from tenants.rules import Invalid
from webkit.forms import Form
from webkit.fragments import render
from webkit.pagination import Page, chips, page_number, url_with

blueprint = Blueprint("files", __name__, template_folder="templates")

KINDS: dict[str, str] = {FileKind.IMAGE: _l("图片"), FileKind.DOCUMENT: _l("文档")}
USED = {"yes": _l("用过的"), "no": _l("没用过的")}


class UploadForm(Form):
    """Files to keep for later."""

    files = MultipleFileField(_l("上传文件"), description=_l("图片、PDF、Word、Excel、PPT，可以一次选几个。"))


@blueprint.get("/t/<tenant>/files/")
@requires(Permission.FILE_READ)
def index(tenant: str) -> Response:
    return _page(tenant, UploadForm())


def _page(tenant: str, form: UploadForm, status: int = 200) -> Response:
    filters = queries.Filters.from_args(request.args)
    number = page_number()
    found = queries.listing(db(), filters, page=number)
    return render(
        "portal/files/index.html",
        "results",
        status=status,
        tenant=tenant,
        form=form,
        filters=filters,
        files=found,
        page=Page(found.rows, number, found.total, queries.PER_PAGE),
        kinds=list(KINDS.items()),
        used=list(USED.items()),
        chips=chips(
            [("kind", KINDS.get(filters.kind)), ("used", USED.get(filters.used)), ("q", filters.text)]
        ),
        clear_url=url_with(kind=None, used=None, q=None),
        may_write=actor().may(Permission.FILE_WRITE),
    )


@blueprint.post("/t/<tenant>/files/")
@requires(Permission.FILE_WRITE)
def upload(tenant: str) -> ResponseReturnValue:
    """Each file is stored on its own: one that is refused does not take the others with it."""
    form = UploadForm()
    if not form.validate():
        return _page(tenant, form, 422)
    sent = [file for file in request.files.getlist("files") if file.filename]
    kept, errors = [], []
    for file in sent:
        try:
            kept.append(
                service.upload(db(), actor(), file.stream, file.filename or "", purpose=Purpose.ATTACHMENT)
            )
        except Invalid as invalid:
            errors += [f"{file.filename}{_('：')}{say(refusal)}" for refusal in invalid.errors.values()]
        except StoreDown:
            errors.append(_("%(name)s：文件库暂时不能用，请过几分钟再试。", name=file.filename))
    if not sent:
        errors.append(_("请选择文件。"))
    if kept:
        outbox.changed(db(), "file", *(file.id for file in kept))
        flash(_("已上传 %(n)s 个文件。", n=len(kept)), "success")
    if errors:
        # on this page: a cookie holds no long list of names
        form.files.errors = errors
        return _page(tenant, form, 200 if kept else 422)
    return redirect(url_for(".index", tenant=tenant), 303)


@blueprint.get("/t/<tenant>/media/<uuid:file_id>/<int:width>")
@requires(Permission.FILE_READ)
def picture(tenant: str, file_id: UUID, width: int) -> Response:
    """A picture of the tenant, published or not."""
    return serving.send_picture(stored.get(db(), file_id), width)


@blueprint.get("/t/<tenant>/files/<uuid:file_id>/download")
@requires(Permission.FILE_READ)
def download(tenant: str, file_id: UUID) -> ResponseReturnValue:
    return serving.send_link(stored.get(db(), file_id))


@blueprint.get("/files/<token>")
@requires(Permission.SITE_READ)
def signed(token: str) -> Response:
    """Where signed links of the folder store lead."""
    return serving.send_signed(token)


@blueprint.route("/t/<tenant>/files/<uuid:file_id>/delete", methods=["GET", "POST"])
@requires(Permission.FILE_WRITE)
def delete(tenant: str, file_id: UUID) -> ResponseReturnValue:
    """Only what nothing uses; what is used says where."""
    file = queries.one(db(), file_id)
    if file is None:
        abort(404)
    form = Form()
    shown_by_tenant = queries.is_tenant_picture(db(), file_id)
    if file.uses or file.attached or shown_by_tenant:
        return render(
            "portal/files/used.html",
            status=409 if form.is_submitted() else 200,
            tenant=tenant,
            file=file,
            shown_by_tenant=shown_by_tenant,
        )
    if form.validate_on_submit():
        service.delete(db(), actor(), file_id)
        outbox.changed(db(), "file", file_id)
        flash(_("已删除“%(name)s”。", name=file.name), "success")
        return redirect(url_for(".index", tenant=tenant), 303)
    return render("portal/files/delete.html", status=form.status, tenant=tenant, file=file, form=form)
