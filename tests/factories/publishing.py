"""Publications for tests, made by the services."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any
from uuid import UUID

from PIL import Image
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from portal.publishing import service
from portal.publishing.content import Content
from portal.publishing.models import Publication
from portal.publishing.policy import Kind
from tenants.actors import Actor
from tenants.database import acting
from tenants.files.models import StoredFile
from tenants.permissions import Role
from tenants.rules import AS_IT_IS
from tests.factories import people
from tests.factories.people import Person, Place

if TYPE_CHECKING:
    from tests.conftest import Deployment

BODY = (
    "<h2>为什么要改</h2><p>这块三角地原来堆满杂物，居民走路要绕行。规划师和居民一起商量，"
    "决定把它改成一个能坐、能玩、能看花的口袋公园。</p><h2>什么时候开工</h2><p>计划四月开工，六月完工。</p>"
)


def content(title: str = "玉桥东里三角地变身口袋公园", **changes: Any) -> Content:
    """A text that is complete for review."""
    whole = Content(
        title=title,
        summary="堆杂物的三角地要改成口袋公园，有座椅、花池和儿童沙坑，四月开工，六月完工。",
        body=BODY,
        tags=("口袋公园", "微更新"),
    )
    return replace(whole, **changes)


def draft(session: Session, editor: Actor, kind: Kind = Kind.SPROUT, **changes: Any) -> Publication:
    """A complete draft."""
    with acting(session, editor):
        return service.create(session, kind, content(**changes))


def published(
    session: Session,
    editor: Actor,
    approver: Actor,
    kind: Kind = Kind.SPROUT,
    now: datetime | None = None,
    **changes: Any,
) -> Publication:
    """A publication that went the whole way."""
    with acting(session, editor):
        publication = service.create(session, kind, content(**changes), now=now)
    return release(session, editor, approver, publication.code, now=now)


def release(
    session: Session, editor: Actor, approver: Actor, code: str, now: datetime | None = None
) -> Publication:
    """Take a draft through review to the public."""
    with acting(session, editor):
        service.submit(session, code, AS_IT_IS, now=now)
    with acting(session, approver):
        service.approve(session, code, AS_IT_IS, now=now)
        return service.publish(session, code, AS_IT_IS, now=now)


def stored_file(session: Session, tenant_id: UUID, kind: str = "image", name: str = "") -> StoredFile:
    """A row of a stored file, without bytes in the store."""
    file_id = uuid7()
    image = kind == "image"
    name = name or ("三角地.webp" if image else "方案.pdf")
    file = StoredFile(
        id=file_id,
        tenant_id=tenant_id,
        kind=kind,
        name=name,
        content_type="image/webp" if image else "application/pdf",
        size=1234,
        sha256="0" * 64,
        key=f"{tenant_id}/{file_id}/file",
        width=1600 if image else None,
        height=900 if image else None,
        widths=[320, 640, 1280] if image else [],
        findings=[],
        created_at=datetime.now(UTC),
    )
    session.add(file)
    session.flush()
    return file


def picture_html(file_ids: Iterable[UUID], alt: str = "改造前的三角地") -> str:
    """A body with these pictures in it."""
    return BODY + "".join(f'<figure><img src="/media/{i}/1280" alt="{alt}"></figure>' for i in file_ids)


@dataclass(frozen=True)
class Newsroom:
    """A tenant with people who write, approve and publish, and the district office."""

    place: Place
    planner: Person
    clerk: Person
    second: Person
    office: Person

    def path(self, rest: str = "") -> str:
        """An address of the tenant's pages."""
        return f"/t/{self.place.slug}/{rest}"


def newsroom(deployment: Deployment, name: str = "玉桥街道办事处") -> Newsroom:
    """A tenant of its own for a test."""
    with deployment.session() as session, session.begin():
        place = people.tenant(session, name)
        return Newsroom(
            place,
            people.staff(session, Role.PLANNER, place=place, name="林晓"),
            people.staff(session, Role.TENANT_ADMIN, place=place, name="王敏"),
            people.staff(session, Role.TENANT_STAFF, place=place, name="赵强"),
            people.staff(session, Role.DISTRICT_OFFICE, name="周处"),
        )


def png(color: str = "#2c7a4b", size: tuple[int, int] = (800, 600)) -> bytes:
    """A picture as a file."""
    stream = BytesIO()
    Image.new("RGB", size, color).save(stream, "PNG")
    return stream.getvalue()
