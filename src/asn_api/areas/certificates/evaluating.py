"""What is asked about a training: opened and closed by the clock, answered by people, told by nobody."""

import secrets
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.areas.certificates import evaluation_queries as queries
from asn_api.areas.certificates import queries as certificate_queries
from asn_api.areas.certificates.evaluation_schemas import (
    ResultNoteOut,
    TrainingAnswerIn,
    TrainingTaskOut,
)
from asn_api.areas.notifications.writing import Notice, notify
from asn_api.core.crypto import Keyring
from asn_api.core.database import driver_of
from asn_api.core.http.route import check_version
from asn_api.core.journal import Author, Change, difference, record
from asn_api.core.mapping import uuid7
from asn_api.errors import Problem
from asn_api.rules.enrolments import ClassStatus, EnrolmentStatus
from asn_api.rules.learning_policy import LearningPolicy
from asn_api.rules.notifications import NoticeKind
from asn_api.rules.training_evaluation import (
    QUESTIONS,
    Answer,
    TrainingAnswerStatus,
    TrainingLevel,
    TrainingQuestion,
    TrainingRespondent,
    Window,
    check_answer,
    comments_of,
    summed,
)
from asn_api.tables.certificates import TrainingEvaluation, TrainingEvaluationTask, TrainingResultNote
from asn_api.tables.training import CourseClass

ENTITY = "training_evaluation"
NOTE = "training_result_note"

_draw = secrets.SystemRandom()


async def tasks(access: Access, db: AsyncSession) -> list[TrainingTaskOut]:
    return [_shown(row) for row in (await db.execute(queries.own_tasks(access))).mappings()]


async def answer(
    access: Access, db: AsyncSession, keyring: Keyring, id: UUID, expected: int, given: TrainingAnswerIn
) -> TrainingTaskOut:
    """Keep the answer, sealed, instead of an earlier one."""
    task = await db.scalar(queries.own_task(access, id))
    if task is None:
        raise Problem("NOT_FOUND")
    evaluation = (await db.scalars(queries.evaluation_of_answers(access, task.evaluation_id))).one()
    is_open = evaluation.opens_on <= access.today <= evaluation.closes_on
    if evaluation.closed_at is not None or not is_open:
        raise Problem("TRAINING_EVALUATION_CLOSED")
    fresh = queries.own_task(access, id).with_for_update().execution_options(populate_existing=True)
    task = (await db.scalars(fresh)).one()
    check_version(task.version, expected, await _task(access, db, id))
    check_answer(evaluation.level, [each.question for each in given.scores])
    content = {
        "scores": {each.question.value: each.score for each in given.scores},
        "comment": given.comment,
    }
    task.content = keyring.seal(orjson.dumps(content), sealed_in(task.region_id, task.id))
    task.status = TrainingAnswerStatus.ANSWERED
    await db.flush()
    # That somebody answered: neither who, nor about whom, nor what.
    change = Change(ENTITY, evaluation.id, evaluation.version, "ANSWER", {})
    await record(db, Author(access.region_id), access.now, change)
    return await _task(access, db, id)


async def _task(access: Access, db: AsyncSession, id: UUID) -> TrainingTaskOut:
    found = await db.execute(queries.own_tasks(access).where(TrainingEvaluationTask.id == id))
    return _shown(found.mappings().one())


def _shown(row: Any) -> TrainingTaskOut:
    return TrainingTaskOut.model_validate({**row, "questions": QUESTIONS[row["level"]]})


def sealed_in(region_id: UUID, id: UUID) -> str:
    """What `training_evaluation_tasks.content` is bound to."""
    return f"training_evaluation_tasks.content:{region_id}/{id}"


async def open_evaluation(
    access: Access,
    db: AsyncSession,
    held: CourseClass,
    level: TrainingLevel,
    window: Window,
    policy: LearningPolicy,
) -> None:
    """Ask the participants, or after months their superiors and some colleagues drawn by lot."""
    statuses = queries.ENDED if level is TrainingLevel.REACTION else (EnrolmentStatus.COMPLETED,)
    people = (await db.execute(queries.participants(access, held.id, statuses))).all()
    id = await db.scalar(
        queries.opened(
            access,
            {
                "id": uuid7(),
                "class_id": held.id,
                "course_id": held.course_id,
                "level": level,
                "opens_on": window.opens_on,
                "closes_on": window.closes_on,
            },
        )
    )
    if id is None:
        return
    if level is TrainingLevel.REACTION:
        asked = [(each, each.employee_id, TrainingRespondent.PARTICIPANT) for each in people]
    else:
        asked = await _around(access, db, people, policy.colleagues_asked)
    db.add_all(
        TrainingEvaluationTask(
            region_id=access.region_id,
            id=uuid7(),
            evaluation_id=id,
            enrolment_id=each.id,
            employee_id=each.employee_id,
            rater_id=rater_id,
            respondent=respondent,
            status=TrainingAnswerStatus.WAITING,
        )
        for each, rater_id, respondent in asked
    )
    await db.flush()
    change = Change(ENTITY, id, 1, "OPEN", {"level": level, "asked": len(asked)}, unit_id=held.unit_id)
    await record(db, access.author, access.now, change)
    counts = Counter(rater_id for _, rater_id, _ in asked)
    await remind(access, db, [(rater, id, window.closes_on, count) for rater, count in counts.items()])


