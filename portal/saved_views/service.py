"""Keeping a view of a list, and forgetting it."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import delete as sql_delete
from sqlalchemy.orm import Session

from portal.saved_views import policy, queries
from portal.saved_views.models import SavedView
from tenants import audit
from tenants.actors import Actor
from tenants.database import take_turns
from tenants.rules import N_, Invalid, Missing, require


def save(session: Session, actor: Actor, place: str, query: str, name: str) -> SavedView:
    """Keep the filters `query` of the list `place` under a name.

    Raises `Refused`, and `Invalid` when the name is taken in that list.
    """
    query, name = policy.essence(query), name.strip()
    take_turns(session, "keep a view", actor.id)  # of two at once, the second counts the first
    held = queries.of_list(session, actor, place)
    require(policy.may_save(actor, place, query, len(held)))
    if any(view.name == name for view in held):
        raise Invalid({"name": N_("已经有同名的视图，请换一个名称。")})
    assert actor.id is not None
    view = SavedView(staff_id=actor.id, tenant_id=actor.tenant_id, place=place, name=name, query=query)
    session.add(view)
    session.flush()
    audit.record(session, "saved_view.saved", "saved_view", view.id, label=name)
    return view


def delete(session: Session, actor: Actor, view_id: UUID) -> None:
    """Forget a view. Raises `Missing` when it is not the actor's."""
    view = queries.one(session, actor, view_id)
    if view is None:
        raise Missing
    session.execute(sql_delete(SavedView).where(SavedView.id == view_id))
    audit.record(session, "saved_view.deleted", "saved_view", view_id, label=view.name)
