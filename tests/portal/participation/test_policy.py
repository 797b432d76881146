"""The lives of a comment as a model: whatever people try, in whatever order, the rules hold."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from portal.kit.machine import LACKS, Asks, Step, offered, refusal
from portal.participation import machine, policy
from portal.participation.policy import Appeal, Fate, Place, Visibility
from tenants import actors
from tenants.actors import Actor
from tenants.clock import now
from tenants.permissions import Role


@dataclass
class Standing:
    """A comment as the rules see it."""

    visibility: str = Visibility.SHOWN
    fate: str = Fate.RECEIVED
    parent_id: UUID | None = None
    official: bool = False
    appeal_state: str = Appeal.NONE
    answered_at: datetime | None = None


def staff(*roles: Role) -> Actor:
    made = actors.in_tenant(uuid4(), "测试", roles, uuid4())
    assert made
    return made


CLERK = staff(Role.TENANT_STAFF)
PLANNER = staff(Role.PLANNER)
OFFICE = staff(Role.DISTRICT_OFFICE)
RESIDENT = actors.resident(uuid4(), "王芳", "0" * 64)
PLACE = Place()
EVERY_STEP = [step for life in machine.LIVES for step in life.steps]
standings = st.builds(
    Standing,
    visibility=st.sampled_from(list(Visibility)),
    fate=st.sampled_from(list(Fate)),
    parent_id=st.none() | st.uuids(),
    official=st.booleans(),
    appeal_state=st.sampled_from(list(Appeal)),
    answered_at=st.none() | st.just(now()),
)


def may(step: Step, who: Actor, comment: Standing | None, place: Place = PLACE) -> bool:
    """Whether somebody may take a step, as far as the rules go."""
    return refusal(step, who, comment, place) is None


class Lives(RuleBasedStateMachine):
    """People try every step at any time, as the services take them together; the three lives stay in step."""

    @rule(held=st.booleans(), reply=st.booleans())
    def written(self, held: bool, reply: bool) -> None:
        state = Visibility.HELD if held else Visibility.SHOWN
        self.comment = Standing(visibility=state, parent_id=uuid4() if reply else None)

    def __init__(self) -> None:
        super().__init__()
        self.written(held=True, reply=False)

    def take(self, step: Step, who: Actor, *also: Step) -> bool:
        if not all(may(each, who, self.comment) for each in (step, *also)):
            return False
        for each in (step, *also):
            if each.reaches is not None:
                setattr(self.comment, each.column, each.reaches)
        return True

    @rule(who=st.sampled_from([CLERK, OFFICE, PLANNER, RESIDENT]))
    def show(self, who: Actor) -> None:
        waits = policy.appeal_waits(self.comment)
        if self.take(machine.APPROVE, who, *((machine.GRANT,) if waits else ())):
            assert who in (CLERK, OFFICE) and self.comment.appeal_state != Appeal.WAITING

    @rule(who=st.sampled_from([CLERK, OFFICE, PLANNER, RESIDENT]))
    def hide(self, who: Actor) -> None:
        decided = self.comment.appeal_state in machine.CLEAR.leaves
        if self.take(machine.HIDE, who, *((machine.CLEAR,) if decided else ())):
            assert who in (CLERK, OFFICE) and may(machine.APPEAL, RESIDENT, self.comment)

    @rule()
    def answer(self) -> None:
        if may(machine.answering(self.comment), CLERK, self.comment):
            self.take(machine.SHOW_ANSWERED, CLERK)
            assert self.take(machine.ANSWER, CLERK)
            self.comment.answered_at = now()

    @rule(to=st.sampled_from(list(Fate)))
    def become(self, to: Fate) -> None:
        step, former = machine.towards(self.comment.fate, to), self.comment.fate
        if may(step, CLERK, self.comment):
            self.take(machine.SHOW_ANSWERED, CLERK)
            assert self.take(step, CLERK)
            assert to != former and (to is not Fate.DONE or former == Fate.ADOPTED)

    @rule(again=st.booleans())
    def edit(self, again: bool) -> None:
        if self.take(machine.EDIT_AGAIN if again else machine.EDIT, RESIDENT):
            assert self.comment.answered_at is None and self.comment.fate in (Fate.RECEIVED, Fate.STUDYING)

    @rule()
    def withdraw(self) -> None:
        assert self.take(machine.WITHDRAW, RESIDENT) or self.comment.visibility == Visibility.WITHDRAWN

    @rule()
    def appeal(self) -> None:
        self.take(machine.APPEAL, RESIDENT)

    @rule()
    def uphold(self) -> None:
        if self.take(machine.UPHOLD, OFFICE):
            assert not may(machine.APPEAL, RESIDENT, self.comment)

    @invariant()
    def only_what_is_hidden_is_appealed(self) -> None:
        waiting = self.comment.appeal_state == Appeal.WAITING
        assert not waiting or self.comment.visibility in (Visibility.HIDDEN, Visibility.WITHDRAWN)

    @invariant()
    def only_comments_have_a_fate(self) -> None:
        assert self.comment.fate == Fate.RECEIVED or self.comment.parent_id is None

    @invariant()
    def what_is_withdrawn_is_left_alone(self) -> None:
        if self.comment.visibility == Visibility.WITHDRAWN:
            for step in EVERY_STEP:
                kept = step.birth or step in (machine.FORGET, machine.GRANT, machine.CLEAR)
                assert kept or not any(may(step, who, self.comment) for who in (CLERK, OFFICE, RESIDENT)), step.name

    @invariant()
    def what_is_in_sight_can_be_answered_and_hidden(self) -> None:
        if self.comment.visibility in (Visibility.HELD, Visibility.SHOWN):
            assert may(machine.answering(self.comment), CLERK, self.comment)
            assert may(machine.HIDE, OFFICE, self.comment)


TestLives = Lives.TestCase


def test_only_residents_comment_on_what_is_published_and_open() -> None:
    assert may(machine.WRITE, RESIDENT, None)
    for actor in (actors.anonymous(), CLERK, OFFICE):
        assert refusal(machine.WRITE, actor, None, PLACE) is LACKS
    assert not may(machine.WRITE, RESIDENT, None, Place(live=False))
    assert not may(machine.WRITE, RESIDENT, None, Place(comments_open=False))


def test_replies_go_one_level_deep_and_under_what_is_shown() -> None:
    assert may(machine.WRITE, RESIDENT, None, Place(parent=Standing()))
    assert not may(machine.WRITE, RESIDENT, None, Place(parent=Standing(parent_id=uuid4())))
    assert not may(machine.WRITE, RESIDENT, None, Place(parent=Standing(visibility=Visibility.HELD)))


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
    if may(machine.EDIT, RESIDENT, comment):
        assert comment.answered_at is None
        assert comment.visibility in (Visibility.HELD, Visibility.SHOWN)
        assert comment.fate in (Fate.RECEIVED, Fate.STUDYING)
    assert may(machine.WITHDRAW, RESIDENT, comment) == (comment.visibility != Visibility.WITHDRAWN)


@given(standings)
def test_an_appeal_is_made_once_and_decided_once(comment: Standing) -> None:
    appealing = may(machine.APPEAL, RESIDENT, comment)
    assert appealing == (comment.visibility == Visibility.HIDDEN and comment.appeal_state == Appeal.NONE)
    assert not (appealing and policy.appeal_waits(comment))
    assert may(machine.UPHOLD, OFFICE, comment) == policy.appeal_waits(comment)


@given(standings, st.sampled_from(EVERY_STEP))
def test_planners_read_and_the_office_moderates_and_speaks_for_nobody(comment: Standing, step: Step) -> None:
    assert refusal(step, PLANNER, comment, PLACE) is LACKS
    moderation = (machine.APPROVE, machine.HIDE, machine.UPHOLD, machine.GRANT, machine.CLEAR)
    assert (refusal(step, OFFICE, comment, PLACE) is LACKS) == (step not in moderation)


@given(standings)
def test_nobody_is_refused_without_a_sentence(comment: Standing) -> None:
    for step in (machine.EDIT, machine.WITHDRAW, machine.APPEAL):
        said = refusal(step, RESIDENT, comment, PLACE)
        assert said is None or said.message
    for step in (machine.answering(comment), machine.REVISE, machine.APPROVE, machine.HIDE, machine.UPHOLD):
        said = refusal(step, CLERK, comment)
        assert said is None or said.message


@given(standings, st.sampled_from(list(Fate)))
def test_fates_follow_the_way_of_a_comment(comment: Standing, to: Fate) -> None:
    ways = {
        (Fate.RECEIVED, Fate.STUDYING),
        (Fate.STUDYING, Fate.ADOPTED),
        (Fate.STUDYING, Fate.NOT_ADOPTED),
        (Fate.ADOPTED, Fate.DONE),
    }
    plain = comment.parent_id is None and not comment.official
    in_sight = comment.visibility in (Visibility.SHOWN, Visibility.HELD)
    allowed = may(machine.towards(comment.fate, to), CLERK, comment)
    assert not allowed or (plain and in_sight and to != comment.fate)
    assert allowed or not (plain and in_sight and (Fate(comment.fate), to) in ways)


@pytest.mark.parametrize("fate", list(Fate))
def test_every_fate_can_be_corrected_with_a_reason(fate: Fate) -> None:
    found = offered(machine.FATE, CLERK, Standing(fate=fate))
    back = [step for step in found if step.emphasis == "quiet"]
    assert bool(back) == (fate is not Fate.RECEIVED)
    assert all(step.asks is Asks.REASON for step in found if step is not machine.STUDY)
    # each fate is reached in one way, so a page may name the fate alone
    assert len({step.reaches for step in found}) == len(found)


def test_a_reason_says_something() -> None:
    assert policy.check_reason("", needed=True) and policy.check_reason("", needed=False) is None
    assert policy.check_reason("好", needed=False)


def test_what_a_moderated_author_reads() -> None:
    assert policy.moderation_sentence("abuse", "请换一种说法。") == "含有辱骂或人身攻击。请换一种说法。"
    assert policy.moderation_sentence("other", "") == ""
    assert policy.moderation_sentence("other", "请看说明。") == "请看说明。"
