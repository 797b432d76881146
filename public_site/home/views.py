"""The home page: what happens near you, what is new, what became of what residents said."""

from __future__ import annotations

from flask import Blueprint, Response

from portal.participation import queries as participation
from portal.publishing import queries as publications
from portal.publishing.policy import Kind
from portal.publishing.queries import showcase
from public_site.cards import boundaries, card, cards, points
from tenants.identity import places
from tenants.permissions import Permission
from tenants.requests import db, requires
from webkit.fragments import render

blueprint = Blueprint("home", __name__, template_folder="templates")

#: So many of the newest stand beside the map.
NEARBY = 6


@blueprint.get("/")
@requires(Permission.SITE_READ)
def show() -> Response:
    session = db()
    around = places.places(session)
    newest = publications.latest(session, kinds=[Kind.INTERPRETATION], limit=4)
    sprouts = showcase.sprouts(session, limit=3)
    events = publications.upcoming(session, limit=3)
    # nothing is listed twice: what has a part of its own is not among the newest
    elsewhere = {item.code for item in (*newest, *(sprout.card for sprout in sprouts), *events)}
    others = [item for item in publications.latest(session, limit=NEARBY + 10) if item.code not in elsewhere]
    return render(
        "public_site/home/home.html",
        places=around,
        boundaries=boundaries(places.units(session, [place.id for place in around]), around),
        points=points(publications.near(session, limit=200)),
        nearby=cards(others[:NEARBY]),
        lead=card(newest[0]) if newest else None,
        interpretations=cards(newest[1:]),
        sprouts=sprouts,
        events=events,
        voices=participation.said_and_done(session, limit=3),
    )
