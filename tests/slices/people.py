"""People: roles held for good and until a day, somebody who was asked in, roles offered to who works elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from portal.people import service
from tenants.actors import Desk
from tenants.clock import today
from tenants.identity import offers
from tenants.identity.models import RoleAssignment
from tenants.permissions import Role
from tests.factories import accounts, people
from tests.factories.accounts import Account
from tests.factories.people import Person, Place
from tests.slices import Specimen, Town, Visit, Visits, one


def make(town: Town) -> Specimen:
    lasting = town.somebody()
    with town.at_work(town.admin) as (session, _admin):
        last = today() + timedelta(days=90)
        service.change_last_day(session, role_of(town, lasting.id), last, reason=f"{town.word}借调到年底")
    return Specimen(
        {
            "person": town.planner.id,
            "role": role_of(town, town.planner.id),
            "offer": offered(town)[1],
            "invited": invited(town),
            "lasting": lasting.id,
        }
    )


def invited(town: Town, host: Person | None = None) -> UUID:
    """Somebody new, asked in by an administrator, of the tenant unless of another place."""
    host = host or town.admin
    address = f"{town.fresh()}@example.cn"
    with town.at_work(host) as (session, _actor):
        made = service.invite(
            session, email=address, name=f"{town.word}的新人", job_title="", roles=[_usual(host)], **_place(host)
        )
    return made.staff.id


def offered(town: Town, host: Person | None = None) -> tuple[Person, UUID]:
    """Somebody who works elsewhere, and the role they were offered here."""
    host = host or town.admin
    with town.deployment.session() as session, session.begin():
        person = people.staff(session, Role.WORKING_GROUP, name=f"{town.word}想请的人")
    with town.at_work(host) as (session, _actor):
        service.invite(
            session, email=person.email, name=person.name, job_title="", roles=[_usual(host)], **_place(host)
        )
        open_ones = offers.of_place(session, **_place(host))
    return person, one({offer.id for offer in open_ones if offer.email == person.email})


def _usual(host: Person) -> Role:
    return Role.BUREAU_STAFF if host.tenant and host.tenant.desk is Desk.BUREAU else Role.PLANNER


def _place(host: Person) -> dict[str, Any]:
    return people.where(_usual(host), host.tenant)


def role_of(town: Town, staff_id: UUID) -> UUID:
    """The assignment of somebody's only role."""
    with town.deployment.session() as session:
        held = select(RoleAssignment.id).where(RoleAssignment.staff_id == staff_id)
        return session.scalars(held).one()


def with_factor(town: Town, role: Role = Role.PLANNER, place: Place | None = None) -> Account:
    """Somebody who has set up a second factor."""
    with town.deployment.session() as session, session.begin():
        return accounts.account(session, role, place=place or town.place, factor=True)


def _visits(prefix: str, host: Callable[[Town], Person], other: str) -> Visits:
    """The pages that tenants and bureaus both have. `other`: a further role there."""

    def somebody(town: Town) -> Person:
        return town.somebody(_usual(host(town)), place=host(town).tenant)

    def new_one(town: Town) -> dict[str, str]:
        return {"email": f"{town.fresh()}@example.cn", "name": f"{town.word}的另一位", "roles": _usual(host(town))}

    def lost_phone(town: Town) -> Visit:
        who = with_factor(town, _usual(host(town)), host(town).tenant)
        return Visit({"person": who.id}, sent={"reason": "手机丢了，当面核实过"})

    found: Visits = {
        "index": lambda town: Visit(),
        "show": lambda town: Visit({"person": somebody(town).id}),
        "invite": lambda town: Visit(sent=new_one(town)),
        "withdraw_offer": lambda town: Visit({"offer": offered(town, host(town))[1]}, sent={}),
        "reset_second_factor": lost_phone,
        "roles": lambda town: Visit({"person": somebody(town).id}, sent={"roles": other}),
        "term": lambda town: _another_term(town, somebody(town)),
        "end": lambda town: Visit({"person": somebody(town).id}, sent={"reason": "调走了"}),
        "resend": lambda town: Visit({"person": invited(town, host(town))}, sent={}),
    }
    return {f"people.{prefix}{name}": visit for name, visit in found.items()}


def _another_term(town: Town, person: Person) -> Visit:
    last = today() + timedelta(days=90)
    sent = {"last": last.isoformat(), "reason": "借调到年底"}
    return Visit({"person": person.id, "role": role_of(town, person.id)}, sent=sent)


def _one_role(town: Town) -> Visit:
    person = town.somebody()
    return Visit({"person": person.id, "role": role_of(town, person.id)}, sent={"reason": "调走了"})


def _taken_back(town: Town) -> Visit:
    person, offer = offered(town)
    return Visit({"person": person.id, "offer": offer}, sent={})


def _closed(town: Town) -> Visit:
    person = town.somebody()
    with town.in_district() as (session, _office):
        service.deactivate(session, person.id, reason="离职")
    return Visit({"person": person.id}, sent={})


def _asking_in(town: Town) -> Visit:
    whom = {"email": f"{town.fresh()}@example.cn", "name": f"{town.word}的另一位"}
    return Visit(sent={**whom, "role": "planner", "place": f"tenant:{town.place.id}"})


WORKSPACE: Visits = {
    **_visits("", lambda town: town.admin, "architect"),
    **_visits("bureau_", lambda town: town.of("desks")["bureau_admin"], "bureau_admin"),
    "people.invite_district": _asking_in,
    "people.reset_second_factor_district": lambda town: Visit(
        {"person": with_factor(town).id}, sent={"reason": "手机丢了，当面核实过"}
    ),
    "people.grant": lambda town: Visit(
        {"person": town.somebody().id}, sent={"role": "architect", "place": f"tenant:{town.place.id}"}
    ),
    "people.withdraw_offer_district": _taken_back,
    "people.term_district": lambda town: _another_term(town, town.somebody()),
    "people.end_role": _one_role,
    "people.deactivate": lambda town: Visit({"person": town.somebody().id}, sent={"reason": "离职"}),
    "people.reactivate": _closed,
    "people.resend_district": lambda town: Visit({"person": invited(town)}, sent={}),
}
