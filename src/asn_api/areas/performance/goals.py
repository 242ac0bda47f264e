"""Changes of the agencies' goals."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.areas.performance import queries, usage_queries
from asn_api.areas.performance.schemas import GoalIn, GoalOut, GoalPatch
from asn_api.core.http.route import check_version
from asn_api.core.journal import Change, difference, record
from asn_api.core.mapping import uuid7
from asn_api.errors import Fault, Problem
from asn_api.rules.organization import UnitKind
from asn_api.tables.performance import AgencyGoal

FIELDS = ("agency_id", "year", "code", "statement", "target")


async def set_goal(access: Access, db: AsyncSession, given: GoalIn) -> AgencyGoal:
    """A new goal, or the one that an earlier sending of the same made."""
    kind = await db.scalar(queries.managed_unit(access, given.agency_id))
    if kind is None:
        raise Problem("NOT_FOUND")
    if kind is not UnitKind.AGENCY:
        raise Problem("REQUEST_INVALID", faults=[Fault("/agency_id", "GOAL_UNIT_NOT_AGENCY")])
    wanted = given.model_dump(exclude={"id"})
    if given.id is not None:
        earlier = await db.scalar(queries.goal(access, given.id))
        if earlier is not None:
            if _content(earlier) != wanted:
                raise Problem("GOAL_ID_TAKEN")
            return earlier
    goal = AgencyGoal(region_id=access.region_id, id=given.id or uuid7(), **wanted)
    db.add(goal)
    await db.flush()
    await _record(access, db, goal, "CREATE", {})
    return goal


async def change_goal(
    access: Access, db: AsyncSession, goal_id: UUID, expected: int, given: GoalPatch
) -> AgencyGoal:
    goal = await _locked(access, db, goal_id, expected)
    before = _content(goal)
    for name, value in given.model_dump(exclude_none=True).items():
        setattr(goal, name, value)
    await db.flush()
    if goal.version != expected:
        await _record(access, db, goal, "CHANGE", before)
    return goal


async def remove_goal(access: Access, db: AsyncSession, goal_id: UUID, expected: int) -> None:
    """Remove a goal; refused once a plan's result serves it."""
    goal = await _locked(access, db, goal_id, expected)
    if await db.scalar(usage_queries.goal_is_used(access, goal_id)):
        raise Problem("GOAL_IN_USE")
    await _record(access, db, goal, "DELETE", _content(goal))
    await db.delete(goal)


async def _locked(access: Access, db: AsyncSession, goal_id: UUID, expected: int) -> AgencyGoal:
    goal = await db.scalar(queries.managed_goal(access, goal_id))
    if goal is None:
        raise Problem("NOT_FOUND")
    check_version(goal.version, expected, GoalOut.model_validate(goal))
    return goal


def _content(goal: AgencyGoal) -> dict[str, object]:
    return {name: getattr(goal, name) for name in FIELDS}


async def _record(
    access: Access, db: AsyncSession, goal: AgencyGoal, action: str, before: dict[str, object]
) -> None:
    after: dict[str, object] = dict.fromkeys(FIELDS) if action == "DELETE" else _content(goal)
    change = Change(
        "agency_goal", goal.id, goal.version, action, difference(before, after), unit_id=goal.agency_id
    )
    await record(db, access.author, access.now, change)
