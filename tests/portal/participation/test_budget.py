"""Reading costs the same number of queries however many comments there are."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.participation import queries
from tenants.clock import today
from tests.conftest import Deployment
from tests.factories.participation import Corner, Neighbour, corner, resident
from tests.support.database import counted_queries

MANY = 10_000


#: Numbers in order; every fifth is a reply to the first, every seventh answered, every eleventh held.
_COMMENTS = text(
    """INSERT INTO comment (id, created_at, tenant_id, publication_id, parent_id, resident_id, author_name, official,
           body, visibility, fate, due_on, answered_at, demo, version)
       SELECT CASE i WHEN 0 THEN CAST(:first AS uuid) ELSE gen_random_uuid() END, now(), :tenant, :publication,
              CASE WHEN :replies THEN CAST(:first AS uuid) END, :resident, :name, false, '第' || i || '条',
              CASE WHEN i > 0 AND i % 11 = 0 THEN 'held' ELSE 'shown' END, 'received', :today,
              CASE i % 7 WHEN 0 THEN now() END, false, 1
       FROM generate_series(0, :n - 1) i WHERE (i > 0 AND i % 5 = 0) = :replies"""
)
_WRITTEN = text(
    """INSERT INTO comment_event (id, created_at, tenant_id, comment_id, actor_kind, actor_name, action)
       SELECT gen_random_uuid(), now(), tenant_id, id, 'resident', author_name, 'written' FROM comment
       WHERE tenant_id = :tenant AND NOT EXISTS (SELECT FROM comment_event WHERE comment_id = comment.id)"""
)


def fill(place: Corner, who: Neighbour, n: int) -> None:
    """`n` more comments."""
    values = {
        "first": uuid4(), "tenant": place.tenant.id, "publication": place.publication_id, "resident": who.id,
        "name": who.name, "today": today(), "n": n,
    }  # fmt: skip
    with place.at_desk() as session:
        for replies in (False, True):
            session.execute(_COMMENTS, {**values, "replies": replies})
        session.execute(_WRITTEN, {"tenant": place.tenant.id})


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
