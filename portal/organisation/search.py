"""What of places can be found by anyone: active tenants and their responsible units."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from search.sources import PUBLIC, Corpus, Document, Found, Passage, next_ids, register
from tenants.identity.models import ResponsibleUnit, Tenant
from tenants.rules import N_

T, U = Tenant, ResponsibleUnit


class Tenants:
    """Who looks after a place."""

    name = "tenant"
    corpus = Corpus.PUBLIC

    def ids(self, session: Session, after: UUID | None, limit: int) -> Sequence[UUID]:
        return next_ids(session, select(T.id).where(T.active), after, limit)

    def documents(self, session: Session, ids: Sequence[UUID]) -> Iterable[Document]:
        for row in self._rows(session, ids):
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

    def found(self, session: Session, ids: Sequence[UUID]) -> Iterable[Found]:
        for row in self._rows(session, ids):
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

    @staticmethod
    def _rows(session: Session, ids: Sequence[UUID]) -> Sequence[Any]:
        columns = (T.id, T.slug, T.name, T.short_name, T.introduction, T.contact_address)
        return session.execute(select(*columns).where(T.id.in_(ids), T.active)).all()


class Units:
    """The areas that teams answer for."""

    name = "unit"
    corpus = Corpus.PUBLIC

    def ids(self, session: Session, after: UUID | None, limit: int) -> Sequence[UUID]:
        return next_ids(session, select(U.id).where(U.active), after, limit)

    def documents(self, session: Session, ids: Sequence[UUID]) -> Iterable[Document]:
        for row in self._rows(session, ids):
            yield Document(
                id=row.id,
                title=row.name,
                body=row.introduction,
                kind="unit",
                access=PUBLIC,
                labels=(row.tenant_name,),
                tenant=row.tenant,
                unit=row.slug,
            )

    def found(self, session: Session, ids: Sequence[UUID]) -> Iterable[Found]:
        for row in self._rows(session, ids):
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
                names=(Passage(row.tenant_name, N_("街镇")),),
            )

    @staticmethod
    def _rows(session: Session, ids: Sequence[UUID]) -> Sequence[Any]:
        columns = (
            U.id,
            U.slug,
            U.name,
            U.introduction,
            T.slug.label("tenant"),
            T.name.label("tenant_name"),
            T.short_name.label("tenant_short"),
        )
        query = select(*columns).join(T, T.id == U.tenant_id).where(U.id.in_(ids), U.active, T.active)
        return session.execute(query).all()


register(Tenants())
register(Units())
