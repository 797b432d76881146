"""The life of a publication as a model: whatever people try, in whatever order, the rules hold."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from portal.kit.machine import Step, offered, refusal
from portal.publishing import machine, policy
from portal.publishing.content import Content
from portal.publishing.policy import Kind, State
from tenants import actors
from tenants.actors import Actor
from tenants.permissions import Role

TENANT = uuid4()
NOW = datetime(2026, 5, 1, tzinfo=UTC)


def person(*roles: Role) -> Actor:
    found = actors.in_tenant(uuid4(), "某人", roles, TENANT)
    assert found is not None
    return found


PLANNER, CLERK, ADMIN = person(Role.PLANNER), person(Role.TENANT_STAFF), person(Role.TENANT_ADMIN)
OFFICE, GROUP = person(Role.DISTRICT_OFFICE), person(Role.WORKING_GROUP)
EVERYBODY = st.sampled_from([PLANNER, CLERK, ADMIN, OFFICE, GROUP])
APPROVERS = (CLERK, ADMIN)


@dataclass
class Record:
    state: str = State.DRAFT
    head_id: UUID | None = field(default_factory=uuid4)
    live_id: UUID | None = None
    edited_by: UUID | None = PLANNER.id
    publish_at: datetime | None = None


def may(step: Step, who: Actor, record: Record, **known: Any) -> bool:
    """Whether somebody may take a step, as far as the rules go."""
    return refusal(step, who, record, policy.Facts(NOW, **known)) is None


class Life(RuleBasedStateMachine):
    """People try every step at any time; a step is taken exactly when its rule allows it."""

    def __init__(self) -> None:
        super().__init__()
        self.record = Record()
        self.approved_head: UUID | None = None
        self.approver: UUID | None = None

    @rule(who=EVERYBODY)
    def save(self, who: Actor) -> None:
        if may(machine.SAVE, who, self.record):
            assert self.record.state == State.DRAFT
            self.record.head_id, self.record.edited_by = uuid4(), who.id

    @rule(who=EVERYBODY, complete=st.booleans())
    def submit(self, who: Actor, complete: bool) -> None:
        gaps = () if complete else (policy.Check("body", "正文", False),)
        if may(machine.SUBMIT, who, self.record, missing=gaps):
            assert complete and self.record.state == State.DRAFT
            self.record.state = State.IN_REVIEW

    @rule(who=EVERYBODY, approvers=st.integers(1, 3))
    def approve(self, who: Actor, approvers: int) -> None:
        if may(machine.APPROVE, who, self.record, approvers=approvers):
            assert self.record.state == State.IN_REVIEW
            assert who in APPROVERS
            assert who.id != self.record.edited_by or approvers == 1
            self.record.state = State.APPROVED
            self.approved_head, self.approver = self.record.head_id, who.id

    @rule(who=EVERYBODY)
    def send_back(self, who: Actor) -> None:
        if may(machine.SEND_BACK, who, self.record):
            assert who in APPROVERS and who.id != self.record.edited_by
            self.record.state, self.record.publish_at = State.DRAFT, None

    @rule(who=EVERYBODY)
    def take_back(self, who: Actor) -> None:
        if may(machine.TAKE_BACK, who, self.record):
            assert who.id == self.record.edited_by
            self.record.state, self.record.publish_at = State.DRAFT, None

    @rule(who=EVERYBODY, hours=st.integers(-5, 5))
    def schedule(self, who: Actor, hours: int) -> None:
        if may(machine.SCHEDULE, who, self.record):
            self.record.publish_at = NOW + timedelta(hours=hours)

    @rule(who=EVERYBODY)
    def unschedule(self, who: Actor) -> None:
        if may(machine.UNSCHEDULE, who, self.record):
            self.record.publish_at = None

    @rule(who=EVERYBODY)
    def publish(self, who: Actor) -> None:
        if may(machine.PUBLISH, who, self.record):
            self._publish()

    @rule()
    def clock_strikes(self) -> None:
        due = self.record.publish_at is not None and self.record.publish_at <= NOW
        allowed = may(machine.PUBLISH, actors.job(TENANT), self.record)
        assert allowed == (due and self.record.state == State.APPROVED)
        if allowed:
            self._publish()

    def _publish(self) -> None:
        assert self.record.head_id == self.approved_head, "what goes out is what was approved"
        self.record.live_id = self.record.head_id
        self.record.state, self.record.publish_at = State.PUBLISHED, None

    @rule(who=EVERYBODY)
    def withdraw(self, who: Actor) -> None:
        if may(machine.WITHDRAW, who, self.record):
            assert who in (*APPROVERS, OFFICE)
            self.record.state, self.record.live_id, self.record.publish_at = State.WITHDRAWN, None, None

    @rule(who=EVERYBODY)
    def revise(self, who: Actor) -> None:
        before = self.record.live_id
        if may(machine.REVISE, who, self.record):
            self.record.state = State.DRAFT
            assert self.record.live_id == before

    @rule(who=EVERYBODY)
    def abandon(self, who: Actor) -> None:
        if may(machine.ABANDON, who, self.record):
            self.record.state = State.PUBLISHED

    @rule(who=EVERYBODY)
    def restore(self, who: Actor) -> None:
        if may(machine.RESTORE, who, self.record):
            assert self.record.state not in (State.IN_REVIEW, State.APPROVED)
            self.record.state, self.record.head_id = State.DRAFT, uuid4()
            self.record.edited_by = who.id

    @invariant()
    def published_means_live(self) -> None:
        assert (self.record.state != State.PUBLISHED) or self.record.live_id == self.record.head_id
        assert (self.record.state != State.WITHDRAWN) or self.record.live_id is None

    @invariant()
    def only_approved_is_planned(self) -> None:
        assert self.record.publish_at is None or self.record.state == State.APPROVED

    @invariant()
    def somebody_can_always_go_on(self) -> None:
        steps = (machine.SAVE, machine.TAKE_BACK, machine.SEND_BACK, machine.REVISE, machine.SCHEDULE)
        assert any(may(step, who, self.record) for who in (PLANNER, *APPROVERS) for step in steps)

    @precondition(lambda self: self.record.state == State.IN_REVIEW)
    @invariant()
    def in_review_nothing_changes(self) -> None:
        assert not any(may(machine.SAVE, who, self.record) for who in (PLANNER, *APPROVERS))


TestLife = Life.TestCase


def test_the_office_reads_and_withdraws_and_writes_nothing() -> None:
    live = Record(State.PUBLISHED, live_id=uuid4())
    assert offered(machine.PUBLICATION, OFFICE, live, policy.Facts(NOW)) == (machine.WITHDRAW,)
    for step in machine.PUBLICATION.steps:
        said = refusal(step, OFFICE, live, policy.Facts(NOW))
        assert said is None if step is machine.WITHDRAW else said is not None and said.forbidden


BODY = "<p>" + "把堆杂物的三角地改成口袋公园，" * 3 + "</p>"
WHOLE = Content(title="三角地变公园", summary="堆" * 20, body=BODY)


def open_fields(kind: Kind, content: Content) -> set[str]:
    checks = policy.checklist(kind, content, content.picture_words())
    return {check.field for check in policy.missing(checks)}


@pytest.mark.parametrize(
    ("kind", "changes", "lacking"),
    [
        (Kind.SPROUT, {}, set()),
        (Kind.SPROUT, {"title": "三"}, {"title"}),
        (Kind.SPROUT, {"summary": "短"}, {"summary"}),
        (Kind.SPROUT, {"summary": "长" * 141}, {"summary"}),
        (Kind.SPROUT, {"body": "<p>太短</p>"}, {"body"}),
        (Kind.SPROUT, {"cover_file_id": uuid4()}, {"cover_alt"}),
        (Kind.OUTREACH, {}, {"event_starts_at", "event_place"}),
        (
            Kind.OUTREACH,
            {"event_starts_at": NOW, "event_ends_at": NOW + timedelta(hours=2), "event_place": "活动室"},
            set(),
        ),
    ],
)
def test_the_checklist_asks_for_what_is_missing(
    kind: Kind, changes: dict[str, Any], lacking: set[str]
) -> None:
    assert open_fields(kind, replace(WHOLE, **changes)) == lacking


def test_a_picture_without_words_is_asked_about() -> None:
    picture = f'<figure><img src="/media/{uuid4()}/640" alt=""></figure>'
    assert open_fields(Kind.SPROUT, replace(WHOLE, body=BODY + picture)) == {"body"}
