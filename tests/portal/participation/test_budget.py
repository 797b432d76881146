"""Reading costs the same number of queries however many comments there are."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest
from sqlalchemy import insert
from sqlalchemy.orm import Session

from portal.participation import queries
from portal.participation.models import Comment, CommentEvent
from tenants.clock import now, today
from tests.conftest import Deployment
from tests.factories.participation import Corner, Neighbour, corner, resident
from tests.support.database import counted_queries

MANY = 10_000


def fill(place: Corner, who: Neighbour, n: int) -> None:
    """`n` more comments; every fifth a reply, every seventh answered, every eleventh held."""
    rows = []
    first = uuid4()
    for i in range(n):
        rows.append(
            {
                "id": first if i == 0 else uuid4(),
                "tenant_id": place.tenant.id,
                "publication_id": place.publication_id,
                "parent_id": first if i and i % 5 == 0 else None,
                "resident_id": who.id,
                "author_name": who.name,
                "body": f"第{i}条",
                "visibility": "held" if i and i % 11 == 0 else "shown",
                "answered_at": now() if i % 7 == 0 else None,
                "due_on": today(),
            }
        )
    with place.at_desk() as session:
        session.execute(insert(Comment), rows)
        session.execute(
            insert(CommentEvent),
            [
                {
                    "tenant_id": place.tenant.id, "comment_id": row["id"], "actor_kind": "resident",
                    "actor_name": who.name, "action": "written",
                }
                for row in rows
            ],
        )  # fmt: skip


@pytest.fixture(scope="module")
def measured(deployment: Deployment) -> dict[str, tuple[int, int]]:
    """Queries of every read at 10 and at 10,000 comments."""
    place, who = corner(deployment), resident(deployment)
    fill(place, who, 10)
    few = _measure(place, who)
    fill(place, who, MANY - 10)
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
