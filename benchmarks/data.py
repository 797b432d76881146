"""A district of any size: N tenants × M publications × K comments, copied in sets from what the services made once.

Ten years of work: what is longer ago is published, answered and decided; what waits for somebody's hand is
the same small heap in every tenant, however long its history, because heaps are bounded by people, not by years.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from pydantic import SecretStr
from sqlalchemy import Connection, text

from benchmarks.copies import (
    COMMENT,
    ENTRY,
    FAMILIES,
    FILE,
    PERSON,
    PLACE,
    PUBLICATION,
    Changes,
    loading,
    new_id,
    stem,
)
from benchmarks.specimens import COMMENT_NUMBER, NUMBER, SUBJECT, WAITING, Maker, Specimens
from migrations import schema
from portal.organisation import service as organisation
from portal.participation.models import Comment
from portal.publishing.models import Publication, PublicationVersion
from settings import Settings
from tenants import actors, deployment
from tenants.audit import AuditEntry
from tenants.database import Face, actor_of, make_engine, open_session, owner_url, url_for
from tenants.embedded import Cluster
from tenants.files.models import StoredFile
from tenants.identity.models import Staff, Tenant
from tenants.pinyin import sound

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
#: Publications or comments that one statement writes, about.
ROWS_AT_ONCE = 50_000


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

    One more tenant, out of use, is where the originals were made. The worker's queue stays empty: reindex afterwards.
    """
    schema.upgrade(settings)
    made = _specimens(settings, file=any(size.files for size in sizes))
    with loading(settings) as connection:
        for family in FAMILIES:
            family.take(connection)
        for family in (COMMENT, PUBLICATION, FILE, ENTRY):
            family.clear(connection)
        tenants = 0
        for size in sizes:
            after, step = tenants + size.tenants, _tenants_at_once(size)
            for first in range(tenants, after, step):
                _fill(connection, made, size, range(first, min(first + step, after)))
            tenants = after
    _put_away(settings, made)
    analyse = make_engine(owner_url(settings), pooled=False).execution_options(isolation_level="AUTOCOMMIT")
    with analyse.connect() as connection:
        connection.execute(text("VACUUM ANALYZE"))


def _specimens(settings: Settings, *, file: bool) -> Specimens:
    engines = [make_engine(url_for(settings, face)) for face in (Face.WORKSPACE, Face.PUBLIC)]
    deployment.use(settings)
    try:
        return Maker(*engines).make(file=file)
    finally:
        deployment.use(None)
        for engine in engines:
            engine.dispose()


def _put_away(settings: Settings, made: Specimens) -> None:
    """Close the tenant of the originals, and drop what they left for the worker."""
    engine = make_engine(url_for(settings, Face.WORKSPACE), pooled=False)
    with open_session(engine, actors.system()) as session, session.begin():
        actor = actor_of(session)
        organisation.set_active(session, actor, made.tenant_id, active=False, reason="只用来测量。")
        for table in ("search_change", "procrastinate_jobs"):
            session.execute(text(f"DELETE FROM {table}"))


