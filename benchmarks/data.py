"""A district of any size: N tenants × M publications × K comments, written in sets by the workspace's role.

Ten years of work: what is longer ago is published, answered and decided; what waits for somebody's hand is
the same small heap in every tenant, however long its history, because heaps are bounded by people, not by years.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql
from pydantic import SecretStr
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from migrations import schema
from settings import Settings
from tenants import actors
from tenants.actors import Actor, Scope
from tenants.clock import now
from tenants.database import Face, make_engine, open_session, owner_url, url_for
from tenants.embedded import Cluster
from tenants.identity.models import ResponsibleUnit, Staff, Tenant

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
#: Responsible units of each tenant.
UNITS = 3


@dataclass(frozen=True)
class Size:
    """How much: tenants; per tenant publications, files, records of the audit, people; comments per publication."""

    tenants: int
    publications: int
    comments: int
    files: int = 0
    audit: int = 0
    people: int = 0

    @property
    def total(self) -> int:
        """Publications in all."""
        return self.tenants * self.publications


def filled(
    cluster: Cluster, folder: Path, name: str, size: Size, **settings: Any
) -> tuple[Settings, float | None]:
    """Settings of a database of this name and size, and the seconds it took; None when the folder had it already.

    It is named only when it is whole: what an interrupted run left is begun anew.
    """
    made = Settings(
        data_folder=folder / name,
        database_url=SecretStr(cluster.url(database=name)),
        secret_key=SecretStr("benchmark, and long enough for a key"),
        **settings,
    )
    new = f"{name}_new"
    with psycopg.connect(cluster.url("postgres", "postgres"), autocommit=True) as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            schema.upgrade(made)
            return made, None
        for command in ("DROP DATABASE IF EXISTS {}", "CREATE DATABASE {} OWNER xinya"):
            connection.execute(sql.SQL(command).format(sql.Identifier(new)))
    began = time.monotonic()
    generate(made.model_copy(update={"database_url": SecretStr(cluster.url(database=new))}), size)
    with psycopg.connect(cluster.url("postgres", "postgres"), autocommit=True) as connection:
        connection.execute(
            sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(new), sql.Identifier(name))
        )
    return made, time.monotonic() - began


def generate(settings: Settings, *sizes: Size) -> None:
    """Fill an empty database whose schema is made here; tenants are t0, t1, … in the order of `sizes`.

    The worker's queue stays empty: reindex afterwards.
    """
    schema.upgrade(settings)
    engine = make_engine(url_for(settings, Face.WORKSPACE))
    resident, clerk = uuid7(), uuid7()
    with open_session(engine, actors.system()) as session, session.begin():
        session.execute(
            text("INSERT INTO resident (id, created_at, email, display_name, notify, locale, demo)"
                 " VALUES (:id, now(), 'bench@example.org', '测量', false, 'zh_Hans_CN', true)"),
            {"id": resident},
        )  # fmt: skip
        session.add(Staff(id=clerk, email="clerk@example.org", name="测量镇", joined_at=now(), demo=True))
        tenants = _tenants(session, sum(size.tenants for size in sizes))
    made = iter(enumerate(tenants))
    for size in sizes:
        for number, tenant in (next(made) for _n in range(size.tenants)):
            _fill(engine, tenant, number, size, (resident, clerk))
    engine.dispose()
    analyse = make_engine(owner_url(settings), pooled=False).execution_options(isolation_level="AUTOCOMMIT")
    with analyse.connect() as connection:
        connection.execute(text("VACUUM ANALYZE"))


def _tenants(session: Session, count: int) -> list[UUID]:
    tenants = [
        Tenant(
            kind="town", slug=f"t{n}", name=f"{PLACES[n % 10]}{n}镇", short_name=f"{PLACES[n % 10]}{n}",
            introduction="用来测量的单位。", comment_policy="show",
            latitude=39.9 + n % 20 / 200, longitude=116.65 + n % 17 / 200, demo=True, opened_at=now(),
        )
        for n in range(count)
    ]  # fmt: skip
    session.add_all(tenants)
    session.flush()
    return [tenant.id for tenant in tenants]


def _fill(engine: Engine, tenant: UUID, number: int, size: Size, authors: tuple[UUID, UUID]) -> None:
    clerk = Actor(frozenset({Scope.TENANT, Scope.ADMIN}), tenant_id=tenant)
    with open_session(engine, clerk) as session, session.begin():
        # of a tenant that is new the planner expects hardly a row, and would compare every row with every other
        session.execute(text("SET LOCAL enable_nestloop = off"))
        units = [
            ResponsibleUnit(tenant_id=tenant, kind="cluster", slug=f"u{n}", name=f"{PLACES[n]}组团")
            for n in range(UNITS)
        ]
        session.add_all(units)
        session.flush()
        values = {
            "tenant": tenant, "n": number, "resident": authors[0], "clerk": authors[1],
            "subjects": SUBJECTS, "kinds": KINDS, "units": [unit.id for unit in units],
            "m": size.publications, "k": size.comments, "files": size.files, "audit": size.audit,
        }  # fmt: skip
        for wanted, statements in (
            (size.publications, (_PUBLICATIONS, _VERSIONS, _EVENTS)),
            (size.publications and size.comments, (_COMMENTS, _ANSWERS)),
            (size.files, (_FILES,)),
            (size.audit, (_AUDIT,)),
        ):
            for statement in statements if wanted else ():
                session.execute(statement, values)
    if size.people:
        with open_session(engine, actors.system()) as session, session.begin():
            session.execute(_PEOPLE, {"tenant": tenant, "n": number, "people": size.people})


#: The newest three of a longer history are drafts, the next three in review.
_PUBLICATIONS = text(
    """INSERT INTO publication (id, created_at, tenant_id, code, kind, state, edited_by_name, comments_open,
           head_id, live_id, first_published_at, published_at, updated_at, demo, version)
       SELECT md5('publication ' || :n || '-' || i)::uuid, w, :tenant, substr(md5(:n || '-' || i), 1, 10),
              (CAST(:kinds AS text[]))[1 + i % 4], s, '林工' || i % 8, true,
              head, CASE WHEN out IS NOT NULL THEN head END, out, out, w, true, 1
       FROM generate_series(1, :m) i, LATERAL (
           SELECT now() - (i - random()) * make_interval(days => 3650) / :m AS w,
                  CASE WHEN :m < 20 OR i > 6 THEN 'published' WHEN i > 3 THEN 'in_review' ELSE 'draft' END AS s) t,
           LATERAL (
           SELECT CASE s WHEN 'published' THEN w END AS out, md5('version ' || :n || '-' || i)::uuid AS head) o"""
)
_VERSIONS = text(
    """INSERT INTO publication_version (id, created_at, tenant_id, publication_id, number, live, title, summary, body,
           for_you, tags, unit_id, cover_alt, place_label, latitude, longitude, event_place, event_starts_at,
           event_ends_at, saved_by_name, note)
       SELECT p.head_id, p.created_at, p.tenant_id, p.id, 1, p.live_id IS NOT NULL,
              s.subject || '改造说明 第' || p.code || '号',
              s.subject || '怎么改、什么时候改、对周边居民有什么影响，这里用大白话说清楚。',
              '<h2>为什么要改</h2><p>'
              || repeat(s.subject || '是居民每天都要经过的地方，路面不平、照明不足、没有坐处。', 4)
              || '</p><h2>怎么改</h2><p>'
              || repeat('补种乔木，增加座椅和照明，把人行道接通，雨水就地下渗。', 8) || '</p>',
              '出门更方便。', ARRAY[s.subject, '街区更新'],
              (CAST(:units AS uuid[]))[1 + abs(hashtext(p.code)) / 16 % 3],
              '', '', 39.9 + random() / 10, 116.6 + random() / 10, '',
              CASE p.kind WHEN 'outreach' THEN p.created_at + interval '20 days' END,
              CASE p.kind WHEN 'outreach' THEN p.created_at + interval '20 days 2 hours' END, '', ''
       FROM publication p,
            LATERAL (SELECT (CAST(:subjects AS text[]))[1 + abs(hashtext(p.code)) % 10] AS subject) s
       WHERE p.tenant_id = :tenant"""
)
_EVENTS = text(
    """INSERT INTO publication_event (id, created_at, tenant_id, publication_id, actor_name, state, action)
       SELECT gen_random_uuid(), created_at, tenant_id, id, edited_by_name, state,
              CASE state WHEN 'draft' THEN 'created' WHEN 'in_review' THEN 'submitted' ELSE 'published' END
       FROM publication WHERE tenant_id = :tenant"""
)
#: The newest thirty of a tenant came in the last ten days and wait, a third for approval; some of the others were
#: hidden, late, adopted, done.
_COMMENTS = text(
    """INSERT INTO comment (id, created_at, tenant_id, publication_id, resident_id, author_name, official, body,
           visibility, fate, due_on, answered_at, shown_at, demo, version)
       SELECT gen_random_uuid(), at, :tenant, publication_id, :resident, '测量', false,
              '希望这里多一些座椅，晚上的灯亮一点。第' || k || '条',
              CASE WHEN r <= 30 AND r % 3 = 0 THEN 'held' WHEN r > 30 AND r % 50 = 0 THEN 'hidden' ELSE 'shown' END,
              CASE WHEN r <= 30 THEN 'received'
                   ELSE (ARRAY['studying', 'adopted', 'not_adopted', 'done', 'studying'])[1 + r % 5] END,
              (at + interval '7 days')::date,
              CASE WHEN r > 30 THEN at + make_interval(days => CASE r % 10 WHEN 0 THEN 9 ELSE 3 END) END, at, true, 1
       FROM (SELECT publication_id, k, r, CASE WHEN r > 30 THEN at ELSE now() - r * interval '8 hours' END AS at
             FROM (SELECT c.*, row_number() OVER (ORDER BY at DESC)::int AS r
                   FROM (SELECT p.id AS publication_id, k,
                                p.created_at + (now() - p.created_at) * k / (:k * 40 + 1.0) AS at
                         FROM publication p, generate_series(1, :k) k
                         WHERE p.tenant_id = :tenant AND p.live_id IS NOT NULL) c) numbered) placed"""
)
_ANSWERS = text(
    """INSERT INTO comment (id, created_at, tenant_id, publication_id, parent_id, staff_id, resident_id, author_name,
           official, body, visibility, fate, shown_at, demo, version)
       SELECT gen_random_uuid(), answered_at, tenant_id, publication_id, id, :clerk, NULL, '测量镇', true,
              '谢谢您的意见，照明和座椅已列入今年的计划。', 'shown', 'received', answered_at, true, 1
       FROM comment WHERE tenant_id = :tenant AND answered_at IS NOT NULL AND body LIKE '%第1条'"""
)
_FILES = text(
    """INSERT INTO stored_file (id, created_at, tenant_id, kind, name, content_type, size, key, sha256, widths,
           findings, public, attached, uploaded_by_name, accepted_by_name)
       SELECT gen_random_uuid(), now() - make_interval(mins => i), :tenant, 'document', '图则' || i || '.pdf',
              'application/pdf', 20000 + i, :tenant || '/' || i, md5(i::text), '{}', '[]', false, i % 3 = 0, '林工', ''
       FROM generate_series(1, :files) i"""
)
_AUDIT = text(
    """INSERT INTO audit_entry (id, created_at, tenant_id, actor_kind, actor_name, action, entity, entity_id, label,
           changes)
       SELECT gen_random_uuid(), now() - make_interval(mins => i), :tenant, 'staff', '林工',
              (ARRAY['publication.saved', 'comment.answered'])[1 + i % 2], 'publication', gen_random_uuid()::text,
              '口袋公园改造说明', '{}'
       FROM generate_series(1, :audit) i"""
)
_PEOPLE = text(
    """WITH people AS (
           INSERT INTO staff (id, created_at, email, name, job_title, active, joined_at, locale, demo)
           SELECT gen_random_uuid(), now(), 'p' || i || '.' || :n || '@example.org', '林工' || i, '', true, now(),
                  'zh_Hans_CN', true
           FROM generate_series(1, :people) i RETURNING id)
       INSERT INTO role_assignment (id, created_at, staff_id, role, tenant_id, granted_by, valid)
       SELECT gen_random_uuid(), now(), id, 'planner', :tenant, '测量', daterange(current_date - 1, NULL) FROM people"""
)
