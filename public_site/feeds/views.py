"""What machines read: Atom feeds, the sitemap, robots.txt."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Blueprint, Response, make_response, render_template, request, url_for
from flask_babel import gettext as _

from portal.publishing import queries as publications
from portal.publishing.policy import Kind
from portal.publishing.queries import showcase
from portal.publishing.queries.words import KINDS
from public_site.moved import follow, follow_unit
from public_site.pictures import absolute
from tenants.identity import places
from tenants.permissions import Permission
from tenants.requests import db, requires
from webkit.fragments import render

blueprint = Blueprint("feeds", __name__, template_folder="templates")

#: What a feed says when nothing is in it yet; a constant, so that the feed does not change by being read.
LONG_AGO = datetime(2021, 1, 1, tzinfo=UTC)
#: A sitemap may hold 50,000 addresses; some are kept for the pages that do not belong to a tenant.
MOST_ADDRESSES = 49_000


def _feed(title: str, page: str, items: tuple[publications.PublicCard, ...]) -> Response:
    updated = max((item.updated_at for item in items), default=LONG_AGO)
    body = render_template(
        "public_site/feeds/atom.xml",
        title=title,
        page=absolute(page),
        here=absolute(request.path),
        updated=updated,
        items=items,
    )
    response = make_response(body)
    response.content_type = "application/atom+xml; charset=utf-8"
    return response


def _xml(template: str, **context: object) -> Response:
    response = make_response(render_template(template, **context))
    response.content_type = "application/xml; charset=utf-8"
    return response


@blueprint.get("/feeds/")
@requires(Permission.SITE_READ)
def index() -> Response:
    kinds = [(_(words), url_for(".kind", kind=kind.value)) for kind, words in KINDS.items()]
    found = places.places(db(), limit=places.MOST + 1)
    return render(
        "public_site/feeds/index.html", kinds=kinds, places=found[: places.MOST], more=len(found) > places.MOST
    )


@blueprint.get("/feeds/all.xml")
@requires(Permission.SITE_READ)
def everything() -> Response:
    return _feed(_("新芽：全部更新"), url_for("home.show"), publications.for_feed(db()))


@blueprint.get("/feeds/<any(interpretation,sprout,outreach,announcement):kind>.xml")
@requires(Permission.SITE_READ)
def kind(kind: str) -> Response:
    chosen = Kind(kind)
    page = url_for("articles.index", kind=kind)
    return _feed(_("新芽：%(name)s", name=_(KINDS[chosen])), page, publications.for_feed(db(), kind=chosen))


@blueprint.get("/feeds/places/<tenant>.xml")
@requires(Permission.SITE_READ)
def place(tenant: str) -> Response:
    found = places.place(db(), tenant) or follow(tenant)
    items = publications.for_feed(db(), tenant=tenant)
    return _feed(_("新芽：%(name)s", name=found.name), url_for("places.show", tenant=tenant), items)


@blueprint.get("/feeds/places/<tenant>/<unit>.xml")
@requires(Permission.SITE_READ)
def unit(tenant: str, unit: str) -> Response:
    found = places.place(db(), tenant) or follow(tenant)
    area = places.unit(db(), found.id, unit) or follow_unit(found, unit)
    items = publications.for_feed(db(), tenant=tenant, unit=unit)
    return _feed(_("新芽：%(name)s", name=area.name), url_for("places.unit", tenant=tenant, unit=unit), items)


@blueprint.get("/sitemap.xml")
@requires(Permission.SITE_READ)
def sitemap() -> Response:
    return _xml("public_site/feeds/sitemap_index.xml", years=showcase.years(db()))


@blueprint.get("/sitemap/pages.xml")
@requires(Permission.SITE_READ)
def sitemap_pages() -> Response:
    urls = [
        url_for("home.show"),
        url_for("pages.about"),
        url_for("pages.accessibility"),
        url_for("places.index"),
    ]
    urls += [url_for("articles.index", kind=kind.value) for kind in Kind]
    urls += [url_for("places.show", tenant=place.slug) for place in places.places(db(), limit=MOST_ADDRESSES)]
    return _xml("public_site/feeds/sitemap.xml", entries=[(url, None) for url in urls])


@blueprint.get("/sitemap/<int(max=9999):year>.xml")
@requires(Permission.SITE_READ)
def sitemap_year(year: int) -> Response:
    entries = [
        (url_for("articles.show", code=code), when) for code, when in showcase.published_in(db(), year)
    ]
    return _xml("public_site/feeds/sitemap.xml", entries=entries)


@blueprint.get("/robots.txt")
@requires(Permission.SITE_READ)
def robots() -> Response:
    lines = [
        "User-agent: *",
        "Disallow: /account",
        "Disallow: /search",
        f"Sitemap: {absolute(url_for('.sitemap'))}",
    ]
    response = make_response("\n".join(lines) + "\n")
    response.content_type = "text/plain; charset=utf-8"
    return response