def _tenants_at_once(size: Size) -> int:
    """How many tenants one statement fills: some ten thousand rows, which fit into memory."""
    return max(1, ROWS_AT_ONCE // max(1, size.publications * max(1, size.comments), size.files, size.audit))


def _fill(connection: Connection, made: Specimens, size: Size, tenants: range) -> None:
    """Tenants of these numbers, of one size."""
    names = [f"{PLACES[n % 10]}{n}" for n in tenants]
    values = {
        "first": tenants[0], "last": tenants[-1], "names": names, "sounds": [sound(f"{name}镇") for name in names],
        "m": size.publications, "k": size.comments, "files": size.files, "audit": size.audit, "people": size.people,
        "tenant": made.tenant_id, "drafts": made.drafts, "in_review": made.in_review, "published": made.published,
        "few": WAITING, "subjects": SUBJECTS, "settled": made.settled_at, "said": made.said_at,
        "waiting": [made.comments[shape] for shape in WAITS], "decided": [made.comments[shape] for shape in DECIDED],
        "hidden": made.comments["hidden"], "file": made.file_id, "person": made.person_id,
    }  # fmt: skip
    for family, plan, changes, wanted in (
        (PLACE, _PLACES, _PLACE_CHANGES, len(tenants)),
        (PUBLICATION, _PUBLICATIONS, _PUBLICATION_CHANGES, size.publications),
        (COMMENT, _COMMENTS, _COMMENT_CHANGES, size.publications * size.comments),
        (FILE, _FILES, _FILE_CHANGES, size.files),
        (ENTRY, _AUDIT, _ENTRY_CHANGES, size.audit),
        (PERSON, _PEOPLE, _PERSON_CHANGES, size.people),
    ):
        if wanted:
            family.plan(connection, plan, values)
            family.copy(connection, changes)


#: The key of the copy of a tenant: its number, and the time of the original.
_KEY = f"{stem('CAST(:settled AS timestamptz)')} || 't' || n"
_PLACES = f"""
    SELECT CAST(:tenant AS uuid) AS original, {_KEY} AS key, {_KEY} AS place, interval '0' AS moved, n, name, sound
    FROM unnest(CAST(:names AS text[]), CAST(:sounds AS text[])) WITH ORDINALITY AS named (name, sound, number),
         LATERAL (SELECT CAST(:first AS int) + number - 1 AS n) numbered"""
_PLACE_CHANGES: Changes = {
    Tenant: {
        "slug": "'t' || p.n", "name": "p.name || '镇'", "short_name": "p.name", "name_sound": "p.sound",
        "latitude": "39.9 + p.n % 20 / 200.0", "longitude": "116.65 + p.n % 17 / 200.0",
    },
}  # fmt: skip
#: The newest few of a longer history are drafts, the next few in review.
_PUBLICATIONS = f"""
    SELECT CASE WHEN settled THEN published[1 + i % cardinality(published)]
                WHEN i > :few THEN in_review[i - :few] ELSE drafts[i] END AS original,
           {stem("at")} || n || '-' || i AS key, {_KEY} AS place, at - CAST(:settled AS timestamptz) AS moved,
           n, i, at, settled, code, subjects[1 + abs(hashtext(code)) % cardinality(subjects)] AS subject
    FROM (SELECT CAST(:published AS uuid[]) AS published, CAST(:in_review AS uuid[]) AS in_review,
                 CAST(:drafts AS uuid[]) AS drafts, CAST(:subjects AS text[]) AS subjects) given,
         generate_series(CAST(:first AS int), CAST(:last AS int)) n, generate_series(CAST(:m AS int), 1, -1) i,
         LATERAL (SELECT now() - (i - random()) * make_interval(days => 3650) / :m AS at,
                         :m < 20 OR i > 2 * :few AS settled, substr(md5(n || '-' || i), 1, 10) AS code) each"""
_PUBLICATION_CHANGES: Changes = {
    Publication: {"code": "p.code"},
    PublicationVersion: {
        **{name: f"replace(o.{name}, '{SUBJECT}', p.subject)" for name in ("summary", "body")},
        "title": f"replace(replace(o.title, '{SUBJECT}', p.subject), '{NUMBER}', '第' || p.code || '号')",
        "tags": f"array_replace(o.tags, '{SUBJECT}', p.subject)",
        "latitude": "o.latitude + random() / 10", "longitude": "o.longitude + random() / 10",
    },
}  # fmt: skip
#: What waits in a tenant, in turn, and what became of the rest but for one in fifty, which was hidden.
WAITS = ("held", "waiting", "waiting")
DECIDED = (
    "late", "adopted", "not_adopted", "done", "studying", "studying", "adopted", "not_adopted", "done", "studying",
)  # fmt: skip
#: The newest thirty of a tenant came in the last ten days and wait, a third for approval; all others were said before.
_COMMENTS = f"""
    SELECT CASE WHEN r <= 30 THEN waiting[1 + r % 3] WHEN r % 50 = 0 THEN CAST(:hidden AS uuid)
                ELSE decided[1 + r % 10] END AS original,
           {stem("at")} || n || '-' || i || '-' || k AS key, place, at - CAST(:said AS timestamptz) AS moved, k,
           {new_id("about", "about_key")} AS publication_id
    FROM (SELECT CAST(:waiting AS uuid[]) AS waiting, CAST(:decided AS uuid[]) AS decided) given,
         (SELECT n, i, k, place, original AS about, p.key AS about_key, said_at,
                 row_number() OVER (PARTITION BY n ORDER BY said_at DESC)::int AS r
          FROM plan_of_publication p, generate_series(1, CAST(:k AS int)) k,
               LATERAL (SELECT at + (now() - at) * k / (:k * 40 + 1.0) AS said_at) each
          WHERE settled) numbered,
         LATERAL (SELECT CASE WHEN r <= 30 THEN now() - r * interval '8 hours'
                              ELSE least(said_at, now() - interval '10 days') END AS at) placed"""
_COMMENT_CHANGES: Changes = {
    Comment: {
        "publication_id": "p.publication_id",
        "body": f"replace(o.body, '{COMMENT_NUMBER}', '第' || p.k || '条')",
    },
}
_MINUTES_AGO = f"""
    {stem("at")} || n || '-' || i AS key, {_KEY} AS place, interval '0' AS moved, n, i, at
    FROM generate_series(CAST(:first AS int), CAST(:last AS int)) n, generate_series(1, CAST(%s AS int)) i,
         LATERAL (SELECT now() - make_interval(mins => i) AS at) each"""
_FILES = f"SELECT CAST(:file AS uuid) AS original, {_MINUTES_AGO % ':files'}"
_FILE_CHANGES: Changes = {
    StoredFile: {
        "created_at": "p.at", "name": "'图则' || p.i || '.txt'", "size": "20000 + p.i", "key": "o.key || '/' || p.key",
        "sha256": "encode(sha256(convert_to(p.key, 'UTF8')), 'hex')",
    },
}  # fmt: skip
_AUDIT = f"""
    SELECT entries[1 + i % cardinality(entries)] AS original, key, place, moved, at
    FROM (SELECT array_agg(id) AS entries
          FROM (SELECT DISTINCT ON (action) id FROM original_audit_entry
                WHERE action IN ('publication.published', 'comment.answered')) one_each) known,
         (SELECT {_MINUTES_AGO % ":audit"}) each"""
_ENTRY_CHANGES: Changes = {
    AuditEntry: {
        "created_at": "p.at", "entity_id": "gen_random_uuid()::text", "tenant_id": new_id("o.tenant_id", "p.place"),
    },
}  # fmt: skip
_PEOPLE = f"SELECT CAST(:person AS uuid) AS original, {_MINUTES_AGO % ':people'}"
_PERSON_CHANGES: Changes = {
    Staff: {
        "email": "'p' || p.i || '.' || p.n || '@example.org'",
        "name": "o.name || p.i", "name_sound": "o.name_sound || p.i",
    },
}  # fmt: skip
