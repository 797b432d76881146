"""Publications of the demonstration, brought out by the services as their editors would have done it."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from demo import documents
from demo.cast import SINCE_DAYS, Team
from demo.content import Paper, Point, Publication, Template, Tenant, markup
from demo.days import Days
from demo.pictures import Picture
from portal.organisation import service as organisation
from portal.participation import service as participation
from portal.participation.policy import Fate
from portal.publishing import service, versions
from portal.publishing.content import Attachment, Content
from portal.publishing.importing import import_document
from portal.publishing.models import Publication as PublicationRow
from portal.publishing.models import PublicationVersion
from portal.publishing.policy import Kind, State
from tenants.actors import Actor
from tenants.files import service as files
from tenants.files.inspect import Purpose
from tenants.files.models import StoredFile
from tenants.files.queries import media_url
from tenants.identity.models import ResponsibleUnit, UnitKind
from tenants.identity.models import Tenant as TenantRow
from tenants.rules import AS_IT_IS

FOLDER = Path(__file__).parent / "seed"
#: Widths in pixels of pictures that never fill a screen.
IN_TEXT, OF_TENANT = 960, 1280


def pictures_of(tenant: Tenant) -> Iterator[Picture]:
    """Every picture that the tenant's pages need."""
    yield _portrait(tenant)
    for publication in tenant.publications:
        yield Picture(publication.cover, publication.slug)
        if publication.kind == "sprout":
            yield Picture(publication.cover, publication.slug, before=True)
        for scene, seed in markup.pictures(publication.body):
            yield Picture(scene, seed, width=IN_TEXT)


def _portrait(tenant: Tenant) -> Picture:
    return Picture(tenant.picture, tenant.slug, width=OF_TENANT)


def bring_out(
    open_as: Callable[[Actor], Session],
    team: Team,
    days: Days,
    drawn: dict[Picture, Path],
    papers: dict[str, Paper],
    templates: list[Template],
) -> None:
    """Units, answer templates and publications of one tenant, in one transaction each part; what is there is left alone."""
    admin = team.of_role("tenant_admin")
    with open_as(admin) as session, session.begin():
        known = session.execute(select(ResponsibleUnit.slug, ResponsibleUnit.id))
        units = {slug: unit_id for slug, unit_id in known}
        if not units:
            units = _draw_units(session, admin, team.tenant, days)
            for template in templates:
                fate = Fate(template.fate) if template.fate else None
                participation.save_template(session, template.title, template.body, fate=fate)
            _hang_picture(session, admin, team, drawn)
    for publication in team.tenant.publications:
        _Desk(open_as, team, days, drawn, papers, units).bring_out(publication)


def _draw_units(session: Session, admin: Actor, tenant: Tenant, days: Days) -> dict[str, UUID]:
    return {
        unit.slug: organisation.create_unit(
            session,
            admin,
            kind=UnitKind(unit.kind),
            slug=unit.slug,
            name=unit.name,
            introduction=unit.introduction,
            boundary=schematic_boundary(unit.slug, unit.at, unit.radius_km),
            schematic=True,
            latitude=unit.at[0],
            longitude=unit.at[1],
            at=days.ago(SINCE_DAYS - 5, 10),
        ).id
        for unit in tenant.units
    }


def schematic_boundary(seed: str, middle: Point, radius_km: float) -> dict[str, Any]:
    """An uneven polygon around a point as GeoJSON: a place to look at, not a survey."""
    rng = random.Random(seed)
    latitude, longitude = middle
    per_degree = 111.32
    ring = []
    for k in range(14):
        angle = 2 * math.pi * k / 14
        reach = radius_km * rng.uniform(0.78, 1.12)
        ring.append(
            [
                round(
                    longitude + reach * math.cos(angle) / (per_degree * math.cos(math.radians(latitude))), 5
                ),
                round(latitude + reach * math.sin(angle) / per_degree, 5),
            ]
        )
    return {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}


def _hang_picture(session: Session, admin: Actor, team: Team, drawn: dict[Picture, Path]) -> None:
    path = drawn[_portrait(team.tenant)]
    file = _store(session, admin, path.read_bytes(), f"{team.tenant.short_name}.jpg", Purpose.PICTURE)
    row = session.get(TenantRow, team.tenant_id)
    assert row is not None
    organisation.update_settings(
        session, admin, row.id, {"picture_file_id": file.id}, expected_version=row.version
    )


