"""Search: what the administrator, the office and a resident keep of it, and an answer that the office puts first."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

import search.sources
from portal.publishing.models import Publication
from search import curation, saved
from search.queries import SearchRequest
from tests.factories.participation import Neighbour
from tests.slices import Specimen, Town, Visit, Visits

ACTIONS = ("rename", "pause", "resume", "look", "remove")


def make(town: Town) -> Specimen:
    search.sources.load("portal")
    return Specimen(
        {"saved_id": kept(town), "pin_id": _pinned(town)}, hidden={"saved_id": kept_by(town, town.resident)}
    )


def _save(session: Session, town: Town) -> UUID:
    return saved.save(session, SearchRequest(town.fresh())).id


def kept(town: Town) -> UUID:
    """A search of the administrator's."""
    with town.at_work(town.admin) as (session, _admin):
        return _save(session, town)


def _kept_by_office(town: Town) -> UUID:
    with town.in_district() as (session, _office):
        return _save(session, town)


def kept_by(town: Town, resident: Neighbour) -> UUID:
    """A search of a resident's."""
    with town.in_public(resident) as (session, _resident):
        return _save(session, town)


def _pinned(town: Town) -> UUID:
    with town.in_district() as (session, office):
        article = session.scalars(
            select(Publication.id).where(Publication.code == town.of("publishing")["code"])
        ).one()
        return curation.pin(session, office, town.fresh(), "article", article).id


def _changes(keep: Callable[[Town], UUID]) -> Callable[[Town], list[Visit]]:
    return lambda town: [
        Visit({"saved_id": keep(town), "action": action}, sent={"name": "路灯"}) for action in ACTIONS
    ]


def _asked(town: Town) -> Visit:
    return Visit(query={"q": town.word}, sent={})


WORKSPACE: Visits = {
    "search.tenant": _asked,
    "search.suggest": _asked,
    "search.keep": _asked,
    "search.change": _changes(kept),
    "search.district": _asked,
    "search.district_suggest": _asked,
    "search.district_keep": _asked,
    "search.district_change": _changes(_kept_by_office),
    "search.synonyms": lambda town: Visit(sent={"groups": "路灯 灯杆\n口袋公园 小游园"}),
    "search.pin": lambda town: Visit(
        sent={"query": town.fresh(), "article": f"http://localhost/a/{town.of('publishing')['code']}"}
    ),
    "search.unpin": lambda town: Visit({"pin_id": _pinned(town)}, sent={}),
    "search.compare": lambda town: Visit(sent={}),
}
PUBLIC: Visits = {
    "search.show": _asked,
    "search.suggest": _asked,
    "search.keep": _asked,
    "search.drop": lambda town: Visit({"saved_id": kept_by(town, town.resident)}, sent={}),
}
