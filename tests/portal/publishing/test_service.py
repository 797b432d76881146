"""What becomes of a publication, on PostgreSQL with the runtime roles."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.kit.history import events_of
from portal.publishing import queries, service
from portal.publishing.content import Attachment
from portal.publishing.models import Publication, PublicationDraft, PublicationEvent, PublicationVersion
from portal.publishing.policy import Kind, State
from tenants import database, jobs
from tenants.actors import Actor
from tenants.audit import AuditEntry
from tenants.clock import now
from tenants.files.models import StoredFile
from tenants.permissions import Role
from tenants.rules import AS_IT_IS, Conflict, Invalid, Missing, Refused
from tests.conftest import Deployment
from tests.factories import people
from tests.factories import publishing as make

Acting = Callable[[Actor], AbstractContextManager[Session]]


@pytest.fixture(scope="module")
def place(deployment: Deployment) -> people.Place:
    with deployment.session() as session, session.begin():
        return people.tenant(session)


@pytest.fixture(scope="module")
def other_place(deployment: Deployment) -> people.Place:
    with deployment.session() as session, session.begin():
        return people.tenant(session, "新华街道办事处")


@pytest.fixture(scope="module")
def planner(deployment: Deployment, place: people.Place) -> Actor:
    with deployment.session() as session, session.begin():
        return people.staff(session, Role.PLANNER, place=place, name="林工").actor()


@pytest.fixture(scope="module")
def clerk(deployment: Deployment, place: people.Place) -> Actor:
    with deployment.session() as session, session.begin():
        return people.staff(session, Role.TENANT_STAFF, place=place, name="王主任").actor()


@pytest.fixture(scope="module")
def office(deployment: Deployment, place: people.Place) -> Actor:
    with deployment.session() as session, session.begin():
        return people.staff(session, Role.DISTRICT_OFFICE, name="区办").actor(place)


@pytest.fixture
def acting(deployment: Deployment) -> Acting:
    """`with acting(actor) as session`: one committed transaction."""

    @contextmanager
    def act(actor: Actor) -> Iterator[Session]:
        with deployment.session(actor) as session, session.begin():
            yield session

    return act


def test_the_whole_way_to_the_public_and_back(
    deployment: Deployment, acting: Acting, planner: Actor, clerk: Actor
) -> None:
    with acting(planner) as session:
        code = make.draft(session, planner).code
        service.submit(session, code, AS_IT_IS)
    with deployment.public_session() as public:
        assert queries.public_article(public, code) is None
    with acting(clerk) as session:
        service.approve(session, code, AS_IT_IS)
        service.publish(session, code, AS_IT_IS)
    with deployment.public_session() as public:
        article = queries.public_article(public, code)
        assert article is not None
        assert article.title == "玉桥东里三角地变身口袋公园"
        assert article.tags == ("口袋公园", "微更新")
        assert article.version == 1
    with acting(clerk) as session:
        service.withdraw(session, code, AS_IT_IS, "图纸有误，更正后再发布")
    with deployment.public_session() as public:
        assert queries.public_article(public, code) is None
    with acting(planner) as session:
        record = queries.record(session, code)
        assert record is not None
        assert record.state is State.WITHDRAWN
        history = [event.action for event in events_of(session, Publication, record.id)]
        assert history == ["withdrawn", "published", "approved", "submitted", "created"]
        assert record.withdrawn_reason == "图纸有误，更正后再发布"


def test_a_revision_leaves_the_live_text_until_it_is_published(
    deployment: Deployment, acting: Acting, planner: Actor, clerk: Actor
) -> None:
    with acting(clerk) as session:
        code = make.published(session, planner, clerk).code
    with acting(planner) as session:
        service.revise(session, code, AS_IT_IS)
        service.save(session, code, make.content("改好的标题在这里"), expected_number=1)
    with deployment.public_session() as public:
        article = queries.public_article(public, code)
        assert article is not None and article.version == 1
    with acting(clerk) as session:
        make.release(session, planner, clerk, code)
    with deployment.public_session() as public:
        article = queries.public_article(public, code)
        assert article is not None
        assert (article.version, article.title) == (2, "改好的标题在这里")
        assert article.updated_at > article.published_at


def test_an_unchanged_revision_can_be_given_up(acting: Acting, planner: Actor, clerk: Actor) -> None:
    with acting(clerk) as session:
        code = make.published(session, planner, clerk).code
        service.revise(session, code, AS_IT_IS)
        assert service.abandon(session, code, AS_IT_IS).state == State.PUBLISHED
        service.revise(session, code, AS_IT_IS)
        service.save(session, code, make.content("另一个标题"), expected_number=1)
        with pytest.raises(Refused):
            service.abandon(session, code, AS_IT_IS)


def test_an_unchanged_revision_is_not_sent_to_review(acting: Acting, planner: Actor, clerk: Actor) -> None:
    with acting(clerk) as session:
        code = make.published(session, planner, clerk).code
        service.revise(session, code, AS_IT_IS)
        with pytest.raises(Refused):
            service.submit(session, code, AS_IT_IS)


def test_the_second_of_two_editors_learns_of_the_first(acting: Acting, planner: Actor, clerk: Actor) -> None:
    with acting(planner) as session:
        code = make.draft(session, planner).code
    with acting(clerk) as session:
        service.autosave_draft(session, code, {"title": "我写了一半"}, base_number=1)
    with acting(planner) as session:
        service.save(session, code, make.content("先存的人写的"), expected_number=1)
    with acting(clerk) as session:
        with pytest.raises(Conflict) as conflict:
            service.save(session, code, make.content("后存的人写的"), expected_number=1)
        assert isinstance(conflict.value.current, PublicationVersion)
        assert conflict.value.current.number == 2
    with acting(clerk) as session:
        kept = session.scalars(select(PublicationDraft).where(PublicationDraft.staff_id == clerk.id)).all()
        assert [draft.fields["title"] for draft in kept] == ["我写了一半"]


def test_saving_the_same_twice_makes_one_version(acting: Acting, planner: Actor) -> None:
    with acting(planner) as session:
        code = make.draft(session, planner).code
        service.save(session, code, make.content("第二稿的标题"), expected_number=1)
        # the browser sent the form a second time
        service.save(session, code, make.content("第二稿的标题"), expected_number=1)
        record = queries.record(session, code)
        assert record is not None and record.number == 2


def test_saving_forgets_the_own_draft_only(acting: Acting, planner: Actor, clerk: Actor) -> None:
    with acting(planner) as session:
        code = make.draft(session, planner).code
        service.autosave_draft(session, code, {"title": "甲"}, base_number=1)
    with acting(clerk) as session:
        service.autosave_draft(session, code, {"title": "乙"}, base_number=1)
    with acting(planner) as session:
        service.save(session, code, make.content("存好的标题"), expected_number=1)
        record = queries.record(session, code)
        assert record is not None
        assert [draft.staff_name for draft in queries.drafts_of(session, record)] == ["王主任"]


def test_a_draft_is_kept_clean(acting: Acting, planner: Actor) -> None:
    with acting(planner) as session:
        code = make.draft(session, planner).code
        hostile = '<p onclick="x()">字</p><script>alert(1)</script>'
        service.autosave_draft(session, code, {"body": hostile}, base_number=1)
        record = queries.record(session, code)
        assert record is not None and planner.id is not None
        kept = queries.draft_fields(session, record.id, planner.id)
        assert kept is not None and kept["body"] == "<p>字</p>"


def test_incomplete_drafts_stay_drafts(acting: Acting, planner: Actor) -> None:
    with acting(planner) as session:
        code = make.draft(session, planner, summary="太短").code
        with pytest.raises(Refused):
            service.submit(session, code, AS_IT_IS)


def test_nobody_approves_their_own_text_while_a_colleague_could(
    deployment: Deployment, acting: Acting, place: people.Place, clerk: Actor
) -> None:
    with acting(clerk) as session:
        code = make.draft(session, clerk).code
        service.submit(session, code, AS_IT_IS)
    with deployment.session() as session, session.begin():
        people.staff(session, Role.TENANT_ADMIN, place=place)
    with acting(clerk) as session, pytest.raises(Refused):
        service.approve(session, code, AS_IT_IS)


def test_the_only_approver_of_a_tenant_may_approve_their_own(deployment: Deployment, acting: Acting) -> None:
    with deployment.session() as session, session.begin():
        lonely = people.tenant(session, "于家务回族乡人民政府")
        actor = people.staff(session, Role.TENANT_STAFF, place=lonely).actor()
    with acting(actor) as session:
        code = make.draft(session, actor).code
        service.submit(session, code, AS_IT_IS)
        assert service.approve(session, code, AS_IT_IS).state == State.APPROVED


def test_a_planner_neither_approves_nor_publishes(acting: Acting, planner: Actor, clerk: Actor) -> None:
    with acting(clerk) as session:
        code = make.draft(session, clerk).code
        service.submit(session, code, AS_IT_IS)
    with acting(planner) as session:
        with pytest.raises(Refused) as refused:
            service.approve(session, code, AS_IT_IS)
        assert refused.value.refusal.forbidden


def test_returned_with_a_reason_and_only_with_one(acting: Acting, planner: Actor, clerk: Actor) -> None:
    with acting(planner) as session:
        code = make.draft(session, planner).code
        service.submit(session, code, AS_IT_IS)
    with acting(clerk) as session:
        with pytest.raises(Invalid):
            service.send_back(session, code, AS_IT_IS, " ")
        assert service.send_back(session, code, AS_IT_IS, "请补充施工时间").state == State.DRAFT
        record = queries.record(session, code)
        assert record is not None
        assert events_of(session, Publication, record.id)[0].reason == "请补充施工时间"


def test_the_office_may_take_down_and_nothing_else(
    acting: Acting, planner: Actor, clerk: Actor, office: Actor
) -> None:
    with acting(clerk) as session:
        code = make.published(session, planner, clerk).code
    with acting(office) as session:
        with pytest.raises(Refused):
            service.revise(session, code, AS_IT_IS)
        assert service.withdraw(session, code, AS_IT_IS, "含有不宜公开的内容").state == State.WITHDRAWN


def test_another_tenants_publication_is_not_there(
    deployment: Deployment, acting: Acting, planner: Actor, other_place: people.Place
) -> None:
    with acting(planner) as session:
        code = make.draft(session, planner).code
    with deployment.session() as session, session.begin():
        stranger = people.staff(session, Role.TENANT_ADMIN, place=other_place).actor()
    with acting(stranger) as session:
        with pytest.raises(Missing):
            service.save(session, code, make.content(), expected_number=1)
        assert queries.record(session, code) is None


def public_flags(session: Session, *ids: UUID) -> list[bool]:
    rows = dict(session.execute(select(StoredFile.id, StoredFile.public).where(StoredFile.id.in_(ids))).all())
    return [rows[i] for i in ids]


def test_files_are_public_exactly_while_something_live_shows_them(
    acting: Acting, place: people.Place, planner: Actor, clerk: Actor
) -> None:
    with acting(clerk) as session:
        cover, inline, before, shared = (make.stored_file(session, place.id) for _ in range(4))
        document = make.stored_file(session, place.id, "document")
        ids = (cover.id, inline.id, before.id, document.id, shared.id)
        first = make.published(
            session,
            planner,
            clerk,
            cover_file_id=cover.id,
            cover_alt="效果图",
            body=make.picture_html([inline.id]),
            before=Attachment(before.id, "改造前"),
            documents=(Attachment(document.id, "方案"), Attachment(shared.id, "照片")),
        )
        make.published(
            session, planner, clerk, title="另一篇也用同一张照片", cover_file_id=shared.id, cover_alt="照片"
        )
        assert public_flags(session, *ids) == [True] * 5
        # a new version without the document: its file is public no more
        with database.acting(session, planner):
            service.revise(session, first.code, AS_IT_IS)
            service.save(
                session, first.code, make.content(body=make.picture_html([inline.id])), expected_number=1
            )
        assert public_flags(session, *ids) == [True] * 5
        make.release(session, planner, clerk, first.code)
        assert public_flags(session, *ids) == [False, True, False, False, True]
        service.withdraw(session, first.code, AS_IT_IS, "更正后再发布")
        assert public_flags(session, *ids) == [False, False, False, False, True]


def test_a_file_of_another_tenant_cannot_be_shown(
    deployment: Deployment, acting: Acting, planner: Actor, other_place: people.Place
) -> None:
    with deployment.session() as session, session.begin():
        stranger = people.staff(session, Role.TENANT_STAFF, place=other_place).actor()
    with acting(stranger) as session:
        theirs = make.stored_file(session, other_place.id).id
    with acting(planner) as session:
        for changes in ({"cover_file_id": theirs}, {"body": make.picture_html([theirs])}):
            with pytest.raises(Invalid):
                service.create(session, Kind.SPROUT, make.content(**changes))


def test_a_document_is_no_cover(acting: Acting, place: people.Place, planner: Actor) -> None:
    with acting(planner) as session:
        document = make.stored_file(session, place.id, "document")
        with pytest.raises(Invalid) as invalid:
            service.create(session, Kind.SPROUT, make.content(cover_file_id=document.id))
        assert set(invalid.value.errors) == {"cover_file_id"}


def test_restoring_brings_back_text_and_files_as_a_new_version(
    acting: Acting, place: people.Place, planner: Actor
) -> None:
    with acting(planner) as session:
        document = make.stored_file(session, place.id, "document")
        code = make.draft(session, planner, documents=(Attachment(document.id, "方案"),)).code
        service.save(session, code, make.content("第二稿没有附件"), expected_number=1)
        service.restore(session, code, AS_IT_IS, 1)
        record = queries.record(session, code)
        assert record is not None
        assert (record.number, record.content.title) == (3, "玉桥东里三角地变身口袋公园")
        assert [document.title for document in record.documents] == ["方案"]
        assert [version.number for version in queries.versions_of(session, record)] == [3, 2, 1]


def test_published_by_the_clock_and_only_when_it_is_time(
    deployment: Deployment, acting: Acting, planner: Actor, clerk: Actor
) -> None:
    jobs.bind(deployment.workspace_engine)
    early = now() - timedelta(hours=2)
    with acting(clerk) as session:
        code = make.draft(session, planner).code
        service.submit(session, code, AS_IT_IS)
        service.approve(session, code, AS_IT_IS)
        service.schedule(session, code, AS_IT_IS, now() - timedelta(hours=1), now=early)
        later = make.draft(session, planner).code
        service.submit(session, later, AS_IT_IS)
        service.approve(session, later, AS_IT_IS)
        service.schedule(session, later, AS_IT_IS, now() + timedelta(hours=1))
        unwanted = make.draft(session, planner).code
        service.submit(session, unwanted, AS_IT_IS)
        service.approve(session, unwanted, AS_IT_IS)
        service.schedule(session, unwanted, AS_IT_IS, now() - timedelta(minutes=1), now=early)
        service.unschedule(session, unwanted, AS_IT_IS)
    deployment.run_jobs()
    with deployment.public_session() as public:
        assert queries.public_article(public, code) is not None
        assert queries.public_article(public, later) is None
        assert queries.public_article(public, unwanted) is None
    with acting(clerk) as session:
        record = queries.record(session, code)
        assert record is not None
        assert events_of(session, Publication, record.id)[0].actor_kind == "job"


def test_a_past_or_far_time_is_refused(acting: Acting, planner: Actor, clerk: Actor) -> None:
    with acting(clerk) as session:
        code = make.draft(session, planner).code
        service.submit(session, code, AS_IT_IS)
        service.approve(session, code, AS_IT_IS)
        for at in (now() - timedelta(minutes=1), now() + timedelta(days=800)):
            with pytest.raises(Invalid):
                service.schedule(session, code, AS_IT_IS, at)


def test_every_step_leaves_an_audit_entry(
    acting: Acting, deployment: Deployment, planner: Actor, clerk: Actor
) -> None:
    with acting(clerk) as session:
        publication = make.published(session, planner, clerk)
        service.revise(session, publication.code, AS_IT_IS)
        service.save(session, publication.code, make.content("新的标题"), expected_number=1)
    with deployment.session() as session:
        entries = session.scalars(
            select(AuditEntry).where(AuditEntry.entity_id == str(publication.id)).order_by(AuditEntry.id)
        ).all()
        steps = len(
            session.scalars(
                select(PublicationEvent.id).where(PublicationEvent.record_id == publication.id)
            ).all()
        )
    assert [entry.action for entry in entries] == [
        f"publication.{step}"
        for step in ("created", "submitted", "approved", "published", "revised", "saved")
    ]
    assert len(entries) == steps
    assert entries[-1].changes["title"] == ["玉桥东里三角地变身口袋公园", "新的标题"]


def test_back_dated_records_keep_their_dates(
    acting: Acting, deployment: Deployment, planner: Actor, clerk: Actor
) -> None:
    long_ago = now() - timedelta(days=300)
    with acting(clerk) as session:
        code = make.published(session, planner, clerk, now=long_ago).code
    with deployment.public_session() as public:
        article = queries.public_article(public, code)
        assert article is not None
        assert article.published_at == long_ago


def test_codes_are_random_and_legible() -> None:
    codes = {service.new_code() for _ in range(2000)}
    assert len(codes) == 2000
    assert set("".join(codes)) == set(service.ALPHABET)
    assert not set("ilou") & set(service.ALPHABET)
