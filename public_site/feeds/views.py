"""Pages of feeds."""

from __future__ import annotations

from flask import Blueprint

from tenants.permissions import Permission
from tenants.requests import requires

blueprint = Blueprint("feeds", __name__, template_folder="templates")


@blueprint.get("/feeds/")
@requires(Permission.SITE_READ)
def index() -> str:
    return "index"
