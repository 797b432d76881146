"""One record of each shape that a benchmark multiplies, made by the services as people would have made it.

They live in a tenant of their own, with a team, an office and a resident of its own.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from io import BytesIO
from uuid import UUID

from sqlalchemy import Engine

from demo import cast
from demo.content import Resident
from portal.organisation import service as organisation
from portal.participation import service as participation
from portal.participation.policy import Fate
from portal.publishing import service as publishing
from portal.publishing.content import Content
from portal.publishing.policy import Kind
from tenants import actors
from tenants.actors import Actor
from tenants.clock import now
from tenants.database import open_session
from tenants.files import service as files
from tenants.files.inspect import Purpose
from tenants.identity import residents, service
from tenants.identity.models import CommentPolicy, TenantKind, UnitKind
from tenants.permissions import Role
from tenants.rules import AS_IT_IS

#: What stands in the specimens' texts where each copy says something of its own.
SUBJECT, NUMBER = "口袋公园", "第0号"
COMMENT_NUMBER = "第0条"
UNITS = ("中仓", "新华", "北苑")
#: Those who write, in turn.
WRITERS = 8
#: Every kind of publication about every unit.
PUBLISHED = 12
#: How many wait as drafts and in review, in a tenant however old: it is people who have them in hand.
WAITING = 3
_BODY = (
    f"<h2>为什么要改</h2><p>{f'{SUBJECT}是居民每天都要经过的地方，路面不平、照明不足、没有坐处。' * 4}</p>"
    f"<h2>怎么改</h2><p>{'补种乔木，增加座椅和照明，把人行道接通，雨水就地下渗。' * 8}</p>"
)


@dataclass
class Specimens:
    """The ids of the specimens. All publications took their last step, and all comments were said, at one time."""

    tenant_id: UUID
    settled_at: datetime
    said_at: datetime
    drafts: list[UUID] = field(default_factory=list)
    in_review: list[UUID] = field(default_factory=list)
    published: list[UUID] = field(default_factory=list)
    #: By shape: held, waiting, hidden, late, or what became of it.
    comments: dict[str, UUID] = field(default_factory=dict)
    person_id: UUID | None = None
    file_id: UUID | None = None


class Maker:
    """Makes the specimens through both doors of a database, in the sessions of those who do each step."""

    def __init__(self, workspace: Engine, public: Engine) -> None:
        self.workspace, self.public = workspace, public
        began = now()
        self.founded, settled, said = (began - timedelta(days=days) for days in (90, 60, 40))
        self.made = Specimens(self._found(), settled, said)
        self.admin = self._employ("测量管理员", Role.TENANT_ADMIN)
        self.clerk = self._employ("测量员", Role.TENANT_STAFF)
        self.writers = [self._employ(f"林工{n}", Role.PLANNER) for n in range(WRITERS)]
        self.made.person_id = self.writers[0].id
        with open_session(workspace, actors.system()) as session, session.begin():
            team = [actor.id for actor in (self.admin, self.clerk, *self.writers) if actor.id]
            service.set_password_for_demo(session, team, secrets.token_urlsafe())

    def make(self, *, file: bool) -> Specimens:
        """All specimens; that of a file, which is looked into by a process of its own, only where it is wanted."""
        with open_session(self.workspace, self.admin) as session, session.begin():
            self.units = [
                organisation.create_unit(
                    session, self.admin, kind=UnitKind.CLUSTER, slug=f"u{n}", name=f"{name}组团", at=self.founded
                ).id
                for n, name in enumerate(UNITS)
            ]
        self._write_publications()
        self._say()
        self._answer()
        if file:
            with open_session(self.workspace, self.writers[0]) as session, session.begin():
                content = BytesIO("道路断面和种植的图则。\n".encode() * 600)
                self.made.file_id = files.store_upload(
                    session, self.writers[0], content, "图则.txt", purpose=Purpose.ATTACHMENT
                ).id
        return self.made

    def _found(self) -> UUID:
        with open_session(self.workspace, actors.system()) as session, session.begin():
            return organisation.create_tenant(
                session, session.info["actor"], kind=TenantKind.TOWN, slug="specimens", name="测量镇",
                short_name="测量", introduction="用来测量的单位。", comment_policy=CommentPolicy.HOLD, reply_days=5,
                latitude=39.9, longitude=116.65, demo=True, at=self.founded, opened_at=self.founded,
            ).id  # fmt: skip

    def _employ(self, name: str, role: Role) -> Actor:
        with open_session(self.workspace, actors.system()) as session, session.begin():
            address = f"{secrets.token_hex(6)}@example.org"
            staff = service.create_staff(session, email=address, name=name, demo=True, at=self.founded)
            service.grant_role(session, staff.id, role, tenant_id=self.made.tenant_id, at=self.founded)
        actor = actors.in_tenant(staff.id, name, [role], self.made.tenant_id)
        assert actor is not None
        return actor

    def _write_publications(self) -> None:
        """Each goes as far as it shall: written, sent to review, approved and published."""
        settled, days = self.made.settled_at, timedelta(days=1)
        codes: list[str] = []
        ways = [(self.made.drafts, 0)] * WAITING + [(self.made.in_review, 1)] * WAITING
        ways += [(self.made.published, 2)] * PUBLISHED
        for number, (made, steps) in enumerate(ways):
            writer = self.writers[number % WRITERS]
            with open_session(self.workspace, writer) as session, session.begin():
                begun, kind = settled - steps * 4 * days, list(Kind)[number % 4]
                content = self._content(number, kind)
                row = publishing.create(session, kind, content, now=begun, demo=True)
                made.append(row.id)
                if steps:
                    publishing.submit(session, row.code, AS_IT_IS, now=begun + 4 * days)
            if made is self.made.published:
                codes.append(row.code)
        with open_session(self.workspace, self.admin) as session, session.begin():
            for code in codes:
                publishing.approve(session, code, AS_IT_IS, now=settled - days)
                publishing.publish(session, code, AS_IT_IS, now=settled)

    def _content(self, number: int, kind: Kind) -> Content:
        whole = Content(
            title=f"{SUBJECT}改造说明 {NUMBER}",
            summary=f"{SUBJECT}怎么改、什么时候改、对周边居民有什么影响，这里用大白话说清楚。",
            body=_BODY,
            for_you="出门更方便。",
            tags=(SUBJECT, "街区更新"),
            unit_id=self.units[number % len(UNITS)],
            latitude=39.9,
            longitude=116.6,
        )
        if kind is not Kind.OUTREACH:
            return whole
        starts = self.made.settled_at + timedelta(days=20)
        ends = starts + timedelta(hours=2)
        return replace(whole, event_place="社区活动室", event_starts_at=starts, event_ends_at=ends)

    def _say(self) -> None:
        """A resident's comments, each under another publication; after the first one the tenant shows all at once."""
        with open_session(self.workspace, actors.system()) as session, session.begin():
            neighbour = Resident("benchmark", "测量")
            resident_id = residents.create(
                session, display_name=neighbour.name, email=neighbour.email, demo=True, at=self.founded
            ).id
        said = partial(self._said_by, neighbour, resident_id)
        said("held")
        with open_session(self.workspace, self.admin) as session, session.begin():
            settings = {"comment_policy": CommentPolicy.SHOW}
            organisation.update_settings(
                session, self.admin, self.made.tenant_id, settings, expected_version=1
            )
        said("waiting", "hidden", "late", *(fate.value for fate in Fate if fate is not Fate.RECEIVED))

    def _said_by(self, neighbour: Resident, resident_id: UUID, *shapes: str) -> None:
        with open_session(self.public, actors.anonymous()) as session, session.begin():
            cast.sign_in(session, neighbour, resident_id)
            for shape in shapes:
                under = self.made.published[len(self.made.comments)]
                words = f"希望这里多一些座椅，晚上的灯亮一点。{COMMENT_NUMBER}"
                self.made.comments[shape] = participation.write_comment(
                    session, under, words, now=self.made.said_at, demo=True
                ).id
            cast.sign_out(session)

    def _answer(self) -> None:
        """What the tenant made of them: in time but once."""
        said, in_time = self.made.said_at, self.made.said_at + timedelta(days=3)
        fates: Sequence[tuple[str, Fate, str | None, datetime]] = (
            ("late", Fate.STUDYING, None, said + timedelta(days=9)),
            ("studying", Fate.STUDYING, None, in_time),
            ("adopted", Fate.ADOPTED, "列入今年的计划。", in_time),
            ("not_adopted", Fate.NOT_ADOPTED, "这一段没有装灯的地方。", in_time),
            ("done", Fate.DONE, "座椅和路灯已经装好。", in_time),
        )
        comments = self.made.comments
        with open_session(self.workspace, self.clerk) as session, session.begin():
            participation.hide(session, comments["hidden"], AS_IT_IS, "duplicate", "请看另一条。", now=in_time)
            decided = said + timedelta(days=2)
            participation.set_fate(
                session, comments["done"], AS_IT_IS, Fate.ADOPTED, "建议可行。", now=decided
            )
            for shape, fate, reason, at in fates:
                participation.answer(
                    session, comments[shape], AS_IT_IS, "谢谢您的意见，照明和座椅已列入今年的计划。",
                    fate=fate, reason=reason, now=at,
                )  # fmt: skip
