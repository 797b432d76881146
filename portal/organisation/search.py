"""What of places can be found by anyone: active tenants and their responsible units."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from search.sources import PUBLIC, Corpus, Document, Found, Passage, among_ids, next_ids, register, rows
from tenants.identity.models import ResponsibleUnit, Tenant
from tenants.rules import N_

T, U = Tenant, ResponsibleUnit

_TENANTS = select(T.id, T.slug, T.name, T.short_name, T.introduction, T.contact_address).where(
    among_ids(T.id), T.active, T.opened_at.is_not(None)
)
_UNITS = (
    select(
        U.id,
        U.slug,
        U.name,
        U.introduction,
        T.slug.label("tenant"),
        T.name.label("tenant_name"),
        T.short_name.label("tenant_short"),
    )
    .join(T, T.id == U.tenant_id)
    .where(among_ids(U.id), U.active, T.active, T.opened_at.is_not(None))
)


class Tenants:
    """Who looks after a place."""

    name = "tenant"
    corpus = Corpus.PUBLIC

    def ids(self, session: Session, after: UUID | None, limit: int) -> Sequence[UUID]:
        return next_ids(session, select(T.id).where(T.active, T.opened_at.is_not(None)), after, limit)

    def documents(self, session: Session, ids: Sequence[UUID]) -> Iterable[Document]:
        for row in rows(session, _TENANTS, ids):
            labels = (row.short_name, row.contact_address)
            yield Document(
                id=row.id,
                title=row.name,
                body=row.introduction,
                kind="tenant",
                access=PUBLIC,
                labels=tuple(label for label in labels if label and label != row.name),
                tenant=row.slug,
            )

    def found(self, session: Session, ids: Sequence[UUID], *, texts: bool = True) -> Iterable[Found]:
        for row in rows(session, _TENANTS, ids):
            words = (Passage(row.introduction),) if row.introduction else ()
            yield Found(
                row.id,
                row.name,
                f"/places/{row.slug}/",
                "tenant",
                tenant=row.short_name,
                passages=words,
                names=(Passage(row.contact_address, N_("地址")),),
            )


class Units:
    """The areas that teams answer for."""

    name = "unit"
    corpus = Corpus.PUBLIC

    def ids(self, session: Session, after: UUID | None, limit: int) -> Sequence[UUID]:
        return next_ids(session, select(U.id).where(U.active), after, limit)

    def documents(self, session: Session, ids: Sequence[UUID]) -> Iterable[Document]:
        for row in rows(session, _UNITS, ids):
            yield Document(
                id=row.id,
                title=row.name,
                body=row.introduction,
                kind="unit",
                access=PUBLIC,
                labels=(row.tenant_name,),
                tenant=row.tenant,
                unit=f"{row.tenant}/{row.slug}",
            )

    def found(self, session: Session, ids: Sequence[UUID], *, texts: bool = True) -> Iterable[Found]:
        for row in rows(session, _UNITS, ids):
            address = f"/places/{row.tenant}/{row.slug}/"
            words = (Passage(row.introduction),) if row.introduction else ()
            yield Found(
                row.id,
                row.name,
                address,
                "unit",
                tenant=row.tenant_short,
                unit=row.name,
                passages=words,
                names=(Passage(row.tenant_name, N_("街镇园区")),),
            )


register(Tenants())
register(Units())
