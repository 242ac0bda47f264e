"""The numbers that apply on a day, read from the database each time: a change holds at once everywhere."""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import TypeAlias, TypeVar
from uuid import UUID

import orjson
from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.errors import Problem
from asn_api.rules.policy import ActivityPolicy
from asn_api.rules.policy_values import PolicyArea
from asn_api.tables.policies import Policy

P = TypeVar("P", bound=PolicyArea)
Dated: TypeAlias = Sequence[tuple[date, ActivityPolicy]]
"""Each policy with the day from which it holds, in their order."""


def applicable(region_id: UUID, area: str, day: date) -> Select[Policy]:
    """The newest row not after the day; of several from the same day, the last revision."""
    return (
        select(Policy)
        .where(Policy.region_id == region_id, Policy.area == area, Policy.valid_from <= day)
        .order_by(Policy.valid_from.desc(), Policy.revision.desc())
        .limit(1)
    )


async def policy_on(db: AsyncSession, region_id: UUID, kind: type[P], day: date) -> P:
    """The region's numbers of one area for acts of the day; POLICY_NOT_YET when they begin later."""
    row = await db.scalar(applicable(region_id, kind.area, day))
    if row is None:
        raise Problem("POLICY_NOT_YET", area=kind.area, day=day.isoformat())
    return kind.from_mapping(row.content)


class ActivityPolicies:
    """All dated activity policies of a region, for spans of days that may cross a change."""

    def __init__(self, dated: Dated) -> None:
        self._dated = dated

    def on(self, day: date) -> tuple[date, ActivityPolicy]:
        """The policy of the day and the day from which it holds."""
        begun = [each for each in self._dated if each[0] <= day]
        if not begun:
            raise Problem("POLICY_NOT_YET", area="activities", day=day.isoformat())
        return begun[-1]


async def activity_policies(db: AsyncSession, region_id: UUID) -> ActivityPolicies:
    rows = await db.scalars(
        select(Policy)
        .where(Policy.region_id == region_id, Policy.area == "activities")
        .order_by(Policy.valid_from, Policy.revision)
    )
    return ActivityPolicies([(row.valid_from, ActivityPolicy.from_mapping(row.content)) for row in rows])


# It depends on nothing but its text, which changes when an admin changes a policy.
@lru_cache(maxsize=64)
def dated_policies(text: str) -> Dated:
    """Activity policies of a JSON array of `valid_from` and `content`, in their order."""
    return [
        (date.fromisoformat(each["valid_from"]), ActivityPolicy.from_mapping(each["content"]))
        for each in orjson.loads(text)
    ]
