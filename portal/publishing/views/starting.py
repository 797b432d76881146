"""Beginning a publication: from nothing, or from a Word or text file."""

from __future__ import annotations

from flask import Response, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.publishing import queries, service
from portal.publishing.content import Content
from portal.publishing.forms import BeginForm
from portal.publishing.models import Kind
from portal.publishing.queries.words import KINDS
from portal.publishing.views.common import blueprint
from tenants.files import service as files
from tenants.files.inspect import Purpose
from tenants.files.storage import StoreDown
from tenants.permissions import Permission
from tenants.requests import actor, db, requires, say
from tenants.rules import Invalid
from webkit.fragments import render

ABOUT = {
    Kind.INTERPRETATION: ("book", "用大白话讲清楚一份规划：说了什么、对居民有什么影响。"),
    Kind.SPROUT: ("sprout", "一处小改造的故事：为什么改、怎么改、改成什么样。"),
    Kind.OUTREACH: ("megaphone", "讲座、展览、走访、征集：时间、地点、怎么参加。"),
    Kind.ANNOUNCEMENT: ("bell", "结果公布、征集通知、工作公告。"),
}


@blueprint.route("/t/<tenant>/publications/new", methods=["GET", "POST"])
@requires(Permission.PUBLICATION_WRITE)
def new(tenant: str) -> ResponseReturnValue:
    form = BeginForm()
    if form.validate_on_submit():
        publication = service.create(
            db(), actor(), Kind(form.kind.data), Content(title=form.title.data or "")
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
    return redirect(url_for(".new", tenant=tenant), 303)


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
        return jsonify(error=" ".join(say(refusal) for refusal in invalid.errors.values())), 422
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
