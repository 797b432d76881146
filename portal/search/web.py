"""What the pages of searching share."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, url_for

from webkit import results

blueprint = Blueprint("search", __name__, template_folder="templates")


def addresses(**place: Any) -> results.Address:
    """Where searches are asked, in a tenant or across the district."""
    return results.addresses(url_for("search.tenant", **place) if place else url_for("search.district"))
