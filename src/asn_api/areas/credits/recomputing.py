"""Asks for a year to be converted again."""

from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.areas.credits.schemas import RecomputationOut
from asn_api.core.jobs import defer

NAME = "credits.recompute"


async def ask(access: Access, db: AsyncSession, year: int) -> RecomputationOut:
    """Enqueue it; those of the same region run one after the other."""
    await defer(db, NAME, lock=f"{NAME}:{access.region_id}", region_id=str(access.region_id), year=year)
    return RecomputationOut(year=year, queued=True)
