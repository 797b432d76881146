"""What the page of a tenant's files reads: files, where they are used, how much room they take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, exists, func, or_, select, union
from sqlalchemy.orm import Session

from portal.publishing.models import Publication, PublicationVersion, VersionFile
from tenants.files.models import FileKind, StoredFile
from tenants.identity.models import Tenant

F, P, V = StoredFile, Publication, PublicationVersion
PER_PAGE = 30


@dataclass(frozen=True)
class Filters:
    """What the list is narrowed to: `kind` image or document, `used` yes or no, words of the name."""

    kind: str = ""
    used: str = ""
    text: str = ""

    @classmethod
    def from_args(cls, args: Mapping[str, str]) -> Filters:
        kind, used = args.get("kind", ""), args.get("used", "")
        return cls(
            kind if kind in tuple(FileKind) else "",
            used if used in ("yes", "no") else "",
            args.get("q", "").strip()[:100],
        )


@dataclass(frozen=True)
class Use:
    """A publication that shows a file, in its newest, its live or an older version."""

    code: str
    title: str
    current: bool


@dataclass(frozen=True)
class FileRow:
    """A file of the list. `size` in bytes."""

    id: UUID
    kind: str
    name: str
    content_type: str
    size: int
    width: int | None
    height: int | None
    widths: tuple[int, ...]
    public: bool
    attached: bool
    uploaded_by: str
    uploaded_at: datetime
    uses: tuple[Use, ...] = ()


@dataclass(frozen=True)
class Files:
    """One page of the list, how many match, and what the whole tenant keeps."""

    rows: tuple[FileRow, ...]
    total: int
    count: int
    #: Bytes.
    size: int


def _conditions(filters: Filters) -> list[Any]:
    found: list[Any] = [F.deleted_at.is_(None)]
    if filters.kind:
        found.append(F.kind == filters.kind)
    if filters.used:
        found.append(F.attached.is_(filters.used == "yes"))
    if filters.text:
        found.append(F.name.icontains(filters.text, autoescape=True))
    return found


def listing(session: Session, filters: Filters, *, page: int = 1, per_page: int = PER_PAGE) -> Files:
    """The tenant's files, newest first. Three queries."""
    rows = session.scalars(
        select(F)
        .where(*_conditions(filters))
        .order_by(F.created_at.desc(), F.id.desc())
        .limit(per_page)
        .offset((page - 1) * per_page)
    ).all()
    matching = and_(*_conditions(filters))
    total, count, size = session.execute(
        select(func.count().filter(matching), func.count(), func.coalesce(func.sum(F.size), 0)).where(
            F.deleted_at.is_(None)
        )
    ).one()
    used = uses(session, [row.id for row in rows])
    return Files(tuple(_row(row, used.get(row.id, ())) for row in rows), total, count, int(size))


def one(session: Session, file_id: UUID) -> FileRow | None:
    """One file with where it is used. Two queries."""
    row = session.scalar(select(F).where(F.id == file_id, F.deleted_at.is_(None)))
    return _row(row, uses(session, [file_id]).get(file_id, ())) if row else None


def _row(file: StoredFile, used: tuple[Use, ...]) -> FileRow:
    return FileRow(
        file.id,
        file.kind,
        file.name,
        file.content_type,
        file.size,
        file.width,
        file.height,
        tuple(file.widths),
        file.public,
        file.attached,
        file.uploaded_by_name,
        file.created_at,
        used,
    )


def uses(session: Session, file_ids: list[UUID]) -> dict[UUID, tuple[Use, ...]]:
    """Which publications show these files, those that show them now first. One query."""
    if not file_ids:
        return {}
    shown = union(
        select(VersionFile.file_id, VersionFile.version_id).where(VersionFile.file_id.in_(file_ids)),
        select(V.cover_file_id, V.id).where(V.cover_file_id.in_(file_ids)),
    ).subquery()
    current = or_(V.id == P.head_id, V.id == P.live_id)
    head = select(V.title).where(V.id == P.head_id).correlate(P).scalar_subquery()
    rows = session.execute(
        select(shown.c.file_id, P.code, head, func.bool_or(current))
        .select_from(shown)
        .join(V, V.id == shown.c.version_id)
        .join(P, P.id == V.publication_id)
        .group_by(shown.c.file_id, P.id, P.code)
        .order_by(func.bool_or(current).desc(), P.code)
    )
    found: dict[UUID, list[Use]] = {}
    for file_id, code, title, now_shown in rows:
        found.setdefault(file_id, []).append(Use(code, title or "", now_shown))
    return {file_id: tuple(used) for file_id, used in found.items()}


def is_tenant_picture(session: Session, file_id: UUID) -> bool:
    """Whether the tenant shows it on its own page."""
    return bool(session.scalar(select(exists().where(Tenant.picture_file_id == file_id))))
