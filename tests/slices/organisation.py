"""Organisation: a tenant, one that is still being set up, a responsible unit; bureaus."""

from __future__ import annotations

from portal.organisation import service
from tenants.actors import Desk
from tenants.identity.models import TenantKind, UnitKind
from tests.factories.people import Place
from tests.slices import Specimen, Town, Visit, Visits


def make(town: Town) -> Specimen:
    with town.at_work(town.admin) as (session, actor):
        unit = service.create_unit(
            session, actor, kind=UnitKind.TOWN, slug=f"u-{town.word}", name=f"{town.word}单元"
        )
    shut = _another(town)
    return Specimen(
        {"tenant": town.place.slug, "slug": town.place.slug, "unit": unit.slug, "unit_id": unit.id},
        hidden={"tenant": shut, "unit": f"u-{town.word}"},
    )


def _another(town: Town) -> str:
    """The address of one more tenant, which nobody has opened yet."""
    name = town.fresh()
    with town.in_district() as (session, office):
        service.create_tenant(
            session, office, kind=TenantKind.TOWN, slug=name, name=f"{name}镇", short_name=name[-8:]
        )
    return name


def bureau(town: Town) -> Place:
    """A bureau that the office has registered."""
    name = town.fresh()
    with town.in_district() as (session, office):
        made = service.create_bureau(session, office, name=f"{name}局", short_name=name[-8:], slug=name)
    return Place(made.id, made.slug, made.name, made.short_name, Desk.BUREAU)


def _founding(town: Town) -> Visit:
    name = town.fresh()
    sent = {"kind": "town", "name": f"{name}镇", "short_name": name[-8:], "slug": name}
    return Visit(sent={**sent, "admin_name": "王敏", "admin_email": f"{name}@example.cn"})


WORKSPACE: Visits = {
    "organisation.settings": lambda town: Visit(sent={"introduction": f"{town.word}的介绍"}),
    "organisation.open_tenant": lambda town: Visit(sent={}),
    "organisation.new_unit": lambda town: Visit(sent={"name": town.fresh("单元"), "slug": town.fresh()}),
    "organisation.edit_unit": lambda town: Visit(sent={"introduction": "东边的一片"}),
    "organisation.new_tenant": _founding,
    "organisation.edit_tenant": lambda town: Visit({"slug": _another(town)}, sent={"kind": "park"}),
    "organisation.deactivate_tenant": lambda town: Visit({"slug": _another(town)}, sent={"reason": "撤并"}),
    "organisation.reactivate_tenant": lambda town: Visit({"slug": _another(town)}, sent={}),
    "organisation.new_bureau": lambda town: Visit(
        sent={"name": town.fresh("局"), "short_name": "测绘局", "slug": town.fresh()}
    ),
    "organisation.edit_bureau": lambda town: Visit({"bureau": bureau(town).slug}, sent={"short_name": "水务局"}),
    "organisation.deactivate_bureau": lambda town: Visit({"bureau": bureau(town).slug}, sent={"reason": "撤并"}),
    "organisation.reactivate_bureau": lambda town: Visit({"bureau": bureau(town).slug}, sent={}),
    "organisation.bureau_settings": lambda town: Visit(sent={"contact_phone": "69540000"}),
}
