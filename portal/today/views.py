"""Pages of today."""

from __future__ import annotations

from flask import Blueprint

from tenants.permissions import Permission
from tenants.requests import requires

blueprint = Blueprint("today", __name__, template_folder="templates")


@blueprint.get("/t/<tenant>/")
@requires(Permission.HOME_READ)
def show(tenant: str) -> str:
    return "show"
