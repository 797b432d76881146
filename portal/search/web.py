"""What the pages of searching share."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, url_for

from webkit import results

blueprint = Blueprint("search", __name__, template_folder="templates")


def page_url(page: str, **values: Any) -> str:
    """A page of kept searches, of a tenant where `values` name one, else of the district."""
    return url_for(f"search.{page}" if "tenant" in values else f"search.district_{page}", **values)


def addresses(**place: Any) -> results.Address:
    """Where searches are asked, in a tenant or across the district."""
    return results.addresses(url_for("search.tenant", **place) if place else url_for("search.district"))