def _store(session: Session, actor: Actor, content: bytes, name: str, purpose: Purpose) -> StoredFile:
    return files.store_upload(session, actor, BytesIO(content), name, purpose=purpose)


def _imported(name: str) -> str:
    """The body of a text file, as the workspace imports it."""
    return import_document((FOLDER / name).read_bytes(), name).html


class _Desk:
    """One publication on its way from the first draft to the state it is to be in."""

    def __init__(
        self,
        open_as: Callable[[Actor], Session],
        team: Team,
        days: Days,
        drawn: dict[Picture, Path],
        papers: dict[str, Paper],
        units: dict[str, UUID],
    ) -> None:
        self.open_as, self.team, self.days, self.drawn, self.papers, self.units = (
            open_as, team, days, drawn, papers, units,
        )  # fmt: skip

    def bring_out(self, wanted: Publication) -> None:
        rng = random.Random(wanted.slug)
        editor = self._editor(wanted, rng)
        staff, admin = self.team.of_role("tenant_staff"), self.team.of_role("tenant_admin")
        approver = admin if editor is staff else rng.choice([staff, staff, admin])
        end = self.days.office_hour(wanted.days_ago, rng)
        begun = end - timedelta(days=rng.randint(4, 12), hours=rng.randint(0, 3))
        with self.open_as(editor) as session, session.begin():
            row = self._found(session, wanted)
            if row is None:
                row = self._write(session, editor, wanted, rng, begun, end)
                returned = rng.random() < 0.22 and wanted.state == "published"
            else:
                returned = False
            code = row.code
        if returned:
            self._send_back(approver, editor, code, end)
        # each step looks where the last one got to, for loading may have been stopped in between
        if wanted.state != "draft":
            with self._at(editor, code, State.DRAFT) as there:
                if there:
                    service.submit(there, code, AS_IT_IS, now=end - timedelta(hours=20))
        if wanted.state in ("approved", "published", "withdrawn"):
            with self._at(approver, code, State.IN_REVIEW) as there:
                if there:
                    service.approve(there, code, AS_IT_IS, now=end - timedelta(hours=2))
                    self._release(there, approver, code, wanted, end)
        if wanted.revision:
            with self._at(editor, code, State.PUBLISHED) as there:
                if there:
                    self._revise(there, editor, code, wanted, rng)

    def _found(self, session: Session, wanted: Publication) -> PublicationRow | None:
        return session.scalar(
            select(PublicationRow)
            .join(PublicationVersion, PublicationVersion.id == PublicationRow.head_id)
            .where(PublicationRow.demo, PublicationVersion.title == wanted.title)
        )

    @contextmanager
    def _at(self, actor: Actor, code: str, state: State) -> Iterator[Session | None]:
        """A transaction of `actor` if the publication is in this state; a revision of a live text is not a draft here."""
        with self.open_as(actor) as session, session.begin():
            row = session.scalars(select(PublicationRow).where(PublicationRow.code == code)).one()
            revised = state is State.DRAFT and row.live_id is not None
            yield session if row.state == state and not revised else None

    def _release(
        self, session: Session, approver: Actor, code: str, wanted: Publication, end: datetime
    ) -> None:
        if wanted.state == "approved":
            at = self.days.at(wanted.publish_in_days, 9)
            service.schedule(session, code, AS_IT_IS, at, now=self.days.now)
            return
        service.publish(session, code, AS_IT_IS, now=end)
        if not wanted.comments_open:
            service.close_comments(session, code, AS_IT_IS, now=end)

    def _editor(self, wanted: Publication, rng: random.Random) -> Actor:
        """Notices are written by the office's staff, everything else by the team."""
        if wanted.kind == "announcement":
            return self.team.of_role("tenant_staff")
        return rng.choice(self.team.editors())

    def _write(
        self,
        session: Session,
        editor: Actor,
        wanted: Publication,
        rng: random.Random,
        begun: datetime,
        end: datetime,
    ) -> PublicationRow:
        """A first draft, and most of the time a second version."""
        content = self._content(session, editor, wanted)
        first = replace(content, note="初稿")
        second = rng.random() < 0.55
        if second:
            first = replace(first, summary=wanted.summary.split("。")[0] + "。", for_you="")
        row = service.create(session, Kind(wanted.kind), first, now=begun, demo=True)
        if second:
            note = rng.choice(
                ["补全摘要和配图说明", "根据踏勘情况修改", "核对地名和数字", "按例会意见调整段落"]
            )
            later = begun + (end - begun) / 5
            content = replace(content, note=note)
            service.save(session, row.code, content, expected_number=1, now=later)
        return row

    def _send_back(self, approver: Actor, editor: Actor, code: str, end: datetime) -> None:
        """A round of review that came back with a wish."""
        with self.open_as(editor) as session, session.begin():
            service.submit(session, code, AS_IT_IS, now=end - timedelta(hours=70))
        with self.open_as(approver) as session, session.begin():
            service.send_back(
                session,
                code, AS_IT_IS,
                "请核对面积和工期，配图补上说明文字后再送审。",
                now=end - timedelta(hours=52),
            )
        with self.open_as(editor) as session, session.begin():
            head = session.scalars(
                select(PublicationVersion)
                .join(PublicationRow, PublicationRow.head_id == PublicationVersion.id)
                .where(PublicationRow.code == code)
            ).one()
            content = versions.content_of(session, head)
            revised = replace(content, cover_alt=content.cover_alt + "（绘图）", note="已核对面积和工期")
            later = end - timedelta(hours=28)
            service.save(session, code, revised, expected_number=head.number, now=later)

    def _revise(
        self, session: Session, editor: Actor, code: str, wanted: Publication, rng: random.Random
    ) -> None:
        at = self.days.office_hour(2, rng)
        row = service.revise(session, code, AS_IT_IS, now=at)
        head = session.get_one(PublicationVersion, row.head_id)
        content = versions.content_of(session, head)
        added = replace(content, body=f"{content.body}<p>{wanted.revision}</p>", note="补充最新进展")
        later = at + timedelta(minutes=25)
        service.save(session, code, added, expected_number=head.number, now=later)

    def _content(self, session: Session, editor: Actor, wanted: Publication) -> Content:
        cover = self._picture(session, editor, Picture(wanted.cover, wanted.slug))
        before = after = None
        if wanted.kind == "sprout":
            file = self._picture(session, editor, Picture(wanted.cover, wanted.slug, before=True))
            where = wanted.place or "场地"
            before = Attachment(file.id, f"改造前的{where}：地面破旧，杂物和车辆占着地方")
            after = Attachment(cover.id, f"改造后：{wanted.alt}")

        def address(scene: str, seed: str) -> str:
            file = self._picture(session, editor, Picture(scene, seed, width=IN_TEXT))
            return media_url(file.id, file.width or 0)

        body = (
            _imported(wanted.seed_document) if wanted.seed_document else markup.to_html(wanted.body, address)
        )
        hours = wanted.event_hours
        event = wanted.event_in_days
        return Content(
            title=wanted.title,
            summary=wanted.summary,
            body=body,
            for_you=wanted.for_you,
            tags=wanted.tags,
            unit_id=self.units[wanted.unit],
            cover_file_id=cover.id,
            cover_alt=wanted.alt,
            place_label=wanted.place,
            latitude=wanted.at[0] if wanted.at else None,
            longitude=wanted.at[1] if wanted.at else None,
            event_place=wanted.event_place,
            event_starts_at=None if event is None else self.days.at(event, hours[0]),
            event_ends_at=None if event is None else self.days.at(event, hours[1]),
            documents=tuple(self._documents(session, editor, wanted)),
            before=before,
            after=after,
        )

    def _documents(self, session: Session, editor: Actor, wanted: Publication) -> Iterator[Attachment]:
        if wanted.seed_document:
            content = (FOLDER / wanted.seed_document).read_bytes()
            yield Attachment(
                _store(session, editor, content, "通政办发〔2021〕10号.txt", Purpose.ATTACHMENT).id,
                "文件原文（文本）",
            )
        for name in wanted.documents:
            file_name, content = documents.make(name, self.papers)
            file = _store(session, editor, content, file_name, Purpose.ATTACHMENT)
            yield Attachment(file.id, file_name.rpartition(".")[0])

    def _picture(self, session: Session, editor: Actor, picture: Picture) -> StoredFile:
        name = f"{picture.seed}{'-改造前' if picture.before else ''}.jpg"
        return _store(session, editor, self.drawn[picture].read_bytes(), name, Purpose.PICTURE)
