"""The background work of search."""

from __future__ import annotations

import logging
from datetime import timedelta

from sqlalchemy import Engine as Database
from sqlalchemy.orm import Session

from search import connect, health, popular
from search.engine import EngineDown
from search.indexing import apply_pending, note
from search.outbox import INDEX_JOB, REBUILD_JOB
from search.reindex import RebuildFailed, RebuildRuns, build_missing, rebuild
from search.sources import Corpus
from tenants import jobs
from tenants.clock import now

COMPARE_JOB = "search.compare"
#: When a rebuild is tried again that did not come to its end.
AGAIN = timedelta(minutes=1)

log = logging.getLogger(__name__)


@jobs.task(INDEX_JOB, cron="* * * * *")
def index(session: Session) -> None:
    """Index what waits. A corpus without an index (a new installation, a new version) gets one first.

    An engine that is down leaves everything waiting; the next minute tries again.
    """
    jobs.absorb(session, INDEX_JOB)
    engine = connect.of(session).engine
    database = session.get_bind()
    assert isinstance(database, Database)
    try:
        for corpus in Corpus:
            build_missing(database, engine, corpus)
        with session.begin_nested():
            applied = apply_pending(session, engine)
    except RebuildRuns:
        return
    except EngineDown as error:
        log.warning("the search engine does not answer: %s", error)
        for corpus in Corpus:
            note(session, corpus, error=str(error)[:500])
        return
    if applied.more:
        jobs.defer(session, INDEX_JOB)


@jobs.task("search.forget", cron="17 3 * * *")
def forget_old(session: Session) -> None:
    """Remove counts of queries that are too old to tell anything."""
    popular.forget_old(session)


@jobs.task(COMPARE_JOB, cron="40 19 * * *")  # 03:40 in Shanghai
def compare(session: Session) -> None:
    """Count both sides, for whoever looks after search. While the engine rests, the old figures stand."""
    try:
        health.compare(session)
    except EngineDown as error:
        log.warning("the search engine does not answer: %s", error)


@jobs.task(REBUILD_JOB, retry=False)
def rebuild_all(session: Session) -> None:
    """Rebuild every corpus; tried again until it is done."""
    database = session.get_bind()
    assert isinstance(database, Database)
    try:
        for corpus in Corpus:
            rebuild(database, connect.of(session).engine, corpus)
    except (RebuildRuns, RebuildFailed, EngineDown) as error:
        # what asked for it may be younger than the rebuild that runs
        log.warning("the index is not rebuilt yet: %r", error)
        jobs.defer(session, REBUILD_JOB, at=now() + AGAIN)
