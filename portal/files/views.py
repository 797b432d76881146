"""Pages of files."""

from __future__ import annotations

from flask import Blueprint

from tenants.permissions import Permission
from tenants.requests import requires

blueprint = Blueprint("files", __name__, template_folder="templates")


@blueprint.get("/t/<tenant>/files/")
@requires(Permission.FILE_READ)
def index(tenant: str) -> str:
    return "index"
