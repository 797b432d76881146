"""Pages of words: what this site is, and how accessible it is."""

from __future__ import annotations

from flask import Blueprint, Response

from tenants.permissions import Permission
from tenants.requests import requires
from webkit.fragments import render

blueprint = Blueprint("pages", __name__, template_folder="templates")


@blueprint.get("/about")
@requires(Permission.SITE_READ)
def about() -> Response:
    return render("public_site/pages/about.html")


@blueprint.get("/accessibility")
@requires(Permission.SITE_READ)
def accessibility() -> Response:
    return render("public_site/pages/accessibility.html")
