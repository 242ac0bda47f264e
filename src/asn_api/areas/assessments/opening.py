"""Opens a round: who is assessed, and by lot who is asked about each."""

from collections import Counter
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.areas.assessments import queries
from asn_api.areas.assessments.rounds import journal
from asn_api.areas.notifications.writing import Notice, notify
from asn_api.areas.policies.current import applicable
from asn_api.core.bulk import copy_in
from asn_api.core.database import driver_of
from asn_api.core.journal import Change, JournalEntry, entry
from asn_api.core.mapping import Table, uuid7
from asn_api.errors import Problem
from asn_api.rules.assessment_policy import AssessmentPolicy
from asn_api.rules.assessments import (
    AssessmentCategory,
    Lines,
    RoundStatus,
    TaskStatus,
    asked,
    candidates,
    form_of,
)
from asn_api.rules.notifications import NoticeKind
from asn_api.tables.assessments import Assessment, AssessmentRound, AssessmentTask

ENTITY = "assessment"
PIECE = 10_000
TOLD_AT_ONCE = 2_000


async def open_round(access: Access, db: AsyncSession, row: AssessmentRound) -> None:
    """Draw the raters from the reporting lines of today and tell them. The round is locked by the caller."""
    policy = await db.scalar(applicable(access.region_id, AssessmentPolicy.area, access.today))
    if policy is None:
        raise Problem("POLICY_NOT_YET", area=AssessmentPolicy.area, day=access.today.isoformat())
    assert row.seed is not None
    most = AssessmentPolicy.from_mapping(policy.content).most_raters
    lines = await lines_on(access, db, row)
    people: list[dict[str, Any]] = []
    tasks: list[dict[str, Any]] = []
    for employee_id, unit_id in await db.execute(queries.people(access, row.unit_id, row.period)):
        found = candidates(employee_id, lines)
        assessment_id = uuid7()
        people.append(
            {
                "region_id": row.region_id,
                "id": assessment_id,
                "round_id": row.id,
                "employee_id": employee_id,
                "unit_id": unit_id,
                "year": row.year,
                "period": row.period,
                "form": form_of(found),
                "category": AssessmentCategory.PENDING,
                "version": 1,
            }
        )
        for group, raters in asked(row.seed, employee_id, found, most).items():
            tasks += [
                {
                    "region_id": row.region_id,
                    "id": uuid7(),
                    "round_id": row.id,
                    "assessment_id": assessment_id,
                    "employee_id": employee_id,
                    "rater_id": rater_id,
                    "rater_group": group,
                    "status": TaskStatus.WAITING,
                    "version": 1,
                }
                for rater_id in raters
            ]
    row.status, row.opened_at, row.policy_id = RoundStatus.OPEN, access.now, policy.id
    await db.flush()
    await _copied(db, Assessment, people)
    await _copied(db, AssessmentTask, tasks)
    await journal(access, db, row, "OPEN", {"people": len(people), "asked": len(tasks)})
    # Who is assessed may be known; who is asked about whom stands in no entry.
    opened = [
        Change(
            ENTITY,
            each["id"],
            1,
            "CREATE",
            {"round_id": str(row.id)},
            unit_id=each["unit_id"],
            employee_id=each["employee_id"],
        )
        for each in people
    ]
    await _copied(db, JournalEntry, [entry(access.author, access.now, each) for each in opened])
    await remind(access, db, row, Counter(each["rater_id"] for each in tasks))


async def _copied(db: AsyncSession, table: type[Table], rows: Sequence[dict[str, Any]]) -> None:
    """A region has ten thousand people and a hundred thousand tasks: in pieces that keep the statement's limit."""
    for start in range(0, len(rows), PIECE):
        await copy_in(db, table, rows[start : start + PIECE])


async def lines_on(access: Access, db: AsyncSession, row: AssessmentRound) -> Lines:
    """The reporting lines of the day on which the round opened, or opens now."""
    day = access.actor.today(row.opened_at) if row.opened_at else access.today
    superiors = await db.execute(queries.superiors(access, day))
    evaluators = await db.execute(queries.evaluators(access, day))
    return Lines(
        {each.employee_id: each.superior_id for each in superiors},
        {each.employee_id: each.evaluator_id for each in evaluators},
        frozenset(await db.scalars(queries.able(access))),
    )


async def remind(access: Access, db: AsyncSession, row: AssessmentRound, waiting: dict[UUID, int]) -> None:
    """Tell each rater how many people wait for his answer; once a day."""
    notices = [
        Notice(
            rater_id,
            NoticeKind.ASSESSMENT_WAITING,
            "assessment_round",
            row.id,
            access.today,
            {"count": count, "until": row.closes_on.isoformat(), "title": row.title},
        )
        for rater_id, count in sorted(waiting.items())
    ]
    for start in range(0, len(notices), TOLD_AT_ONCE):
        await notify(await driver_of(db), access, notices[start : start + TOLD_AT_ONCE])
