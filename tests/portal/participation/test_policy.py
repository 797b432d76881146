"""Who may do what to a comment, and which fate follows which."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.participation import policy
from portal.participation.models import Fate, Visibility
from tenants import actors
from tenants.actors import Actor
from tenants.clock import now
from tenants.permissions import Role


@dataclass(frozen=True)
class Standing:
    """A comment as the rules see it."""

    visibility: str = Visibility.SHOWN
    fate: str = Fate.RECEIVED
    parent_id: UUID | None = None
    official: bool = False
    appeal: str | None = None
    appeal_decided_at: datetime | None = None
    answered_at: datetime | None = None


def staff(*roles: Role) -> Actor:
    made = actors.in_tenant(uuid4(), "测试", roles, uuid4())
    assert made
    return made


CLERK = staff(Role.TENANT_STAFF)
PLANNER = staff(Role.PLANNER)
OFFICE = staff(Role.DISTRICT_OFFICE)
RESIDENT = actors.resident(uuid4(), "王芳", "0" * 64)
standings = st.builds(
    Standing,
    visibility=st.sampled_from(list(Visibility)),
    fate=st.sampled_from(list(Fate)),
    parent_id=st.none() | st.uuids(),
    official=st.booleans(),
    appeal=st.none() | st.just("请再看看"),
    appeal_decided_at=st.none() | st.just(now()),
    answered_at=st.none() | st.just(now()),
)


def test_only_signed_in_residents_comment_on_what_is_published_and_open() -> None:
    assert policy.may_comment(RESIDENT, live=True, comments_open=True) is None
    for actor in (actors.anonymous(), CLERK, OFFICE):
        refusal = policy.may_comment(actor, live=True, comments_open=True)
        assert refusal and refusal.forbidden
    assert policy.may_comment(RESIDENT, live=False, comments_open=True)
    assert policy.may_comment(RESIDENT, live=True, comments_open=False)


def test_replies_go_one_level_deep_and_under_what_is_shown() -> None:
    def reply(parent: Standing) -> object:
        return policy.may_comment(RESIDENT, live=True, comments_open=True, parent=parent)

    assert reply(Standing()) is None
    assert reply(Standing(parent_id=uuid4()))
    assert reply(Standing(visibility=Visibility.HELD))


@pytest.mark.parametrize(
    ("body", "fine"), [("", False), ("好", False), ("好的", True), ("很" * 2000, True), ("很" * 2001, False)]
)
def test_length_of_a_comment(body: str, fine: bool) -> None:
    assert (policy.check_body(body) is None) is fine


@given(st.text(max_size=200))
def test_cleaned_texts_have_no_control_characters_and_stay_clean(text: str) -> None:
    clean = policy.clean(text)
    assert policy.clean(clean) == clean
    assert "\r" not in clean and "\x00" not in clean and "\n\n\n" not in clean
    assert clean == clean.strip()


def test_endless_blanks_are_gone_at_once() -> None:
    """A backtracking expression took minutes for these, and one form held up the whole server."""
    assert policy.clean(f"a{' ' * 300_000}b").startswith("a")
    assert policy.clean(" \t" * 300_000) == ""


@given(standings)
def test_words_are_corrected_until_they_are_answered_and_taken_back_always(comment: Standing) -> None:
    editable = policy.may_edit_own(comment) is None
    if editable:
        assert comment.answered_at is None
        assert comment.visibility in (Visibility.HELD, Visibility.SHOWN)
        assert comment.fate in (Fate.RECEIVED, Fate.STUDYING)
    assert (policy.may_withdraw_own(comment) is None) == (comment.visibility != Visibility.WITHDRAWN)


@given(standings)
def test_an_appeal_is_made_once_and_decided_once(comment: Standing) -> None:
    may = policy.may_appeal(comment) is None
    assert may == (comment.visibility == Visibility.HIDDEN and comment.appeal is None)
    assert not (may and policy.appeal_waits(comment))
    assert (policy.may_uphold(OFFICE, comment) is None) == policy.appeal_waits(comment)


@given(standings, st.sampled_from(list(Fate)))
def test_planners_read_and_do_not_speak_for_the_tenant(comment: Standing, to: Fate) -> None:
    for refusal in (
        policy.may_answer(PLANNER, comment),
        policy.may_set_fate(PLANNER, comment, to),
        policy.may_hide(PLANNER, comment),
        policy.may_show(PLANNER, comment),
        policy.may_uphold(PLANNER, comment),
        policy.may_revise_answer(PLANNER, comment),
        policy.may_keep_templates(PLANNER),
        # the office moderates anywhere and answers for nobody
        policy.may_answer(OFFICE, comment),
        policy.may_set_fate(OFFICE, comment, to),
    ):
        assert refusal and refusal.forbidden


@given(standings, st.sampled_from(list(Fate)))
def test_fates_follow_the_way_of_a_comment(comment: Standing, to: Fate) -> None:
    allowed = policy.may_set_fate(CLERK, comment, to) is None
    if allowed:
        assert comment.parent_id is None and not comment.official
        assert to != comment.fate
        assert to is not Fate.DONE or comment.fate == Fate.ADOPTED  # nothing is done that was not adopted
    ways = {
        (Fate.RECEIVED, Fate.STUDYING),
        (Fate.STUDYING, Fate.ADOPTED),
        (Fate.STUDYING, Fate.NOT_ADOPTED),
        (Fate.ADOPTED, Fate.DONE),
    }
    plain = comment.parent_id is None and not comment.official
    if (
        (Fate(comment.fate), to) in ways
        and plain
        and comment.visibility in (Visibility.SHOWN, Visibility.HELD)
    ):
        assert allowed


def test_every_fate_can_be_corrected_with_a_reason() -> None:
    order = list(Fate)
    for fate in order[1:]:
        back = [s for s in policy.next_steps(fate) if s.correction]
        assert back and all(s.needs_reason for s in back)
    assert policy.needs_reason(Fate.STUDYING, Fate.NOT_ADOPTED)
    assert policy.needs_reason(Fate.ADOPTED, Fate.DONE)
    assert not policy.needs_reason(Fate.RECEIVED, Fate.STUDYING)
    assert policy.check_reason(None, needed=True) and policy.check_reason("", needed=False) is None


def test_what_a_moderated_author_reads() -> None:
    assert policy.moderation_sentence("abuse", "请换一种说法。") == "含有辱骂或人身攻击。请换一种说法。"
    assert policy.moderation_sentence("other", "") is None
    assert policy.moderation_sentence("other", "请看说明。") == "请看说明。"
