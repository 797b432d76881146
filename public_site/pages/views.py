"""Pages of pages."""

from __future__ import annotations

from flask import Blueprint

from tenants.permissions import Permission
from tenants.requests import requires

blueprint = Blueprint("pages", __name__, template_folder="templates")


@blueprint.get("/about")
@requires(Permission.SITE_READ)
def about() -> str:
    return "about"


@blueprint.get("/accessibility")
@requires(Permission.SITE_READ)
def accessibility() -> str:
    return "accessibility"
