"""How many publications there are under each value of a filter."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Text, and_, case, cast, extract, func, select, true, tuple_
from sqlalchemy.orm import Session

from portal.publishing.queries.rows import P, T, U, V, published
from portal.publishing.queries.shapes import Count, Facets

#: Lists count so far exactly; beyond, numbers are lower bounds, so that a list costs the same in any district.
COUNTED = 3_000

_YEAR = extract("year", func.timezone("Asia/Shanghai", P.first_published_at))


def facets(session: Session, chosen: dict[str, ColumnElement[bool] | None]) -> Facets:
    """How many would match with another value of each filter: two queries over the newest."""
    own = {name: condition if condition is not None else true() for name, condition in chosen.items()}
    base = (
        published(
            P.kind,
            T.slug.label("tenant"),
            T.short_name.label("tenant_name"),
            U.slug.label("unit"),
            U.name.label("unit_name"),
            V.tags,
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
            func.coalesce(c.kind, c.tenant, c.unit, cast(c.year, Text)).label("value"),
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
        .limit(30)
    )
    by_count = {
        name: tuple(sorted(values, key=lambda v: (-v.count, v.label))) for name, values in found.items()
    }
    years = tuple(sorted(found["year"], key=lambda v: v.value, reverse=True))
    tags = tuple(Count(word, word, n) for word, n in words)
    return Facets(by_count["kind"], by_count["tenant"], by_count["unit"], tags, years)
