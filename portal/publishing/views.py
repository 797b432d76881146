"""Pages of publishing."""

from __future__ import annotations

from flask import Blueprint

from tenants.permissions import Permission
from tenants.requests import requires

blueprint = Blueprint("publishing", __name__, template_folder="templates")


@blueprint.get("/t/<tenant>/publications/")
@requires(Permission.PUBLICATION_READ)
def index(tenant: str) -> str:
    return "index"
