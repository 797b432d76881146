"""Tenants and responsible units as the public sees them: explicit fields, read with either role."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    CompoundSelect,
    Text,
    bindparam,
    func,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from tenants.identity.models import ResponsibleUnit, Tenant


@dataclass(frozen=True)
class Place:
    """What the public knows of a tenant."""

    id: UUID
    slug: str
    kind: str
    name: str
    short_name: str
    introduction: str
    picture_file_id: UUID | None
    contact_phone: str
    contact_email: str
    contact_address: str
    office_hours: str
    comment_policy: str
    reply_days: int
    latitude: float | None
    longitude: float | None
    demo: bool


@dataclass(frozen=True)
class UnitPlace:
    """What the public knows of a responsible unit. `boundary` is GeoJSON; schematic ones are labelled 示意."""

    id: UUID
    tenant_id: UUID
    slug: str
    kind: str
    name: str
    introduction: str
    boundary: dict[str, Any] | None
    schematic: bool
    latitude: float | None
    longitude: float | None


_PLACE = tuple(getattr(Tenant, name) for name in Place.__dataclass_fields__)
_UNIT = tuple(getattr(ResponsibleUnit, name) for name in UnitPlace.__dataclass_fields__)


#: So many tenants stand on one page.
MOST = 60


def places(session: Session, *, page: int = 1, limit: int = MOST) -> list[Place]:
    """Active tenants: subdistricts, then towns, then parks, each by its address. One query."""
    query = select(*_PLACE).where(Tenant.active).order_by(Tenant.kind, Tenant.slug)
    return [Place(*row) for row in session.execute(query.limit(limit).offset((page - 1) * limit))]


def number(session: Session) -> int:
    """How many active tenants there are. One query."""
    return session.scalar(select(func.count()).where(Tenant.active)) or 0


def place(session: Session, slug: str) -> Place | None:
    """The active tenant with this address on the site."""
    row = session.execute(select(*_PLACE).where(Tenant.slug == slug, Tenant.active)).one_or_none()
    return Place(*row) if row else None


def moved_to(session: Session, slug: str) -> str | None:
    """The present address of the active tenant that had this one before."""
    return session.scalar(select(Tenant.slug).where(Tenant.former_slugs.any_() == slug, Tenant.active))


def closed(session: Session, address: str) -> str | None:
    """The name of the tenant, out of use, that has this address or published the article with this code."""
    return session.scalar(select(func.closed_tenant(address)))


def units(session: Session, tenant_ids: Iterable[UUID]) -> list[UnitPlace]:
    """Active responsible units of these tenants by name. One query."""
    query = (
        select(*_UNIT)
        .where(ResponsibleUnit.active, ResponsibleUnit.tenant_id.in_(list(tenant_ids)))
        .order_by(ResponsibleUnit.name_sound, ResponsibleUnit.name)
    )
    return [UnitPlace(*row) for row in session.execute(query)]


@dataclass(frozen=True)
class Names:
    """What people call tenants and responsible units, by their addresses on the site, present or former."""

    tenants: dict[str, str]
    units: dict[str, str]


def names(session: Session, tenants: Collection[str], units: Collection[str]) -> Names:
    """The names of active tenants (addresses as `tenant`) and of units, closed ones too (`tenant/unit`).

    One query, or none.
    """
    found = Names({}, {})
    for is_tenant, present, formers, name in _called(session, tenants, units):
        known = found.tenants if is_tenant else found.units
        known |= dict.fromkeys((present, *formers), name)
    return found


def moved(session: Session, tenants: Collection[str], units: Collection[str]) -> dict[str, str]:
    """The present addresses of those of these that are former ones, by the former. Addresses as in `names`.

    One query, or none.
    """
    return {
        former: present for _, present, formers, _ in _called(session, tenants, units) for former in formers
    }


def _called(
    session: Session, tenants: Collection[str], units: Collection[str]
) -> Iterator[tuple[bool, str, list[str], str]]:
    """What has, or had, one of these addresses: whether it is a tenant, its address, its former ones, its name."""
    if not tenants and not units:
        return
    apart = [address.partition("/") for address in units]
    wanted = {
        "tenants": list(tenants),
        "unit_tenants": [tenant for tenant, _, _ in apart],
        "units": [unit for _, _, unit in apart],
    }
    for tenant, former_tenants, unit, former_units, name in session.execute(_CALLED, wanted):
        if unit is None:
            yield True, tenant, former_tenants, name
            continue
        present, *formers = (f"{t}/{u}" for t in (tenant, *former_tenants) for u in (unit, *former_units))
        yield False, present, formers, name


def _has_or_had(kind: type[Tenant | ResponsibleUnit], slugs: str) -> ColumnElement[bool]:
    wanted = bindparam(slugs, type_=ARRAY(Text))
    return or_(kind.slug == func.any(wanted), kind.former_slugs.op("&&")(wanted))


_U = ResponsibleUnit
#: Built once: building it takes longer than asking.
_CALLED: CompoundSelect[*tuple[Any, ...]] = union_all(
    select(
        Tenant.slug,
        Tenant.former_slugs,
        null().cast(Text).label("unit"),
        null().cast(ARRAY(Text)).label("former_units"),
        Tenant.short_name,
    ).where(Tenant.active, _has_or_had(Tenant, "tenants")),
    select(Tenant.slug, Tenant.former_slugs, _U.slug, _U.former_slugs, _U.name)
    .join(Tenant, Tenant.id == _U.tenant_id)
    .where(_has_or_had(Tenant, "unit_tenants"), _has_or_had(_U, "units")),
)


def named_in(session: Session, text: str, slugs: Collection[str], *, limit: int) -> list[Place]:
    """Active tenants that a text names, by their short name or its first two characters, or that have these addresses.

    Those named in full come first. One query.
    """
    begun = func.strpos(text, func.left(Tenant.short_name, 2)) > 0
    whole = func.strpos(text, Tenant.short_name) > 0
    query = (
        select(*_PLACE)
        .where(Tenant.active, or_(begun, Tenant.slug.in_(slugs)))
        .order_by(whole.desc(), Tenant.kind, Tenant.slug)
        .limit(limit)
    )
    return [Place(*row) for row in session.execute(query)]


def unit_moved_to(session: Session, tenant_id: UUID, slug: str) -> str | None:
    """The present address of the tenant's active unit that had this one before."""
    return session.scalar(
        select(ResponsibleUnit.slug).where(
            ResponsibleUnit.tenant_id == tenant_id,
            ResponsibleUnit.former_slugs.any_() == slug,
            ResponsibleUnit.active,
        )
    )


def unit(session: Session, tenant_id: UUID, slug: str) -> UnitPlace | None:
    """A unit of a tenant by its address."""
    row = session.execute(
        select(*_UNIT).where(
            ResponsibleUnit.tenant_id == tenant_id, ResponsibleUnit.slug == slug, ResponsibleUnit.active
        )
    ).one_or_none()
    return UnitPlace(*row) if row else None
