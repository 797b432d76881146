"""Pages of audit."""

from __future__ import annotations

from flask import Blueprint

from tenants.permissions import Permission
from tenants.requests import requires

blueprint = Blueprint("audit", __name__, template_folder="templates")


@blueprint.get("/t/<tenant>/audit/")
@requires(Permission.AUDIT_READ)
def tenant(tenant: str) -> str:
    return "tenant"


@blueprint.get("/district/audit/")
@requires(Permission.DISTRICT_AUDIT_READ)
def district() -> str:
    return "district"
