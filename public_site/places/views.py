"""Tenants and responsible units: who looks after a place and what happens there."""

from __future__ import annotations

from flask import Blueprint, Response, url_for

from portal.publishing import queries as publications
from public_site.cards import boundaries, cards, points
from public_site.moved import follow, follow_unit
from tenants.files import queries as files
from tenants.identity import places
from tenants.permissions import Permission
from tenants.requests import db, requires
from tenants.rules import N_
from webkit.fragments import render
from webkit.pagination import Page, page_number

blueprint = Blueprint("places", __name__, template_folder="templates")

#: Kinds of tenant, as headings.
GROUPS = {"subdistrict": N_("各街道"), "town": N_("各乡镇"), "park": N_("各园区")}


@blueprint.get("/places/")
@requires(Permission.SITE_READ)
def index() -> Response:
    session, number = db(), page_number()
    page = Page(places.places(session, page=number), number, places.number(session), places.MOST)
    units = places.units(session, [place.id for place in page])
    return render(
        "public_site/places/index.html",
        page=page,
        groups=[(words, [p for p in page if p.kind == kind]) for kind, words in GROUPS.items()],
        units={place.id: [u for u in units if u.tenant_id == place.id] for place in page},
        map_places=[
            {"lat": p.latitude, "lon": p.longitude, "title": p.name, "url": url_for(".show", tenant=p.slug)}
            for p in page
            if p.latitude is not None
        ],
        map_boundaries=boundaries(units, page),
    )


@blueprint.get("/places/<tenant>/")
@requires(Permission.SITE_READ)
def show(tenant: str) -> Response:
    session = db()
    place = places.place(session, tenant) or follow(tenant)
    units = places.units(session, [place.id])
    picture = files.get_many(session, [place.picture_file_id] if place.picture_file_id else [])
    return render(
        "public_site/places/show.html",
        place=place,
        picture=next(iter(picture.values()), None),
        units=units,
        latest=cards(publications.latest(session, tenant=tenant, limit=9)),
        events=cards(publications.upcoming(session, tenant=tenant, limit=3)),
        map_places=points(publications.near(session, tenant=tenant, limit=100)),
        map_boundaries=boundaries(units, [place]),
        feed=url_for("feeds.place", tenant=tenant),
    )


@blueprint.get("/places/<tenant>/<unit>/")
@requires(Permission.SITE_READ)
def unit(tenant: str, unit: str) -> Response:
    session = db()
    place = places.place(session, tenant) or follow(tenant)
    area = places.unit(session, place.id, unit) or follow_unit(place, unit)
    return render(
        "public_site/places/unit.html",
        place=place,
        unit=area,
        latest=cards(publications.latest(session, tenant=tenant, unit=unit, limit=12)),
        map_boundaries=boundaries([area], [place]),
        feed=url_for("feeds.unit", tenant=tenant, unit=unit),
    )
