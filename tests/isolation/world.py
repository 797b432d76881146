"""A small district to test isolation in: three tenants, the same things in each, told apart by their words."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID, uuid4

from sqlalchemy import Engine

from portal.participation.models import AnswerTemplate, Comment, CommentEvent
from portal.publishing.models import (
    Publication,
    PublicationDraft,
    PublicationEvent,
    PublicationVersion,
    State,
    VersionFile,
)
from settings import Settings
from tenants import actors, audit
from tenants.actors import Actor
from tenants.clock import now
from tenants.database import Base, open_session
from tenants.files.models import StoredFile
from tenants.identity.models import (
    Resident,
    ResidentSession,
    ResponsibleUnit,
    RoleAssignment,
    Staff,
    Tenant,
)
from tenants.identity.queries import token_hash
from tenants.permissions import Role


@dataclass
class World:
    """What was made, by tenant."""

    settings: Settings
    workspace: Engine
    public: Engine
    tenants: list[UUID] = field(default_factory=list)
    slugs: dict[UUID, str] = field(default_factory=dict)
    people: dict[UUID, UUID] = field(default_factory=dict)
    #: table name -> tenant -> ids (or, without an id, the owning row's id)
    rows: dict[str, dict[UUID, set[UUID]]] = field(default_factory=dict)
    codes: dict[UUID, dict[str, str]] = field(default_factory=dict)
    residents: list[tuple[UUID, str]] = field(default_factory=list)

    def staff(self, tenant: UUID, *roles: Role) -> Actor:
        """Somebody of that tenant; staff unless other roles are named."""
        actor = actors.in_tenant(self.people[tenant], "测试", roles or (Role.TENANT_STAFF,), tenant)
        assert actor
        return actor

    def titles(self, tenant: UUID) -> set[str]:
        """Titles of all versions of a tenant."""
        return {f"{self.slugs[tenant]}的{state}" for state in ("draft", "published")}

    def resident(self, number: int) -> Actor:
        """A signed-in resident: the first commented everywhere, the second nowhere."""
        resident_id, token = self.residents[number]
        return actors.resident(resident_id, f"居民{number}", token_hash(token))


def build(settings: Settings, workspace: Engine, public: Engine) -> World:
    """Make the district through the ORM, as the database's roles allow."""
    world = World(settings, workspace, public)
    with open_session(workspace, actors.system()) as session, session.begin():
        for number in range(2):
            resident = Resident(
                email=f"r{number}-{uuid4().hex[:8]}@example.org", display_name=f"居民{number}"
            )
            session.add(resident)
            world.residents.append((resident.id or uuid4(), uuid4().hex))
            session.flush()
            world.residents[number] = (resident.id, world.residents[number][1])
        for _number in range(3):
            slug = f"iso{uuid4().hex[:8]}"
            tenant = Tenant(
                kind="town", opened_at=now(), slug=slug, name=f"{slug}镇", short_name=slug, comment_policy="show"
            )
            person = Staff(email=f"{slug}@example.org", name="测试")
            session.add_all([tenant, person])
            session.flush()
            session.add(RoleAssignment(staff_id=person.id, tenant_id=tenant.id, role=Role.TENANT_STAFF))
            world.tenants.append(tenant.id)
            world.slugs[tenant.id] = slug
            world.people[tenant.id] = person.id
            world.codes[tenant.id] = {}
    for resident_id, token in world.residents:
        with open_session(public, actors.anonymous(token_hash(token))) as session, session.begin():
            session.add(
                ResidentSession(
                    resident_id=resident_id,
                    token_hash=token_hash(token),
                    expires_at=now() + timedelta(days=1),
                )
            )
    for tenant_id in world.tenants:
        _fill(world, tenant_id)
    return world


def _fill(world: World, tenant: UUID) -> None:
    slug = world.slugs[tenant]

    def made(*things: Base) -> None:
        session.add_all(things)
        session.flush()
        for thing in things:
            key = next(
                getattr(thing, name) for name in ("id", "publication_id", "file_id") if hasattr(thing, name)
            )
            world.rows.setdefault(thing.__tablename__, {}).setdefault(tenant, set()).add(key)

    with open_session(world.workspace, world.staff(tenant, Role.TENANT_ADMIN)) as session, session.begin():
        unit = ResponsibleUnit(tenant_id=tenant, kind="town", slug=f"u-{slug}", name=f"{slug}单元")
        stored = [
            StoredFile(
                tenant_id=tenant, kind="document", name=f"{slug}-{public}.pdf", content_type="application/pdf",
                size=1, sha256="0", key=f"{tenant}/{uuid4()}", public=public, attached=True, findings=[],
            )
            for public in (False, True)
        ]  # fmt: skip
        made(unit, *stored)
        published = uuid4()
        for state in (State.DRAFT, State.PUBLISHED):
            live = state is State.PUBLISHED
            record = Publication(
                tenant_id=tenant, code=uuid4().hex[:10], kind="sprout", state=state, updated_at=now(),
                edited_by_name="测试", published_at=now() if live else None,
                first_published_at=now() if live else None,
            )  # fmt: skip
            made(record)
            published = record.id  # the last one
            version = PublicationVersion(
                tenant_id=tenant, publication_id=record.id, number=1, title=f"{slug}的{state}", live=live,
                note="内部备注",
            )  # fmt: skip
            made(version)
            record.head_id = version.id
            record.live_id = version.id if live else None
            world.codes[tenant][state.value] = record.code
            made(
                VersionFile(
                    tenant_id=tenant, version_id=version.id, file_id=stored[int(live)].id, role="document"
                ),
                PublicationEvent(
                    tenant_id=tenant,
                    publication_id=record.id,
                    actor_name="测试",
                    action="created",
                    state=state,
                ),
            )
        draft = PublicationDraft(
            tenant_id=tenant, publication_id=published, staff_id=world.people[tenant], base_number=1,
            fields={"title": "草稿"}, saved_at=now(),
        )  # fmt: skip
        made(draft, AnswerTemplate(tenant_id=tenant, title="谢谢", body="谢谢您。"))
        for visibility in ("held", "shown", "hidden"):
            comment = Comment(
                tenant_id=tenant, publication_id=published, resident_id=world.residents[0][0], author_name="居民0",
                body=f"{slug} {visibility}", visibility=visibility,
            )  # fmt: skip
            made(comment)
            made(
                CommentEvent(
                    tenant_id=tenant,
                    comment_id=comment.id,
                    actor_kind="resident",
                    actor_name="居民0",
                    action="written",
                )
            )
        audit.record(session, "tested", "tenant", tenant)
        session.flush()
