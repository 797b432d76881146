"""Pages of places."""

from __future__ import annotations

from flask import Blueprint

from tenants.permissions import Permission
from tenants.requests import requires

blueprint = Blueprint("places", __name__, template_folder="templates")


@blueprint.get("/places/")
@requires(Permission.SITE_READ)
def index() -> str:
    return "index"


@blueprint.get("/places/<tenant>/")
@requires(Permission.SITE_READ)
def show(tenant: str) -> str:
    return "show"


@blueprint.get("/places/<tenant>/<unit>/")
@requires(Permission.SITE_READ)
def unit(tenant: str, unit: str) -> str:
    return "unit"
