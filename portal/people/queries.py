"""What the lists of people show. The database decides who is visible; a tenant sees its own people and no more."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from itertools import islice
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select
from sqlalchemy.orm import Session

from tenants.database import actor_of
from tenants.identity.models import Bureau, RoleAssignment, Staff, Tenant
from tenants.identity.queries import named
from tenants.permissions import BUREAU_ROLES, DISTRICT_ROLES, TENANT_ROLES, Role
from tenants.reading import here

R = RoleAssignment


class PersonState(StrEnum):
    """Where somebody stands with us."""

    ACTIVE = "active"
    INVITED = "invited"
    DEACTIVATED = "deactivated"
    ENDED = "ended"


@dataclass(frozen=True)
class Held:
    """A role somebody holds or held; an empty place is the district."""

    id: UUID
    role: Role
    place: str
    tenant_id: UUID | None
    bureau_id: UUID | None
    since: datetime
    until: datetime | None
    granted_by: str


@dataclass(frozen=True)
class Person:
    """A person of a list; `roles` are the current ones, as far as the reader may see them."""

    id: UUID
    name: str
    email: str
    job_title: str
    state: PersonState
    #: The reader's tenant, in a tenant; the deployment, in the district. None while the invitation waits.
    joined_at: datetime | None
    roles: tuple[Held, ...]


@dataclass(frozen=True)
class PersonFilter:
    """What narrows a list of people. Values that mean nothing narrow nothing."""

    text: str = ""
    role: str = ""
    state: str = ""
    #: Address on the site or name of a tenant; the district's list only.
    tenant: str = ""

    @property
    def empty(self) -> bool:
        return not (self.text or self.role or self.state or self.tenant)


@dataclass(frozen=True)
class Counts:
    """How many people there are, by state."""

    by_state: dict[PersonState, int] = field(default_factory=dict)

    def of(self, state: PersonState) -> int:
        return self.by_state.get(state, 0)

    @property
    def total(self) -> int:
        return sum(self.by_state.values())


def _here(session: Session) -> ColumnElement[bool]:
    """Role rows of the tenant the reader is in; for the district all. Somebody's own roles elsewhere stay out."""
    return here(session, R.tenant_id)


def _holds(session: Session, *more: ColumnElement[bool]) -> ColumnElement[bool]:
    return (
        exists().where(R.staff_id == Staff.id, R.ended_at.is_(None), _here(session), *more).correlate(Staff)
    )


def _state(session: Session) -> ColumnElement[str]:
    return case(
        (Staff.active.is_(False), PersonState.DEACTIVATED.value),
        (~_holds(session), PersonState.ENDED.value),
        (Staff.joined_at.is_(None), PersonState.INVITED.value),
        else_=PersonState.ACTIVE.value,
    )


def _narrowed(session: Session, by: PersonFilter) -> list[ColumnElement[bool]]:
    """Conditions of a list: people with a role here, now or before."""
    clauses: list[ColumnElement[bool]] = [
        exists().where(R.staff_id == Staff.id, _here(session)).correlate(Staff)
        if actor_of(session).tenant_id
        else Staff.id.is_not(None)
    ]
    if text := by.text.strip():
        columns = (Staff.name, Staff.email, Staff.job_title)
        clauses.append(or_(*(column.icontains(text, autoescape=True) for column in columns)))
    if by.role in set(Role):
        clauses.append(_holds(session, R.role == by.role))
    if by.state in set(PersonState):
        clauses.append(_state(session) == by.state)
    elif actor_of(session).tenant_id:
        clauses.append(_state(session) != PersonState.ENDED.value)
    if by.tenant:
        place = select(Tenant.id).where(named(by.tenant))
        clauses.append(_holds(session, R.tenant_id.in_(place)))
    return clauses


def _people(session: Session) -> Select[Any, Any, Any, Any, Any, Any]:
    return select(
        Staff.id, Staff.name, Staff.email, Staff.job_title, _state(session).label("state"), _joined(session)
    )


def _joined(session: Session) -> ColumnElement[datetime | None]:
    """Since when: the district from the accepted invitation, a tenant from the first role there, if that is later."""
    if actor_of(session).tenant_id is None:
        return Staff.joined_at.expression
    first = select(func.min(R.created_at)).where(R.staff_id == Staff.id, _here(session)).correlate(Staff)
    since = func.greatest(Staff.joined_at, first.scalar_subquery())
    return case((Staff.joined_at.is_not(None), since)).label("joined_at")


def page(session: Session, by: PersonFilter, *, number: int, size: int) -> tuple[list[Person], int]:
    """One page of the list by name, and how many people it has in all."""
    clauses = _narrowed(session, by)
    total = session.scalar(select(func.count()).select_from(Staff).where(*clauses)) or 0
    rows = session.execute(
        _people(session)
        .where(*clauses)
        .order_by(Staff.name_sound, Staff.name, Staff.id)
        .limit(size)
        .offset((number - 1) * size)
    ).all()
    return _with_roles(session, rows), total


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


def history(session: Session, staff_id: UUID) -> list[Held]:
    """Every role here, ended ones too, the newest first."""
    return _roles(session, R.staff_id == staff_id, newest_first=True).get(staff_id, [])


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
    roles = _roles(session, and_(R.staff_id.in_([row.id for row in rows]), R.ended_at.is_(None)))
    return [
        Person(
            row.id,
            row.name,
            row.email,
            row.job_title,
            PersonState(row.state),
            row.joined_at,
            tuple(roles.get(row.id, ())),
        )
        for row in rows
    ]


def _roles(
    session: Session, where: ColumnElement[bool], *, newest_first: bool = False
) -> dict[UUID, list[Held]]:
    rows: Any = session.execute(
        select(
            R.staff_id,
            R.id,
            R.role,
            func.coalesce(Tenant.short_name, Bureau.short_name, ""),
            R.tenant_id,
            R.bureau_id,
            R.created_at,
            R.ended_at,
            R.granted_by,
        )
        .join(Tenant, Tenant.id == R.tenant_id, isouter=True)
        .join(Bureau, Bureau.id == R.bureau_id, isouter=True)
        .where(where, _here(session))
        .order_by(R.created_at.desc() if newest_first else R.created_at)
    )
    found: dict[UUID, list[Held]] = {}
    for staff_id, id_, role, *rest in rows:
        found.setdefault(staff_id, []).append(Held(id_, Role(role), *rest))
    return found


def grantable(session: Session) -> tuple[Role, ...]:
    """The roles that are given here: those of a tenant inside one, all of them across the district."""
    if actor_of(session).tenant_id:
        return TENANT_ROLES
    return (*DISTRICT_ROLES, *BUREAU_ROLES, *TENANT_ROLES)
