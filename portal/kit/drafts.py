"""What one person has typed about a record and not yet sent: one draft per person and record (`person_owned`)."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from tenants import clock
from tenants.database import actor_of


def keep(session: Session, drafts: type[Any], record: dict[str, UUID], tenant_id: UUID, **typed: Any) -> datetime:
    """Keep what the actor has typed in place of what was kept before; `record` is the column that names the record.

    Returns when.
    """
    row = {**typed, "saved_at": (at := clock.now())}
    statement = insert(drafts).values(tenant_id=tenant_id, staff_id=actor_of(session).id, **record, **row)
    session.execute(statement.on_conflict_do_update(index_elements=[*record, "staff_id"], set_=row))
    return at


def forget(session: Session, drafts: type[Any], **record: UUID) -> None:
    """Forget what the actor has typed: it is sent, or not wanted any more."""
    session.execute(delete(drafts).filter_by(staff_id=actor_of(session).id, **record))
