"""The figures that are kept agree with the rows they tell of, whatever was written and in which order."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, func, insert, select, text, update
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from portal.district.models import TenantTally
from portal.participation.models import Comment, MonthTally
from portal.participation.policy import Fate, Visibility
from portal.publishing.models import Publication
from portal.publishing.policy import State
from tenants.clock import day_of, now
from tests.conftest import Deployment
from tests.factories.participation import Corner, Neighbour, corner, resident

C, K, M = Comment, TenantTally, MonthTally
FIGURES = ("published", "received", "waiting", "answered", "in_time")
#: What may become of a comment.
CHANGES: dict[str, dict[str, object]] = {
    "answered in time": {"answered_at": now(), "due_on": day_of(now())},
    "answered late": {"answered_at": now(), "due_on": day_of(now()) - timedelta(days=3)},
    "asked anew": {"answered_at": None},
    "hidden": {"visibility": Visibility.HIDDEN},
    "shown": {"visibility": Visibility.SHOWN},
    "adopted": {"fate": Fate.ADOPTED},
    "done": {"fate": Fate.DONE},
    "studied": {"fate": Fate.STUDYING},
}
DONE = ["write", "reply", "delete", "fold", "take down", "put up", *CHANGES]
STEPS = st.lists(st.tuples(st.sampled_from(DONE), st.integers(0, 9)), max_size=25)


@pytest.fixture(scope="module")
def place(deployment: Deployment) -> Corner:
    """A place where, as nowhere else, everything may be written: whoever repairs a database by hand may."""
    with deployment.owner_engine.begin() as connection:
        connection.execute(text("GRANT DELETE ON comment TO xinya_workspace"))
        connection.execute(text("CREATE POLICY repair ON comment TO xinya_workspace USING (true) WITH CHECK (true)"))
        for table, trigger in (
            ("publication", "life_state"), ("comment", "keeps_standing"), ("comment", "life_visibility"),
            ("comment", "life_fate"),
        ):  # fmt: skip
            connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}"))
    return corner(deployment)


@pytest.fixture(scope="module")
def wang(deployment: Deployment) -> Neighbour:
    return resident(deployment)


@pytest.fixture
def desk(place: Corner) -> Iterator[Session]:
    """A transaction at the desk that leaves nothing."""
    with place.at_desk() as session:
        yield session
        session.rollback()


def take(session: Session, place: Corner, who: Neighbour, step: str, number: int) -> None:
    """One step: something is written, changed or taken away, or the figures are put together."""
    found: list[UUID] = list(session.scalars(select(C.id).where(C.parent_id.is_(None)).order_by(C.id)))
    chosen = found[number % len(found)] if found else None
    if step in ("write", "reply"):
        session.execute(
            insert(C).values(
                id=uuid7(), tenant_id=place.tenant.id, publication_id=place.publication_id, resident_id=who.id,
                author_name=who.name, body="希望多装几盏路灯。", visibility=Visibility.SHOWN,
                parent_id=chosen if step == "reply" else None,
            )
        )  # fmt: skip
    elif step == "fold":
        session.execute(text("SELECT fold_tallies()"))
    elif step in ("take down", "put up"):
        up = {"live_id": Publication.head_id, "state": State.PUBLISHED}
        stands = up if step == "put up" else {"live_id": None, "state": State.WITHDRAWN, "withdrawn_reason": "写错了"}
        session.execute(update(Publication).where(Publication.id == place.publication_id).values(**stands))
    elif chosen and step == "delete":
        session.execute(delete(C).where(C.parent_id == chosen))
        session.execute(delete(C).where(C.id == chosen))
    elif chosen:
        session.execute(update(C).where(C.id == chosen).values(**CHANGES[step]))


def kept(session: Session) -> dict[str, int]:
    sums = (func.coalesce(func.sum(getattr(K, name)), 0) for name in FIGURES)
    return dict(zip(FIGURES, map(int, session.execute(select(*sums)).one()), strict=True))


def counted(session: Session) -> dict[str, int]:
    rows = session.scalars(select(C).where(C.parent_id.is_(None), ~C.official)).all()
    session.expire_all()
    rows = [row for row in rows if row.visibility != Visibility.WITHDRAWN]
    answered = [row for row in rows if row.answered_at]
    return {
        "published": session.scalar(select(func.count()).where(Publication.live_id.is_not(None))) or 0,
        "received": len(rows),
        "waiting": sum(row.visibility != Visibility.HIDDEN and row.answered_at is None for row in rows),
        "answered": len(answered),
        "in_time": sum(bool(r.due_on and r.answered_at and day_of(r.answered_at) <= r.due_on) for r in answered),
    }


@given(steps=STEPS)
def test_kept_figures_agree_with_the_rows(place: Corner, wang: Neighbour, steps: list[tuple[str, int]]) -> None:
    with place.at_desk() as session:
        for step, number in steps:
            take(session, place, wang, step, number)
        assert kept(session) == counted(session)
        session.rollback()


def test_months_tell_of_what_is_shown(desk: Session, place: Corner, wang: Neighbour) -> None:
    def said() -> tuple[int, int]:
        sums = (func.coalesce(func.sum(column), 0) for column in (M.said, M.done))
        row = desk.execute(select(*sums).where(M.month == day_of(now()).replace(day=1))).one()
        return int(row[0]), int(row[1])

    before = said()
    take(desk, place, wang, "write", 0)
    take(desk, place, wang, "done", 0)
    assert said() == (before[0] + 1, before[1] + 1)
    take(desk, place, wang, "hidden", 0)
    assert said() == before


def test_writers_do_not_wait_for_one_another_nor_for_the_folding(
    deployment: Deployment, place: Corner, wang: Neighbour
) -> None:
    def write(_turn: int) -> None:
        with place.at_desk() as session:
            session.execute(text("SET LOCAL lock_timeout = '5s'"))
            take(session, place, wang, "write", 0)
            with deployment.session() as system, system.begin():
                system.execute(text("SELECT fold_tallies()"))

    with place.at_desk() as first:
        take(first, place, wang, "write", 0)
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(write, range(12)))
    with place.at_desk() as session:
        assert kept(session) == counted(session)
        assert kept(session)["received"] >= 13
