"""Pages of media."""

from __future__ import annotations

from flask import Blueprint

from tenants.permissions import Permission
from tenants.requests import requires

blueprint = Blueprint("media", __name__, template_folder="templates")


@blueprint.get("/media/<uuid:file_id>/<int:width>")
@requires(Permission.SITE_READ)
def image(file_id: str, width: int) -> str:
    return "image"
