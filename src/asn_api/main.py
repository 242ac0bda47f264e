"""Assembly of the application, nothing else."""

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware
from starlette_compress import CompressMiddleware, remove_compress_type

from asn_api.access.authority import Authority
from asn_api.access.grants import GRANTS
from asn_api.access.guard import identify
from asn_api.api import AREAS, TAGS
from asn_api.areas.identity import keys
from asn_api.core import logging
from asn_api.core.clock import utc_now
from asn_api.core.crypto import Keyring
from asn_api.core.database import Database
from asn_api.core.http import health, openapi, pages, problems
from asn_api.core.http.areas import AreaDoor, Areas
from asn_api.core.http.edge import Edge
from asn_api.core.http.hot import HotDoor
from asn_api.core.http.limits import Limiter
from asn_api.core.objects import objects
from asn_api.core.passwords import Passwords
from asn_api.core.settings import Settings, settings
from asn_api.core.stopping import Stopping
from asn_api.start_checks import check_content

EXPOSED = (
    *("ETag", "Link", "Location", "Retry-After", "X-Request-Id"),
    *("Tus-Resumable", "Tus-Version", "Tus-Extension", "Tus-Max-Size", "Tus-Checksum-Algorithm"),
    *("Upload-Offset", "Upload-Length", "Upload-Expires", "Upload-Metadata"),
)
"""What a page of another origin may read."""


def create_app(given: Settings | None = None) -> FastAPI:
    chosen = given or settings()
    logging.install(chosen.log_level)
    app = FastAPI(
        title="asn_api",
        version="1.0.0",
        lifespan=_lifespan,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        telemetry=None,
    )
    app.state.settings = chosen
    app.state.clock = utc_now
    app.state.database = Database(chosen)
    app.state.keyring = Keyring(chosen.keys)
    app.state.authority = Authority(app.state.database, chosen)
    app.state.identify = identify
    app.state.limiter = Limiter(chosen.rate_burst, chosen.rate_period_seconds)
    app.state.passwords = Passwords(
        chosen.password_memory_kib,
        chosen.password_time,
        chosen.password_parallelism,
        chosen.password_concurrency,
    )
    app.state.events = None
    app.state.stopping = Stopping()
    app.state.areas = Areas(app, AREAS)
    problems.install(app)
    health.install(app)
    pages.install(app)
    openapi.install(app, app.state.areas, GRANTS, TAGS)
    app.add_middleware(HotDoor, api=app)
    app.add_middleware(AreaDoor, areas=app.state.areas)
    # Each open stream would keep a window of megabytes to save some bytes of each event.
    remove_compress_type("text/event-stream")
    app.add_middleware(CompressMiddleware, minimum_size=800)
    if chosen.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=chosen.cors_origins,
            allow_methods=["*"],
            allow_headers=["*"],
            expose_headers=[*EXPOSED],
        )
    app.add_middleware(Edge, body_limit=chosen.body_limit_bytes, docs=chosen.public_url + "/docs")
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    app.state.objects = objects(app.state.settings)
    await app.state.database.start()
    try:
        async with app.state.database.pool.acquire() as connection:
            await check_content(connection, app.state.settings, app.state.keyring)
            new = not await keys.exist(connection)
        if new:
            async with app.state.database.sessions.begin() as db:
                await keys.ensure(db, app.state.keyring, app.state.clock())
        await app.state.authority.start()
        # What was made so far stays for good: the collector need not look at it again.
        gc.freeze()
        # A push makes thousands of objects and no cycles: looking for these after every 700 took a twentieth of it.
        gc.set_threshold(20_000, 20, 20)
        gc.enable()
        later = asyncio.create_task(app.state.areas.open_later())
        with app.state.stopping.heeded():
            yield
        later.cancel()
    finally:
        await app.state.authority.stop()
        await app.state.database.stop()
        app.state.passwords.close()
