"""Searches that people keep, and what is new in them.

A resident's are over the public site; a staff member's are over the workspace of the tenant (or the
district) where they were saved. Both are told by mail; staff are also shown what is new where they work.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from search import connect, curation, ranking, sources
from search.engine import FACETS, EngineDown, EngineRequest, EngineResult, Sort
from search.models import SavedSearch, SearchChange
from search.queries import SearchRequest, followed
from search.query import parse
from search.sources import PUBLIC, Corpus, Found, access_of
from tenants import actors
from tenants.actors import Actor, Scope
from tenants.clock import now
from tenants.database import actor_of, engine_of, open_session, take_turns
from tenants.identity.models import Staff, Tenant
from tenants.identity.queries import roles_of
from tenants.permissions import DISTRICT_ROLES, Permission
from tenants.rules import N_, Invalid, Missing, Refusal, require

MOST_SAVED = 20
LONGEST_NAME = 40
_SHOWN = 5

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class News:
    """What a saved search finds that is new to its owner: how much, and the newest of it."""

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
    take_turns(session, "searches of", actor.id)
    held = mine(session) if actor.id else []
    if known := among(held, request):
        return known
    require(may_save(actor, request, len(held)))
    resident, instant = actor.acts_as(Scope.RESIDENT), now()
    new = SavedSearch(
        resident_id=actor.id if resident else None,
        staff_id=None if resident else actor.id,
        tenant_id=actor.tenant_id,
        corpus=Corpus.PUBLIC if resident else Corpus.WORKSPACE,
        text=request.text,
        filters=_kept(request),
        seen_at=instant,
        told_at=instant,
    )
    session.add(new)
    session.flush()
    return new


def among(held: Sequence[SavedSearch], request: SearchRequest) -> SavedSearch | None:
    """The one that asks this, in whatever order its conditions were chosen."""
    wanted = (request.text, _kept(request))
    return next((one for one in held if (one.text, _kept(request_of(one))) == wanted), None)


def _kept(request: SearchRequest) -> dict[str, list[str]]:
    return {name: sorted(values) for name, values in request.filters.items() if values}


def mine(session: Session) -> list[SavedSearch]:
    """The searches that the session's actor keeps here, newest first."""
    actor = actor_of(session)
    if actor.id is None:
        return []
    rows = select(SavedSearch).order_by(SavedSearch.created_at.desc(), SavedSearch.id.desc())
    if actor.acts_as(Scope.RESIDENT):
        rows = rows.where(SavedSearch.resident_id == actor.id)
    else:
        here = SavedSearch.tenant_id.is_not_distinct_from(actor.tenant_id)
        rows = rows.where(SavedSearch.staff_id == actor.id, here)
    return list(session.scalars(rows))


def one(session: Session, saved_id: UUID) -> SavedSearch:
    """One of the actor's own. Raises `Missing` for anybody else's."""
    for saved in mine(session):
        if saved.id == saved_id:
            return saved
    raise Missing


def rename(session: Session, saved_id: UUID, name: str) -> SavedSearch:
    """Call a search something; nothing: its words again. Raises `Invalid` (field `name`), `Missing`."""
    saved, name = one(session, saved_id), " ".join(name.split())
    if len(name) > LONGEST_NAME:
        raise Invalid({"name": Refusal(N_("名称最多 %(most)s 个字。"), {"most": LONGEST_NAME})})
    saved.name = name
    session.flush()
    return saved


def pause(session: Session, saved_id: UUID) -> SavedSearch:
    """Tell nothing of it for now. Raises `Missing`."""
    saved = one(session, saved_id)
    saved.paused = True
    session.flush()
    return saved


def resume(session: Session, saved_id: UUID) -> SavedSearch:
    """Tell of what is new from now on. Raises `Missing`."""
    saved = one(session, saved_id)
    if saved.paused:
        saved.paused = False
        saved.seen_at = saved.told_at = now()
        session.flush()
    return saved


def seen(session: Session, saved_id: UUID) -> SavedSearch:
    """A staff member looks: what can be found now is no longer new, nor worth a letter. Raises `Missing`.

    What is published but still waits for the index is not seen by looking; it stays news.
    """
    saved = one(session, saved_id)
    with open_session(engine_of(session), actors.system()) as system:
        until = _indexed_until(system)
    saved.seen_at = max(saved.seen_at, until)
    saved.told_at = max(saved.told_at, until)
    session.flush()
    return saved


def remove(session: Session, saved_id: UUID) -> None:
    """Forget a saved search. Raises `Missing` when it is not the actor's."""
    session.delete(one(session, saved_id))
    session.flush()


def forget(session: Session) -> None:
    """Remove every search that the actor keeps here: they are closing their account."""
    for saved in mine(session):
        session.delete(saved)
    session.flush()


def fresh(session: Session, searches: Sequence[SavedSearch]) -> list[News]:
    """What is new since its owner looked, for those that are not paused and have news. Raises `EngineDown`."""
    return _news(session, [(saved, saved.seen_at) for saved in searches if not saved.paused])


