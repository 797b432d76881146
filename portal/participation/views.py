"""Pages of participation."""

from __future__ import annotations

from flask import Blueprint

from tenants.permissions import Permission
from tenants.requests import requires

blueprint = Blueprint("participation", __name__, template_folder="templates")


@blueprint.get("/t/<tenant>/comments/")
@requires(Permission.COMMENT_READ)
def desk(tenant: str) -> str:
    return "desk"
