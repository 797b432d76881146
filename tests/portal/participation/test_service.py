"""A comment's life in the database: what residents and clerks do, and what is left behind."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text

from portal.district.overview import Filters as DistrictFilters
from portal.district.overview import overview
from portal.participation import queries, replyclock, service
from portal.participation.models import Comment, CommentEvent
from portal.participation.policy import Fate, Visibility
from tenants.clock import day_of
from tenants.identity.models import CommentPolicy
from tenants.identity.names import DELETED_NAME
from tenants.permissions import Role
from tenants.rules import AS_IT_IS, Conflict, Invalid, Missing, Refused
from tests.conftest import Deployment
from tests.factories import people
from tests.factories.participation import Corner, Neighbour, article, corner, resident


@pytest.fixture(scope="module")
def place(deployment: Deployment) -> Corner:
    return corner(deployment)


@pytest.fixture(scope="module")
def strict(deployment: Deployment) -> Corner:
    """A tenant that approves before it shows."""
    return corner(deployment, policy=CommentPolicy.HOLD, name="北苑街道办事处")


@pytest.fixture(scope="module")
def wang(deployment: Deployment) -> Neighbour:
    return resident(deployment)


@pytest.fixture(scope="module")
def li(deployment: Deployment) -> Neighbour:
    return resident(deployment, "李雷")


def row(place: Corner, comment_id: UUID) -> Comment:
    with place.at_desk() as session:
        found = session.get(Comment, comment_id)
        assert found
        return found


def history(place: Corner, comment_id: UUID) -> list[str]:
    with place.at_desk() as session:
        query = select(CommentEvent.action).where(CommentEvent.record_id == comment_id)
        return list(session.scalars(query.order_by(CommentEvent.created_at, CommentEvent.id)))


# the resident


def test_a_comment_is_shown_at_once_where_the_tenant_wants_it_so(place: Corner, wang: Neighbour) -> None:
    comment = row(place, place.comment(wang, "希望晚上亮一点。\r\n谢谢\x00"))
    assert comment.body == "希望晚上亮一点。\n谢谢"
    assert comment.visibility == Visibility.SHOWN and comment.shown_at
    assert comment.resident_id == wang.id and comment.author_name == "王芳"
    assert comment.due_on == replyclock.due_day(day_of(comment.created_at), 10)
    assert history(place, comment.id) == ["written"]


def test_a_comment_waits_where_the_tenant_approves_first(
    strict: Corner, wang: Neighbour, li: Neighbour
) -> None:
    held = strict.comment(wang)
    assert row(strict, held).visibility == Visibility.HELD
    with strict.in_public(li) as session:
        assert queries.public_thread(session, strict.publication_id).total == 0
    with strict.in_public(wang) as session:
        [own] = queries.public_thread(session, strict.publication_id).comments
        assert isinstance(own, queries.ThreadComment) and own.mine and own.visibility == "held"
    strict.show(held)
    with strict.in_public() as session:
        [shown] = queries.public_thread(session, strict.publication_id).comments
        assert isinstance(shown, queries.ThreadComment) and not shown.mine


def test_personal_numbers_never_reach_the_database(place: Corner, wang: Neighbour) -> None:
    with place.in_public(wang) as session:
        seen = service.preview(session, place.publication_id, "打我电话13800138000")
        assert [f.kind for f in seen.masked] == ["mobile"] and not seen.held
    comment = row(place, place.comment(wang, "打我电话13800138000"))
    assert comment.body == seen.text == "打我电话138******00"
    with place.deployment.session() as session:
        assert not session.scalar(text("SELECT count(*) FROM audit_entry WHERE label LIKE '%13800138000%'"))


def test_the_display_name_is_masked_too(place: Corner, deployment: Deployment) -> None:
    talker = resident(deployment, "小王13800138000")
    assert row(place, place.comment(talker)).author_name == "小王138******00"


@pytest.mark.parametrize("body", ["", " ", "好", "很" * 2001])
def test_too_short_and_too_long_is_refused(place: Corner, wang: Neighbour, body: str) -> None:
    with pytest.raises(Invalid) as refused:
        place.comment(wang, body)
    assert set(refused.value.errors) == {"body"}


def test_nothing_is_written_where_comments_are_closed_or_the_article_is_gone(
    deployment: Deployment, wang: Neighbour
) -> None:
    here = corner(deployment)
    with here.at_desk() as session:
        session.execute(
            text("UPDATE publication SET comments_open = false WHERE id = :id"), {"id": here.publication_id}
        )
    with pytest.raises(Refused, match="征集已经结束"):
        here.comment(wang)
    with here.in_public(wang) as session, pytest.raises(Missing):
        service.write_comment(session, uuid4(), "你好吗")


def test_replies_are_one_level_deep(place: Corner, wang: Neighbour, li: Neighbour) -> None:
    top = place.comment(wang)
    reply = place.comment(li, "我也这样想。", to=top)
    assert row(place, reply).due_on is None
    with pytest.raises(Refused):
        place.comment(wang, "谢谢你。", to=reply)
    _, code = article(place, "另一篇：老旧小区加装电梯")
    with place.in_public(wang) as session:
        other = queries.target(session, code)
        assert other
        with pytest.raises(Missing):
            service.write_comment(session, other.id, "不在一处", parent_id=top)


def test_a_corrected_comment_waits_again_and_keeps_its_former_text(strict: Corner, wang: Neighbour) -> None:
    comment = strict.comment(wang, "路灯坏了三盏。")
    strict.show(comment)
    with strict.in_public(wang) as session:
        service.edit_own(session, comment, AS_IT_IS, "路灯坏了四盏，电话13800138000。")
    changed = row(strict, comment)
    assert changed.visibility == Visibility.HELD and changed.edited_at and "138******00" in changed.body
    with strict.at_desk() as session:
        former = session.scalars(
            select(CommentEvent.former_body).where(
                CommentEvent.record_id == comment, CommentEvent.action == "edited"
            )
        ).all()
    assert former == ["路灯坏了三盏。"]


def test_an_answered_comment_is_not_rewritten_but_may_be_taken_back(place: Corner, wang: Neighbour) -> None:
    comment = place.comment(wang)
    answer = place.answer(comment)
    with place.in_public(wang) as session, pytest.raises(Refused, match="已经得到答复"):
        service.edit_own(session, comment, AS_IT_IS, "换一个说法。")
    with place.in_public(wang) as session:
        service.withdraw_own(session, comment, AS_IT_IS)
    with place.in_public() as session:
        thread = queries.public_thread(session, place.publication_id)
        # the answer stays, and says that the comment it answered is gone
        gone = next(c for c in thread.comments if isinstance(c, queries.Gone) and c.id == comment)
        assert [reply.id for reply in gone.replies] == [answer]


def test_nobody_touches_what_is_not_theirs(place: Corner, wang: Neighbour, li: Neighbour) -> None:
    comment = place.comment(wang)
    with place.in_public(li) as session:
        with pytest.raises(Missing):
            service.edit_own(session, comment, AS_IT_IS, "改掉它。")
        with pytest.raises(Missing):
            service.withdraw_own(session, comment, AS_IT_IS)
        with pytest.raises(Missing):
            service.appeal(session, comment, "再看看")
    assert row(place, comment).version == 1


def test_moderation_gives_a_reason_and_hears_one_appeal(place: Corner, wang: Neighbour) -> None:
    comment, _clerk = place.comment(wang), place.clerk.actor()
    with place.at_desk() as session:
        with pytest.raises(Invalid):
            service.hide(session, comment, AS_IT_IS, "")
        with pytest.raises(Invalid):
            service.hide(session, comment, AS_IT_IS, "other")
        service.hide(session, comment, AS_IT_IS, "off_topic", "请拨打服务热线。")
    with place.in_public(wang) as session:
        seen = queries.own(session, comment)
        assert seen and seen.moderation_reason == "与这篇内容无关，请到相应的渠道反映。请拨打服务热线。"
        assert [s.action for s in seen.steps] == ["written", "hidden"]
        service.appeal(session, comment, "和这篇有关，请再看看。")
    with place.in_public(wang) as session, pytest.raises(Refused, match="申诉一次"):
        service.appeal(session, comment, "再申诉")
    with place.at_desk() as session:
        assert queries.waiting(session).appealed == 1
        service.uphold(session, comment, AS_IT_IS, "看过了，确实无关。")
        assert queries.waiting(session).appealed == 0
        service.show(session, comment, AS_IT_IS)
    assert history(place, comment) == ["written", "hidden", "appealed", "upheld", "shown"]
    assert row(place, comment).moderation_reason is None


def test_what_is_withdrawn_is_never_shown_again(place: Corner, wang: Neighbour) -> None:
    comment = place.comment(wang)
    with place.in_public(wang) as session:
        service.withdraw_own(session, comment, AS_IT_IS)
    with place.at_desk() as session, pytest.raises(Refused):
        service.show(session, comment, AS_IT_IS)
    with place.in_public(wang) as session, pytest.raises(Refused):
        service.edit_own(session, comment, AS_IT_IS, "又想说了")


def test_closing_an_account_parts_words_from_the_person(deployment: Deployment, strict: Corner) -> None:
    leaver = resident(deployment, "赵四")
    shown, held = strict.comment(leaver, "建议保留这棵老槐树。"), strict.comment(leaver, "还没审核的话。")
    strict.show(shown)
    with strict.in_public(leaver) as session:
        assert service.forget_resident(session) == 2
    kept, gone = row(strict, shown), row(strict, held)
    assert (kept.visibility, kept.author_name, kept.body) == (
        "shown",
        DELETED_NAME,
        "建议保留这棵老槐树。",
    )
    assert (gone.visibility, gone.author_name, gone.body) == ("withdrawn", DELETED_NAME, "")


def test_a_resident_takes_everything_along(place: Corner, deployment: Deployment) -> None:
    mover = resident(deployment, "钱五")
    comments = [place.comment(mover, f"第{n}条意见") for n in range(3)]
    place.answer(comments[0])
    with place.in_public(mover) as session:
        exported = queries.export_of_resident(session)
        assert {c.id for c in exported} == set(comments)
        first = next(c for c in exported if c.id == comments[0])
        assert [a.body for a in first.answers] == ["谢谢您的意见，我们已转给设计单位。"]
        page = queries.mine(session, queries.OwnFilter.ANSWERED)
        assert [c.id for c in page.items] == [comments[0]] and page.counts[queries.OwnFilter.OPEN] == 2
    with place.in_public() as session:
        assert queries.export_of_resident(session) == []


# the tenant


def test_an_answer_stands_in_the_tenants_name_and_shows_what_waited(strict: Corner, wang: Neighbour) -> None:
    comment = strict.comment(wang)
    answer = row(strict, strict.answer(comment))
    answered = row(strict, comment)
    assert answer.official and answer.author_name == "北苑街道办事处" and answer.parent_id == comment
    assert answer.staff_id == strict.clerk.id
    assert answered.visibility == Visibility.SHOWN and answered.answered_at
    with strict.in_public() as session:
        thread = queries.public_thread(session, strict.publication_id)
        seen = next(c for c in thread.comments if c.id == comment)
        assert [r.official for r in seen.replies] == [True]


def test_an_answer_to_a_reply_joins_its_thread(place: Corner, wang: Neighbour) -> None:
    top = place.comment(wang)
    place.answer(top)
    again = place.comment(wang, "什么时候开始？", to=top)
    with place.at_desk() as session:
        listed = queries.listing(session, queries.Filters(tab=queries.Tab.FOLLOWED_UP)).rows
        assert again in [r.id for r in listed]
    assert row(place, place.answer(again, "下月初。")).parent_id == top
    with place.at_desk() as session:
        listed = queries.listing(session, queries.Filters(tab=queries.Tab.FOLLOWED_UP)).rows
        assert again not in [r.id for r in listed]


def test_the_second_of_two_clerks_sees_that_somebody_was_first(place: Corner, wang: Neighbour) -> None:
    comment = place.comment(wang)
    seen = row(place, comment).version
    for body, person, first in (
        ("第一份答复。", place.clerk, True),
        ("第二份答复。", place.colleague, False),
    ):
        with place.at_desk(person) as session:
            if first:
                service.answer(session, comment, seen, body)
            else:
                with pytest.raises(Conflict):
                    service.answer(session, comment, seen, body)
    with place.at_desk() as session:
        detail = queries.detail(session, comment)
        assert detail and [r.body for r in detail.replies] == ["第一份答复。"]


def test_a_fate_goes_its_way_and_links_what_changed(place: Corner, wang: Neighbour) -> None:
    comment, _clerk = place.comment(wang), place.clerk.actor()
    outcome, code = article(place, "路灯更新完成，晚上更亮了")
    with place.at_desk() as session:
        service.set_fate(session, comment, AS_IT_IS, Fate.STUDYING)
        with pytest.raises(Invalid):
            service.set_fate(session, comment, AS_IT_IS, Fate.ADOPTED)
        service.set_fate(session, comment, AS_IT_IS, Fate.ADOPTED, "纳入今年的照明计划。")
        with pytest.raises(Invalid):
            service.set_fate(session, comment, AS_IT_IS, Fate.DONE, "装好了。", outcome_publication_id=uuid4())
        service.set_fate(session, comment, AS_IT_IS, Fate.DONE, "新装路灯六盏。", outcome_publication_id=outcome)
    with place.in_public() as session:
        seen = next(
            c for c in queries.public_thread(session, place.publication_id).comments if c.id == comment
        )
        assert isinstance(seen, queries.ThreadComment)
        assert (seen.fate, seen.fate_reason) == ("done", "新装路灯六盏。")
        assert seen.outcome == queries.Outcome(code, "路灯更新完成，晚上更亮了")
        figures = queries.said_and_done(session, 2)
        assert figures.done >= 1 and comment in [item.id for item in figures.items]
    with place.at_desk() as session:
        service.set_fate(session, comment, AS_IT_IS, Fate.ADOPTED, "验收时发现两盏不亮，重新办理。")
    assert history(place, comment) == ["written", "studying", "adopted", "done", "adopted"]


def test_answer_and_fate_in_one_step(place: Corner, wang: Neighbour) -> None:
    comment, _clerk = place.comment(wang), place.clerk.actor()
    with place.at_desk() as session:
        service.answer(
            session, comment, AS_IT_IS, "路太窄，装不了。", fate=Fate.NOT_ADOPTED, reason="消防通道需要四米。"
        )
    done = row(place, comment)
    assert (done.fate, done.fate_reason) == ("not_adopted", "消防通道需要四米。")
    assert history(place, comment) == ["written", "answered", "not_adopted"]


def test_a_corrected_answer_keeps_what_it_said(place: Corner, wang: Neighbour) -> None:
    answer = place.answer(place.comment(wang), "五月开工。")
    with place.at_desk() as session:
        service.revise_answer(session, answer, AS_IT_IS, "六月开工。")
        kept = session.scalars(
            select(CommentEvent.former_body).where(CommentEvent.record_id == answer)
        ).all()
    assert "五月开工。" in kept and row(place, answer).edited_at


def test_many_are_approved_at_once(strict: Corner, wang: Neighbour) -> None:
    held = [strict.comment(wang, f"第{n}条") for n in range(4)]
    with strict.in_public(wang) as session:
        service.withdraw_own(session, held[0], AS_IT_IS)
    with strict.at_desk() as session:
        assert service.show_many(session, dict.fromkeys(held, AS_IT_IS)) == service.Shown(3, 1)
    with strict.at_desk(strict.planner) as session, pytest.raises(Refused):
        service.show_many(session, {strict.comment(wang): AS_IT_IS})


def test_the_district_office_moderates_and_does_not_answer(
    deployment: Deployment, place: Corner, wang: Neighbour
) -> None:
    with deployment.session() as session, session.begin():
        officer = people.staff(session, Role.DISTRICT_OFFICE)
    comment = place.comment(wang)
    with place.at_desk(officer) as session:
        with pytest.raises(Refused):
            service.answer(session, comment, AS_IT_IS, "代为答复")
        service.hide(session, comment, AS_IT_IS, "abuse")
    assert row(place, comment).visibility == Visibility.HIDDEN


def test_another_tenants_clerk_finds_nothing(deployment: Deployment, place: Corner, wang: Neighbour) -> None:
    other, comment = corner(deployment, name="新华街道办事处"), place.comment(wang)
    with other.at_desk() as session:
        with pytest.raises(Missing):
            service.answer(session, comment, AS_IT_IS, "不该有的答复")
        with pytest.raises(Missing):
            service.hide(session, comment, AS_IT_IS, "abuse")
        with pytest.raises(Missing):
            service.set_fate(session, comment, AS_IT_IS, Fate.STUDYING)
        assert service.show_many(session, {comment: AS_IT_IS}).shown == 0
        assert queries.detail(session, comment) is None


def test_templates_are_told_apart_by_title(place: Corner) -> None:
    with place.at_desk() as session:
        made = service.save_template(session, " 感谢  来信 ", "感谢您的来信。")
        assert made.title == "感谢 来信"
        with pytest.raises(Invalid):
            service.save_template(session, "感谢 来信", "又一份。")
        service.save_template(session, "感谢 来信", "谢谢您。", template_id=made.id)
        assert [t.body for t in queries.templates(session)] == ["谢谢您。"]
        service.delete_template(session, made.id)
        assert queries.templates(session) == ()


# records of the past, figures


def test_records_of_the_past_keep_their_day(deployment: Deployment, wang: Neighbour) -> None:
    here, past = corner(deployment, name="潞源街道办事处", reply_days=5), datetime(2026, 3, 2, 2, tzinfo=UTC)
    in_time, late, still = (here.comment(wang, f"早先的意见{n}", at=past) for n in range(3))
    here.answer(in_time, at=past + timedelta(days=2))
    here.answer(late, at=past + timedelta(days=30))
    assert row(here, late).due_on == replyclock.due_day(day_of(past), 5)
    with here.at_desk() as session:
        waiting = queries.waiting(session)
        assert (waiting.open, waiting.overdue) == (1, 1) and [r.id for r in waiting.next] == [still]
        assert waiting.next[0].overdue
    with deployment.session() as session:
        figures = next(row for row in overview(session, DistrictFilters()).rows if row.slug == here.tenant.slug)
    assert (figures.received, figures.open, figures.overdue) == (3, 1, 1)
    assert (figures.answered, figures.in_time_count, figures.in_time) == (2, 1, 50)


def test_every_write_leaves_an_audit_entry_of_its_tenant(place: Corner, wang: Neighbour) -> None:
    comment = place.comment(wang)
    place.answer(comment)
    with place.deployment.session() as session:
        entries = session.execute(
            text(
                "SELECT action, actor_kind, tenant_id FROM audit_entry WHERE entity_id = :id ORDER BY created_at, id"
            ),
            {"id": str(comment)},
        ).all()
    assert entries == [
        ("comment.written", "resident", place.tenant.id),
        ("comment.answered", "staff", place.tenant.id),
    ]
