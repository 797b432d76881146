"""Publications as the card, map and list parts want them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from portal.publishing.policy import Kind
from portal.publishing.queries import MapPoint, PublicCard
from portal.publishing.queries.words import KINDS
from public_site.pictures import picture_url
from tenants.identity.places import UnitPlace


def card(item: PublicCard) -> dict[str, Any]:
    """A publication for `publication_card`."""
    shown: dict[str, Any] = {
        "url": url_for("articles.show", code=item.code),
        "title": item.title,
        "kind": _(KINDS[item.kind]),
        "summary": item.summary,
        "tenant": item.tenant.short_name,
        "unit": item.unit.name if item.unit else "",
        "date": None if item.event else item.published_at,
        "comments": item.comments,
        "event": item.event,
        # a notice with a period says until when: what is read before that may still be answered
        "closing": item.kind is Kind.ANNOUNCEMENT,
    }
    if item.cover:
        height = round(640 * item.cover.height / item.cover.width) if item.cover.width else 400
        shown |= {
            "image": picture_url(item.cover, 480),
            "image_alt": item.cover.alt,
            "width": 640,
            "height": height,
        }
    return shown


def cards(items: Iterable[PublicCard]) -> list[dict[str, Any]]:
    """Publications for a list of cards."""
    return [card(item) for item in items]


def points(items: Iterable[MapPoint]) -> list[dict[str, Any]]:
    """Publications for the map."""
    return [
        {
            "lat": item.place.latitude,
            "lon": item.place.longitude,
            "title": item.title,
            "note": f"{_(KINDS[item.kind])} · {item.place.label or item.tenant}",
            "kind": item.kind.value,
            "url": url_for("articles.show", code=item.code),
        }
        for item in items
    ]


def boundaries(units: Iterable[UnitPlace], slugs: dict[Any, str]) -> list[dict[str, Any]]:
    """Units with a boundary, for the map; `slugs` are the tenants' by id."""
    return [
        {
            "type": "Feature",
            "geometry": unit.boundary,
            "properties": {
                "title": unit.name,
                "schematic": unit.schematic,
                "url": url_for("places.unit", tenant=slugs[unit.tenant_id], unit=unit.slug),
            },
        }
        for unit in units
        if unit.boundary and unit.tenant_id in slugs
    ]
