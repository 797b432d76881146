"""What of people can be found: who works in a tenant, by its staff; everybody, by the district office."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from search.sources import Corpus, Document, Found, Passage, among_ids, next_ids, readable, register, rows
from tenants.clock import today
from tenants.database import actor_of
from tenants.identity.models import RoleAssignment, Staff, Tenant
from tenants.permissions import Permission
from tenants.rules import N_

S, R, T = Staff, RoleAssignment, Tenant

_PEOPLE = select(S.id, S.name, S.job_title, S.email).where(among_ids(S.id), S.active)


class People:
    """Staff who may sign in, at the places that they belong to; what is shown of them is asked by the day it is."""

    name = "person"
    corpus = Corpus.WORKSPACE

    def ids(self, session: Session, after: UUID | None, limit: int) -> Sequence[UUID]:
        return next_ids(session, select(S.id).where(S.active), after, limit)

    def documents(self, session: Session, ids: Sequence[UUID]) -> Iterable[Document]:
        serves: dict[UUID, list[tuple[UUID, str, str]]] = {}
        # as of the day it is written; when a last day has passed, `jobs.follow_the_days` has it written again
        places_of = (
            select(R.staff_id, T.id, T.slug, T.name)
            .join(T, T.id == R.tenant_id)
            .where(among_ids(R.staff_id), R.lasting(today()))
            .distinct()
            .order_by(T.slug)
        )
        for staff_id, tenant_id, slug, name in rows(session, places_of, ids):
            serves.setdefault(staff_id, []).append((tenant_id, slug, name))
        for row in rows(session, _PEOPLE, ids):
            places = serves.get(row.id, [])
            access = frozenset({f"*/{Permission.DISTRICT_PERSON_MANAGE}"}).union(
                *(readable(tenant_id, Permission.PERSON_READ) for tenant_id, _, _ in places)
            )
            yield Document(
                id=row.id,
                title=row.name,
                body=row.job_title,
                kind="person",
                access=access,
                labels=(row.email, *(name for _, _, name in places)),
                tenant=places[0][1] if len(places) == 1 else "",
            )

    def found(self, session: Session, ids: Sequence[UUID], *, texts: bool = True) -> Iterable[Found]:
        tenant_id = actor_of(session).tenant_id
        slug = session.scalar(select(T.slug).where(T.id == tenant_id)) if tenant_id else None
        base = f"/t/{slug}/people" if slug else "/district/people"
        places = (
            select(func.array_agg(T.name.distinct()))
            .join(R, R.tenant_id == T.id)
            .where(R.staff_id == S.id, R.lasting(today()))
        )
        people = _PEOPLE.add_columns(places.scalar_subquery())
        if tenant_id:  # whose last day here has passed is nobody of this place
            people = people.where(exists().where(R.staff_id == S.id, R.tenant_id == tenant_id, R.lasting(today())))
        for staff_id, name, job_title, email, tenants in rows(session, people, ids):
            words = (Passage(" ".join(part for part in (job_title, email) if part)),)
            names = tuple(Passage(tenant, N_("单位")) for tenant in tenants or ())
            yield Found(staff_id, name, f"{base}/{staff_id}", "person", passages=words, names=names)


register(People())
