"""Tenants and responsible units as the public sees them: explicit fields, read with either role."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Text, Uuid, bindparam, func, literal, or_, select, union_all
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


def followed(session: Session, slugs: Sequence[str]) -> tuple[str, ...]:
    """Each of these addresses as it is today: the present one of the active tenant that had it before, else itself.

    One query, or none.
    """
    if not slugs:
        return ()
    had_any = Tenant.former_slugs.op("&&")(literal(list(slugs), ARRAY(Text)))
    query = select(Tenant.slug, Tenant.former_slugs).where(Tenant.active, had_any)
    moved = {former: slug for slug, formers in session.execute(query) for former in formers}
    return tuple(moved.get(slug, slug) for slug in slugs)


def units(session: Session, tenant_ids: Iterable[UUID]) -> list[UnitPlace]:
    """Active responsible units of these tenants by name. One query."""
    query = (
        select(*_UNIT)
        .where(ResponsibleUnit.active, ResponsibleUnit.tenant_id.in_(list(tenant_ids)))
        .order_by(ResponsibleUnit.name)
    )
    return [UnitPlace(*row) for row in session.execute(query)]


@dataclass(frozen=True)
class Names:
    """What people call tenants and responsible units, by their addresses on the site, present or former."""

    tenants: dict[str, str]
    units: dict[str, str]


def names(
    session: Session, tenants: Collection[str], units: Collection[str], tenant_id: UUID | None = None
) -> Names:
    """The names of active tenants, and of units of one tenant or of any, closed ones too. One query, or none."""
    found = Names({}, {})
    if not tenants and not units:
        return found
    wanted = {"tenants": list(tenants), "units": list(units), "tenant_id": tenant_id}
    for is_tenant, slug, formers, name in session.execute(_NAMES, wanted):
        known = found.tenants if is_tenant else found.units
        known |= dict.fromkeys((slug, *formers), name)
    return found


def _called(kind: type[Tenant | ResponsibleUnit], slugs: ColumnElement[Any]) -> ColumnElement[bool]:
    """Has, or had, one of these addresses."""
    return or_(kind.slug == func.any(slugs), kind.former_slugs.op("&&")(slugs))


_U = ResponsibleUnit
_ANY_TENANT = bindparam("tenant_id", type_=Uuid())
#: Built once: building it takes longer than asking.
_NAMES = union_all(
    select(literal(True), Tenant.slug, Tenant.former_slugs, Tenant.short_name).where(
        Tenant.active, _called(Tenant, bindparam("tenants", type_=ARRAY(Text)))
    ),
    select(literal(False), _U.slug, _U.former_slugs, _U.name).where(
        _called(_U, bindparam("units", type_=ARRAY(Text))),
        or_(_ANY_TENANT.is_(None), _U.tenant_id == _ANY_TENANT),
    ),
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
