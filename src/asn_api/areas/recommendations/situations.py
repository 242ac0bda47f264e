"""What holds for everybody of a region today: the numbers in force and the classes that can be asked for."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.areas.policies.current import applicable
from asn_api.areas.recommendations import queries
from asn_api.core.database import Database, Prepared
from asn_api.errors import Problem
from asn_api.rules.competency_policy import CompetencyPolicy
from asn_api.rules.learning_policy import LearningPolicy
from asn_api.rules.organization import PositionKind
from asn_api.rules.policy_values import PolicyArea
from asn_api.rules.recommendation_policy import RecommendationPolicy
from asn_api.rules.recommendations import Offer, Offers
from asn_api.tables.policies import Policy

POLICIES: tuple[type[PolicyArea], ...] = (CompetencyPolicy, LearningPolicy, RecommendationPolicy)


@dataclass(frozen=True)
class Situation:
    stored: Mapping[type[PolicyArea], Policy]
    competencies: CompetencyPolicy
    learning: LearningPolicy
    numbers: RecommendationPolicy
    repeat_from: date
    classes: Mapping[UUID, Any]
    courses: Mapping[UUID, Any]
    offers: Offers
    mandatory: Mapping[PositionKind, frozenset[UUID]]
    learner: Prepared
    """One person's row, built once: building it took longer than running it."""


_KEPT: dict[UUID, tuple[tuple[Any, ...], Situation]] = {}
"""By region, under what it was made from. Asked for before each use, so that a change holds at once everywhere."""
_REGIONS = 8
"""Kept at a time, the ones used last: some megabyte each."""


async def kept_situation(access: Access, database: Database) -> Situation:
    """The situation of before, unless a policy, a class, a course or a seat has changed since."""
    row = await database.fetch_row(queries.STATE, queries.state_params(access, POLICIES))
    state = (access.today, *(row or ()))
    known = _KEPT.pop(access.region_id, None)
    if known is None or known[0] != state:
        async with database.sessions() as db:
            known = state, await situation(access, db)
    _KEPT[access.region_id] = known
    if len(_KEPT) > _REGIONS:
        del _KEPT[next(iter(_KEPT))]
    return known[1]


async def situation(access: Access, db: AsyncSession) -> Situation:
    stored: dict[type[PolicyArea], Policy] = {}
    for kind in POLICIES:
        policy = await db.scalar(applicable(access.region_id, kind.area, access.today))
        if policy is None:
            raise Problem("POLICY_NOT_YET", area=kind.area, day=access.today.isoformat())
        stored[kind] = policy
    numbers = RecommendationPolicy.from_mapping(stored[RecommendationPolicy].content)
    competencies = CompetencyPolicy.from_mapping(stored[CompetencyPolicy].content)
    rows = (await db.execute(queries.offers(access))).mappings().all()
    mandatory: dict[PositionKind, set[UUID]] = defaultdict(set)
    for row in rows:
        for kind in row["mandatory_for"]:
            mandatory[PositionKind(kind)].add(row["course_id"])
    return Situation(
        stored,
        competencies,
        LearningPolicy.from_mapping(stored[LearningPolicy].content),
        numbers,
        _years_before(access.today, numbers.repeat_after_years),
        {row["id"]: row for row in rows},
        {row["course_id"]: row for row in rows},
        Offers(map(_offer, rows)),
        {kind: frozenset(courses) for kind, courses in mandatory.items()},
        queries.one_learner(access, competencies),
    )


def _years_before(day: date, years: int) -> date:
    """The same day of an earlier year; 28 February for the 29th where there is none."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def _offer(row: Any) -> Offer:
    return Offer(
        row["id"],
        row["course_id"],
        row["code"],
        row["teaches"],
        frozenset(map(UUID, row["prerequisites"])),
        row["jp"],
        row["starts_on"],
        tuple((datetime.fromisoformat(start), datetime.fromisoformat(end)) for start, end in row["times"]),
        row["seats_held"] < row["seats"],
    )
