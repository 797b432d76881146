"""What the lists of people show. The database decides who is visible; a place sees its own people and no more."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import islice
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Date, Select, and_, case, cast, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from tenants.actors import Actor
from tenants.clock import SHANGHAI, today
from tenants.database import actor_of
from tenants.days import Days, first_day, last_day
from tenants.identity.models import Bureau, RoleAssignment, RoleTermChange, Staff, Tenant
from tenants.identity.queries import named
from tenants.permissions import BUREAU_ROLES, DISTRICT_ROLES, TENANT_ROLES, Role
from tenants.reading import here

R = RoleAssignment
_PLACE = func.coalesce(Tenant.short_name, Bureau.short_name, "")
_HELD = (R.id, R.role, _PLACE, R.tenant_id, R.bureau_id, R.created_at, R.ended_at, R.granted_by, R.valid)


class PersonState(StrEnum):
    """Where somebody stands with us."""

    ACTIVE = "active"
    INVITED = "invited"
    UPCOMING = "upcoming"  # every role here begins on a later day
    DEACTIVATED = "deactivated"
    EXPIRED = "expired"  # the last day here has passed
    ENDED = "ended"


#: Who is no longer here.
GONE = (PersonState.EXPIRED, PersonState.ENDED)
#: Roles that run out within so many days are shown beforehand.
SOON = timedelta(days=30)
#: So many of them stand above a list of people.
SOON_SHOWN = 20


@dataclass(frozen=True)
class Held:
    """A role somebody holds, held or will hold; an empty place is the district."""

    id: UUID
    role: Role
    place: str
    tenant_id: UUID | None
    bureau_id: UUID | None
    granted_at: datetime
    ended_at: datetime | None
    granted_by: str
    valid: Days

    @property
    def first(self) -> date:
        """The first day."""
        return first_day(self.valid)

    @property
    def last(self) -> date | None:
        """The last day; None where none is set."""
        return last_day(self.valid)

    @property
    def begun(self) -> bool:
        """Its first day has come."""
        return self.first <= today()

    @property
    def over(self) -> bool:
        """Ended, or its last day has passed."""
        return self.ended_at is not None or (self.last is not None and self.last < today())


@dataclass(frozen=True)
class TermChange:
    """The last day of a role was changed; None is no last day."""

    role: Role
    place: str
    at: datetime
    old: date | None
    new: date | None
    reason: str
    changed_by: str


@dataclass(frozen=True)
class Ending:
    """Somebody whose role runs out soon, and nothing follows it."""

    person: UUID
    name: str
    held: Held


@dataclass(frozen=True)
class Person:
    """A person of a list; `roles` are those held today and those to come, as far as the reader may see them."""

    id: UUID
    name: str
    email: str
    job_title: str
    state: PersonState
    #: The reader's place, at one; the deployment, in the district. None while the invitation waits.
    joined_on: date | None
    roles: tuple[Held, ...]


@dataclass(frozen=True)
class PersonFilter:
    """What narrows a list of people. Values that mean nothing narrow nothing."""

    text: str = ""
    role: str = ""
    state: str = ""
    #: Address on the site or name of a tenant, address of a bureau; the district's list only.
    tenant: str = ""
    bureau: str = ""

    @property
    def empty(self) -> bool:
        return not (self.text or self.role or self.state or self.tenant or self.bureau)


@dataclass(frozen=True)
class Counts:
    """How many people there are, by state."""

    by_state: dict[PersonState, int] = field(default_factory=dict)

    def of(self, state: PersonState) -> int:
        return self.by_state.get(state, 0)

    @property
    def total(self) -> int:
        return sum(self.by_state.values())


def _at_a_place(session: Session) -> bool:
    """Whether the reader is at the desk of a tenant or a bureau."""
    actor = actor_of(session)
    return bool(actor.tenant_id or actor.bureau_id)


def _here(session: Session) -> ColumnElement[bool]:
    """Role rows of the place the reader is at; for the district all. Somebody's own roles elsewhere stay out."""
    bureau_id = actor_of(session).bureau_id
    return R.bureau_id == bureau_id if bureau_id else here(session, R.tenant_id)


