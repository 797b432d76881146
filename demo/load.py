"""Load the demonstration district through the services, so that history, audit and search are true.

May be stopped and started again at any point: every part looks first at what is there. When all is in,
an entry in the audit says so, and nothing is touched any more.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Lock

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from demo import cast, newsroom, voices
from demo.content import District, Person, district
from demo.days import Days
from demo.pictures import draw_all
from portal.participation.models import Comment as CommentRow
from portal.participation.models import CommentEvent
from settings import Settings
from tenants import actors, audit, clock, deployment
from tenants.actors import Actor
from tenants.audit import AuditEntry
from tenants.database import Face, make_engine, open_session, url_for

LOADED = "demo.loaded"
Progress = Callable[[int, int | None], object]


@dataclass(frozen=True)
class SignIn:
    """A way into the demonstration. Residents have no password: their code is in the developer's outbox."""

    who: str
    email: str
    password: str
    totp_secret: str


def is_loaded(settings: Settings) -> bool:
    """Whether the whole district was brought in."""
    engine = make_engine(url_for(settings, Face.WORKSPACE), pooled=False)
    with open_session(engine, actors.system()) as session:
        return bool(session.scalar(select(func.count()).where(AuditEntry.action == LOADED)))


def load(settings: Settings, progress: Progress | None = None, content: District | None = None) -> None:
    """Bring in what is missing of the demonstration district, or of `content`. `progress` is told (done, total)."""
    if is_loaded(settings):
        return
    deployment.use(settings)
    workspace = make_engine(url_for(settings, Face.WORKSPACE), pool_size=4)
    public = make_engine(url_for(settings, Face.PUBLIC), pool_size=2)
    try:
        _Loading(
            settings, workspace, public, content or district(), progress or (lambda _done, _total: None)
        ).run()
    finally:
        workspace.dispose()
        public.dispose()
        deployment.use(None)


def sign_ins(settings: Settings) -> list[SignIn]:
    """Whom to be in the demonstration, one of each kind; empty outside of it."""
    if not settings.demo:
        return []
    d = district()
    by_slug = {tenant.slug: tenant for tenant in d.tenants}
    yuqiao, xinhua, tongyun, luyi = (by_slug[slug] for slug in ("yuqiao", "xinhua", "tongyun", "luyi"))
    both = f"{tongyun.short_name}、{luyi.short_name}片区责任规划师"
    shown: list[tuple[str, Person]] = [
        ("工作组办公室", d.office[0]),
        ("责任双师工作组", d.working_group[0]),
        (f"{yuqiao.short_name}管理员", yuqiao.of_role("tenant_admin")),
        (f"{yuqiao.short_name}工作人员", yuqiao.of_role("tenant_staff")),
        (f"{yuqiao.short_name}责任规划师", yuqiao.of_role("planner")),
        (both, tongyun.of_role("planner")),
        (f"{xinhua.short_name}责任建筑师", xinhua.of_role("architect")),
        (f"{d.bureaus[0].short_name}管理员", next(p for p in d.bureaus[0].people if p.role == "bureau_admin")),
        (d.bureaus[0].short_name, d.bureaus[0].people[0]),
        ("区财政", d.finance[0]),
        ("顶级首席责任双师", d.top_chiefs[0]),
    ]
    staff = [SignIn(who, p.email, cast.PASSWORD, cast.totp_secret(p)) for who, p in shown]
    resident = d.residents[0]
    return [*staff, SignIn(f"居民：{resident.name}", resident.email, "验证码见演示收件箱", "")]


class _Loading:
    """One run of the loader."""

    def __init__(
        self, settings: Settings, workspace: Engine, public: Engine, content: District, progress: Progress
    ) -> None:
        self.settings, self.workspace, self.public, self.district = settings, workspace, public, content
        self.days = Days(clock.now())
        self.pictures = [p for tenant in content.tenants for p in newsroom.pictures_of(tenant)]
        self._told, self._lock, self._done = progress, Lock(), 0
        self._total = len(self.pictures) + 2 * len(content.tenants) + 3

    def open_as(self, actor: Actor) -> Session:
        return open_session(self.workspace, actor)

    def system(self) -> Session:
        return self.open_as(actors.system("demo"))

    def step(self, parts: int = 1) -> None:
        with self._lock:
            self._done += parts
            self._told(self._done, self._total)

    def run(self) -> None:
        self.drawn = draw_all(
            self.pictures, self.settings.data_folder / "demo-pictures", lambda _done, _total: self.step()
        )
        self._done = len(self.pictures)
        with self.system() as session, session.begin():
            cast.found_district(session, self.district, self.days)
        self.step()
        with self.system() as session:
            teams = [cast.team(session, tenant) for tenant in self.district.tenants]
            self.residents = cast.resident_ids(session, self.district)
        with ThreadPoolExecutor(2) as pool:  # pictures are encoded outside of the interpreter's lock
            list(pool.map(self._bring_out, teams))
        said = {team.tenant.slug: self._said(team) for team in teams}
        self._speak([one for several in said.values() for one in several])
        for team in teams:
            voices.treat(self.open_as, team, self.days, said[team.tenant.slug], self.residents)
            self.step()
        self._speak_again([one for several in said.values() for one in several])
        with self.system() as session, session.begin():
            audit.record(session, LOADED, "district", self.settings.district_name, label="演示数据")
        self.step()

    def _bring_out(self, team: cast.Team) -> None:
        kept = [t for t in self.district.templates if team.tenant.kind in t.kinds]
        newsroom.bring_out(self.open_as, team, self.days, self.drawn, self.district.papers, kept)
        self.step()

    def _said(self, team: cast.Team) -> list[voices.Said]:
        with self.open_as(team.of_role("tenant_staff")) as session:
            return list(voices.said_in(session, team, self.days))

    def _speak(self, said: list[voices.Said]) -> None:
        with self.system() as session:
            missing = voices.unsaid(session, said, self.residents)
        for key, resident_id in self.residents.items():
            own = [one for one in missing if one.comment.by == key]
            if own:
                with open_session(self.public, actors.anonymous()) as session, session.begin():
                    voices.speak(session, self.district, key, resident_id, own)
        self.step()

    def _speak_again(self, said: list[voices.Said]) -> None:
        with self.system() as session:
            rows = session.execute(
                select(CommentRow.publication_id, CommentRow.body, CommentRow.id).where(
                    CommentRow.demo, CommentRow.parent_id.is_(None)
                )
            )
            parents = {(publication_id, body): comment_id for publication_id, body, comment_id in rows}
            answered = set(
                session.scalars(
                    select(CommentRow.body).where(CommentRow.demo, CommentRow.parent_id.is_not(None))
                )
            )
            appealed = bool(session.scalar(select(func.count()).where(CommentEvent.action == "appealed")))
        for key, resident_id in self.residents.items():
            own = [
                one
                for one in said
                if any(r.by == key and voices.kept(r.text) not in answered for r in one.comment.replies)
                or (one.comment.by == key and one.comment.appeal and not appealed)
            ]
            if own:
                with open_session(self.public, actors.anonymous()) as session, session.begin():
                    voices.speak_again(session, self.district, key, resident_id, own, parents, self.days)
        self.step()
