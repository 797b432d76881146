"""Saved views: one of the administrator's on a list of the tenant, one of the office's on a list of the district."""

from __future__ import annotations

from uuid import UUID

from portal.saved_views import service
from tests.slices import Specimen, Town, Visit, Visits


def make(town: Town) -> Specimen:
    return Specimen({"view_id": _kept(town)})


def _kept(town: Town) -> UUID:
    with town.at_work(town.admin) as (session, admin):
        name = town.fresh()[:20]
        return service.save(session, admin, "publishing.index", f"q={name}", name).id


def _kept_by_office(town: Town) -> UUID:
    with town.in_district() as (session, office):
        name = town.fresh()[:20]
        return service.save(session, office, "district.publications", f"q={name}", name).id


def _keeping(town: Town, place: str) -> Visit:
    return Visit(query={"place": place, "query": f"q={town.word}"}, sent={"name": town.fresh()[:20]})


WORKSPACE: Visits = {
    "saved_views.save": lambda town: _keeping(town, "publishing.index"),
    "saved_views.delete": lambda town: Visit({"view_id": _kept(town)}, sent={}),
    "saved_views.district_save": lambda town: _keeping(town, "district.publications"),
    "saved_views.district_delete": lambda town: Visit({"view_id": _kept_by_office(town)}, sent={}),
}
