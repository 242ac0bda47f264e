"""What came of a class: scores, its end for everybody, and what was learned, as evidence of competencies."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.areas.classes import attendance_queries as queries
from asn_api.areas.classes.atomic import each_or_all
from asn_api.areas.classes.attendance import organised
from asn_api.areas.classes.attendance_schemas import ResultIn
from asn_api.areas.classes.classes import ENTITY
from asn_api.areas.classes.seats import ENTITY as ENROLMENT
from asn_api.areas.classes.seats import Seats
from asn_api.areas.classes.showing import shown_class
from asn_api.areas.competencies.learned import Completion, learn
from asn_api.areas.policies.current import policy_on
from asn_api.core.http.route import check_version
from asn_api.core.jobs import defer
from asn_api.core.journal import Change, record
from asn_api.errors import Problem
from asn_api.rules.enrolment_policy import EnrolmentPolicy
from asn_api.rules.enrolments import (
    AttendanceMark,
    ClassAction,
    EnrolmentStatus,
    Meeting,
    check_class,
    ends_at,
    outcome,
)
from asn_api.tables.training import Enrolment

ISSUE_CERTIFICATES = "certificates.issue"
"""A job of an area above this one, known by its name."""


async def record_results(
    access: Access, db: AsyncSession, class_id: UUID, items: Sequence[ResultIn], *, atomic: bool
) -> list[Enrolment | Problem]:
    """Scores and results of those who attend, until the class is finished."""

    async def run() -> list[Enrolment | Problem]:
        return await _record_each(access, db, class_id, items)

    return await each_or_all(db, run, atomic=atomic)


async def _record_each(
    access: Access, db: AsyncSession, class_id: UUID, items: Sequence[ResultIn]
) -> list[Enrolment | Problem]:
    seats = await organised(access, db, class_id)
    check_class(seats.row.status, ClassAction.FINISH)
    rows = {each.id: each for each in await db.scalars(queries.attending(access, class_id))}
    results: list[Enrolment | Problem] = []
    changed: dict[UUID, dict[str, Any]] = {}
    for item in items:
        row = rows.get(item.enrolment_id)
        if row is None:
            results.append(Problem("NOT_A_PARTICIPANT"))
            continue
        for name in ("pre_score", "post_score", "passed"):
            before, after = getattr(row, name), getattr(item, name)
            if before != after:
                setattr(row, name, after)
                changed.setdefault(row.id, {})[name] = [_plain(before), _plain(after)]
        results.append(row)
    await db.flush()
    await record(
        db,
        access.author,
        access.now,
        *[_change(rows[id], "RECORD_RESULT", changes) for id, changes in changed.items()],
    )
    return results


async def finish(access: Access, db: AsyncSession, class_id: UUID, expected: int) -> None:
    """End it for everybody: completed, failed or not there; what a completed course teaches is written down."""
    seats = await organised(access, db, class_id)
    row, before = seats.row, seats.row.status
    if row.version != expected:
        check_version(row.version, expected, await shown_class(access, db, class_id))
    after = check_class(before, ClassAction.FINISH)
    meetings = [Meeting(each.starts_at, each.ends_at) for each in seats.sessions]
    if access.now < ends_at(row.ends_on, meetings, access.actor.zone):
        raise Problem("CLASS_NOT_OVER")
    policy = await policy_on(db, access.region_id, EnrolmentPolicy, access.today)
    marks: dict[UUID, list[AttendanceMark]] = defaultdict(list)
    for mark in await db.scalars(queries.marks(access, class_id)):
        marks[mark.enrolment_id].append(mark.mark)
    completed = []
    for each in await db.scalars(queries.attending(access, class_id)):
        came = marks[each.id]
        action = outcome(each.passed, came, len(meetings), policy.least_attendance_percent)
        seats.end(each, action)
        if each.status is EnrolmentStatus.COMPLETED:
            each.passed = True
            completed.append(each)
    row.status, row.finished_at = after, access.now
    await seats.store()
    change = Change(ENTITY, row.id, row.version, "FINISH", {"status": [before, after]}, unit_id=row.unit_id)
    await record(db, access.author, access.now, change)
    await _learned(access, db, seats, completed)
    await defer(db, ISSUE_CERTIFICATES, region_id=access.region_id, class_id=row.id)


async def _learned(access: Access, db: AsyncSession, seats: Seats, completed: Sequence[Enrolment]) -> None:
    """Each level that the course teaches, for everybody who completed it, as of the last day of the class."""
    row = seats.row
    source = (await db.execute(queries.teacher(access, row.id))).one()
    by, note = source.partner or source.unit, f"{source.title}, {row.name}"
    await learn(
        access,
        db,
        [Completion(each.employee_id, row.course_id, row.ends_on, by, each.id, note) for each in completed],
    )


def _plain(value: object) -> object:
    return value if value is None or isinstance(value, bool) else str(value)


def _change(row: Enrolment, action: str, changes: dict[str, Any]) -> Change:
    return Change(
        ENROLMENT,
        row.id,
        row.version,
        action,
        changes,
        unit_id=row.unit_id,
        employee_id=row.employee_id,
    )
