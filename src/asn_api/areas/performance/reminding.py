"""Reminds a region of plans: missing ones, and those that nobody decides about."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.areas.notifications.reminding import BATCH, Scene, scene
from asn_api.areas.notifications.writing import Notice, notify
from asn_api.areas.performance import reminder_queries as queries
from asn_api.areas.policies.current import policy_on
from asn_api.core.database import Database, driver_of
from asn_api.rules.calendar import Zone, local_day
from asn_api.rules.notifications import NoticeKind
from asn_api.rules.plan_policy import PlanPolicy
from asn_api.rules.plan_reminders import backlogs, is_escalated, is_reminded, waiting
from asn_api.rules.reminders import submission_days


async def remind(database: Database, access: Access) -> int:
    """Make every reminder of plans that has come due in the region and was not made yet; gives how many.

    Each batch commits by itself. Two runs at once, or one after a failure, make nothing twice.
    """
    async with database.sessions() as db:
        policy = await policy_on(db, access.region_id, PlanPolicy, access.today)
        notices = [*await _missing(access, db, policy), *await _undecided(access, db, policy)]
    made = 0
    for start in range(0, len(notices), BATCH):
        async with database.sessions() as db, db.begin():
            # SQLAlchemy begins its transaction with its first statement, and the driver must be inside of it.
            await db.execute(text("select 1"))
            made += await notify(await driver_of(db), access, notices[start : start + BATCH])
    return made


def _has_come(access: Access, zone: Zone, policy: PlanPolicy) -> bool:
    return access.now.astimezone(zone.tz).hour >= policy.reminder_hour


async def _missing(access: Access, db: AsyncSession, policy: PlanPolicy) -> list[Notice]:
    """Those without a plan on their marks; each superior with an overdue one on a mark, all of his in one."""
    notices: list[Notice] = []
    overdue: dict[UUID, int] = defaultdict(int)
    told: set[UUID] = set()
    year = access.today.year
    for row in await db.execute(queries.missing(access, year, policy)):
        if not _has_come(access, row.zone, policy):
            continue
        today = local_day(access.now, row.zone)
        if row.reachable and is_reminded(row.due_on, today, policy):
            params = {"year": year, "due": row.due_on.isoformat()}
            notices.append(Notice(row.id, NoticeKind.PLAN_MISSING, day=today, params=params))
        if row.superior_id is not None and row.due_on < today:
            overdue[row.superior_id] += 1
            if is_escalated(row.due_on, today, policy):
                told.add(row.superior_id)
    for superior_id in sorted(told):
        params = {"year": year, "count": overdue[superior_id]}
        notices.append(Notice(superior_id, NoticeKind.TEAM_PLANS_MISSING, day=access.today, params=params))
    return notices


async def _undecided(access: Access, db: AsyncSession, policy: PlanPolicy) -> list[Notice]:
    """Evaluators, and later those above them, with plans that reach a mark today; each gets one for all."""
    rows = list(await db.execute(queries.waiting(access)))
    if not rows:
        return []
    around = await scene(db, access)
    return [
        *_of_marks(access, around, policy, NoticeKind.PLAN_WAITING, rows),
        *_of_marks(access, around, policy, NoticeKind.PLAN_UNDECIDED, rows),
    ]


def _of_marks(
    access: Access, around: Scene, policy: PlanPolicy, kind: NoticeKind, rows: Collection[Any]
) -> Iterator[Notice]:
    is_first = kind is NoticeKind.PLAN_WAITING
    marks = policy.decision_working_days if is_first else policy.undecided_working_days
    waits = []
    for place, units in around.places.items():
        if not marks or not _has_come(access, place.zone, policy):
            continue
        reaching = submission_days(access.now, place, marks)
        for row in rows:
            person = row.evaluator_id if is_first else row.above_id
            if row.unit_id in units and person not in (None, row.employee_id):
                waits.append(waiting(person, local_day(row.waiting_since, place.zone), reaching))
    for person, backlog in backlogs(wait for wait in waits if wait is not None).items():
        oldest = backlog.oldest.isoformat()
        params: dict[str, int | str] = {"count": backlog.count, "waited": min(marks), "oldest": oldest}
        yield Notice(person, kind, day=access.today, params=params)
