"""Pages of account."""

from __future__ import annotations

from flask import Blueprint

from tenants.permissions import Permission
from tenants.requests import requires

blueprint = Blueprint("account", __name__, template_folder="templates")


@blueprint.route("/account/sign-in", methods=["GET", "POST"])
@requires(Permission.SITE_READ)
def sign_in() -> str:
    return "sign_in"


@blueprint.post("/account/sign-out")
@requires(Permission.RESIDENT_ACCOUNT)
def sign_out() -> str:
    return "sign_out"


@blueprint.get("/account")
@requires(Permission.RESIDENT_ACCOUNT)
def show() -> str:
    return "show"
