"""Pages of search."""

from __future__ import annotations

from flask import Blueprint

from tenants.permissions import Permission
from tenants.requests import requires

blueprint = Blueprint("search", __name__, template_folder="templates")


@blueprint.get("/t/<tenant>/search")
@requires(Permission.SEARCH_READ)
def tenant(tenant: str) -> str:
    return "tenant"


@blueprint.get("/district/search")
@requires(Permission.DISTRICT_SEARCH_READ)
def district() -> str:
    return "district"


@blueprint.get("/district/search/curate")
@requires(Permission.SEARCH_CURATE)
def curate() -> str:
    return "curate"
