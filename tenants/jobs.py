"""Background jobs on the same database (procrastinate).

A job is deferred on the session's own connection, so it exists exactly when the change
does. A task's handler is a plain function `handler(session, **arguments)`; it runs in one
transaction as a job of one tenant (or of the whole district) and must be idempotent:
a worker killed in the middle is started again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import procrastinate
from procrastinate import RetryStrategy
from psycopg import AsyncConnection
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from settings import Settings
from tenants import actors, deployment
from tenants.database import Face, engine_for, open_session, url_for

Handler = Callable[..., None]

log = logging.getLogger(__name__)

#: Every task by name; the worker finds its work here.
app = procrastinate.App(connector=procrastinate.PsycopgConnector())
#: Puts jobs in the queue on a connection it is given, from a page and from inside a job alike.
_queue = procrastinate.App(connector=procrastinate.SyncPsycopgConnector())

_DUE = """
    SELECT count(*) AS due FROM procrastinate_jobs
    WHERE status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= now())
"""
#: What another worker is just taking is left to it.
_ABSORB = text(
    """DELETE FROM procrastinate_jobs WHERE id IN (
           SELECT id FROM procrastinate_jobs
           WHERE task_name = :name AND status = 'todo' AND coalesce(scheduled_at, now()) <= now()
           FOR UPDATE SKIP LOCKED)"""
)
#: Seconds after which a worker without a sign of life counts as dead and its jobs are started again.
_DEAD_AFTER = 15.0
_RETRY = RetryStrategy(max_attempts=8, exponential_wait=3)
_engine: Engine | None = None


def task(
    name: str, *, cron: str | None = None, retry: RetryStrategy | bool = _RETRY
) -> Callable[[Handler], procrastinate.tasks.Task[Any, Any, Any]]:
    """Declare a task. `cron` also runs it periodically, for the whole district.

    Several of a kind may run at once, in several workers: what must not overlap takes a lock of the database.
    """

    def declare(handler: Handler) -> procrastinate.tasks.Task[Any, Any, Any]:
        async def run(
            timestamp: int | None = None,
            *,
            tenant_id: str | None = None,
            on_behalf_of: str | None = None,
            **arguments: Any,
        ) -> None:
            await asyncio.to_thread(execute, handler, tenant_id, on_behalf_of, arguments)

        declared = app.task(name=name, retry=retry)(run)
        if cron:
            app.periodic(cron=cron)(declared)
        return declared

    return declare


def execute(
    handler: Handler, tenant_id: str | None, on_behalf_of: str | None, arguments: dict[str, Any]
) -> None:
    """Run a handler in one transaction as the job's actor."""
    assert _engine is not None, "the worker's engine is not set: call bind() first"
    actor = actors.job(UUID(tenant_id), on_behalf_of) if tenant_id else actors.system(on_behalf_of)
    with open_session(_engine, actor) as session, session.begin():
        handler(session, **arguments)


def defer(
    session: Session,
    name: str,
    *,
    tenant_id: UUID | None = None,
    at: datetime | None = None,
    on_behalf_of: str | None = None,
    **arguments: Any,
) -> None:
    """Put a job in the queue within the session's transaction. Arguments must be plain JSON values."""
    connection = session.connection().connection.driver_connection
    options: dict[str, Any] = {"connection": connection, "name": name}
    if at is not None:
        options["schedule_at"] = at
    _queue.configure_task(allow_unknown=True, **options).defer(
        tenant_id=str(tenant_id) if tenant_id else None, on_behalf_of=on_behalf_of, **arguments
    )


def absorb(session: Session, name: str) -> None:
    """Drop the jobs of this name that wait now: the one that runs does their work too.

    They were committed together with what they are for, so whoever reads after this sees all of it.
    """
    session.execute(_ABSORB, {"name": name})


def bind(engine: Engine) -> None:
    """Give the handlers the engine they run on (the workspace's role)."""
    global _engine
    _engine = engine


def run_worker(settings: Settings, *, wait: bool = True, concurrency: int = 4) -> None:
    """Work until told to stop (`wait`), or until the queue is empty."""
    deployment.use(settings)
    engine = engine_for(settings, Face.WORKSPACE)
    bind(engine)
    url = url_for(settings, Face.WORKSPACE).set(drivername="postgresql")
    connector = procrastinate.PsycopgConnector(
        conninfo=url.render_as_string(hide_password=False),
        max_size=concurrency + 2,
        configure=_as_worker,
    )

    async def work() -> None:
        with app.replace_connector(connector) as running:
            async with running.open_async():
                await _rescue(running)
                rescue = asyncio.create_task(_keep_rescuing(running))
                try:
                    while True:
                        await running.run_worker_async(
                            wait=wait,
                            concurrency=concurrency,
                            fetch_job_polling_interval=2.0,
                            update_heartbeat_interval=_DEAD_AFTER / 5,
                            stalled_worker_timeout=_DEAD_AFTER,
                            delete_jobs="successful",
                        )
                        # jobs that ran last may have left further ones
                        if wait or not (await connector.execute_query_one_async(_DUE))["due"]:
                            return
                finally:
                    rescue.cancel()
                    await asyncio.wait([rescue])

    try:
        asyncio.run(work())
    finally:
        engine.dispose()


async def _as_worker(connection: AsyncConnection[Any]) -> None:
    """The queue is the worker's: row security shows it to nobody else."""
    await connection.execute(f"SET app.scope = '{actors.Scope.SYSTEM}'")
    await connection.commit()


async def _rescue(running: procrastinate.App) -> None:
    """Start again what a killed worker left in the middle."""
    try:
        for job in await running.job_manager.get_stalled_jobs(seconds_since_heartbeat=_DEAD_AFTER):
            log.warning("job %s of a dead worker is started again", job.call_string)
            await running.job_manager.retry_job(job)
    except procrastinate.exceptions.ProcrastinateException as error:
        log.warning("cannot look for jobs of dead workers: %s", error)


async def _keep_rescuing(running: procrastinate.App) -> None:
    while True:
        await asyncio.sleep(_DEAD_AFTER)
        await _rescue(running)
