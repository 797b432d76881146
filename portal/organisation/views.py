"""Pages of organisation."""

from __future__ import annotations

from flask import Blueprint

from tenants.permissions import Permission
from tenants.requests import requires

blueprint = Blueprint("organisation", __name__, template_folder="templates")


@blueprint.get("/t/<tenant>/settings")
@requires(Permission.SETTINGS_MANAGE)
def settings(tenant: str) -> str:
    return "settings"


@blueprint.get("/t/<tenant>/units/")
@requires(Permission.SETTINGS_MANAGE)
def units(tenant: str) -> str:
    return "units"
