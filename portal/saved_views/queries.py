"""The views that somebody keeps."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from portal.saved_views.models import SavedView
from tenants.actors import Actor


@dataclass(frozen=True)
class View:
    """A kept view: its list, its name, and the filters in its address."""

    id: UUID
    place: str
    name: str
    query: str


def of_list(session: Session, actor: Actor, place: str) -> list[View]:
    """The actor's views of a list, here, by age. One query."""
    rows = session.execute(_own(actor).where(SavedView.place == place).order_by(SavedView.id))
    return [View(*row) for row in rows]


def one(session: Session, actor: Actor, view_id: UUID) -> View | None:
    """One of the actor's views here, or None."""
    row = session.execute(_own(actor).where(SavedView.id == view_id)).one_or_none()
    return View(*row) if row else None


def _own(actor: Actor) -> Select[UUID, str, str, str]:
    return select(SavedView.id, SavedView.place, SavedView.name, SavedView.query).where(
        SavedView.staff_id == actor.id, SavedView.tenant_id.is_not_distinct_from(actor.tenant_id)
    )
