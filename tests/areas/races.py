"""Requests that meet at a lock for certain, instead of by chance."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import httpx
from sqlalchemy import Select, select

from asn_api.tables.organization import Region
from tests.factories import City


async def at_once(
    city: City, *requests: Coroutine[Any, Any, httpx.Response], held: Select[Any] | None = None
) -> list[httpx.Response]:
    """The answers to requests that all waited for `held` (the region's row) before one could go on."""
    rows = select(Region.id).where(Region.id == city.region.id) if held is None else held
    async with city.database.sessions() as db, db.begin():
        await db.execute(rows.with_for_update(key_share=True))
        tasks = [asyncio.ensure_future(request) for request in requests]
        done, _ = await asyncio.wait(tasks, timeout=0.5)
        assert not done, [task.result().text for task in done]
    return list(await asyncio.gather(*tasks))
