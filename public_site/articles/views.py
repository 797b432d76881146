"""Lists by kind with filters, and the article."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request, url_for
from flask_babel import gettext as _

from portal.publishing import queries as publications
from portal.publishing.policy import Kind
from portal.publishing.queries.words import KINDS
from public_site.cards import cards, outline
from public_site.comments import thread
from public_site.moved import follow_filter, missing
from public_site.pictures import absolute, picture_url
from tenants.permissions import Permission
from tenants.requests import db, requires
from tenants.rules import N_
from webkit.fragments import render
from webkit.pagination import Page, chips, page_number

blueprint = Blueprint("articles", __name__, template_folder="templates")

PER_PAGE = 18
#: So many coming events stand above the list.
COMING = 6

#: What a list of each kind says about itself.
LEADS = {
    Kind.INTERPRETATION: N_("用大白话讲规划，说明它对您有什么影响。"),
    Kind.SPROUT: N_("小而看得见的改造：从居民的一句话，到门口的一处变化。"),
    Kind.OUTREACH: N_("讲座、展览、征集和走访，欢迎您来。"),
    Kind.ANNOUNCEMENT: N_("结果公布、征集通知和工作公告。"),
}


@blueprint.get("/<any(interpretation,sprout,outreach,announcement):kind>/")
@requires(Permission.SITE_READ)
def index(kind: str) -> Response:
    chosen = Kind(kind)
    wanted = {name: request.args.get(name, "").strip() for name in ("tenant", "unit", "tag")}
    year = request.args.get("year", "")
    found = publications.public_list(
        db(),
        kind=chosen,
        **wanted,
        year=int(year) if year.isdecimal() and len(year) == 4 else None,
        page=page_number(),
        per_page=PER_PAGE,
    )
    if not found.items:
        follow_filter()
    # what one can still come to stands first, the next one at the top, and not a second time below
    first = chosen is Kind.OUTREACH and found.page == 1 and not (any(wanted.values()) or year)
    coming = publications.upcoming(db(), limit=COMING) if first else ()
    others = [item for item in found.items if item.code not in {c.code for c in coming}]
    page = Page(cards(others), found.page, found.total, PER_PAGE)
    return render(
        "public_site/articles/list.html",
        "results",
        kind=chosen,
        kind_name=_(KINDS[chosen]),
        lead=_(LEADS[chosen]),
        page=page,
        coming=cards(coming),
        facets=found.facets,
        options=lambda counts: [(c.value, c.label, *([] if c.count is None else [c.count])) for c in counts],
        chips=chips(_called({**wanted, "year": year}, found.facets).items()),
        chosen={**wanted, "year": year},
        feed=url_for("feeds.kind", kind=kind),
    )


def _called(chosen: dict[str, str], facets: publications.Facets) -> dict[str, str]:
    """What the values of filters are called."""
    names = {
        value.value: value.label
        for group in (facets.tenants, facets.units, facets.tags, facets.years)
        for value in group
    }
    return {key: names.get(value, value) for key, value in chosen.items()}


@blueprint.get("/a/<code>")
@requires(Permission.SITE_READ)
def show(code: str) -> Response:
    session = db()
    article = publications.public_article(session, code)
    if article is None:
        return _withdrawn(code)
    return render(
        "public_site/articles/article.html",
        article=article,
        kind_name=_(KINDS[article.kind]),
        related=cards(publications.related(session, article)),
        outline=outline(article),
        address=absolute(url_for(".show", code=code)),
        structured=_structured(article),
        **thread.context(session, article),
    )


def _withdrawn(code: str) -> Response:
    """Whoever follows an old link is told what was taken down, when and why."""
    notice = publications.withdrawn(db(), code)
    if notice is None:
        missing(code)
    return render(
        "public_site/articles/withdrawn.html", status=410, notice=notice, kind_name=_(KINDS[notice.kind])
    )


def _structured(article: publications.PublicArticle) -> dict[str, Any]:
    """The article for machines (schema.org)."""
    address = absolute(url_for(".show", code=article.code))
    described: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Event" if article.event else "Article",
        "url": address,
        "description": article.summary,
        "image": [absolute(picture_url(article.cover, 1600))] if article.cover else [],
    }
    if article.event:
        return described | {
            "name": article.title,
            "startDate": article.event.starts_at.isoformat(),
            "endDate": article.event.ends_at.isoformat(),
            "location": {"@type": "Place", "name": article.event.place or article.tenant.name},
            "organizer": {"@type": "GovernmentOrganization", "name": article.tenant.name},
        }
    return described | {
        "headline": article.title,
        "datePublished": article.published_at.isoformat(),
        "dateModified": article.updated_at.isoformat(),
        "publisher": {"@type": "GovernmentOrganization", "name": article.tenant.name},
        "keywords": list(article.tags),
    }
