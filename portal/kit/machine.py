"""The grammar of steps: who may take which step from where to where, said once as a table.

A mechanism lists the lives of its records in its `machine.py`. From these tables come the refusals, the routes and
ask pages (`portal.kit.pages`), the buttons, the history's and the audit's words, and the database's own guard
(`tenants.lives`). Pure: no session, no web.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from tenants.actors import Actor, Scope, scopes_that_may
from tenants.permissions import Permission
from tenants.rules import N_, Refusal

#: What a step looks at besides who acts and from where: named functions of a slice's `policy`, asked in order.
Guard = Callable[[Actor, Any, Any], Refusal | None]
#: The value of a state's column: a word of an enum, or a truth.
State = str | bool

LACKS = Refusal(N_("您没有做这件事的权限。如果工作需要，请联系本单位管理员。"), forbidden=True)


class Asks(StrEnum):
    """What a step wants to be told before it is taken."""

    NOTHING = "nothing"  # one click
    CONFIRM = "confirm"  # a page that says what will happen
    REASON = "reason"
    TIME = "time"
    PAGE = "page"  # more than that: a view of the slice's own


@dataclass(frozen=True, eq=False)
class Step:
    """A step that somebody may take in one life of a record.

    `leaves` are the states from which it may be taken, none for a birth; `reaches` is where it leads, None for where
    it is. In any other state `elsewhere` is said, a sentence for each state where one does not fit all. A step without
    an `event` is only ever part of another.
    """

    name: str
    #: What the history and the audit call it.
    event: str
    permission: Permission
    leaves: tuple[State, ...]
    reaches: State | None
    elsewhere: str | Mapping[str, str] = ""
    #: The button; what is said afterwards; the line in the history; what the page that asks says will happen.
    do: str = ""
    done: str = ""
    happened: str = ""
    consequence: str = ""
    #: Title of the page that asks, where the button's word does not do, and name of the field.
    title: str = ""
    asked: str = ""
    icon: str = ""
    tone: str = "neutral"
    emphasis: str = "secondary"
    guards: tuple[Guard, ...] = ()
    #: Guarded columns besides the state that it may change.
    sets: tuple[str, ...] = ()
    #: Of those, the one that gets whoever takes it, and nobody else.
    signed: str = ""
    asks: Asks = Asks.NOTHING
    #: A job that works for the tenant may take it, when its guards say that it is due.
    clock: bool = False
    #: The column that holds the state.
    column: str = "state"
    #: Last part of its address, where that is not its name.
    path: str = ""

    @property
    def birth(self) -> bool:
        """Whether a record begins with it."""
        return not self.leaves

    @property
    def address(self) -> str:
        """Last part of the address at which it is taken."""
        return self.path or self.name.replace("_", "-")

    @property
    def scopes(self) -> tuple[str, ...]:
        """In which capacities it is taken: those of the roles that hold its permission."""
        capacities = scopes_that_may(self.permission) | ({Scope.JOB} if self.clock else set())
        return tuple(sorted(capacities))


@dataclass(frozen=True)
class Life:
    """One life of the records of a table: the column that holds its state, and the steps between states."""

    table: str
    states: tuple[State, ...]
    steps: tuple[Step, ...]
    column: str = "state"
    #: The state in which records begin that are born by a step of another life.
    begins: State | None = None
    #: Columns that only its steps change.
    guarded: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        columns = {name for step in self.steps for name in step.sets}
        object.__setattr__(self, "guarded", tuple(sorted(columns)))
        for step in self.steps:
            strange = {*step.leaves, step.reaches} - {*self.states, None}
            if step.column != self.column or strange:
                raise ValueError(f"{self.table}: {step.name} does not belong to the life of {self.column}")

    @property
    def literals(self) -> tuple[str, ...]:
        """What the database's guard is told (`tenants.lives.guard`): columns, then a line for each step."""
        lines = [
            (step.name, step.leaves, step.reaches, sorted(step.sets), step.signed, step.scopes) for step in self.steps
        ]
        if self.begins is not None:
            lines.append(("begin", (), self.begins, [], "", ()))
        return (
            self.column,
            ",".join(self.guarded),
            *(
                "|".join((name, _listed(leaves), literal(reaches), _listed(sets), signed, _listed(scopes)))
                for name, leaves, reaches, sets, signed, scopes in lines
            ),
        )


def _listed(words: Iterable[State]) -> str:
    return ",".join(map(literal, words))


def literal(state: State | None) -> str:
    """A state as the database writes it; nothing for where it stays."""
    if state is None:
        return ""
    return str(state).lower() if isinstance(state, bool) else str(state)


def lacks(actor: Actor, permission: Permission) -> Refusal | None:
    """Why `actor` may not do what asks for `permission`, whatever the record."""
    return None if actor.may(permission) else LACKS


def refusal(step: Step, actor: Actor, record: Any, facts: Any = None) -> Refusal | None:
    """Why `actor` may not take `step` on `record` now; None when nothing is against it.

    Permission first, then where the record is, then the guards, which get `facts` (what the slice's `policy` says
    they look at). A birth has no record yet.
    """
    by_clock = step.clock and actor.acts_as(Scope.JOB)
    if not by_clock and (said := lacks(actor, step.permission)):
        return said
    if not step.birth:
        state = getattr(record, step.column)
        if state not in step.leaves:
            return Refusal(elsewhere(step, state))
    return next((said for guard in step.guards if (said := guard(actor, record, facts))), None)


def elsewhere(step: Step, state: State) -> str:
    """What is said of a record that a step does not leave from."""
    if isinstance(step.elsewhere, str):
        return step.elsewhere
    return step.elsewhere.get(literal(state)) or step.elsewhere[""]


def offered(life: Life, actor: Actor, record: Any, facts: Any = None) -> tuple[Step, ...]:
    """The steps that `actor` may take on `record` now and that have a button: not what a page of its own does."""
    return tuple(
        step
        for step in life.steps
        if not step.birth and step.asks is not Asks.PAGE and refusal(step, actor, record, facts) is None
    )


def vocabulary(lives: Iterable[Life]) -> dict[str, tuple[str, str, str]]:
    """What the events of these lives look like in a history: words, icon, tone; as the first step says that has one."""
    return {
        step.event: (step.happened, step.icon, step.tone)
        for life in lives
        for step in reversed(life.steps)
        if step.happened
    }
