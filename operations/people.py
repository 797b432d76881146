"""`xinya user`: the first people of an installation, who then invite the others; help for who is locked out."""

from __future__ import annotations

from settings import Settings
from tenants import actors
from tenants.database import Face, make_engine, open_session, url_for
from tenants.identity import factor_resets, queries, service
from tenants.permissions import Role
from tenants.rules import Invalid, Missing, Refusal


def add(settings: Settings, *, email: str, name: str, password: str, role: str, tenant: str | None) -> None:
    """Make an account with a password and one role. Raises Invalid or Refused with the sentence for the operator."""
    engine = make_engine(url_for(settings, Face.WORKSPACE), pooled=False)
    with open_session(engine, actors.system("xinya user add")) as session, session.begin():
        place = queries.tenant_by_slug(session, tenant) if tenant else None
        if tenant and place is None:
            raise Invalid({"tenant": Refusal("没有“%(slug)s”这个属地单位。", {"slug": tenant})})
        staff = service.create_staff(session, email=email, name=name, password=password)
        service.grant_role(session, staff.id, Role(role), tenant_id=place.id if place else None)


def reset_second_factor(settings: Settings, *, email: str, reason: str) -> str:
    """Have a lost second factor forgotten; the owner's name. Raises Missing or Refused."""
    engine = make_engine(url_for(settings, Face.WORKSPACE), pooled=False)
    with open_session(engine, actors.system("xinya user reset-second-factor")) as session, session.begin():
        staff = service.by_email(session, email.strip().lower())
        if staff is None:
            raise Missing
        factor_resets.reset_second_factor(session, staff.id, reason=reason)
        return staff.name
