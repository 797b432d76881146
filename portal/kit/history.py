"""One history for every mechanism: taking a step, what it leaves behind, and reading it back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, ForeignKey, ForeignKeyConstraint, Index, select
from sqlalchemy.orm import Mapped, Session, declared_attr, mapped_column
from sqlalchemy.orm.attributes import flag_modified

from portal.kit.machine import Asks, Life, Step, literal, refusal
from portal.kit.rules import reason_given
from search import outbox
from tenants import audit, clock
from tenants.actors import Actor, ActorKind
from tenants.database import Identified, actor_of
from tenants.rules import Seen, as_seen, require


class Event(Identified):
    """One thing that happened to a record: who, in which capacity, from where to where, why, on whose behalf.

    Each root has an event table of its own, which names it in `of`; it adds columns that only its events have.
    """

    of: ClassVar[str]

    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenant.id"))
    record_id: Mapped[UUID]
    actor_kind: Mapped[ActorKind]
    actor_id: Mapped[UUID | None]
    actor_name: Mapped[str]
    #: The scopes of whoever acted, `office` or `admin,tenant`.
    capacity: Mapped[str] = mapped_column(default="", server_default="")
    on_behalf_of: Mapped[str | None]
    #: `machine.Step.event`, or what a slice records besides its steps.
    action: Mapped[str]
    came_from: Mapped[str | None]
    went_to: Mapped[str | None]
    reason: Mapped[str | None]

    @declared_attr.directive
    def __table_args__(cls) -> Any:
        keys = ["tenant_id", "record_id"]
        table = f"{cls.of}_event"
        return (
            ForeignKeyConstraint(keys, [f"{cls.of}.tenant_id", f"{cls.of}.id"], ondelete="CASCADE"),
            Index(f"ix_{table}_record", "record_id", "created_at"),
        )


class Root:
    """A record with lives: what the history needs to know of it."""

    #: What the audit calls it, and the sources of the search that show it.
    entity: ClassVar[str]
    indexed: ClassVar[tuple[str, ...]]
    events: ClassVar[type[Any]]
    lives: ClassVar[tuple[Life, ...]]

    #: Optimistic lock: two people at the same record.
    version: Mapped[int] = mapped_column(default=1)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.version}

    def label(self, session: Session) -> str:
        """What people call it."""
        raise NotImplementedError

    def details(self, session: Session) -> dict[str, Any]:
        """What only its events have."""
        return {}

    def touched(self, at: datetime) -> None:
        """Something happened to it."""


Record = TypeVar("Record", bound=Root)


class Move:
    """A step under way: what it changes besides the state is written with the state, in one UPDATE."""

    def __init__(
        self, record: Any, steps: tuple[Step, ...], actor: Actor, at: datetime, reason: str | None
    ) -> None:
        self.actor, self.at, self.reason = actor, at, reason
        self.columns: dict[str, Any] = {}
        lives = [life for life in record.lives if any(step in life.steps for step in steps)]
        guarded = {name for life in record.lives for name in (*life.guarded, life.column)}
        self._forbidden = guarded - {name for step in steps for name in step.sets}
        if len(lives) != len(steps):
            raise ValueError("steps of one record, each in a life of its own, are taken together")

    def set(self, **columns: Any) -> None:
        """Columns to be written with the step; of guarded ones only those that the step names."""
        if strange := self._forbidden.intersection(columns):
            raise ValueError(f"not set by this step: {', '.join(sorted(strange))}")
        self.columns |= columns


@contextmanager
def taking(
    session: Session,
    step: Step,
    record: Any,
    facts: Any = None,
    *,
    reason: str | None = None,
    at: datetime | None = None,
    also: tuple[Step, ...] = (),
    changes: Mapping[str, tuple[Any, Any]] | None = None,
    label: str = "",
    **details: Any,
) -> Iterator[Move]:
    """Take `step` on `record` as whoever acts in this session. Raises `Refused`, and `Invalid` for a bad `reason`.

    The block does what must come before; `Move.set` says what is written with the state, once, when it ends; event,
    audit and the search's outbox follow. What must come after stands behind the block. `also` are steps in other lives
    of the record that are part of this one. `details` are columns of the event that only this root has, `label` what
    the audit calls it: both are asked of the record where they are not given.
    """
    actor, at = actor_of(session), at or clock.now()
    steps = (step, *also)
    for each in steps:
        require(refusal(each, actor, record, facts))
    if step.asks is Asks.REASON:
        reason = reason_given(reason or "")
    move = Move(record, steps, actor, at, reason)
    move.set(**{each.signed: actor.id for each in steps if each.signed})
    yield move
    former = None if step.birth else getattr(record, step.column)
    for each in steps:
        if each.reaches is not None:
            setattr(record, each.column, each.reaches)
    for name, value in move.columns.items():
        setattr(record, name, value)
    record.touched(at)
    if step.birth:
        session.add(record)
    else:
        flag_modified(record, step.column)  # a step is a new version, whatever it changed
    session.flush()
    if not step.event:
        return reindex(session, record)
    state = getattr(record, step.column)
    moved = {step.column: (former, state)} if former is not None and former != state else {}
    leave(
        session,
        record,
        step.event,
        at,
        reason=reason,
        came_from=former,
        went_to=state,
        changes={**moved, **(changes or {})},
        label=label,
        **details,
    )


def take(session: Session, step: Step, record: Record, facts: Any = None, **known: Any) -> Record:
    """Take a step that changes nothing but the state; `known` as for `taking`. Returns the record."""
    with taking(session, step, record, facts, **known):
        pass
    return record


def leave(
    session: Session,
    record: Any,
    event: str,
    at: datetime,
    *,
    reason: str | None = None,
    came_from: Any = None,
    went_to: Any = None,
    changes: Mapping[str, tuple[Any, Any]] | None = None,
    label: str = "",
    **details: Any,
) -> None:
    """Leave a trace of what happened: the record's history, the audit, and the search told."""
    actor = actor_of(session)
    session.add(
        record.events(
            tenant_id=record.tenant_id,
            record_id=record.id,
            actor_kind=actor.kind,
            actor_id=actor.id,
            actor_name=actor.name,
            capacity=actor.capacity,
            on_behalf_of=actor.on_behalf_of,
            action=event,
            came_from=literal(came_from) or None,
            went_to=literal(went_to) or None,
            reason=reason or None,
            created_at=at,
            **(details or record.details(session)),
        )
    )
    audit.record(
        session,
        f"{record.entity}.{event}",
        record.entity,
        record.id,
        label=label or record.label(session),
        changes=changes,
        reason=reason or None,
        tenant_id=record.tenant_id,
        at=at,
    )
    reindex(session, record)
    session.flush()


