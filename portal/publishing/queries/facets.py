"""How many publications there are under each value of a filter."""

from __future__ import annotations

from sqlalchemy import (
    ColumnElement,
    Text,
    and_,
    case,
    cast,
    extract,
    func,
    literal,
    select,
    true,
    tuple_,
    type_coerce,
    union_all,
)
from sqlalchemy.orm import Session

from portal.publishing.models import PublicationVersion
from portal.publishing.queries.rows import P, bare, id_of_tenant, published
from portal.publishing.queries.shapes import Count, Facets
from tenants.identity.models import ResponsibleUnit, Tenant
from tenants.identity.queries import OFFERED
from tenants.pinyin import sound
from tenants.reading import COUNTED

#: In a long list, tags are offered from so many of the newest texts.
RECENT = 300
#: So many units are offered where no tenant is chosen.
UNITS = 200
#: So many tags are offered, the most used.
TAGS = 30

_YEAR = extract("year", func.timezone("Asia/Shanghai", P.first_published_at))
Chosen = dict[str, ColumnElement[bool] | None]


def facets(session: Session, chosen: Chosen, long: bool, tenant: str | None) -> Facets:
    """Values to filter by. Two queries.

    A short list is counted: how many would match with another value of each filter. In a `long` one
    (more than anybody counts, the filters apart from the kind left out) the values stand without numbers.
    """
    return _offered(session, chosen["kind"], tenant) if long else _counted(session, chosen)


def _offered(session: Session, kind: ColumnElement[bool] | None, tenant: str | None) -> Facets:
    mine = kind if kind is not None else true()
    year = select(cast(_YEAR, Text)).where(P.live_id.is_not(None), mine)
    first, last = (
        year.order_by(order).limit(1).scalar_subquery()
        for order in (P.first_published_at.asc(), P.first_published_at.desc())
    )
    tenants = (
        select(literal("tenant"), Tenant.slug, Tenant.short_name)
        .order_by(Tenant.kind, Tenant.name_sound)
        .limit(OFFERED + 1)
    )
    units = (
        select(literal("unit"), ResponsibleUnit.slug, ResponsibleUnit.name)
        .where(ResponsibleUnit.active)
        .order_by(ResponsibleUnit.name_sound)
        .limit(UNITS)
    )
    if tenant:
        units = units.where(ResponsibleUnit.tenant_id == id_of_tenant(tenant))
    found: dict[str, list[Count]] = {"year": [], "tenant": [], "unit": []}
    for name, value, label in session.execute(
        union_all(
            select(literal("year"), first, last), tenants.subquery().select(), units.subquery().select()
        )
    ):
        found[name].append(Count(value, label, None))
    [span] = found["year"]
    years = range(int(span.label), int(span.value) - 1, -1) if span.value else ()
    recent = (
        bare(PublicationVersion.tags, version=True)
        .where(mine)
        .order_by(P.first_published_at.desc())
        .limit(RECENT)
        .subquery()
    )
    tag = func.unnest(recent.c.tags).label("tag")
    words = session.execute(
        select(tag).select_from(recent).group_by(tag).order_by(func.count().desc(), tag).limit(TAGS)
    )
    many = len(found["tenant"]) > OFFERED
    return Facets(
        tenants=() if many else tuple(found["tenant"]),
        units=() if many and not tenant else tuple(found["unit"]),
        tags=tuple(Count(word, word, None) for (word,) in words),
        years=tuple(Count(str(year), str(year), None) for year in years),
    )


def _counted(session: Session, chosen: Chosen) -> Facets:
    own = {name: condition if condition is not None else true() for name, condition in chosen.items()}
    base = (
        published(
            P.kind,
            Tenant.slug.label("tenant"),
            Tenant.short_name.label("tenant_name"),
            ResponsibleUnit.slug.label("unit"),
            ResponsibleUnit.name.label("unit_name"),
            PublicationVersion.tags,
            _YEAR.label("year"),
            *(own[name].label(f"{name}_ok") for name in own),
        )
        .where(own["kind"])
        .order_by(P.first_published_at.desc())
        .limit(COUNTED)
        .subquery()
    )
    c = base.c
    kept = {name: c[f"{name}_ok"] for name in own}

    def others(without: str) -> ColumnElement[bool]:
        return and_(true(), *(ok for name, ok in kept.items() if name != without))

    dimension = case(
        (func.grouping(c.kind) == 0, "kind"),
        (func.grouping(c.tenant) == 0, "tenant"),
        (func.grouping(c.unit) == 0, "unit"),
        else_="year",
    )
    rows = session.execute(
        select(
            dimension.label("dimension"),
            func.coalesce(type_coerce(c.kind, Text), c.tenant, c.unit, cast(c.year, Text)).label("value"),
            func.coalesce(c.tenant_name, c.unit_name, "").label("label"),
            *(
                func.count().filter(others(name)).label(f"n_{name}")
                for name in ("kind", "tenant", "unit", "year")
            ),
        ).group_by(
            func.grouping_sets(
                tuple_(c.kind),
                tuple_(c.tenant, c.tenant_name),
                tuple_(c.unit, c.unit_name),
                tuple_(c.year),
            )
        )
    ).mappings()
    found: dict[str, list[Count]] = {"kind": [], "tenant": [], "unit": [], "year": []}
    for row in rows:
        count = row[f"n_{row['dimension']}"]
        if row["value"] is not None and count:
            found[row["dimension"]].append(Count(row["value"], row["label"] or row["value"], count))
    tag = func.unnest(c.tags).label("tag")
    words = session.execute(
        select(tag, func.count().label("n"))
        .select_from(base)
        .where(others("tag"))
        .group_by(tag)
        .order_by(func.count().desc(), tag)
        .limit(TAGS)
    )
    by_count = {
        name: tuple(sorted(values, key=lambda v: (-(v.count or 0), sound(v.label))))
        for name, values in found.items()
    }
    years = tuple(sorted(found["year"], key=lambda v: v.value, reverse=True))
    tags = tuple(Count(word, word, n) for word, n in words)
    return Facets(by_count["kind"], by_count["tenant"], by_count["unit"], tags, years)
