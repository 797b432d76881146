"""The audit: every write through a service leaves who, when, from where, on whose behalf and what changed.

Written in the same transaction as the change; the runtime roles can add entries and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, Session, mapped_column

from tenants.actors import ActorKind
from tenants.clock import now
from tenants.database import Base, Identified, actor_of


class AuditEntry(Identified, Base):
    """One thing that somebody did. `changes` maps a field to `[old, new]`."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index("ix_audit_entry_tenant_time", "tenant_id", "created_at"),
        Index("ix_audit_entry_time", "created_at"),
        Index("ix_audit_entry_entity", "entity", "entity_id"),
    )

    tenant_id: Mapped[UUID | None]
    actor_kind: Mapped[ActorKind]
    actor_id: Mapped[UUID | None]
    actor_name: Mapped[str]
    on_behalf_of: Mapped[str | None]
    ip: Mapped[str | None]
    request_id: Mapped[str | None]
    action: Mapped[str]
    entity: Mapped[str]
    entity_id: Mapped[str]
    label: Mapped[str] = mapped_column(default="")
    reason: Mapped[str | None]
    changes: Mapped[dict[str, Any]] = mapped_column(default=dict)


def record(
    session: Session,
    action: str,
    entity: str,
    entity_id: object,
    *,
    label: str = "",
    changes: Mapping[str, tuple[Any, Any]] | None = None,
    reason: str | None = None,
    tenant_id: UUID | None = None,
    at: datetime | None = None,
) -> None:
    """Leave an entry for what the session's actor just did.

    `changes` maps a field to (old, new); secrets must not be in it. `label` is what
    people call the thing. `tenant_id` defaults to the actor's tenant.
    """
    actor = actor_of(session)
    session.add(
        AuditEntry(
            tenant_id=tenant_id or actor.tenant_id,
            actor_kind=actor.kind,
            actor_id=actor.id,
            actor_name=actor.name,
            on_behalf_of=actor.on_behalf_of,
            ip=actor.ip,
            request_id=actor.request_id,
            action=action,
            entity=entity,
            entity_id=str(entity_id),
            label=label[:200],
            reason=reason,
            changes={name: [_plain(old), _plain(new)] for name, (old, new) in (changes or {}).items()},
            created_at=at or now(),
        )
    )


def _plain(value: Any) -> Any:
    """A JSON form of a value; long texts are cut, their versions are kept elsewhere."""
    if isinstance(value, str):
        return value if len(value) <= 500 else value[:500] + "…"
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value)
