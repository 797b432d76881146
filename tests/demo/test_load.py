"""The loaded district: complete, true in its history, left alone by a second loading."""

from __future__ import annotations

import pyotp
from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from demo.content import district
from demo.load import is_loaded, load, sign_ins
from portal.audit import words
from portal.participation.models import Comment, CommentEvent
from portal.participation.policy import Fate, Visibility
from portal.publishing.models import Publication, PublicationEvent, PublicationVersion
from portal.publishing.policy import State
from tenants.audit import AuditEntry
from tenants.clock import now
from tenants.files.models import StoredFile
from tenants.identity.models import ResidentSession, ResponsibleUnit, Staff, Tenant
from tests.conftest import Deployment


def test_everything_of_the_content_is_there(demo: Deployment) -> None:
    d = district()
    assert is_loaded(demo.settings)
    with demo.session() as session:
        assert session.scalar(select(func.count()).where(Tenant.demo)) == len(d.tenants)
        titles = set(session.scalars(select(PublicationVersion.title)))
        assert titles == {p.title for tenant in d.tenants for p in tenant.publications}
        states = set(session.scalars(select(Publication.state)))
        assert states == set(State)
        said = sum(1 + len(c.replies) for t in d.tenants for p in t.publications for c in p.comments)
        assert session.scalar(select(func.count()).where(Comment.official.is_(False))) == said
        fates = set(session.scalars(select(Comment.fate).where(Comment.official.is_(False))))
        assert fates == set(Fate)
        seen = set(session.scalars(select(Comment.visibility)))
        assert {Visibility.SHOWN, Visibility.HELD, Visibility.HIDDEN} <= seen
        changed = sum(bool(c.outcome) for t in d.tenants for p in t.publications for c in p.comments)
        shown = select(func.count()).where(Comment.outcome_publication_id.is_not(None))
        assert session.scalar(shown) == changed


def test_everything_is_marked_as_a_demonstration(demo: Deployment) -> None:
    with demo.session() as session:
        for table in (Publication, Comment, Staff, Tenant):
            assert session.scalar(select(func.count()).where(table.demo.is_(False))) == 0, table
        assert session.scalar(select(func.count()).where(ResponsibleUnit.schematic.is_(False))) == 0


def test_nothing_happened_in_the_future_or_out_of_order(demo: Deployment) -> None:
    with demo.session() as session:
        for column in (
            PublicationEvent.created_at,
            CommentEvent.created_at,
            Comment.created_at,
            AuditEntry.created_at,
        ):
            latest = session.scalar(select(func.max(column)))
            assert latest is not None and latest <= now(), column
        early = session.scalars(
            select(Comment.body)
            .join(Publication, Publication.id == Comment.publication_id)
            .where(Comment.created_at < Publication.first_published_at)
        ).all()
        assert not early
        said, answer = aliased(Comment), aliased(Comment)
        early_answers = session.scalar(
            select(func.count())
            .select_from(answer)
            .join(said, said.id == answer.parent_id)
            .where(answer.created_at < said.created_at)
        )
        assert early_answers == 0


def test_nobody_approved_their_own_text(demo: Deployment) -> None:
    with demo.session() as session:
        wrote = select(PublicationVersion.saved_by).where(PublicationVersion.publication_id == Publication.id)
        assert session.scalar(select(func.count()).where(Publication.approved_by.in_(wrote))) == 0
        traced = set(session.scalars(select(AuditEntry.entity_id).where(AuditEntry.entity == "publication")))
        assert {str(i) for i in session.scalars(select(Publication.id))} <= traced


def test_a_resident_reads_it(demo: Deployment) -> None:
    client = demo.public.test_client()
    with demo.session() as session:
        code, title = session.execute(
            select(Publication.code, PublicationVersion.title)
            .join(PublicationVersion, PublicationVersion.id == Publication.live_id)
            .where(PublicationVersion.title.like("加装电梯二十问%"))
        ).one()
        held = session.scalars(select(Comment.body).where(Comment.visibility != Visibility.SHOWN)).all()
    page = client.get(f"/a/{code}")
    assert page.status_code == 200 and title in page.text
    assert "玉桥街道办事处" in page.text and not any(body in page.text for body in held)


def test_the_pictures_are_public_and_have_sizes(demo: Deployment) -> None:
    with demo.session() as session:
        images = session.scalars(
            select(StoredFile).where(StoredFile.kind == "image", StoredFile.public)
        ).all()
    assert len(images) >= 100
    assert all(image.width and image.height and image.widths for image in images)


def test_its_record_is_in_words(demo: Deployment) -> None:
    with demo.session() as session:
        actions = session.scalars(select(AuditEntry.action).distinct()).all()
    assert [action for action in actions if words.action_name(action) == action] == []


def test_nobody_is_left_signed_in(demo: Deployment) -> None:
    with demo.session() as session:
        assert session.scalar(select(func.count()).where(ResidentSession.revoked_at.is_(None))) == 0


def test_the_printed_sign_ins_work(demo: Deployment) -> None:
    people = sign_ins(demo.settings)
    assert len({person.email for person in people}) == len(people) >= 8
    staff = [person for person in people if person.email.split("@")[0].partition(".")[0] != "resident"]
    with demo.session() as session:
        known = set(session.scalars(select(Staff.email)))
    assert {person.email for person in staff} <= known
    for person in people:
        if person.totp_secret:
            assert len(pyotp.TOTP(person.totp_secret).now()) == 6
    off = demo.settings.model_copy(update={"demo": False})
    assert sign_ins(off) == []


def test_a_second_loading_changes_nothing(demo: Deployment) -> None:
    def state() -> tuple[int, ...]:
        with demo.session() as session:
            counts = [
                session.scalar(select(func.count()).select_from(table)) or 0
                for table in (Publication, PublicationVersion, Comment, Staff, Tenant, StoredFile, AuditEntry)
            ]
        return tuple(counts)

    with demo.session() as session:
        own = session.scalars(select(Tenant).where(Tenant.slug == "yuqiao")).one()
        own.introduction = "本单位自己改过的介绍。"
        session.commit()
    before = state()
    load(demo.settings)
    assert state() == before
    with demo.session() as session:
        assert (
            session.scalar(select(Tenant.introduction).where(Tenant.slug == "yuqiao"))
            == "本单位自己改过的介绍。"
        )
