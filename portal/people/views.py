"""Pages of people."""

from __future__ import annotations

from flask import Blueprint

from tenants.permissions import Permission
from tenants.requests import requires

blueprint = Blueprint("people", __name__, template_folder="templates")


@blueprint.get("/t/<tenant>/people/")
@requires(Permission.PERSON_READ)
def index(tenant: str) -> str:
    return "index"


@blueprint.get("/district/people/")
@requires(Permission.DISTRICT_PERSON_MANAGE)
def district() -> str:
    return "district"
