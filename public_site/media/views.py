"""Published pictures and documents. What is not published is not there: the database's public role cannot see it."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response
from werkzeug.wrappers import Response as AnyResponse

from tenants.files import queries as files
from tenants.files import serving
from tenants.permissions import Permission
from tenants.requests import db, requires

blueprint = Blueprint("media", __name__)


@blueprint.get("/media/<uuid:file_id>/<int:width>")
@requires(Permission.SITE_READ)
def image(file_id: UUID, width: int) -> Response:
    return serving.send_picture(files.get(db(), file_id), width)


@blueprint.get("/media/<uuid:file_id>/download")
@requires(Permission.SITE_READ)
def download(file_id: UUID) -> AnyResponse:
    return serving.send_link(files.get(db(), file_id))


@blueprint.get("/files/<token>")
@requires(Permission.SITE_READ)
def signed(token: str) -> Response:
    """Where signed links of the folder store lead; a store of its own serves its links itself."""
    return serving.send_signed(token)
