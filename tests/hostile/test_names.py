"""A district in which everything has a name that means harm: each page shows it, none runs it, none fails."""

from __future__ import annotations

from io import BytesIO

import pytest
from docx import Document

from portal.publishing.content import Attachment
from tenants import deployment as process
from tenants.files import service as files
from tenants.files.inspect import Purpose
from tenants.permissions import Role
from tests.conftest import Deployment
from tests.factories import participation as talk
from tests.factories import people, publishing
from tests.hostile.conftest import Target
from tests.hostile.walking import walk

#: A sign of a format, a template, markup, an end of an attribute, a formula.
EVIL = "=35%的<x-y>{{7*7}}%(n)s\"'"
WORDS = "下凹绿地收水"


@pytest.fixture(scope="module")
def named(deployment: Deployment) -> Target:
    """A tenant, its unit, people, texts, files, comments and saved things, all of that name."""
    process.use(deployment.settings)
    corner = talk.corner(deployment, name=EVIL)
    with deployment.session() as session, session.begin():
        admin = people.staff(session, Role.TENANT_ADMIN, place=corner.tenant, name=EVIL)
        office = people.staff(session, Role.DISTRICT_OFFICE, name=EVIL)
    neighbour = talk.resident(deployment, name=EVIL)
    with corner.at_desk(admin) as session:
        unit_id = people.unit(session, corner.tenant, EVIL)
        document = Document()
        document.add_paragraph(WORDS)
        stream = BytesIO()
        document.save(stream)
        stream.seek(0)
        name = f"{EVIL}.docx"
        file = files.store_upload(session, admin.actor(), stream, name, purpose=Purpose.ATTACHMENT)
        publishing.published(
            session,
            admin.actor(),
            corner.colleague.actor(),
            title=f"{EVIL}玉桥东里三角地",
            tags=(EVIL,),
            unit_id=unit_id,
            documents=(Attachment(file.id, EVIL),),
        )
    comment = corner.comment(neighbour, f"希望多装路灯。{EVIL}")
    corner.answer(comment, f"谢谢您的意见，已转给设计单位。{EVIL}")
    deployment.run_jobs()
    return Target(deployment, corner, admin, office, neighbour)


def test_the_site(named: Target) -> None:
    start = ("/", "/search?q=35%25", f"/search?q={WORDS}", "/account", "/account/comments")
    pages = dict(walk(named.outside(named.neighbour), *start))
    assert "<x-y>" not in "".join(pages.values())
    assert f"附件《{EVIL.partition('<')[0]}" in pages[f"http://localhost/search?q={WORDS}"]
    assert len(pages) > 30


@pytest.mark.parametrize("who", ["admin", "office"])
def test_the_workspace(named: Target, who: str) -> None:
    base = f"/workspace/t/{named.corner.tenant.slug}/" if who == "admin" else "/workspace/district/"
    start = (base, "/workspace/account", f"{base}search?q=35%25", f"{base}search?q={WORDS}")
    pages = dict(walk(named.at_work(named.admin if who == "admin" else named.office), *start))
    assert "<x-y>" not in "".join(pages.values())
    assert len(pages) > 30