def _news(session: Session, asked: Sequence[tuple[SavedSearch, datetime]]) -> list[News]:
    """What is newer than an instant in each, as the session's actor may see it; those without news are left out.

    The database is asked once per source, however many searches there are.
    """
    asking = connect.asking(session)
    results: list[tuple[SavedSearch, EngineResult]] = []
    present = followed(session, [request_of(saved) for saved, _ in asked])
    for (saved, since), wanted in zip(asked, present, strict=True):
        request = _request(session, saved.corpus, wanted, since)
        results.append((saved, asking.search(request)))
    keys = dict.fromkeys(key for _, result in results for key, _ in result.hits)
    found = dict(sources.found_by_key(session, list(keys), texts=False))
    news = []
    for saved, result in results:
        newest = tuple(found[key] for key, _ in result.hits if key in found)
        if newest:
            news.append(News(saved, result.total - len(result.hits) + len(newest), newest))
    return news


def _request(session: Session, corpus: Corpus, wanted: SearchRequest, since: datetime) -> EngineRequest:
    """What is newer than an instant in what a saved search asks."""
    return EngineRequest(
        corpus=corpus,
        plan=ranking.plan(parse(wanted.text), curation.curated(session).synonyms),
        access=PUBLIC if corpus is Corpus.PUBLIC else access_of(actor_of(session)),
        filters=wanted.filters,
        sort=wanted.sort,
        limit=_SHOWN,
        facets=(),
        since=since,
    )


def news_for_residents(session: Session) -> Iterator[tuple[News, datetime]]:
    """For the worker: residents' searches with untold news, and the instant to which they will have been told.

    The caller writes the mail and calls `told`. Raises `EngineDown`.
    """
    until = _indexed_until(session)
    rows = select(SavedSearch).where(SavedSearch.resident_id.is_not(None), ~SavedSearch.paused)
    for saved in session.scalars(rows.order_by(SavedSearch.id)).all():
        for news in _untold(session, session, [saved]):
            yield news, until


def news_for_staff(session: Session) -> Iterator[tuple[Actor, list[News], datetime]]:
    """For the worker: per staff member and place, untold news of what they may open there today.

    Each is searched for in a session in which that person acts, so that the database decides like on
    their own pages. Nothing for whoever may no longer search there. Raises `EngineDown`.
    """
    until = _indexed_until(session)
    rows = select(SavedSearch).where(SavedSearch.staff_id.is_not(None), ~SavedSearch.paused)
    place = (SavedSearch.staff_id, SavedSearch.tenant_id)
    held = session.scalars(rows.order_by(*place, SavedSearch.id)).all()
    for (staff_id, tenant_id), searches in groupby(held, key=lambda s: (s.staff_id, s.tenant_id)):
        assert staff_id is not None
        actor = _owner(session, staff_id, tenant_id)
        if actor is None:
            continue
        with open_session(engine_of(session), actor) as looking:
            news = _untold(session, looking, list(searches))
        if news:
            yield actor, news, until


def _untold(session: Session, looking: Session, searches: Sequence[SavedSearch]) -> list[News]:
    """What the owner was not told of, as `looking` sees it. One search that the engine cannot answer waits alone.

    Raises `EngineDown` when the engine answers nobody.
    """
    news: list[News] = []
    for saved in searches:
        try:
            news += _news(looking, [(saved, saved.told_at)])
        except EngineDown as error:
            if connect.of(session).breaker.open:
                raise
            log.warning("the news of a kept search wait: %s", error)
    return news


def _owner(session: Session, staff_id: UUID, tenant_id: UUID | None) -> Actor | None:
    """Somebody as they would act today where they saved a search; None when they may not search there any more."""
    name = session.scalar(select(Staff.name).where(Staff.id == staff_id, Staff.active))
    if name is None:
        return None
    held = roles_of(session, staff_id)
    district = {role.role for role in held if role.role in DISTRICT_ROLES}
    if tenant_id is None:
        actor, needed = actors.in_district(staff_id, name, district), Permission.DISTRICT_SEARCH_READ
    elif session.scalar(select(Tenant.active).where(Tenant.id == tenant_id)):
        here = {role.role for role in held if role.tenant_id == tenant_id}
        actor, needed = actors.in_tenant(staff_id, name, here | district, tenant_id), Permission.SEARCH_READ
    else:
        return None
    return actor if actor and actor.may(needed) else None


def told(session: Session, saved: SavedSearch, until: datetime) -> None:
    """The owner was written to of everything up to that instant."""
    saved.told_at = max(saved.told_at, until)
    session.flush()


def _indexed_until(session: Session) -> datetime:
    """Everything dated before this instant is in the index: what still waits there is news tomorrow, not never."""
    waits = SearchChange.done_at.is_(None) & (SearchChange.attempts == 0)
    return session.scalar(select(func.min(SearchChange.created_at)).where(waits)) or now()
