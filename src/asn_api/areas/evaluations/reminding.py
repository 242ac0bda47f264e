"""Reminds a region of evaluations: reports that are due, silent evaluators, objections that wait."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.areas.evaluations import reminder_queries as queries
from asn_api.areas.notifications.reminding import BATCH, scene
from asn_api.areas.notifications.writing import Notice, notify
from asn_api.areas.policies.current import policy_on
from asn_api.core.database import Database, driver_of
from asn_api.rules.calendar import local_day
from asn_api.rules.entries import Place
from asn_api.rules.evaluation_policy import EvaluationPolicy
from asn_api.rules.evaluations import EvaluationStatus
from asn_api.rules.notifications import NoticeKind
from asn_api.rules.objections import working_due
from asn_api.rules.plan_reminders import Wait, backlogs, waiting
from asn_api.rules.reminders import submission_days


@dataclass(frozen=True)
class Running:
    """An evaluation, and since when somebody else than the employee can act on it."""

    row: Any
    place: Place
    report_until: date
    since: date


async def remind(database: Database, access: Access) -> int:
    """Make every reminder of evaluations that has come due and was not made yet; gives how many.

    Each batch commits by itself. Two runs at once, or one after a failure, make nothing twice.
    """
    async with database.sessions() as db:
        notices = await _due(access, db)
    made = 0
    for start in range(0, len(notices), BATCH):
        async with database.sessions() as db, db.begin():
            # SQLAlchemy begins its transaction with its first statement, and the driver must be inside of it.
            await db.execute(text("select 1"))
            made += await notify(await driver_of(db), access, notices[start : start + BATCH])
    return made


async def _due(access: Access, db: AsyncSession) -> list[Notice]:
    policy = await policy_on(db, access.region_id, EvaluationPolicy, access.today)
    rows = (await db.execute(queries.running(access))).all()
    if not rows:
        return []
    around = await scene(db, access)
    places = {unit: place for place, units in around.places.items() for unit in units}
    windows: dict[tuple[Place, date], date] = {}
    running = []
    for row in rows:
        place = places[row.unit_id]
        if access.now.astimezone(place.zone.tz).hour < policy.reminder_hour:
            continue
        key = place, row.last_day
        if key not in windows:
            windows[key] = working_due(row.last_day, policy.report_working_days, place).day
        running.append(Running(row, place, windows[key], _since(row, place, windows[key])))
    return [
        *_reports(access, policy, running),
        *await _ratings(access, db, policy, running),
        *await _objections(access, db, policy, running),
    ]


def _since(row: Any, place: Place, report_until: date) -> date:
    """Of the report, or without one of its last day, but never within the period."""
    moment: datetime | None = row.filed_at or row.reported_at
    return report_until if moment is None else max(local_day(moment, place.zone), row.last_day)


def _reports(access: Access, policy: EvaluationPolicy, running: list[Running]) -> Iterator[Notice]:
    for each in running:
        today = local_day(access.now, each.place.zone)
        days_left = (each.report_until - today).days
        waits = each.row.status is EvaluationStatus.OPEN and each.row.last_day < today
        if waits and each.row.reachable and days_left in policy.report_due_days_before:
            params = {
                "period_end": each.row.last_day.isoformat(),
                "until": each.report_until.isoformat(),
            }
            yield Notice(
                each.row.employee_id, NoticeKind.EVALUATION_DUE, "evaluation", each.row.id, today, params
            )


async def _ratings(
    access: Access, db: AsyncSession, policy: EvaluationPolicy, running: list[Running]
) -> list[Notice]:
    unrated = [each for each in running if each.row.status is not EvaluationStatus.OBJECTED]
    first, second = policy.rating_working_days, policy.escalation_working_days
    # Whom it waits for is looked up only for what has waited as long as a mark.
    nobody = {each.row.id: UUID(int=0) for each in unrated}
    late = [each for marks in (first, second) for each, _ in _waits(access, unrated, marks, nobody)]
    if not late:
        return []
    ids = {each.row.id for each in late}
    rows = (await db.execute(queries.raters(access, ids))).all()
    evaluators = {row.id: row.rater_id for row in rows}
    above = {row.id: row.above_id for row in rows}
    return [
        *_told(access, NoticeKind.RATING_WAITING, unrated, first, evaluators),
        *_told(access, NoticeKind.EVALUATOR_SILENT, unrated, second, above),
    ]


async def _objections(
    access: Access, db: AsyncSession, policy: EvaluationPolicy, running: list[Running]
) -> list[Notice]:
    objected = [each for each in running if each.row.status is EvaluationStatus.OBJECTED]
    if not objected:
        return []
    found = {row.evaluation_id: row.decider_id for row in await db.execute(queries.hearing(access))}
    marks = policy.decision_working_days
    return list(_told(access, NoticeKind.OBJECTION_WAITING, objected, marks, found))


def _waits(
    access: Access, running: list[Running], marks: Sequence[int], whom: Mapping[UUID, UUID | None]
) -> Iterator[tuple[Running, Wait]]:
    """What has waited for somebody as long as the first mark, in working days."""
    reaching: dict[Place, Mapping[int, Sequence[date]]] = {}
    for each in running:
        person = whom.get(each.row.id)
        if not marks or person is None or person == each.row.employee_id:
            continue
        if each.place not in reaching:
            reaching[each.place] = submission_days(access.now, each.place, marks)
        wait = waiting(person, each.since, reaching[each.place])
        if wait is not None:
            yield each, wait


def _told(
    access: Access,
    kind: NoticeKind,
    running: list[Running],
    marks: Sequence[int],
    whom: Mapping[UUID, UUID | None],
) -> Iterator[Notice]:
    """One for each person with something on a mark today; it counts all that reached the first one."""
    waits = (wait for _, wait in _waits(access, running, marks, whom))
    for person, backlog in backlogs(waits).items():
        params: dict[str, int | str] = {
            "count": backlog.count,
            "waited": min(marks),
            "oldest": backlog.oldest.isoformat(),
        }
        yield Notice(person, kind, day=access.today, params=params)
