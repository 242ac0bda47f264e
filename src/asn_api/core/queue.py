"""What runs the jobs: procrastinate, which the API process does without."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from procrastinate import App, JobContext, PsycopgConnector, RetryStrategy
from procrastinate.exceptions import ConnectorException

from asn_api.core.jobs import QUEUE, Job, Means

log = logging.getLogger(__name__)

CONCURRENCY = 4
GRACE_SECONDS = 10
"""What a running job gets to finish when the worker has to stop; then it is put back into the queue."""
SILENT_SECONDS = 30
"""A worker that has not been heard of for so long is dead, and its jobs go to another one."""
KEPT_HOURS = 30 * 24
RECONNECT_SECONDS = 2


def application(libpq: str, jobs: Sequence[Job], means: Means) -> App:
    """The queue as procrastinate knows it, with these jobs and its own housekeeping."""
    limits = "".join(f" -c {name}={value}" for name, value in means.database.limits.items())
    connector = PsycopgConnector(
        conninfo=libpq,
        kwargs={"options": f"-c search_path=jobs,public{limits}", "application_name": "asn-api worker"},
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
