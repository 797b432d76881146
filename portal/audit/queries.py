"""The audit as administrators read it: the newest first, page after page by time, never counted to the end."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, tuple_
from sqlalchemy.orm import Session

from portal.participation.queries import shown_at
from portal.people.queries import shown
from portal.publishing.queries import codes_of
from tenants.audit import AuditEntry
from tenants.clock import SHANGHAI
from tenants.database import actor_of
from tenants.identity.models import Bureau, ResponsibleUnit, Tenant
from tenants.identity.queries import named
from tenants.permissions import Permission

E = AuditEntry
PAGE_SIZE = 50
#: Beyond this nobody wants the exact number, and counting on would read every row.
COUNT_LIMIT = 1000


@dataclass(frozen=True)
class AuditFilter:
    """What narrows the audit. Days are in Asia/Shanghai, both included."""

    person: str = ""
    action: str = ""
    entity: str = ""
    #: Address on the site or name of a tenant; the district's page only.
    tenant: str = ""
    since: date | None = None
    until: date | None = None

    @property
    def empty(self) -> bool:
        return not (self.person or self.action or self.entity or self.tenant or self.since or self.until)


@dataclass(frozen=True)
class Change:
    """A field that changed."""

    field: str
    old: Any
    new: Any


@dataclass(frozen=True)
class Entry:
    """One thing that somebody did. `page` names the page of the thing, with the values of its address."""

    id: UUID
    at: datetime
    actor_kind: str
    actor_name: str
    on_behalf_of: str | None
    ip: str | None
    action: str
    entity: str
    label: str
    reason: str | None
    changes: tuple[Change, ...]
    tenant: str
    page: tuple[str, dict[str, str]] | None


@dataclass(frozen=True)
class AuditPage:
    """Some entries, and how to go on: `older` is None at the end. `count` is capped at `COUNT_LIMIT`."""

    entries: list[Entry]
    older: str | None
    count: int

    @property
    def more(self) -> bool:
        """Whether there are more than were counted."""
        return self.count > COUNT_LIMIT


def _clauses(session: Session, by: AuditFilter) -> list[ColumnElement[bool]]:
    clauses: list[ColumnElement[bool]] = []
    tenant_id = actor_of(session).tenant_id
    if tenant_id is not None:
        clauses.append(E.tenant_id == tenant_id)  # the policy says so, too; said here it uses the index
    elif by.tenant:
        clauses.append(E.tenant_id == select(Tenant.id).where(named(by.tenant)).limit(1).scalar_subquery())
    if person := by.person.strip():
        clauses.append(E.actor_name.icontains(person, autoescape=True))
    if by.action:
        clauses.append(E.action == by.action)
    if by.entity:
        clauses.append(E.entity == by.entity)
    if by.since:
        clauses.append(E.created_at >= _midnight(by.since))
    if by.until:
        clauses.append(E.created_at < _midnight(by.until) + timedelta(days=1))
    return clauses


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI)


def page(session: Session, by: AuditFilter, *, before: str = "", size: int = PAGE_SIZE) -> AuditPage:
    """Entries older than the cursor `before` (empty, or unreadable: from the newest)."""
    clauses = _clauses(session, by)
    counted = select(E.id).where(*clauses).limit(COUNT_LIMIT + 1).subquery()
    count = select(func.count()).select_from(counted).scalar_subquery()
    cursor = _read_cursor(before)
    if cursor:
        clauses.append(tuple_(E.created_at, E.id) < cursor)
    rows = session.execute(
        select(E, count).where(*clauses).order_by(E.created_at.desc(), E.id.desc()).limit(size + 1)
    ).all()
    entries = [entry for entry, _count in rows[:size]]
    older = _cursor(entries[-1]) if len(rows) > size else None
    return AuditPage(_entries(session, entries), older, rows[0][1] if rows else 0)


def every(session: Session, by: AuditFilter, *, limit: int) -> Iterator[Entry]:
    """The entries for an export, newest first, at most `limit`."""
    before = ""
    while limit > 0:
        some = page(session, by, before=before, size=min(500, limit))
        yield from some.entries
        limit -= len(some.entries)
        if some.older is None:
            return
        before = some.older


def actions(session: Session) -> list[str]:
    """The actions on record, found by jumping from one to the next instead of reading every row."""
    tenant_id = actor_of(session).tenant_id
    recent = select(E.action).order_by(E.created_at.desc()).limit(5000)
    if tenant_id is not None:
        recent = recent.where(E.tenant_id == tenant_id)
    newest = recent.subquery()
    return list(session.scalars(select(newest.c.action).distinct().order_by(newest.c.action)))


def _entries(session: Session, rows: Any) -> list[Entry]:
    tenants = _tenants(session, {row.tenant_id for row in rows if row.tenant_id})
    pages = _Pages(session, rows, {id_: slug for id_, (slug, _name) in tenants.items()})
    return [
        Entry(
            row.id,
            row.created_at,
            row.actor_kind,
            row.actor_name,
            row.on_behalf_of,
            row.ip,
            row.action,
            row.entity,
            row.label,
            row.reason,
            tuple(Change(name, *_pair(pair)) for name, pair in row.changes.items()),
            tenants.get(row.tenant_id, ("", ""))[1],
            pages.of(row),
        )
        for row in rows
    ]


def _pair(pair: Any) -> tuple[Any, Any]:
    return (pair[0], pair[1]) if isinstance(pair, list) and len(pair) == 2 else (None, pair)


def _tenants(session: Session, ids: set[UUID]) -> dict[UUID, tuple[str, str]]:
    if not ids:
        return {}
    rows = session.execute(select(Tenant.id, Tenant.slug, Tenant.short_name).where(Tenant.id.in_(ids)))
    return {id_: (slug, name) for id_, slug, name in rows}


class _Pages:
    """Where the things of some entries are shown, for whoever may open them. One query per kind of thing."""

    def __init__(self, session: Session, rows: Any, slugs: dict[UUID, str]) -> None:
        self.slugs = slugs
        self.actor = actor_of(session)
        self.codes = codes_of(session, self._ids(rows, "publication"))
        self.comments = shown_at(session, self._ids(rows, "comment"))
        self.everybody = self.actor.may(Permission.DISTRICT_PERSON_MANAGE)
        self.people = set() if self.everybody else shown(session, self._ids(rows, "person"))
        units = self._ids(rows, "unit")
        self.units = (
            dict(
                session.execute(
                    select(ResponsibleUnit.id, ResponsibleUnit.slug).where(ResponsibleUnit.id.in_(units))
                ).all()
            )
            if units
            else {}
        )
        bureaus = self._ids(rows, "bureau") if self.actor.may(Permission.TENANT_PROVISION) else set()
        self.bureaus = (
            dict(session.execute(select(Bureau.id, Bureau.slug).where(Bureau.id.in_(bureaus))).all()) if bureaus else {}
        )

    @staticmethod
    def _ids(rows: Any, entity: str) -> set[UUID]:
        return {UUID(row.entity_id) for row in rows if row.entity == entity and _is_uuid(row.entity_id)}

    def of(self, row: AuditEntry) -> tuple[str, dict[str, str]] | None:
        """Endpoint and values of the page of this entry's thing; None without one."""
        slug = self.slugs.get(row.tenant_id) if row.tenant_id else None
        if not _is_uuid(row.entity_id):
            return None
        if row.entity == "person" and self.everybody:
            return "people.show_district", {"person": row.entity_id}
        if row.entity == "bureau" and (bureau := self.bureaus.get(UUID(row.entity_id))):
            return "organisation.edit_bureau", {"bureau": bureau}
        if slug is None:
            return None
        key = UUID(row.entity_id)
        if row.entity == "person" and key in self.people:
            return "people.show", {"tenant": slug, "person": row.entity_id}
        if row.entity == "publication" and key in self.codes:
            return "publishing.show", {"tenant": slug, "code": self.codes[key]}
        if row.entity == "comment" and key in self.comments:
            return "participation.show", {"tenant": slug, "comment_id": str(self.comments[key])}
        if row.entity == "unit" and key in self.units:
            return "organisation.edit_unit", {"tenant": slug, "unit": self.units[key]}
        if row.entity == "tenant":
            return "organisation.settings", {"tenant": slug}
        return None


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _cursor(row: AuditEntry) -> str:
    text = f"{row.created_at.isoformat()}|{row.id}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read_cursor(text: str) -> tuple[datetime, UUID] | None:
    try:
        padded = text + "=" * (-len(text) % 4)
        at, _, id_ = base64.urlsafe_b64decode(padded).decode().partition("|")
        instant = datetime.fromisoformat(at)
        return (instant, UUID(id_)) if instant.tzinfo else None
    except (ValueError, binascii.Error):
        return None
