"""For whoever runs it: is the process alive, can it do its work, how is it doing."""

import asyncio
import os
from contextlib import suppress
from typing import cast

import asyncpg
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, Gauge, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from sqlalchemy.pool import QueuePool

from asn_api.core import schema
from asn_api.core.database import Database

PATIENCE_SECONDS = 5
READY = {"database": "ok", "migrations": "current", "queue": "ok"}

CONNECTIONS = Gauge(
    "asn_database_connections", "Connections of a pool", ("pool", "state"), multiprocess_mode="livesum"
)
JOBS = Gauge("asn_jobs", "Jobs that wait or run", ("queue", "status"), multiprocess_mode="mostrecent")
LISTENING = Gauge(
    "asn_authority_listening", "1 while changes of authority are heard at once", multiprocess_mode="livemin"
)

_QUEUE = (
    "select queue_name, status::text, count(*) from jobs.procrastinate_jobs"
    " where status in ('todo', 'doing') group by queue_name, status"
)
_UNREACHABLE = (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError)


async def livez(_: Request) -> Response:
    return JSONResponse({"status": "alive"})


async def readyz(request: Request) -> Response:
    """503 until the database answers, has this code's schema and holds the queue.

    An authority that does not listen asks the database for each token: slower, but ready.
    """
    checks = {"database": "unreachable", "migrations": "unknown", "queue": "unknown"}
    state = request.app.state
    with suppress(*_UNREACHABLE):
        async with asyncio.timeout(PATIENCE_SECONDS), state.database.pool.acquire() as connection:
            checks["database"] = "ok"
            checks["migrations"] = state.schema = getattr(state, "schema", None) or await schema.state(
                connection
            )
            checks["queue"] = "missing"
            await connection.execute(_QUEUE)
            checks["queue"] = "ok"
    ready = checks == READY
    if not ready:
        # Asked again next time; a current schema is remembered, so that this process stays ready
        # while a newer one migrates the database.
        state.schema = None
    authority = "listening" if state.authority.listening else "asking each time"
    body = {"status": "ready" if ready else "not ready", "checks": {**checks, "authority": authority}}
    return JSONResponse(body, 200 if ready else 503, {"Cache-Control": "no-store"})


async def metrics(request: Request) -> Response:
    database: Database = request.app.state.database
    LISTENING.set(request.app.state.authority.listening)
    sessions = cast("QueuePool", database.engine.pool)
    CONNECTIONS.labels("sessions", "used").set(sessions.checkedout())
    CONNECTIONS.labels("sessions", "idle").set(sessions.checkedin())
    CONNECTIONS.labels("prepared", "used").set(database.pool.get_size() - database.pool.get_idle_size())
    CONNECTIONS.labels("prepared", "idle").set(database.pool.get_idle_size())
    with suppress(*_UNREACHABLE):
        async with asyncio.timeout(PATIENCE_SECONDS), database.pool.acquire() as connection:
            counted = await connection.fetch(_QUEUE)
        JOBS.clear()
        for queue, status, count in counted:
            JOBS.labels(queue, status).set(count)
    return Response(generate_latest(_registry()), media_type=CONTENT_TYPE_LATEST)


def _registry() -> CollectorRegistry:
    """Of all worker processes when PROMETHEUS_MULTIPROC_DIR names the folder that they share."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return REGISTRY
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return registry


PATHS = {
    "/livez": livez,
    "/readyz": readyz,
    "/metrics": metrics,
}


def install(app: FastAPI) -> None:
    for path, endpoint in PATHS.items():
        # Plain routes: there is nothing to analyse, and nothing of them in the document.
        app.add_route(path, endpoint, include_in_schema=False)
