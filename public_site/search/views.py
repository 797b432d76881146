"""Pages of search."""

from __future__ import annotations

from flask import Blueprint

from tenants.permissions import Permission
from tenants.requests import requires

blueprint = Blueprint("search", __name__, template_folder="templates")


@blueprint.get("/search")
@requires(Permission.SITE_READ)
def show() -> str:
    return "show"


@blueprint.get("/search/suggest")
@requires(Permission.SITE_READ)
def suggest() -> str:
    return "suggest"
