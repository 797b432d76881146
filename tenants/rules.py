"""How a rule says no, and how a service tells its caller that something cannot be done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final, Literal, Protocol, TypeVar


def N_(message: str) -> str:
    """Mark a message for the catalogue without translating it yet."""
    return message


@dataclass(frozen=True)
class Refusal:
    """Why something is not allowed: a sentence for the reader (a message id) and its values."""

    message: str
    values: Mapping[str, Any] = field(default_factory=dict)
    #: True when the actor lacks the right at all (403); False when the state forbids it now (409).
    forbidden: bool = False

    def __str__(self) -> str:
        return self.message % self.values if self.values else self.message


class Refused(Exception):
    """A rule refused the action."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(str(refusal))
        self.refusal = refusal


class Missing(Exception):
    """The thing is not there, or not for this actor: the answer is the same."""


class Conflict(Exception):
    """Somebody else changed the thing first. `current` is what it is now."""

    def __init__(self, current: object = None) -> None:
        super().__init__("changed by somebody else")
        self.current = current


class Invalid(Exception):
    """Input that cannot be accepted: field name to refusals; the empty name is the whole form."""

    def __init__(self, errors: Mapping[str, Refusal | str]) -> None:
        self.errors = {name: e if isinstance(e, Refusal) else Refusal(e) for name, e in errors.items()}
        super().__init__("; ".join(f"{name}: {error}" for name, error in self.errors.items()))

    def __reduce__(self) -> tuple[type[Invalid], tuple[dict[str, Refusal]]]:
        return type(self), (self.errors,)  # it travels between processes


class Versioned(Protocol):
    """What is counted up with every change."""

    @property
    def version(self) -> int: ...


class _AsItIs(Enum):
    AS_IT_IS = "as it is"


#: Whatever the thing is now: for whoever has not seen it, the clock or a script.
AS_IT_IS: Final = _AsItIs.AS_IT_IS
#: The version that the actor saw when deciding, or `AS_IT_IS`.
Seen = int | Literal[_AsItIs.AS_IT_IS]

Found = TypeVar("Found", bound=Versioned)


def as_seen(found: Found | None, seen: Seen) -> Found:
    """What was found, while it is the version that the actor saw. Raises `Missing` and `Conflict`."""
    if found is None:
        raise Missing
    if seen is not AS_IT_IS and found.version != seen:
        raise Conflict(found)
    return found


def require(refusal: Refusal | None) -> None:
    """Raise `Refused` unless the rule allowed it (returned None)."""
    if refusal is not None:
        raise Refused(refusal)
