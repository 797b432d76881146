"""Reading stored files: what is known about them, their bytes, addresses to fetch them from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from settings import Settings
from tenants.deployment import settings_here
from tenants.files.configured import open_storage
from tenants.files.findings import Finding, Trace, findings_of
from tenants.files.inspect import DOCX, XLSX
from tenants.files.models import FileKind, StoredFile
from tenants.files.storage import Opened, Storage
from tenants.files.sweeping import CLEANABLE
from tenants.rules import Missing

#: Where the doors serve pictures; a text names them by these addresses.
MEDIA_PATH = "/media/"


@dataclass(frozen=True, slots=True)
class FileInfo:
    """What pages need of a stored file. `size` in bytes, `width` and `height` in pixels (images only)."""

    id: UUID
    tenant_id: UUID
    kind: str
    name: str
    content_type: str
    size: int
    key: str
    width: int | None
    height: int | None
    widths: tuple[int, ...]
    public: bool

    @property
    def url(self) -> str:
        """Address of the picture in its largest width."""
        return media_url(self.id, self.width or 0)


@dataclass(frozen=True, slots=True)
class Looked:
    """What a document holds besides what its reader sees (None: nobody has looked), and what was decided."""

    content_type: str
    findings: tuple[Finding, ...] | None
    is_copy: bool
    accepted_by_name: str
    accepted_at: datetime | None
    public: bool

    @property
    def undecided(self) -> bool:
        """Whether somebody must decide before it may become public."""
        return bool(self.findings) and self.accepted_at is None

    @property
    def cleanable(self) -> bool:
        """Whether a cleaned copy can be offered."""
        opaque = any(finding.trace is Trace.OPAQUE for finding in self.findings or ())
        return self.content_type in CLEANABLE and not self.is_copy and not opaque

    @property
    def is_word(self) -> bool:
        """Whether it is a Word file (.docx)."""
        return self.content_type == DOCX.content_type

    @property
    def is_workbook(self) -> bool:
        """Whether it is a workbook (.xlsx)."""
        return self.content_type == XLSX.content_type


@dataclass(frozen=True, slots=True)
class ListedFile:
    """A row of the list of a tenant's files."""

    file: FileInfo
    attached: bool
    uploaded_by_name: str
    created_at: datetime


#: The columns that the public role, too, may read.
_PUBLIC = (
    StoredFile.id, StoredFile.tenant_id, StoredFile.kind, StoredFile.name, StoredFile.content_type, StoredFile.size,
    StoredFile.key, StoredFile.width, StoredFile.height, StoredFile.widths, StoredFile.public,
)  # fmt: skip


@lru_cache(maxsize=4)
def _storage(settings: Settings) -> Storage:
    return open_storage(settings)


def storage() -> Storage:
    """The file store of this deployment."""
    return _storage(settings_here())


def media_url(file_id: UUID, width: int) -> str:
    """Address of a picture in one of its widths, as texts and pages name it."""
    return f"{MEDIA_PATH}{file_id}/{width}"


def get(session: Session, file_id: UUID) -> FileInfo:
    """One file that this session's actor may see; raises `Missing`."""
    row = session.execute(select(*_PUBLIC).where(StoredFile.id == file_id)).one_or_none()
    if row is None:
        raise Missing(f"file {file_id}")
    return _info(row)


def get_many(session: Session, file_ids: Iterable[UUID]) -> dict[UUID, FileInfo]:
    """Those of these files that this session's actor may see, in one query."""
    ids = set(file_ids)
    if not ids:
        return {}
    rows = session.execute(select(*_PUBLIC).where(StoredFile.id.in_(ids)))
    return {row.id: _info(row) for row in rows}


def looked(session: Session, file_ids: Iterable[UUID]) -> dict[UUID, Looked]:
    """What is known of the insides of these documents, in one query; in the workspace only."""
    ids = set(file_ids)
    if not ids:
        return {}
    F = StoredFile
    columns = (F.id, F.content_type, F.findings, F.cleaned_from, F.accepted_by_name, F.accepted_at, F.public)
    rows = session.execute(select(*columns).where(F.id.in_(ids), F.kind == FileKind.DOCUMENT))
    return {
        row.id: Looked(
            row.content_type,
            None if row.findings is None else findings_of(row.findings),
            row.cleaned_from is not None,
            row.accepted_by_name,
            row.accepted_at,
            row.public,
        )
        for row in rows
    }


def decided(documents: Iterable[Looked]) -> tuple[bool, ...]:
    """Of each document that holds more than its reader sees, whether somebody decided what becomes of it."""
    return tuple(not document.undecided for document in documents if document.findings)


def may_go_out() -> ColumnElement[bool]:
    """Files that may become public: pictures, documents in which nothing was found, and those accepted as they are."""
    F = StoredFile
    return or_(F.kind != FileKind.DOCUMENT, F.findings == [], F.accepted_at.is_not(None))


def count(session: Session, *, kind: str | None = None) -> int:
    """How many files the tenant has."""
    return session.scalar(select(func.count()).select_from(StoredFile).where(*_kept(kind))) or 0


def page(session: Session, *, kind: str | None = None, limit: int = 50, offset: int = 0) -> list[ListedFile]:
    """The tenant's files, newest first. `kind` is "image" or "document"; None: both."""
    columns: list[Any] = [*_PUBLIC, StoredFile.attached, StoredFile.uploaded_by_name, StoredFile.created_at]
    rows = session.execute(
        select(*columns)
        .where(*_kept(kind))
        .order_by(StoredFile.created_at.desc(), StoredFile.id.desc())
        .limit(limit)
        .offset(offset)
    )
    return [ListedFile(_info(row), row.attached, row.uploaded_by_name, row.created_at) for row in rows]


def _kept(kind: str | None) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [StoredFile.deleted_at.is_(None)]
    return [*conditions, StoredFile.kind == kind] if kind else conditions


def _info(row: object) -> FileInfo:
    values = {column.key: getattr(row, column.key) for column in _PUBLIC}
    return FileInfo(**{**values, "widths": tuple(values["widths"])})


def object_key(file: FileInfo | StoredFile, width: int | None = None) -> str:
    """Key of a file's bytes; of an image the one in `width`. Raises `Missing` for a width that is not stored."""
    if width is None or width == file.width:
        return file.key
    if width not in file.widths:
        raise Missing(f"width {width} of file {file.id}")
    return f"{file.key.rpartition('/')[0]}/{width}.webp"


def open_file(
    file: FileInfo | StoredFile, *, width: int | None = None, start: int = 0, end: int | None = None
) -> Opened:
    """Read a file's bytes. Raises `Missing`, `NotStored` or `StoreDown`."""
    return storage().open(object_key(file, width), start=start, end=end)


def download_link(file: FileInfo | StoredFile, seconds: int = 300) -> str:
    """An address from which whoever has it downloads the file under its name, for so long."""
    return storage().signed_url(file.key, file.name, seconds, content_type=file.content_type)
