"""The numbers that apply on a day, read from the database each time: a change holds at once everywhere."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.errors import Problem
from asn_api.rules.policy import ActivityPolicy, IdentityPolicy
from asn_api.tables.policies import Policy

AREAS: dict[str, type[ActivityPolicy] | type[IdentityPolicy]] = {"activities": ActivityPolicy, "identity": IdentityPolicy}


def applicable(region_id: UUID, area: str, day: date) -> Select[Policy]:
    """The newest row not after the day; of several from the same day, the last revision."""
    return (
        select(Policy)
        .where(Policy.region_id == region_id, Policy.area == area, Policy.valid_from <= day)
        .order_by(Policy.valid_from.desc(), Policy.revision.desc())
        .limit(1)
    )


async def activity_policy(db: AsyncSession, region_id: UUID, day: date) -> ActivityPolicy:
    return ActivityPolicy.from_mapping(await _content(db, region_id, "activities", day))


async def identity_policy(db: AsyncSession, region_id: UUID, day: date) -> IdentityPolicy:
    return IdentityPolicy.from_mapping(await _content(db, region_id, "identity", day))


async def _content(db: AsyncSession, region_id: UUID, area: str, day: date) -> dict[str, Any]:
    row = await db.scalar(applicable(region_id, area, day))
    if row is None:
        raise Problem("POLICY_NOT_YET", area=area, day=day.isoformat())
    return row.content