def _has(session: Session, *such: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether somebody has such a role here."""
    return exists().where(R.staff_id == Staff.id, _here(session), *such).correlate(Staff)


def _state(session: Session) -> ColumnElement[str]:
    day = today()
    lasting, held = _has(session, R.lasting(day)), _has(session, R.held_on(day))
    return case(
        (Staff.active.is_(False), PersonState.DEACTIVATED.value),
        (~lasting & _has(session, R.ended_at.is_(None)), PersonState.EXPIRED.value),
        (~lasting, PersonState.ENDED.value),
        (Staff.joined_at.is_(None), PersonState.INVITED.value),
        (~held, PersonState.UPCOMING.value),
        else_=PersonState.ACTIVE.value,
    )


def _narrowed(session: Session, by: PersonFilter) -> list[ColumnElement[bool]]:
    """Conditions of a list: people with a role here, now or before."""
    clauses: list[ColumnElement[bool]] = [
        _has(session)
        if _at_a_place(session)
        else Staff.id.is_not(None)
    ]
    if text := by.text.strip():
        columns = (Staff.name, Staff.email, Staff.job_title)
        clauses.append(or_(*(column.icontains(text, autoescape=True) for column in columns)))
    if by.role in set(Role):
        clauses.append(_has(session, R.lasting(today()), R.role == by.role))
    if by.state in set(PersonState):
        clauses.append(_state(session) == by.state)
    elif _at_a_place(session):
        clauses.append(_state(session).not_in([state.value for state in GONE]))
    if by.tenant:
        place = select(Tenant.id).where(named(by.tenant))
        clauses.append(_has(session, R.lasting(today()), R.tenant_id.in_(place)))
    if by.bureau:
        place = select(Bureau.id).where(Bureau.slug == by.bureau)
        clauses.append(_has(session, R.lasting(today()), R.bureau_id.in_(place)))
    return clauses


def _people(session: Session) -> Select[Any, Any, Any, Any, Any, Any]:
    return select(
        Staff.id, Staff.name, Staff.email, Staff.job_title, _state(session).label("state"), _joined(session)
    )


def _joined(session: Session) -> ColumnElement[Any]:
    """Since when: the district from the accepted invitation, a place from the first role there, if that is later."""
    accepted = cast(func.timezone(SHANGHAI.key, Staff.joined_at), Date)
    if not _at_a_place(session):
        return accepted.label("joined_on")
    first = select(func.min(func.lower(R.valid))).where(R.staff_id == Staff.id, _here(session)).correlate(Staff)
    since = func.greatest(accepted, first.scalar_subquery())
    return case((Staff.joined_at.is_not(None), since)).label("joined_on")


def page(session: Session, by: PersonFilter, *, number: int, size: int) -> tuple[list[Person], int]:
    """One page of the list by name, and how many people it has in all; of a page that is empty, nobody counts."""
    rows = session.execute(
        _people(session)
        .add_columns(func.count().over().label("total"))
        .where(*_narrowed(session, by))
        .order_by(Staff.name_sound, Staff.name, Staff.id)
        .limit(size)
        .offset((number - 1) * size)
    ).all()
    return _with_roles(session, rows), rows[0].total if rows else 0


def everyone(session: Session, by: PersonFilter, *, batch: int = 500) -> Iterator[Person]:
    """The whole list, for an export."""
    found = _people(session).where(*_narrowed(session, by))
    rows = iter(session.execute(found.order_by(Staff.name_sound, Staff.name, Staff.id)))
    while some := list(islice(rows, batch)):
        yield from _with_roles(session, some)


def person(session: Session, staff_id: UUID) -> Person | None:
    """One person the reader may see: with a role here, now or before."""
    rows = session.execute(
        _people(session).where(Staff.id == staff_id, *_narrowed(session, PersonFilter())[:1])
    ).all()
    found = _with_roles(session, rows)
    return found[0] if found else None


def shown(session: Session, staff_ids: Iterable[UUID]) -> set[UUID]:
    """Those of these people who have a page here. Who was only offered a role has none yet."""
    ids = list(staff_ids)
    if not ids:
        return set()
    return set(session.scalars(select(R.staff_id).where(R.staff_id.in_(ids), _here(session)).distinct()))


def history(session: Session, staff_id: UUID) -> list[Held]:
    """Every role here, also those that are over and those to come."""
    return _roles(session, R.staff_id == staff_id).get(staff_id, [])


def term_changes(session: Session, staff_id: UUID) -> list[TermChange]:
    """How the last days of somebody's roles here were changed."""
    C = RoleTermChange
    rows: Any = session.execute(
        select(R.role, _PLACE, C.created_at, C.old_last, C.new_last, C.reason, C.changed_by)
        .join(R, R.id == C.assignment_id)
        .join(Tenant, Tenant.id == R.tenant_id, isouter=True)
        .join(Bureau, Bureau.id == R.bureau_id, isouter=True)
        .where(C.staff_id == staff_id, _here(session))
    )
    return [TermChange(*row) for row in rows]


def ending_soon(session: Session) -> tuple[list[Ending], int]:
    """Whose role here runs out within `SOON` with nothing to follow, the first to go first, and how many they are."""
    day, later = today(), aliased(R)
    follows = exists().where(
        later.staff_id == R.staff_id,
        later.role == R.role,
        later.tenant_id.is_not_distinct_from(R.tenant_id),
        later.bureau_id.is_not_distinct_from(R.bureau_id),
        later.ended_at.is_(None),
        later.valid.contains(func.upper(R.valid)),
    )
    soon = (
        R.lasting(day),
        # the first day without it: no later than the day after the thirtieth from now
        func.upper(R.valid) <= day + SOON + timedelta(days=1),
        ~follows,
        Staff.active,
        _here(session),
    )
    rows: Any = session.execute(
        select(Staff.id, Staff.name, *_HELD, func.count().over())
        .select_from(R)
        .join(Staff, Staff.id == R.staff_id)
        .join(Tenant, Tenant.id == R.tenant_id, isouter=True)
        .join(Bureau, Bureau.id == R.bureau_id, isouter=True)
        .where(*soon)
        .order_by(func.upper(R.valid), Staff.name_sound, Staff.id)
        .limit(SOON_SHOWN)
    ).all()
    found = [Ending(person, name, Held(*held)) for person, name, *held, _total in rows]
    return found, rows[0][-1] if rows else 0


def counts(session: Session) -> Counts:
    """How many people are in which state."""
    state = _state(session)
    rows = session.execute(
        select(state, func.count())
        .select_from(Staff)
        .where(*_narrowed(session, PersonFilter())[:1])
        .group_by(state)
    )
    return Counts({PersonState(value): number for value, number in rows})


def _with_roles(session: Session, rows: Sequence[Any]) -> list[Person]:
    roles = _roles(session, and_(R.staff_id.in_([row.id for row in rows]), R.lasting(today())))
    return [
        Person(
            row.id,
            row.name,
            row.email,
            row.job_title,
            PersonState(row.state),
            row.joined_on,
            tuple(roles.get(row.id, ())),
        )
        for row in rows
    ]


def _roles(session: Session, where: ColumnElement[bool]) -> dict[UUID, list[Held]]:
    rows: Any = session.execute(
        select(R.staff_id, *_HELD)
        .join(Tenant, Tenant.id == R.tenant_id, isouter=True)
        .join(Bureau, Bureau.id == R.bureau_id, isouter=True)
        .where(where, _here(session))
        .order_by(R.created_at, R.valid)
    )
    found: dict[UUID, list[Held]] = {}
    for staff_id, *held in rows:
        found.setdefault(staff_id, []).append(Held(*held))
    return found


def grantable(actor: Actor) -> tuple[Role, ...]:
    """The roles that are given here: those of a tenant or a bureau inside one, all of them across the district."""
    if actor.tenant_id:
        return TENANT_ROLES
    if actor.bureau_id:
        return BUREAU_ROLES
    return (*DISTRICT_ROLES, *BUREAU_ROLES, *TENANT_ROLES)


@dataclass(frozen=True)
class Colleague:
    """Somebody at the reader's desk."""

    id: UUID
    name: str
    job_title: str
    roles: tuple[Role, ...]


#: So many colleagues stand on the first page of a desk.
COLLEAGUES = 60


def colleagues(session: Session) -> list[Colleague]:
    """Who has come to the reader's desk, of a bureau or without a place, by name; one query."""
    actor = actor_of(session)
    if actor.bureau_id:
        at = R.bureau_id == actor.bureau_id
    else:
        at = and_(R.role.in_(actor.roles), R.tenant_id.is_(None), R.bureau_id.is_(None))
    rows = session.execute(
        select(Staff.id, Staff.name, Staff.job_title, func.array_agg(R.role))
        .join(R, R.staff_id == Staff.id)
        .where(at, R.held_on(today()), Staff.active, Staff.joined_at.is_not(None))
        .group_by(Staff.id)
        .order_by(Staff.name_sound, Staff.name, Staff.id)
        .limit(COLLEAGUES)
    )
    return [Colleague(id_, name, title, tuple(map(Role, sorted(roles)))) for id_, name, title, roles in rows]
