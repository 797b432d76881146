"""A district of any size: N tenants × M publications × K comments, written in sets by the workspace's role."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Engine, text
from uuid_utils.compat import uuid7

from migrations import schema
from settings import Settings
from tenants import actors
from tenants.actors import Actor, Scope
from tenants.database import Face, make_engine, open_session, owner_url, url_for
from tenants.identity.models import Tenant

#: Words that the generated texts are made of; enough for lists, filters and search to have something to do.
SUBJECTS = [
    "口袋公园",
    "街角花园",
    "老旧小区加装电梯",
    "慢行系统",
    "运河岸线",
    "公交站",
    "停车治理",
    "儿童友好空间",
    "雨水花园",
    "菜市场周边",
]
PLACES = ["中仓", "新华", "北苑", "玉桥", "潞源", "通运", "文景", "九棵树", "临河里", "杨庄"]
KINDS = ["interpretation", "sprout", "outreach", "announcement"]


@dataclass(frozen=True)
class Size:
    """How much: tenants, publications per tenant, comments per publication."""

    tenants: int
    publications: int
    comments: int

    @property
    def total(self) -> int:
        """Publications in all."""
        return self.tenants * self.publications


def generate(settings: Settings, size: Size) -> None:
    """Fill an empty database whose schema is made here. The worker's queue stays empty: reindex afterwards."""
    schema.upgrade(settings)
    engine = make_engine(url_for(settings, Face.WORKSPACE))
    resident = uuid7()
    with open_session(engine, actors.system()) as session, session.begin():
        session.execute(
            text("INSERT INTO resident (id, created_at, email, display_name, notify, locale, demo)"
                 " VALUES (:id, now(), 'bench@example.org', '测量', false, 'zh_Hans_CN', true)"),
            {"id": resident},
        )  # fmt: skip
        tenants = [
            Tenant(
                kind="town", slug=f"t{n}", name=f"{PLACES[n % 10]}{n}镇", short_name=f"{PLACES[n % 10]}{n}",
                introduction="用来测量的单位。", comment_policy="show",
                latitude=39.9 + n % 20 / 200, longitude=116.65 + n % 17 / 200, demo=True,
            )
            for n in range(size.tenants)
        ]  # fmt: skip
        session.add_all(tenants)
        session.flush()
        ids = [tenant.id for tenant in tenants]
    for number, tenant in enumerate(ids):
        _fill(engine, tenant, number, size, resident)
    engine.dispose()
    analyse = make_engine(owner_url(settings), pooled=False).execution_options(isolation_level="AUTOCOMMIT")
    with analyse.connect() as connection:
        connection.execute(text("VACUUM ANALYZE"))


def _fill(engine: Engine, tenant: UUID, number: int, size: Size, resident: UUID) -> None:
    words = {"tenant": tenant, "n": number, "m": size.publications, "k": size.comments, "resident": resident}
    words |= {"subjects": SUBJECTS, "kinds": KINDS}
    with open_session(engine, Actor(Scope.TENANT, tenant_id=tenant)) as session, session.begin():
        session.execute(_MADE, words)
        session.execute(_VERSIONS, words)
        session.execute(_LIVE, words)
        if size.comments:
            session.execute(_COMMENTS, words)


_MADE = text(
    """INSERT INTO publication (id, created_at, tenant_id, code, kind, state, edited_by_name, comments_open,
           first_published_at, published_at, updated_at, demo, version)
       SELECT gen_random_uuid(), now(), :tenant, substr(md5(:n || '-' || i), 1, 10),
              (CAST(:kinds AS text[]))[1 + i % 4], 'published', '', true, w, w, w, true, 1
       FROM generate_series(1, :m) i, LATERAL (SELECT now() - make_interval(mins => (i * 37 + :n) % 1000000) AS w) t"""
)
_VERSIONS = text(
    """INSERT INTO publication_version (id, created_at, tenant_id, publication_id, number, live, title, summary, body,
           for_you, tags, cover_alt, place_label, latitude, longitude, event_place, saved_by_name, note)
       SELECT gen_random_uuid(), now(), p.tenant_id, p.id, 1, true,
              s.subject || '改造说明 第' || p.code || '号',
              s.subject || '怎么改、什么时候改、对周边居民有什么影响，这里用大白话说清楚。',
              '<h2>为什么要改</h2><p>'
              || repeat(s.subject || '是居民每天都要经过的地方，路面不平、照明不足、没有坐处。', 4)
              || '</p><h2>怎么改</h2><p>'
              || repeat('补种乔木，增加座椅和照明，把人行道接通，雨水就地下渗。', 8) || '</p>',
              '出门更方便。', ARRAY[s.subject, '街区更新'], '', '',
              39.9 + random() / 10, 116.6 + random() / 10, '', '', ''
       FROM publication p,
            LATERAL (SELECT (CAST(:subjects AS text[]))[1 + abs(hashtext(p.code)) % 10] AS subject) s"""
)
_LIVE = text(
    "UPDATE publication p SET head_id = v.id, live_id = v.id FROM publication_version v WHERE v.publication_id = p.id"
)
_COMMENTS = text(
    """INSERT INTO comment (id, created_at, tenant_id, publication_id, resident_id, author_name, official, body,
           visibility, fate, shown_at, demo, version)
       SELECT gen_random_uuid(), now() - make_interval(hours => k), p.tenant_id, p.id, :resident, '测量', false,
              '希望这里多一些座椅，晚上的灯亮一点。第' || k || '条', 'shown', 'received', now(), true, 1
       FROM publication p, generate_series(1, :k) k"""
)
