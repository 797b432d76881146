"""Pages of articles."""

from __future__ import annotations

from flask import Blueprint

from tenants.permissions import Permission
from tenants.requests import requires

blueprint = Blueprint("articles", __name__, template_folder="templates")


@blueprint.get("/<any(interpretation,sprout,outreach,announcement):kind>/")
@requires(Permission.SITE_READ)
def index(kind: str) -> str:
    return "index"


@blueprint.get("/a/<code>")
@requires(Permission.SITE_READ)
def show(code: str) -> str:
    return "show"
