"""What is not public any more, or not yet, is read nowhere: of a closed tenant, an unopened one, a withdrawn text.

The worker does nothing between the change and the asking: the search has not heard of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import update

from portal.participation import service as participation
from portal.publishing import service
from portal.publishing.content import Attachment
from tenants.clock import now
from tenants.identity.models import Tenant
from tenants.rules import AS_IT_IS
from tests.conftest import Deployment
from tests.factories import publishing
from tests.factories.participation import Corner, corner, resident
from tests.support.html import StrictClient

TITLE = "潞河喷泉广场翻新计划"
SAID = "晚上的水声太吵，盼望装隔音板。"


@dataclass(frozen=True)
class Shown:
    """A public article with a document and a comment."""

    place: Corner
    code: str
    #: Where it is found while it is public, and what tells of it there.
    pages: dict[str, str]
    comment: str
    document: str


@pytest.fixture(scope="module")
def shown(deployment: Deployment) -> Shown:
    place, wang = corner(deployment, name="隐园镇政府"), resident(deployment)
    with place.at_desk() as session:
        document = publishing.stored_file(session, place.tenant.id, kind="document")
        documents = (Attachment(document.id, "方案"),)
        clerk, colleague = place.clerk.actor(), place.colleague.actor()
        made = publishing.published(session, clerk, colleague, title=TITLE, documents=documents)
        code, publication_id = made.code, made.id
    with place.in_public(wang) as session:
        comment = participation.write_comment(session, publication_id, SAID).id
    deployment.run_jobs()
    slug = place.tenant.slug
    found = (f"/search?q={TITLE}", "/search/suggest?q=潞河喷泉")
    linked = ("/", "/sprout/", f"/sprout/?tenant={slug}", f"/places/{slug}/")
    feeds = ("/feeds/all.xml", "/feeds/sprout.xml", f"/feeds/places/{slug}.xml", f"/sitemap/{now():%Y}.xml")
    pages = dict.fromkeys((*linked, *found, *feeds), f"/a/{code}")
    pages |= {f"/search?q={SAID}": f"/comments/{comment}", f"/a/{code}": SAID}
    return Shown(place, code, pages, f"/comments/{comment}", f"/media/{document.id}/download")


def test_what_is_public_is_found(shown: Shown, visitor: StrictClient) -> None:
    for address, words in shown.pages.items():
        assert words in told(visitor, address), address
    assert visitor.get(shown.comment).location.startswith(f"/a/{shown.code}#")
    assert visitor.get(shown.document).status_code == 302


@pytest.mark.parametrize(
    "change", [{"active": False}, {"opened_at": None}, None], ids=["closed", "unopened", "withdrawn"]
)
def test_what_is_not_public_is_read_nowhere(
    deployment: Deployment, shown: Shown, visitor: StrictClient, change: dict[str, Any] | None
) -> None:
    def set_tenant(**values: Any) -> None:
        with deployment.session() as session, session.begin():
            session.execute(update(Tenant).where(Tenant.id == shown.place.tenant.id).values(values))

    if change:
        set_tenant(**change)
    else:
        with shown.place.at_desk() as session:
            service.withdraw(session, shown.code, AS_IT_IS, reason="内容有误，更正后再发")
    try:
        for address, words in shown.pages.items():
            assert words not in told(visitor, address), address
        assert visitor.get(shown.comment).location.startswith("/account/sign-in?")
        assert visitor.get(shown.document).status_code == 404
        form = visitor.get(f"/a/{shown.code}/comments?again")
        assert form.status_code == 302 and "/account/sign-in?" in form.location
    finally:
        set_tenant(active=True, opened_at=now())


def told(visitor: StrictClient, address: str) -> str:
    """What a reader gets at an address, whatever its status."""
    return visitor.get(address).get_data(as_text=True)
