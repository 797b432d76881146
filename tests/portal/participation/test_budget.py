"""Reading costs the same number of queries however many comments there are."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest
from sqlalchemy.orm import Session

from portal.participation import queries
from tests.conftest import Deployment
from tests.factories.participation import Corner, Neighbour, corner, many_comments, resident
from tests.support.database import counted_queries

MANY = 10_000


@pytest.fixture(scope="module")
def measured(deployment: Deployment) -> dict[str, tuple[int, int]]:
    """Queries of every read at 10 and at 10,000 comments."""
    place, who = corner(deployment), resident(deployment)
    many_comments(place, who, 10)
    few = _measure(place, who)
    many_comments(place, who, MANY - 10)
    many = _measure(place, who)
    return {name: (few[name], many[name]) for name in few}


def _measure(place: Corner, who: Neighbour) -> dict[str, int]:
    counted: dict[str, int] = {}

    def count(name: str, session: Session, read: Callable[[Session], object]) -> None:
        with counted_queries() as found:
            assert read(session)
        counted[name] = len(found)

    with place.in_public() as session:
        count("thread", session, lambda s: queries.public_thread(s, place.publication_id).comments)
        count("counts", session, lambda s: queries.counts(s, [place.publication_id, uuid4()]))
        count("said and done", session, lambda s: queries.said_and_done(s).received)
    with place.in_public(who) as session:
        count("own thread", session, lambda s: queries.public_thread(s, place.publication_id).comments)
        count("mine", session, lambda s: queries.mine(s).items)
    with place.at_desk() as session:
        count("desk", session, lambda s: queries.listing(s, queries.Filters()).rows)
        first = queries.listing(session, queries.Filters()).rows[0].id
        count("detail", session, lambda s: queries.detail(s, first))
        count("waiting", session, lambda s: queries.waiting(s).next)
    return counted


@pytest.mark.parametrize(
    ("name", "budget"),
    [
        ("thread", 2), ("own thread", 2), ("counts", 1), ("said and done", 2), ("mine", 4), ("desk", 3), ("detail", 2),
        ("waiting", 2),
    ],
)  # fmt: skip
def test_budget(measured: dict[str, tuple[int, int]], name: str, budget: int) -> None:
    assert measured[name] == (budget, budget)