def locked(session: Session, root: type[Record], which: ColumnElement[bool], seen: Seen) -> Record:
    """The record as the actor saw it, locked until the transaction ends. Raises `Missing` and `Conflict`."""
    found = session.scalars(
        select(root).where(which).with_for_update().execution_options(populate_existing=True)
    ).one_or_none()
    return as_seen(found, seen)


def reindex(session: Session, record: Any) -> None:
    """Have the search show the record as it is now. Every step does; also what changes without one."""
    outbox.changed(session, record.indexed, record.id)


@dataclass(frozen=True)
class EventRow:
    """One line of a history. `details` are what only this root's events have."""

    action: str
    actor_kind: ActorKind
    actor_id: UUID | None
    actor: str
    capacity: str
    on_behalf_of: str | None
    came_from: str | None
    went_to: str | None
    reason: str | None
    at: datetime
    details: Mapping[str, Any]


def events_of(
    session: Session, root: type[Root], record_id: UUID, *, most: int | None = None
) -> tuple[EventRow, ...]:
    """The history of a record, newest first; at most `most` lines. One query."""
    events = root.events
    common = [getattr(events, name) for name in _READ.values()]
    own = [name for name in events.__annotations__ if name in events.__mapper__.column_attrs]
    rows = session.execute(
        select(*common, *(getattr(events, name) for name in own))
        .where(events.record_id == record_id)
        .order_by(events.created_at.desc(), events.id.desc())
        .limit(most)
    )
    return tuple(
        EventRow(**dict(zip(_READ, row, strict=False)), details=dict(zip(own, row[len(_READ) :], strict=True)))
        for row in rows
    )


#: What every event has, by the names of `EventRow`.
_READ = {
    "action": "action",
    "actor_kind": "actor_kind",
    "actor_id": "actor_id",
    "actor": "actor_name",
    "capacity": "capacity",
    "on_behalf_of": "on_behalf_of",
    "came_from": "came_from",
    "went_to": "went_to",
    "reason": "reason",
    "at": "created_at",
}
