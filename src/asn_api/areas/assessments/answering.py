"""What a rater does: answer, answer anew, or say that he cannot judge somebody fairly."""

from uuid import UUID

import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.areas.assessments import queries
from asn_api.areas.assessments.opening import lines_on
from asn_api.areas.assessments.rounds import ENTITY, period_days
from asn_api.areas.assessments.schemas import AnswerIn, AssessedOut, TaskOut
from asn_api.areas.policies.current import policy_on
from asn_api.core.crypto import Keyring
from asn_api.core.http.route import check_version
from asn_api.core.journal import Author, Change, record
from asn_api.core.mapping import uuid7
from asn_api.errors import Fault, Problem
from asn_api.rules.assessment_policy import AssessmentPolicy
from asn_api.rules.assessments import ConflictKind, RoundStatus, TaskStatus, candidates, replacement
from asn_api.tables.assessments import AssessmentRound, AssessmentTask


async def answer(
    access: Access, db: AsyncSession, keyring: Keyring, task_id: UUID, expected: int | None, given: AnswerIn
) -> TaskOut:
    """Keep the answer, sealed, instead of an earlier one; the same again without a version is harmless."""
    row, task = await _open_task(access, db, task_id)
    if task.status is TaskStatus.CONFLICT:
        raise Problem("ASSESSMENT_TASK_GIVEN_UP")
    await _check_items(access, db, given)
    content = orjson.dumps(given.model_dump(mode="json")["items"])
    context = sealed_in(task.region_id, task.id)
    if expected is None and task.content is not None:
        if keyring.open(task.content, context) != content:
            check_version(task.version, 0, await shown(access, db, task_id))
        return await shown(access, db, task_id)
    if expected is not None and task.version != expected:
        check_version(task.version, expected, await shown(access, db, task_id))
    task.status, task.content = TaskStatus.ANSWERED, keyring.seal(content, context)
    await db.flush()
    await _note(access, db, row, "ANSWER")
    return await shown(access, db, task_id)


async def give_up(access: Access, db: AsyncSession, task_id: UUID, expected: int, kind: ConflictKind) -> None:
    """A conflict of interest: the next of the draw is asked instead, and what was answered is forgotten."""
    row, task = await _open_task(access, db, task_id)
    check_version(task.version, expected, await shown(access, db, task_id))
    if task.status is TaskStatus.CONFLICT:
        raise Problem("ASSESSMENT_TASK_GIVEN_UP")
    await db.execute(queries.locked_assessment(access, task.assessment_id))
    known = set(await db.scalars(queries.known_raters(access, task.assessment_id)))
    found = candidates(task.employee_id, await lines_on(access, db, row))
    assert row.seed is not None
    other = replacement(row.seed, task.employee_id, task.rater_group, found[task.rater_group], known)
    task.status, task.conflict, task.content = TaskStatus.CONFLICT, kind, None
    if other is not None:
        db.add(
            AssessmentTask(
                region_id=task.region_id,
                id=uuid7(),
                round_id=task.round_id,
                assessment_id=task.assessment_id,
                employee_id=task.employee_id,
                rater_id=other,
                rater_group=task.rater_group,
                status=TaskStatus.WAITING,
            )
        )
    await db.flush()
    await _note(access, db, row, "CONFLICT")


async def shown(access: Access, db: AsyncSession, task_id: UUID) -> TaskOut:
    found = await db.execute(queries.own_tasks(access).where(AssessmentTask.id == task_id))
    row = found.mappings().one_or_none()
    if row is None:
        raise Problem("NOT_FOUND")
    return listed(row)


def listed(row: object) -> TaskOut:
    given = dict(row)  # type: ignore[call-overload]
    person = AssessedOut(
        id=given["employee_id"], nip=given["nip"], name=given["name"], unit_name=given["unit_name"]
    )
    return TaskOut.model_validate({**given, **period_days(given["period"]), "employee": person})


def sealed_in(region_id: UUID, id: UUID) -> str:
    """What `assessment_tasks.content` is bound to."""
    return f"assessment_tasks.content:{region_id}/{id}"


async def _open_task(
    access: Access, db: AsyncSession, task_id: UUID
) -> tuple[AssessmentRound, AssessmentTask]:
    """The caller's task, locked, in a round that stays open until this transaction ends."""
    task = await db.scalar(queries.own_task(access, task_id))
    if task is None:
        raise Problem("NOT_FOUND")
    row = await db.scalar(queries.round_of_answers(access, task.round_id))
    if row is None or row.status is not RoundStatus.OPEN or row.closes_on < access.today:
        raise Problem("ASSESSMENT_ROUND_CLOSED")
    locked = queries.own_task(access, task_id).with_for_update().execution_options(populate_existing=True)
    return row, (await db.scalars(locked)).one()


async def _check_items(access: Access, db: AsyncSession, given: AnswerIn) -> None:
    policy = await policy_on(db, access.region_id, AssessmentPolicy, access.today)
    values = [item.core_value for item in given.items]
    twice = [n for n, value in enumerate(values) if value in values[:n]]
    if twice:
        raise Problem(
            "REQUEST_INVALID",
            faults=[Fault(f"/items/{n}/core_value", "ASSESSMENT_VALUE_TWICE") for n in twice],
        )
    if sum(item.score is not None for item in given.items) < policy.min_values:
        raise Problem("ASSESSMENT_TOO_FEW_VALUES", least=policy.min_values)


async def _note(access: Access, db: AsyncSession, row: AssessmentRound, action: str) -> None:
    """That something was answered in the round: neither by whom, nor about whom, nor what."""
    change = Change(ENTITY, row.id, row.version, action, {}, unit_id=row.unit_id)
    await record(db, Author(access.region_id), access.now, change)
