"""Background work on the same PostgreSQL: a job is enqueued in the transaction that needs it."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import orjson
from procrastinate import App, JobContext, PsycopgConnector, RetryStrategy
from procrastinate.exceptions import ConnectorException
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.core.clock import utc_now
from asn_api.core.crypto import Keyring
from asn_api.core.database import Database

log = logging.getLogger(__name__)

QUEUE = "default"
CONCURRENCY = 4
GRACE_SECONDS = 10
"""What a running job gets to finish when the worker has to stop; then it is put back into the queue."""
SILENT_SECONDS = 30
"""A worker that has not been heard of for so long is dead, and its jobs go to another one."""
KEPT_HOURS = 30 * 24
RECONNECT_SECONDS = 2

_DEFER = text(
    "SELECT jobs.procrastinate_defer_jobs_v1(ARRAY[CAST(ROW("
    "CAST(:queue AS varchar), CAST(:task AS varchar), 0, CAST(:lock AS text), NULL, "
    "CAST(:args AS jsonb), NULL"
    ") AS jobs.procrastinate_job_to_defer_v1)])"
)


@dataclass(frozen=True)
class Means:
    """What a job works with, made once per worker. `is_last_try`: a failure now is for good."""

    database: Database
    keyring: Keyring
    clock: Callable[[], datetime] = field(default=utc_now)
    is_last_try: bool = False


@dataclass(frozen=True)
class Job:
    """A kind of work: `run(means, **args)` must bear repetition. `every` is a cron line for periodic work."""

    name: str
    run: Callable[..., Awaitable[None]]
    every: str | None = None
    tries: int = 5


async def defer(db: AsyncSession, job: str, *, lock: str | None = None, **args: Any) -> None:
    """Enqueue a job by its name in the session's transaction; those with the same `lock` run one by one."""
    params = {"queue": QUEUE, "task": job, "lock": lock, "args": orjson.dumps(args, default=str).decode()}
    await db.execute(_DEFER, params)


def application(libpq: str, jobs: Sequence[Job], means: Means) -> App:
    """The queue as procrastinate knows it, with these jobs and its own housekeeping."""
    options = "-c search_path=jobs,public"
    connector = PsycopgConnector(
        conninfo=libpq,
        kwargs={"options": options, "application_name": "asn-api worker"},
        min_size=1,
        max_size=CONCURRENCY + 2,
    )
    app = App(connector=connector)
    for job in jobs:
        _register(app, job, means)

    @app.periodic(cron="* * * * *")
    @app.task(name="jobs.retry_stalled", queue=QUEUE)
    async def retry_stalled(timestamp: int) -> None:
        for stalled in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=SILENT_SECONDS):
            log.warning("job %s of a lost worker goes back into the queue", stalled.task_name)
            await app.job_manager.retry_job(stalled)

    @app.periodic(cron="17 2 * * *")
    @app.task(name="jobs.forget_finished", queue=QUEUE)
    async def forget_finished(timestamp: int) -> None:
        await app.job_manager.delete_old_jobs(KEPT_HOURS, include_failed=True, include_aborted=True)

    return app


def _register(app: App, job: Job, means: Means) -> None:
    async def run(context: JobContext, /, **args: Any) -> None:
        args.pop("timestamp", None)
        last = context.job.attempts >= job.tries
        await job.run(replace(means, is_last_try=last), **args)
        log.info("job %s is done", job.name)

    retry = RetryStrategy(max_attempts=job.tries, wait=2, linear_wait=10)
    task = app.task(name=job.name, queue=QUEUE, retry=retry, pass_context=True)(run)
    if job.every is not None:
        app.periodic(cron=job.every)(task)  # type: ignore[arg-type]


async def run_waiting(app: App) -> None:
    """Run what is due and return: for tests and commands."""
    async with app.open_async():
        await app.run_worker_async(wait=False, listen_notify=False, install_signal_handlers=False)


async def run_until(app: App, stop: asyncio.Event) -> None:
    """Work until `stop` is set; a database that is gone for a while is waited for."""
    stopping = asyncio.create_task(stop.wait())
    while not stop.is_set():
        working = asyncio.create_task(_work(app))
        await asyncio.wait((working, stopping), return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            working.cancel()
            await asyncio.wait((working,))
        failure = None if working.cancelled() else working.exception()
        if isinstance(failure, ConnectorException | OSError) and not stop.is_set():
            log.warning("the queue cannot be reached (%s), trying again", type(failure).__name__)
        elif failure is not None:
            raise failure
        if not stop.is_set():
            await asyncio.wait((stopping,), timeout=RECONNECT_SECONDS)
    stopping.cancel()


async def _work(app: App) -> None:
    async with app.open_async():
        await app.run_worker_async(
            concurrency=CONCURRENCY,
            shutdown_graceful_timeout=GRACE_SECONDS,
            install_signal_handlers=False,
        )
