"""What the demonstration says: enough of everything, nothing twice, nothing that a reader could take for official."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from io import BytesIO

import pytest

from demo import documents
from demo.content import Comment, Publication, Tenant, district, markup
from demo.newsroom import schematic_boundary
from demo.pictures import SCENES
from portal.organisation.policy import slug_objection
from portal.participation.policy import MODERATION_REASONS
from portal.publishing import richtext
from portal.publishing.policy import SUMMARY_LEAST, SUMMARY_MOST, TITLE_LEAST, TITLE_MOST
from tenants.files.inspect import Purpose, inspect
from tenants.files.sweeping import look
from tenants.identity import names, passwords
from tenants.permissions import Role

TENANTS = district().tenants
PUBLICATIONS = [p for tenant in TENANTS for p in tenant.publications]
WRITTEN = [p for p in PUBLICATIONS if not p.seed_document]


def comments() -> Iterator[tuple[Tenant, Publication, Comment]]:
    for tenant in TENANTS:
        for publication in tenant.publications:
            for comment in publication.comments:
                yield tenant, publication, comment


def characters(publication: Publication) -> int:
    """Length of a text without marks and blanks."""
    return len(re.sub(r"\s", "", "".join(markup.plain(publication.body))))


def html(publication: Publication) -> str:
    return markup.to_html(
        publication.body, lambda scene, seed: f"/media/{'0' * 8}-0000-0000-0000-{'0' * 12}/960.webp"
    )


def test_all_tenants_of_the_district_speak() -> None:
    kinds = Counter(tenant.kind for tenant in TENANTS)
    assert kinds == {"subdistrict": 11, "town": 11, "park": 1}
    for tenant in TENANTS:
        assert len(tenant.publications) >= 3, tenant.name
        assert 70 <= len(tenant.introduction) <= 150, tenant.name
        assert slug_objection(tenant.slug) is None
        assert 39.6 < tenant.at[0] < 40.05 and 116.5 < tenant.at[1] < 116.95, (
            f"{tenant.name} is not in Tongzhou"
        )
    assert {tenant.comment_policy for tenant in TENANTS} == {"hold", "show"}


def test_every_kind_is_there_in_number() -> None:
    kinds = Counter(p.kind for p in PUBLICATIONS)
    assert len(PUBLICATIONS) >= 66
    for kind, least in (("interpretation", 20), ("sprout", 22), ("outreach", 14), ("announcement", 8)):
        assert kinds[kind] >= least, kind


def test_every_state_of_the_workspace_has_a_row() -> None:
    states = Counter(p.state for p in PUBLICATIONS)
    assert set(states) == {"draft", "in_review", "approved", "published", "withdrawn"}
    assert states["published"] >= 60
    for publication in PUBLICATIONS:
        assert (publication.state == "withdrawn") == bool(publication.withdrawn_reason), publication.slug
        assert (publication.state == "approved") == (publication.publish_in_days > 0), publication.slug


@pytest.mark.parametrize("publication", WRITTEN, ids=lambda p: p.slug)
def test_text_is_of_real_length(publication: Publication) -> None:
    assert 400 <= characters(publication) <= 1200
    assert 45 <= len(publication.summary) <= 110 and SUMMARY_LEAST <= len(publication.summary) <= SUMMARY_MOST
    assert TITLE_LEAST <= len(publication.title) <= TITLE_MOST
    assert 1 <= len(publication.tags) <= 4 and publication.alt
    if publication.kind == "interpretation":
        assert len(publication.for_you) >= 40
    if publication.kind == "outreach":
        assert publication.event_in_days is not None and publication.event_place


@pytest.mark.parametrize("publication", WRITTEN, ids=lambda p: p.slug)
def test_text_is_what_a_publication_may_hold(publication: Publication) -> None:
    written = html(publication)
    kept = richtext.sanitise(written)
    assert set(re.findall(r"<(\w+)", written)) == set(re.findall(r"<(\w+)", kept))
    assert richtext.plain_text(kept).split() == richtext.plain_text(written).split()
    assert not re.search(r"\*\*|^#|\| ---", richtext.plain_text(written), re.MULTILINE), (
        "a mark was left over"
    )
    for scene, _seed in markup.pictures(publication.body):
        assert scene in SCENES


def test_nothing_is_said_twice() -> None:
    titles = Counter(p.title for p in PUBLICATIONS) + Counter(p.slug for p in PUBLICATIONS)
    assert not [title for title, n in titles.items() if n > 1]
    summaries = Counter(p.summary for p in PUBLICATIONS)
    assert not [summary for summary, n in summaries.items() if n > 1]
    lines = Counter(line for p in WRITTEN for line in markup.plain(p.body) if len(line) >= 16)
    assert not [line for line, n in lines.items() if n > 1]
    said = Counter(c.text for _, _, c in comments()) + Counter(c.answer for _, _, c in comments() if c.answer)
    assert not [text for text, n in said.items() if n > 1]


def test_tags_units_and_documents_are_known() -> None:
    d = district()
    used = {tag for p in PUBLICATIONS for tag in p.tags}
    assert used <= set(d.tags) and len(d.tags) == len(set(d.tags))
    for tenant in TENANTS:
        units = {unit.slug for unit in tenant.units}
        for publication in tenant.publications:
            assert publication.unit in units, publication.slug
            assert publication.cover in SCENES, publication.slug
            for name in publication.documents:
                file_name, content = documents.make(name, d.papers)
                form = name.split(":")[0]
                assert content and file_name.endswith(form)
                kind = inspect(BytesIO(content), file_name, Purpose.ATTACHMENT).kind
                assert look(content, kind.content_type) == (), name  # else it would wait for a decision


def test_a_pdf_can_be_searched() -> None:
    from pypdf import PdfReader

    paper = district().papers["大白话版一页纸"]
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(documents.pdf(paper))).pages)
    flat = re.sub(r"\s", "", text)
    assert re.sub(r"\s", "", paper.title) in flat
    for line in paper.lines:
        assert re.sub(r"\s", "", line) in flat


def test_residents_are_heard_in_every_fate() -> None:
    said = [c for _, _, c in comments()]
    fates = Counter(c.fate for c in said)
    assert len(said) + sum(len(c.replies) for c in said) >= 140
    assert set(fates) == {"received", "studying", "adopted", "not_adopted", "done"}
    assert min(fates.values()) >= 8
    keys = {r.key for r in district().residents}
    for tenant, publication, comment in comments():
        where = f"{publication.slug}: {comment.text}"
        assert {comment.by, *(r.by for r in comment.replies)} <= keys, where
        assert publication.state in ("published", "withdrawn") and publication.comments_open, where
        if comment.fate != "received":
            assert comment.answer, where
        if comment.fate in ("adopted", "not_adopted", "done"):
            assert comment.reason, where
        if comment.answer:
            assert comment.after + comment.answered_after <= publication.days_ago, (
                f"answered in the future: {where}"
            )
        if comment.outcome:
            [shows] = [p for p in tenant.publications if p.slug == comment.outcome]
            answered = publication.days_ago - comment.after - comment.answered_after
            assert comment.fate == "done" and shows.state == "published" and shows.days_ago >= answered, where
        if comment.held:
            assert tenant.comment_policy == "hold" and not comment.answer, where
        if comment.hidden:
            assert comment.hidden in MODERATION_REASONS and comment.hidden_because, where
    assert sum(c.held for c in said) >= 4 and sum(bool(c.hidden) for c in said) >= 3
    assert any(c.appeal for c in said)
    assert sum(bool(c.outcome) for c in said) >= 2


def test_people_are_marked_and_named_once() -> None:
    d = district()
    roles = Counter(p.role for tenant in TENANTS for p in tenant.people)
    for tenant in TENANTS:
        held = {p.role for p in tenant.people}
        assert {"tenant_admin", "tenant_staff", "planner"} <= held, tenant.name
    assert roles["architect"] >= 3 and roles["technician"] >= 2
    everybody = {
        p.email: p.name
        for people in (
            *(t.people for t in TENANTS), d.office, d.working_group, d.finance, d.top_chiefs,
            *(b.people for b in d.bureaus),
        )
        for p in people
    }  # fmt: skip
    assert all(email.endswith("@demo.xinya.example") for email in everybody)
    assert len(set(everybody.values())) == len(everybody), "two people of one name"
    assert all(Role(p.role) for t in TENANTS for p in t.people)
    accounts = Counter(p.account for t in TENANTS for p in t.people)
    assert [account for account, n in accounts.items() if n > 1], "somebody serves two tenants"
    offices = [name for t in TENANTS for name in (t.name, t.short_name)]
    for resident in d.residents:
        assert names.objection(resident.name, offices) is None, resident.name


def test_the_shared_password_would_be_accepted() -> None:
    from demo.cast import PASSWORD

    for tenant in TENANTS:
        for person in tenant.people:
            assert passwords.objection(PASSWORD, about=(person.name, person.email)) is None


def test_contacts_cannot_reach_anybody() -> None:
    for tenant in TENANTS:
        assert re.fullmatch(r"010-0000-\d{4}", tenant.phone)
        assert tenant.email.endswith("@example.org") and "演示" in tenant.address


def test_boundary_is_a_closed_ring_around_its_middle() -> None:
    for tenant in TENANTS:
        for unit in tenant.units:
            [ring] = schematic_boundary(unit.slug, unit.at, unit.radius_km)["coordinates"]
            assert ring[0] == ring[-1] and len(ring) >= 10
            assert min(x for x, _ in ring) < unit.at[1] < max(x for x, _ in ring)
            assert min(y for _, y in ring) < unit.at[0] < max(y for _, y in ring)


def test_templates_for_every_kind_of_tenant() -> None:
    for kind in {tenant.kind for tenant in TENANTS}:
        kept = [t for t in district().templates if kind in t.kinds]
        assert len(kept) >= 8, kind
        assert len({t.title for t in kept}) == len(kept)
