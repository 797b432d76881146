"""What one mechanism asks of another without knowing it: the questions, each answered by whoever has the rows.

A question without an answer gives what is true where the other mechanism is not there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Generic, ParamSpec, TypeVar

from sqlalchemy import literal
from sqlalchemy.orm import Session

Asked = ParamSpec("Asked")
Answer = TypeVar("Answer")


class Question(Generic[Asked, Answer]):
    """Called by who asks; `answered_by` marks the function that knows."""

    def __init__(self, otherwise: Callable[Asked, Answer]) -> None:
        self._answer = otherwise

    def __call__(self, *args: Asked.args, **kwargs: Asked.kwargs) -> Answer:
        return self._answer(*args, **kwargs)

    def answered_by(self, function: Callable[Asked, Answer]) -> Callable[Asked, Answer]:
        """Have `function` answer from now on."""
        self._answer = function
        return function


def _none_shown(publication_id: Any) -> Any:
    return literal(0)


def _none_said(session: Session, publication_id: Any) -> int:
    return 0


def _no_kinds() -> Mapping[str, str]:
    return {}


#: How many comments of residents the public sees under a publication, as a column beside its id's column.
comments_shown = Question(_none_shown)
#: How many residents left there, whatever became of them.
comments_left = Question(_none_said)
#: The kinds of publications and what they are called (message ids).
publication_kinds = Question(_no_kinds)
