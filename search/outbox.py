"""What changed: services say so in their own transaction, and the worker indexes it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from search.models import SearchChange
from tenants import jobs

INDEX_JOB = "search.index"
REBUILD_JOB = "search.rebuild"
_DEFERRED = "search.deferred"


#: Given a session and ids of a source: what else of which sources says something of these things.
Follower = Callable[[Session, Sequence[UUID]], Iterable[tuple[str, Sequence[UUID]]]]
_followers: dict[str, list[Follower]] = {}


def follow(source: str, follower: Follower) -> None:
    """Have what `follower` names indexed anew, too, when things of a source come, go or are called otherwise."""
    _followers.setdefault(source, []).append(follower)


def followers_changed(session: Session, source: str, *entity_ids: UUID) -> None:
    """These things came, went or are called otherwise: index what follows them; they themselves are for `changed`."""
    for follower in _followers.get(source, ()):
        for name, ids in follower(session, entity_ids):
            changed(session, name, *ids)


def changed(session: Session, sources: str | Iterable[str], *entity_ids: UUID) -> None:
    """These things of a source, or of several, were made, changed or removed: index them as they are after the commit.

    Exists exactly when the change does; one job per transaction, however many changes.
    """
    named = [sources] if isinstance(sources, str) else sources
    rows = [{"source": source, "entity_id": entity_id} for source in named for entity_id in entity_ids]
    if not rows:
        return
    # inline: nothing is asked back, for who may add a row may not read it
    session.execute(insert(SearchChange.__table__).inline(), rows)  # type: ignore[arg-type]
    transaction = session.get_nested_transaction() or session.get_transaction()
    if session.info.get(_DEFERRED) is not transaction:
        session.info[_DEFERRED] = transaction
        jobs.defer(session, INDEX_JOB)
