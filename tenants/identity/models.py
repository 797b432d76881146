"""Tenants and people: who they are, what they hold, how they sign in."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    Date,
    ForeignKey,
    Index,
    UniqueConstraint,
    and_,
    literal,
    text,
)
from sqlalchemy.dialects.postgresql import DATERANGE, ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column, validates

from tenants.clock import today
from tenants.database import Base, Identified
from tenants.days import Days, days, first_day, last_day
from tenants.permissions import Role
from tenants.pinyin import sound


class Named:
    """Something whose name stands in lists: ordered by `name_sound`, how the name sounds, then by the name."""

    _is_person: ClassVar[bool] = False

    name_sound: Mapped[str] = mapped_column(server_default="")

    @validates("name")
    def _keep_sound(self, _key: str, name: str) -> str:
        self.name_sound = sound(name, person=self._is_person)
        return name


class TenantKind(StrEnum):
    """街道办事处, 乡镇政府, 园区管委会."""

    SUBDISTRICT = "subdistrict"
    TOWN = "town"
    PARK = "park"


class CommentPolicy(StrEnum):
    """Comments wait for approval, or are shown at once."""

    HOLD = "hold"
    SHOW = "show"


class UnitKind(StrEnum):
    """组团 or 乡镇."""

    CLUSTER = "cluster"
    TOWN = "town"


class TokenPurpose(StrEnum):
    """What a link that works once is for."""

    INVITATION = "invitation"
    RESET = "reset"
    OBJECTION = "objection"
    OFFER = "offer"


class Tenant(Named, Identified, Base):
    """属地单位: has its own team, projects and budget."""

    __tablename__ = "tenant"
    __table_args__ = (CheckConstraint("reply_days BETWEEN 1 AND 60", name="reply_days"),)

    kind: Mapped[TenantKind]
    #: Its address on the site.
    slug: Mapped[str] = mapped_column(unique=True)
    #: Addresses it had before; they lead to the present one and are nobody else's.
    former_slugs: Mapped[list[str]] = mapped_column(default=list)
    name: Mapped[str]
    short_name: Mapped[str]
    introduction: Mapped[str] = mapped_column(default="")
    picture_file_id: Mapped[UUID | None]
    contact_phone: Mapped[str] = mapped_column(default="")
    contact_email: Mapped[str] = mapped_column(default="")
    contact_address: Mapped[str] = mapped_column(default="")
    office_hours: Mapped[str] = mapped_column(default="")
    comment_policy: Mapped[CommentPolicy] = mapped_column(default=CommentPolicy.HOLD)
    #: Working days within which a comment is answered.
    reply_days: Mapped[int] = mapped_column(default=10)
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    active: Mapped[bool] = mapped_column(default=True)
    #: Since when the public sees it; None while it is being set up.
    opened_at: Mapped[datetime | None]
    demo: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class ResponsibleUnit(Named, Identified, Base):
    """责任单元: the area a team answers for."""

    __tablename__ = "responsible_unit"
    __table_args__ = (UniqueConstraint("tenant_id", "id"), UniqueConstraint("tenant_id", "slug"))

    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenant.id"))
    kind: Mapped[UnitKind]
    slug: Mapped[str]
    #: Addresses it had before; they lead to the present one and are no other unit's of the tenant.
    former_slugs: Mapped[list[str]] = mapped_column(default=list)
    name: Mapped[str]
    introduction: Mapped[str] = mapped_column(default="")
    #: GeoJSON geometry, WGS 84.
    boundary: Mapped[dict[str, Any] | None]
    #: The boundary is not surveyed: shown as 示意.
    schematic: Mapped[bool] = mapped_column(default=True)
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    active: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class Bureau(Named, Identified, Base):
    """委办局."""

    __tablename__ = "bureau"

    #: Its address in the workspace.
    slug: Mapped[str] = mapped_column(unique=True)
    #: Addresses it had before; they lead to the present one and are no other bureau's.
    former_slugs: Mapped[list[str]] = mapped_column(default=list)
    name: Mapped[str] = mapped_column(unique=True)
    short_name: Mapped[str]
    contact_phone: Mapped[str] = mapped_column(default="")
    contact_email: Mapped[str] = mapped_column(default="")
    contact_address: Mapped[str] = mapped_column(default="")
    #: 联络员: who is asked about what concerns the bureau; counts while they work there.
    liaison_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    active: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class Staff(Named, Identified, Base):
    """Somebody who works here: planner, clerk, official. One row however many teams they serve."""

    __tablename__ = "staff"
    _is_person = True

    #: Lower case.
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    job_title: Mapped[str] = mapped_column(default="")
    active: Mapped[bool] = mapped_column(default=True)
    #: When the invitation was accepted; empty while it waits.
    joined_at: Mapped[datetime | None]
    deactivated_at: Mapped[datetime | None]
    locale: Mapped[str] = mapped_column(default="zh_Hans_CN")
    demo: Mapped[bool] = mapped_column(default=False)


class StaffCredential(Base):
    """What a staff member proves themself with. Visible to the sign-in and to its owner only."""

    __tablename__ = "staff_credential"

    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    password_hash: Mapped[str | None]
    password_changed_at: Mapped[datetime | None]
    #: Base32; encrypted with the signing key.
    totp_secret: Mapped[str | None]
    totp_confirmed_at: Mapped[datetime | None]
    #: The last time step that was accepted, so that a code works once.
    totp_last_step: Mapped[int | None]
    #: Keyed hashes of the unused recovery codes.
    recovery_hashes: Mapped[list[str]] = mapped_column(default=list)


_PLACE = "coalesce(tenant_id, bureau_id, '00000000-0000-0000-0000-000000000000'::uuid)"


class RoleAssignment(Identified, Base):
    """A role that somebody holds in a tenant, a bureau or the district, from day to day. Ended, never deleted.

    Whether it is held is asked with the day it is, whenever it is read: nothing turns it on or off.
    """

    __tablename__ = "role_assignment"
    __table_args__ = (
        CheckConstraint("num_nonnulls(tenant_id, bureau_id) <= 1", name="one_place"),
        CheckConstraint("NOT isempty(valid) AND NOT lower_inf(valid)", name="some_days"),
        # nobody is given a role twice for one day at one place; a value stands as the range that holds it alone
        ExcludeConstraint(
            (text("uuidrange(staff_id, staff_id, '[]')"), "&&"),
            (text("textrange(role, role, '[]')"), "&&"),
            (text(f"uuidrange({_PLACE}, {_PLACE}, '[]')"), "&&"),
            ("valid", "&&"),
            name="ex_role_assignment_held_once",
            where=text("ended_at IS NULL"),
        ),
        Index("ix_role_assignment_staff", "staff_id"),
        Index("ix_role_assignment_tenant", "tenant_id"),
    )

    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    role: Mapped[Role]
    tenant_id: Mapped[UUID | None] = mapped_column(ForeignKey("tenant.id"))
    bureau_id: Mapped[UUID | None] = mapped_column(ForeignKey("bureau.id"))
    granted_by: Mapped[str] = mapped_column(default="")
    #: The days for which it was given, in Beijing: half-open, and open where no last day is set.
    valid: Mapped[Days] = mapped_column(DATERANGE, default=lambda: days(today()))
    #: Ended at once, whatever its days; empty for one that runs out by itself.
    ended_at: Mapped[datetime | None]

    @classmethod
    def held_on(cls, day: date) -> ColumnElement[bool]:
        """It is held on this day."""
        return and_(cls.ended_at.is_(None), cls.valid.contains(literal(day, Date)))

    @classmethod
    def lasting(cls, day: date) -> ColumnElement[bool]:
        """It is held on this day or to come: whoever has it belongs there, or is expected."""
        return and_(cls.ended_at.is_(None), cls.valid.overlaps(days(day)))

    @property
    def first(self) -> date:
        """The first day on which it is held."""
        return first_day(self.valid)

    @property
    def last(self) -> date | None:
        """The last day on which it is held; None without one."""
        return last_day(self.valid)


class RoleTermChange(Identified, Base):
    """The last day of a role was changed: when (`created_at`), by whom and why. Written once."""

    __tablename__ = "role_term_change"

    assignment_id: Mapped[UUID] = mapped_column(ForeignKey("role_assignment.id"))
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"), index=True)
    tenant_id: Mapped[UUID | None] = mapped_column(ForeignKey("tenant.id"))
    bureau_id: Mapped[UUID | None] = mapped_column(ForeignKey("bureau.id"))
    old_last: Mapped[date | None]
    new_last: Mapped[date | None]
    reason: Mapped[str]
    changed_by: Mapped[str]


class StaffSession(Identified, Base):
    """A signed-in browser of a staff member. The cookie holds the token, the row its SHA-256 (hex)."""

    __tablename__ = "staff_session"

    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"), index=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    last_seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ip: Mapped[str | None]
    user_agent: Mapped[str] = mapped_column(default="")
    second_factor: Mapped[bool] = mapped_column(default=False)
    revoked_at: Mapped[datetime | None]


class StaffToken(Identified, Base):
    """An invitation, a reset, an objection or an offer of roles. Works once; the row holds its SHA-256 (hex)."""

    __tablename__ = "staff_token"
    __table_args__ = (
        Index(
            "ix_staff_token_offered_by",
            text("((offer ->> 'tenant_id'))"),
            postgresql_where=text("offer IS NOT NULL AND used_at IS NULL"),
        ),
        Index(
            "ix_staff_token_offered_by_bureau",
            text("((offer ->> 'bureau_id'))"),
            postgresql_where=text("offer IS NOT NULL AND used_at IS NULL"),
        ),
    )

    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"), index=True)
    purpose: Mapped[TokenPurpose]
    token_hash: Mapped[str] = mapped_column(unique=True)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    #: What an offer is of: `tenant_id` or `bureau_id` (neither: the district), `roles`, `days` of each (first, last),
    #: `place`; `by` whom; to whom: `name`, `email`.
    offer: Mapped[dict[str, Any] | None]


class Resident(Identified, Base):
    """A resident's account: an e-mail address or a phone number, a display name, no password."""

    __tablename__ = "resident"

    email: Mapped[str | None] = mapped_column(unique=True)
    phone: Mapped[str | None] = mapped_column(unique=True)
    display_name: Mapped[str]
    #: Wants mail about what becomes of their comments.
    notify: Mapped[bool] = mapped_column(default=True)
    locale: Mapped[str] = mapped_column(default="zh_Hans_CN")
    deleted_at: Mapped[datetime | None]
    demo: Mapped[bool] = mapped_column(default=False)


class ResidentSession(Identified, Base):
    """A signed-in browser of a resident. The cookie holds the token, the row its SHA-256 (hex)."""

    __tablename__ = "resident_session"

    resident_id: Mapped[UUID] = mapped_column(ForeignKey("resident.id"), index=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    user_agent: Mapped[str] = mapped_column(default="")


class OneTimeCode(Identified, Base):
    """A resident's sign-in code: keyed hash, few attempts, short life."""

    __tablename__ = "one_time_code"

    #: Lower-cased e-mail address or digits of a phone number.
    address: Mapped[str] = mapped_column(index=True)
    code_hash: Mapped[str]
    expires_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    used_at: Mapped[datetime | None]


class Throttle(Base):
    """How often something was tried in a window: survives restarts, shared by all processes."""

    __tablename__ = "throttle"

    #: Keyed hash of what is limited and for whom.
    bucket: Mapped[str] = mapped_column(primary_key=True)
    count: Mapped[int]
    window_ends_at: Mapped[datetime]
