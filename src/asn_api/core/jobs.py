"""Background work on the same PostgreSQL: a job is enqueued in the transaction that needs it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.core.clock import utc_now
from asn_api.core.crypto import Keyring
from asn_api.core.database import Database
from asn_api.core.objects import Objects

QUEUE = "default"

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
    objects: Objects | None = None


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
