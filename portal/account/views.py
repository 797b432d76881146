"""Pages of account."""

from __future__ import annotations

from flask import Blueprint

from tenants.permissions import Permission
from tenants.requests import requires

blueprint = Blueprint("account", __name__, template_folder="templates")


@blueprint.route("/sign-in", methods=["GET", "POST"])
@requires(Permission.SIGN_IN)
def sign_in() -> str:
    return "sign_in"


@blueprint.post("/sign-out")
@requires(Permission.OWN_ACCOUNT)
def sign_out() -> str:
    return "sign_out"


@blueprint.route("/second-factor", methods=["GET", "POST"])
@requires(Permission.OWN_ACCOUNT)
def second_factor() -> str:
    return "second_factor"


@blueprint.get("/account")
@requires(Permission.OWN_ACCOUNT)
def show() -> str:
    return "show"


@blueprint.get("/")
@requires(Permission.OWN_ACCOUNT)
def home() -> str:
    return "home"
