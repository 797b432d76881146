"""Pages of comments."""

from __future__ import annotations

from flask import Blueprint

from tenants.permissions import Permission
from tenants.requests import requires

blueprint = Blueprint("comments", __name__, template_folder="templates")


@blueprint.get("/account/comments")
@requires(Permission.RESIDENT_ACCOUNT)
def mine() -> str:
    return "mine"
