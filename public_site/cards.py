"""Publications as the card, map and list parts want them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from portal.publishing.policy import Kind
from portal.publishing.queries import MapPoint, PublicArticle, PublicCard
from portal.publishing.queries.words import KINDS
from public_site.pictures import picture_url
from tenants.identity.places import Place, UnitPlace
from webkit.maps import area


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


def boundaries(units: Iterable[UnitPlace], tenants: Iterable[Place]) -> list[dict[str, Any]]:
    """Units with a boundary, for the map; `group` is their tenant, which a map of many units names instead of each."""
    known = {tenant.id: tenant for tenant in tenants}
    return [
        area(
            unit.boundary,
            unit.name,
            schematic=unit.schematic,
            url=url_for("places.unit", tenant=known[unit.tenant_id].slug, unit=unit.slug),
            group=known[unit.tenant_id].short_name,
        )
        for unit in units
        if unit.boundary and unit.tenant_id in known
    ]


def outline(article: PublicArticle) -> list[dict[str, Any]]:
    """The unit that an article is about, for its map; nothing where no boundary is known."""
    if not (article.unit and article.outline):
        return []
    address = url_for("places.unit", tenant=article.tenant.slug, unit=article.unit.slug)
    drawn = article.outline
    return [area(drawn.boundary, article.unit.name, schematic=drawn.schematic, url=address)]
