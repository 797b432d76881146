"""The breaker: a failing engine is left alone, and taken back."""

from __future__ import annotations

import pytest

from search.breaker import Breaker
from search.engine import BadQuestion, EngineDown


def fail() -> str:
    raise EngineDown("no answer")


def test_opens_after_failures_in_a_row_and_lets_one_call_try_after_a_rest() -> None:
    time = [0.0]
    asked: list[str] = []
    breaker = Breaker(failures=3, rest_seconds=10, clock=lambda: time[0])

    def answer() -> str:
        asked.append("asked")
        return "fine"

    for _ in range(2):
        with pytest.raises(EngineDown):
            breaker.call(fail)
    assert breaker.call(answer) == "fine"  # two failures are not three in a row
    for _ in range(3):
        assert not breaker.open
        with pytest.raises(EngineDown):
            breaker.call(fail)
    assert breaker.open
    asked.clear()
    with pytest.raises(EngineDown, match="resting"):
        breaker.call(answer)
    assert asked == []
    time[0] = 10.5
    with pytest.raises(EngineDown):
        breaker.call(fail)  # the one that tries
    with pytest.raises(EngineDown, match="resting"):
        breaker.call(answer)
    time[0] = 21.0
    assert breaker.call(answer) == "fine"
    assert not breaker.open


def test_only_one_call_tries_while_others_go_on_resting() -> None:
    time = [0.0]
    breaker = Breaker(failures=1, rest_seconds=5, clock=lambda: time[0])
    with pytest.raises(EngineDown):
        breaker.call(fail)
    time[0] = 6.0

    def while_trying() -> str:
        with pytest.raises(EngineDown, match="resting"):
            breaker.call(lambda: "a second one")
        return "fine"

    assert breaker.call(while_trying) == "fine"


def test_a_question_that_the_engine_refuses_says_nothing_of_the_engine() -> None:
    def refuse() -> str:
        raise BadQuestion("too long")

    breaker = Breaker(failures=2, clock=lambda: 0.0)
    for _ in range(3):
        with pytest.raises(BadQuestion):
            breaker.call(refuse)
    assert not breaker.open
    with pytest.raises(EngineDown):
        breaker.call(fail)
    with pytest.raises(BadQuestion):
        breaker.call(refuse)
    with pytest.raises(EngineDown):
        breaker.call(fail)  # the second in a row: what was refused in between is no success either
    assert breaker.open


def test_other_errors_are_not_the_engine() -> None:
    breaker = Breaker(failures=1)
    with pytest.raises(ZeroDivisionError):
        breaker.call(lambda: 1 / 0)
    assert not breaker.open
