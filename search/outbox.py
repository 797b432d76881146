"""What changed: services say so in their own transaction, and the worker indexes it."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from search.models import SearchChange
from tenants import jobs

INDEX_JOB = "search.index"
_DEFERRED = "search.deferred"


def changed(session: Session, source: str, *entity_ids: UUID) -> None:
    """These things of a source were made, changed or removed: index them as they will be after the commit.

    Exists exactly when the change does; one job per transaction, however many changes.
    """
    if not entity_ids:
        return
    rows = [{"source": source, "entity_id": entity_id} for entity_id in entity_ids]
    # inline: nothing is asked back, for who may add a row may not read it
    session.execute(insert(SearchChange.__table__).inline(), rows)  # type: ignore[arg-type]
    transaction = session.get_nested_transaction() or session.get_transaction()
    if session.info.get(_DEFERRED) is not transaction:
        session.info[_DEFERRED] = transaction
        jobs.defer(session, INDEX_JOB)
