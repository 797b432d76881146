"""Pages of district."""

from __future__ import annotations

from flask import Blueprint

from tenants.permissions import Permission
from tenants.requests import requires

blueprint = Blueprint("district", __name__, template_folder="templates")


@blueprint.get("/district/")
@requires(Permission.DISTRICT_READ)
def overview() -> str:
    return "overview"


@blueprint.get("/district/publications/")
@requires(Permission.DISTRICT_PUBLICATION_READ)
def publications() -> str:
    return "publications"


@blueprint.get("/district/comments/")
@requires(Permission.DISTRICT_COMMENT_READ)
def comments() -> str:
    return "comments"


@blueprint.get("/district/tenants/")
@requires(Permission.TENANT_PROVISION)
def tenants() -> str:
    return "tenants"


@blueprint.get("/district/operations")
@requires(Permission.OPERATIONS_READ)
def operations() -> str:
    return "operations"
