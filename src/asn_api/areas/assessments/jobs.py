"""What time does to rounds: they open, raters are reminded, they close, results are made."""

from functools import partial

from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.access.grants import Permission
from asn_api.access.regions import each_region
from asn_api.areas.assessments import queries
from asn_api.areas.assessments.closing import compute
from asn_api.areas.assessments.opening import open_round, remind
from asn_api.areas.assessments.rounds import TURN
from asn_api.core.jobs import Job, Means
from asn_api.rules.assessment_policy import AssessmentPolicy
from asn_api.rules.assessments import RoundStatus
from asn_api.tables.assessments import AssessmentRound


async def turn(means: Means, region_id: str | None = None) -> None:
    await each_region(means, Permission.ASSESSMENTS_MANAGE, partial(_turn, means), region_id)


async def _turn(means: Means, access: Access) -> None:
    """Each round in a transaction of its own."""
    async with means.database.sessions() as db:
        due = list(await db.scalars(queries.due_rounds(access)))
    for round_id in due:
        async with means.database.sessions() as db, db.begin():
            row = await db.scalar(queries.locked_round(access, round_id))
            if row is None:
                continue
            if row.status is RoundStatus.PLANNED and row.opens_on <= access.today:
                await open_round(access, db, row)
            elif row.status is RoundStatus.CLOSING or (
                row.status is RoundStatus.OPEN and row.closes_on < access.today
            ):
                await compute(access, db, means.keyring, row)
    await _remind(means, access)


async def _remind(means: Means, access: Access) -> None:
    """Those who have not answered yet, on the days before the end that the policy names."""
    async with means.database.sessions() as db, db.begin():
        hour = access.now.astimezone(access.actor.zone.tz).hour
        for row in list(await db.scalars(queries.open_rounds(access))):
            policy = (await db.scalars(queries.policy(access, row.policy_id))).one()
            wanted = AssessmentPolicy.from_mapping(policy.content)
            days_left = (row.closes_on - access.today).days
            if hour >= wanted.reminder_hour and days_left in wanted.remind_days_before:
                await _remind_of(access, db, row)


async def _remind_of(access: Access, db: AsyncSession, row: AssessmentRound) -> None:
    waiting = await db.execute(queries.waiting(access, row.id))
    await remind(access, db, row, {each.rater_id: each.waiting for each in waiting})


TURN_ROUNDS = Job(TURN, turn, every="11 * * * *")
