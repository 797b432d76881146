"""Roles from day to day against a plain model: who holds what on which day, and that no day loses its administrator."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from tenants import actors
from tenants.clock import today
from tenants.days import days, first_gap
from tenants.identity import service, terms
from tenants.identity.models import RoleAssignment
from tenants.permissions import Role
from tenants.rules import Invalid, Missing, Refused
from tests.conftest import Deployment
from tests.factories import people
from tests.factories.people import Person, Place

#: Days around today that the examples speak of.
WINDOW = range(-4, 9)
offsets = st.integers(WINDOW[0] + 1, WINDOW[-1] - 1)
lasts = st.none() | offsets


def day(offset: int) -> date:
    return today() + timedelta(days=offset)


@dataclass(frozen=True)
class Given:
    """The model: a role that was given, with its days as whole numbers from today."""

    id: UUID
    role: Role
    first: int
    last: int | None
    ended: bool = False

    def held_on(self, offset: int) -> bool:
        return not self.ended and self.first <= offset and (self.last is None or offset <= self.last)

    def meets(self, first: int, last: int | None) -> bool:
        return any(self.held_on(offset) for offset in _span(first, last))

    def covers(self, first: int, last: int | None) -> bool:
        return all(self.held_on(offset) for offset in _span(first, last)) and (last is not None or self.last is None)


def _span(first: int, last: int | None) -> range:
    return range(first, (WINDOW[-1] + 9 if last is None else last) + 1)


grants = st.tuples(st.just("grant"), st.sampled_from([Role.PLANNER, Role.ARCHITECT]), offsets, lasts)
ends = st.tuples(st.just("end"), st.integers(0, 5))
changes = st.tuples(st.just("change"), st.integers(0, 5), lasts)


@pytest.fixture(scope="module")
def place(deployment: Deployment) -> Place:
    with deployment.session() as session, session.begin():
        return people.tenant(session)


@given(steps=st.lists(grants | ends | changes, min_size=1, max_size=8))
def test_a_role_is_held_on_the_days_that_the_model_says(
    deployment: Deployment, place: Place, steps: list[tuple[Any, ...]]
) -> None:
    model: list[Given] = []
    with deployment.session() as session:
        session.begin()
        person = people.staff(session)
        for step in steps:
            _take(session, person.id, place, model, step)
        for offset in WINDOW:
            held = select(RoleAssignment.id).where(
                RoleAssignment.staff_id == person.id, RoleAssignment.held_on(day(offset))
            )
            assert set(session.scalars(held)) == {one.id for one in model if one.held_on(offset)}, offset
            lasting = select(RoleAssignment.id).where(
                RoleAssignment.staff_id == person.id, RoleAssignment.lasting(day(offset))
            )
            assert set(session.scalars(lasting)) == {
                one.id for one in model if any(one.held_on(later) for later in range(offset, WINDOW[-1] + 9))
            }
        session.rollback()


def _take(session: Session, person: UUID, place: Place, model: list[Given], step: tuple[Any, ...]) -> None:
    if step[0] == "grant":
        _, role, first, last = step
        mine = [one for one in model if one.role == role]
        end = None if last is None else day(last)
        held = any(one.covers(first, last) for one in mine)
        partly = not held and any(one.meets(first, last) for one in mine)
        if partly or (last is not None and last < first):
            with pytest.raises(Invalid):
                service.grant_role(session, person, role, tenant_id=place.id, first=day(first), last=end)
            return
        made = service.grant_role(session, person, role, tenant_id=place.id, first=day(first), last=end)
        known = next((one for one in mine if one.covers(first, last)), None)
        assert (made.id == known.id) if known else (made.id not in {one.id for one in model})
        if known is None:
            model.append(Given(made.id, role, first, last))
        return
    if step[1] >= len(model):
        return
    one = model[step[1]]
    lasts_still = not one.ended and (one.last is None or one.last >= 0)
    if step[0] == "end":
        if lasts_still:
            service.end_role(session, one.id)
            model[step[1]] = replace(one, ended=True)
        else:
            with pytest.raises(Missing):
                service.end_role(session, one.id)
        return
    last = step[2]
    others = [other for other in model if other.role == one.role and other.id != one.id]
    end = None if last is None else day(last)
    if not lasts_still:
        with pytest.raises(Missing):
            terms.change_last_day(session, one.id, end, reason="")
    elif last != one.last and (
        (last is not None and (last < one.first or last < 0)) or any(o.meets(one.first, last) for o in others)
    ):
        with pytest.raises(Invalid):
            terms.change_last_day(session, one.id, end, reason="")
    else:
        terms.change_last_day(session, one.id, end, reason="")
        model[step[1]] = replace(one, last=last)


terms_of_three = st.lists(st.tuples(st.integers(-2, 3), st.none() | st.integers(3, 8)), min_size=3, max_size=3)
removals = st.tuples(st.sampled_from(["end", "change", "deactivate"]), st.integers(0, 2), st.integers(-1, 9))


@given(held=terms_of_three, steps=st.lists(removals, min_size=1, max_size=4))
def test_no_step_takes_the_last_administrator_of_any_day(
    deployment: Deployment,
    place: Place,
    held: list[tuple[int, int | None]],
    steps: list[tuple[str, int, int]],
) -> None:
    with deployment.session() as session:
        session.begin()
        where = people.tenant(session)
        admins = [people.staff(session) for _ in held]
        rows = [
            service.grant_role(
                session, admin.id, Role.TENANT_ADMIN, tenant_id=where.id, first=day(first),
                last=None if last is None else day(last),
            )
            for admin, (first, last) in zip(admins, held, strict=True)
        ]  # fmt: skip
        office = people.staff(session, Role.DISTRICT_OFFICE)
        session.info["actor"] = actors.in_district(office.id, "区办", [Role.DISTRICT_OFFICE])
        for kind, which, offset in steps:
            before = _covered(session, where)
            with suppress(Refused, Invalid, Missing), session.begin_nested():
                if kind == "end":
                    service.end_role(session, rows[which].id)
                elif kind == "change":
                    terms.change_last_day(session, rows[which].id, day(offset), reason="")
                else:
                    service.deactivate(session, admins[which].id, reason="")
            assert before <= _covered(session, where), (kind, which, offset)
        session.rollback()


def _covered(session: Session, place: Place) -> set[int]:
    """The days from today on with an administrator who can sign in."""
    rows = session.execute(
        text(
            "SELECT r.valid FROM role_assignment r JOIN staff s ON s.id = r.staff_id"
            " WHERE r.tenant_id = :place AND r.ended_at IS NULL AND s.active AND s.joined_at IS NOT NULL"
        ),
        {"place": place.id},
    )
    valid = [period for (period,) in rows]
    return {offset for offset in range(12) if any(day(offset) in period for period in valid)}


periods = st.tuples(st.integers(0, 12), st.none() | st.integers(0, 6))


@given(asked=periods, covers=st.lists(periods, max_size=5))
def test_the_first_gap_is_the_first_day_that_nobody_covers(
    asked: tuple[int, int | None], covers: list[tuple[int, int | None]]
) -> None:
    def period(start: int, length: int | None) -> Any:
        return days(day(start), None if length is None else day(start + length))

    wanted, others = period(*asked), [period(*cover) for cover in covers]
    uncovered = (
        day(offset)
        for offset in range(40)
        if wanted.contains(day(offset)) and not any(other.contains(day(offset)) for other in others)
    )
    assert first_gap(wanted, others) == next(uncovered, None)


GIVE = text(
    "INSERT INTO role_assignment (id, created_at, staff_id, role, tenant_id, granted_by, valid)"
    " VALUES (gen_random_uuid(), now(), :who, :role, :place, '', CAST(:valid AS daterange))"
)


@pytest.fixture
def planner(deployment: Deployment, place: Place) -> Person:
    """Somebody whose role ran out yesterday."""
    with deployment.session() as session, session.begin():
        person = people.staff(session, Role.PLANNER, place=place)
        held = session.scalars(select(RoleAssignment).where(RoleAssignment.staff_id == person.id)).one()
        held.valid = days(day(-5), day(-1))
    return person


@pytest.mark.parametrize(
    ("valid", "constraint"),
    [
        ("[2026-01-05,2026-02-01)", "ex_role_assignment_held_once"),
        ("[2026-01-31,)", "ex_role_assignment_held_once"),
        ("[2026-02-01,)", None),
        ("empty", "ck_role_assignment_some_days"),
        ("(,2026-01-01)", "ck_role_assignment_some_days"),
    ],
)
def test_the_database_lets_nobody_hold_a_role_twice_on_one_day(
    deployment: Deployment, place: Place, planner: Person, valid: str, constraint: str | None
) -> None:
    row = {"who": planner.id, "role": "architect", "place": place.id}
    with deployment.session() as session:
        session.execute(GIVE, row | {"valid": "[2026-01-01,2026-02-01)"})
        session.execute(GIVE, row | {"valid": "[2026-01-01,2026-02-01)", "role": "technician"})
        if constraint is None:
            session.execute(GIVE, row | {"valid": valid})
        else:
            with pytest.raises(IntegrityError, match=constraint):
                session.execute(GIVE, row | {"valid": valid})
        session.rollback()


def test_the_database_asks_whose_days_are_over_and_knows_who_is_to_come(
    deployment: Deployment, place: Place, planner: Person
) -> None:
    """Raw SQL with the scopes of an administrator: neither a new role nor new days for the old one without a yes."""
    row = {"who": planner.id, "role": "architect", "place": place.id, "valid": f"[{day(3)},)"}
    longer = text("UPDATE role_assignment SET valid = daterange(lower(valid), NULL) WHERE staff_id = :who")
    admin = actors.in_tenant(planner.id, "", [Role.TENANT_ADMIN], place.id)
    for statement in (GIVE, longer):
        with deployment.session(admin) as session, pytest.raises(DBAPIError, match="they have not said yes"):
            session.execute(statement, row)
    with deployment.session() as session, session.begin():
        session.execute(GIVE, row)  # the operator gives it for a later day
    with deployment.session(admin) as session:
        session.execute(GIVE, row | {"role": "technician"})
        session.rollback()
    factor = text("SELECT is_set, guarded FROM second_factor_of(:who)")
    with deployment.session(admin) as session:
        assert session.execute(factor, {"who": planner.id}).one() == (False, False)
    with deployment.session() as session, session.begin():
        session.execute(GIVE, row | {"role": "tenant_admin"})
    with deployment.session(admin) as session:
        assert session.execute(factor, {"who": planner.id}).one() == (False, True), "guarded the evening before"
    with deployment.session() as session, session.begin():
        over = text("UPDATE role_assignment SET valid = daterange(:a, :b) WHERE staff_id = :who AND role = :role")
        for role in ("architect", "tenant_admin"):
            session.execute(over, {"a": day(-9), "b": day(0), "who": planner.id, "role": role})
    with deployment.session(admin) as session:
        assert session.execute(factor, {"who": planner.id}).one() == (None, None), "nobody of this place any more"
