"""Limits that hold across processes and restarts, and let nobody through a window too early."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from uuid_utils.compat import uuid7

from tenants.database import Face, make_engine, url_for
from tenants.identity import throttle
from tenants.identity.throttle import Limit, Throttled
from tests.conftest import Deployment

LIMIT = Limit("test", 3, timedelta(minutes=10))
START = datetime(2026, 3, 5, 8, 0, tzinfo=UTC)


def allowed(deployment: Deployment, who: str, at: datetime) -> bool:
    try:
        throttle.count(deployment.workspace_engine, LIMIT, who, at=at)
    except Throttled:
        return False
    return True


def test_the_limit_counts_from_the_first_try_and_says_when_to_come_back(deployment: Deployment) -> None:
    who = uuid7().hex
    assert [allowed(deployment, who, START + timedelta(minutes=n)) for n in range(5)] == [True] * 3 + [
        False
    ] * 2
    with pytest.raises(Throttled) as refused:
        throttle.count(deployment.workspace_engine, LIMIT, who, at=START + timedelta(minutes=9))
    assert refused.value.retry_at == START + LIMIT.period
    assert allowed(deployment, who, START + LIMIT.period)


def test_tries_count_across_processes_and_doors(deployment: Deployment) -> None:
    """Two engines stand for two processes: they share nothing but the database."""
    who = uuid7().hex
    other = make_engine(url_for(deployment.settings, Face.WORKSPACE), pooled=False)
    throttle.count(deployment.workspace_engine, LIMIT, who, at=START)
    throttle.count(other, LIMIT, who, at=START)
    throttle.count(deployment.public_engine, LIMIT, who, at=START)
    with pytest.raises(Throttled):
        throttle.count(other, LIMIT, who, at=START)
    other.dispose()


def test_others_and_other_things_have_a_count_of_their_own(deployment: Deployment) -> None:
    who = uuid7().hex
    for _ in range(4):
        allowed(deployment, who, START)
    assert allowed(deployment, uuid7().hex, START)
    throttle.count(deployment.workspace_engine, Limit("another", 3, LIMIT.period), who, at=START)


def test_who_proved_themself_starts_again(deployment: Deployment) -> None:
    who = uuid7().hex
    for _ in range(3):
        allowed(deployment, who, START)
    throttle.forgive(deployment.workspace_engine, LIMIT, who)
    assert allowed(deployment, who, START)


def test_a_subscribers_ipv6_addresses_are_one() -> None:
    assert throttle.network("2001:db8:1:2::1") == throttle.network("2001:db8:1:2:ffff::9")
    assert throttle.network("2001:db8:1:2::1") != throttle.network("2001:db8:1:3::1")
    assert throttle.network("::ffff:192.0.2.7") == "192.0.2.7"
    assert throttle.network("192.0.2.7") == "192.0.2.7"


@given(minutes=st.lists(st.integers(min_value=0, max_value=60), min_size=1, max_size=25))
def test_no_window_ever_lets_through_more_than_the_limit(deployment: Deployment, minutes: list[int]) -> None:
    """Against a model: a window opens with a try outside of any, and lets through three."""
    who = uuid7().hex
    ends: datetime | None = None
    used = 0
    for minute in sorted(minutes):
        at = START + timedelta(minutes=minute)
        if ends is None or at >= ends:
            ends, used = at + LIMIT.period, 0
        used += 1
        assert allowed(deployment, who, at) == (used <= LIMIT.times)
