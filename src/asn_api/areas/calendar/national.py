"""Brings the national days of the shipped file into the database; a later joint decree is a later file."""

import asyncio
import json
from datetime import date
from importlib import resources

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

from asn_api.rules.calendar import DayKind
from asn_api.tables.policies import NationalDay


async def load(db: AsyncSession) -> int:
    """How many days were added, changed or removed: the table holds what the file holds, nothing else."""
    # Two processes that start at once would both insert what is missing.
    await db.execute(text("lock table national_days in share row exclusive mode"))
    file = json.loads(resources.files("asn_api").joinpath("data/holidays.json").read_text("utf-8"))
    wanted = {(date.fromisoformat(row["date"]), DayKind(row["kind"])): row for row in file["days"]}
    changed = 0
    for held in await db.scalars(select(NationalDay)):
        row = wanted.pop((held.day, held.kind), None)
        if row is None:
            await db.delete(held)
        else:
            held.name, held.source, held.provisional = row["name"], row["source"], row["provisional"]
        changed += row is None or db.is_modified(held)
    for (day, kind), row in wanted.items():
        db.add(
            NationalDay(
                day=day, kind=kind, name=row["name"], source=row["source"], provisional=row["provisional"]
            )
        )
    await db.flush()
    return changed + len(wanted)


def load_national_days(url: str) -> int:
    """`load` in a transaction of its own, for whoever has just upgraded the schema."""

    async def run() -> int:
        engine = create_async_engine(url)
        try:
            async with AsyncSession(engine) as db, db.begin():
                return await load(db)
        finally:
            await engine.dispose()

    return asyncio.run(run())