async def _around(
    access: Access, db: AsyncSession, people: Sequence[Any], most: int
) -> list[tuple[Any, UUID, TrainingRespondent]]:
    """Of each participant the superior, and at most so many others of the same superior."""
    teams: dict[UUID, list[UUID]] = defaultdict(list)
    superiors = {each.superior_id for each in people if each.superior_id}
    for superior_id, employee_id in await db.execute(queries.teams(access, superiors)):
        teams[superior_id].append(employee_id)
    asked = []
    for each in people:
        if each.superior_id is None:
            continue
        asked.append((each, each.superior_id, TrainingRespondent.SUPERIOR))
        others = [other for other in teams[each.superior_id] if other != each.employee_id]
        drawn = _draw.sample(others, min(most, len(others)))
        asked += [(each, other, TrainingRespondent.COLLEAGUE) for other in drawn]
    return asked


async def remind(access: Access, db: AsyncSession, waiting: Sequence[tuple[UUID, UUID, Any, int]]) -> None:
    """Tell each how many answers an evaluation waits for; once a day."""
    notices = [
        Notice(
            rater_id,
            NoticeKind.TRAINING_EVALUATION_WAITING,
            ENTITY,
            evaluation_id,
            access.today,
            {"count": count, "until": closes_on.isoformat()},
        )
        for rater_id, evaluation_id, closes_on, count in sorted(waiting, key=lambda each: each[0])
    ]
    await notify(await driver_of(db), access, notices)


async def close(
    access: Access, db: AsyncSession, keyring: Keyring, row: TrainingEvaluation, least: int
) -> None:
    """Make what may be shown, once, and forget who said what. The evaluation is locked by the caller."""
    answers: dict[TrainingRespondent, list[Answer]] = defaultdict(list)
    asked: Counter[TrainingRespondent] = Counter()
    for task in await db.scalars(queries.tasks_of(access, row.id)):
        asked[task.respondent] += 1
        if task.content is not None:
            said = orjson.loads(keyring.open(task.content, sealed_in(task.region_id, task.id)))
            scores = {TrainingQuestion(name): score for name, score in said["scores"].items()}
            answers[task.respondent].append(Answer(task.rater_id, scores, said["comment"]))
    row.result = {
        "groups": [_group(respondent, asked[respondent], answers[respondent], least) for respondent in asked]
    }
    row.closed_at = access.now
    await db.flush()
    await db.execute(queries.forgotten(access, row.id))
    change = Change(ENTITY, row.id, row.version, "CLOSE", {"level": row.level})
    await record(db, access.author, access.now, change)


def _group(
    respondent: TrainingRespondent, asked: int, answers: Sequence[Answer], least: int
) -> dict[str, Any]:
    """What may be shown, and nothing else; comments in an order that says nothing."""
    sums, comments = summed(answers, least), comments_of(answers, least)
    _draw.shuffle(comments)
    return {
        "respondent": respondent,
        "asked": asked,
        "answered": sums.answered if sums else None,
        "scores": {each.value: score for each, score in sums.scores.items()} if sums else None,
        "comments": comments if sums else [],
    }


async def write_note(
    access: Access, db: AsyncSession, class_id: UUID, expected: int | None, note: str
) -> tuple[ResultNoteOut, bool]:
    """The caller's note about a class in which somebody of his team took part, and whether it is new."""
    held = (await db.execute(queries.class_of_reports(access, class_id))).one_or_none()
    if held is None or access.employee_id is None:
        raise Problem("NOT_FOUND")
    if held.status is not ClassStatus.FINISHED:
        raise Problem("TRAINING_CLASS_NOT_FINISHED")
    await db.execute(certificate_queries.lock_me(access))
    row = await db.scalar(queries.own_note(access, class_id))
    before = {} if row is None else {"note": row.note}
    if row is not None and expected is None and row.note == note:
        return ResultNoteOut.model_validate(row), False
    if row is not None:
        check_version(row.version, expected or 0, ResultNoteOut.model_validate(row))
        row.note, row.written_at = note, access.now
    elif expected is not None:
        raise Problem("NOT_FOUND")
    else:
        unit_id = await db.scalar(certificate_queries.unit_of(access, access.employee_id))
        if unit_id is None:
            raise Problem("NOT_FOUND")
        row = TrainingResultNote(
            region_id=access.region_id,
            id=uuid7(),
            class_id=class_id,
            author_id=access.employee_id,
            unit_id=unit_id,
            note=note,
            written_at=access.now,
        )
        db.add(row)
    await db.flush()
    action = "EDIT" if before else "CREATE"
    changes = difference(before, {"note": row.note})
    change = Change(NOTE, row.id, row.version, action, changes, row.unit_id, row.author_id)
    await record(db, access.author, access.now, change)
    return ResultNoteOut.model_validate(row), not before
