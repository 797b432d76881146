"""Versions and their files: writing one, reading its content back, and what is public because of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, ColumnExpressionArgument, and_, exists, or_, select, true, update
from sqlalchemy.orm import Session

from portal.publishing.content import COLUMNS, DOCUMENT, INLINE, Content, of_version
from portal.publishing.models import Publication, PublicationVersion, VersionFile
from tenants import jobs
from tenants.database import actor_of
from tenants.files import deciding
from tenants.files.models import StoredFile
from tenants.files.queries import may_go_out
from tenants.identity.models import ResponsibleUnit, Tenant
from tenants.rules import N_, Invalid, Missing

EXTRACT_JOB = "publishing.extract_text"

#: Where the form shows the files of a role, if not under the role's own name.
_FIELDS: dict[str, str] = {INLINE: "body", DOCUMENT: "documents"}


def content_of(session: Session, version: PublicationVersion) -> Content:
    """What a version says."""
    files = session.execute(
        select(VersionFile.file_id, VersionFile.role, VersionFile.title)
        .where(VersionFile.version_id == version.id)
        .order_by(VersionFile.role, VersionFile.position)
    )
    return of_version(version, [(file_id, role, title) for file_id, role, title in files])


def numbered(session: Session, publication: Publication, number: int) -> PublicationVersion:
    """A version by its number. Raises `Missing`."""
    version = session.scalar(
        select(PublicationVersion).where(
            PublicationVersion.publication_id == publication.id, PublicationVersion.number == number
        )
    )
    if version is None:
        raise Missing
    return version


def add(
    session: Session,
    publication: Publication,
    content: Content,
    stored: Mapping[UUID, StoredFile],
    now: datetime,
    *,
    id: UUID,
    number: int,
) -> None:
    """Write tidied `content`, which shows the files that `checked` found, as a version."""
    actor = actor_of(session)
    version = PublicationVersion(
        id=id,
        tenant_id=publication.tenant_id,
        publication_id=publication.id,
        number=number,
        tags=list(content.tags),
        saved_by=actor.id,
        saved_by_name=actor.name,
        created_at=now,
        **{name: getattr(content, name) for name in COLUMNS},
    )
    session.add(version)
    session.flush()
    session.add_all(
        VersionFile(
            tenant_id=publication.tenant_id,
            version_id=version.id,
            file_id=file_id,
            role=role,
            position=position,
            title=title,
        )
        for file_id, role, position, title in content.files()
    )
    new = [file for file in stored.values() if not file.attached]
    for file in new:
        file.attached = True
        if file.kind == "document":
            jobs.defer(session, EXTRACT_JOB, tenant_id=publication.tenant_id, file_id=str(file.id))
    session.flush()


def checked(session: Session, content: Content) -> dict[UUID, StoredFile]:
    """The stored files that tidied content shows, its documents looked into.

    Raises `Invalid` for files or a unit not the tenant's: row security hides others'.
    """
    deciding.look_into(session, actor_of(session), [document.file_id for document in content.documents])
    wanted = {file_id: role for file_id, role, _, _ in content.files()}
    if content.cover_file_id:
        wanted.setdefault(content.cover_file_id, "cover_file_id")
    stored: dict[UUID, StoredFile] = {}
    if wanted:
        found = session.scalars(
            select(StoredFile).where(StoredFile.id.in_(wanted), StoredFile.deleted_at.is_(None))
        )
        stored = {file.id: file for file in found}
    errors: dict[str, str] = {}
    for file_id, role in wanted.items():
        field = _FIELDS.get(role, role)
        if file_id not in stored:
            errors[field] = N_("有一个文件找不到了，请重新上传。")
        elif role != DOCUMENT and stored[file_id].kind != "image":
            errors[field] = N_("这里要放图片，不能放其他文件。")
    if content.unit_id and not session.scalar(select(exists().where(ResponsibleUnit.id == content.unit_id))):
        errors["unit_id"] = N_("没有找到这个责任单元，请重新选择。")
    starts, ends = content.event_starts_at, content.event_ends_at
    if starts and ends and ends <= starts:
        errors["event_ends_at"] = N_("结束时间要晚于开始时间。")
    if (content.latitude is None) != (content.longitude is None):
        errors["latitude"] = N_("位置不完整，请在地图上重新点选。")
    if errors:
        raise Invalid(errors)
    return stored


def files_of(session: Session, version_ids: Iterable[UUID | None]) -> set[UUID]:
    """Every file that these versions show, covers too."""
    ids = [version_id for version_id in version_ids if version_id]
    shown = session.scalars(select(VersionFile.file_id).where(VersionFile.version_id.in_(ids)))
    covers = session.scalars(
        select(PublicationVersion.cover_file_id).where(
            PublicationVersion.id.in_(ids), PublicationVersion.cover_file_id.is_not(None)
        )
    )
    return {*shown, *(cover for cover in covers if cover)}


def settle_public(session: Session, file_ids: set[UUID]) -> None:
    """Make these files public exactly when something the public may see shows them.

    A document with something in it that nobody decided about does not become public by that.
    """
    if not file_ids:
        return
    session.flush()
    session.execute(
        update(StoredFile)
        .where(StoredFile.id.in_(file_ids))
        .values(public=and_(_shown_in(PublicationVersion.live), or_(StoredFile.public, may_go_out())))
        .execution_options(synchronize_session="fetch")
    )


def let_go(session: Session, file_id: UUID) -> None:
    """Leave a file that a tenant showed no longer to the cleaner, unless it is still the picture or in any text."""
    session.flush()
    session.execute(
        update(StoredFile)
        .where(StoredFile.id == file_id)
        .values(attached=_shown_in(true()))
        .execution_options(synchronize_session="fetch")
    )


def _shown_in(versions: ColumnExpressionArgument[bool]) -> ColumnElement[bool]:
    """A stored file is in the text of such a version, is its cover, or is the picture of its tenant."""
    in_text = exists().where(
        VersionFile.file_id == StoredFile.id, VersionFile.version_id == PublicationVersion.id, versions
    )
    as_cover = exists().where(
        PublicationVersion.tenant_id == StoredFile.tenant_id,
        PublicationVersion.cover_file_id == StoredFile.id,
        versions,
    )
    of_tenant = exists().where(Tenant.picture_file_id == StoredFile.id)
    return or_(*(found.correlate(StoredFile) for found in (in_text, as_cover, of_tenant)))
