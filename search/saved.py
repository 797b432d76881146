"""Searches that people keep, and what is new in them.

A resident's are over the public site and bring mail; a staff member's are over the workspace of the tenant
(or the district) where they were saved, and are counted when they look.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from search import connect, curation, ranking, sources
from search.engine import FACETS, EngineRequest, Sort
from search.models import SavedSearch
from search.queries import SearchRequest
from search.query import parse
from search.sources import PUBLIC, Corpus, Found, access_of
from tenants.actors import Actor, Scope
from tenants.clock import now
from tenants.database import actor_of
from tenants.rules import N_, Missing, Refusal, require

MOST_SAVED = 20
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class News:
    """What a saved search finds that its owner has not been told of: how much, and the newest of it."""

    saved: SavedSearch
    total: int
    newest: tuple[Found, ...]


def request_of(saved: SavedSearch) -> SearchRequest:
    """The request that a saved search asks."""
    filters = {name: tuple(values) for name, values in saved.filters.items() if name in FACETS}
    return SearchRequest(saved.text, filters, Sort.DATE)


def may_save(actor: Actor, request: SearchRequest, held: int) -> Refusal | None:
    """Who is signed in may keep a search that asks for something, up to `MOST_SAVED`."""
    if actor.id is None:
        return Refusal(N_("登录后才能保存搜索。"), forbidden=True)
    if parse(request.text).blank and not request.filters:
        return Refusal(N_("请先填写要找的内容，或选择筛选条件。"))
    if held >= MOST_SAVED:
        return Refusal(N_("最多保存 %(most)s 个搜索，请先删除不用的。"), {"most": MOST_SAVED})
    return None


def save(session: Session, request: SearchRequest) -> SavedSearch:
    """Keep a search for the session's actor; the same search is kept once."""
    actor = actor_of(session)
    held = mine(session) if actor.id else []
    filters = {name: list(values) for name, values in request.filters.items()}
    for known in held:
        if (known.text, known.filters) == (request.text, filters):
            return known
    require(may_save(actor, request, len(held)))
    resident = actor.scope is Scope.RESIDENT
    new = SavedSearch(
        resident_id=actor.id if resident else None,
        staff_id=None if resident else actor.id,
        tenant_id=actor.tenant_id,
        corpus=Corpus.PUBLIC if resident else Corpus.WORKSPACE,
        text=request.text,
        filters=filters,
        seen_at=now(),
    )
    session.add(new)
    session.flush()
    return new


def mine(session: Session) -> list[SavedSearch]:
    """The searches that the session's actor keeps here, newest first."""
    actor = actor_of(session)
    if actor.id is None:
        return []
    rows = select(SavedSearch).order_by(SavedSearch.created_at.desc())
    if actor.scope is Scope.RESIDENT:
        rows = rows.where(SavedSearch.resident_id == actor.id)
    else:
        here = SavedSearch.tenant_id.is_not_distinct_from(actor.tenant_id)
        rows = rows.where(SavedSearch.staff_id == actor.id, here)
    return list(session.scalars(rows))


def remove(session: Session, saved_id: UUID) -> None:
    """Forget a saved search. Raises `Missing` when it is not the actor's."""
    session.delete(_mine(session, saved_id))
    session.flush()


def forget(session: Session) -> None:
    """Remove every search that the actor keeps here: they are closing their account."""
    for saved in mine(session):
        session.delete(saved)
    session.flush()


def seen(session: Session, saved_id: UUID) -> None:
    """The actor has looked: what is there now is no longer news."""
    _mine(session, saved_id).seen_at = now()
    session.flush()


def _mine(session: Session, saved_id: UUID) -> SavedSearch:
    for saved in mine(session):
        if saved.id == saved_id:
            return saved
    raise Missing


def news(session: Session, saved: SavedSearch) -> News:
    """What is new in a saved search, as the session's actor may see it. Raises `EngineDown`."""
    corpus = Corpus(saved.corpus)
    asked = EngineRequest(
        corpus=corpus,
        plan=ranking.plan(parse(saved.text), curation.curated(session).synonyms),
        access=PUBLIC if corpus is Corpus.PUBLIC else access_of(actor_of(session)),
        filters=request_of(saved).filters,
        sort=Sort.DATE,
        limit=_SHOWN,
        facets=(),
        since=int(saved.seen_at.timestamp()),
    )
    connection = connect.of(session)
    result = connection.breaker.call(lambda: connection.engine.search(asked))
    found = sources.found(session, [key for key, _ in result.hits])
    hidden = len(result.hits) - len(found)
    return News(saved, result.total - hidden, tuple(found))


def news_for_residents(session: Session) -> Iterator[tuple[News, datetime]]:
    """For the worker: residents' saved searches with news, and the instant to which they will have been told.

    The caller writes the mail and calls `told`. Raises `EngineDown`.
    """
    rows = session.scalars(
        select(SavedSearch).where(SavedSearch.resident_id.is_not(None)).order_by(SavedSearch.id)
    ).all()
    for saved in rows:
        until = now()
        new = news(session, saved)
        if new.newest:
            yield new, until


def told(session: Session, saved: SavedSearch, until: datetime) -> None:
    """The owner has been told of everything up to that instant."""
    saved.seen_at = until
    session.flush()
